//! A panic becomes a log record at once, with the trace and span that it happened in.

use std::panic::PanicHookInfo;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::SystemTime;

use codeagent_semconv::{attribute as key, event};
use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};

use crate::telemetry;

/// Puts our hook before the one that is installed, once for each process.
pub(crate) fn record_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            record(info);
            next(info);
        }));
    });
}

static CRASHED: AtomicBool = AtomicBool::new(false);

/// The process ends because of a panic.
pub(crate) fn crash() {
    CRASHED.store(true, Relaxed);
}

pub(crate) fn has_crashed() -> bool {
    CRASHED.load(Relaxed)
}

fn record(info: &PanicHookInfo<'_>) {
    let Some(core) = telemetry::installed() else { return };
    let logger = core.loggers.logger(env!("CARGO_PKG_NAME"));
    let mut record = logger.create_log_record();
    record.set_timestamp(SystemTime::now());
    record.set_severity_number(Severity::Fatal);
    record.set_severity_text("FATAL");
    record.set_event_name(event::CODEAGENT_PROCESS_PANICKED.name);
    record.set_body("panic".into());
    record.add_attribute(key::EXCEPTION_TYPE.name(), "panic");
    if let Some(message) = info.payload_as_str() {
        record.add_attribute(key::EXCEPTION_MESSAGE.name(), AnyValue::String(message.to_owned().into()));
    }
    if let Some(place) = info.location() {
        record.add_attribute(key::CODE_FILE_PATH.name(), AnyValue::String(place.file().to_owned().into()));
        record.add_attribute(key::CODE_LINE_NUMBER.name(), i64::from(place.line()));
    }
    logger.emit(record);
    if cfg!(panic = "abort") {
        crash();
        // Nothing is dropped on the way out: this is the last chance.
        core.outbox.finish(core.flush_timeout);
    }
}
