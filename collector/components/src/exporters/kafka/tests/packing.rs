//! Batches as messages.

use proptest::prelude::*;

use super::spans::{batch, batch_of, chunk_of, numbers_in, span, text};
use super::*;
use crate::exporters::kafka::message::{Message, Packed, Positions};
use codeagent_pipeline::{Exporter as _, Reason};

fn value_bytes(message: &Message) -> usize {
    message.with_value(<[u8]>::len)
}

#[test]
fn a_batch_is_one_message_of_the_very_bytes() {
    let exporter = exporter("{}", Signal::Traces);
    let chunks = [batch(3, 10), batch(2, 10)];
    let whole = batch_of(chunks.iter().flat_map(|batch| batch.chunks().iter().cloned()));
    let packed = exporter.partition.pack(&whole, &exporter.shape);
    assert_eq!(packed.messages.len(), 1);
    packed.messages[0].with_value(|value| assert_eq!(value, whole.to_contiguous()));
}

#[test]
fn an_item_that_is_too_large_is_named_and_costs_its_neighbours_nothing() {
    let mut spans: Vec<_> = (0..10).map(|number| span(number, number as u8 + 1, 50)).collect();
    spans[7] = span(7, 8, 5000);
    let whole = batch_of([chunk_of(vec![(Vec::new(), spans)])]);
    for section in ["{}", "{partition_traces_by_id: true}", "{encoding: otlp_json}"] {
        let section = section.replacen('{', "{producer: {max_message_bytes: 2000}, ", 1).replace(", }", "}");
        let exporter = exporter(&section, Signal::Traces);
        let encoded = exporter.encode(&whole);
        assert_eq!(encoded.requests.iter().map(|request| exporter.items(request)).sum::<usize>(), 9);
        assert_eq!(encoded.rejected.len(), 1, "{section}");
        let rejected = &encoded.rejected[0];
        assert_eq!((rejected.reason, rejected.items), (Reason::TooLarge, 1));
        assert_eq!(rejected.first_item, Some(7), "{section}");
        let name = "the span 0102030405060708 of trace 08080808080808080808080808080808 (7) takes ";
        assert!(rejected.message.starts_with(name), "{}", rejected.message);
        assert!(rejected.message.contains("max_message_bytes (2000)"), "{}", rejected.message);
    }
}

#[test]
fn json_messages_fit_as_json() {
    let exporter = exporter("{encoding: otlp_json, producer: {max_message_bytes: 3000}}", Signal::Traces);
    let Packed { messages, rejected } = exporter.partition.pack(&batch(200, 20), &exporter.shape);
    assert!(rejected.is_empty());
    assert!(messages.iter().all(|message| value_bytes(message) < 3000));
    let mut numbers = Vec::new();
    for message in &messages {
        let json: opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest =
            message.with_value(|value| serde_json::from_slice(value).unwrap());
        let spans = json.resource_spans[0].scope_spans[0].spans.iter();
        numbers.extend(spans.map(|span| span.name.parse::<usize>().unwrap()));
    }
    assert_eq!(numbers, (0..200).collect::<Vec<_>>());
}

#[test]
fn an_empty_batch_is_no_message() {
    for section in ["{}", "{partition_traces_by_id: true}"] {
        let encoded = exporter(section, Signal::Traces).encode(&batch(0, 0));
        assert!(encoded.requests.is_empty() && encoded.rejected.is_empty());
    }
}

/// Spans by chunk and resource: trace and weight of each.
fn any_chunks() -> impl Strategy<Value = Vec<Vec<Vec<(u8, usize)>>>> {
    let spans = proptest::collection::vec((0u8..5, 0usize..700), 0..12);
    let resources = proptest::collection::vec(spans, 0..4);
    proptest::collection::vec(resources, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_item_is_in_one_message_in_order_within_its_key(
        chunks in any_chunks(),
        bytes_max in 1000usize..4000,
        way in 0usize..4,
    ) {
        let ways = ["partition_by_attribute: ''", "partition_traces_by_id: true", "partition_by_attribute: r",
            "topic_from_attribute: r"];
        let section = format!("{{producer: {{max_message_bytes: {bytes_max}}}, {}}}", ways[way]);
        let exporter = exporter(&section, Signal::Traces);
        let mut traces = Vec::new();
        let mut number = 0..;
        let whole = batch_of(chunks.iter().map(|resources| {
            chunk_of(resources.iter().enumerate().map(|(at, spans)| {
                let spans = spans.iter().map(|(trace, bytes)| {
                    traces.push(*trace);
                    span(number.next().unwrap(), *trace, *bytes)
                });
                (vec![text("r", &at.to_string())], spans.collect())
            }).collect())
        }));
        let Packed { messages, rejected } = exporter.partition.pack(&whole, &exporter.shape);
        prop_assert!(rejected.is_empty());
        let mut seen = Vec::new();
        let mut last = std::collections::HashMap::new();
        for message in &messages {
            prop_assert!(value_bytes(message) <= bytes_max);
            let numbers = numbers_in(message);
            prop_assert_eq!(numbers.len(), message.items());
            match &message.positions {
                Positions::From(first) => prop_assert_eq!(*first, numbers[0]),
                Positions::At(all) => prop_assert_eq!(all, &numbers),
            }
            if way == 1 {
                let of_trace = numbers.iter().map(|number| traces[*number]).collect::<Vec<_>>();
                prop_assert!(of_trace.iter().all(|trace| *trace == of_trace[0]));
            }
            for number in &numbers {
                let before = last.insert(message.route.clone(), *number);
                prop_assert!(before.is_none_or(|before| before < *number));
            }
            seen.extend(numbers);
        }
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..whole.items()).collect::<Vec<_>>());
    }
}
