//! Requests of real agents, as they came; `testdata/otlp-json/README.md` says from where.

use std::fmt::Debug;

use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
    trace::v1::ExportTraceServiceRequest,
};
use prost::Message;
use serde::de::DeserializeOwned;

use super::{read, write};
use crate::Signal::{self, Logs, Metrics, Traces};

macro_rules! capture {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/otlp-json/", $name))
    };
}

/// Our protobuf, decoded by prost, is what serde reads from the same JSON; and what we write is read as the same.
fn check<R: Message + Default + Debug + DeserializeOwned + PartialEq>(signal: Signal, body: &str) {
    let expected: R = serde_json::from_str(body).unwrap();
    let protobuf = read(signal, body).unwrap();
    assert_eq!(R::decode(protobuf.as_slice()).unwrap(), expected);
    assert!(expected.encoded_len() > 100, "the capture is not empty");
    let written = write(signal, &protobuf);
    assert_eq!(read(signal, &written).unwrap(), protobuf);
    assert_eq!(serde_json::from_str::<R>(&written).unwrap(), expected);
}

#[test]
fn requests_of_real_agents_are_read_to_the_last_field() {
    check::<ExportTraceServiceRequest>(Traces, capture!("claude-code-traces.json"));
    check::<ExportMetricsServiceRequest>(Metrics, capture!("claude-code-metrics.json"));
    check::<ExportLogsServiceRequest>(Logs, capture!("claude-code-logs.json"));
    check::<ExportLogsServiceRequest>(Logs, capture!("codex-logs.json"));
    check::<ExportMetricsServiceRequest>(Metrics, capture!("qwen-code-metrics.json"));
    check::<ExportLogsServiceRequest>(Logs, capture!("otel-sdk-js-logs.json"));
}
