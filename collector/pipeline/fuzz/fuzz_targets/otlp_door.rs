//! The door against prost: what it lets in, prost decodes to as many items; what prost refuses, it does not let in. The
//! views of what it let in count the same.
#![no_main]

use codeagent_pipeline::Signal;
use codeagent_pipeline::otlp::validate;
use codeagent_pipeline::otlp::views::{ResourceGroup, Span};
use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

fuzz_target!(|body: &[u8]| {
    let door = validate(Signal::Traces, body);
    match (&door, ExportTraceServiceRequest::decode(body)) {
        (Ok(items), Ok(request)) => {
            let scopes = request.resource_spans.iter().flat_map(|group| &group.scope_spans);
            let spans: usize = scopes.map(|scope| scope.spans.len()).sum();
            assert_eq!(*items, spans);
            let scopes = ResourceGroup::of(body).flat_map(|group| group.scopes());
            let viewed: usize = scopes.map(|scope| scope.items::<Span<'_>>().count()).sum();
            assert_eq!(viewed, spans);
        }
        // prost nests to 100, the door to 200.
        (Ok(_), Err(error)) => assert!(error.to_string().contains("recursion"), "{error}"),
        (Err(_), _) => {}
    }
    for (signal, refused) in [
        (Signal::Logs, ExportLogsServiceRequest::decode(body).err()),
        (Signal::Metrics, ExportMetricsServiceRequest::decode(body).err()),
    ] {
        if let (Ok(_), Some(error)) = (validate(signal, body), refused) {
            assert!(error.to_string().contains("recursion"), "{error}");
        }
    }
});
