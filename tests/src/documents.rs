//! Questions to Elasticsearch and OpenSearch.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::http::{get_json, post_json, send};
use crate::numbered::{NUMBER, Numbers};

/// The documents of an index pattern that match a query, each with `_index`, `_id` and `_source`; all of them.
pub async fn search(endpoint: &str, index: &str, query: Value) -> Result<Vec<Value>, String> {
    // Without a refresh a search sees what was indexed only after a second.
    let refreshed = send("POST", &format!("{endpoint}/{index}/_refresh"), &[], Bytes::new()).await?;
    if refreshed.status != 200 {
        return Err(refreshed.text());
    }
    let mut documents = Vec::new();
    let body = json!({"size": 5000, "query": query, "sort": ["_doc"]});
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
    for document in search(endpoint, index, json!({"match_all": {}})).await? {
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
