//! From a configuration to open sockets.

use std::sync::Arc;

use codeagent_config::Section;
use codeagent_pipeline::telemetry::Registry;
use codeagent_pipeline::{BoxFuture, BuildContext, Outputs, Receiver, Running, StartError, Stop};
use codeagent_semconv::metric;
use http::{HeaderName, HeaderValue};
use tokio::net::TcpListener;

use super::config::{Config, HttpConfig};
use super::door::Door;
use super::grpc::Services;
use super::http::Exports;
use crate::net::accept::accept;
use crate::net::grpc_server::{GrpcServer, GrpcServerConfig};
use crate::net::http_server::{CorsPolicy, HttpServer};
use crate::net::listen::{Endpoint, listen, warn_of_exposure};
use crate::net::sender_limits::{Admission, SenderLimits};
use crate::net::server_auth::server_authenticator;
use crate::net::tls_server::{TlsServer, TlsServerConfig};

/// The receiver, built and not started.
pub(super) struct Parts {
    grpc: Option<Part<GrpcServer<Services>>>,
    http: Option<Part<HttpServer<Exports>>>,
}

/// One server and where it will listen.
struct Part<S> {
    server: Arc<S>,
    endpoint: Endpoint,
    tls: Option<TlsServerConfig>,
    admission: Admission,
    metrics: Arc<Registry>,
    /// Where it is configured, for errors.
    path: String,
    /// What ALPN offers.
    protocols: &'static [&'static [u8]],
}

impl Parts {
    /// Builds what the configuration asks for; problems go to the diagnostics.
    pub(super) fn build(
        context: &mut BuildContext<'_>,
        section: &Section,
        config: &Config,
        outputs: &Outputs,
    ) -> Option<Parts> {
        let (id, host) = (context.id.to_string(), context.host);
        let door = |transport| Arc::new(Door::new(&id, transport, host, outputs));
        let protocols = &config.protocols;
        if protocols.grpc.is_none() && protocols.http.is_none() {
            let help = "write `protocols: {grpc: {}, http: {}}`, or one of the two";
            context.diagnostics.push(section.error("at least one protocol is needed", help));
            return None;
        }
        if !config.limits.check(section, context.diagnostics) {
            return None;
        }
        let id = context.id.to_string();
        let limits = config.limits.per_sender.clone().map(|limits| SenderLimits::new(&id, limits));
        let admission = |context: &BuildContext<'_>, protocol: &str, has_auth: bool| Admission {
            connections_max: config.limits.max_connections,
            limits: limits.clone().map(|limits| (limits.by(has_auth), limits)),
            refused: context.host.metrics.counter(
                &metric::CODEAGENT_RECEIVER_REFUSED_CONNECTIONS,
                &[("receiver", &id), ("transport", protocol)],
            ),
        };
        let below = |path: &str| section.at(path).unwrap_or_else(|| section.clone());
        let grpc = protocols.grpc.as_ref().map(|config| {
            let admission = admission(context, "grpc", config.auth.is_some());
            grpc(context, &below("protocols::grpc"), config, &door("grpc"), admission)
        });
        let http = protocols.http.as_ref().map(|config| {
            let admission = admission(context, "http", config.auth.is_some());
            http(context, &below("protocols::http"), config, &door("http"), admission)
        });
        let complete = !matches!(grpc, Some(None)) && !matches!(http, Some(None));
        complete.then_some(Parts { grpc: grpc.flatten(), http: http.flatten() })
    }
}

fn grpc(
    context: &mut BuildContext<'_>,
    section: &Section,
    config: &GrpcServerConfig,
    door: &Arc<Door>,
    admission: Admission,
) -> Option<Part<GrpcServer<Services>>> {
    let authenticator = server_authenticator(config.auth.as_ref(), section, context);
    let (endpoint, settings) = config.settings(section, context.diagnostics)?;
    warn_of_exposure(&endpoint, config.tls.as_ref(), config.auth.is_some(), section, context.diagnostics);
    let services = Services { door: door.clone(), authenticator: authenticator? };
    Some(Part {
        server: Arc::new(GrpcServer::new(services, settings, door.memory.clone())),
        endpoint,
        tls: config.tls.clone(),
        admission,
        metrics: context.host.metrics.clone(),
        path: section.path().to_owned(),
        protocols: &[b"h2"],
    })
}

fn http(
    context: &mut BuildContext<'_>,
    section: &Section,
    config: &HttpConfig,
    door: &Arc<Door>,
    admission: Admission,
) -> Option<Part<HttpServer<Exports>>> {
    let server = config.server();
    let authenticator = server_authenticator(config.auth.as_ref(), section, context);
    let endpoint = server.check(section, context.diagnostics)?;
    warn_of_exposure(&endpoint, config.tls.as_ref(), config.auth.is_some(), section, context.diagnostics);
    let header = |name: &str, value: &str| {
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some((HeaderName::try_from(name).ok()?, value))
    };
    let header_timeout = server.header_timeout();
    let exports = Exports {
        door: door.clone(),
        authenticator: authenticator?,
        cors: CorsPolicy::new(&config.cors.clone().unwrap_or_default()),
        paths: config.paths(),
        extra_headers: server
            .response_headers
            .iter()
            .filter_map(|(name, value)| header(name, value.expose()))
            .collect(),
        config: server,
    };
    Some(Part {
        server: Arc::new(HttpServer::new(exports, header_timeout)),
        endpoint,
        tls: config.tls.clone(),
        admission,
        metrics: context.host.metrics.clone(),
        path: section.path().to_owned(),
        protocols: &[b"h2", b"http/1.1"],
    })
}

impl<S> Part<S> {
    async fn open(&self) -> Result<(Arc<TcpListener>, Option<Arc<TlsServer>>), StartError> {
        let tls = match &self.tls {
            Some(tls) => {
                let path = format!("{}::tls", self.path);
                Some(TlsServer::start(tls, self.protocols, &path, &self.metrics)?)
            }
            None => None,
        };
        let listener = listen(&self.endpoint, &format!("{}::endpoint", self.path)).await?;
        Ok((listener, tls))
    }
}

fn shown(protocol: &str, listener: &TcpListener) -> String {
    match listener.local_addr() {
        Ok(address) => format!("{protocol} {address}"),
        Err(_) => protocol.to_owned(),
    }
}

async fn served(server: Option<impl Future<Output = ()>>) {
    if let Some(server) = server {
        server.await;
    }
}

impl Receiver for Parts {
    fn start(self: Box<Self>, stop: Stop) -> BoxFuture<'static, Result<Running, StartError>> {
        Box::pin(async move {
            // Both sockets before either serves: a collector that cannot start takes nothing.
            let mut endpoints = Vec::new();
            let mut open_grpc = None;
            if let Some(part) = self.grpc {
                let (listener, tls) = part.open().await?;
                endpoints.push(shown("grpc", &listener));
                open_grpc = Some(accept(listener, tls, part.server, part.admission, stop.clone()));
            }
            let mut open_http = None;
            if let Some(part) = self.http {
                let (listener, tls) = part.open().await?;
                endpoints.push(shown("http", &listener));
                open_http = Some(accept(listener, tls, part.server, part.admission, stop));
            }
            let task = tokio::spawn(async move {
                tokio::join!(served(open_grpc), served(open_http));
            });
            Ok(Running { task, endpoints })
        })
    }
}
