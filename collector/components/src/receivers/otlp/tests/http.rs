//! HTTP, over hyper's client and over bare sockets.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::{Refused, Signal};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::kit::{Door, MIB, Setting, Then};
use super::samples::encoded;

pub(super) const HTTP: &str = "protocols: {http: {endpoint: '127.0.0.1:0'}}";
pub(super) const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
pub(super) const JSON: (&str, &str) = ("content-type", "application/json");

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

pub(super) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(path).header("host", "test");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Full::new(body.into())).unwrap()
}

async fn collect(response: Response<hyper::body::Incoming>) -> Answer {
    let (head, body) = response.into_parts();
    Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
}

pub(super) async fn send(door: &Door, request: Request<Full<Bytes>>) -> Answer {
    let io = TokioIo::new(TcpStream::connect(door.address("http")).await.unwrap());
    let (mut client, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    let response = tokio::time::timeout(Duration::from_secs(20), client.send_request(request)).await;
    collect(response.expect("an answer").unwrap()).await
}

/// Writes `text` and reads what comes until the end.
async fn raw(door: &Door, text: &[u8]) -> String {
    let mut tcp = TcpStream::connect(door.address("http")).await.unwrap();
    // The server may close before all is written.
    let _ = tcp.write_all(text).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), tcp.read_to_end(&mut answer)).await;
    let _ = read.expect("an end");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn the_three_signals_arrive_byte_for_byte_over_http() {
    let door = Setting::new(HTTP).start().await;
    for signal in Signal::ALL {
        let path = format!("/v1/{signal}");
        let answer = send(&door, request("POST", &path, &[PROTOBUF], encoded(signal, 3))).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
        assert_eq!(answer.headers["content-type"], "application/x-protobuf");
    }
    let large = encoded(Signal::Traces, 50_000);
    let answer = send(&door, request("POST", "/v1/traces", &[PROTOBUF], large.clone())).await;
    assert_eq!(answer.status, StatusCode::OK);
    let mut expected = Signal::ALL.map(|signal| encoded(signal, 3)).to_vec();
    expected.push(large);
    assert!(door.recorder.bodies() == expected);
    door.stop().await;
}

#[tokio::test]
async fn http2_is_spoken_without_being_asked() {
    let door = Setting::new(HTTP).start().await;
    let io = TokioIo::new(TcpStream::connect(door.address("http")).await.unwrap());
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..3 {
        let request = Request::post("http://test/v1/logs").header(PROTOBUF.0, PROTOBUF.1);
        let request = request.body(Full::new(Bytes::from(encoded(Signal::Logs, 2)))).unwrap();
        assert_eq!(collect(client.send_request(request).await.unwrap()).await.status, StatusCode::OK);
    }
    drop(client);
    assert_eq!(door.stop().await[2].items_out, 6);
}

#[tokio::test]
async fn wrong_requests_get_the_status_that_says_what_is_wrong() {
    let good = encoded(Signal::Traces, 1);
    let gzip = ("content-encoding", "gzip");
    let cases: Vec<(&str, Request<Full<Bytes>>, u16, &str)> = vec![
        ("get", request("GET", "/v1/traces", &[PROTOBUF], ""), 405, "POST"),
        ("put", request("PUT", "/v1/traces", &[PROTOBUF], good.clone()), 405, "POST"),
        ("no content type", request("POST", "/v1/traces", &[], good.clone()), 415, "application/x-protobuf"),
        ("text", request("POST", "/v1/traces", &[("content-type", "text/plain")], good.clone()), 415, "json"),
        ("other path", request("POST", "/v1/spans", &[PROTOBUF], good.clone()), 404, "/v1/traces"),
        ("profiles", request("POST", "/v1development/profiles", &[PROTOBUF], good.clone()), 404, "profiles"),
        (
            "encoding",
            request("POST", "/v1/traces", &[PROTOBUF, ("content-encoding", "br")], good.clone()),
            415,
            "content-encoding",
        ),
        ("no gzip", request("POST", "/v1/traces", &[PROTOBUF, gzip], good.clone()), 400, "gzip"),
        ("too large", request("POST", "/v1/traces", &[PROTOBUF], vec![0; MIB + 1]), 413, "1048576"),
        ("too large inside", request("POST", "/v1/traces", &[PROTOBUF, gzip], bomb()), 413, "1048576"),
    ];
    let yaml = "protocols: {http: {endpoint: '127.0.0.1:0', max_request_body_size: 1048576}}";
    let door = Setting::new(yaml).start().await;
    for (name, request, status, text) in cases {
        let answer = send(&door, request).await;
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status.as_u16(), status, "{name}: {body}");
        assert!(body.contains(text), "{name}: {body}");
        assert_eq!(answer.headers.contains_key("allow"), status == 405, "{name}");
        assert_eq!(answer.headers.contains_key("accept-encoding"), name == "encoding");
    }
    let answer = send(&door, request("POST", "/v1/traces", &[PROTOBUF], good)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(door.stop().await[0].items_in, 1);
}

fn bomb() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&vec![0; 32 * MIB]).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn compressed_bodies_are_read() {
    let data = encoded(Signal::Traces, 50);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&data).unwrap();
    let cases = [
        ("gzip", gzip.finish().unwrap()),
        ("zstd", zstd::bulk::compress(&data, 1).unwrap()),
        ("GZIP", bomb()),
    ];
    let door = Setting::new(HTTP).start().await;
    for (encoding, body) in &cases[..2] {
        let headers = [PROTOBUF, ("content-encoding", *encoding)];
        let answer = send(&door, request("POST", "/v1/traces", &headers, body.clone())).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let headers = [PROTOBUF, ("content-encoding", cases[2].0)];
    let answer = send(&door, request("POST", "/v1/traces", &headers, cases[2].1.clone())).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(door.recorder.bodies(), [data.clone(), data]);
    door.stop().await;
}

#[tokio::test]
async fn the_answer_of_the_pipeline_becomes_the_status() {
    let retry = Refused::Retry { after: Some(Duration::from_millis(1200)), message: "full".into() };
    let partial = Refused::Partial { items: 2, message: "too old".into() };
    let cases = [
        (retry, 503, Some("2"), r#""code":14"#),
        (Refused::permanent("no"), 500, None, r#""message":"no""#),
        (partial, 200, None, r#""rejectedSpans":"2""#),
    ];
    let json = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{},{},{}]}]}]}"#;
    let door = Setting::new(HTTP).start().await;
    for (refused, status, wait, text) in cases {
        door.recorder.then(Then::Refuse(refused));
        let answer = send(&door, request("POST", "/v1/traces", &[JSON], json)).await;
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status.as_u16(), status, "{body}");
        assert_eq!(answer.headers.get("retry-after").map(|value| value.to_str().unwrap()), wait);
        assert!(body.contains(text), "{body}");
    }
    door.stop().await;
}

#[tokio::test]
async fn over_the_memory_budget_the_sender_is_told_to_come_back() {
    let door = Setting::new(HTTP).memory(100_000).start().await;
    let (open, gate) = watch::channel(false);
    door.recorder.then(Then::Wait(gate));
    let large = encoded(Signal::Traces, 1000);
    let head = |length: usize| {
        format!(
            "POST /v1/traces HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n"
        )
    };
    let mut first = TcpStream::connect(door.address("http")).await.unwrap();
    first.write_all(format!("{}\r\n", head(80_000)).as_bytes()).await.unwrap();
    while door.host.memory.used() == 0 {
        tokio::task::yield_now().await;
    }
    // The answer comes by the announced length, before any of the body.
    let mut second = TcpStream::connect(door.address("http")).await.unwrap();
    second.write_all(format!("{}\r\n", head(80_000)).as_bytes()).await.unwrap();
    let mut answer = vec![0; 1000];
    let read = tokio::time::timeout(Duration::from_secs(20), second.read(&mut answer)).await;
    answer.truncate(read.expect("an answer").unwrap());
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 1"), "{answer}");
    let answer = send(&door, request("POST", "/v1/traces", &[PROTOBUF], vec![0; 100_001])).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    drop((first, second));
    while door.host.memory.used() > 0 {
        tokio::task::yield_now().await;
    }
    open.send_replace(true);
    assert_eq!(send(&door, request("POST", "/v1/traces", &[PROTOBUF], large)).await.status, StatusCode::OK);
    door.stop().await;
}

#[tokio::test]
async fn what_a_vanished_client_sent_goes_its_way() {
    let door = Setting::new(HTTP).start().await;
    let (open, gate) = watch::channel(false);
    door.recorder.then(Then::Wait(gate));
    let body = encoded(Signal::Logs, 3);
    let mut tcp = TcpStream::connect(door.address("http")).await.unwrap();
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: test\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    tcp.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    while door.host.ledger.rows().iter().all(|row| row.in_flight == 0) {
        tokio::task::yield_now().await;
    }
    drop(tcp);
    open.send_replace(true);
    assert_eq!(door.stop().await[2].items_out, 3);
}

#[tokio::test]
async fn broken_and_slow_requests_end() {
    let yaml = "protocols: {http: {endpoint: '127.0.0.1:0', read_timeout: 50ms, read_header_timeout: 50ms}}";
    let door = Setting::new(yaml).start().await;
    let head = "POST /v1/traces HTTP/1.1\r\nhost: test\r\ncontent-type: application/x-protobuf\r\n";
    let endless = format!("{head}x: {}", "y".repeat(MIB));
    let many: String = (0..200).map(|index| format!("x-{index}: y\r\n")).collect();
    for (name, text, start) in [
        ("nonsense", "\u{16}\u{3}\u{1}hello\r\n\r\n".to_owned(), ""),
        ("slow headers", head.to_owned(), ""),
        ("slow body", format!("{head}content-length: 10\r\n\r\nabc"), "HTTP/1.1 408"),
        ("endless header", endless, "HTTP/1.1 431"),
        ("many headers", format!("{head}{many}\r\n"), "HTTP/1.1 431"),
        ("bad chunk", format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n"), "HTTP/1.1 400"),
    ] {
        let answer = raw(&door, text.as_bytes()).await;
        assert!(answer.starts_with(start), "{name}: {answer}");
    }
    assert_eq!(door.stop().await[0].items_in, 0);
}

#[tokio::test]
async fn a_body_of_unknown_length_is_bounded() {
    let yaml = "protocols: {http: {endpoint: '127.0.0.1:0', max_request_body_size: 100000}}";
    let door = Setting::new(yaml).start().await;
    let chunked = |body: &[u8]| {
        let head = "POST /v1/traces HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\ntransfer-encoding: chunked\r\n\r\n";
        let mut text = head.as_bytes().to_vec();
        for chunk in body.chunks(1000) {
            text.extend(format!("{:x}\r\n", chunk.len()).bytes());
            text.extend_from_slice(chunk);
            text.extend(b"\r\n");
        }
        text.extend(b"0\r\n\r\n");
        text
    };
    let good = encoded(Signal::Traces, 1000);
    assert!(raw(&door, &chunked(&good)).await.starts_with("HTTP/1.1 200"));
    assert!(raw(&door, &chunked(&vec![0; 200_000])).await.starts_with("HTTP/1.1 413"));
    assert!(door.recorder.bodies() == [good]);
    door.stop().await;
}

#[tokio::test]
async fn pages_of_allowed_origins_may_send() {
    let yaml =
        "protocols: {http: {endpoint: '127.0.0.1:0', cors: {allowed_origins: ['http://a'], max_age: 7}}}";
    let door = Setting::new(yaml).start().await;
    let preflight = |origin| {
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        request("OPTIONS", "/v1/traces", &headers, "")
    };
    let answer = send(&door, preflight("http://a")).await;
    assert_eq!(
        (answer.status, &answer.headers["access-control-max-age"]),
        (StatusCode::NO_CONTENT, &"7".parse().unwrap())
    );
    assert_eq!(answer.headers["access-control-allow-origin"], "http://a");
    let answer = send(&door, preflight("http://b")).await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    let answer = send(&door, request("POST", "/v1/traces", &[JSON, ("origin", "http://a")], "{}")).await;
    assert_eq!(
        (answer.status, &answer.headers["access-control-allow-origin"]),
        (StatusCode::OK, &"http://a".parse().unwrap())
    );
    door.stop().await;
}

#[tokio::test]
async fn paths_and_extra_headers_are_as_configured() {
    let yaml = "protocols: {http: {endpoint: '127.0.0.1:0', traces_url_path: in/spans, response_headers: {x-by: us}, compression_algorithms: ['']}}";
    let door = Setting::new(yaml).start().await;
    let answer = send(&door, request("POST", "/in/spans", &[PROTOBUF], encoded(Signal::Traces, 1))).await;
    assert_eq!((answer.status, &answer.headers["x-by"]), (StatusCode::OK, &"us".parse().unwrap()));
    assert_eq!(
        send(&door, request("POST", "/v1/traces", &[PROTOBUF], "")).await.status,
        StatusCode::NOT_FOUND
    );
    let headers = [PROTOBUF, ("content-encoding", "gzip")];
    let answer = send(&door, request("POST", "/in/spans", &headers, "")).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    door.stop().await;
}
