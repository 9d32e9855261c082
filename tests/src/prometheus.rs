//! Questions to Prometheus.

use std::collections::BTreeMap;

use hyper::Uri;
use serde_json::Value;

use crate::http::get_json;

/// One series of an instant query.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its labels, with `__name__`.
    pub labels: BTreeMap<String, String>,
    /// Its value as Prometheus writes it; empty for a native histogram.
    pub value: String,
    /// The native histogram, if it is one.
    pub histogram: Option<Value>,
}

/// The series that a PromQL expression selects now.
pub async fn query(endpoint: &str, expression: &str) -> Result<Vec<Series>, String> {
    let answer = ask(endpoint, "query", &[("query", expression)]).await?;
    let result = answer["result"].as_array().ok_or("no result")?;
    Ok(result.iter().map(series).collect())
}

/// The exemplars of the series that an expression selects, of the last hour and the next.
pub async fn exemplars(endpoint: &str, expression: &str) -> Result<Vec<Value>, String> {
    let now = crate::numbered::now() / 1_000_000_000;
    let (start, end) = ((now - 3600).to_string(), (now + 3600).to_string());
    let parameters = [("query", expression), ("start", &start), ("end", &end)];
    let answer = ask(endpoint, "query_exemplars", &parameters).await?;
    let series = answer.as_array().ok_or("no series")?;
    Ok(series.iter().flat_map(|series| series["exemplars"].as_array().cloned().unwrap_or_default()).collect())
}

async fn ask(endpoint: &str, api: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
    let parameters: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    let url = format!("{endpoint}/api/v1/{api}?{}", parameters.join("&"));
    debug_assert!(url.parse::<Uri>().is_ok(), "{url}");
    Ok(get_json(&url).await?["data"].clone())
}

fn series(value: &Value) -> Series {
    let labels = value["metric"].as_object().into_iter().flatten();
    Series {
        labels: labels
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        value: value["value"][1].as_str().unwrap_or_default().to_owned(),
        histogram: value.get("histogram").map(|histogram| histogram[1].clone()),
    }
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
