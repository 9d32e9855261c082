//! `opentelemetry/proto/trace/v1` and its export request.

use super::attributes::{KEY_VALUE, RESOURCE, SCOPE};
use super::{SPAN_ID, TRACE_ID};
use crate::json::schema::{Kind::*, message};

const SPAN_KINDS: &[(&str, i32)] = &[
    ("SPAN_KIND_UNSPECIFIED", 0),
    ("SPAN_KIND_INTERNAL", 1),
    ("SPAN_KIND_SERVER", 2),
    ("SPAN_KIND_CLIENT", 3),
    ("SPAN_KIND_PRODUCER", 4),
    ("SPAN_KIND_CONSUMER", 5),
];

const STATUS_CODES: &[(&str, i32)] =
    &[("STATUS_CODE_UNSET", 0), ("STATUS_CODE_OK", 1), ("STATUS_CODE_ERROR", 2)];

message!(EXPORT_TRACES "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest" {
    1 "resource_spans" "resourceSpans" Repeated Message(&RESOURCE_SPANS);
});

message!(RESOURCE_SPANS "opentelemetry.proto.trace.v1.ResourceSpans" {
    1 "resource" "resource" Explicit Message(&RESOURCE);
    2 "scope_spans" "scopeSpans" Repeated Message(&SCOPE_SPANS);
    3 "schema_url" "schemaUrl" Implicit String;
});

message!(SCOPE_SPANS "opentelemetry.proto.trace.v1.ScopeSpans" {
    1 "scope" "scope" Explicit Message(&SCOPE);
    2 "spans" "spans" Repeated Message(&SPAN);
    3 "schema_url" "schemaUrl" Implicit String;
});

message!(SPAN "opentelemetry.proto.trace.v1.Span" {
    1 "trace_id" "traceId" Implicit TRACE_ID;
    2 "span_id" "spanId" Implicit SPAN_ID;
    3 "trace_state" "traceState" Implicit String;
    4 "parent_span_id" "parentSpanId" Implicit SPAN_ID;
    16 "flags" "flags" Implicit Fixed32;
    5 "name" "name" Implicit String;
    6 "kind" "kind" Implicit Enum(SPAN_KINDS);
    7 "start_time_unix_nano" "startTimeUnixNano" Implicit Fixed64;
    8 "end_time_unix_nano" "endTimeUnixNano" Implicit Fixed64;
    9 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    10 "dropped_attributes_count" "droppedAttributesCount" Implicit Uint32;
    11 "events" "events" Repeated Message(&EVENT);
    12 "dropped_events_count" "droppedEventsCount" Implicit Uint32;
    13 "links" "links" Repeated Message(&LINK);
    14 "dropped_links_count" "droppedLinksCount" Implicit Uint32;
    15 "status" "status" Explicit Message(&STATUS);
});

message!(EVENT "opentelemetry.proto.trace.v1.Span.Event" {
    1 "time_unix_nano" "timeUnixNano" Implicit Fixed64;
    2 "name" "name" Implicit String;
    3 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    4 "dropped_attributes_count" "droppedAttributesCount" Implicit Uint32;
});

message!(LINK "opentelemetry.proto.trace.v1.Span.Link" {
    1 "trace_id" "traceId" Implicit TRACE_ID;
    2 "span_id" "spanId" Implicit SPAN_ID;
    3 "trace_state" "traceState" Implicit String;
    4 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    5 "dropped_attributes_count" "droppedAttributesCount" Implicit Uint32;
    6 "flags" "flags" Implicit Fixed32;
});

message!(STATUS "opentelemetry.proto.trace.v1.Status" {
    2 "message" "message" Implicit String;
    3 "code" "code" Implicit Enum(STATUS_CODES);
});
