//! What a server answered.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::error::{HttpError, host};

/// A whole answer.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl HttpResponse {
    /// How long the server asks to wait: `retry-after` in seconds or as a date (RFC 9110, 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        parse_retry_after(self.headers.get(RETRY_AFTER)?, SystemTime::now())
    }

    /// The beginning of the body as one line of text, for a message: at most 256 characters.
    pub fn excerpt(&self) -> String {
        let start = &self.body[..self.body.len().min(2048)];
        let text = String::from_utf8_lossy(start);
        let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let line = words.collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(256) {
            Some((cut, _)) => format!("{}...", &line[..cut]),
            None => line,
        }
    }
}

/// Reads `retry-after`: whole seconds, or a date, seen from `now`. A date in the past is no wait.
pub fn parse_retry_after(value: &HeaderValue, now: SystemTime) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

pub(super) async fn read(
    response: Response<Incoming>,
    bytes_max: usize,
    uri: &Uri,
) -> Result<HttpResponse, HttpError> {
    let (head, mut incoming) = response.into_parts();
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| HttpError::from_hyper(&error, host(uri)))?;
        let Ok(data) = frame.into_data() else { continue };
        if body.len() + data.len() > bytes_max {
            let cause = format!("status {} with a body of more than {bytes_max} bytes", head.status);
            return Err(HttpError::Protocol { host: host(uri), cause });
        }
        body.extend_from_slice(&data);
    }
    Ok(HttpResponse { status: head.status, headers: head.headers, body: body.freeze() })
}
