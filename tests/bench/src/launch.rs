//! How a collector is started: with a plain Collector file, whose places stand in the environment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;

use crate::process::Collector;

/// One collector and its surroundings.
#[derive(Clone, Copy)]
pub struct Launch<'a> {
    /// The program.
    pub binary: &'a Path,
    /// Whether it is ours, which is told its threads on the command line.
    pub is_ours: bool,
    /// Its threads; as many cores are its own.
    pub threads: usize,
    /// `configs/NAME.yaml`
    pub config: &'a str,
    /// A folder for queues.
    pub queue: &'a Path,
    /// Ports of the sinks: OTLP over gRPC, and HTTP.
    pub sinks: (u16, u16),
    /// A Kafka broker, or nothing.
    pub kafka: &'a str,
    /// What is read from it, or written to it.
    pub topic: Topic<'a>,
}

/// A topic of Kafka.
#[derive(Clone, Copy, Default)]
pub struct Topic<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether each trace is a message of its own.
    pub is_keyed: bool,
}

impl Launch<'_> {
    /// Starts it, listening on `port`; how long it took to listen.
    pub async fn start(&self, port: u16) -> anyhow::Result<(Collector, Duration)> {
        self.start_with(port, &[]).await
    }

    /// [`Launch::start`] with more in its environment.
    pub async fn start_with(
        &self,
        port: u16,
        more: &[(&str, String)],
    ) -> anyhow::Result<(Collector, Duration)> {
        let config = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("configs").join(self.config);
        let mut arguments = vec!["--config".to_owned(), format!("{}.yaml", config.display())];
        let threads = self.threads;
        if self.is_ours {
            arguments.extend(["--threads".to_owned(), threads.to_string()]);
        }
        let environment = [
            ("LISTEN", format!("127.0.0.1:{port}")),
            ("OTLP_SINK", format!("127.0.0.1:{}", self.sinks.0)),
            ("HTTP_SINK", format!("http://127.0.0.1:{}", self.sinks.1)),
            ("KAFKA", self.kafka.to_owned()),
            ("TOPIC", self.topic.name.to_owned()),
            ("KEYED", self.topic.is_keyed.to_string()),
            // each run reads the topic from its begin
            ("GROUP", format!("bench-{}-{port}", std::process::id())),
            ("QUEUE", self.queue.display().to_string()),
            ("GOMAXPROCS", threads.to_string()),
        ];
        let environment =
            environment.iter().chain(more).map(|(name, value)| (name.to_string(), value.clone()));
        let environment: Vec<_> = environment.collect();
        let cores = format!("0-{}", threads - 1);
        Collector::start(self.binary, &arguments, &environment, &cores, port).await
    }
}

/// A folder for queues, on the disk that the build is on: others may be in memory.
pub fn queue() -> anyhow::Result<TempDir> {
    tempfile::tempdir_in("target").context("no folder `target`: run this in the workspace")
}
