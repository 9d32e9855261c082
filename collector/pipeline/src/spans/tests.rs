use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use opentelemetry_proto::tonic::trace::v1::{Span as Recorded, span::SpanKind, status::StatusCode};
use prost::Message;

use super::*;
use crate::{Ledger, NodeKind};

struct Bench {
    tracer: Tracer,
    outbox: Arc<Outbox>,
    ledger: Ledger,
}

impl Bench {
    fn new(sampler: Sampler, adopts: bool) -> Self {
        let outbox = Arc::new(Outbox::new(100, 100));
        let tracer = Tracer::new(sampler, adopts, vec![outbox.clone()]);
        Bench { tracer, outbox, ledger: Ledger::default() }
    }

    fn receive(&self, headers: &[(&'static str, &str)]) -> Span {
        let node = self.ledger.receiver("otlp", "grpc", Signal::Traces);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        self.tracer.receive(&node, "grpc", "protobuf", &map)
    }

    fn export(&self, origins: &[SpanContext]) -> Span {
        let node = self.ledger.node(NodeKind::Exporter, "kafka/eu", "", Signal::Traces);
        let mut batch = Batch::new(Signal::Traces, Bytes::new(), 1);
        for origin in origins {
            batch.append(Batch::new(Signal::Traces, Bytes::new(), 1).of_request(Some(*origin)));
        }
        self.tracer.export(&node, &batch)
    }

    fn recorded(&self) -> Vec<Recorded> {
        self.outbox.take().into_iter().map(|span| Recorded::decode(span).unwrap()).collect()
    }
}

fn own() -> [(&'static str, &'static str); 2] {
    [("traceparent", OWN_TRACEPARENT), ("tracestate", OWN_TRACESTATE)]
}

#[test]
fn a_delivery_of_one_request_is_its_child() {
    let bench = Bench::new(Sampler::default(), false);
    let mut request = bench.receive(&[]);
    let delivery = bench.export(&[request.context().unwrap()]);
    delivery.exported(10, 3, Some("the destination said no"));
    request.set_count(attribute::ACCEPTED_SPANS, 7);
    drop(request);
    let [delivery, request] = bench.recorded().try_into().unwrap();
    assert_eq!(request.name, "receiver/otlp/TraceDataReceived");
    assert_eq!(delivery.name, "exporter/kafka/eu/traces");
    assert_eq!((delivery.trace_id, delivery.parent_span_id), (request.trace_id, request.span_id));
    assert!(request.parent_span_id.is_empty() && delivery.links.is_empty());
    assert_eq!((request.kind, delivery.kind), (SpanKind::Server as i32, SpanKind::Client as i32));
    assert!(request.start_time_unix_nano <= delivery.start_time_unix_nano);
    assert!(delivery.end_time_unix_nano >= delivery.start_time_unix_nano);
    let status = delivery.status.unwrap();
    assert_eq!((status.code, status.message.as_str()), (StatusCode::Error as i32, "the destination said no"));
    let keys: Vec<_> = delivery.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys, ["exporter", "data_type", "items.sent", "items.failed"]);
}

#[test]
fn a_merged_delivery_is_linked_to_its_requests() {
    let bench = Bench::new(Sampler::default(), false);
    let requests = [bench.receive(&[]), bench.receive(&[])];
    let contexts = requests.each_ref().map(|request| request.context().unwrap());
    drop(bench.export(&contexts));
    let delivery = bench.recorded().remove(0);
    assert!(delivery.parent_span_id.is_empty());
    assert_eq!(delivery.links.len(), 2);
    assert_eq!(delivery.links[1].span_id, contexts[1].span_id);
}

#[test]
fn own_telemetry_makes_no_spans_on_its_way() {
    for (sampler, adopts) in [(Sampler::default(), false), (Sampler::AlwaysOn, true)] {
        let bench = Bench::new(sampler, adopts);
        let request = bench.receive(&own());
        drop(bench.export(&[request.context().unwrap()]));
        drop(request);
        assert!(bench.recorded().is_empty());
    }
}

#[test]
fn the_context_of_a_request_is_taken_over_where_it_is_asked_for() {
    let parent = [("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")];
    for (adopts, is_child) in [(true, true), (false, false)] {
        let bench = Bench::new(Sampler::default(), adopts);
        drop(bench.receive(&parent));
        assert_eq!(bench.recorded()[0].parent_span_id.is_empty(), !is_child);
    }
    let bench = Bench::new(Sampler::default(), true);
    drop(bench.receive(&[("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")]));
    assert!(bench.recorded().is_empty());
}

#[test]
fn a_tracer_that_is_off_makes_nothing() {
    let ledger = Ledger::default();
    let node = ledger.receiver("otlp", "grpc", Signal::Traces);
    let span = Tracer::default().receive(&node, "grpc", "protobuf", &HeaderMap::new());
    assert_eq!(span.context(), None);
}
