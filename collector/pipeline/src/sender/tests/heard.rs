//! What is logged while a test runs on its thread.

use std::fmt::Write;
use std::sync::Arc;

use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// Hears until it is dropped.
pub struct Heard {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

struct Ear(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Heard {
    /// Begins to hear what this thread logs.
    pub fn here() -> Self {
        let lines = Arc::default();
        let guard = tracing::subscriber::set_default(Ear(Arc::clone(&lines)));
        Heard { lines, _guard: guard }
    }

    /// The lines so far that hold `part`: the level first, then the fields.
    pub fn with(&self, part: &str) -> Vec<String> {
        self.lines.lock().iter().filter(|line| line.contains(part)).cloned().collect()
    }
}

impl Subscriber for Ear {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
