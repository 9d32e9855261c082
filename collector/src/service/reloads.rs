//! What became of the last reload, for metrics and `status`.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use codeagent_pipeline::telemetry::{Counter, Registry};
use codeagent_semconv::metric;
use codeagent_semconv::value::ReloadOutcome;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// Counts reloads.
pub(super) struct Reloads {
    counters: Vec<(ReloadOutcome, Counter)>,
    state: Mutex<State>,
}

struct State {
    /// When what runs was read.
    loaded: SystemTime,
    last: Option<Last>,
}

struct Last {
    time: SystemTime,
    outcome: ReloadOutcome,
    /// What is wrong, for people; empty where nothing is.
    message: String,
}

impl Reloads {
    /// None yet.
    pub fn new(registry: &Registry) -> Arc<Self> {
        let counter = |outcome: ReloadOutcome| {
            let labels = [("codeagent_reload_outcome", outcome.as_str())];
            (outcome, registry.counter(&metric::CODEAGENT_RELOAD_DONE, &labels))
        };
        let reloads = Arc::new(Reloads {
            counters: ReloadOutcome::ALL.iter().copied().map(counter).collect(),
            state: Mutex::new(State { loaded: SystemTime::now(), last: None }),
        });
        let last = Arc::downgrade(&reloads);
        registry.gauge(&metric::CODEAGENT_RELOAD_LAST_SUCCESSFUL, &[], move || {
            let reloads = last.upgrade()?;
            let state = reloads.state.lock();
            Some(f64::from(u8::from(state.last.as_ref().is_none_or(|last| is_success(last.outcome)))))
        });
        let last = Arc::downgrade(&reloads);
        registry.gauge(&metric::CODEAGENT_RELOAD_LAST_SUCCESS_TIME, &[], move || {
            Some(seconds(last.upgrade()?.state.lock().loaded))
        });
        reloads
    }

    /// A reload ended.
    pub fn record(&self, outcome: ReloadOutcome, message: &str) {
        for (_, counter) in self.counters.iter().filter(|(counted, _)| *counted == outcome) {
            counter.add(1);
        }
        let time = SystemTime::now();
        let mut state = self.state.lock();
        if is_success(outcome) {
            state.loaded = time;
        }
        state.last = Some(Last { time, outcome, message: message.to_owned() });
    }

    /// For `status`. Times are seconds since 1970.
    pub fn to_json(&self) -> Value {
        let state = self.state.lock();
        let last = state.last.as_ref().map(|last| {
            json!({"time": seconds(last.time), "outcome": last.outcome.as_str(), "message": last.message})
        });
        json!({"loaded": seconds(state.loaded), "last_reload": last})
    }
}

fn is_success(outcome: ReloadOutcome) -> bool {
    matches!(outcome, ReloadOutcome::Applied | ReloadOutcome::Unchanged)
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
