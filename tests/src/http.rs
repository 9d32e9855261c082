//! Small HTTP requests.

use std::sync::LazyLock;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::patience::PATIENCE;

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// One header, or "" where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }
}

/// One request on a connection of its own; an error says what became of the connection.
pub async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: Bytes) -> Result<Answer, String> {
    // No pool: each test has a runtime of its own, and a pooled connection dies with the runtime that made it.
    static CLIENT: LazyLock<Client<HttpConnector, Full<Bytes>>> =
        LazyLock::new(|| Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http());
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body)).map_err(|error| error.to_string())?;
    let exchange = async {
        let answer = CLIENT.request(request).await.map_err(|error| format!("{error:?}"))?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| format!("{error:?}"))?.to_bytes();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    };
    tokio::time::timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err(format!("{url} does not answer")))
}

/// GET, expecting 200 and JSON.
pub async fn get_json(url: &str) -> Result<Value, String> {
    json(send("GET", url, &[], Bytes::new()).await?, url)
}

/// POST of JSON, expecting 200 and JSON.
pub async fn post_json(url: &str, body: &Value) -> Result<Value, String> {
    json(send("POST", url, &[("content-type", "application/json")], body.to_string().into()).await?, url)
}

fn json(answer: Answer, url: &str) -> Result<Value, String> {
    if answer.status != 200 {
        return Err(format!("{url}: {} {}", answer.status, answer.text()));
    }
    serde_json::from_slice(&answer.body).map_err(|error| format!("{url}: {error} in {}", answer.text()))
}
