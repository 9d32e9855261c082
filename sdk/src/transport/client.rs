//! Where each signal goes, and one attempt to bring a request there.

use std::time::Duration;

use bytes::Bytes;
use codeagent_semconv::value::Signal;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, RETRY_AFTER, TE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request as HttpRequest, Uri, Version};
use http_body_util::Full;

use super::connection::{Connection, Failure};
use super::{Request, Verdict, answer, grpc};

const AGENT: &str = concat!("codeagent-sdk/", env!("CARGO_PKG_VERSION"));

/// The protocol of OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Grpc,
    HttpProtobuf,
}

/// Where a signal goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) protocol: Protocol,
    /// `host:port`.
    pub(crate) authority: String,
    /// The path of the request; gRPC has its own.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// For one attempt.
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
}

/// The connections, one for each place that a signal goes to. They are made when they are needed.
pub(crate) struct Client {
    endpoints: [Option<Endpoint>; Signal::COUNT],
    open: Vec<(String, Protocol, Connection)>,
}

impl Client {
    pub(crate) fn new(endpoints: [Option<Endpoint>; Signal::COUNT]) -> Self {
        Self { endpoints, open: Vec::new() }
    }

    pub(crate) fn endpoint(&self, signal: Signal) -> Option<&Endpoint> {
        self.endpoints[signal.index()].as_ref()
    }

    /// One attempt. Never longer than the endpoint's timeout; dropping the future cuts the attempt.
    pub(crate) async fn send(&mut self, request: &Request) -> Verdict {
        let Some(endpoint) = self.endpoint(request.signal).cloned() else {
            return Verdict::Refused { why: "no endpoint".into() };
        };
        let mut connection = match self.take_connection(&endpoint).await {
            Ok(connection) => connection,
            Err(failure) => return Verdict::Retry { after: None, why: failure.to_string() },
        };
        let attempt = exchange(&mut connection, &endpoint, request);
        match tokio::time::timeout(endpoint.timeout, attempt).await {
            Ok(Ok(verdict)) => {
                // Only a connection that answered is kept: one that was cut in the middle has an answer to come.
                self.open.push((endpoint.authority, endpoint.protocol, connection));
                verdict
            }
            Ok(Err(failure)) => Verdict::Retry { after: None, why: failure.to_string() },
            Err(_) => Verdict::Retry { after: None, why: "no answer in time".into() },
        }
    }

    async fn take_connection(&mut self, endpoint: &Endpoint) -> Result<Connection, Failure> {
        self.open.retain(|(_, _, connection)| connection.is_open());
        let place = self.open.iter().position(|(authority, protocol, _)| {
            *authority == endpoint.authority && *protocol == endpoint.protocol
        });
        if let Some(place) = place {
            return Ok(self.open.swap_remove(place).2);
        }
        let connecting = Connection::open(&endpoint.authority, endpoint.protocol == Protocol::Grpc);
        tokio::time::timeout(endpoint.timeout, connecting).await.map_err(|_| "no connection in time")?
    }
}

async fn exchange(
    connection: &mut Connection,
    endpoint: &Endpoint,
    request: &Request,
) -> Result<Verdict, Failure> {
    let answer = connection.exchange(http_request(endpoint, request)?).await?;
    if endpoint.protocol == Protocol::Grpc {
        return Ok(grpc::verdict(answer.status, &answer.headers, answer.trailers.as_ref(), &answer.body));
    }
    let retry_after = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    Ok(answer::from_http(answer.status, retry_after, &answer.body))
}

fn http_request(endpoint: &Endpoint, request: &Request) -> Result<HttpRequest<Full<Bytes>>, Failure> {
    let mut http = HttpRequest::new(Full::default());
    *http.method_mut() = Method::POST;
    let headers = http.headers_mut();
    headers.extend(endpoint.headers.clone());
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    match endpoint.protocol {
        Protocol::Grpc => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            headers.insert(TE, HeaderValue::from_static("trailers"));
            if request.is_gzip {
                headers.insert("grpc-encoding", HeaderValue::from_static("gzip"));
            }
            let uri = format!("http://{}{}", endpoint.authority, grpc::path(request.signal));
            *http.uri_mut() = uri.parse()?;
            *http.version_mut() = Version::HTTP_2;
            *http.body_mut() = Full::new(grpc::frame(&request.body, request.is_gzip));
        }
        Protocol::HttpProtobuf => {
            headers.insert(HOST, endpoint.authority.parse()?);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
            if request.is_gzip {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            *http.uri_mut() = endpoint.path.parse::<Uri>()?;
            *http.body_mut() = Full::new(request.body.clone());
        }
    }
    Ok(http)
}
