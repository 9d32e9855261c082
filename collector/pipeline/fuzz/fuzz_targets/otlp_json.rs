//! Any bytes as OTLP/JSON: no panic; what is accepted is JSON for serde, protobuf for prost, and stable from then on.
#![no_main]

use codeagent_pipeline::Signal;
use codeagent_pipeline::json::{Limits, from_protobuf, to_protobuf};
use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
    trace::v1::ExportTraceServiceRequest,
};
use prost::Message;

/// serde_json stops at 128 levels; messages, arrays and unknown values together stay below that.
const LIMITS: Limits = Limits { depth_max: 30, bytes_max: 1 << 20 };

fuzz_target!(|body: &[u8]| {
    check::<ExportTraceServiceRequest>(Signal::Traces, body);
    check::<ExportLogsServiceRequest>(Signal::Logs, body);
    check::<ExportMetricsServiceRequest>(Signal::Metrics, body);
});

fn check<R: Message + Default + std::fmt::Debug>(signal: Signal, body: &[u8]) {
    let protobuf = match to_protobuf(signal, body, LIMITS) {
        Ok(protobuf) => protobuf,
        Err(error) => {
            assert!(error.offset <= body.len());
            return;
        }
    };
    serde_json::from_slice::<serde::de::IgnoredAny>(body).expect("what we accept is JSON");
    let request = R::decode(protobuf.as_slice()).expect("what we make is protobuf");
    let mut json = Vec::new();
    from_protobuf(signal, &protobuf, &mut json).expect("what we make we can write");
    let again = to_protobuf(signal, &json, LIMITS).expect("what we write we can read");
    assert_eq!(format!("{:?}", R::decode(again.as_slice()).expect("protobuf")), format!("{request:?}"));
    let mut same = Vec::new();
    from_protobuf(signal, &again, &mut same).expect("what we make we can write");
    assert_eq!(json, same);
}
