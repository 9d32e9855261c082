//! A small HTTP/1.1 server for pages about the collector itself: health, own metrics, the ledger.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::auth::ServerAuthenticator;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
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
/// Connections served at once; more wait.
const CONNECTIONS: usize = 64;

/// Gives the page of a path, or nothing for 404.
pub type Answer = Arc<dyn Fn(&str) -> Option<Reply> + Send + Sync>;

/// Serves GET requests to anybody, until the task is dropped.
pub async fn serve(listener: TcpListener, answer: Answer) {
    serve_guarded(listener, answer, Arc::default()).await;
}

/// Serves GET requests to whom `guard` lets in, until the task is dropped.
pub async fn serve_guarded(listener: TcpListener, answer: Answer, guard: Arc<RwLock<Guard>>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (answer, guard) = (answer.clone(), guard.clone());
        tokio::spawn(async move {
            let tls = guard.read().tls.clone();
            match tls {
                None => converse(stream, &answer, &guard).await,
                Some(tls) => {
                    match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.acceptor().accept(stream)).await {
                        Ok(Ok(stream)) => converse(stream, &answer, &guard).await,
                        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                        Err(_) => tracing::debug!("a TLS handshake took too long"),
                    }
                }
            }
            drop(place);
        });
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, answer: &Answer, guard: &RwLock<Guard>) {
    let service = service_fn(|request| std::future::ready(guarded(&request, &**answer, guard)));
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn guarded(
    request: &Request<Incoming>,
    answer: &(dyn Fn(&str) -> Option<Reply> + Send + Sync),
    guard: &RwLock<Guard>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let authenticator = guard.read().authenticator.clone();
    let known = authenticator.map(|guard| guard.authenticate(request.headers()));
    match known {
        Some(Err(error)) => {
            let mut response = Response::new(Full::from(format!("{error}\n")));
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            let asks = header::HeaderValue::from_static("Basic realm=\"collector\", Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, asks);
            Ok(response)
        }
        _ => respond(request, answer),
    }
}

fn respond(
    request: &Request<Incoming>,
    answer: &(dyn Fn(&str) -> Option<Reply> + Send + Sync),
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::default());
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
        return Ok(response);
    }
    match answer(request.uri().path()) {
        Some(reply) => {
            *response.status_mut() = reply.status;
            let kind = header::HeaderValue::from_static(reply.content_type);
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            *response.body_mut() = Full::from(reply.body);
        }
        None => {
            *response.status_mut() = StatusCode::NOT_FOUND;
            *response.body_mut() = Full::from("not found\n");
        }
    }
    Ok(response)
}
