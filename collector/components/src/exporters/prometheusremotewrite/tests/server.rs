//! Against a server that answers what a test says.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::{BuildContext, Host};
use http::{Request as HttpRequest, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::super::tests::{build as otlp, decode, encoder, rules};
use super::*;
use crate::net::http_client::HttpSettings;

/// What the server got: version, content type, body.
type Got = (String, String, Bytes);

/// A server and what it got so far.
struct Server {
    endpoint: Uri,
    got: Arc<Mutex<Vec<Got>>>,
}

/// An answer: status, body, and what was written (samples, histograms, exemplars) if it says so.
#[derive(Clone, Copy)]
struct Answer(u16, &'static str, Option<[u64; 3]>);

impl Server {
    /// Answers one after the other; the last one again and again.
    async fn start(answers: &'static [Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/api/v1/write", listener.local_addr().unwrap()).parse().unwrap();
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let seen = got.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = seen.clone();
                let service = hyper::service::service_fn(move |request: HttpRequest<Incoming>| {
                    let seen = seen.clone();
                    async move { Ok::<_, Infallible>(answer(request, &seen, answers).await) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        Server { endpoint, got }
    }

    fn exporter(&self, chosen: Option<Version>) -> RemoteWrite {
        let mut diagnostics = Diagnostics::new();
        let host = Host::new(1, 1 << 30);
        let id = "prometheusremotewrite".parse().unwrap();
        let mut context =
            BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
        let client = HttpClient::new(&HttpSettings::default(), &Section::absent("exporters"), &mut context);
        RemoteWrite::new(client.unwrap(), self.endpoint.clone(), encoder(rules()), chosen, 5)
    }

    fn versions(&self) -> Vec<String> {
        self.got.lock().iter().map(|(version, _, _)| version.clone()).collect()
    }
}

async fn answer(
    request: HttpRequest<Incoming>,
    seen: &Mutex<Vec<Got>>,
    answers: &[Answer],
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name: &str| head.headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("content-encoding"), "snappy");
    let number = seen.lock().len();
    let got = (header("x-prometheus-remote-write-version"), header("content-type"), body);
    seen.lock().push(got);
    let Answer(status, text, written) = answers[number.min(answers.len() - 1)];
    let mut response = Response::builder().status(status);
    if let Some(written) = written {
        for (name, number) in ["samples", "histograms", "exemplars"].iter().zip(written) {
            response = response.header(format!("X-Prometheus-Remote-Write-{name}-Written"), number);
        }
    }
    if status == 429 {
        response = response.header("retry-after", "7");
    }
    response.body(Full::from(text)).unwrap()
}

/// Three counters of one metric, one with an exemplar.
fn batch() -> Batch {
    let mut points: Vec<_> =
        ["a", "b", "c"].iter().map(|key| otlp::point(1.0, otlp::attributes(&[("k", key)]))).collect();
    points[0].exemplars.push(opentelemetry_proto::tonic::metrics::v1::Exemplar {
        time_unix_nano: otlp::TIME,
        trace_id: vec![1; 16],
        value: Some(opentelemetry_proto::tonic::metrics::v1::exemplar::Value::AsDouble(1.0)),
        ..Default::default()
    });
    let metric = otlp::metric("calls", "", otlp::sum(true, otlp::CUMULATIVE, points));
    otlp::batch(&otlp::request(&[], vec![metric]))
}

/// Encodes and sends one batch, which is one request.
async fn send(exporter: &RemoteWrite) -> Result<Sent, SendError> {
    let mut encoded = exporter.encode(&batch());
    assert_eq!(encoded.requests.len(), 1);
    exporter.send(&mut encoded.requests[0]).await
}

const STORED: Answer = Answer(204, "", Some([3, 0, 1]));

#[tokio::test]
async fn version_two_is_sent_first_and_kept_where_it_is_understood() {
    let server = Server::start(&[STORED]).await;
    let exporter = server.exporter(None);
    for _ in 0..2 {
        assert!(send(&exporter).await.unwrap().rejected.is_empty());
    }
    assert_eq!(server.versions(), ["2.0.0", "2.0.0"]);
    assert_eq!(server.got.lock()[0].1, "application/x-protobuf;proto=io.prometheus.write.v2.Request");
    assert_eq!(exporter.understood.get(), Some(Version::Two));
}

#[tokio::test]
async fn a_server_of_version_one_gets_every_sample_as_one_and_is_remembered() {
    let cases: [&'static [Answer]; 3] = [
        &[Answer(415, "what is that", None), Answer(204, "", None)],
        &[Answer(204, "", None), Answer(204, "", None)],
        &[Answer(400, "proto: wrong wireType", None), Answer(204, "", None)],
    ];
    for answers in cases {
        let server = Server::start(answers).await;
        let exporter = server.exporter(None);
        for _ in 0..2 {
            assert!(send(&exporter).await.unwrap().rejected.is_empty());
        }
        assert_eq!(server.versions(), ["2.0.0", "0.1.0", "0.1.0"]);
        let got = server.got.lock();
        assert_eq!(got[1].1, "application/x-protobuf");
        // An exemplar is sent once.
        let sent = |at: usize| Request {
            version: Version::One,
            body: got[at].2.clone(),
            exemplars: u64::from(at == 1),
            ..whole()
        };
        for at in [1, 2] {
            assert_eq!(decode::decode(&[sent(at)]).series.len(), 3);
        }
    }
}

/// What the batch counts as.
fn whole() -> Request {
    let (mut requests, _) = encoder(rules()).encode(&batch(), Version::Two);
    requests.remove(0)
}

#[tokio::test]
async fn a_version_that_was_chosen_is_not_changed() {
    let server = Server::start(&[Answer(204, "", None)]).await;
    let error = send(&server.exporter(Some(Version::Two))).await.unwrap_err();
    assert!(matches!(error, SendError::Permanent { message, .. } if message.contains("protobuf_message")));
    assert!(send(&server.exporter(Some(Version::One))).await.is_ok());
    assert_eq!(server.versions(), ["2.0.0", "0.1.0"]);
}

#[tokio::test]
async fn only_429_and_5xx_are_tried_again() {
    for status in [500, 503, 429] {
        let answers: &'static [Answer] = Box::leak(Box::new([Answer(status, "busy", None)]));
        let server = Server::start(answers).await;
        let error = send(&server.exporter(None)).await.unwrap_err();
        let SendError::Retry { after, message, .. } = error else { panic!("{status}: {error:?}") };
        assert_eq!(after, (status == 429).then_some(Duration::from_secs(7)), "{status}");
        assert!(message.contains("busy"));
    }
    for status in [400, 401, 403, 404, 409, 422, 308] {
        let answers: &'static [Answer] = Box::leak(Box::new([Answer(status, "no such tenant", None)]));
        let server = Server::start(answers).await;
        let error = send(&server.exporter(None)).await.unwrap_err();
        let SendError::Permanent { message, .. } = error else { panic!("{status}: {error:?}") };
        assert!(message.contains("no such tenant"), "{message}");
    }
}

#[tokio::test]
async fn samples_that_a_server_refuses_are_counted_and_the_rest_is_delivered() {
    let server =
        Server::start(&[Answer(400, "out of order sample for series calls_total", Some([2, 0, 1]))]).await;
    let sent = send(&server.exporter(None)).await.unwrap();
    assert_eq!((sent.rejected.len(), sent.rejected[0].items), (1, 1));
    assert!(sent.rejected[0].message.contains("out of order"));
    let server = Server::start(&[Answer(400, "out of order", Some([0, 0, 0]))]).await;
    assert!(matches!(send(&server.exporter(None)).await, Err(SendError::Permanent { .. })));
    assert_eq!(server.versions(), ["2.0.0"], "a server that counts understands 2.0");
}

#[tokio::test]
async fn an_exemplar_that_a_server_refuses_costs_no_sample() {
    let server = Server::start(&[Answer(400, "out of order exemplar", Some([3, 0, 0]))]).await;
    assert!(send(&server.exporter(None)).await.unwrap().rejected.is_empty());
    assert_eq!(server.versions().len(), 1);
    static ALL_OR_NOTHING: &[Answer] =
        &[Answer(400, "bad Exemplar", Some([0, 0, 0])), Answer(204, "", Some([3, 0, 0]))];
    let server = Server::start(ALL_OR_NOTHING).await;
    assert!(send(&server.exporter(None)).await.unwrap().rejected.is_empty());
    let bodies: Vec<_> = server.got.lock().iter().map(|got| got.2.clone()).collect();
    let exemplars = |body: &Bytes, exemplars| {
        decode::decode(&[Request { body: body.clone(), exemplars, ..whole() }]);
    };
    exemplars(&bodies[0], 1);
    exemplars(&bodies[1], 0);
}

#[tokio::test]
async fn a_request_that_is_too_large_can_be_halved() {
    let server = Server::start(&[Answer(413, "too large", None)]).await;
    let exporter = server.exporter(None);
    let mut request = exporter.encode(&batch()).requests.remove(0);
    assert!(matches!(exporter.send(&mut request).await, Err(SendError::TooLarge { .. })));
    let [first, second] = exporter.split(request).unwrap();
    assert_eq!((exporter.items(&first), exporter.items(&second)), (1, 2));
    assert!(exporter.split(first).is_err());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let server = Server { endpoint, got: Arc::default() };
    assert!(matches!(send(&server.exporter(None)).await, Err(SendError::Retry { .. })));
}
