use std::collections::BTreeMap;

use codeagent_config::{Diagnostics, Environment, Source, load};
use codeagent_pipeline::Host;
use codeagent_pipeline::otlp::validate;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, metric::Data, number_data_point::Value as Number};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span::Event};
use prost::Message as _;

use super::*;

fn text(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.into())) });
    KeyValue { key: key.into(), value, ..Default::default() }
}

/// The gatherer of a section, at time 0.
fn gatherer(section: &str) -> Gatherer {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("x.yaml", format!("connectors: {{spanmetrics: {section}}}"));
    let document = load(&[source], &[], &Environment::empty(), &mut diagnostics).unwrap();
    let config: Option<Config> =
        document.connectors.get_index(0).unwrap().1.decode_refusing(UNSUPPORTED, &mut diagnostics);
    let config = config.unwrap_or_else(|| panic!("{}", diagnostics.render(false)));
    assert_eq!(config.mistake(), None);
    Gatherer::new(config, "me".into(), 0)
}

/// A span of so many milliseconds.
fn span(name: &str, ms: u64, code: i32) -> Span {
    Span {
        trace_id: vec![ms as u8 + 1; 16],
        span_id: vec![ms as u8 + 1; 8],
        name: name.into(),
        kind: 2,
        start_time_unix_nano: 1_000_000_000,
        end_time_unix_nano: 1_000_000_000 + ms * 1_000_000,
        status: Some(Status { code, message: String::new() }),
        ..Default::default()
    }
}

fn request(groups: Vec<(Vec<KeyValue>, Vec<Span>)>) -> Vec<u8> {
    let group = |(attributes, spans): (Vec<KeyValue>, Vec<Span>)| ResourceSpans {
        resource: Some(Resource { attributes, ..Default::default() }),
        scope_spans: vec![ScopeSpans { spans, ..Default::default() }],
        ..Default::default()
    };
    ExportTraceServiceRequest { resource_spans: groups.into_iter().map(group).collect() }.encode_to_vec()
}

fn of_agent(spans: Vec<Span>) -> Vec<u8> {
    request(vec![(vec![text("service.name", "agent")], spans)])
}

/// A point, as tests look at it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Point {
    times: (u64, u64),
    count: u64,
    sum: f64,
    buckets: Vec<u64>,
    exemplars: Vec<Exemplar>,
}

fn label(attributes: &[KeyValue]) -> String {
    let text = |pair: &KeyValue| match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(value)) => value.to_string(),
        other => format!("{other:?}"),
    };
    let pairs = attributes.iter().map(|pair| format!("{}={}", pair.key, text(pair)));
    pairs.collect::<Vec<_>>().join(" ")
}

/// What is given at time `now`: points by metric and attributes.
fn given(gatherer: &mut Gatherer, now: u64) -> BTreeMap<(String, String), Point> {
    let Some((bytes, points)) = gatherer.give(now) else { return BTreeMap::new() };
    assert_eq!(validate(Signal::Metrics, &bytes), Ok(points), "what is given is valid, and counted");
    let request = ExportMetricsServiceRequest::decode(&*bytes).unwrap();
    let mut all = BTreeMap::new();
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    for metric in scopes.flat_map(|scope| scope.metrics) {
        let mut put = |attributes: &[KeyValue], point| {
            assert!(
                all.insert((metric.name.clone(), label(attributes)), point).is_none(),
                "one point a series"
            );
        };
        match metric.data.as_ref().unwrap() {
            Data::Sum(sum) => sum.data_points.iter().for_each(|point| {
                let Some(Number::AsInt(count)) = point.value else { panic!("{point:?}") };
                let (times, exemplars) =
                    ((point.start_time_unix_nano, point.time_unix_nano), point.exemplars.clone());
                let count = count as u64;
                put(&point.attributes, Point { times, count, exemplars, ..Point::default() });
            }),
            Data::Histogram(histogram) => histogram.data_points.iter().for_each(|point| {
                assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
                let times = (point.start_time_unix_nano, point.time_unix_nano);
                let (count, sum, buckets) = (point.count, point.sum.unwrap(), point.bucket_counts.clone());
                put(
                    &point.attributes,
                    Point { times, count, sum, buckets, exemplars: point.exemplars.clone() },
                );
            }),
            Data::ExponentialHistogram(histogram) => histogram.data_points.iter().for_each(|point| {
                let times = (point.start_time_unix_nano, point.time_unix_nano);
                let buckets = point.positive.as_ref().map(|buckets| buckets.bucket_counts.clone());
                let (buckets, exemplars) = (buckets.unwrap_or_default(), point.exemplars.clone());
                assert_eq!(buckets.iter().sum::<u64>() + point.zero_count, point.count);
                put(
                    &point.attributes,
                    Point { times, count: point.count, sum: point.sum.unwrap(), buckets, exemplars },
                );
            }),
            other => panic!("{other:?}"),
        }
    }
    all
}

const CALLS: &str = "traces.span.metrics.calls";
const DURATION: &str = "traces.span.metrics.duration";

fn series(name: &str, status: &str) -> String {
    format!(
        "service.name=agent span.name={name} span.kind=SPAN_KIND_SERVER status.code=STATUS_CODE_{status} \
         collector.instance.id=me"
    )
}

#[test]
fn calls_and_durations_are_counted_by_the_collectors_dimensions() {
    let mut gatherer = gatherer("");
    gatherer.add(&of_agent(vec![span("a", 3, 0), span("a", 700, 0), span("a", 5, 2), span("b", 2, 1)]), 5);
    gatherer.add(&of_agent(vec![span("a", 20_000, 0)]), 6);
    gatherer.add(&request(vec![(vec![text("host.name", "x")], vec![span("a", 1, 0)])]), 7);
    let points = given(&mut gatherer, 10);
    assert_eq!(points.len(), 6, "{points:?}");
    let point = |metric: &str, series: String| points[&(metric.to_owned(), series)].clone();
    assert_eq!(point(CALLS, series("a", "UNSET")).count, 3);
    assert_eq!(point(CALLS, series("a", "ERROR")).count, 1);
    assert_eq!(point(CALLS, series("b", "OK")).count, 1);
    let duration = point(DURATION, series("a", "UNSET"));
    assert_eq!((duration.count, duration.sum, duration.times), (3, 20_703.0, (5, 10)));
    // 3 ms is over 2 and at most 4; 700 over 400 and at most 800; 20 s over all
    let buckets: Vec<usize> = (0..17).filter(|at| duration.buckets[*at] == 1).collect();
    assert_eq!(buckets, [1, 9, 16]);
    assert_eq!(point(DURATION, series("b", "OK")).buckets[0], 1, "a value on a bound is in the bucket below");
}

#[test]
fn cumulative_points_grow_and_deltas_begin_anew() {
    let mut cumulative = gatherer("{histogram: {disable: true}}");
    let mut delta =
        gatherer("{histogram: {disable: true}, aggregation_temporality: AGGREGATION_TEMPORALITY_DELTA}");
    let key = (CALLS.to_owned(), series("a", "UNSET"));
    for (round, expected) in [(1, (1, (10, 15))), (2, (2, (10, 25))), (3, (3, (10, 35)))] {
        let now = round * 10;
        cumulative.add(&of_agent(vec![span("a", 1, 0)]), now);
        delta.add(&of_agent(vec![span("a", 1, 0)]), now);
        let point = given(&mut cumulative, now + 5)[&key].clone();
        assert_eq!((point.count, point.times), expected);
        let point = given(&mut delta, now + 5)[&key].clone();
        let since = if round == 1 { 0 } else { now - 5 };
        assert_eq!((point.count, point.times), (1, (since, now + 5)), "no gap, no overlap");
    }
    assert!(given(&mut delta, 50).is_empty());
    assert_eq!(given(&mut cumulative, 50)[&key].count, 3);
}

#[test]
fn dimensions_come_from_the_span_then_its_resource_then_the_default() {
    let section = "{dimensions: [{name: model, default: none}, {name: absent}], exclude_dimensions: [collector.instance.id, \
        span.kind, status.code, service.name], histogram: {dimensions: [{name: host}]}, \
        events: {enabled: true, dimensions: [{name: kind}]}}";
    let mut gatherer = gatherer(section);
    let with = |attributes: Vec<KeyValue>| Span { attributes, ..span("a", 1, 0) };
    let resource = vec![text("service.name", "s"), text("host", "h"), text("model", "of resource")];
    let event = |kind| Event { name: "e".into(), attributes: vec![text("kind", kind)], ..Default::default() };
    let eventful = Span { events: vec![event("x"), event("y"), event("x")], ..with(vec![]) };
    gatherer.add(&request(vec![(resource, vec![with(vec![text("model", "of span")]), eventful])]), 1);
    gatherer.add(&request(vec![(vec![text("service.name", "s")], vec![with(vec![])])]), 1);
    let points = given(&mut gatherer, 2);
    let counts: Vec<(String, u64)> = points
        .iter()
        .map(|((metric, series), point)| (format!("{}: {series}", &metric[20..]), point.count))
        .collect();
    let expected = [
        ("calls: span.name=a model=none", 1),
        ("calls: span.name=a model=of resource", 1),
        ("calls: span.name=a model=of span", 1),
        ("duration: span.name=a model=none", 1),
        ("duration: span.name=a model=of resource host=h", 1),
        ("duration: span.name=a model=of span host=h", 1),
        ("events: span.name=a model=of resource kind=x", 2),
        ("events: span.name=a model=of resource kind=y", 1),
    ];
    assert_eq!(counts, expected.map(|(series, count)| (series.to_owned(), count)));
}

#[test]
fn exemplars_belong_to_one_point_and_stand_in_order() {
    for histogram in ["{}", "{exponential: }"] {
        let section =
            format!("{{exemplars: {{enabled: true, max_per_data_point: 2}}, histogram: {histogram}}}");
        let mut gatherer = gatherer(&section);
        gatherer.add(&of_agent(vec![span("a", 9, 0), span("a", 5, 0), span("a", 7, 0)]), 1);
        let points = given(&mut gatherer, 2);
        for metric in [CALLS, DURATION] {
            let exemplars = &points[&(metric.to_owned(), series("a", "UNSET"))].exemplars;
            let times: Vec<u64> = exemplars.iter().map(|exemplar| exemplar.time_unix_nano).collect();
            assert!(times.is_sorted() && times.len() == 2, "{exemplars:?}");
            assert!(exemplars.iter().all(|exemplar| exemplar.trace_id[0] == exemplar.span_id[0]));
        }
        let again = given(&mut gatherer, 3);
        assert!(again.values().all(|point| point.exemplars.is_empty()));
    }
}

#[test]
fn over_a_limit_spans_are_counted_in_the_overflow() {
    let overflow = (CALLS.to_owned(), "otel.metric.overflow=true".to_owned());
    let many =
        |from: usize| of_agent((from..from + 100).map(|number| span(&format!("n{number}"), 1, 0)).collect());
    let mut by_count = gatherer("{aggregation_cardinality_limit: 10}");
    by_count.add(&many(0), 1);
    let points = given(&mut by_count, 2);
    assert_eq!((points.len(), points[&overflow].count), (22, 90));
    let mut by_bytes = gatherer("{series_bytes_max: 20KiB}");
    (0..50).for_each(|round| by_bytes.add(&many(round * 100), 1));
    assert!(by_bytes.bytes() < 24 << 10, "{}", by_bytes.bytes());
    let points = given(&mut by_bytes, 2);
    let calls: u64 =
        points.iter().filter(|((metric, _), _)| metric == CALLS).map(|(_, point)| point.count).sum();
    assert_eq!(calls, 5000, "no span is lost");
    assert!(points[&overflow].count > 4900);
}

#[test]
fn what_is_quiet_for_long_is_forgotten() {
    const SECOND: u64 = 1_000_000_000;
    let other = || request(vec![(vec![text("service.name", "other")], vec![span("x", 1, 0)])]);
    let mut of_resources = gatherer("{metrics_expiration: 60s, histogram: {disable: true}}");
    let mut of_series = gatherer("{series_expiration: 60s, histogram: {disable: true}}");
    for gatherer in [&mut of_resources, &mut of_series] {
        gatherer.add(&of_agent(vec![span("a", 1, 0), span("b", 1, 0)]), SECOND);
        gatherer.add(&other(), SECOND);
        gatherer.add(&of_agent(vec![span("a", 1, 0)]), 50 * SECOND);
        assert_eq!(given(gatherer, 60 * SECOND).len(), 3);
    }
    assert_eq!(given(&mut of_resources, 61 * SECOND).len(), 2, "the other resource went");
    assert_eq!(given(&mut of_series, 61 * SECOND).len(), 1, "`b` went too");
    let mut few = gatherer("{resource_metrics_cache_size: 1, histogram: {disable: true}}");
    few.add(&of_agent(vec![span("a", 1, 0)]), 1);
    few.add(&other(), 2);
    assert_eq!(given(&mut few, 3).len(), 1);
}

#[test]
fn resources_that_differ_in_other_attributes_only_are_one() {
    let mut gatherer =
        gatherer("{resource_metrics_key_attributes: [service.name], histogram: {disable: true}}");
    for pid in ["1", "2"] {
        let resource = vec![text("process.pid", pid), text("service.name", "agent")];
        gatherer.add(&request(vec![(resource, vec![span("a", 1, 0)])]), 1);
    }
    assert_eq!(given(&mut gatherer, 2)[&(CALLS.to_owned(), series("a", "UNSET"))].count, 2);
}

#[test]
fn a_span_that_was_sampled_counts_for_those_that_were_not() {
    let mut gatherer = gatherer("{enable_metrics_sampling_method: true, histogram: {disable: true}}");
    let sampled = |number: u32, state: &str| Span {
        span_id: [[0; 4], number.wrapping_mul(0x9e37_79b9).to_be_bytes()].concat(),
        trace_state: state.into(),
        ..span("a", 1, 0)
    };
    // th:c is a quarter; th:aaaaaaaaaaaaac is a third
    let quarter = (0..100).map(|number| sampled(number, "x=y,ot=th:c"));
    let broken = (0..10).map(|number| sampled(number, "ot=th:zz"));
    gatherer.add(&of_agent(quarter.chain(broken).collect()), 1);
    let points = given(&mut gatherer, 2);
    let counts: Vec<u64> = points.values().map(|point| point.count).collect();
    assert_eq!(counts, [10, 400], "counted, extrapolated");
    let two_thirds = (0..3000).map(|number| sampled(number, "ot=th:55555555555554")).collect();
    let mut gatherer = super::tests::gatherer("{histogram: {disable: true}}");
    gatherer.add(&of_agent(two_thirds), 1);
    let count = given(&mut gatherer, 2).values().next().unwrap().count;
    assert!((4400..4600).contains(&count), "3000 / (2/3) = 4500, not {count}");
}

#[test]
fn a_mistake_is_refused_with_its_place_and_what_to_write() {
    let cases = [
        ("{dimensions: [{name: span.name}]}", "the dimension `span.name` is there already", "take it out"),
        ("{dimensions: [{default: x}]}", "a dimension has no name", "`name`"),
        ("{dimensions: [{glob: 'a.*'}]}", "glob", "name each dimension"),
        ("{histogram: {explicit: {buckets: [1s]}, exponential: }}", "not both", "keep one"),
        ("{histogram: {explicit: {buckets: [1s, 1s]}}}", "do not ascend", "sort them"),
        ("{histogram: {unit: us}}", "us", "ms"),
        ("{metrics_flush_interval: 0s}", "all the time", "15s"),
        ("{events: {enabled: true}}", "events have no dimensions", "exception.type"),
        ("{aggregation_temporality: DELTA}", "DELTA", "AGGREGATION_TEMPORALITY_DELTA"),
    ];
    for (section, message, help) in cases {
        let mut diagnostics = Diagnostics::new();
        let source = Source::new("x.yaml", format!("connectors: {{spanmetrics: {section}}}"));
        let document = load(&[source], &[], &Environment::empty(), &mut diagnostics).unwrap();
        let (id, section) = document.connectors.get_index(0).unwrap();
        let host = Host::new(1, 1 << 30);
        let mut context = BuildContext { id, diagnostics: &mut diagnostics, host: &host, batching: None };
        assert!(build(&mut context, section, Signal::Traces, Fed::default()).is_none());
        let messages = diagnostics.render(false);
        assert!(messages.contains(message) && messages.contains(help), "{message}\n{messages}");
    }
}
