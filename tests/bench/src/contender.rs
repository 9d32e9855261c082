//! The collectors that are compared by what their acknowledgement is worth and how long it takes.

use std::path::Path;

use crate::Options;
use crate::launch::{Launch, Topic};

/// One collector with one kind of queue.
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    /// `ours` or `go`.
    pub collector: &'static str,
    /// What it does before it acknowledges.
    pub queue: &'static str,
    config: &'static str,
}

const ALL: [Contender; 5] = [
    Contender { collector: "ours", queue: "on disk, synced (default)", config: "durable-default" },
    Contender { collector: "go", queue: "on disk, not synced (default)", config: "durable-default" },
    Contender { collector: "go", queue: "on disk, `fsync: true`", config: "durable-synced" },
    Contender { collector: "ours", queue: "none: delivered", config: "otlp" },
    Contender { collector: "go", queue: "in memory", config: "otlp" },
];

/// Those that can be measured.
pub fn all(options: &Options) -> impl Iterator<Item = Contender> {
    let has_go = options.go.is_some();
    ALL.into_iter().filter(move |contender| has_go || contender.collector == "ours")
}

impl Contender {
    /// How it is started.
    pub fn launch<'a>(&self, options: &'a Options, queue: &'a Path, sinks: (u16, u16)) -> Launch<'a> {
        let is_ours = self.collector == "ours";
        let go = options.go.as_deref().filter(|_| !is_ours);
        let binary = go.unwrap_or(&options.ours);
        Launch {
            binary,
            is_ours,
            threads: 1,
            config: self.config,
            queue,
            sinks,
            kafka: "",
            topic: Topic::default(),
        }
    }
}
