//! Which batches are printed, and where.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use codeagent_config::Signal;
use codeagent_pipeline::otlp::views::{Metric, ResourceGroup};
use codeagent_pipeline::{Batch, Encoded, Exporter, SendError, Sent};
use parking_lot::Mutex;

use super::config::{Config, OutputPath, Verbosity};
use super::{detailed, normal};

/// Prints batches of one signal.
#[derive(Debug)]
pub(super) struct Debug {
    signal: Signal,
    verbosity: Verbosity,
    sampling: Sampling,
    use_internal_logger: bool,
    outputs: Vec<OutputPath>,
    id: String,
}

/// What is to be printed of a batch; nothing where it is sampled out.
#[derive(Debug)]
pub(super) struct Printed {
    summary: Option<String>,
    details: String,
    items: usize,
}

impl Debug {
    pub fn new(config: &Config, signal: Signal, id: String) -> Self {
        Debug {
            signal,
            verbosity: config.verbosity,
            sampling: Sampling::new(config.sampling_initial, config.sampling_thereafter),
            use_internal_logger: config.use_internal_logger,
            outputs: config.output_paths.clone(),
            id,
        }
    }

    fn print(&self, summary: &str, details: &str) -> io::Result<()> {
        if self.use_internal_logger {
            tracing::info!(exporter = %self.id, "{summary}");
            if !details.is_empty() {
                tracing::info!(exporter = %self.id, "\n{details}");
            }
            return Ok(());
        }
        for output in &self.outputs {
            let whole = format!("{summary}\n{details}");
            match output {
                OutputPath::Stdout => io::stdout().lock().write_all(whole.as_bytes())?,
                OutputPath::Stderr => io::stderr().lock().write_all(whole.as_bytes())?,
            }
        }
        Ok(())
    }
}

impl Exporter for Debug {
    type Request = Printed;

    fn encode(&self, batch: &Batch) -> Encoded<Printed> {
        let mut printed = Printed { summary: None, details: String::new(), items: batch.items() };
        if self.sampling.takes(Instant::now()) {
            let body = batch.to_contiguous();
            printed.summary = Some(summary(self.signal, &body, batch.items()));
            printed.details = match self.verbosity {
                Verbosity::Basic => String::new(),
                Verbosity::Normal => normal::text(self.signal, &body),
                Verbosity::Detailed => detailed::text(self.signal, &body),
            };
        }
        Encoded { requests: vec![printed], rejected: Vec::new() }
    }

    fn items(&self, request: &Printed) -> usize {
        request.items
    }

    async fn send(&self, request: &mut Printed) -> Result<Sent, SendError> {
        if let Some(summary) = &request.summary {
            self.print(summary, &request.details)
                .map_err(|error| SendError::retry(format!("cannot print: {error}")))?;
        }
        Ok(Sent::default())
    }
}

fn summary(signal: Signal, body: &[u8], items: usize) -> String {
    let groups = ResourceGroup::of(body).count();
    match signal {
        Signal::Traces => format!("Traces: resource spans {groups}, spans {items}"),
        Signal::Logs => format!("Logs: resource logs {groups}, log records {items}"),
        Signal::Metrics => {
            let scopes = ResourceGroup::of(body).flat_map(|group| group.scopes());
            let metrics = scopes.flat_map(|scope| scope.items::<Metric<'_>>()).count();
            format!("Metrics: resource metrics {groups}, metrics {metrics}, data points {items}")
        }
    }
}

/// The first of each second, and then each one of so many.
#[derive(Debug)]
struct Sampling {
    initial: u64,
    thereafter: u64,
    second: Mutex<Option<(Instant, u64)>>,
}

impl Sampling {
    fn new(initial: u64, thereafter: u64) -> Self {
        Sampling { initial, thereafter, second: Mutex::default() }
    }

    fn takes(&self, now: Instant) -> bool {
        let mut second = self.second.lock();
        let (start, count) = match *second {
            Some((start, count)) if now.duration_since(start) < Duration::from_secs(1) => (start, count + 1),
            _ => (now, 1),
        };
        *second = Some((start, count));
        count <= self.initial
            || (self.thereafter > 0 && (count - self.initial).is_multiple_of(self.thereafter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_second_and_each_so_many_th_are_taken() {
        let taken = |initial, thereafter| {
            let (sampling, now) = (Sampling::new(initial, thereafter), Instant::now());
            let second = |start| (0..10).filter(|_| sampling.takes(start)).count();
            [second(now), second(now + Duration::from_secs(1))]
        };
        assert_eq!(taken(2, 1), [10, 10]);
        assert_eq!(taken(2, 4), [4, 4]);
        assert_eq!(taken(3, 0), [3, 3]);
        assert_eq!(taken(0, 0), [0, 0]);
    }
}
