//! A small HTTP/1.1 server for pages about the collector itself: health, own metrics, the ledger.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// What a path answers.
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its media type.
    pub content_type: &'static str,
    /// The page.
    pub body: String,
}

/// Connections served at once; more wait.
const CONNECTIONS: usize = 64;

/// Gives the page of a path, or nothing for 404.
pub type Answer = Arc<dyn Fn(&str) -> Option<Reply> + Send + Sync>;

/// Serves GET requests until the task is dropped.
pub async fn serve(listener: TcpListener, answer: Answer) {
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
        let answer = answer.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| std::future::ready(respond(&request, &*answer)));
            let mut server = hyper::server::conn::http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
            if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
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
