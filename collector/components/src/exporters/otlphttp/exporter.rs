//! One attempt over HTTP.

use codeagent_config::Signal;
use codeagent_pipeline::json::from_protobuf;
use codeagent_pipeline::otlp::halves;
use codeagent_pipeline::{Batch, Encoded, Exporter, Reason, Rejection, SendError, Sent};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Uri};

use super::answer;
use super::config::Encoding;
use crate::exporters::otlp::partial_success::Warnings;
use crate::exporters::otlp::payload::chunks;
use crate::net::compress::Compression;
use crate::net::http_client::{Body, HttpClient};

/// Sends batches of one signal to one URL.
#[derive(Debug)]
pub(super) struct OtlpHttp {
    client: HttpClient,
    signal: Signal,
    url: Uri,
    /// The URL without what could be a password.
    shown: String,
    encoding: Encoding,
    id: String,
    warnings: Warnings,
}

/// A batch, encoded and compressed.
#[derive(Debug)]
pub(super) struct Request {
    batch: Batch,
    body: Body,
}

impl OtlpHttp {
    pub fn new(client: HttpClient, signal: Signal, url: Uri, encoding: Encoding, id: String) -> Self {
        let host = url.authority().map_or("", |authority| authority.as_str());
        let host = host.rsplit('@').next().unwrap_or_default();
        let shown = format!("{}://{host}{}", url.scheme_str().unwrap_or_default(), url.path());
        OtlpHttp { client, signal, url, shown, encoding, id, warnings: Warnings::default() }
    }

    fn request(&self, batch: Batch) -> Result<Request, Rejection> {
        let reject =
            |reason, message| Err(Rejection { reason, items: batch.items(), first_item: Some(0), message });
        let body = match self.encoding {
            Encoding::Proto if self.client.compressor().compression() == Compression::None => {
                Ok(Body::chunks(batch.chunks().iter().map(|chunk| chunk.bytes.clone())))
            }
            Encoding::Proto => {
                let chunks = chunks(&batch);
                self.client.compress(&chunks.iter().map(|chunk| &chunk[..]).collect::<Vec<_>>())
            }
            Encoding::Json => {
                let mut json = Vec::with_capacity(batch.bytes() * 2);
                if let Err(error) = from_protobuf(self.signal, &batch.to_contiguous(), &mut json) {
                    return reject(Reason::Unrepresentable, format!("not to be said in JSON: {error}"));
                }
                self.client.compress(&[&json])
            }
        };
        match body {
            Ok(body) => Ok(Request { batch, body }),
            Err(message) => reject(Reason::Unrepresentable, message),
        }
    }
}

impl Exporter for OtlpHttp {
    type Request = Request;

    fn encode(&self, batch: &Batch) -> Encoded<Request> {
        match self.request(batch.clone()) {
            Ok(request) => Encoded { requests: vec![request], rejected: Vec::new() },
            Err(rejection) => Encoded { requests: Vec::new(), rejected: vec![rejection] },
        }
    }

    fn items(&self, request: &Request) -> usize {
        request.batch.items()
    }

    async fn send(&self, request: &mut Request) -> Result<Sent, SendError> {
        let content_type = match self.encoding {
            Encoding::Proto => "application/x-protobuf",
            Encoding::Json => "application/json",
        };
        let headers = [(CONTENT_TYPE, HeaderValue::from_static(content_type))];
        let answer = self.client.send(Method::POST, &self.url, &headers, request.body.clone()).await;
        let response = match answer {
            Ok(response) => response,
            Err(error) if error.is_retryable() => return Err(SendError::retry(error.to_string())),
            Err(error) => {
                return Err(SendError::Permanent { reason: Reason::Rejected, message: error.to_string() });
            }
        };
        if !response.status.is_success() {
            return Err(answer::send_error(&response, &self.shown));
        }
        let partial = answer::partial_success(&response, self.signal);
        Ok(partial.into_sent(request.batch.items(), &self.id, &self.warnings))
    }

    fn split(&self, request: Request) -> Result<[Request; 2], Request> {
        let parts = halves(&request.batch).map(|parts| parts.map(|part| self.request(part)));
        match parts {
            Some([Ok(first), Ok(second)]) => Ok([first, second]),
            _ => Err(request),
        }
    }

    async fn start(&self) -> Result<(), String> {
        match self.url.scheme_str() {
            Some("https") => self.client.prepare().await,
            _ => Ok(()),
        }
    }
}
