//! An HTTP backend inside the test that answers as it is told: OTLP, remote write or bulk.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::ports::free_port;

/// What the backend does with a request that carries telemetry.
#[derive(Clone, Debug)]
pub enum Reply {
    /// This status code, with this header if any.
    Status(u16, Option<(&'static str, &'static str)>),
    /// No answer, ever.
    Hang,
    /// The connection is closed in place of an answer.
    Close,
    /// 200, with a body that means nothing.
    Nonsense,
}

/// A backend on a port of its own. It serves as long as the runtime of its test.
pub struct Backend {
    port: u16,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    replies: Mutex<VecDeque<Reply>>,
    taken: Mutex<u64>,
}

impl Backend {
    /// A backend that takes all it is given.
    pub async fn start() -> Self {
        let port = free_port();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let desk = Arc::new(Desk::default());
        tokio::spawn(serve(listener, desk.clone()));
        Backend { port, desk }
    }

    /// `http://127.0.0.1:port`
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How to answer the next requests with telemetry, one after the other; after them, all is taken again.
    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.desk.replies.lock().unwrap().extend(replies);
    }

    /// How many requests with telemetry it took.
    pub fn taken(&self) -> u64 {
        *self.desk.taken.lock().unwrap()
    }
}

async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    while let Ok((stream, _)) = listener.accept().await {
        let desk = desk.clone();
        let service = service_fn(move |request| answer(request, desk.clone()));
        // A connection that fails concerns its client alone.
        tokio::spawn(
            async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await },
        );
    }
}

async fn answer(request: Request<Incoming>, desk: Arc<Desk>) -> io::Result<Response<Full<Bytes>>> {
    let path = request.uri().path().to_owned();
    let is_bulk = path.ends_with("/_bulk");
    let is_telemetry = is_bulk || path.contains("/v1/");
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    if !is_telemetry {
        // What Elasticsearch and OpenSearch are asked at start.
        return Ok(ok(
            r#"{"acknowledged":true,"version":{"number":"9.0.0"},"tagline":"You Know, for Search"}"#,
        ));
    }
    let reply = desk.replies.lock().unwrap().pop_front();
    match reply {
        None => {
            *desk.taken.lock().unwrap() += 1;
            Ok(if is_bulk { bulk_answer(&body) } else { ok("") })
        }
        Some(Reply::Status(code, header)) => {
            let mut response = Response::builder().status(code);
            if let Some((name, value)) = header {
                response = response.header(name, value);
            }
            response.body(Full::default()).map_err(io::Error::other)
        }
        Some(Reply::Hang) => {
            let never: Infallible = std::future::pending().await;
            match never {}
        }
        Some(Reply::Close) => Err(io::Error::other("told to close")),
        Some(Reply::Nonsense) => Ok(ok("<<<nonsense>>>")),
    }
}

fn ok(body: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_owned()));
    let (json, product) = ("application/json".parse().unwrap(), "Elasticsearch".parse().unwrap());
    response.headers_mut().insert("content-type", json);
    response.headers_mut().insert("x-elastic-product", product);
    // Without these a sender of remote write 2.0 takes the backend for one that knows only 1.0.
    for name in ["samples", "histograms", "exemplars"] {
        let name: hyper::header::HeaderName =
            format!("x-prometheus-remote-write-{name}-written").parse().unwrap();
        response.headers_mut().insert(name, "1".parse().unwrap());
    }
    response
}

/// Every document of a bulk was created. Two lines are a document.
fn bulk_answer(body: &[u8]) -> Response<Full<Bytes>> {
    let documents = body.iter().filter(|byte| **byte == b'\n').count() / 2;
    let items = vec![r#"{"create":{"_index":"i","_id":"1","status":201}}"#; documents].join(",");
    ok(&format!(r#"{{"took":1,"errors":false,"items":[{items}]}}"#))
}
