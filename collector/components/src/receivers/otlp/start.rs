//! From a configuration to open sockets.

use std::sync::Arc;

use codeagent_config::Section;
use codeagent_pipeline::telemetry::Registry;
use codeagent_pipeline::{BoxFuture, BuildContext, Outputs, Receiver, Running, StartError, Stop};
use http::{HeaderName, HeaderValue};
use tokio::net::TcpListener;

use super::config::{Config, HttpConfig};
use super::door::Door;
use super::grpc::Services;
use super::http::Exports;
use crate::net::accept::accept;
use crate::net::grpc_server::{GrpcServer, GrpcServerConfig};
use crate::net::http_server::{CorsPolicy, HttpServer};
use crate::net::listen::{Endpoint, listen};
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
        let below = |path: &str| section.at(path).unwrap_or_else(|| section.clone());
        let grpc = protocols
            .grpc
            .as_ref()
            .map(|config| grpc(context, &below("protocols::grpc"), config, &door("grpc")));
        let http = protocols
            .http
            .as_ref()
            .map(|config| http(context, &below("protocols::http"), config, &door("http")));
        let complete = !matches!(grpc, Some(None)) && !matches!(http, Some(None));
        complete.then_some(Parts { grpc: grpc.flatten(), http: http.flatten() })
    }
}

fn grpc(
    context: &mut BuildContext<'_>,
    section: &Section,
    config: &GrpcServerConfig,
    door: &Arc<Door>,
) -> Option<Part<GrpcServer<Services>>> {
    let authenticator = server_authenticator(config.auth.as_ref(), section, context);
    let (endpoint, settings) = config.settings(section, context.diagnostics)?;
    let services = Services { door: door.clone(), authenticator: authenticator? };
    Some(Part {
        server: Arc::new(GrpcServer::new(services, settings, door.memory.clone())),
        endpoint,
        tls: config.tls.clone(),
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
) -> Option<Part<HttpServer<Exports>>> {
    let server = config.server();
    let authenticator = server_authenticator(config.auth.as_ref(), section, context);
    let endpoint = server.check(section, context.diagnostics)?;
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
        metrics: context.host.metrics.clone(),
        path: section.path().to_owned(),
        protocols: &[b"h2", b"http/1.1"],
    })
}

impl<S> Part<S> {
    async fn open(&self) -> Result<(TcpListener, Option<Arc<TlsServer>>), StartError> {
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

impl Receiver for Parts {
    fn start(self: Box<Self>, stop: Stop) -> BoxFuture<'static, Result<Running, StartError>> {
        Box::pin(async move {
            // Both sockets before either serves: a collector that cannot start takes nothing.
            let mut endpoints = Vec::new();
            let mut open_grpc = None;
            if let Some(part) = self.grpc {
                let (listener, tls) = part.open().await?;
                endpoints.push(shown("grpc", &listener));
                open_grpc = Some((part.server, listener, tls));
            }
            let mut open_http = None;
            if let Some(part) = self.http {
                let (listener, tls) = part.open().await?;
                endpoints.push(shown("http", &listener));
                open_http = Some((part.server, listener, tls));
            }
            let stop_http = stop.clone();
            let task = tokio::spawn(async move {
                let grpc = async {
                    if let Some((server, listener, tls)) = open_grpc {
                        accept(listener, tls, server, stop).await;
                    }
                };
                let http = async {
                    if let Some((server, listener, tls)) = open_http {
                        accept(listener, tls, server, stop_http).await;
                    }
                };
                tokio::join!(grpc, http);
            });
            Ok(Running { task, endpoints })
        })
    }
}
