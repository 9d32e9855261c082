//! Mode `otel`: the OpenTelemetry data model as it is, in the documents of the Collector's mode of this name.

use codeagent_pipeline::otlp::views::{
    AnyValue, Attribute, Event, Link, LogRecord, Repeated, ResourceGroup, ScopeGroup, Span,
};

use super::super::route::Stream;
use super::super::value::{
    Keys, close, count_field, field, id_field, sound_key, text_field, time_field, write_integer, write_key,
    write_map, write_value,
};
use super::is_for_routing;

/// What the attributes of an item said beside themselves.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    /// Whether one names the document's index or data stream.
    pub routed: bool,
    event_name: Option<&'a str>,
}

/// What is the same about all documents of a resource and scope, and the end of each.
pub fn tail(resource: &ResourceGroup<'_>, scope: &ScopeGroup<'_>, stream: Option<&Stream>) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    if let Some(stream) = stream {
        field(&mut out, "data_stream");
        out.push(b'{');
        text_field(&mut out, "type", stream.kind);
        text_field(&mut out, "dataset", &stream.dataset);
        text_field(&mut out, "namespace", &stream.namespace);
        close(&mut out, b'}');
        out.push(b',');
    }
    let mut seen = Seen::default();
    out.extend_from_slice(b"\"resource\":{");
    text_field(&mut out, "schema_url", resource.schema_url);
    write_attributes(&mut out, resource.resource.attributes(), &mut seen);
    count_field(&mut out, "dropped_attributes_count", resource.resource.dropped_attributes_count);
    close(&mut out, b'}');
    out.extend_from_slice(b",\"scope\":{");
    text_field(&mut out, "schema_url", scope.schema_url);
    text_field(&mut out, "name", scope.scope.name);
    text_field(&mut out, "version", scope.scope.version);
    write_attributes(&mut out, scope.scope.attributes(), &mut seen);
    count_field(&mut out, "dropped_attributes_count", scope.scope.dropped_attributes_count);
    close(&mut out, b'}');
    out.extend_from_slice(b"}\n");
    out
}

/// The document of a log record, up to its tail.
pub fn write_log<'a>(out: &mut Vec<u8>, record: &LogRecord<'a>) -> Seen<'a> {
    out.push(b'{');
    time_field(out, "@timestamp", log_time(record));
    time_field(out, "observed_timestamp", record.observed_time_unix_nano);
    text_field(out, "severity_text", record.severity_text);
    count_field(out, "severity_number", record.severity_number);
    id_field(out, "trace_id", record.trace_id);
    id_field(out, "span_id", record.span_id);
    let mut seen = Seen::default();
    write_attributes(out, record.attributes(), &mut seen);
    count_field(out, "dropped_attributes_count", record.dropped_attributes_count);
    match record.event_name {
        "" => text_field(out, "event_name", seen.event_name.unwrap_or_default()),
        name => text_field(out, "event_name", name),
    }
    write_body(out, record);
    seen
}

/// The time of a log record, or when it was seen where its source gave none.
pub fn log_time(record: &LogRecord<'_>) -> u64 {
    match record.time_unix_nano {
        0 => record.observed_time_unix_nano,
        time => time,
    }
}

/// Objects go to a field of their own, so that the text field is never given one. An index wants arrays of
/// objects there: other arrays become the member `value` of one.
fn write_body(out: &mut Vec<u8>, record: &LogRecord<'_>) {
    match record.body_value() {
        AnyValue::Empty => return,
        AnyValue::Map(members) => {
            out.extend_from_slice(b"\"body\":{\"structured\":");
            write_map(out, members);
        }
        AnyValue::Array(values) => {
            let objects = values.clone().all(|value| matches!(value, AnyValue::Map(_)));
            out.extend_from_slice(b"\"body\":{\"structured\":");
            if !objects {
                out.extend_from_slice(b"{\"value\":");
            }
            write_value(out, AnyValue::Array(values));
            if !objects {
                out.push(b'}');
            }
        }
        value => {
            out.extend_from_slice(b"\"body\":{\"text\":");
            write_value(out, value);
        }
    }
    out.extend_from_slice(b"},");
}

/// The document of a span, up to its tail. Its events have documents of their own.
pub fn write_span<'a>(out: &mut Vec<u8>, span: &Span<'a>) -> Seen<'a> {
    out.push(b'{');
    time_field(out, "@timestamp", span.start_time_unix_nano);
    id_field(out, "trace_id", span.trace_id);
    id_field(out, "span_id", span.span_id);
    text_field(out, "trace_state", span.trace_state);
    id_field(out, "parent_span_id", span.parent_span_id);
    text_field(out, "name", span.name);
    text_field(out, "kind", kind(span.kind));
    field(out, "duration");
    write_integer(out, span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano));
    out.push(b',');
    let mut seen = Seen::default();
    write_attributes(out, span.attributes(), &mut seen);
    count_field(out, "dropped_attributes_count", span.dropped_attributes_count);
    count_field(out, "dropped_events_count", span.dropped_events_count);
    write_links(out, span.links());
    count_field(out, "dropped_links_count", span.dropped_links_count);
    out.extend_from_slice(b"\"status\":{");
    text_field(out, "message", span.status.message);
    text_field(out, "code", status_code(span.status.code));
    close(out, b'}');
    out.push(b',');
    seen
}

fn write_links<'a>(out: &mut Vec<u8>, links: Repeated<'a, Link<'a>>) {
    out.extend_from_slice(b"\"links\":[");
    for link in links {
        out.push(b'{');
        id_field(out, "trace_id", link.trace_id);
        id_field(out, "span_id", link.span_id);
        text_field(out, "trace_state", link.trace_state);
        write_attributes(out, link.attributes(), &mut Seen::default());
        count_field(out, "dropped_attributes_count", link.dropped_attributes_count);
        close(out, b'}');
        out.push(b',');
    }
    close(out, b']');
    out.push(b',');
}

/// The document of a span's event, up to its tail: a log record of the span.
pub fn write_event<'a>(out: &mut Vec<u8>, span: &Span<'a>, event: &Event<'a>) -> Seen<'a> {
    out.push(b'{');
    time_field(out, "@timestamp", event.time_unix_nano);
    id_field(out, "trace_id", span.trace_id);
    id_field(out, "span_id", span.span_id);
    count_field(out, "dropped_attributes_count", event.dropped_attributes_count);
    text_field(out, "event_name", event.name);
    let mut seen = Seen::default();
    let named = (!event.name.is_empty()).then_some(event.name);
    write_attributes_and(out, event.attributes(), &mut seen, named);
    seen
}

fn write_attributes<'a>(out: &mut Vec<u8>, attributes: Repeated<'a, Attribute<'a>>, seen: &mut Seen<'a>) {
    write_attributes_and(out, attributes, seen, None);
}

/// `"attributes":{...},` with `event.name` as given; nothing where there are none. What says where the
/// document goes is not part of it.
fn write_attributes_and<'a>(
    out: &mut Vec<u8>,
    attributes: Repeated<'a, Attribute<'a>>,
    seen: &mut Seen<'a>,
    event_name: Option<&str>,
) {
    let start = out.len();
    let mut keys = Keys::default();
    out.extend_from_slice(b"\"attributes\":{");
    if let Some(name) = event_name {
        keys.insert("event.name");
        text_field(out, "event.name", name);
    }
    for Attribute { key, value, .. } in attributes {
        if is_for_routing(key) {
            seen.routed = true;
            continue;
        }
        let key = sound_key(key);
        if !keys.insert(key) {
            continue;
        }
        if key == "event.name" {
            seen.event_name = value.as_str();
        }
        write_key(out, key);
        write_value(out, value);
        out.push(b',');
    }
    if out.last() == Some(&b'{') {
        out.truncate(start);
    } else {
        close(out, b'}');
        out.push(b',');
    }
}

/// The Collector's name of a `SpanKind`; none for numbers that are no kind.
pub fn kind(kind: i32) -> &'static str {
    const KINDS: [&str; 6] = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
    usize::try_from(kind).ok().and_then(|kind| KINDS.get(kind)).copied().unwrap_or_default()
}

/// The Collector's name of a status code; none for numbers that are no code.
pub fn status_code(code: i32) -> &'static str {
    const CODES: [&str; 3] = ["Unset", "Ok", "Error"];
    usize::try_from(code).ok().and_then(|code| CODES.get(code)).copied().unwrap_or_default()
}
