//! Everything, in the Collector's words.

use std::fmt::Write as _;

use codeagent_config::Signal;
use codeagent_pipeline::otlp::views::{LogRecord, ResourceGroup, ScopeGroup, Span};

use super::points;
use super::text::{attributes, id, time, typed};

pub(super) fn text(signal: Signal, body: &[u8]) -> String {
    let mut out = String::new();
    let (resource, scopes) = match signal {
        Signal::Traces => ("ResourceSpans", "ScopeSpans"),
        Signal::Metrics => ("ResourceMetrics", "ScopeMetrics"),
        Signal::Logs => ("ResourceLog", "ScopeLogs"),
    };
    for (number, group) in ResourceGroup::of(body).enumerate() {
        let _ = writeln!(out, "{resource} #{number}\nResource SchemaURL: {}", group.schema_url);
        attributes(&mut out, "Resource attributes", group.resource.attributes());
        for (number, scope) in group.scopes().enumerate() {
            let _ = writeln!(out, "{scopes} #{number}\n{scopes} SchemaURL: {}", scope.schema_url);
            let _ = writeln!(out, "InstrumentationScope {} {}", scope.scope.name, scope.scope.version);
            attributes(&mut out, "InstrumentationScope attributes", scope.scope.attributes());
            items(&mut out, signal, &scope);
        }
    }
    out
}

fn items(out: &mut String, signal: Signal, scope: &ScopeGroup<'_>) {
    match signal {
        Signal::Traces => scope.items().enumerate().for_each(|(number, item)| span(out, number, &item)),
        Signal::Logs => scope.items().enumerate().for_each(|(number, item)| record(out, number, &item)),
        Signal::Metrics => {
            scope.items().enumerate().for_each(|(number, item)| points::metric(out, number, &item));
        }
    }
}

fn span(out: &mut String, number: usize, span: &Span<'_>) {
    let _ = writeln!(out, "Span #{number}");
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(out, "    {name:<15}: {value}");
    };
    field("Trace ID", &id(span.trace_id));
    field("Parent ID", &id(span.parent_span_id));
    field("ID", &id(span.span_id));
    field("Name", span.name);
    let kinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
    let kind = usize::try_from(span.kind).ok().and_then(|kind| kinds.get(kind));
    field("Kind", kind.unwrap_or(&""));
    if !span.trace_state.is_empty() {
        field("TraceState", span.trace_state);
    }
    field("Start time", &time(span.start_time_unix_nano));
    field("End time", &time(span.end_time_unix_nano));
    let codes = ["Unset", "Ok", "Error"];
    let code = usize::try_from(span.status.code).ok().and_then(|code| codes.get(code));
    field("Status code", code.unwrap_or(&""));
    field("Status message", span.status.message);
    field("DroppedAttributesCount", &span.dropped_attributes_count.to_string());
    field("DroppedEventsCount", &span.dropped_events_count.to_string());
    field("DroppedLinksCount", &span.dropped_links_count.to_string());
    attributes(out, "Attributes", span.attributes());
    for (number, event) in span.events().enumerate() {
        let header = if number == 0 { "Events:\n" } else { "" };
        let _ = writeln!(out, "{header}SpanEvent #{number}\n     -> Name: {}", event.name);
        let _ = writeln!(out, "     -> Timestamp: {}", time(event.time_unix_nano));
        let _ = writeln!(out, "     -> DroppedAttributesCount: {}", event.dropped_attributes_count);
        attributes(out, "     -> Attributes:", event.attributes());
    }
    for (number, link) in span.links().enumerate() {
        let header = if number == 0 { "Links:\n" } else { "" };
        let _ = writeln!(out, "{header}SpanLink #{number}\n     -> Trace ID: {}", id(link.trace_id));
        let _ = writeln!(out, "     -> ID: {}\n     -> TraceState: {}", id(link.span_id), link.trace_state);
        let _ = writeln!(out, "     -> DroppedAttributesCount: {}", link.dropped_attributes_count);
        attributes(out, "     -> Attributes:", link.attributes());
    }
}

fn record(out: &mut String, number: usize, record: &LogRecord<'_>) {
    let _ = writeln!(out, "LogRecord #{number}");
    let _ = writeln!(out, "ObservedTimestamp: {}", time(record.observed_time_unix_nano));
    let _ = writeln!(out, "Timestamp: {}", time(record.time_unix_nano));
    let _ = writeln!(out, "SeverityText: {}", record.severity_text);
    let _ = writeln!(out, "SeverityNumber: {}({})", severity(record.severity_number), record.severity_number);
    if !record.event_name.is_empty() {
        let _ = writeln!(out, "EventName: {}", record.event_name);
    }
    let _ = writeln!(out, "Body: {}", typed(record.body.unwrap_or_default()));
    attributes(out, "Attributes", record.attributes());
    let _ = writeln!(out, "Trace ID: {}\nSpan ID: {}", id(record.trace_id), id(record.span_id));
    let _ = writeln!(out, "Flags: {}", record.flags);
}

/// `Info`, `Info2` ...
fn severity(number: i32) -> String {
    let names = ["Trace", "Debug", "Info", "Warn", "Error", "Fatal"];
    match usize::try_from(number) {
        Ok(0) => "Unspecified".to_owned(),
        Ok(number @ 1..=24) => {
            let name = names[(number - 1) / 4];
            match (number - 1) % 4 {
                0 => name.to_owned(),
                step => format!("{name}{}", step + 1),
            }
        }
        _ => String::new(),
    }
}
