use std::collections::HashSet;

use codeagent_pipeline::otlp::split;
use codeagent_pipeline::{Batch, Signal};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::{Span, span::Event};
use proptest::prelude::*;
use prost::Message;

use super::super::mapping::Mode;
use super::kit::*;

fn ids(batch: &Batch) -> Vec<String> {
    let requests = encoder(Mode::Otel, Signal::Logs).encode(batch);
    lines(&requests).iter().map(|(action, _)| id(action).to_owned()).collect()
}

fn record(body: &str) -> LogRecord {
    LogRecord { body: Some(text(body)), ..LogRecord::default() }
}

#[test]
fn a_request_that_is_sent_again_has_the_same_ids_whatever_it_is_merged_with() {
    let first = logs(None, scope(vec![]), vec![record("a"), record("b"), record("a")]);
    let second = logs(resource(vec![]), None, vec![record("a")]);
    let alone = ids(&first);
    assert_eq!(ids(&merged(&[&second, &first]))[1..], alone);
    assert_eq!(ids(&merged(&[&first, &first]))[3..], alone);
}

#[test]
fn equal_items_of_one_request_are_different_documents() {
    let ids = ids(&logs(None, None, vec![record("a"); 50]));
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 50);
}

#[test]
fn equal_items_of_different_origins_are_different_documents() {
    let name = |name: &str| attributes([("service.name", text(name))]);
    let of = |resource, scope| ids(&logs(resource, scope, vec![record("a")])).remove(0);
    let all = [
        of(None, None),
        of(resource(vec![]), None),
        of(None, scope(vec![])),
        of(resource(name("x")), None),
        of(None, scope(name("x"))),
    ];
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    for id in all {
        assert_eq!(id.len(), 22);
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    }
}

/// A request with these bodies in each scope of each resource; schemas and resources alternate.
fn request(resources: &[Vec<Vec<u8>>]) -> Batch {
    let scope_logs = |(at, bodies): (usize, &Vec<u8>)| ScopeLogs {
        scope: scope(vec![]).filter(|_| at % 2 == 0),
        log_records: bodies.iter().map(|body| record(&body.to_string())).collect(),
        schema_url: ["", "urn:scope"][at % 2].into(),
    };
    let resource_logs = |(at, scopes): (usize, &Vec<Vec<u8>>)| ResourceLogs {
        resource: resource(vec![]).filter(|_| at % 2 == 0),
        scope_logs: scopes.iter().enumerate().map(scope_logs).collect(),
        schema_url: ["urn:resource", ""][at % 2].into(),
    };
    let resource_logs = resources.iter().enumerate().map(resource_logs).collect();
    let items = resources.iter().flatten().map(Vec::len).sum();
    let bytes = ExportLogsServiceRequest { resource_logs }.encode_to_vec();
    Batch::new(Signal::Logs, bytes.into(), items)
}

/// The pieces of a request of one chunk, cut by the first size, each of them by the second, and so on.
fn cut(request: &Batch, sizes: &[usize]) -> Vec<Batch> {
    let mut pieces = vec![request.chunks()[0].clone().numbered(request.signal())];
    for size in sizes {
        pieces = pieces.iter().flat_map(|piece| split(request.signal(), piece, *size)).collect();
    }
    pieces.into_iter().map(|piece| request.with_chunks([piece])).collect()
}

#[test]
fn a_request_has_the_same_ids_wherever_it_is_cut() {
    let request = request(&[vec![vec![1, 1, 2], vec![1]], vec![vec![1, 2, 1]], vec![vec![1, 1, 2]]]);
    let whole = ids(&request);
    assert_eq!(whole.iter().collect::<HashSet<_>>().len(), 10, "each of the items is a document");
    for first in 1..=10 {
        for second in 1..=first {
            let pieces = cut(&request, &[first, second]);
            assert_eq!(pieces.iter().flat_map(ids).collect::<Vec<_>>(), whole, "{first} {second}");
            let backwards: Vec<&Batch> = pieces.iter().rev().collect();
            let found = ids(&merged(&backwards));
            assert_eq!(found.iter().collect::<HashSet<_>>(), whole.iter().collect(), "{first} {second}");
        }
    }
}

#[test]
fn the_events_of_equal_spans_are_different_documents_in_different_pieces_too() {
    let span = Span { events: vec![Event::default(), Event::default()], ..Span::default() };
    let request = spans(None, None, vec![span; 3]);
    let ids = |batch: &Batch| {
        let requests = encoder(Mode::Otel, Signal::Traces).encode(batch);
        lines(&requests).iter().map(|(action, _)| id(action).to_owned()).collect::<Vec<_>>()
    };
    let whole = ids(&request);
    assert_eq!(whole.iter().collect::<HashSet<_>>().len(), 9);
    assert_eq!(cut(&request, &[1]).iter().flat_map(ids).collect::<Vec<_>>(), whole);
}

#[test]
fn the_halves_of_a_bulk_request_keep_its_ids() {
    let request = request(&[vec![vec![1; 9]]]);
    let mut requests = encoder(Mode::Otel, Signal::Logs).encode(&request);
    while requests.len() < 9 {
        requests = requests
            .into_iter()
            .flat_map(|request| request.halves().map_or_else(|one| vec![one], Vec::from))
            .collect();
    }
    let found: Vec<_> = lines(&requests).iter().map(|(action, _)| id(action).to_owned()).collect();
    assert_eq!(found, ids(&request));
}

proptest! {
    #[test]
    fn ids_depend_on_nothing_but_the_request_of_the_sender(
        bodies in proptest::collection::vec(
            (
                proptest::collection::vec(proptest::collection::vec(proptest::collection::vec(0..3_u8, 0..6), 0..3), 0..4),
                proptest::collection::vec(1..8_usize, 0..3),
            ),
            1..5,
        ),
        order in any::<u64>(),
    ) {
        let requests: Vec<Batch> = bodies.iter().map(|(bodies, _)| request(bodies)).collect();
        let mut pieces: Vec<Batch> =
            requests.iter().zip(&bodies).flat_map(|(request, (_, sizes))| cut(request, sizes)).collect();
        // some order, and some of the pieces merged
        let count = pieces.len().max(1);
        pieces.rotate_left(order as usize % count);
        pieces.sort_by_key(|piece| (piece.items() as u64 ^ order) % 7);
        let (front, back) = pieces.split_at(order as usize % (pieces.len() + 1));
        let batches = [front, back].into_iter().filter(|batches| !batches.is_empty());
        let mut found: Vec<String> = batches.flat_map(|pieces| ids(&merged(&pieces.iter().collect::<Vec<_>>()))).collect();
        let mut expected: Vec<String> = requests.iter().flat_map(ids).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}
