//! Sends the collector's own metrics, spans and log records over OTLP, on a thread of its own: the data plane does
//! not wait for it, and what that thread logs is not sent, so that a destination that is away does not make
//! records about itself.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use codeagent_config::Signal;
use codeagent_pipeline::telemetry::{self, Outbox, Resource};
use codeagent_pipeline::{Batch, BuiltExporter, Host, Refused, Stop};
use codeagent_semconv::metric;
use tokio::runtime::Builder;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval_at, sleep, timeout_at};

/// What is to be sent, and by whom.
pub struct Push {
    resource: Resource,
    pub(super) readings: Vec<Readings>,
    pub(super) records: Vec<Records>,
}

/// Metrics, read and sent again and again.
pub(super) struct Readings {
    pub interval: Duration,
    pub exporter: BuiltExporter,
}

/// Spans or log records, sent when enough are there or the oldest have waited long enough.
pub(super) struct Records {
    pub signal: Signal,
    pub outbox: Arc<Outbox>,
    pub delay: Duration,
    pub exporter: BuiltExporter,
}

thread_local! {
    static OWN: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread that sends the collector's own telemetry.
pub(super) fn is_own_thread() -> bool {
    OWN.get()
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (readings, records) = (self.readings.len(), self.records.len());
        f.debug_struct("Push").field("readings", &readings).field("records", &records).finish_non_exhaustive()
    }
}

impl Push {
    pub(super) fn new(resource: Resource) -> Self {
        Push { resource, readings: Vec::new(), records: Vec::new() }
    }

    /// Where log records go; empty where they go nowhere but to standard error.
    pub fn log_outboxes(&self) -> Vec<Arc<Outbox>> {
        let logs = self.records.iter().filter(|records| records.signal == Signal::Logs);
        logs.map(|records| records.outbox.clone()).collect()
    }

    /// Begins to send what `host` counts and what is in the outboxes; nothing, and no thread, where nothing is
    /// to be sent.
    ///
    /// # Errors
    /// When the thread or its runtime cannot be had.
    pub fn start(self, host: Host) -> std::io::Result<Option<Pusher>> {
        if self.readings.is_empty() && self.records.is_empty() {
            return Ok(None);
        }
        self.count_drops(&host);
        let (order, stop) = Stop::channel();
        let (done, ended) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("own-telemetry".to_owned()).spawn(move || {
            OWN.set(true);
            runtime.block_on(self.run(host, stop));
            // Nobody waits after a second signal to stop.
            let _ = done.send(());
        })?;
        Ok(Some(Pusher { order, ended }))
    }

    fn count_drops(&self, host: &Host) {
        for signal in [Signal::Traces, Signal::Logs] {
            let of_signal = self.records.iter().filter(|records| records.signal == signal);
            let outboxes: Vec<Arc<Outbox>> = of_signal.map(|records| records.outbox.clone()).collect();
            if outboxes.is_empty() {
                continue;
            }
            let sum = move || Some(outboxes.iter().map(|outbox| outbox.dropped()).sum::<u64>() as f64);
            let labels = [("signal", signal.as_str())];
            host.metrics.gauge(&metric::CODEAGENT_OWN_TELEMETRY_DROPPED, &labels, sum);
        }
    }

    /// Sends until it is told to stop, then once more what is there.
    async fn run(self, host: Host, mut stop: Stop) {
        let resource = Arc::new(self.resource);
        let mut work = JoinSet::new();
        let mut exporters = Vec::new();
        for readings in self.readings {
            exporters.push(readings.exporter.clone());
            work.spawn(readings.run(resource.clone(), host.clone(), stop.clone()));
        }
        for records in self.records {
            exporters.push(records.exporter.clone());
            work.spawn(records.run(resource.clone(), stop.clone()));
        }
        exporters.iter().for_each(|exporter| exporter.clone().start());
        let deadline = stop.requested().await;
        // What is not done by then is given up with its exporter.
        let _ = timeout_at(deadline.into(), async { while work.join_next().await.is_some() {} }).await;
        let mut drains = JoinSet::new();
        for exporter in exporters {
            drains.spawn(async move { exporter.drain(deadline).await });
        }
        while drains.join_next().await.is_some() {}
    }
}

impl Readings {
    async fn run(self, resource: Arc<Resource>, host: Host, mut stop: Stop) {
        let mut ticks = interval_at(tokio::time::Instant::now() + self.interval, self.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = false;
        while !last {
            tokio::select! {
                _ = stop.requested() => last = true,
                _ = ticks.tick() => {}
            }
            // The exporter says so when it does not arrive; the next reading has all of it again.
            let _ = self.exporter.consume(reading(&resource, &host)).await;
        }
    }
}

/// All metrics as they are now.
fn reading(resource: &Resource, host: &Host) -> Batch {
    let families = telemetry::read(host);
    let now = SystemTime::now();
    let metrics: Vec<Vec<u8>> =
        families.iter().map(|family| telemetry::encode(family, host.started, now)).collect();
    let request = resource.request(metrics.iter().map(Vec::as_slice));
    let points = families.iter().map(|family| family.points.len()).sum();
    Batch::new(Signal::Metrics, request, points)
}

impl Records {
    async fn run(self, resource: Arc<Resource>, mut stop: Stop) {
        let mut last = false;
        while !last {
            tokio::select! {
                _ = stop.requested() => last = true,
                () = self.outbox.filled() => {}
                () = sleep(self.delay) => {}
            }
            loop {
                let records = self.outbox.take();
                if records.is_empty() {
                    break;
                }
                let request = resource.request(records.iter().map(|record| &record[..]));
                let lost = match self.exporter.consume(Batch::new(self.signal, request, records.len())).await
                {
                    Ok(()) => 0,
                    Err(Refused::Partial { items, .. }) => items,
                    Err(Refused::Retry { .. } | Refused::Permanent { .. }) => records.len(),
                };
                self.outbox.count_dropped(lost);
            }
        }
    }
}

/// The sender at work.
pub struct Pusher {
    order: watch::Sender<Option<Instant>>,
    ended: oneshot::Receiver<()>,
}

impl Pusher {
    /// Sends what is there, until `deadline`.
    pub async fn stop(self, deadline: Instant) {
        // Nobody listens when the thread has ended: then there is nothing to stop.
        let _ = self.order.send(Some(deadline));
        let patience = tokio::time::Instant::from_std(deadline + Duration::from_secs(1));
        if timeout_at(patience, self.ended).await.is_err() {
            tracing::warn!("the collector's own telemetry was not sent in time");
        }
    }
}
