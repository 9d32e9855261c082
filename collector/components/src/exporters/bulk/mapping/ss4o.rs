//! Mode `ss4o`: OpenSearch's Simple Schema for Observability, as the Collector's exporter writes it.

use codeagent_pipeline::json::write_string;
use codeagent_pipeline::otlp::views::{
    AnyValue, Attribute, Event, Link, LogRecord, Repeated, ResourceGroup, ScopeGroup, Span,
};

use super::super::calendar::write_rfc3339;
use super::super::route::Stream;
use super::super::value::{
    Keys, close, count_field, field, id_field, is_id, sound_key, text_field, write_hex, write_integer,
    write_key, write_value,
};
use super::otel;

/// What is the same about all documents of a resource and scope, and the end of each.
pub fn tail(resource: &ResourceGroup<'_>, scope: &ScopeGroup<'_>, logs: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    field(&mut out, "instrumentationScope");
    out.push(b'{');
    write_attributes(&mut out, scope.scope.attributes(), None);
    if !logs {
        number(&mut out, "droppedAttributesCount", scope.scope.dropped_attributes_count);
    }
    for (key, text) in
        [("name", scope.scope.name), ("schemaUrl", scope.schema_url), ("version", scope.scope.version)]
    {
        text_field(&mut out, key, text);
    }
    close(&mut out, b'}');
    out.extend_from_slice(b",\"resource\":{");
    let mut keys = Keys::default();
    for Attribute { key, value, .. } in resource.resource.attributes() {
        let key = sound_key(key);
        if keys.insert(key) {
            write_key(&mut out, key);
            write_text(&mut out, value);
            out.push(b',');
        }
    }
    close(&mut out, b'}');
    out.push(b',');
    if logs {
        text_field(&mut out, "schemaUrl", scope.schema_url);
    }
    close(&mut out, b'}');
    out.push(b'\n');
    out
}

/// The document of a log record, up to its tail.
pub fn write_log(out: &mut Vec<u8>, stream: Option<&Stream>, record: &LogRecord<'_>) {
    out.push(b'{');
    write_attributes(out, record.attributes(), stream.map(|stream| (stream, "record")));
    field(out, "body");
    match record.body_value() {
        AnyValue::Empty => out.extend_from_slice(b"\"\""),
        value => write_text(out, value),
    }
    out.push(b',');
    time(out, "@timestamp", otel::log_time(record));
    if record.observed_time_unix_nano != 0 {
        time(out, "observedTimestamp", record.observed_time_unix_nano);
    }
    out.extend_from_slice(b"\"severity\":{");
    text_field(out, "text", record.severity_text);
    count_field(out, "number", record.severity_number);
    close(out, b'}');
    out.push(b',');
    id_field(out, "traceId", record.trace_id);
    id_field(out, "spanId", record.span_id);
}

/// The document of a span with its events and links, up to its tail.
pub fn write_span(out: &mut Vec<u8>, stream: Option<&Stream>, span: &Span<'_>) {
    out.push(b'{');
    write_attributes(out, span.attributes(), stream.map(|stream| (stream, "span")));
    number(out, "droppedAttributesCount", span.dropped_attributes_count);
    number(out, "droppedEventsCount", span.dropped_events_count);
    number(out, "droppedLinksCount", span.dropped_links_count);
    time(out, "@timestamp", span.start_time_unix_nano);
    time(out, "startTime", span.start_time_unix_nano);
    time(out, "endTime", span.end_time_unix_nano);
    text(out, "name", span.name);
    text(out, "kind", otel::kind(span.kind));
    for (key, id) in
        [("traceId", span.trace_id), ("spanId", span.span_id), ("parentSpanId", span.parent_span_id)]
    {
        field(out, key);
        write_hex(out, if is_id(id) { id } else { &[] });
        out.push(b',');
    }
    text(out, "traceState", span.trace_state);
    out.extend_from_slice(b"\"status\":{");
    text(out, "code", otel::status_code(span.status.code));
    text(out, "message", span.status.message);
    close(out, b'}');
    out.push(b',');
    write_events(out, span.events());
    write_links(out, span.links());
}

fn write_events<'a>(out: &mut Vec<u8>, events: Repeated<'a, Event<'a>>) {
    let start = out.len();
    out.extend_from_slice(b"\"events\":[");
    let empty = out.len();
    for event in events {
        out.push(b'{');
        write_attributes(out, event.attributes(), None);
        number(out, "droppedAttributesCount", event.dropped_attributes_count);
        text(out, "name", event.name);
        time(out, "@timestamp", event.time_unix_nano);
        close(out, b'}');
        out.push(b',');
    }
    end_list(out, start, empty);
}

fn write_links<'a>(out: &mut Vec<u8>, links: Repeated<'a, Link<'a>>) {
    let start = out.len();
    out.extend_from_slice(b"\"links\":[");
    let empty = out.len();
    for link in links {
        out.push(b'{');
        write_attributes(out, link.attributes(), None);
        id_field(out, "traceId", link.trace_id);
        id_field(out, "spanId", link.span_id);
        text_field(out, "traceState", link.trace_state);
        count_field(out, "droppedAttributesCount", link.dropped_attributes_count);
        close(out, b'}');
        out.push(b',');
    }
    end_list(out, start, empty);
}

/// A list without elements is left out.
fn end_list(out: &mut Vec<u8>, start: usize, empty: usize) {
    if out.len() == empty {
        out.truncate(start);
    } else {
        close(out, b']');
        out.push(b',');
    }
}

/// `"attributes":{...},` with what the data stream is, under a key of its own.
fn write_attributes<'a>(
    out: &mut Vec<u8>,
    attributes: Repeated<'a, Attribute<'a>>,
    stream: Option<(&Stream, &str)>,
) {
    let start = out.len();
    out.extend_from_slice(b"\"attributes\":{");
    let empty = out.len();
    let mut keys = Keys::default();
    if let Some((stream, kind)) = stream {
        keys.insert("data_stream");
        out.extend_from_slice(b"\"data_stream\":{");
        text_field(out, "dataset", &stream.dataset);
        text_field(out, "namespace", &stream.namespace);
        text_field(out, "type", kind);
        close(out, b'}');
        out.push(b',');
    }
    for Attribute { key, value, .. } in attributes {
        let key = sound_key(key);
        if keys.insert(key) {
            write_key(out, key);
            write_value(out, value);
            out.push(b',');
        }
    }
    if out.len() == empty {
        out.truncate(start);
    } else {
        close(out, b'}');
        out.push(b',');
    }
}

/// Any value as a text: what is none as its JSON.
fn write_text(out: &mut Vec<u8>, value: AnyValue<'_>) {
    if let AnyValue::String(text) = value {
        return write_string(out, text);
    }
    let mut json = Vec::new();
    write_value(&mut json, value);
    match std::str::from_utf8(&json) {
        Ok(text) if !text.starts_with('"') => write_string(out, text),
        _ => out.extend_from_slice(&json),
    }
}

fn text(out: &mut Vec<u8>, key: &str, text: &str) {
    field(out, key);
    write_string(out, text);
    out.push(b',');
}

fn number(out: &mut Vec<u8>, key: &str, value: u32) {
    field(out, key);
    write_integer(out, value);
    out.push(b',');
}

fn time(out: &mut Vec<u8>, key: &str, nanoseconds: u64) {
    field(out, key);
    out.push(b'"');
    write_rfc3339(out, nanoseconds);
    out.extend_from_slice(b"\",");
}
