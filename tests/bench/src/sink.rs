//! Back ends that count: OTLP over gRPC, Prometheus remote write, Elasticsearch bulk.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::io::Read;
use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use codeagent_pipeline::Signal;
use codeagent_pipeline::otlp::validate;
use codeagent_pipeline::otlp::wire::{Fields, Value};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const WINDOW: u32 = 4 << 20;

/// Counts what arrives.
#[derive(Default)]
pub struct Sink {
    items: Cell<usize>,
    /// How often each number came, where numbers are asked for.
    numbers: RefCell<Option<Vec<u8>>>,
}

impl Sink {
    /// Items so far.
    pub fn items(&self) -> usize {
        self.items.get()
    }

    /// Forgets them.
    pub fn reset(&self) {
        self.items.set(0);
    }

    /// From now on counts how often each span came whose id is a number below `end`.
    pub fn count_numbers(&self, end: usize) {
        *self.numbers.borrow_mut() = Some(vec![0; end]);
    }

    /// How often each number came.
    pub fn numbers(&self) -> Vec<u8> {
        self.numbers.borrow().clone().unwrap_or_default()
    }

    fn note_numbers(&self, message: &[u8]) {
        if let Some(seen) = &mut *self.numbers.borrow_mut() {
            for number in crate::numbered::numbers(message) {
                if let Some(times) = usize::try_from(number).ok().and_then(|number| seen.get_mut(number)) {
                    *times = times.saturating_add(1);
                }
            }
        }
    }

    fn add(&self, items: usize) {
        self.items.set(self.items.get() + items);
    }

    /// Serves OTLP over gRPC on one port and HTTP on another; both are returned.
    pub async fn serve(self: &Rc<Self>) -> anyhow::Result<(u16, u16)> {
        let grpc = TcpListener::bind("127.0.0.1:0").await?;
        let http = TcpListener::bind("127.0.0.1:0").await?;
        let ports = (grpc.local_addr()?.port(), http.local_addr()?.port());
        tokio::task::spawn_local(self.clone().serve_grpc_on(grpc));
        let sink = self.clone();
        tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = http.accept().await {
                tokio::task::spawn_local(sink.clone().serve_http(stream));
            }
        });
        Ok(ports)
    }

    /// Serves OTLP over gRPC. Where this future is dropped, all connections are cut.
    pub async fn serve_grpc_on(self: Rc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn_local(self.clone().serve_grpc(stream));
        }
    }

    async fn serve_grpc(self: Rc<Self>, stream: TcpStream) {
        let mut builder = h2::server::Builder::new();
        builder
            .initial_window_size(WINDOW)
            .initial_connection_window_size(4 * WINDOW)
            .max_frame_size(1 << 20);
        let Ok(mut connection) = builder.handshake::<_, Bytes>(stream).await else { return };
        while let Some(Ok((request, respond))) = connection.accept().await {
            let sink = self.clone();
            tokio::task::spawn_local(async move {
                // A stream that breaks shows as items that are missing.
                let _ = sink.answer_grpc(request, respond).await;
            });
        }
    }

    async fn answer_grpc(
        &self,
        request: Request<h2::RecvStream>,
        mut respond: h2::server::SendResponse<Bytes>,
    ) -> anyhow::Result<()> {
        let signal = Signal::ALL.into_iter().find(|signal| {
            let service = signal.as_str().trim_end_matches('s').to_owned();
            request.uri().path().contains(&service)
        });
        let mut body = request.into_body();
        let mut bytes = BytesMut::new();
        while let Some(data) = body.data().await {
            let data = data?;
            body.flow_control().release_capacity(data.len())?;
            bytes.extend_from_slice(&data);
        }
        let (compressed, message) = (bytes.first() == Some(&1), bytes.get(5..).unwrap_or_default());
        let message = if compressed { gunzip(message)? } else { message.to_vec() };
        self.add(validate(signal.unwrap_or(Signal::Traces), &message)?);
        self.note_numbers(&message);
        let response = Response::builder().header("content-type", "application/grpc").body(())?;
        let mut stream = respond.send_response(response, false)?;
        stream.send_data(Bytes::from_static(&[0, 0, 0, 0, 0]), false)?;
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        stream.send_trailers(trailers)?;
        Ok(())
    }

    async fn serve_http(self: Rc<Self>, stream: TcpStream) {
        let service = service_fn(move |request| {
            let sink = self.clone();
            async move { Ok::<_, Infallible>(sink.answer_http(request).await) }
        });
        // A connection that breaks shows as items that are missing.
        let _ =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer_http(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return refusal() };
        let header =
            |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let body = match header("content-encoding") {
            "gzip" => gunzip(&body.to_bytes()).ok(),
            "snappy" => snap::raw::Decoder::new().decompress_vec(&body.to_bytes()).ok(),
            _ => Some(body.to_bytes().to_vec()),
        };
        let Some(body) = body else { return refusal() };
        if parts.uri.path().ends_with("/_bulk") {
            return self.bulk(&body);
        }
        if parts.uri.path().ends_with("/write") {
            return self.remote_write(&body, header("content-type").contains("v2"));
        }
        let about =
            r#"{"version":{"number":"9.5.3","build_flavor":"default"},"tagline":"You Know, for Search"}"#;
        elastic(about.to_owned())
    }

    fn bulk(&self, body: &[u8]) -> Response<Full<Bytes>> {
        let documents = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() / 2;
        self.add(documents);
        let items = vec![r#"{"create":{"status":201}}"#; documents].join(",");
        elastic(format!(r#"{{"took":1,"errors":false,"items":[{items}]}}"#))
    }

    fn remote_write(&self, body: &[u8], second: bool) -> Response<Full<Bytes>> {
        // Time series are field 1 of the first version and 5 of the second; samples and histograms 2 and 4, 2 and 3.
        let (series, histogram) = if second { (5, 3) } else { (1, 4) };
        let (mut samples, mut histograms) = (0, 0);
        for (field, value) in Fields::new(body) {
            if let (true, Value::Bytes(message)) = (field == series, value) {
                for (field, _) in Fields::new(message) {
                    samples += usize::from(field == 2);
                    histograms += usize::from(field == histogram);
                }
            }
        }
        self.add(samples + histograms);
        let response = Response::builder()
            .status(StatusCode::NO_CONTENT)
            .header("X-Prometheus-Remote-Write-Samples-Written", samples)
            .header("X-Prometheus-Remote-Write-Histograms-Written", histograms)
            .header("X-Prometheus-Remote-Write-Exemplars-Written", 0);
        response.body(Full::default()).unwrap_or_else(|_| refusal())
    }
}

fn elastic(body: String) -> Response<Full<Bytes>> {
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("X-Elastic-Product", "Elasticsearch");
    response.body(Full::from(body)).unwrap_or_else(|_| refusal())
}

fn refusal() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

fn gunzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out)?;
    Ok(out)
}
