//! A small HTTP/1.1 server for pages about the collector itself: health, own metrics, the ledger.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::BoxFuture;
use codeagent_pipeline::auth::ServerAuthenticator;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::RwLock;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::tls_server::TlsServer;

/// What a path answers.
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its media type.
    pub content_type: &'static str,
    /// The page.
    pub body: String,
}

/// Who may see the pages, and how they travel.
#[derive(Clone, Default)]
pub struct Guard {
    /// Asked before any page is shown.
    pub authenticator: Option<Arc<dyn ServerAuthenticator>>,
    /// Plain HTTP without it.
    pub tls: Option<Arc<TlsServer>>,
}

/// Time for a TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the body of an order to arrive.
const ORDER_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections served at once; more wait.
const CONNECTIONS: usize = 64;

/// Bytes of an order.
const ORDER_BYTES_MAX: usize = 64 << 10;
/// What an order must carry. A page of a browser cannot send it to another site without being allowed to, and is
/// never allowed to here.
const ORDER_HEADER: &str = "codeagent-admin";
/// What browsers send with an order, and nobody else does.
const BROWSER_HEADERS: [&str; 2] = ["origin", "sec-fetch-site"];

/// Gives the page of a path, or nothing for 404.
pub type Answer = Arc<dyn Fn(&str) -> Option<Reply> + Send + Sync>;

/// Carries out an order, a POST to a path with a body, or says nothing for 404.
pub type Order = Arc<dyn Fn(String, Bytes) -> BoxFuture<'static, Option<Reply>> + Send + Sync>;

/// All that is served at an address.
#[derive(Clone)]
pub struct Site {
    /// The pages.
    pub answer: Answer,
    /// Who carries out orders. They are taken from whom the guard knows; where it knows nobody, from this machine.
    pub order: Option<Order>,
    /// Who is let in.
    pub guard: Arc<RwLock<Guard>>,
}

/// Serves GET requests to anybody, until the task is dropped.
pub async fn serve(listener: TcpListener, answer: Answer) {
    serve_site(listener, Site { answer, order: None, guard: Arc::default() }).await;
}

/// Serves a site until the task is dropped.
pub async fn serve_site(listener: TcpListener, site: Site) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (site, is_local) = (site.clone(), peer.ip().to_canonical().is_loopback());
        tokio::spawn(async move {
            let tls = site.guard.read().tls.clone();
            match tls {
                None => converse(stream, &site, is_local).await,
                Some(tls) => {
                    match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.acceptor().accept(stream)).await {
                        Ok(Ok(stream)) => converse(stream, &site, is_local).await,
                        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                        Err(_) => tracing::debug!("a TLS handshake took too long"),
                    }
                }
            }
            drop(place);
        });
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, site: &Site, is_local: bool) {
    let service =
        service_fn(|request| async move { Ok::<_, Infallible>(guarded(request, site, is_local).await) });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn guarded(request: Request<Incoming>, site: &Site, is_local: bool) -> Response<Full<Bytes>> {
    let authenticator = site.guard.read().authenticator.clone();
    let is_known = authenticator.is_some();
    if let Some(Err(error)) = authenticator.map(|guard| guard.authenticate(request.headers())) {
        let mut response = refusal(StatusCode::UNAUTHORIZED, &error.to_string());
        let asks = header::HeaderValue::from_static("Basic realm=\"collector\", Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, asks);
        return response;
    }
    match (request.method(), &site.order) {
        (&Method::GET | &Method::HEAD, _) => respond((site.answer)(request.uri().path())),
        (&Method::POST, Some(order)) => carry_out(request, order, is_known || is_local).await,
        (_, order) => {
            let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "");
            let allowed = if order.is_some() { "GET, HEAD, POST" } else { "GET, HEAD" };
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allowed));
            response
        }
    }
}

async fn carry_out(request: Request<Incoming>, order: &Order, is_trusted: bool) -> Response<Full<Bytes>> {
    let headers = request.headers();
    if !headers.contains_key(ORDER_HEADER) || BROWSER_HEADERS.iter().any(|name| headers.contains_key(*name)) {
        return refusal(StatusCode::FORBIDDEN, "orders are not taken from browsers");
    }
    if !is_trusted {
        let advice = "orders from other machines are taken only where `auth` says who may give them";
        return refusal(StatusCode::FORBIDDEN, advice);
    }
    let path = request.uri().path().to_owned();
    let body =
        tokio::time::timeout(ORDER_TIMEOUT, Limited::new(request.into_body(), ORDER_BYTES_MAX).collect());
    match body.await {
        Ok(Ok(body)) => respond(order(path, body.to_bytes()).await),
        Ok(Err(error)) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
        Err(_) => refusal(StatusCode::REQUEST_TIMEOUT, "the order did not arrive in time"),
    }
}

fn refusal(status: StatusCode, why: &str) -> Response<Full<Bytes>> {
    let mut response =
        Response::new(if why.is_empty() { Full::default() } else { Full::from(format!("{why}\n")) });
    *response.status_mut() = status;
    response
}

fn respond(reply: Option<Reply>) -> Response<Full<Bytes>> {
    let Some(reply) = reply else { return refusal(StatusCode::NOT_FOUND, "not found") };
    let mut response = Response::new(Full::from(reply.body));
    *response.status_mut() = reply.status;
    let kind = header::HeaderValue::from_static(reply.content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
