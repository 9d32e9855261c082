// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `otelcol.receiver.accepted_spans`: Spans that the receiver handed to its pipelines, which took them.
pub static OTELCOL_RECEIVER_ACCEPTED_SPANS: Metric = Metric {
    name: "otelcol.receiver.accepted_spans",
    prometheus: "otelcol_receiver_accepted_spans",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{span}",
    brief: "Spans that the receiver handed to its pipelines, which took them.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.accepted_metric_points`: Metric data points that the receiver handed to its pipelines, which
/// took them.
pub static OTELCOL_RECEIVER_ACCEPTED_METRIC_POINTS: Metric = Metric {
    name: "otelcol.receiver.accepted_metric_points",
    prometheus: "otelcol_receiver_accepted_metric_points",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{datapoint}",
    brief: "Metric data points that the receiver handed to its pipelines, which took them.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.accepted_log_records`: Log records that the receiver handed to its pipelines, which took them.
pub static OTELCOL_RECEIVER_ACCEPTED_LOG_RECORDS: Metric = Metric {
    name: "otelcol.receiver.accepted_log_records",
    prometheus: "otelcol_receiver_accepted_log_records",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{record}",
    brief: "Log records that the receiver handed to its pipelines, which took them.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.refused_spans`: Spans that the pipelines after the receiver refused; the sender was told, and
/// may try again.
pub static OTELCOL_RECEIVER_REFUSED_SPANS: Metric = Metric {
    name: "otelcol.receiver.refused_spans",
    prometheus: "otelcol_receiver_refused_spans",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{span}",
    brief: "Spans that the pipelines after the receiver refused; the sender was told, and may try again.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.refused_metric_points`: Metric data points that the pipelines after the receiver refused; the
/// sender was told, and may try again.
pub static OTELCOL_RECEIVER_REFUSED_METRIC_POINTS: Metric = Metric {
    name: "otelcol.receiver.refused_metric_points",
    prometheus: "otelcol_receiver_refused_metric_points",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{datapoint}",
    brief: "Metric data points that the pipelines after the receiver refused; the sender was told, and may try again.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.refused_log_records`: Log records that the pipelines after the receiver refused; the sender
/// was told, and may try again.
pub static OTELCOL_RECEIVER_REFUSED_LOG_RECORDS: Metric = Metric {
    name: "otelcol.receiver.refused_log_records",
    prometheus: "otelcol_receiver_refused_log_records",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{record}",
    brief: "Log records that the pipelines after the receiver refused; the sender was told, and may try again.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.failed_spans`: Spans that were lost in the receiver itself.
pub static OTELCOL_RECEIVER_FAILED_SPANS: Metric = Metric {
    name: "otelcol.receiver.failed_spans",
    prometheus: "otelcol_receiver_failed_spans",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{span}",
    brief: "Spans that were lost in the receiver itself.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.failed_metric_points`: Metric data points that were lost in the receiver itself.
pub static OTELCOL_RECEIVER_FAILED_METRIC_POINTS: Metric = Metric {
    name: "otelcol.receiver.failed_metric_points",
    prometheus: "otelcol_receiver_failed_metric_points",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{datapoint}",
    brief: "Metric data points that were lost in the receiver itself.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.failed_log_records`: Log records that were lost in the receiver itself.
pub static OTELCOL_RECEIVER_FAILED_LOG_RECORDS: Metric = Metric {
    name: "otelcol.receiver.failed_log_records",
    prometheus: "otelcol_receiver_failed_log_records",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{record}",
    brief: "Log records that were lost in the receiver itself.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.kafka_receiver_offset_lag`: Records of a partition that the pipelines have not taken yet.
///
/// The end of the partition less what is done, asked for every ten seconds, also while a partition stands still.
pub static OTELCOL_KAFKA_RECEIVER_OFFSET_LAG: Metric = Metric {
    name: "otelcol.kafka_receiver_offset_lag",
    prometheus: "otelcol_kafka_receiver_offset_lag",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{record}",
    brief: "Records of a partition that the pipelines have not taken yet.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("topic", "topic", Level::Required),
        Attribute::new("partition", "partition", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.kafka_receiver_current_offset`: The offset up to which the pipelines have taken a partition.
pub static OTELCOL_KAFKA_RECEIVER_CURRENT_OFFSET: Metric = Metric {
    name: "otelcol.kafka_receiver_current_offset",
    prometheus: "otelcol_kafka_receiver_current_offset",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{record}",
    brief: "The offset up to which the pipelines have taken a partition.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("topic", "topic", Level::Required),
        Attribute::new("partition", "partition", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.kafka_receiver_records`: Records that were read from a topic.
pub static OTELCOL_KAFKA_RECEIVER_RECORDS: Metric = Metric {
    name: "otelcol.kafka_receiver_records",
    prometheus: "otelcol_kafka_receiver_records",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{record}",
    brief: "Records that were read from a topic.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("topic", "topic", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.kafka_receiver_partition_start`: Partitions that this member of the group was given.
pub static OTELCOL_KAFKA_RECEIVER_PARTITION_START: Metric = Metric {
    name: "otelcol.kafka_receiver_partition_start",
    prometheus: "otelcol_kafka_receiver_partition_start",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{partition}",
    brief: "Partitions that this member of the group was given.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.kafka_receiver_partition_close`: Partitions that this member of the group gave back or lost.
pub static OTELCOL_KAFKA_RECEIVER_PARTITION_CLOSE: Metric = Metric {
    name: "otelcol.kafka_receiver_partition_close",
    prometheus: "otelcol_kafka_receiver_partition_close",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{partition}",
    brief: "Partitions that this member of the group gave back or lost.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.receiver.requests`: Requests to the receiver, by how they ended.
pub static OTELCOL_RECEIVER_REQUESTS: Metric = Metric {
    name: "otelcol.receiver.requests",
    prometheus: "otelcol_receiver_requests",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{request}",
    brief: "Requests to the receiver, by how they ended.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
        Attribute::new("outcome", "outcome", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.sent_spans`: Spans that the destination took.
pub static OTELCOL_EXPORTER_SENT_SPANS: Metric = Metric {
    name: "otelcol.exporter.sent_spans",
    prometheus: "otelcol_exporter_sent_spans",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{span}",
    brief: "Spans that the destination took.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.sent_metric_points`: Metric data points that the destination took.
pub static OTELCOL_EXPORTER_SENT_METRIC_POINTS: Metric = Metric {
    name: "otelcol.exporter.sent_metric_points",
    prometheus: "otelcol_exporter_sent_metric_points",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{datapoint}",
    brief: "Metric data points that the destination took.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.sent_log_records`: Log records that the destination took.
pub static OTELCOL_EXPORTER_SENT_LOG_RECORDS: Metric = Metric {
    name: "otelcol.exporter.sent_log_records",
    prometheus: "otelcol_exporter_sent_log_records",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{record}",
    brief: "Log records that the destination took.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.send_failed_spans`: Spans that could not be delivered.
pub static OTELCOL_EXPORTER_SEND_FAILED_SPANS: Metric = Metric {
    name: "otelcol.exporter.send_failed_spans",
    prometheus: "otelcol_exporter_send_failed_spans",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{span}",
    brief: "Spans that could not be delivered.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("error.type", "error_type", Level::OptIn),
        Attribute::new("error.permanent", "error_permanent", Level::OptIn),
    ],
    opt_in: false,
};

/// `otelcol.exporter.send_failed_metric_points`: Metric data points that could not be delivered.
pub static OTELCOL_EXPORTER_SEND_FAILED_METRIC_POINTS: Metric = Metric {
    name: "otelcol.exporter.send_failed_metric_points",
    prometheus: "otelcol_exporter_send_failed_metric_points",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{datapoint}",
    brief: "Metric data points that could not be delivered.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("error.type", "error_type", Level::OptIn),
        Attribute::new("error.permanent", "error_permanent", Level::OptIn),
    ],
    opt_in: false,
};

/// `otelcol.exporter.send_failed_log_records`: Log records that could not be delivered.
pub static OTELCOL_EXPORTER_SEND_FAILED_LOG_RECORDS: Metric = Metric {
    name: "otelcol.exporter.send_failed_log_records",
    prometheus: "otelcol_exporter_send_failed_log_records",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{record}",
    brief: "Log records that could not be delivered.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("error.type", "error_type", Level::OptIn),
        Attribute::new("error.permanent", "error_permanent", Level::OptIn),
    ],
    opt_in: false,
};

/// `otelcol.exporter.enqueue_failed_spans`: Spans that the queue of the exporter had no room for.
pub static OTELCOL_EXPORTER_ENQUEUE_FAILED_SPANS: Metric = Metric {
    name: "otelcol.exporter.enqueue_failed_spans",
    prometheus: "otelcol_exporter_enqueue_failed_spans",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{span}",
    brief: "Spans that the queue of the exporter had no room for.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.enqueue_failed_metric_points`: Metric data points that the queue of the exporter had no room
/// for.
pub static OTELCOL_EXPORTER_ENQUEUE_FAILED_METRIC_POINTS: Metric = Metric {
    name: "otelcol.exporter.enqueue_failed_metric_points",
    prometheus: "otelcol_exporter_enqueue_failed_metric_points",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{datapoint}",
    brief: "Metric data points that the queue of the exporter had no room for.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.enqueue_failed_log_records`: Log records that the queue of the exporter had no room for.
pub static OTELCOL_EXPORTER_ENQUEUE_FAILED_LOG_RECORDS: Metric = Metric {
    name: "otelcol.exporter.enqueue_failed_log_records",
    prometheus: "otelcol_exporter_enqueue_failed_log_records",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{record}",
    brief: "Log records that the queue of the exporter had no room for.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.queue_size`: Requests that wait in the queue of the exporter.
///
/// In the unit of `sending_queue.sizer`; `codeagent.exporter.queue.used` has it in bytes whatever the sizer is.
pub static OTELCOL_EXPORTER_QUEUE_SIZE: Metric = Metric {
    name: "otelcol.exporter.queue_size",
    prometheus: "otelcol_exporter_queue_size",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{batch}",
    brief: "Requests that wait in the queue of the exporter.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("data_type", "data_type", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.queue_capacity`: Requests for which the queue of the exporter has room.
///
/// In the unit of `sending_queue.sizer`.
pub static OTELCOL_EXPORTER_QUEUE_CAPACITY: Metric = Metric {
    name: "otelcol.exporter.queue_capacity",
    prometheus: "otelcol_exporter_queue_capacity",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{batch}",
    brief: "Requests for which the queue of the exporter has room.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("data_type", "data_type", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.in_flight_requests`: Requests that the exporter is sending, waits for back-off included.
pub static OTELCOL_EXPORTER_IN_FLIGHT_REQUESTS: Metric = Metric {
    name: "otelcol.exporter.in_flight_requests",
    prometheus: "otelcol_exporter_in_flight_requests",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "{request}",
    brief: "Requests that the exporter is sending, waits for back-off included.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("data_type", "data_type", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.queue_batch_send_size`: Items in the batches that were sent.
pub static OTELCOL_EXPORTER_QUEUE_BATCH_SEND_SIZE: Metric = Metric {
    name: "otelcol.exporter.queue_batch_send_size",
    prometheus: "otelcol_exporter_queue_batch_send_size",
    instrument: Instrument::Histogram,
    number: Number::Int,
    unit: "{unit}",
    brief: "Items in the batches that were sent.",
    buckets: &[10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0, 6000.0, 7000.0, 8000.0, 9000.0, 10000.0, 20000.0, 30000.0, 50000.0, 100000.0],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("data_type", "data_type", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.exporter.queue_batch_send_size_bytes`: Bytes in the batches that were sent, before compression.
///
/// The Collector's buckets end at 6,000 bytes, where batches begin; ours go on.
pub static OTELCOL_EXPORTER_QUEUE_BATCH_SEND_SIZE_BYTES: Metric = Metric {
    name: "otelcol.exporter.queue_batch_send_size_bytes",
    prometheus: "otelcol_exporter_queue_batch_send_size_bytes",
    instrument: Instrument::Histogram,
    number: Number::Int,
    unit: "By",
    brief: "Bytes in the batches that were sent, before compression.",
    buckets: &[4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 2097152.0, 4194304.0, 8388608.0, 16777216.0, 33554432.0, 67108864.0],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("data_type", "data_type", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.processor.incoming_items`: Items that came to the processor.
pub static OTELCOL_PROCESSOR_INCOMING_ITEMS: Metric = Metric {
    name: "otelcol.processor.incoming_items",
    prometheus: "otelcol_processor_incoming_items",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Items that came to the processor.",
    buckets: &[],
    attributes: &[
        Attribute::new("processor", "processor", Level::Required),
        Attribute::new("otel.signal", "otel_signal", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.processor.outgoing_items`: Items that the processor passed on.
pub static OTELCOL_PROCESSOR_OUTGOING_ITEMS: Metric = Metric {
    name: "otelcol.processor.outgoing_items",
    prometheus: "otelcol_processor_outgoing_items",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Items that the processor passed on.",
    buckets: &[],
    attributes: &[
        Attribute::new("processor", "processor", Level::Required),
        Attribute::new("otel.signal", "otel_signal", Level::Required),
    ],
    opt_in: false,
};

/// `otelcol.process.uptime`: Time since the process started.
pub static OTELCOL_PROCESS_UPTIME: Metric = Metric {
    name: "otelcol.process.uptime",
    prometheus: "otelcol_process_uptime",
    instrument: Instrument::Counter,
    number: Number::Double,
    unit: "s",
    brief: "Time since the process started.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `otelcol.process.cpu_seconds`: CPU time of the process, user and system.
pub static OTELCOL_PROCESS_CPU_SECONDS: Metric = Metric {
    name: "otelcol.process.cpu_seconds",
    prometheus: "otelcol_process_cpu_seconds",
    instrument: Instrument::Counter,
    number: Number::Double,
    unit: "s",
    brief: "CPU time of the process, user and system.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `otelcol.process.memory_rss`: Memory of the process that is resident.
pub static OTELCOL_PROCESS_MEMORY_RSS: Metric = Metric {
    name: "otelcol.process.memory_rss",
    prometheus: "otelcol_process_memory_rss",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "By",
    brief: "Memory of the process that is resident.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `otelcol.process.runtime.total_sys_memory_bytes`: Memory that the process has from the operating system for its
/// heap and stacks, as far as it is resident.
///
/// What the allocator only reserved is not in it. The Collector's heap metrics `heap_alloc_bytes` and
/// `total_alloc_bytes` are those of Go's runtime, and have no counterpart here.
pub static OTELCOL_PROCESS_RUNTIME_TOTAL_SYS_MEMORY_BYTES: Metric = Metric {
    name: "otelcol.process.runtime.total_sys_memory_bytes",
    prometheus: "otelcol_process_runtime_total_sys_memory_bytes",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "By",
    brief: "Memory that the process has from the operating system for its heap and stacks, as far as it is resident.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `codeagent.own_telemetry.dropped`: Spans and log records of the collector itself that were not sent where the
/// configuration sends them.
///
/// The destination was away for too long, or there were more than fit. Data that the collector was given is never
/// among them.
pub static CODEAGENT_OWN_TELEMETRY_DROPPED: Metric = Metric {
    name: "codeagent.own_telemetry.dropped",
    prometheus: "codeagent_own_telemetry_dropped_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Spans and log records of the collector itself that were not sent where the configuration sends them.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.signal", "signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.log.size`: Bytes that the log of a pipeline takes on disk.
pub static CODEAGENT_LOG_SIZE: Metric = Metric {
    name: "codeagent.log.size",
    prometheus: "codeagent_log_size_bytes",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "By",
    brief: "Bytes that the log of a pipeline takes on disk.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.log.limit`: Bytes that the log of a pipeline may take on disk.
pub static CODEAGENT_LOG_LIMIT: Metric = Metric {
    name: "codeagent.log.limit",
    prometheus: "codeagent_log_limit_bytes",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "By",
    brief: "Bytes that the log of a pipeline may take on disk.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.log.backlog`: Items on disk that a destination has not got yet.
pub static CODEAGENT_LOG_BACKLOG: Metric = Metric {
    name: "codeagent.log.backlog",
    prometheus: "codeagent_log_backlog",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{item}",
    brief: "Items on disk that a destination has not got yet.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Required),
        Attribute::new("exporter", "exporter", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.log.repeated`: Items that a destination gets again since the file of its progress was damaged or gone
/// at the start.
pub static CODEAGENT_LOG_REPEATED: Metric = Metric {
    name: "codeagent.log.repeated",
    prometheus: "codeagent_log_repeated_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Items that a destination gets again since the file of its progress was damaged or gone at the start.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Required),
        Attribute::new("exporter", "exporter", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.sampling.waiting`: Traces or sessions that wait for a decision of tail sampling.
pub static CODEAGENT_SAMPLING_WAITING: Metric = Metric {
    name: "codeagent.sampling.waiting",
    prometheus: "codeagent_sampling_waiting",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{group}",
    brief: "Traces or sessions that wait for a decision of tail sampling.",
    buckets: &[],
    attributes: &[
        Attribute::new("processor", "processor", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.sampling.memory`: Memory that tail sampling has for what waits and for decisions that it remembers.
pub static CODEAGENT_SAMPLING_MEMORY: Metric = Metric {
    name: "codeagent.sampling.memory",
    prometheus: "codeagent_sampling_memory_bytes",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "By",
    brief: "Memory that tail sampling has for what waits and for decisions that it remembers.",
    buckets: &[],
    attributes: &[
        Attribute::new("processor", "processor", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.sampling.decided`: Traces or sessions that tail sampling decided over.
pub static CODEAGENT_SAMPLING_DECIDED: Metric = Metric {
    name: "codeagent.sampling.decided",
    prometheus: "codeagent_sampling_decided_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{group}",
    brief: "Traces or sessions that tail sampling decided over.",
    buckets: &[],
    attributes: &[
        Attribute::new("processor", "processor", Level::Required),
        Attribute::new("codeagent.sampling.verdict", "verdict", Level::Required),
        Attribute::new("codeagent.sampling.rule", "rule", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.sampling.early`: Decisions of tail sampling that came early because something that bounds what waits
/// was used up.
pub static CODEAGENT_SAMPLING_EARLY: Metric = Metric {
    name: "codeagent.sampling.early",
    prometheus: "codeagent_sampling_early_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{group}",
    brief: "Decisions of tail sampling that came early because something that bounds what waits was used up.",
    buckets: &[],
    attributes: &[
        Attribute::new("processor", "processor", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.sampling.late`: Spans and log records that came after the decision and followed it.
pub static CODEAGENT_SAMPLING_LATE: Metric = Metric {
    name: "codeagent.sampling.late",
    prometheus: "codeagent_sampling_late_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Spans and log records that came after the decision and followed it.",
    buckets: &[],
    attributes: &[
        Attribute::new("processor", "processor", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.log.dead_letters`: Items that a destination refused for good and that are kept aside.
pub static CODEAGENT_LOG_DEAD_LETTERS: Metric = Metric {
    name: "codeagent.log.dead_letters",
    prometheus: "codeagent_log_dead_letters_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Items that a destination refused for good and that are kept aside.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.ledger.items_in`: Items that came into a node.
///
/// For every node and signal, at any moment: in = out + dropped + in flight.
pub static CODEAGENT_LEDGER_ITEMS_IN: Metric = Metric {
    name: "codeagent.ledger.items_in",
    prometheus: "codeagent_ledger_items_in_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Items that came into a node.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.component.id", "node", Level::Required),
        Attribute::new("otelcol.component.kind", "kind", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.ledger.items_out`: Items that a node passed on, or delivered.
pub static CODEAGENT_LEDGER_ITEMS_OUT: Metric = Metric {
    name: "codeagent.ledger.items_out",
    prometheus: "codeagent_ledger_items_out_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Items that a node passed on, or delivered.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.component.id", "node", Level::Required),
        Attribute::new("otelcol.component.kind", "kind", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.ledger.items_dropped`: Items that ended in a node, by why.
pub static CODEAGENT_LEDGER_ITEMS_DROPPED: Metric = Metric {
    name: "codeagent.ledger.items_dropped",
    prometheus: "codeagent_ledger_items_dropped_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{item}",
    brief: "Items that ended in a node, by why.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.component.id", "node", Level::Required),
        Attribute::new("otelcol.component.kind", "kind", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Recommended),
        Attribute::new("codeagent.drop.reason", "reason", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.ledger.items_in_flight`: Items that are in a node now.
pub static CODEAGENT_LEDGER_ITEMS_IN_FLIGHT: Metric = Metric {
    name: "codeagent.ledger.items_in_flight",
    prometheus: "codeagent_ledger_items_in_flight",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "{item}",
    brief: "Items that are in a node now.",
    buckets: &[],
    attributes: &[
        Attribute::new("otelcol.component.id", "node", Level::Required),
        Attribute::new("otelcol.component.kind", "kind", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.memory.budget.used`: Bytes of the memory budget that are in use.
pub static CODEAGENT_MEMORY_BUDGET_USED: Metric = Metric {
    name: "codeagent.memory.budget.used",
    prometheus: "codeagent_memory_budget_used_bytes",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "By",
    brief: "Bytes of the memory budget that are in use.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `codeagent.memory.budget.limit`: The memory budget in bytes.
pub static CODEAGENT_MEMORY_BUDGET_LIMIT: Metric = Metric {
    name: "codeagent.memory.budget.limit",
    prometheus: "codeagent_memory_budget_limit_bytes",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "By",
    brief: "The memory budget in bytes.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `codeagent.reload.done`: Reloads of the configuration.
pub static CODEAGENT_RELOAD_DONE: Metric = Metric {
    name: "codeagent.reload.done",
    prometheus: "codeagent_reload_done_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{reload}",
    brief: "Reloads of the configuration.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.reload.outcome", "codeagent_reload_outcome", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.reload.last.successful`: Whether the last reload went well (1) or the configuration before it still
/// runs (0).
///
/// It is 1 before the first reload.
pub static CODEAGENT_RELOAD_LAST_SUCCESSFUL: Metric = Metric {
    name: "codeagent.reload.last.successful",
    prometheus: "codeagent_reload_last_successful",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{reload}",
    brief: "Whether the last reload went well (1) or the configuration before it still runs (0).",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `codeagent.reload.last.success_time`: When the configuration that runs was read, in seconds since 1970.
pub static CODEAGENT_RELOAD_LAST_SUCCESS_TIME: Metric = Metric {
    name: "codeagent.reload.last.success_time",
    prometheus: "codeagent_reload_last_success_time_seconds",
    instrument: Instrument::Gauge,
    number: Number::Double,
    unit: "s",
    brief: "When the configuration that runs was read, in seconds since 1970.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `codeagent.exporter.queue.used`: Bytes in the queue of an exporter.
pub static CODEAGENT_EXPORTER_QUEUE_USED: Metric = Metric {
    name: "codeagent.exporter.queue.used",
    prometheus: "codeagent_exporter_queue_used_bytes",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "By",
    brief: "Bytes in the queue of an exporter.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.exporter.queue.limit`: Bytes for which the queue of an exporter has room.
pub static CODEAGENT_EXPORTER_QUEUE_LIMIT: Metric = Metric {
    name: "codeagent.exporter.queue.limit",
    prometheus: "codeagent_exporter_queue_limit_bytes",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "By",
    brief: "Bytes for which the queue of an exporter has room.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("otelcol.pipeline.id", "pipeline", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.exporter.concurrency`: Requests of an exporter that may be on their way at the same time.
///
/// `sending_queue.num_consumers`, unless the destination asked for a pause or did not answer in time: then fewer,
/// until it takes more again.
pub static CODEAGENT_EXPORTER_CONCURRENCY: Metric = Metric {
    name: "codeagent.exporter.concurrency",
    prometheus: "codeagent_exporter_concurrency",
    instrument: Instrument::Gauge,
    number: Number::Int,
    unit: "{request}",
    brief: "Requests of an exporter that may be on their way at the same time.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.exporter.retries`: Attempts of an exporter after the first.
pub static CODEAGENT_EXPORTER_RETRIES: Metric = Metric {
    name: "codeagent.exporter.retries",
    prometheus: "codeagent_exporter_retries_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{retry}",
    brief: "Attempts of an exporter after the first.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("error.type", "error_type", Level::Recommended),
    ],
    opt_in: false,
};

/// `codeagent.exporter.attempt.duration`: Duration of one attempt of an exporter, from sending to the destination's
/// answer.
pub static CODEAGENT_EXPORTER_ATTEMPT_DURATION: Metric = Metric {
    name: "codeagent.exporter.attempt.duration",
    prometheus: "codeagent_exporter_attempt_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Duration of one attempt of an exporter, from sending to the destination's answer.",
    buckets: &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("error.type", "error_type", Level::Conditional("When the attempt failed.")),
    ],
    opt_in: false,
};

/// `codeagent.exporter.sent`: Bytes that exporters put on the wire, after compression.
pub static CODEAGENT_EXPORTER_SENT: Metric = Metric {
    name: "codeagent.exporter.sent",
    prometheus: "codeagent_exporter_sent_bytes_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "By",
    brief: "Bytes that exporters put on the wire, after compression.",
    buckets: &[],
    attributes: &[
        Attribute::new("exporter", "exporter", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.receiver.received`: Bytes of bodies that receivers took from the wire, before decompression.
pub static CODEAGENT_RECEIVER_RECEIVED: Metric = Metric {
    name: "codeagent.receiver.received",
    prometheus: "codeagent_receiver_received_bytes_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "By",
    brief: "Bytes of bodies that receivers took from the wire, before decompression.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.receiver.request.handled`: Requests by protocol, encoding and answer.
pub static CODEAGENT_RECEIVER_REQUEST_HANDLED: Metric = Metric {
    name: "codeagent.receiver.request.handled",
    prometheus: "codeagent_receiver_request_handled_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{request}",
    brief: "Requests by protocol, encoding and answer.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
        Attribute::new("codeagent.request.encoding", "encoding", Level::Required),
        Attribute::new("codeagent.request.code", "code", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.receiver.request.duration`: Time from the arrival of a request to its answer, which is the
/// acknowledgement.
pub static CODEAGENT_RECEIVER_REQUEST_DURATION: Metric = Metric {
    name: "codeagent.receiver.request.duration",
    prometheus: "codeagent_receiver_request_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Time from the arrival of a request to its answer, which is the acknowledgement.",
    buckets: &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
        Attribute::new("otelcol.signal", "signal", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.receiver.connections`: Connections that are open.
pub static CODEAGENT_RECEIVER_CONNECTIONS: Metric = Metric {
    name: "codeagent.receiver.connections",
    prometheus: "codeagent_receiver_connections",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "{connection}",
    brief: "Connections that are open.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.receiver.refused_connections`: Connections that were closed at once, since their sender has as many
/// as one may have.
pub static CODEAGENT_RECEIVER_REFUSED_CONNECTIONS: Metric = Metric {
    name: "codeagent.receiver.refused_connections",
    prometheus: "codeagent_receiver_refused_connections_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{connection}",
    brief: "Connections that were closed at once, since their sender has as many as one may have.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.admission.refused`: Requests that were refused before the items in them could be counted.
///
/// Malformed, too large, over the memory budget, unauthenticated, or of a kind that is not taken. The ledger does
/// not have their items.
pub static CODEAGENT_ADMISSION_REFUSED: Metric = Metric {
    name: "codeagent.admission.refused",
    prometheus: "codeagent_admission_refused_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{request}",
    brief: "Requests that were refused before the items in them could be counted.",
    buckets: &[],
    attributes: &[
        Attribute::new("receiver", "receiver", Level::Required),
        Attribute::new("transport", "transport", Level::Required),
        Attribute::new("codeagent.drop.reason", "reason", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.tls.certificate.expiry`: When the certificate in use ends, in seconds since 1970; of a chain, its
/// first certificate to end.
///
/// Alert when it is less than a week away - `codeagent_tls_certificate_expiry_seconds - time() < 7 * 86400`.
pub static CODEAGENT_TLS_CERTIFICATE_EXPIRY: Metric = Metric {
    name: "codeagent.tls.certificate.expiry",
    prometheus: "codeagent_tls_certificate_expiry_seconds",
    instrument: Instrument::Gauge,
    number: Number::Double,
    unit: "s",
    brief: "When the certificate in use ends, in seconds since 1970; of a chain, its first certificate to end.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.config.path", "path", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.tls.reloads`: Times that changed TLS files were taken into use.
pub static CODEAGENT_TLS_RELOADS: Metric = Metric {
    name: "codeagent.tls.reloads",
    prometheus: "codeagent_tls_reloads_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{reload}",
    brief: "Times that changed TLS files were taken into use.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.config.path", "path", Level::Required),
    ],
    opt_in: false,
};

/// `codeagent.tls.reload_failures`: Times that changed TLS files could not be used, so that the old ones stayed in
/// use.
pub static CODEAGENT_TLS_RELOAD_FAILURES: Metric = Metric {
    name: "codeagent.tls.reload_failures",
    prometheus: "codeagent_tls_reload_failures_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "{failure}",
    brief: "Times that changed TLS files could not be used, so that the old ones stayed in use.",
    buckets: &[],
    attributes: &[
        Attribute::new("codeagent.config.path", "path", Level::Required),
    ],
    opt_in: false,
};
