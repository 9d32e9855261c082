//! Questions to Elasticsearch and OpenSearch.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::http::{get_json, post_json, send};
use crate::numbered::{NUMBER, Numbers};

/// The documents of an index pattern that match a query, each with `_index`, `_id` and `_source`; all of them.
pub async fn search(endpoint: &str, index: &str, query: Value) -> Result<Vec<Value>, String> {
    pages(endpoint, index, json!({"size": 5000, "query": query, "sort": ["_doc"]})).await
}

/// How many documents an index pattern has: cheap, where [`numbers`] reads them all.
pub async fn count(endpoint: &str, index: &str) -> Result<usize, String> {
    refresh(endpoint, index).await?;
    let answer = get_json(&format!("{endpoint}/{index}/_count")).await?;
    answer["count"].as_u64().map(|count| count as usize).ok_or_else(|| answer.to_string())
}

/// How many documents the indices of a pattern did not take since the server's start: those that they had already, and
/// others.
pub async fn failed(endpoint: &str, index: &str) -> Result<u64, String> {
    let answer = get_json(&format!("{endpoint}/{index}/_stats/indexing")).await?;
    answer["_all"]["primaries"]["indexing"]["index_failed"].as_u64().ok_or_else(|| answer.to_string())
}

/// Without a refresh a search sees what was indexed only after a second.
async fn refresh(endpoint: &str, index: &str) -> Result<(), String> {
    let refreshed = send("POST", &format!("{endpoint}/{index}/_refresh"), &[], Bytes::new()).await?;
    if refreshed.status == 200 { Ok(()) } else { Err(refreshed.text()) }
}

async fn pages(endpoint: &str, index: &str, body: Value) -> Result<Vec<Value>, String> {
    refresh(endpoint, index).await?;
    let mut documents = Vec::new();
    let mut page = post_json(&format!("{endpoint}/{index}/_search?scroll=1m"), &body).await?;
    loop {
        let hits = page["hits"]["hits"].as_array().cloned().unwrap_or_default();
        if hits.is_empty() {
            return Ok(documents);
        }
        documents.extend(hits);
        let next = json!({"scroll": "1m", "scroll_id": page["_scroll_id"]});
        page = post_json(&format!("{endpoint}/_search/scroll"), &next).await?;
    }
}

/// The numbers of all documents of an index pattern, with how many documents have each.
pub async fn numbers(endpoint: &str, index: &str) -> Result<Numbers, String> {
    let mut numbers = Numbers::new();
    // Only the number of each document: all of half a million documents is more work than to index them. The severity has
    // a number too.
    let source = json!({"includes": [NUMBER, format!("*.{NUMBER}")], "excludes": ["severity*"]});
    let body = json!({"size": 10000, "_source": source, "sort": ["_doc"]});
    for document in pages(endpoint, index, body).await? {
        if let Some(number) = find(&document["_source"], NUMBER).and_then(Value::as_u64) {
            *numbers.entry(number).or_default() += 1;
        }
    }
    Ok(numbers)
}

/// The first value of this key, at any depth: the mapping modes put attributes at different places.
pub fn find<'a>(document: &'a Value, key: &str) -> Option<&'a Value> {
    match document {
        Value::Object(fields) => {
            fields.get(key).or_else(|| fields.values().find_map(|value| find(value, key)))
        }
        Value::Array(values) => values.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}

/// The names of the data streams' backing indices that match a pattern.
pub async fn indices(endpoint: &str, pattern: &str) -> Result<Vec<String>, String> {
    let answer = get_json(&format!("{endpoint}/{pattern}/_settings?expand_wildcards=all")).await?;
    Ok(answer.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_at_any_depth() {
        let document = json!({"resource": {"attributes": {"a": 1}}, "list": [{"attributes": {"number": 7}}]});
        assert_eq!(find(&document, NUMBER).and_then(Value::as_u64), Some(7));
        assert_eq!(find(&document, "absent"), None);
    }
}
