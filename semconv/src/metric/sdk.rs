// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `codeagent.sdk.items.delivered`: Spans, log records and data points that the collector took.
pub static CODEAGENT_SDK_ITEMS_DELIVERED: Metric = Metric {
    name: "codeagent.sdk.items.delivered",
    prometheus: "codeagent_sdk_items_delivered_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Spans, log records and data points that the collector took.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.signal", "signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.sdk.items.spooled`: Spans, log records and data points that were put on disk, to be delivered later.
pub static CODEAGENT_SDK_ITEMS_SPOOLED: Metric = Metric {
    name: "codeagent.sdk.items.spooled",
    prometheus: "codeagent_sdk_items_spooled_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Spans, log records and data points that were put on disk, to be delivered later.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.signal", "signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.sdk.items.dropped`: Spans, log records and data points that were lost.
pub static CODEAGENT_SDK_ITEMS_DROPPED: Metric = Metric {
    name: "codeagent.sdk.items.dropped",
    prometheus: "codeagent_sdk_items_dropped_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Spans, log records and data points that were lost.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("codeagent.sdk.drop.reason", "codeagent_sdk_drop_reason", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.children.cpu_time`: Processor time of the processes that the agent started, as far as they have
/// ended.
pub static CODEAGENT_CHILDREN_CPU_TIME: Metric = Metric {
    name: "codeagent.children.cpu_time",
    prometheus: "codeagent_children_cpu_time_seconds_total",
    instrument: Instrument::Counter,
    number: Number::Double,
    unit: "s",
    brief: "Processor time of the processes that the agent started, as far as they have ended.",
    buckets: &[],
    attributes: &[
        Attribute::new("cpu.mode", "cpu_mode", Level::Required),
    ],
    opt_in: false,
};
