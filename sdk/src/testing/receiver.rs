//! An OTLP receiver on 127.0.0.1: gRPC and HTTP/protobuf on one port, answers as told.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use codeagent_semconv::value::Signal;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::sync::Notify;
use tracing::subscriber::NoSubscriber;

/// What a receiver does with a request instead of taking it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with this status of HTTP, or of gRPC where the request is gRPC.
    Status(u16),
    /// Answers that it is unavailable, and when to come back, in seconds.
    RetryAfter(u32),
    /// Takes it, and says that so many items were rejected.
    Partial(i64),
    /// Never answers.
    Silence,
    /// Closes the connection in place of an answer.
    Close,
}

/// A receiver at work, on a thread of its own. It stops when dropped.
///
/// ```
/// use codeagent_sdk::testing::Loopback;
/// let collector = Loopback::start()?;
/// assert_eq!(collector.spans(), []);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    state: Arc<State>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct State {
    kept: Mutex<Kept>,
    stop: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    /// For the requests to come, in order; then `always`.
    faults: VecDeque<Fault>,
    always: Option<Fault>,
    /// Every request that was taken.
    taken: Vec<(Signal, Vec<u8>)>,
    /// Every request at all.
    seen: usize,
}

impl Loopback {
    /// Listens on a free port.
    ///
    /// # Errors
    /// No port is free, or no thread.
    pub fn start() -> io::Result<Self> {
        Self::start_at(0)
    }

    /// Listens on this port of 127.0.0.1.
    ///
    /// # Errors
    /// The port is taken, or there is no thread.
    pub fn start_at(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let (address, state) = (listener.local_addr()?, Arc::new(State::default()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serving = Arc::clone(&state);
        let thread = std::thread::Builder::new().name("loopback".into()).spawn(move || {
            tracing::subscriber::with_default(NoSubscriber::default(), || {
                runtime.block_on(async {
                    tokio::select! {
                        () = serve(listener, &serving) => {}
                        () = serving.stop.notified() => {}
                    }
                });
            });
        })?;
        Ok(Self { address, state, thread: Some(thread) })
    }

    /// `host:port`.
    #[must_use]
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Does this with the next request, after those that were told before.
    pub fn next(&self, fault: Fault) {
        self.kept().faults.push_back(fault);
    }

    /// Does this with every request from now on; `None`: takes them.
    pub fn always(&self, fault: Option<Fault>) {
        self.kept().always = fault;
    }

    /// Forgets what was taken.
    pub fn forget(&self) {
        self.kept().taken.clear();
    }

    /// How many requests came, whatever was done with them.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.kept().seen
    }

    /// The spans that were taken.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let requests: Vec<ExportTraceServiceRequest> = self.decoded(Signal::Traces);
        let resources = requests.into_iter().flat_map(|request| request.resource_spans);
        resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
    }

    /// The log records that were taken.
    #[must_use]
    pub fn logs(&self) -> Vec<LogRecord> {
        let requests: Vec<ExportLogsServiceRequest> = self.decoded(Signal::Logs);
        let resources = requests.into_iter().flat_map(|request| request.resource_logs);
        resources.flat_map(|resource| resource.scope_logs).flat_map(|scope| scope.log_records).collect()
    }

    /// The metrics that were taken, in the order of their arrival.
    #[must_use]
    pub fn metrics(&self) -> Vec<Metric> {
        let requests: Vec<ExportMetricsServiceRequest> = self.decoded(Signal::Metrics);
        let resources = requests.into_iter().flat_map(|request| request.resource_metrics);
        resources.flat_map(|resource| resource.scope_metrics).flat_map(|scope| scope.metrics).collect()
    }

    /// The requests that were taken as they were encoded, without compression.
    #[must_use]
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.kept().taken.iter().map(|(_, body)| body.clone()).collect()
    }

    fn decoded<M: Message + Default>(&self, signal: Signal) -> Vec<M> {
        let kept = self.kept();
        let bodies = kept.taken.iter().filter(|(of, _)| *of == signal);
        bodies.filter_map(|(_, body)| M::decode(body.as_slice()).ok()).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.state.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.state.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, state: &Arc<State>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(state);
        tokio::spawn(async move {
            let answer = service_fn(move |request| answer(request, Arc::clone(&state)));
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

type Body = BoxBody<Bytes, Infallible>;

async fn answer(request: Request<Incoming>, state: Arc<State>) -> Result<Response<Body>, io::Error> {
    let headers = request.headers().clone();
    let is_grpc =
        headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    let path = request.uri().path().to_ascii_lowercase();
    let signal =
        Signal::ALL.iter().copied().find(|signal| path.contains(signal.as_str().trim_end_matches('s')));
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let fault = {
        let mut kept = state.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.seen += 1;
        kept.faults.pop_front().or_else(|| kept.always.clone())
    };
    match fault {
        Some(Fault::Silence) => std::future::pending::<()>().await,
        Some(Fault::Close) => return Err(io::Error::other("told to close")),
        Some(Fault::Status(status)) => return Ok(refusal(is_grpc, status, None)),
        Some(Fault::RetryAfter(seconds)) => {
            let status = if is_grpc { 14 } else { 503 };
            return Ok(refusal(is_grpc, status, Some(seconds)));
        }
        Some(Fault::Partial(_)) | None => {}
    }
    let Some(signal) = signal else { return Ok(refusal(is_grpc, if is_grpc { 12 } else { 404 }, None)) };
    let plain = decompress(&headers, &body, is_grpc)?;
    state.kept.lock().unwrap_or_else(PoisonError::into_inner).taken.push((signal, plain));
    let rejected = match fault {
        Some(Fault::Partial(rejected)) => rejected,
        _ => 0,
    };
    Ok(success(is_grpc, rejected))
}

fn decompress(headers: &HeaderMap, body: &[u8], is_grpc: bool) -> io::Result<Vec<u8>> {
    let (message, is_gzip) = if is_grpc {
        (body.get(5..).unwrap_or_default(), body.first() == Some(&1))
    } else {
        (body, headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip"))
    };
    let mut plain = Vec::new();
    if is_gzip {
        flate2::read::GzDecoder::new(message).read_to_end(&mut plain)?;
    } else {
        plain.extend(message);
    }
    Ok(plain)
}

fn success(is_grpc: bool, rejected: i64) -> Response<Body> {
    // partial_success { rejected_*: n }, for all three signals.
    let message = if rejected == 0 { Vec::new() } else { partial(rejected) };
    if !is_grpc {
        return Response::new(full(message));
    }
    let mut framed = vec![0, 0, 0, 0, u8::try_from(message.len()).unwrap_or(u8::MAX)];
    framed.extend(message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let frames = [Ok(Frame::data(Bytes::from(framed))), Ok(Frame::trailers(trailers))];
    let mut response = Response::new(BodyExt::boxed(Frames(frames.into())));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

fn partial(rejected: i64) -> Vec<u8> {
    use opentelemetry_proto::tonic::collector::logs::v1::{
        ExportLogsPartialSuccess, ExportLogsServiceResponse,
    };
    let partial =
        ExportLogsPartialSuccess { rejected_log_records: rejected, error_message: "told to".into() };
    ExportLogsServiceResponse { partial_success: Some(partial) }.encode_to_vec()
}

fn refusal(is_grpc: bool, status: u16, retry_after: Option<u32>) -> Response<Body> {
    let mut response = Response::new(full(Vec::new()));
    if is_grpc {
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-status", HeaderValue::from(status));
    } else {
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    }
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn full(bytes: Vec<u8>) -> Body {
    Full::new(Bytes::from(bytes)).boxed()
}

/// A body of these frames.
struct Frames(VecDeque<Result<Frame<Bytes>, Infallible>>);

impl hyper::body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(self.0.pop_front())
    }
}

/// How long a helper of tests waits for anything.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

impl Loopback {
    /// Waits until `seen` finds what it looks for, and gives that. `None` after half a minute.
    pub fn wait_for<T>(&self, mut seen: impl FnMut(&Self) -> Option<T>) -> Option<T> {
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(found) = seen(self) {
                return Some(found);
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        None
    }
}
