//! The door against prost: what it lets in means to prost what the body meant, with as many items; nothing in it occurs
//! twice that may occur once, so that the views and an editor see what prost sees.
#![no_main]

use bytes::Bytes;
use codeagent_pipeline::otlp::views::{Resource, ResourceGroup, Scope, Span};
use codeagent_pipeline::otlp::{AttributeList, Edit, Editor, Item, admit, edit};
use codeagent_pipeline::{Chunk, Signal};
use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

fuzz_target!(|body: &[u8]| {
    admitted::<ExportLogsServiceRequest>(Signal::Logs, body);
    admitted::<ExportMetricsServiceRequest>(Signal::Metrics, body);
    let Some((chunk, request)) = admitted::<ExportTraceServiceRequest>(Signal::Traces, body) else { return };
    let scopes = || request.resource_spans.iter().flat_map(|group| &group.scope_spans);
    let spans: Vec<_> = scopes().flat_map(|scope| &scope.spans).collect();
    assert_eq!(chunk.items, spans.len());
    let views = ResourceGroup::of(&chunk.bytes).flat_map(|group| group.scopes());
    let views: Vec<_> = views.flat_map(|scope| scope.items::<Span<'_>>()).collect();
    assert_eq!(views.len(), spans.len());
    for (view, span) in views.iter().zip(&spans) {
        assert_eq!((view.trace_id, view.name), (&*span.trace_id, &*span.name));
        let status = span.status.as_ref().map(|status| (&*status.message, status.code)).unwrap_or_default();
        assert_eq!((view.status.message, view.status.code), status);
        assert!(
            view.attributes()
                .map(|attribute| attribute.key)
                .eq(span.attributes.iter().map(|pair| &*pair.key))
        );
    }
    let bare = edit(Signal::Traces, &chunk, &mut Bare);
    let bare = ExportTraceServiceRequest::decode(bare.bytes).expect("an edit leaves protobuf");
    for group in &bare.resource_spans {
        assert!(group.resource.iter().all(|resource| resource.attributes.is_empty()));
        for scope in &group.scope_spans {
            assert!(scope.scope.iter().all(|scope| scope.attributes.is_empty()));
            assert!(scope.spans.iter().all(|span| span.attributes.is_empty()));
        }
    }
});

/// What the door lets in, and what it means.
fn admitted<R: Message + Default>(signal: Signal, body: &[u8]) -> Option<(Chunk, R)> {
    let chunk = admit(signal, Bytes::copy_from_slice(body)).ok()?;
    match (R::decode(body), R::decode(chunk.bytes.clone())) {
        (Ok(meant), Ok(request)) => {
            // Encoded: a NaN is not equal to itself.
            assert_eq!(meant.encode_to_vec(), request.encode_to_vec());
            let again = admit(signal, chunk.bytes.clone()).expect("what came through comes through");
            assert_eq!((again.bytes.as_ptr(), again.items), (chunk.bytes.as_ptr(), chunk.items));
            Some((chunk, request))
        }
        // prost nests to 100, the door to 200.
        (Err(error), _) | (_, Err(error)) => {
            assert!(error.to_string().contains("recursion"), "{error}");
            None
        }
    }
}

/// Takes away every attribute that an editor is shown.
struct Bare;

fn bare(raw: &[u8], attributes: u32) -> Edit {
    let mut list = AttributeList::read(raw, attributes);
    list.retain(|_, _| false);
    if list.is_changed() { Edit::Replace(list.to_message()) } else { Edit::Keep }
}

impl Editor for Bare {
    fn resource(&mut self, resource: &Resource<'_>) -> Edit {
        bare(resource.raw, 1)
    }

    fn scope(&mut self, scope: &Scope<'_>, _: &Resource<'_>) -> Edit {
        bare(scope.raw, 3)
    }

    fn item(&mut self, item: &Item<'_>, _: &Scope<'_>, _: &Resource<'_>) -> Edit {
        bare(item.raw(), item.attributes_field())
    }
}
