use codeagent_pipeline::Chunk;
use codeagent_pipeline::otlp::validate;
use codeagent_pipeline::sampling::{Randomness, Threshold, TraceState};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;

use super::*;

fn sampler(config: Config) -> ProbabilisticSampler {
    ProbabilisticSampler { sampler: Sampler::new(config) }
}

fn config(mode: Mode, percentage: f32) -> Config {
    Config { mode, sampling_percentage: percentage, ..Config::default() }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..Default::default() }
}

/// Trace ids that differ in all bytes.
fn trace_id(number: u64) -> Vec<u8> {
    let mixed = |salt: u64| (number ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) ^ number;
    let halves = [mixed(1).wrapping_mul(0xbf58_476d_1ce4_e5b9), mixed(2).wrapping_mul(0x94d0_49bb_1331_11eb)];
    halves.iter().flat_map(|half| half.to_be_bytes()).collect()
}

fn span(number: u64, trace_state: &str) -> Span {
    Span {
        trace_id: trace_id(number),
        trace_state: trace_state.into(),
        name: "s".into(),
        ..Default::default()
    }
}

fn run(signal: Signal, config: Config, bytes: Vec<u8>) -> (Vec<u8>, usize) {
    let items = validate(signal, &bytes).unwrap();
    let mut batch = Batch::empty(signal);
    batch.push(Chunk::new(bytes.into(), items));
    let processed = sampler(config).process(batch).unwrap();
    let dropped: usize = processed.dropped.iter().map(|(_, items)| items).sum();
    assert_eq!(processed.batch.items() + dropped, items);
    let bytes = processed.batch.to_contiguous().to_vec();
    assert_eq!(validate(signal, &bytes), Ok(processed.batch.items()));
    (bytes, dropped)
}

fn sample_spans(config: Config, spans: Vec<Span>) -> Vec<Span> {
    let scope = ScopeSpans { spans, ..Default::default() };
    let group = ResourceSpans { scope_spans: vec![scope], ..Default::default() };
    let request = ExportTraceServiceRequest { resource_spans: vec![group] };
    let (bytes, _) = run(Signal::Traces, config, request.encode_to_vec());
    let groups = ExportTraceServiceRequest::decode(&*bytes).unwrap().resource_spans;
    groups.into_iter().flat_map(|group| group.scope_spans).flat_map(|scope| scope.spans).collect()
}

fn sample_logs(config: Config, log_records: Vec<LogRecord>) -> Vec<LogRecord> {
    let scope = ScopeLogs { log_records, ..Default::default() };
    let group = ResourceLogs { scope_logs: vec![scope], ..Default::default() };
    let request = ExportLogsServiceRequest { resource_logs: vec![group] };
    let (bytes, _) = run(Signal::Logs, config, request.encode_to_vec());
    let groups = ExportLogsServiceRequest::decode(&*bytes).unwrap().resource_logs;
    groups.into_iter().flat_map(|group| group.scope_logs).flat_map(|scope| scope.log_records).collect()
}

#[test]
fn every_mode_keeps_its_share_and_writes_the_threshold() {
    for (mode, hex) in [(Mode::HashSeed, "c"), (Mode::Proportional, "c"), (Mode::Equalizing, "c")] {
        let spans: Vec<Span> = (0..20_000).map(|number| span(number, "")).collect();
        let kept = sample_spans(config(mode, 25.0), spans);
        assert!((4_700..5_300).contains(&kept.len()), "{mode:?} kept {}", kept.len());
        for span in kept {
            let state = TraceState::parse(&span.trace_state).unwrap();
            assert_eq!(state.threshold, Threshold::parse(hex));
            let randomness = state.randomness.or(Randomness::of_trace_id(&span.trace_id)).unwrap();
            assert!(Threshold::parse(hex).unwrap().keeps(randomness), "{mode:?}: th and rv agree");
            assert_eq!(state.randomness.is_some(), mode == Mode::HashSeed);
        }
    }
}

#[test]
fn nothing_and_everything_are_shares_too() {
    for mode in [Mode::HashSeed, Mode::Proportional, Mode::Equalizing] {
        let spans = || (0..100).map(|number| span(number, "")).collect();
        assert_eq!(sample_spans(config(mode, 0.0), spans()).len(), 0);
        let kept = sample_spans(config(mode, 100.0), spans());
        assert_eq!(kept.len(), 100);
        assert_eq!(TraceState::parse(&kept[0].trace_state).unwrap().threshold, Some(Threshold::ALWAYS));
    }
}

#[test]
fn a_smaller_share_keeps_a_part_of_what_a_larger_one_keeps() {
    for mode in [Mode::HashSeed, Mode::Proportional, Mode::Equalizing] {
        let ids = |percentage| {
            let spans = (0..2_000).map(|number| span(number, "")).collect();
            let kept = sample_spans(config(mode, percentage), spans);
            kept.into_iter().map(|span| span.trace_id).collect::<std::collections::HashSet<_>>()
        };
        assert!(ids(5.0).is_subset(&ids(30.0)), "{mode:?}");
    }
}

#[test]
fn explicit_randomness_goes_before_the_trace_id() {
    let rv = |hex: &str| span(1, &format!("vendor=1,ot=rv:{hex};th:0"));
    let spans = vec![rv("9b8233f7e3a151"), rv("7b8233f7e3a151")];
    let kept = sample_spans(config(Mode::Proportional, 50.0), spans);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].trace_state, "ot=th:8;rv:9b8233f7e3a151,vendor=1");
}

#[test]
fn proportional_multiplies_and_equalizing_levels() {
    let state = "ot=th:8;rv:ffffffffffffff";
    let threshold = |mode, percentage| {
        let kept = sample_spans(config(mode, percentage), vec![span(1, state)]);
        TraceState::parse(&kept[0].trace_state).unwrap().threshold.unwrap().to_hex()
    };
    assert_eq!(threshold(Mode::Proportional, 50.0), "c");
    assert_eq!(threshold(Mode::Equalizing, 50.0), "8");
    assert_eq!(threshold(Mode::Equalizing, 75.0), "8", "a threshold never falls");
    assert_eq!(threshold(Mode::Equalizing, 25.0), "c");
}

#[test]
fn a_threshold_that_cannot_be_true_is_corrected() {
    let kept = sample_spans(config(Mode::Equalizing, 100.0), vec![span(1, "ot=th:f;rv:10000000000000")]);
    assert_eq!(kept[0].trace_state, "ot=th:0;rv:10000000000000");
}

#[test]
fn hash_seed_leaves_the_trace_state_of_consistent_samplers_alone() {
    let state = "ot=th:8;rv:ffffffffffffff";
    let kept = sample_spans(config(Mode::HashSeed, 100.0), vec![span(1, state)]);
    assert_eq!(kept[0].trace_state, state);
}

#[test]
fn priority_goes_before_the_percentage() {
    let with = |value| Span { attributes: vec![attribute("sampling.priority", value)], ..span(1, "") };
    for mode in [Mode::HashSeed, Mode::Proportional, Mode::Equalizing] {
        let keeps = |percentage, value| sample_spans(config(mode, percentage), vec![with(value)]).len() == 1;
        assert!(keeps(0.0, Value::IntValue(1)));
        assert!(keeps(0.0, Value::DoubleValue(0.5)));
        assert!(keeps(0.0, Value::StringValue("2".into())));
        assert!(!keeps(100.0, Value::IntValue(0)));
        assert!(!keeps(100.0, Value::StringValue("0".into())));
        assert!(keeps(100.0, Value::StringValue("no number".into())));
    }
}

#[test]
fn a_span_without_a_trace_id_goes_unless_told_otherwise() {
    let nameless = || vec![Span { trace_id: Vec::new(), ..span(1, "") }];
    assert_eq!(sample_spans(config(Mode::HashSeed, 100.0), nameless()).len(), 0);
    let open = Config { fail_closed: false, ..config(Mode::HashSeed, 1.0) };
    assert_eq!(sample_spans(open, nameless()).len(), 1);
}

#[test]
fn logs_follow_the_decision_of_their_trace() {
    for mode in [Mode::HashSeed, Mode::Proportional, Mode::Equalizing] {
        let spans = (0..3_000).map(|number| span(number, "")).collect();
        let kept: Vec<_> =
            sample_spans(config(mode, 20.0), spans).into_iter().map(|span| span.trace_id).collect();
        let record = |number| LogRecord { trace_id: trace_id(number), ..Default::default() };
        let logs = sample_logs(config(mode, 20.0), (0..3_000).map(record).collect());
        let logs: Vec<_> = logs.into_iter().map(|record| record.trace_id).collect();
        assert_eq!(kept, logs, "{mode:?}");
    }
}

#[test]
fn a_log_record_is_sampled_by_an_attribute_where_it_has_no_trace() {
    let by_pod = Config { from_attribute: "pod".into(), ..config(Mode::HashSeed, 50.0) };
    let record = |pod: u64| LogRecord {
        attributes: vec![attribute("pod", Value::StringValue(format!("pod-{pod}")))],
        ..Default::default()
    };
    let all = (0..400).map(|number| record(number % 40)).collect();
    let kept = sample_logs(by_pod, all);
    assert_eq!(kept.len() % 10, 0, "all ten records of a pod share its fate");
    assert!((80..320).contains(&kept.len()), "{}", kept.len());
    let keys: Vec<_> = kept[0].attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys, ["pod", "sampling.randomness", "sampling.threshold"]);
}

#[test]
fn a_log_record_can_bring_its_own_percentage() {
    let by_priority = Config { sampling_priority: "priority".into(), ..config(Mode::HashSeed, 0.0) };
    let record = |priority| LogRecord {
        trace_id: trace_id(7),
        attributes: vec![attribute("priority", Value::IntValue(priority))],
        ..Default::default()
    };
    assert_eq!(sample_logs(by_priority, vec![record(100), record(0)]).len(), 1);
}
