//! What is logged while a test runs on its thread.

use std::cell::RefCell;
use std::fmt::Write;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Hears until it is dropped.
pub struct Heard(());

/// One for the whole process: a subscriber of one thread misses lines that another thread met first without one.
struct Ears;

struct Line(String);

impl Heard {
    /// Begins to hear what this thread logs.
    pub fn here() -> Self {
        static EARS: Once = Once::new();
        EARS.call_once(|| tracing::subscriber::set_global_default(Ears).unwrap());
        LINES.set(Some(Vec::new()));
        Heard(())
    }

    /// The lines so far that hold `part`: the level first, then the fields.
    pub fn with(&self, part: &str) -> Vec<String> {
        let found = |lines: &Vec<String>| lines.iter().filter(|line| line.contains(part)).cloned().collect();
        LINES.with_borrow(|lines| lines.as_ref().map(found).unwrap_or_default())
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        LINES.set(None);
    }
}

impl Subscriber for Ears {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        LINES.with_borrow_mut(|lines| {
            let Some(lines) = lines else { return };
            let mut line = Line(event.metadata().level().to_string());
            event.record(&mut line);
            lines.push(line.0);
        });
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
