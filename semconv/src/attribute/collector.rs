// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Bool, Definition, Int, Key, Text, ValueType, value};

/// `receiver`: The id of the receiver, as the configuration names it.
///
/// The Collector's label.
///
/// Examples: `otlp`, `otlp/internal`.
pub const RECEIVER: Key<Text> = Key::new("receiver");

/// `processor`: The id of the processor, as the configuration names it.
///
/// The Collector's label.
///
/// Examples: `batch`, `attributes/team`.
pub const PROCESSOR: Key<Text> = Key::new("processor");

/// `exporter`: The id of the exporter, as the configuration names it.
///
/// The Collector's label.
///
/// Examples: `otlp`, `kafka/traces`.
pub const EXPORTER: Key<Text> = Key::new("exporter");

/// `transport`: How the request came in.
///
/// The Collector's label.
///
/// Examples: `grpc`, `http`.
pub const TRANSPORT: Key<Text> = Key::new("transport");

/// `topic`: The name of a Kafka topic.
///
/// The Collector's label.
///
/// Example: `otlp_spans`.
pub const TOPIC: Key<Text> = Key::new("topic");

/// `partition`: The number of a partition of a Kafka topic.
///
/// The Collector's label. A topic has as many as its operator made, so it may be a metric attribute.
///
/// Examples: `0`, `11`.
pub const PARTITION: Key<Text> = Key::new("partition");

/// `data_type`: The signal, a value of `otelcol.signal`.
///
/// The Collector's label on the metrics of an exporter's queue.
///
/// Examples: `traces`, `metrics`, `logs`.
pub const DATA_TYPE: Key<Text> = Key::new("data_type");

/// `otel.signal`: The signal, a value of `otelcol.signal`.
///
/// The Collector's label on the metrics of a processor.
///
/// Examples: `traces`, `metrics`, `logs`.
pub const OTEL_SIGNAL: Key<Text> = Key::new("otel.signal");

/// `format`: How the body of a request was written.
///
/// The Collector's attribute on the spans of a receiver.
///
/// Examples: `protobuf`, `json`.
pub const FORMAT: Key<Text> = Key::new("format");

/// `accepted_spans`: Spans that the receiver took from the request.
///
/// The Collector's attribute on the spans of a receiver.
///
/// Example: `100`.
pub const ACCEPTED_SPANS: Key<Int> = Key::new("accepted_spans");

/// `accepted_metric_points`: Metric data points that the receiver took from the request.
///
/// The Collector's attribute on the spans of a receiver.
///
/// Example: `100`.
pub const ACCEPTED_METRIC_POINTS: Key<Int> = Key::new("accepted_metric_points");

/// `accepted_log_records`: Log records that the receiver took from the request.
///
/// The Collector's attribute on the spans of a receiver.
///
/// Example: `100`.
pub const ACCEPTED_LOG_RECORDS: Key<Int> = Key::new("accepted_log_records");

/// `refused_spans`: Spans of the request were refused.
///
/// The Collector's attribute on the spans of a receiver.
///
/// Example: `100`.
pub const REFUSED_SPANS: Key<Int> = Key::new("refused_spans");

/// `refused_metric_points`: Metric data points of the request were refused.
///
/// The Collector's attribute on the spans of a receiver.
///
/// Example: `100`.
pub const REFUSED_METRIC_POINTS: Key<Int> = Key::new("refused_metric_points");

/// `refused_log_records`: Log records of the request were refused.
///
/// The Collector's attribute on the spans of a receiver.
///
/// Example: `100`.
pub const REFUSED_LOG_RECORDS: Key<Int> = Key::new("refused_log_records");

/// `items.sent`: Items that the destination took.
///
/// The Collector's attribute on the spans of an exporter.
///
/// Example: `100`.
pub const ITEMS_SENT: Key<Int> = Key::new("items.sent");

/// `items.failed`: Items that were not delivered.
///
/// The Collector's attribute on the spans of an exporter.
///
/// Example: `100`.
pub const ITEMS_FAILED: Key<Int> = Key::new("items.failed");

/// `outcome`: How the receiver answered a request.
///
/// The Collector's label on `otelcol.receiver.requests`.
pub const OUTCOME: Key<value::RequestOutcome> = Key::new("outcome");

/// `error.permanent`: Whether another try is useless.
///
/// The Collector's label on failed sends.
pub const ERROR_PERMANENT: Key<Bool> = Key::new("error.permanent");

/// `otelcol.signal`: The signal of a pipeline.
pub const OTELCOL_SIGNAL: Key<value::Signal> = Key::new("otelcol.signal");

/// `otelcol.component.kind`: The kind of a node of the pipelines.
pub const OTELCOL_COMPONENT_KIND: Key<value::ComponentKind> = Key::new("otelcol.component.kind");

/// `otelcol.component.id`: The id of a node, as the configuration names it.
///
/// From the configuration, so that it may be a metric attribute.
///
/// Examples: `otlp`, `attributes/team`.
pub const OTELCOL_COMPONENT_ID: Key<Text> = Key::new("otelcol.component.id");

/// `otelcol.pipeline.id`: The id of a pipeline, as the configuration names it.
///
/// From the configuration, so that it may be a metric attribute. Empty for a node that several pipelines share,
/// such as a receiver or an exporter.
///
/// Examples: `traces`, `logs/audit`.
pub const OTELCOL_PIPELINE_ID: Key<Text> = Key::new("otelcol.pipeline.id");

/// `codeagent.drop.reason`: Why an item or a request went no further.
///
/// A closed list. Whoever needs another reason adds it here, so that no item disappears without a name for it.
pub const CODEAGENT_DROP_REASON: Key<value::DropReason> = Key::new("codeagent.drop.reason");

/// `codeagent.sampling.rule`: The rule of a sampler that decided over the trace or session, by the name that the
/// configuration gives it.
///
/// On every span that tail sampling kept. It says why a trace is there.
///
/// Examples: `errors`, `slow`, `one_in_ten`.
pub const CODEAGENT_SAMPLING_RULE: Key<Text> = Key::new("codeagent.sampling.rule");

/// `codeagent.sampling.verdict`: What a sampler decided.
pub const CODEAGENT_SAMPLING_VERDICT: Key<value::SamplingVerdict> = Key::new("codeagent.sampling.verdict");

/// `codeagent.reload.outcome`: What became of a reload of the configuration.
pub const CODEAGENT_RELOAD_OUTCOME: Key<value::ReloadOutcome> = Key::new("codeagent.reload.outcome");

/// `codeagent.request.encoding`: How the body of a request was encoded.
pub const CODEAGENT_REQUEST_ENCODING: Key<value::RequestEncoding> = Key::new("codeagent.request.encoding");

/// `codeagent.request.code`: The answer to a request, an HTTP status code or the name of a gRPC status.
///
/// Examples: `200`, `503`, `OK`, `UNAVAILABLE`.
pub const CODEAGENT_REQUEST_CODE: Key<Text> = Key::new("codeagent.request.code");

/// `codeagent.config.path`: The place of a section in the collector's configuration.
///
/// From the configuration, so that it may be a metric attribute.
///
/// Example: `receivers::otlp::protocols::grpc::tls`.
pub const CODEAGENT_CONFIG_PATH: Key<Text> = Key::new("codeagent.config.path");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "receiver",
        label: "receiver",
        value_type: ValueType::Text,
        brief: "The id of the receiver, as the configuration names it.",
        identifier: false,
    },
    Definition {
        key: "processor",
        label: "processor",
        value_type: ValueType::Text,
        brief: "The id of the processor, as the configuration names it.",
        identifier: false,
    },
    Definition {
        key: "exporter",
        label: "exporter",
        value_type: ValueType::Text,
        brief: "The id of the exporter, as the configuration names it.",
        identifier: false,
    },
    Definition {
        key: "transport",
        label: "transport",
        value_type: ValueType::Text,
        brief: "How the request came in.",
        identifier: false,
    },
    Definition {
        key: "topic",
        label: "topic",
        value_type: ValueType::Text,
        brief: "The name of a Kafka topic.",
        identifier: false,
    },
    Definition {
        key: "partition",
        label: "partition",
        value_type: ValueType::Text,
        brief: "The number of a partition of a Kafka topic.",
        identifier: false,
    },
    Definition {
        key: "data_type",
        label: "data_type",
        value_type: ValueType::Text,
        brief: "The signal, a value of `otelcol.signal`.",
        identifier: false,
    },
    Definition {
        key: "otel.signal",
        label: "otel_signal",
        value_type: ValueType::Text,
        brief: "The signal, a value of `otelcol.signal`.",
        identifier: false,
    },
    Definition {
        key: "format",
        label: "format",
        value_type: ValueType::Text,
        brief: "How the body of a request was written.",
        identifier: false,
    },
    Definition {
        key: "accepted_spans",
        label: "accepted_spans",
        value_type: ValueType::Int,
        brief: "Spans that the receiver took from the request.",
        identifier: false,
    },
    Definition {
        key: "accepted_metric_points",
        label: "accepted_metric_points",
        value_type: ValueType::Int,
        brief: "Metric data points that the receiver took from the request.",
        identifier: false,
    },
    Definition {
        key: "accepted_log_records",
        label: "accepted_log_records",
        value_type: ValueType::Int,
        brief: "Log records that the receiver took from the request.",
        identifier: false,
    },
    Definition {
        key: "refused_spans",
        label: "refused_spans",
        value_type: ValueType::Int,
        brief: "Spans of the request were refused.",
        identifier: false,
    },
    Definition {
        key: "refused_metric_points",
        label: "refused_metric_points",
        value_type: ValueType::Int,
        brief: "Metric data points of the request were refused.",
        identifier: false,
    },
    Definition {
        key: "refused_log_records",
        label: "refused_log_records",
        value_type: ValueType::Int,
        brief: "Log records of the request were refused.",
        identifier: false,
    },
    Definition {
        key: "items.sent",
        label: "items_sent",
        value_type: ValueType::Int,
        brief: "Items that the destination took.",
        identifier: false,
    },
    Definition {
        key: "items.failed",
        label: "items_failed",
        value_type: ValueType::Int,
        brief: "Items that were not delivered.",
        identifier: false,
    },
    Definition {
        key: "outcome",
        label: "outcome",
        value_type: ValueType::Closed(&["success", "refused", "failure"]),
        brief: "How the receiver answered a request.",
        identifier: false,
    },
    Definition {
        key: "error.permanent",
        label: "error_permanent",
        value_type: ValueType::Bool,
        brief: "Whether another try is useless.",
        identifier: false,
    },
    Definition {
        key: "otelcol.signal",
        label: "signal",
        value_type: ValueType::Closed(&["traces", "metrics", "logs"]),
        brief: "The signal of a pipeline.",
        identifier: false,
    },
    Definition {
        key: "otelcol.component.kind",
        label: "kind",
        value_type: ValueType::Closed(&["receiver", "processor", "exporter", "connector", "queue"]),
        brief: "The kind of a node of the pipelines.",
        identifier: false,
    },
    Definition {
        key: "otelcol.component.id",
        label: "node",
        value_type: ValueType::Text,
        brief: "The id of a node, as the configuration names it.",
        identifier: false,
    },
    Definition {
        key: "otelcol.pipeline.id",
        label: "pipeline",
        value_type: ValueType::Text,
        brief: "The id of a pipeline, as the configuration names it.",
        identifier: false,
    },
    Definition {
        key: "codeagent.drop.reason",
        label: "reason",
        value_type: ValueType::Closed(&["malformed", "too_large", "over_budget", "queue_full", "filtered", "sampled", "rejected", "unrepresentable", "expired", "shutdown", "unsupported", "unauthenticated", "over_limit", "refused", "abandoned", "evicted", "corrupted", "discarded"]),
        brief: "Why an item or a request went no further.",
        identifier: false,
    },
    Definition {
        key: "codeagent.sampling.rule",
        label: "rule",
        value_type: ValueType::Text,
        brief: "The rule of a sampler that decided over the trace or session, by the name that the configuration gives it.",
        identifier: false,
    },
    Definition {
        key: "codeagent.sampling.verdict",
        label: "verdict",
        value_type: ValueType::Closed(&["kept", "dropped"]),
        brief: "What a sampler decided.",
        identifier: false,
    },
    Definition {
        key: "codeagent.reload.outcome",
        label: "codeagent_reload_outcome",
        value_type: ValueType::Closed(&["applied", "unchanged", "invalid", "failed"]),
        brief: "What became of a reload of the configuration.",
        identifier: false,
    },
    Definition {
        key: "codeagent.request.encoding",
        label: "encoding",
        value_type: ValueType::Closed(&["protobuf", "json", "other"]),
        brief: "How the body of a request was encoded.",
        identifier: false,
    },
    Definition {
        key: "codeagent.request.code",
        label: "code",
        value_type: ValueType::Text,
        brief: "The answer to a request, an HTTP status code or the name of a gRPC status.",
        identifier: false,
    },
    Definition {
        key: "codeagent.config.path",
        label: "path",
        value_type: ValueType::Text,
        brief: "The place of a section in the collector's configuration.",
        identifier: false,
    },
];
