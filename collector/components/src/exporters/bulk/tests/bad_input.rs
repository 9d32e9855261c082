use codeagent_pipeline::Signal;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value as Any};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::mapping::Mode;
use super::kit::*;

const MODES: [Mode; 3] = [Mode::Otel, Mode::Ecs, Mode::Ss4o];

#[test]
fn attributes_that_an_index_would_refuse_are_made_to_fit() {
    let cases = [
        (vec![("d", value_of(Any::DoubleValue(f64::NAN)))], json!({"d": null})),
        (vec![("d", value_of(Any::DoubleValue(f64::NEG_INFINITY)))], json!({"d": null})),
        (vec![("", text("a")), (" ", text("b")), ("..", text("c"))], json!({"_": "a"})),
        (vec![("k", text("first")), ("k", text("second"))], json!({"k": "first"})),
        (
            vec![("m", map([("", text("a")), ("x", text("1")), ("x", text("2"))]))],
            json!({"m": {"_": "a", "x": "1"}}),
        ),
        (vec![("n", AnyValue { value: None })], json!({"n": null})),
        (vec![("a", text("1")), ("a.b", text("2"))], json!({"a": "1", "a.b": "2"})),
    ];
    for (members, expected) in cases {
        let batch = log(text("x"), attributes(members));
        let found = lines(&encoder(Mode::Otel, Signal::Logs).encode(&batch));
        assert_eq!(found[0].1["attributes"], expected);
    }
}

#[test]
fn names_become_objects_that_an_index_takes_in_mode_ecs() {
    let members = attributes([
        ("a", text("1")),
        ("a.b", text("2")),
        ("a.value", text("3")),
        ("", text("4")),
        ("x..y.", text("5")),
        ("k", text("first")),
        ("k", text("last")),
    ]);
    let found = lines(&encoder(Mode::Ecs, Signal::Logs).encode(&log(text("x"), members)));
    let document = &found[0].1;
    assert_eq!(document["a"], json!({"b": "2", "value": "3"}));
    assert_eq!(document["_"], "4");
    assert_eq!(document["x"], json!({"_": {"y": {"_": "5"}}}));
    assert_eq!(document["k"], "last");
}

#[test]
fn times_of_zero_and_of_the_year_2554_are_written_as_they_are() {
    let of = |time_unix_nano, observed_time_unix_nano| {
        let record = LogRecord { time_unix_nano, observed_time_unix_nano, ..LogRecord::default() };
        lines(&encoder(Mode::Otel, Signal::Logs).encode(&logs(None, None, vec![record])))[0].1["@timestamp"]
            .clone()
    };
    assert_eq!(of(0, 0), "0.000000");
    assert_eq!(of(0, 5_000_000), "5.000000");
    assert_eq!(of(u64::MAX, 0), "18446744073709.551615");
}

#[test]
fn a_span_that_ends_before_it_begins_has_no_duration_and_odd_numbers_no_name() {
    let span = Span {
        start_time_unix_nano: 5,
        end_time_unix_nano: 1,
        kind: 77,
        span_id: vec![1, 2],
        ..Span::default()
    };
    for (mode, duration) in [(Mode::Otel, "duration"), (Mode::Ecs, "Duration")] {
        let batch = spans(None, None, vec![span.clone()]);
        let found = lines(&encoder(mode, Signal::Traces).encode(&batch));
        assert_eq!(found[0].1[duration], 0);
        assert_eq!(found[0].1.get("kind"), None);
    }
}

#[test]
fn a_request_is_closed_at_its_size_and_a_large_document_has_its_own() {
    let large = "x".repeat(1 << 20);
    let record = |body: &str| LogRecord { body: Some(text(body)), ..LogRecord::default() };
    let mut records = vec![record("small"); 100];
    records.insert(50, record(&large));
    let mut encoder = encoder(Mode::Otel, Signal::Logs);
    encoder.bytes_max = 10_000;
    let requests = encoder.encode(&logs(None, None, records));
    let items: Vec<usize> =
        requests.iter().flat_map(|request| request.documents()).map(|document| document.item).collect();
    assert_eq!(items, (0..101).collect::<Vec<_>>());
    for request in &requests {
        assert!(request.lines().len() <= 10_000 || request.items() == 1, "{} bytes", request.lines().len());
    }
    assert_eq!(lines(&requests)[50].1["body"]["text"], large);
}

#[test]
fn a_hundred_thousand_attributes_are_no_burden() {
    let names: Vec<String> = (0..100_000).map(|n| format!("k{}.{n}", n % 100)).collect();
    let members = attributes(names.iter().map(|name| (name.as_str(), text("v"))));
    for mode in MODES {
        assert_eq!(lines(&encoder(mode, Signal::Logs).encode(&log(text("x"), members.clone()))).len(), 1);
    }
}

fn values() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        Just(AnyValue { value: None }),
        any::<String>().prop_map(|value| text(&value)),
        any::<i64>().prop_map(|value| value_of(Any::IntValue(value))),
        any::<f64>().prop_map(|value| value_of(Any::DoubleValue(value))),
        any::<bool>().prop_map(|value| value_of(Any::BoolValue(value))),
        any::<Vec<u8>>().prop_map(|value| value_of(Any::BytesValue(value))),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(list),
            proptest::collection::vec((keys(), inner), 0..4)
                .prop_map(|members| map(members.iter().map(|(key, value)| (key.as_str(), value.clone())))),
        ]
    })
}

fn keys() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{0,2}(\\.[a-c]{0,2}){0,3}", any::<String>()]
}

proptest! {
    #[test]
    fn every_document_is_json_and_has_the_items_fields(
        members in proptest::collection::vec((keys(), values()), 0..12),
        body in values(),
        time in 1..u64::MAX,
        trace_id in proptest::array::uniform16(1u8..),
    ) {
        let members = attributes(members.iter().map(|(key, value)| (key.as_str(), value.clone())));
        let record = LogRecord {
            time_unix_nano: time,
            trace_id: trace_id.to_vec(),
            attributes: members.clone(),
            body: Some(body),
            ..LogRecord::default()
        };
        let span = Span { start_time_unix_nano: time, trace_id: trace_id.to_vec(), attributes: members.clone(), ..Span::default() };
        let hex: String = trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
        let at = format!("{}.{:06}", time / 1_000_000, time % 1_000_000);
        let origin = resource(members.clone());
        for (mode, id) in [(Mode::Otel, "/trace_id"), (Mode::Ecs, "/trace/id"), (Mode::Ss4o, "/traceId")] {
            let of_log = encoder(mode, Signal::Logs).encode(&logs(origin.clone(), scope(members.clone()), vec![record.clone()]));
            let of_span = encoder(mode, Signal::Traces).encode(&spans(origin.clone(), scope(members.clone()), vec![span.clone()]));
            for requests in [of_log, of_span] {
                let found = lines(&requests);
                prop_assert_eq!(found.len(), 1);
                prop_assert_eq!(found[0].1.pointer(id).and_then(Value::as_str), Some(hex.as_str()));
                if mode != Mode::Ss4o {
                    prop_assert_eq!(found[0].1["@timestamp"].as_str(), Some(at.as_str()));
                }
            }
        }
    }
}
