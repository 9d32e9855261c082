//! tonic's server with the official OTLP messages.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
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
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tonic::codec::CompressionEncoding;
use tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic::{Code, Request, Response, Status};

use codeagent_pipeline::otlp::wire::{put_bytes, put_message, put_uint};

/// Answers with the names of the spans, or does what a name says.
struct Service;

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let headers = format!("{:?}", request.metadata().clone().into_headers()).replace('"', "");
        let scopes = request.get_ref().resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        let names: Vec<_> = scopes.flat_map(|scope| &scope.spans).map(|span| span.name.as_str()).collect();
        let names = names.join(" ");
        let code = |number: &str| Code::from_i32(number.parse().unwrap());
        let message = match names.split_once(' ') {
            Some(("fail", number)) => return Err(Status::new(code(number), format!("told to: {names} é"))),
            Some(("wait", number)) => {
                return Err(Status::with_details(code(number), format!("told to: {names} é"), wait().into()));
            }
            _ if names == "headers" => headers,
            _ => names,
        };
        let partial = ExportTracePartialSuccess { rejected_spans: 0, error_message: message };
        Ok(Response::new(ExportTraceServiceResponse { partial_success: Some(partial) }))
    }
}

/// Takes all metrics.
#[tonic::async_trait]
impl MetricsService for Service {
    async fn export(
        &self,
        _: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// Rejects two log records of each request.
#[tonic::async_trait]
impl LogsService for Service {
    async fn export(
        &self,
        _: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let partial =
            ExportLogsPartialSuccess { rejected_log_records: 2, error_message: "too old".to_owned() };
        Ok(Response::new(ExportLogsServiceResponse { partial_success: Some(partial) }))
    }
}

/// A `google.rpc.Status` that asks to wait for 1.5 s.
fn wait() -> Vec<u8> {
    let mut status = Vec::new();
    put_message(&mut status, 3, |any| {
        put_bytes(any, 1, b"type.googleapis.com/google.rpc.RetryInfo");
        put_message(any, 2, |info| {
            put_message(info, 1, |delay| {
                put_uint(delay, 1, 1);
                put_uint(delay, 2, 500_000_000);
            });
        });
    });
    status
}

pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    accepted: JoinHandle<()>,
}

impl Peer {
    pub(crate) async fn start() -> Peer {
        Peer::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub(super) async fn start_at(address: SocketAddr) -> Peer {
        Peer::serve(address, |stream| async { Some(stream) }).await
    }

    pub(super) async fn start_tls(certificates: &Certificates) -> Peer {
        let acceptor = certificates.acceptor();
        Peer::serve(SocketAddr::from(([127, 0, 0, 1], 0)), move |stream| {
            let acceptor = acceptor.clone();
            async move { acceptor.accept(stream).await.ok().map(Secured) }
        })
        .await
    }

    async fn serve<F, A, S>(address: SocketAddr, accept: F) -> Peer
    where
        F: Fn(tokio::net::TcpStream) -> A + Send + 'static,
        A: Future<Output = Option<S>> + Send,
        S: AsyncRead + AsyncWrite + tonic::transport::server::Connected + Unpin + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let (streams, incoming) = mpsc::channel(16);
        let counted = connections.clone();
        let accepted = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                if let Some(stream) = accept(stream).await {
                    drop(streams.send(Ok::<_, std::io::Error>(stream)).await);
                }
            }
        });
        let service = TraceServiceServer::new(Service)
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd)
            .send_compressed(CompressionEncoding::Gzip);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = Server::builder()
            .add_service(service)
            .add_service(MetricsServiceServer::new(Service).accept_compressed(CompressionEncoding::Gzip))
            .add_service(LogsServiceServer::new(Service).accept_compressed(CompressionEncoding::Gzip))
            .serve_with_incoming_shutdown(ReceiverStream::new(incoming), async move { drop(stopped.await) });
        let served = tokio::spawn(async move { serving.await.unwrap() });
        Peer { address, connections, stop, served, accepted }
    }

    /// Goes away as tonic does: GOAWAY, then the end.
    pub(super) async fn stop(self) {
        self.accepted.abort();
        self.stop.send(()).unwrap();
        self.served.await.unwrap();
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// tonic's own TLS is not built in; this is all that it wants of a stream.
struct Secured(tokio_rustls::server::TlsStream<tokio::net::TcpStream>);

impl tonic::transport::server::Connected for Secured {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// An authority, a server of the name `collector.test` and a client, all in PEM.
pub struct Certificates {
    pub authority: String,
    pub other_authority: String,
    pub client: (String, String),
    server: (String, String),
}

impl Certificates {
    pub fn new() -> Self {
        let authority = || {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
        };
        let (issuer, other) = (authority(), authority());
        let issue = |name: &str, usage| {
            let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            params.extended_key_usages = vec![usage];
            let key = KeyPair::generate().unwrap();
            (params.signed_by(&key, &issuer).unwrap().pem(), key.serialize_pem())
        };
        Certificates {
            server: issue("collector.test", ExtendedKeyUsagePurpose::ServerAuth),
            client: issue("agent", ExtendedKeyUsagePurpose::ClientAuth),
            authority: issuer.pem(),
            other_authority: other.pem(),
        }
    }

    /// A TLS server that wants to see a client's certificate.
    fn acceptor(&self) -> tokio_rustls::TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.as_bytes()).unwrap()).unwrap();
        let clients =
            rustls::server::WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients.build().unwrap())
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(self.server.0.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(self.server.1.as_bytes()).unwrap(),
            )
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        tokio_rustls::TlsAcceptor::from(Arc::new(config))
    }
}
