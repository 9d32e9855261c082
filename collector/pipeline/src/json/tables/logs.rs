//! `opentelemetry/proto/logs/v1` and its export request.

use super::attributes::{ANY_VALUE, KEY_VALUE, RESOURCE, SCOPE};
use super::{SPAN_ID, TRACE_ID};
use crate::json::schema::{Kind::*, message};

const SEVERITY_NUMBERS: &[(&str, i32)] = &[
    ("SEVERITY_NUMBER_UNSPECIFIED", 0),
    ("SEVERITY_NUMBER_TRACE", 1),
    ("SEVERITY_NUMBER_TRACE2", 2),
    ("SEVERITY_NUMBER_TRACE3", 3),
    ("SEVERITY_NUMBER_TRACE4", 4),
    ("SEVERITY_NUMBER_DEBUG", 5),
    ("SEVERITY_NUMBER_DEBUG2", 6),
    ("SEVERITY_NUMBER_DEBUG3", 7),
    ("SEVERITY_NUMBER_DEBUG4", 8),
    ("SEVERITY_NUMBER_INFO", 9),
    ("SEVERITY_NUMBER_INFO2", 10),
    ("SEVERITY_NUMBER_INFO3", 11),
    ("SEVERITY_NUMBER_INFO4", 12),
    ("SEVERITY_NUMBER_WARN", 13),
    ("SEVERITY_NUMBER_WARN2", 14),
    ("SEVERITY_NUMBER_WARN3", 15),
    ("SEVERITY_NUMBER_WARN4", 16),
    ("SEVERITY_NUMBER_ERROR", 17),
    ("SEVERITY_NUMBER_ERROR2", 18),
    ("SEVERITY_NUMBER_ERROR3", 19),
    ("SEVERITY_NUMBER_ERROR4", 20),
    ("SEVERITY_NUMBER_FATAL", 21),
    ("SEVERITY_NUMBER_FATAL2", 22),
    ("SEVERITY_NUMBER_FATAL3", 23),
    ("SEVERITY_NUMBER_FATAL4", 24),
];

message!(EXPORT_LOGS "opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest" {
    1 "resource_logs" "resourceLogs" Repeated Message(&RESOURCE_LOGS);
});

message!(RESOURCE_LOGS "opentelemetry.proto.logs.v1.ResourceLogs" {
    1 "resource" "resource" Explicit Message(&RESOURCE);
    2 "scope_logs" "scopeLogs" Repeated Message(&SCOPE_LOGS);
    3 "schema_url" "schemaUrl" Implicit String;
});

message!(SCOPE_LOGS "opentelemetry.proto.logs.v1.ScopeLogs" {
    1 "scope" "scope" Explicit Message(&SCOPE);
    2 "log_records" "logRecords" Repeated Message(&LOG_RECORD);
    3 "schema_url" "schemaUrl" Implicit String;
});

message!(LOG_RECORD "opentelemetry.proto.logs.v1.LogRecord" {
    1 "time_unix_nano" "timeUnixNano" Implicit Fixed64;
    11 "observed_time_unix_nano" "observedTimeUnixNano" Implicit Fixed64;
    2 "severity_number" "severityNumber" Implicit Enum(SEVERITY_NUMBERS);
    3 "severity_text" "severityText" Implicit String;
    5 "body" "body" Explicit Message(&ANY_VALUE);
    6 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    7 "dropped_attributes_count" "droppedAttributesCount" Implicit Uint32;
    8 "flags" "flags" Implicit Fixed32;
    9 "trace_id" "traceId" Implicit TRACE_ID;
    10 "span_id" "spanId" Implicit SPAN_ID;
    12 "event_name" "eventName" Implicit String;
});
