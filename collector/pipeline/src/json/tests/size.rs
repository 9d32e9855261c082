//! Large requests.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

use super::{histogram_point, log_body, read, span, write};
use crate::Signal::{Logs, Metrics, Traces};
use crate::json::{Limits, Problem, to_protobuf};

#[test]
fn a_hundred_thousand_attributes_arrive() {
    let attributes: Vec<_> =
        (0..100_000).map(|i| format!(r#"{{"key":"key.{i}","value":{{"intValue":"{i}"}}}}"#)).collect();
    let body = span(&format!(r#""attributes":[{}]"#, attributes.join(",")));
    let protobuf = read(Traces, &body).unwrap();
    let request = ExportTraceServiceRequest::decode(protobuf.as_slice()).unwrap();
    assert_eq!(request.resource_spans[0].scope_spans[0].spans[0].attributes.len(), 100_000);
    assert_eq!(write(Traces, &protobuf), body);
}

#[test]
fn lengths_around_every_width_of_a_varint_are_right() {
    for length in
        [0, 1, 100, 110, 120, 126, 127, 128, 129, 16_370, 16_383, 16_384, 16_385, 2_097_151, 2_097_152]
    {
        for escape in ["", r"\n"] {
            let body = log_body(&format!(r#"{{"stringValue":"{}{escape}"}}"#, "x".repeat(length)));
            assert_eq!(write(Logs, &read(Logs, &body).unwrap()), body, "{length}");
        }
    }
}

#[test]
fn neighbours_of_unlike_size_do_not_disturb_each_other() {
    let sizes = [1, 300, 2, 70_000, 3, 300, 17_000, 1];
    let attributes: Vec<_> = sizes
        .iter()
        .map(|size| format!(r#"{{"key":"k","value":{{"stringValue":"{}\n"}}}}"#, "v".repeat(*size)))
        .collect();
    let body = span(&format!(r#""attributes":[{}]"#, attributes.join(",")));
    assert_eq!(write(Traces, &read(Traces, &body).unwrap()), body);
}

#[test]
fn protobuf_beyond_the_limit_is_refused() {
    let limits = Limits { bytes_max: 1000, ..Limits::default() };
    let text = log_body(&format!(r#"{{"stringValue":"{}"}}"#, "x".repeat(1000)));
    let counts = histogram_point(&format!(r#""bucketCounts":[{}1]"#, "1,".repeat(125)));
    for (signal, body) in [(Logs, text), (Metrics, counts)] {
        let error = to_protobuf(signal, body.as_bytes(), limits).unwrap_err();
        assert_eq!(error.problem, Problem::TooLarge(1000));
    }
}
