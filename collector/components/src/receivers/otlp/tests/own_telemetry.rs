//! What the receiver tells of itself: refusals by reason, and a span for each request.

use std::sync::Arc;

use bytes::Bytes;
use codeagent_pipeline::spans::{OWN_TRACEPARENT, OWN_TRACESTATE, Sampler, Tracer};
use codeagent_pipeline::telemetry::{Outbox, render};
use codeagent_pipeline::{Host, Outputs, Signal, Stop};
use http::StatusCode;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::http::{request, send};
use super::kit::{Door, MIB, Recorder, Setting, build, host};
use super::raw::{Call, Client, framed};
use super::samples::traces;

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const BOTH: &str = "
protocols:
  grpc: {endpoint: '127.0.0.1:0', max_recv_msg_size_mib: 1, auth: {authenticator: basicauth}}
  http: {endpoint: '127.0.0.1:0', max_request_body_size: 1048576}
";

/// The samples of the counter, without its name.
fn refused(host: &Host) -> Vec<String> {
    let page = render(host);
    let lines = page.lines().filter_map(|line| line.strip_prefix("codeagent_admission_refused_total{"));
    let mut lines: Vec<_> = lines.map(str::to_owned).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn requests_that_are_refused_at_the_door_are_counted_by_reason() {
    let door = Setting::new(BOTH).memory(2 * MIB).start().await;
    let mut client = Client::connect(&door).await;
    let call = |message: &[u8]| Call::traces([framed(0, message)]).header("authorization", "let-me-in");
    let large = vec![0; MIB + 1];
    for call in
        [Call::traces([framed(0, b"")]), call(b"not protobuf"), call(&large), call(b"").path("/a.B/C")]
    {
        assert_ne!(client.call(call).await.code(), Some(0));
    }
    let held = door.host.memory.try_acquire(2 * MIB, codeagent_pipeline::Oversize::Refuse).unwrap();
    assert_eq!(client.call(call(&traces(1, 1).encode_to_vec())).await.code(), Some(14));
    drop(held);
    for (body, status) in [
        (Bytes::from_static(b"not protobuf"), StatusCode::BAD_REQUEST),
        (large.into(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = send(&door, request("POST", "/v1/traces", &[PROTOBUF], body)).await;
        assert_eq!(answer.status, status);
    }
    drop(client);
    let of = |transport: &str, reason: &str| {
        format!("receiver=\"otlp\",transport=\"{transport}\",reason=\"{reason}\"}} 1")
    };
    assert_eq!(
        refused(&door.host),
        [
            of("grpc", "malformed"),
            of("grpc", "over_budget"),
            of("grpc", "too_large"),
            of("grpc", "unauthenticated"),
            of("grpc", "unsupported"),
            of("http", "malformed"),
            of("http", "too_large"),
        ]
    );
    assert!(door.stop().await.iter().all(|row| row.items_in == 0));
}

/// A receiver whose spans are recorded.
async fn traced(adopts: bool) -> (Door, Arc<Outbox>) {
    let outbox = Arc::new(Outbox::new(100, 100));
    let tracer = Tracer::new(Sampler::default(), adopts, vec![outbox.clone()]);
    let host = Host { tracer, ..host(MIB) };
    let recorder = Arc::new(Recorder::default());
    let outputs = Outputs::default().with(Signal::Traces, recorder.clone());
    let yaml = "protocols: {http: {endpoint: '127.0.0.1:0'}}";
    let (order, stop) = Stop::channel();
    let running = build(yaml, &host, outputs).unwrap().start(stop).await.unwrap();
    (Door { order, running, recorder, host }, outbox)
}

#[tokio::test]
async fn a_request_makes_a_span_that_its_batch_refers_to() {
    let (door, outbox) = traced(true).await;
    let body = Bytes::from(traces(3, 10).encode_to_vec());
    let post = |more: &[(&'static str, &'static str)]| {
        request("POST", "/v1/traces", &[&[PROTOBUF], more].concat(), body.clone())
    };
    let parent = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let own = [("traceparent", OWN_TRACEPARENT), ("tracestate", OWN_TRACESTATE)];
    for headers in [&[][..], &[parent], &own] {
        assert_eq!(send(&door, post(headers)).await.status, StatusCode::OK);
    }

    let spans: Vec<Span> = outbox.take().into_iter().map(|span| Span::decode(span).unwrap()).collect();
    let [first, child] = spans.try_into().unwrap();
    assert_eq!(first.name, "receiver/otlp/TraceDataReceived");
    let attributes: Vec<_> = first.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(attributes, ["receiver", "transport", "format", "accepted_spans", "refused_spans"]);
    assert!(first.parent_span_id.is_empty());
    assert_eq!(child.parent_span_id[..], [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31]);
    let origins: Vec<_> = door.recorder.batches.lock().iter().map(|batch| batch.origins()[0]).collect();
    assert_eq!(origins[0].span_id[..], first.span_id);
    assert!(origins[2].own && !origins[2].sampled);
    door.stop().await;
}
