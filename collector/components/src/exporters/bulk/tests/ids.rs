use std::collections::HashSet;

use codeagent_pipeline::{Batch, Signal};
use opentelemetry_proto::tonic::logs::v1::LogRecord;

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
