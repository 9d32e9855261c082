//! An OTLP backend inside the test, with faults to order.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tokio::runtime::Runtime;
use tonic::codec::CompressionEncoding;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status, async_trait};

use crate::numbered::{NUMBER, Numbers, numbers_of, numbers_of_all};
use crate::otlp::{Payload, Signal};
use crate::patience::PATIENCE;
use crate::ports::free_port;

/// What the sink does with a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Keeps it.
    Accept,
    /// Keeps it after a while.
    Delay(Duration),
    /// Answers with this code and keeps nothing.
    Refuse(Code),
    /// Never answers.
    Hang,
    /// Keeps it, and never answers.
    KeepAndHang,
    /// Refuses for good what holds this number, and keeps all else.
    Poison(u64),
}

/// A gRPC server for the three signals that keeps what it gets.
pub struct Sink {
    port: u16,
    inbox: Arc<Inbox>,
    /// A runtime of its own: when it goes, all connections go with it, at once.
    runtime: Option<Runtime>,
}

struct Inbox {
    /// Whether only the numbers of spans are kept.
    strips: bool,
    mode: Mutex<Mode>,
    received: Mutex<Vec<Payload>>,
}

impl Sink {
    /// A sink that accepts.
    pub fn start() -> Self {
        Self::start_with(false)
    }

    /// A sink that keeps of each span no attribute but its number: for more than memory holds.
    pub fn start_stripping() -> Self {
        Self::start_with(true)
    }

    fn start_with(strips: bool) -> Self {
        let inbox = Inbox { strips, mode: Mutex::new(Mode::Accept), received: Mutex::new(Vec::new()) };
        let mut sink = Sink { port: free_port(), inbox: Arc::new(inbox), runtime: None };
        sink.up();
        sink
    }

    /// `127.0.0.1:port`, as the exporter `otlp` takes it.
    pub fn endpoint(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What to do with requests from now on.
    pub fn set(&self, mode: Mode) {
        *self.inbox.mode.lock().unwrap() = mode;
    }

    /// Closes the port and resets all connections.
    pub fn down(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Serves again, on the same port.
    pub fn up(&mut self) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let incoming = {
            let _inside = runtime.enter();
            bind(address)
        };
        let service = Service(self.inbox.clone());
        runtime.spawn(
            Server::builder()
                .add_service(decoding_traces(TraceServiceServer::new(service.clone())))
                .add_service(decoding_metrics(MetricsServiceServer::new(service.clone())))
                .add_service(decoding_logs(LogsServiceServer::new(service)))
                .serve_with_incoming(incoming),
        );
        self.runtime = Some(runtime);
    }

    /// All requests of a signal, in the order in which they came.
    pub fn received(&self, signal: Signal) -> Vec<Payload> {
        let received = self.inbox.received.lock().unwrap();
        received.iter().filter(|payload| payload.signal() == signal).cloned().collect()
    }

    /// How many items of a signal arrived.
    pub fn items(&self, signal: Signal) -> usize {
        let received = self.inbox.received.lock().unwrap();
        received.iter().filter(|payload| payload.signal() == signal).map(Payload::items).sum()
    }

    /// The numbers that arrived in a signal, with how often each did.
    pub fn numbers(&self, signal: Signal) -> Numbers {
        let received = self.inbox.received.lock().unwrap();
        numbers_of_all(received.iter().filter(|payload| payload.signal() == signal))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.down();
    }
}

/// Binds a port that is free, or is about to be: it can be held for a moment by connections that were just reset, or by a
/// child process of another test that is between its fork and its exec.
fn bind(address: SocketAddr) -> TcpIncoming {
    let begun = Instant::now();
    loop {
        match TcpIncoming::bind(address) {
            Ok(incoming) => return incoming,
            Err(error) => assert!(begun.elapsed() < PATIENCE, "{address}: {error}"),
        }
        std::thread::yield_now();
    }
}

fn strip(payload: &mut Payload) {
    let Payload::Traces(request) = payload else { return };
    let scopes = request.resource_spans.iter_mut().flat_map(|resource| &mut resource.scope_spans);
    for span in scopes.flat_map(|scope| &mut scope.spans) {
        span.attributes.retain(|attribute| attribute.key == NUMBER);
    }
}

#[derive(Clone)]
struct Service(Arc<Inbox>);

impl Service {
    async fn take(&self, mut payload: Payload) -> Result<(), Status> {
        let mode = *self.0.mode.lock().unwrap();
        match mode {
            Mode::Accept => {}
            Mode::Delay(time) => tokio::time::sleep(time).await,
            Mode::Refuse(code) => return Err(Status::new(code, "the sink was told to refuse")),
            Mode::Hang => std::future::pending().await,
            Mode::Poison(number) if numbers_of(&payload).contains_key(&number) => {
                return Err(Status::invalid_argument(format!("number {number} is not welcome")));
            }
            Mode::KeepAndHang | Mode::Poison(_) => {}
        }
        if self.0.strips {
            strip(&mut payload);
        }
        self.0.received.lock().unwrap().push(payload);
        if mode == Mode::KeepAndHang { std::future::pending().await } else { Ok(()) }
    }
}

macro_rules! service {
    ($trait:ident, $server:ident, $request:ident, $response:ident, $payload:ident, $decoding:ident) => {
        #[async_trait]
        impl $trait for Service {
            async fn export(&self, request: Request<$request>) -> Result<Response<$response>, Status> {
                self.take(Payload::$payload(request.into_inner())).await?;
                Ok(Response::new($response::default()))
            }
        }

        fn $decoding(server: $server<Service>) -> $server<Service> {
            server
                .accept_compressed(CompressionEncoding::Gzip)
                .accept_compressed(CompressionEncoding::Zstd)
                .max_decoding_message_size(usize::MAX)
        }
    };
}

service!(
    TraceService,
    TraceServiceServer,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
    Traces,
    decoding_traces
);
service!(
    MetricsService,
    MetricsServiceServer,
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
    Metrics,
    decoding_metrics
);
service!(
    LogsService,
    LogsServiceServer,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
    Logs,
    decoding_logs
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbered::{base, logs, missing, spans};
    use crate::otlp::Sender;

    #[tokio::test]
    async fn a_sink_keeps_every_number_that_it_acknowledged() {
        let sink = Sink::start();
        let sender = Sender::new(&format!("http://{}", sink.endpoint()));
        let first = base();
        sender.send(&spans(first..first + 10, "test")).await.unwrap();
        sender.clone().gzip().send(&spans(first + 10..first + 20, "test")).await.unwrap();
        sender.clone().zstd().send(&logs(first..first + 5, "test")).await.unwrap();
        assert_eq!(missing(first..first + 20, &sink.numbers(Signal::Traces)), "");
        assert_eq!(sink.items(Signal::Logs), 5);
    }

    #[tokio::test]
    async fn a_sink_refuses_and_dies_and_returns_as_it_is_told() {
        let mut sink = Sink::start();
        let sender = Sender::new(&format!("http://{}", sink.endpoint()));
        sink.set(Mode::Refuse(Code::ResourceExhausted));
        assert_eq!(sender.send(&spans(0..1, "test")).await.unwrap_err().code(), Code::ResourceExhausted);
        sink.set(Mode::Accept);
        sink.down();
        sender.send(&spans(1..2, "test")).await.unwrap_err();
        sink.up();
        sender.send(&spans(2..3, "test")).await.unwrap();
        assert_eq!(sink.numbers(Signal::Traces).into_keys().collect::<Vec<_>>(), [2]);
    }
}
