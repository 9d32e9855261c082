// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Attribute, Instrument, Level, Metric, Number};

/// `gen_ai.client.operation.duration`: Duration of calls to models.
pub static GEN_AI_CLIENT_OPERATION_DURATION: Metric = Metric {
    name: "gen_ai.client.operation.duration",
    prometheus: "gen_ai_client_operation_duration_seconds",
    instrument: Instrument::Histogram,
    number: Number::Double,
    unit: "s",
    brief: "Duration of calls to models.",
    buckets: &[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    attributes: &[
        Attribute::new("gen_ai.operation.name", "gen_ai_operation_name", Level::Required),
        Attribute::new("gen_ai.provider.name", "gen_ai_provider_name", Level::Required),
        Attribute::new("gen_ai.request.model", "gen_ai_request_model", Level::Conditional("If available.")),
        Attribute::new("error.type", "error_type", Level::Conditional("When the call failed.")),
    ],
    opt_in: false,
};

/// `process.cpu.time`: Processor time of the process.
pub static PROCESS_CPU_TIME: Metric = Metric {
    name: "process.cpu.time",
    prometheus: "process_cpu_time_seconds_total",
    instrument: Instrument::Counter,
    number: Number::Double,
    unit: "s",
    brief: "Processor time of the process.",
    buckets: &[],
    attributes: &[
        Attribute::new("cpu.mode", "cpu_mode", Level::Required),
    ],
    opt_in: false,
};

/// `process.memory.usage`: The resident memory of the process.
pub static PROCESS_MEMORY_USAGE: Metric = Metric {
    name: "process.memory.usage",
    prometheus: "process_memory_usage_bytes",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "By",
    brief: "The resident memory of the process.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `process.memory.virtual`: The virtual memory of the process.
pub static PROCESS_MEMORY_VIRTUAL: Metric = Metric {
    name: "process.memory.virtual",
    prometheus: "process_memory_virtual_bytes",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "By",
    brief: "The virtual memory of the process.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `process.disk.io`: Bytes that the process read from and wrote to disks.
pub static PROCESS_DISK_IO: Metric = Metric {
    name: "process.disk.io",
    prometheus: "process_disk_io_bytes_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "By",
    brief: "Bytes that the process read from and wrote to disks.",
    buckets: &[],
    attributes: &[
        Attribute::new("disk.io.direction", "disk_io_direction", Level::Required),
    ],
    opt_in: false,
};

/// `process.thread.count`: Threads of the process.
pub static PROCESS_THREAD_COUNT: Metric = Metric {
    name: "process.thread.count",
    prometheus: "process_thread_count",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "{thread}",
    brief: "Threads of the process.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `process.unix.file_descriptor.count`: Open file descriptors of the process.
pub static PROCESS_UNIX_FILE_DESCRIPTOR_COUNT: Metric = Metric {
    name: "process.unix.file_descriptor.count",
    prometheus: "process_unix_file_descriptor_count",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "{file_descriptor}",
    brief: "Open file descriptors of the process.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `process.uptime`: How long the process runs.
pub static PROCESS_UPTIME: Metric = Metric {
    name: "process.uptime",
    prometheus: "process_uptime_seconds",
    instrument: Instrument::Gauge,
    number: Number::Double,
    unit: "s",
    brief: "How long the process runs.",
    buckets: &[],
    attributes: &[],
    opt_in: false,
};

/// `system.cpu.time`: Processor time of the machine.
pub static SYSTEM_CPU_TIME: Metric = Metric {
    name: "system.cpu.time",
    prometheus: "system_cpu_time_seconds_total",
    instrument: Instrument::Counter,
    number: Number::Double,
    unit: "s",
    brief: "Processor time of the machine.",
    buckets: &[],
    attributes: &[
        Attribute::new("cpu.mode", "cpu_mode", Level::Required),
    ],
    opt_in: false,
};

/// `system.memory.usage`: Memory of the machine, by what it is used for.
pub static SYSTEM_MEMORY_USAGE: Metric = Metric {
    name: "system.memory.usage",
    prometheus: "system_memory_usage_bytes",
    instrument: Instrument::UpDownCounter,
    number: Number::Int,
    unit: "By",
    brief: "Memory of the machine, by what it is used for.",
    buckets: &[],
    attributes: &[
        Attribute::new("system.memory.state", "system_memory_state", Level::Required),
    ],
    opt_in: false,
};

/// `system.disk.io`: Bytes that the machine read from and wrote to disks.
pub static SYSTEM_DISK_IO: Metric = Metric {
    name: "system.disk.io",
    prometheus: "system_disk_io_bytes_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "By",
    brief: "Bytes that the machine read from and wrote to disks.",
    buckets: &[],
    attributes: &[
        Attribute::new("disk.io.direction", "disk_io_direction", Level::Required),
    ],
    opt_in: false,
};

/// `system.network.io`: Bytes that the machine sent and received, without loopback.
pub static SYSTEM_NETWORK_IO: Metric = Metric {
    name: "system.network.io",
    prometheus: "system_network_io_bytes_total",
    instrument: Instrument::Counter,
    number: Number::Int,
    unit: "By",
    brief: "Bytes that the machine sent and received, without loopback.",
    buckets: &[],
    attributes: &[
        Attribute::new("network.io.direction", "network_io_direction", Level::Required),
    ],
    opt_in: false,
};
