//! The readings as OpenTelemetry's `process.*` and `system.*`.

use codeagent_semconv::value::{CpuMode, DiskIoDirection, NetworkIoDirection, SystemMemoryState};
use codeagent_semconv::{Metric, attribute as key, metric};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

use super::proc_files as files;

const MODES: [CpuMode<'static>; 2] = [CpuMode::User, CpuMode::System];
const DISK: [DiskIoDirection<'static>; 2] = [DiskIoDirection::Read, DiskIoDirection::Write];

/// Registers all of them.
pub(crate) fn observe(meter: &Meter) {
    process(meter);
    machine(meter);
}

fn process(meter: &Meter) {
    seconds(meter, &metric::PROCESS_CPU_TIME, |to| {
        if let Some(stat) = files::Stat::read() {
            cpu(to, &MODES, &stat.own());
        }
    });
    seconds(meter, &metric::CODEAGENT_CHILDREN_CPU_TIME, |to| {
        if let Some(stat) = files::Stat::read() {
            cpu(to, &MODES, &stat.children());
        }
    });
    level(meter, &metric::PROCESS_MEMORY_USAGE, |to| one(to, files::resident_bytes()));
    level(meter, &metric::PROCESS_MEMORY_VIRTUAL, |to| {
        one(to, files::Stat::read().map(|stat| stat.virtual_bytes()))
    });
    level(meter, &metric::PROCESS_THREAD_COUNT, |to| one(to, files::Stat::read().map(|stat| stat.threads())));
    level(meter, &metric::PROCESS_UNIX_FILE_DESCRIPTOR_COUNT, |to| one(to, files::descriptors()));
    bytes(meter, &metric::PROCESS_DISK_IO, |to| disk(to, files::own_disk()));
    let uptime = &metric::PROCESS_UPTIME;
    let builder =
        meter.f64_observable_gauge(uptime.name).with_unit(uptime.unit).with_description(uptime.brief);
    builder
        .with_callback(|to| {
            if let (Some(stat), Some(now)) = (files::Stat::read(), files::machine_uptime()) {
                to.observe((now - stat.started()).max(0.0), &[]);
            }
        })
        .build();
}

fn machine(meter: &Meter) {
    seconds(meter, &metric::SYSTEM_CPU_TIME, |to| {
        use CpuMode::{Idle, Interrupt, Iowait, Nice, Steal, System, User};
        if let Some(times) = files::machine_cpu() {
            cpu(to, &[User, Nice, System, Idle, Iowait, Interrupt, Steal], &times);
        }
    });
    level(meter, &metric::SYSTEM_MEMORY_USAGE, |to| {
        use SystemMemoryState::{Buffers, Cached, Free, Used};
        for (state, bytes) in
            [Used, Free, Buffers, Cached].iter().zip(files::machine_memory().into_iter().flatten())
        {
            to.observe(signed(bytes), &[KeyValue::new(key::SYSTEM_MEMORY_STATE.name(), state.bounded())]);
        }
    });
    bytes(meter, &metric::SYSTEM_DISK_IO, |to| disk(to, files::machine_disk()));
    bytes(meter, &metric::SYSTEM_NETWORK_IO, |to| {
        let directions = [NetworkIoDirection::Receive, NetworkIoDirection::Transmit];
        for (direction, bytes) in directions.iter().zip(files::machine_network().into_iter().flatten()) {
            to.observe(bytes, &[KeyValue::new(key::NETWORK_IO_DIRECTION.name(), direction.bounded())]);
        }
    });
}

fn cpu(to: &dyn AsyncInstrument<f64>, modes: &[CpuMode<'static>], seconds: &[f64]) {
    for (mode, seconds) in modes.iter().zip(seconds) {
        to.observe(*seconds, &[KeyValue::new(key::CPU_MODE.name(), mode.bounded())]);
    }
}

fn disk(to: &dyn AsyncInstrument<u64>, bytes: Option<[u64; 2]>) {
    for (direction, bytes) in DISK.iter().zip(bytes.into_iter().flatten()) {
        to.observe(bytes, &[KeyValue::new(key::DISK_IO_DIRECTION.name(), direction.bounded())]);
    }
}

fn one(to: &dyn AsyncInstrument<i64>, value: Option<u64>) {
    if let Some(value) = value {
        to.observe(signed(value), &[]);
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

type Read<T> = fn(&dyn AsyncInstrument<T>);

fn seconds(meter: &Meter, metric: &'static Metric, read: Read<f64>) {
    let builder =
        meter.f64_observable_counter(metric.name).with_unit(metric.unit).with_description(metric.brief);
    builder.with_callback(read).build();
}

fn bytes(meter: &Meter, metric: &'static Metric, read: Read<u64>) {
    let builder =
        meter.u64_observable_counter(metric.name).with_unit(metric.unit).with_description(metric.brief);
    builder.with_callback(read).build();
}

fn level(meter: &Meter, metric: &'static Metric, read: Read<i64>) {
    let builder = meter
        .i64_observable_up_down_counter(metric.name)
        .with_unit(metric.unit)
        .with_description(metric.brief);
    builder.with_callback(read).build();
}
