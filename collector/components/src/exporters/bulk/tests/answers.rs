//! What servers answer, and what becomes of the request: against a server that answers as it is told.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::{BuildContext, Exporter, Host, SendError, Sent, Signal};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::{Span, span::Event};
use serde_json::{Value, json};

use super::super::mapping::Mode;
use super::super::{BulkExporter, BulkPath, Endpoints, Request, RetryStatuses};
use super::kit::*;
use crate::net::compress::Compression;
use crate::net::http_client::{HttpClient, HttpSettings};

/// Answers one after the other, and what was asked.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<Vec<Response<Full<Bytes>>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    async fn serve(answers: Vec<Response<Full<Bytes>>>) -> (String, Script) {
        let script = Script { answers: Arc::new(Mutex::new(answers)), ..Script::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = script.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let script = served.clone();
                let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
                    script.clone().answer(request)
                });
                let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                tokio::spawn(
                    async move { drop(builder.serve_connection(TokioIo::new(stream), service).await) },
                );
            }
        });
        (url, script)
    }

    async fn answer(self, request: http::Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let line = format!("{} {}", request.method(), request.uri().path());
        let body = request.into_body().collect().await.unwrap().to_bytes();
        self.asked.lock().unwrap().push(format!("{line}\n{}", String::from_utf8_lossy(&body)));
        let mut answers = self.answers.lock().unwrap();
        Ok(if answers.is_empty() { Response::new(Full::default()) } else { answers.remove(0) })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn exporter(signal: Signal, urls: &[&str]) -> BulkExporter {
    let (mut diagnostics, host) = (Diagnostics::new(), Host::new(1, 1 << 30));
    let id = "elasticsearch".parse().unwrap();
    let mut context = BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
    let settings = HttpSettings { compression: Compression::None, ..HttpSettings::default() };
    let client =
        HttpClient::new(&settings, &Section::absent("exporters::elasticsearch"), &mut context).unwrap();
    let urls: Vec<http::Uri> = urls.iter().map(|url| url.parse().unwrap()).collect();
    BulkExporter {
        encoder: encoder(Mode::Otel, signal),
        endpoints: Endpoints::new(client, &urls),
        path: BulkPath { pipeline: "", include_source: None }.to_string(),
        retried: RetryStatuses::default(),
        templates: Vec::new(),
    }
}

fn status(status: u16, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// The answer to documents of which each fared so.
fn fared(statuses: &[u16]) -> Response<Full<Bytes>> {
    let items: Vec<Value> = statuses
        .iter()
        .map(|status| match status {
            201 => json!({"create": {"status": 201}}),
            status => {
                json!({"create": {"status": status, "error": {"type": "t", "reason": format!("r{status}")}}})
            }
        })
        .collect();
    Response::new(Full::from(json!({"errors": true, "items": items}).to_string()))
}

fn four_logs(exporter: &BulkExporter) -> Request {
    let records =
        ["a", "b", "c", "d"].map(|body| LogRecord { body: Some(text(body)), ..LogRecord::default() });
    exporter.encoder.encode(&logs(None, None, records.to_vec())).remove(0)
}

#[tokio::test]
async fn only_what_failed_for_now_is_sent_again_and_a_conflict_is_a_success() {
    let (url, script) = Script::serve(vec![fared(&[201, 429, 400, 409]), fared(&[409])]).await;
    let exporter = exporter(Signal::Logs, &[&url]);
    let mut request = four_logs(&exporter);
    let Err(SendError::Retry { settled, message, .. }) = exporter.send(&mut request).await else { panic!() };
    assert_eq!((settled.delivered, settled.rejected.len()), (2, 1));
    assert_eq!(
        (settled.rejected[0].first_item, settled.rejected[0].message.as_str()),
        (Some(2), "400: t: r400")
    );
    assert!(message.contains("1 of 4 documents") && message.contains("429"), "{message}");
    assert_eq!(exporter.items(&request), 1);
    let Ok(Sent { rejected }) = exporter.send(&mut request).await else { panic!() };
    assert!(rejected.is_empty());
    let asked = script.asked();
    assert_eq!(asked[1].lines().count(), 3, "{}", asked[1]);
    assert!(asked[1].contains("\"text\":\"b\""));
    let line = |text: &str| text.lines().find(|line| line.contains("\"b\"")).unwrap().to_owned();
    assert_eq!(line(&asked[0]), line(&asked[1]));
}

#[tokio::test]
async fn a_span_whose_event_is_refused_counts_once_and_only_when_it_is_settled() {
    let (url, _) = Script::serve(vec![fared(&[503, 400]), fared(&[201])]).await;
    let exporter = exporter(Signal::Traces, &[&url]);
    let span = Span { events: vec![Event::default()], ..Span::default() };
    let mut request = exporter.encoder.encode(&spans(None, None, vec![span])).remove(0);
    let Err(SendError::Retry { settled, .. }) = exporter.send(&mut request).await else { panic!() };
    assert_eq!((settled.delivered, settled.rejected.len(), exporter.items(&request)), (0, 0, 1));
    let Ok(Sent { rejected }) = exporter.send(&mut request).await else { panic!() };
    assert_eq!((rejected.len(), rejected[0].items, rejected[0].message.as_str()), (1, 1, "400: t: r400"));
}

#[tokio::test]
async fn each_status_says_what_is_done_next() {
    for (code, expected) in [
        (400, "refused: 400 Bad Request: why"),
        (401, "refused: the credentials are not accepted: 401"),
        (403, "refused: the credentials do not allow to write: 403"),
        (404, "refused: nothing takes bulk requests at the endpoint: 404"),
        (413, "too large"),
        (429, "retry"),
        (500, "retry"),
        (503, "retry"),
    ] {
        let (url, _) = Script::serve(vec![status(code, "why")]).await;
        let exporter = exporter(Signal::Logs, &[&url]);
        let mut request = four_logs(&exporter);
        let said = match exporter.send(&mut request).await.unwrap_err() {
            SendError::Retry { .. } => "retry".to_owned(),
            SendError::TooLarge { .. } => "too large".to_owned(),
            SendError::Permanent { message, .. } => format!("refused: {message}"),
        };
        assert!(said.starts_with(expected), "{code}: {said}");
        assert_eq!(exporter.items(&request), 4);
    }
}

#[tokio::test]
async fn a_server_that_asks_for_time_gets_it() {
    let mut answer = status(429, "");
    answer.headers_mut().insert("retry-after", "7".parse().unwrap());
    let (url, _) = Script::serve(vec![answer]).await;
    let exporter = exporter(Signal::Logs, &[&url]);
    let Err(SendError::Retry { after, .. }) = exporter.send(&mut four_logs(&exporter)).await else {
        panic!()
    };
    assert_eq!(after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn nonsense_delivers_nothing() {
    for body in ["", "<html>", "{}", "{\"errors\":true,\"items\":[]}", "[1,2"] {
        let (url, _) = Script::serve(vec![status(200, body)]).await;
        let exporter = exporter(Signal::Logs, &[&url]);
        let Err(SendError::Retry { settled, .. }) = exporter.send(&mut four_logs(&exporter)).await else {
            panic!("{body}")
        };
        assert_eq!(settled.delivered, 0);
    }
}

#[tokio::test]
async fn where_one_node_cannot_be_reached_another_is_asked() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let (url, script) = Script::serve(vec![fared(&[201; 4]), fared(&[201; 4]), fared(&[201; 4])]).await;
    let exporter = exporter(Signal::Logs, &[&dead, &url]);
    for _ in 0..3 {
        exporter.send(&mut four_logs(&exporter)).await.unwrap();
    }
    assert_eq!(script.asked().len(), 3);
}

#[test]
fn a_request_is_halved_between_items_down_to_one() {
    let exporter = exporter(Signal::Logs, &["http://localhost:9200"]);
    let mut left = vec![four_logs(&exporter)];
    let mut ones = Vec::new();
    while let Some(request) = left.pop() {
        match exporter.split(request) {
            Ok([first, second]) => left.extend([second, first]),
            Err(whole) => ones.push(whole),
        }
    }
    let bodies: Vec<_> = lines(&ones).iter().map(|(_, document)| document["body"]["text"].clone()).collect();
    assert_eq!(bodies, ["a", "b", "c", "d"]);
    assert!(ones.iter().all(|request| exporter.items(request) == 1));
}
