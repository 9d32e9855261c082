//! HTTP, over hyper's client.

use bytes::Bytes;
use codeagent_pipeline::Signal;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::kit::{Door, Setting};
use super::samples::encoded;

const HTTP: &str = "protocols: {http: {endpoint: '127.0.0.1:0'}}";
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(path).header("host", "test");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Full::new(body.into())).unwrap()
}

async fn send(door: &Door, request: Request<Full<Bytes>>) -> Answer {
    let io = TokioIo::new(TcpStream::connect(door.address("http")).await.unwrap());
    let (mut client, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    let response: Response<_> = client.send_request(request).await.unwrap();
    let (head, body) = response.into_parts();
    Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
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
    assert_eq!(door.recorder.bodies(), Signal::ALL.map(|signal| encoded(signal, 3)));
    door.stop().await;
}
