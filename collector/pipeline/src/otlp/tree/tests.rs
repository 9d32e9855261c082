use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric::Data, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;

use super::*;
use crate::otlp::validate;

fn traces(spans: &[(&str, &str, &str)]) -> ExportTraceServiceRequest {
    let mut request = ExportTraceServiceRequest::default();
    for (resource, scope, name) in spans {
        let known = request.resource_spans.iter().position(|group| group.schema_url == *resource);
        let group = known.unwrap_or_else(|| {
            let attributes = vec![KeyValue { key: "r".into(), ..Default::default() }];
            let resource_message = Some(Resource { attributes, ..Default::default() });
            request.resource_spans.push(ResourceSpans {
                resource: resource_message,
                schema_url: (*resource).into(),
                ..Default::default()
            });
            request.resource_spans.len() - 1
        });
        let scopes = &mut request.resource_spans[group].scope_spans;
        if scopes.last().is_none_or(|last| last.schema_url != *scope) {
            let named = Some(InstrumentationScope { name: (*scope).into(), ..Default::default() });
            scopes.push(ScopeSpans { scope: named, schema_url: (*scope).into(), spans: Vec::new() });
        }
        let span = Span { name: (*name).into(), trace_id: vec![7; 16], ..Default::default() };
        scopes.last_mut().unwrap().spans.push(span);
    }
    request
}

fn chunk(signal: Signal, request: &impl Message) -> Chunk {
    let bytes = Bytes::from(request.encode_to_vec());
    let items = validate(signal, &bytes).unwrap();
    Chunk::new(bytes, items)
}

struct ByName<F: FnMut(&str) -> Edit>(F);

impl<F: FnMut(&str) -> Edit> Editor for ByName<F> {
    fn item(&mut self, item: &Item<'_>, _: &Scope<'_>, _: &super::Resource<'_>) -> Edit {
        match item {
            Item::Span(span) => (self.0)(span.name),
            Item::Point { metric, raw } => {
                let time = super::super::views::NumberPoint::view(raw).time_unix_nano;
                (self.0)(&format!("{}@{time}", metric.name))
            }
            Item::Log(_) => Edit::Keep,
        }
    }
}

#[test]
fn keeping_everything_shares_the_bytes() {
    let before = chunk(Signal::Traces, &traces(&[("a", "x", "1"), ("b", "y", "2")]));
    let after = edit(Signal::Traces, &before, &mut ByName(|_| Edit::Keep));
    assert_eq!(after.bytes.as_ptr(), before.bytes.as_ptr());
}

#[test]
fn a_dropped_item_takes_its_empty_groups_along() {
    let all = [("a", "x", "1"), ("a", "x", "2"), ("a", "y", "3"), ("b", "z", "4")];
    let before = chunk(Signal::Traces, &traces(&all));
    let mut editor = ByName(|name| if name == "1" { Edit::Keep } else { Edit::Drop });
    let after = edit(Signal::Traces, &before, &mut editor);
    assert_eq!(after.items, 1);
    let decoded = ExportTraceServiceRequest::decode(after.bytes).unwrap();
    assert_eq!(decoded, traces(&[("a", "x", "1")]));
}

#[test]
fn a_replaced_item_stands_in_its_place() {
    let before = chunk(Signal::Traces, &traces(&[("a", "x", "1"), ("a", "x", "2")]));
    let mut editor = ByName(|name| match name {
        "1" => {
            let span = Span { name: "long".repeat(100), trace_id: vec![7; 16], ..Default::default() };
            Edit::Replace(span.encode_to_vec())
        }
        _ => Edit::Keep,
    });
    let after = edit(Signal::Traces, &before, &mut editor);
    let decoded = ExportTraceServiceRequest::decode(after.bytes).unwrap();
    assert_eq!(decoded, traces(&[("a", "x", &"long".repeat(100)), ("a", "x", "2")]));
}

fn metrics() -> ExportMetricsServiceRequest {
    let point = |time: u64| NumberDataPoint {
        time_unix_nano: time,
        value: Some(number_data_point::Value::AsInt(1)),
        ..Default::default()
    };
    let gauge = Data::Gauge(Gauge { data_points: vec![point(1), point(2)] });
    let sum = Data::Sum(Sum { data_points: vec![point(3)], aggregation_temporality: 2, is_monotonic: true });
    let metric = |name: &str, data| Metric { name: name.into(), data: Some(data), ..Default::default() };
    let scope =
        ScopeMetrics { metrics: vec![metric("gauge", gauge), metric("sum", sum)], ..Default::default() };
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics { scope_metrics: vec![scope], ..Default::default() }],
    }
}

#[test]
fn points_are_dropped_one_by_one_and_their_metric_with_the_last() {
    let before = chunk(Signal::Metrics, &metrics());
    assert_eq!(before.items, 3);
    let mut seen = Vec::new();
    let mut editor = ByName(|name| {
        seen.push(name.to_owned());
        if name == "gauge@1" || name == "sum@3" { Edit::Drop } else { Edit::Keep }
    });
    let after = edit(Signal::Metrics, &before, &mut editor);
    assert_eq!(seen, ["gauge@1", "gauge@2", "sum@3"]);
    let mut expected = metrics();
    let kept = &mut expected.resource_metrics[0].scope_metrics[0].metrics;
    kept.truncate(1);
    let Some(Data::Gauge(gauge)) = &mut kept[0].data else { panic!("a gauge") };
    gauge.data_points.remove(0);
    assert_eq!(ExportMetricsServiceRequest::decode(after.bytes).unwrap(), expected);
}

#[test]
fn a_split_keeps_every_item_once_and_in_order() {
    let all: Vec<(String, String, String)> =
        (0..23).map(|n| (format!("r{}", n / 10), format!("s{}", n / 4), n.to_string())).collect();
    let all: Vec<(&str, &str, &str)> =
        all.iter().map(|(r, s, n)| (r.as_str(), s.as_str(), n.as_str())).collect();
    let whole = chunk(Signal::Traces, &traces(&all));
    for max in [1, 2, 5, 22, 23, 100] {
        let pieces = split(Signal::Traces, &whole, max);
        assert!(pieces.iter().all(|piece| piece.items <= max), "max {max}");
        let mut names = Vec::new();
        for piece in &pieces {
            assert_eq!(validate(Signal::Traces, &piece.bytes), Ok(piece.items));
            for group in ExportTraceServiceRequest::decode(piece.bytes.clone()).unwrap().resource_spans {
                let resource = group.schema_url.clone();
                for scope in group.scope_spans {
                    let place = scope.schema_url.clone();
                    names.extend(scope.spans.into_iter().map(|s| (resource.clone(), place.clone(), s.name)));
                }
            }
        }
        let names: Vec<(&str, &str, &str)> =
            names.iter().map(|(r, s, n)| (r.as_str(), s.as_str(), n.as_str())).collect();
        assert_eq!(names, all, "max {max}");
    }
}
