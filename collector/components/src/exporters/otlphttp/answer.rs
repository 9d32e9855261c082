//! What a server's answer means.
//! Source: <https://opentelemetry.io/docs/specs/otlp/#otlphttp-response>.

use std::fmt::Write as _;

use codeagent_config::Signal;
use codeagent_pipeline::otlp::wire::Fields;
use codeagent_pipeline::{Reason, SendError, Settled};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::exporters::otlp::partial_success::PartialSuccess;
use crate::net::http_client::HttpResponse;

/// The largest part of a server's message that is kept, in bytes.
const MESSAGE_BYTES_MAX: usize = 1024;

/// The partial success in an answer of success. A body that is no OTLP is success all the same.
pub(super) fn partial_success(response: &HttpResponse, signal: Signal) -> PartialSuccess {
    if is(response, "application/json") {
        PartialSuccess::from_json(&response.body, signal)
    } else if is(response, "application/x-protobuf") {
        PartialSuccess::from_protobuf(&response.body)
    } else {
        PartialSuccess::default()
    }
}

/// What to do after an answer of failure.
pub(super) fn send_error(response: &HttpResponse, url: &str) -> SendError {
    let message = message(response, url);
    let reason = match response.status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => {
            let (after, settled) = (response.retry_after(), Settled::default());
            return SendError::Retry { after, message, settled };
        }
        StatusCode::PAYLOAD_TOO_LARGE => return SendError::TooLarge { message },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Reason::Unauthenticated,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Reason::Unsupported,
        _ => Reason::Rejected,
    };
    SendError::Permanent { reason, message }
}

fn message(response: &HttpResponse, url: &str) -> String {
    let mut message = format!("{url} answered {}", response.status);
    let told = status_message(response).unwrap_or_else(|| response.excerpt());
    let location = response.headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok());
    if let (true, Some(location)) = (response.status.is_redirection(), location) {
        let _ = write!(message, " to {location}; redirections are not followed, change the endpoint");
    } else if !told.is_empty() {
        let _ = write!(message, ": {told}");
    }
    message
}

/// The message of the `google.rpc.Status` in the body.
fn status_message(response: &HttpResponse) -> Option<String> {
    let text = if is(response, "application/x-protobuf") {
        let found = Fields::new(&response.body).find(|(number, _)| *number == 2);
        found?.1.text().to_owned()
    } else if is(response, "application/json") {
        let status: serde_json::Value = serde_json::from_slice(&response.body).ok()?;
        status["message"].as_str()?.to_owned()
    } else {
        return None;
    };
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let end = shown.char_indices().map(|(at, _)| at).take_while(|at| *at <= MESSAGE_BYTES_MAX).last();
    match end {
        Some(end) if shown.len() > MESSAGE_BYTES_MAX => Some(format!("{}...", &shown[..end])),
        _ => Some(shown),
    }
}

fn is(response: &HttpResponse, media_type: &str) -> bool {
    let content_type = response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    content_type.trim().eq_ignore_ascii_case(media_type)
}
