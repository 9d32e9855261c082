//! One attempt at a time: the request, the answer, and what it means.

use std::sync::atomic::{AtomicU8, Ordering};

use codeagent_pipeline::{Batch, Encoded, Exporter, Reason, Rejection, SendError, Sent, Settled};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::encoder::Encoder;
use super::request::{Request, Version};
use super::rewrite;
use crate::net::http_client::{Body, HttpClient, HttpResponse};

/// Writes to a server of Prometheus' remote write protocol.
pub struct RemoteWrite {
    client: HttpClient,
    endpoint: Uri,
    encoder: Mutex<Encoder>,
    /// The only version that is sent, where the user chose one.
    chosen: Option<Version>,
    understood: Understood,
    parallel: Semaphore,
}

/// What the server was seen to understand.
#[derive(Debug, Default)]
struct Understood(AtomicU8);

impl Understood {
    fn get(&self) -> Option<Version> {
        match self.0.load(Ordering::Relaxed) {
            1 => Some(Version::One),
            2 => Some(Version::Two),
            _ => None,
        }
    }

    /// Remembers; `true` where it is news.
    fn set(&self, version: Version) -> bool {
        let number = if version == Version::One { 1 } else { 2 };
        self.0.swap(number, Ordering::Relaxed) != number
    }
}

/// What the server says it stored: samples, histograms and exemplars, by the protocol 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    /// Samples and histograms.
    samples: u64,
    exemplars: u64,
}

impl Written {
    fn of(answer: &HttpResponse) -> Option<Self> {
        let number = |name: &str| answer.headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let samples = number("x-prometheus-remote-write-samples-written");
        let histograms = number("x-prometheus-remote-write-histograms-written");
        let exemplars = number("x-prometheus-remote-write-exemplars-written");
        samples.or(histograms).or(exemplars)?;
        let samples = samples.unwrap_or_default().saturating_add(histograms.unwrap_or_default());
        Some(Written { samples, exemplars: exemplars.unwrap_or_default() })
    }
}

impl RemoteWrite {
    /// Sends what `encoder` makes to `endpoint`, at most `parallel` requests at a time.
    pub fn new(
        client: HttpClient,
        endpoint: Uri,
        encoder: Encoder,
        chosen: Option<Version>,
        parallel: usize,
    ) -> Self {
        let (encoder, parallel) = (Mutex::new(encoder), Semaphore::new(parallel));
        RemoteWrite { client, endpoint, encoder, chosen, understood: Understood::default(), parallel }
    }

    async fn post(&self, request: &Request) -> Result<HttpResponse, SendError> {
        let (kind, version) = match request.version {
            Version::One => ("application/x-protobuf", "0.1.0"),
            Version::Two => ("application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0"),
        };
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(kind)),
            (HeaderName::from_static("x-prometheus-remote-write-version"), HeaderValue::from_static(version)),
        ];
        let body = Body::encoded(request.body.clone(), Some(HeaderValue::from_static("snappy")));
        self.client.send(Method::POST, &self.endpoint, &headers, body).await.map_err(|error| {
            if error.is_retryable() {
                return SendError::retry(error.to_string());
            }
            SendError::Permanent { reason: Reason::Rejected, message: error.to_string() }
        })
    }

    /// Sends the request again as 1.0 where the answer shows that the server does not understand 2.0.
    async fn fall_back(
        &self,
        request: &mut Request,
        answer: HttpResponse,
    ) -> Result<HttpResponse, SendError> {
        let Some(sign) = self.sign_of_one(request, &answer) else { return Ok(answer) };
        let older = rewrite::to_version_one(request);
        let second = self.post(&older).await?;
        // A refusal alone says little: 1.0 must do better for the server to be taken for an old one.
        if sign == Sign::Refused && !second.status.is_success() {
            return Ok(answer);
        }
        *request = older;
        if self.understood.set(Version::One) {
            let (host, why) = (self.endpoint.host().unwrap_or_default(), sign.words());
            tracing::warn!(
                host,
                why,
                "the server does not understand remote write 2.0: 1.0 is sent from now on"
            );
        }
        Ok(second)
    }

    fn sign_of_one(&self, request: &Request, answer: &HttpResponse) -> Option<Sign> {
        if request.version == Version::One || self.chosen.is_some() {
            return None;
        }
        let silent = Written::of(answer).is_none();
        match answer.status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Sign::MediaType),
            status if status.is_success() && silent => Some(Sign::NothingWritten),
            StatusCode::BAD_REQUEST if silent && self.understood.get().is_none() => Some(Sign::Refused),
            _ => None,
        }
    }

    /// What the answer means for the request.
    fn judge(&self, request: &Request, answer: &HttpResponse) -> Result<Sent, SendError> {
        let status = answer.status;
        let said = || format!("{status}: {}", answer.excerpt());
        if status.is_success() {
            return match Written::of(answer) {
                None if request.version == Version::Two => Err(SendError::Permanent {
                    reason: Reason::Rejected,
                    message: format!(
                        "{status} without the headers that say what was written: the server does not \
                         understand remote write 2.0; leave `protobuf_message` out, or choose \
                         prometheus.WriteRequest"
                    ),
                }),
                written => {
                    if written.is_some() && request.version == Version::Two {
                        self.understood.set(Version::Two);
                    }
                    Ok(Sent::default())
                }
            };
        }
        match status {
            StatusCode::TOO_MANY_REQUESTS => Err(retry(answer, said())),
            StatusCode::PAYLOAD_TOO_LARGE => Err(SendError::TooLarge { message: said() }),
            status if status.is_server_error() => Err(retry(answer, said())),
            _ => match Written::of(answer).filter(|_| request.version == Version::Two) {
                None => Err(SendError::Permanent { reason: Reason::Rejected, message: said() }),
                Some(written) => partly(request, written, said()),
            },
        }
    }

    /// Whether the request was refused for its exemplars alone.
    fn exemplars_are_to_blame(request: &Request, answer: &HttpResponse) -> bool {
        let refused = answer.status.is_client_error()
            && !matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::PAYLOAD_TOO_LARGE);
        let stored = Written::of(answer).is_some_and(|written| written.samples > 0);
        let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(4096)]).to_ascii_lowercase();
        request.exemplars > 0 && refused && !stored && text.contains("exemplar")
    }
}

fn retry(answer: &HttpResponse, message: String) -> SendError {
    SendError::Retry { after: answer.retry_after(), message, settled: Settled::default() }
}

/// The server stored some samples and refused others: points are counted in proportion, rounded, at least one.
fn partly(request: &Request, written: Written, message: String) -> Result<Sent, SendError> {
    let missing = request.samples.saturating_sub(written.samples);
    if missing == 0 {
        tracing::debug!(sent = request.exemplars, written = written.exemplars, "exemplars were refused");
        return Ok(Sent::default());
    }
    let items = request.items();
    if written.samples == 0 {
        return Err(SendError::Permanent { reason: Reason::Rejected, message });
    }
    let (samples, missing) = (u128::from(request.samples.max(1)), u128::from(missing));
    let share = (2 * missing * items as u128 + samples) / (2 * samples);
    let items = usize::try_from(share).unwrap_or(items).clamp(items.min(1), items);
    let rejection = Rejection { reason: Reason::Rejected, items, first_item: None, message };
    Ok(Sent { rejected: if items == 0 { Vec::new() } else { vec![rejection] } })
}

/// Why a server is taken for one of 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    MediaType,
    NothingWritten,
    Refused,
}

impl Sign {
    fn words(self) -> &'static str {
        match self {
            Sign::MediaType => "it answered 415",
            Sign::NothingWritten => "it answered success without the headers that say what was written",
            Sign::Refused => "it answered 400 and took the same as 1.0",
        }
    }
}

impl Exporter for RemoteWrite {
    type Request = Request;

    fn encode(&self, batch: &Batch) -> Encoded<Request> {
        let version = self.chosen.or(self.understood.get()).unwrap_or(Version::Two);
        let (requests, rejected) = self.encoder.lock().encode(batch, version);
        Encoded { requests, rejected }
    }

    fn items(&self, request: &Request) -> usize {
        request.items()
    }

    async fn send(&self, request: &mut Request) -> Result<Sent, SendError> {
        let _permit = self.parallel.acquire().await;
        if request.version == Version::Two
            && self.chosen.is_none()
            && self.understood.get() == Some(Version::One)
        {
            *request = rewrite::to_version_one(request);
        }
        let answer = self.post(request).await?;
        let mut answer = self.fall_back(request, answer).await?;
        if Self::exemplars_are_to_blame(request, &answer) {
            *request = rewrite::without_exemplars(request);
            answer = self.post(request).await?;
        }
        self.judge(request, &answer)
    }

    fn split(&self, request: Request) -> Result<[Request; 2], Request> {
        rewrite::halves(&request).ok_or(request)
    }

    async fn start(&self) -> Result<(), String> {
        self.client.prepare().await
    }
}

#[cfg(test)]
#[path = "tests/server.rs"]
mod tests;
