//! A bare HTTP/2 client, to send what a proper gRPC client never would.

use std::future::poll_fn;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::{Connection, SendRequest};
use http::{HeaderMap, Request, StatusCode};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::kit::Door;

pub(super) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) http: StatusCode,
    /// Headers and trailers together.
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// `grpc-status`, or nothing where the answer is no gRPC.
    pub(super) fn code(&self) -> Option<u8> {
        self.headers.get("grpc-status").map(|value| value.to_str().unwrap().parse().unwrap())
    }

    pub(super) fn message(&self) -> &str {
        self.headers.get("grpc-message").map_or("", |value| value.to_str().unwrap())
    }
}

/// A call that is written by hand.
pub(super) struct Call {
    method: &'static str,
    path: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    frames: Vec<Bytes>,
}

impl Call {
    /// A call to export traces, with one frame for each of `frames`.
    pub(super) fn traces(frames: impl IntoIterator<Item = Bytes>) -> Self {
        Call {
            method: "POST",
            path: TRACES,
            headers: vec![("content-type", "application/grpc"), ("te", "trailers")],
            frames: frames.into_iter().collect(),
        }
    }

    pub(super) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(super) fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Sets a header, in place of one of this name.
    pub(super) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
        self
    }
}

/// A message with its prefix.
pub(super) fn framed(flag: u8, message: &[u8]) -> Bytes {
    let mut framed = BytesMut::new();
    framed.put_u8(flag);
    framed.put_u32(message.len() as u32);
    framed.put_slice(message);
    framed.freeze()
}

/// A connection: the handle for calls, and the task that ends with it.
pub(super) struct Client {
    pub(super) calls: SendRequest<Bytes>,
    pub(super) connection: JoinHandle<Result<(), h2::Error>>,
}

impl Client {
    pub(super) async fn connect(door: &Door) -> Client {
        let tcp = TcpStream::connect(door.address("grpc")).await.unwrap();
        let handshake: (SendRequest<Bytes>, Connection<_, _>) = h2::client::handshake(tcp).await.unwrap();
        let (calls, connection) = handshake;
        Client { calls, connection: tokio::spawn(connection) }
    }

    /// Sends a call and waits for its answer, as long as a test may take.
    pub(super) async fn call(&mut self, call: Call) -> Answer {
        let answer = send(self.calls.clone(), call);
        tokio::time::timeout(Duration::from_secs(20), answer).await.expect("an answer")
    }
}

/// Sends a call and waits for its answer.
pub(super) async fn send(calls: SendRequest<Bytes>, call: Call) -> Answer {
    let mut calls = calls.ready().await.unwrap();
    let request = Request::builder().method(call.method).uri(format!("http://test{}", call.path));
    let request = call.headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let empty = call.frames.is_empty();
    let (response, mut stream) = calls.send_request(request.body(()).unwrap(), empty).unwrap();
    let sending = async {
        let last = call.frames.len().saturating_sub(1);
        for (index, mut frame) in call.frames.into_iter().enumerate() {
            loop {
                stream.reserve_capacity(frame.len());
                let room = match frame.is_empty() {
                    true => 0,
                    false => match poll_fn(|cx| stream.poll_capacity(cx)).await {
                        Some(Ok(room)) => room,
                        // The server has answered and wants no more.
                        _ => return,
                    },
                };
                let part = frame.split_to(room.min(frame.len()));
                let end = frame.is_empty();
                if stream.send_data(part, end && index == last).is_err() {
                    return;
                }
                if end {
                    break;
                }
            }
        }
    };
    let (response, ()) = tokio::join!(response, sending);
    let (head, mut body) = response.unwrap().into_parts();
    let mut answer = Answer { http: head.status, headers: head.headers, body: Vec::new() };
    while let Some(data) = body.data().await {
        let data = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        answer.body.extend_from_slice(&data);
    }
    answer.headers.extend(body.trailers().await.unwrap().unwrap_or_default());
    answer
}
