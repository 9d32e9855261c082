//! Where each signal goes, and one attempt to bring a request there.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use codeagent_semconv::value::Signal;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, RETRY_AFTER, TE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request as HttpRequest, Uri, Version};
use http_body_util::Full;

use super::connection::{Connection, Failure};
use super::tls::{self, TlsFiles};
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
    /// TLS; plain text without it.
    pub(crate) tls: Option<TlsFiles>,
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
    open: Vec<Open>,
}

/// A connection, and what it is good for.
struct Open {
    authority: String,
    protocol: Protocol,
    tls: Option<TlsFiles>,
    connection: Connection,
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
        match tokio::time::timeout(endpoint.timeout, self.attempt(&endpoint, request)).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(failure)) => Verdict::Retry { after: None, why: reasons(&*failure) },
            Err(_) => Verdict::Retry { after: None, why: "no answer in time".into() },
        }
    }

    async fn attempt(&mut self, endpoint: &Endpoint, request: &Request) -> Result<Verdict, Failure> {
        let mut open = self.take(endpoint).await?;
        let verdict = exchange(&mut open.connection, endpoint, request).await?;
        // Only a connection that answered is kept: one that was cut in the middle has an answer to come.
        self.open.push(open);
        Ok(verdict)
    }

    async fn take(&mut self, endpoint: &Endpoint) -> Result<Open, Failure> {
        self.open.retain(|open| open.connection.is_open());
        let Endpoint { authority, protocol, tls, .. } = endpoint;
        let fits =
            |open: &Open| open.authority == *authority && open.protocol == *protocol && open.tls == *tls;
        if let Some(place) = self.open.iter().position(fits) {
            return Ok(self.open.swap_remove(place));
        }
        let connector = |alpn: &[u8]| tls.as_ref().map(|files| tls::connector(files, alpn)).transpose();
        let connection = match protocol {
            Protocol::Grpc => Connection::grpc(authority, connector(b"h2")?.as_ref())?,
            Protocol::HttpProtobuf => Connection::http1(authority, connector(b"http/1.1")?.as_ref()).await?,
        };
        Ok(Open { authority: authority.clone(), protocol: *protocol, tls: tls.clone(), connection })
    }
}

/// An error with what is behind it: `transport error` alone helps nobody.
fn reasons(failure: &dyn Error) -> String {
    let mut text = failure.to_string();
    let mut behind = failure.source();
    while let Some(cause) = behind {
        text = format!("{text}: {cause}");
        behind = cause.source();
    }
    text
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
            *http.uri_mut() = Uri::from_static(grpc::path(request.signal));
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
