//! What `install` returns, and the state behind it.

use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use codeagent_semconv::value::TaskKind;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::correlation::Correlation;
use crate::exemplars::Meters;
use crate::record::{AgentRun, Moments, Node, Recorder, TaskBuilder};
use crate::transport::Outbox;

/// Everything that runs behind the telemetry of a process.
pub(crate) struct Core {
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) tracers: SdkTracerProvider,
    pub(crate) loggers: SdkLoggerProvider,
    pub(crate) meters: Meters,
    pub(crate) correlation: Correlation,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) flush_timeout: Duration,
}

static INSTALLED: RwLock<Option<Arc<Core>>> = RwLock::new(None);

pub(crate) fn remember(core: &Arc<Core>) {
    *INSTALLED.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(core));
}

/// What was installed last and has not ended.
pub(crate) fn installed() -> Option<Arc<Core>> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What signals carry outside of any session and task.
pub(crate) fn process_correlation() -> Correlation {
    installed().map(|core| core.correlation.clone()).unwrap_or_default()
}

/// The telemetry of this process. Cheap to clone; where nothing is exported it does nothing.
#[derive(Clone)]
pub struct Telemetry {
    pub(crate) core: Option<Arc<Core>>,
}

impl Telemetry {
    /// Whether anything is exported: there is a place to send to, and nobody switched the SDK off.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.core.is_some()
    }

    /// One that exports nothing and costs next to nothing.
    #[must_use]
    pub fn disabled() -> Self {
        Self { core: None }
    }

    fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.core.as_ref().map(|core| &core.recorder)
    }

    /// A task that the agent works on.
    pub fn task<'a>(&self, kind: TaskKind<'a>) -> TaskBuilder<'a> {
        TaskBuilder::new(self.recorder().cloned(), kind)
    }

    /// A run of an agent outside of any task.
    pub fn agent(&self, name: &str) -> AgentRun {
        AgentRun::root(self.recorder(), name)
    }

    /// Things that happen in an instant, in the current context.
    #[must_use]
    pub fn moments(&self) -> Moments {
        Moments::of(self.recorder().map(Node::root).as_ref())
    }

    /// A meter for metrics of the agent's own.
    #[must_use]
    pub fn meter(&self, name: &'static str) -> Meter {
        match &self.core {
            Some(core) => core.meters.meter(name),
            None => opentelemetry::global::meter_provider().meter(name),
        }
    }

    /// Waits until all that was recorded so far is delivered, or on disk; at most the configured time, two seconds by default. Works on any
    /// thread, in any runtime and without one. `false` where the time was too short.
    pub fn flush(&self) -> bool {
        self.core.as_ref().is_none_or(|core| core.outbox.flush(core.flush_timeout).is_ok())
    }

    /// Items (spans, log records, data points) that were lost so far, for whatever reason.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.core.as_ref().map_or(0, |core| core.outbox.ledger.lost_in_all())
    }
}

impl std::fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telemetry").field("is_enabled", &self.is_enabled()).finish()
    }
}

/// Keeps the telemetry running. Dropping it delivers what waits, or puts it on disk, within the configured time (two seconds by
/// default), and ends the exporting thread. Keep it in `main`.
#[derive(Debug)]
#[must_use = "dropping the guard ends the telemetry"]
pub struct Guard {
    pub(crate) telemetry: Telemetry,
}

impl Deref for Guard {
    type Target = Telemetry;

    fn deref(&self) -> &Telemetry {
        &self.telemetry
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            crate::lifecycle::crash();
        }
        if let Some(core) = &self.telemetry.core {
            core.outbox.finish(core.flush_timeout);
        }
    }
}
