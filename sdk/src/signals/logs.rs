//! Log records: the context's correlation, then the outbox.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::logs::{AnyValue, LogRecord as _};
use opentelemetry::{Context, InstrumentationScope, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord};

use crate::correlation::Correlation;
use crate::transport::Outbox;

pub(crate) struct Logs {
    pub(crate) outbox: Arc<Outbox>,
    /// Where the context has none.
    pub(crate) correlation: Correlation,
    pub(crate) flush_timeout: Duration,
}

impl std::fmt::Debug for Logs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Logs")
    }
}

impl LogProcessor for Logs {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        Context::map_current(|context| {
            for pair in Correlation::of(context, &self.correlation).pairs() {
                if let Value::String(text) = &pair.value {
                    record.add_attribute(pair.key.clone(), AnyValue::String(text.clone()));
                }
            }
        });
        self.outbox.push_log(record.clone(), scope.clone());
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.outbox.flush(self.flush_timeout)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.outbox.flush(timeout)
    }
}
