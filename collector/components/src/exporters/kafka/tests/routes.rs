//! Topics and keys.

use super::spans::{batch_of, chunk_of, numbers_in, span, text};
use super::*;
use crate::exporters::kafka::attribute_hash::hash_of;
use crate::exporters::kafka::message::Packed;
use codeagent_pipeline::otlp::views::{Resource, View as _};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::resource::v1::Resource as Proto;
use prost::Message as _;

/// Key, topic and numbers of each message.
fn routed(section: &str, resources: Vec<(Vec<KeyValue>, Vec<usize>)>) -> Vec<(String, String, Vec<usize>)> {
    let exporter = exporter(section, Signal::Traces);
    let chunk = |(attributes, numbers): (_, Vec<usize>)| {
        let spans = numbers.iter().map(|number| {
            let mut span = span(*number, (*number % 3) as u8, 0);
            if *number == 5 {
                span.attributes.push(text("session.id", "own"));
            }
            span
        });
        chunk_of(vec![(attributes, spans.collect())])
    };
    let whole = batch_of(resources.into_iter().map(chunk));
    let Packed { messages, .. } = exporter.partition.pack(&whole, &exporter.shape);
    let shown = messages.iter().map(|message| {
        let key = message.route.key.as_deref().unwrap_or(b"-");
        let topic = message.route.topic.as_deref().unwrap_or("-");
        (String::from_utf8(key.to_vec()).unwrap(), topic.to_owned(), numbers_in(message))
    });
    shown.collect()
}

fn expect(found: Vec<(String, String, Vec<usize>)>, expected: &[(&str, &str, &[usize])]) {
    let found: Vec<_> = found.iter().map(|(key, topic, numbers)| (&**key, &**topic, &**numbers)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_trace_id_is_a_key_in_hexadecimal_and_no_trace_id_is_none() {
    let found =
        routed("{partition_traces_by_id: true}", vec![(vec![], vec![0, 1, 2, 4]), (vec![], vec![3, 7])]);
    let (one, two) = ("01010101010101010101010101010101", "02020202020202020202020202020202");
    expect(found, &[("-", "-", &[0, 3]), (one, "-", &[1, 4, 7]), (two, "-", &[2])]);
}

#[test]
fn an_attribute_of_the_item_goes_before_the_resources_and_the_trace_stands_in() {
    let session = vec![text("session.id", "s1")];
    let found = routed(
        "{partition_by_attribute: session.id}",
        vec![(session.clone(), vec![1, 5]), (vec![], vec![2]), (session, vec![6])],
    );
    let trace = "02020202020202020202020202020202";
    expect(found, &[("s1", "-", &[1, 6]), ("own", "-", &[5]), (trace, "-", &[2])]);
}

#[test]
fn a_resource_names_its_topic() {
    let resource = |topic: &str| vec![text("tenant", topic)];
    let found = routed(
        "{topic_from_attribute: tenant}",
        vec![(resource("a"), vec![1]), (resource("b"), vec![2]), (vec![], vec![3]), (resource("a"), vec![4])],
    );
    expect(found, &[("-", "a", &[1, 4]), ("-", "b", &[2]), ("-", "-", &[3])]);
}

fn hash(attributes: Vec<KeyValue>) -> String {
    let bytes = Proto { attributes, ..Proto::default() }.encode_to_vec();
    hash_of(Resource::view(&bytes).attributes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_hash_of_a_resource_does_not_know_the_order() {
    let (a, b) = (text("a", "1"), text("b", "2"));
    assert_eq!(hash(vec![a.clone(), b.clone()]), hash(vec![b.clone(), a.clone()]));
    assert_ne!(hash(vec![a.clone(), b]), hash(vec![a.clone()]));
    assert_ne!(hash(vec![a]), hash(vec![text("a", "2")]));
    assert_eq!(hash(vec![]), "0".repeat(32));
}
