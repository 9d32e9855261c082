//! Any bytes as protobuf: no panic; what prost decodes is written as JSON that reads back as the same request.
#![no_main]

use codeagent_pipeline::Signal;
use codeagent_pipeline::json::{Limits, Problem, from_protobuf, to_protobuf, write_value};
use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
    trace::v1::ExportTraceServiceRequest,
};
use prost::Message;

fuzz_target!(|bytes: &[u8]| {
    check::<ExportTraceServiceRequest>(Signal::Traces, bytes);
    check::<ExportLogsServiceRequest>(Signal::Logs, bytes);
    check::<ExportMetricsServiceRequest>(Signal::Metrics, bytes);
    let mut plain = Vec::new();
    if write_value(&mut plain, bytes).is_ok()
        && plain.iter().filter(|b| matches!(b, b'[' | b'{')).count() < 100
    {
        serde_json::from_slice::<serde::de::IgnoredAny>(&plain).expect("what we write is JSON");
    }
});

fn check<R: Message + Default + std::fmt::Debug>(signal: Signal, bytes: &[u8]) {
    let mut json = Vec::new();
    let written = from_protobuf(signal, bytes, &mut json);
    let Ok(request) = R::decode(bytes) else { return };
    // prost skips groups, which OTLP never had; a message in many parts costs more than we spend.
    match written {
        Err(error) if error.problem.contains("group") || error.problem.contains("parts") => return,
        other => other.expect("what prost decodes we can write"),
    }
    match to_protobuf(signal, &json, Limits::default()) {
        // Protobuf allows ids of any length.
        Err(error) => assert!(matches!(error.problem, Problem::IdLength { .. }), "{error}"),
        Ok(again) => {
            let again = R::decode(again.as_slice()).expect("what we make is protobuf");
            assert_eq!(format!("{again:?}"), format!("{request:?}"));
        }
    }
}
