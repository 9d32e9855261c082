//! The thread that exports: it owns a runtime, the connections and the way to the disk.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry::Context;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::reader::MetricReader;
use tokio::runtime::{Builder, Runtime};
use tracing::subscriber::NoSubscriber;

use super::encode::Encoder;
use super::{Client, Ledger, Loss, Order, Outbox, Request, Verdict};
use crate::record::Recorder;
use crate::spool::Spool;

/// What cannot be delivered now and finds no place on disk waits in memory up to this.
const PENDING_MAX: usize = 4 * 1024 * 1024;
/// Kept of a deadline for putting on disk what did not get away.
const RESERVE: Duration = Duration::from_millis(200);
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// What the exporting thread works with.
pub(crate) struct Plan {
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) encoder: Encoder,
    pub(crate) client: Client,
    pub(crate) metrics: Arc<dyn MetricReader>,
    pub(crate) spool: Option<Spool>,
    /// Has the tasks that are still open when the process ends.
    pub(crate) recorder: Arc<Recorder>,
    /// How long a first item waits for others.
    pub(crate) batch_delay: Duration,
    pub(crate) metrics_interval: Duration,
    /// The signals upon which to flush and end; none where the agent looks after them itself.
    pub(crate) signals: Vec<i32>,
    /// For a flush at a signal.
    pub(crate) flush_timeout: Duration,
}

/// Starts the thread. It ends with the first order to finish.
pub(crate) fn start(plan: Plan) -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    listen(&runtime, &plan);
    let thread = std::thread::Builder::new().name("codeagent-sdk".into()).stack_size(512 * 1024);
    thread.spawn(move || {
        // Whatever the connections say of themselves must not come back here.
        tracing::subscriber::with_default(NoSubscriber::default(), || {
            let _quiet = Context::enter_telemetry_suppressed_scope();
            runtime.block_on(Worker::new(plan).run());
        });
    })?;
    Ok(())
}

/// Turns each signal into an order. Registered before `start` returns, so that no signal is missed.
#[cfg(unix)]
fn listen(runtime: &Runtime, plan: &Plan) {
    use tokio::signal::unix::{SignalKind, signal};
    let _entered = runtime.enter();
    for &number in &plan.signals {
        let Ok(mut stream) = signal(SignalKind::from_raw(number)) else { continue };
        let (outbox, timeout) = (Arc::clone(&plan.outbox), plan.flush_timeout);
        runtime.spawn(async move {
            if stream.recv().await.is_some() {
                outbox.order(Order::Die { deadline: Instant::now() + timeout, signal: number });
            }
        });
    }
}

#[cfg(not(unix))]
fn listen(_: &Runtime, _: &Plan) {}

struct Worker {
    plan: Plan,
    pending: VecDeque<Request>,
    pending_bytes: usize,
    batch_at: Option<Instant>,
    metrics_at: Instant,
    /// The collector is away until then, as far as we know.
    retry_at: Option<Instant>,
    failures: u32,
    /// While an order is carried out: when it must be done.
    cutoff: Option<Instant>,
}

impl Worker {
    fn new(mut plan: Plan) -> Self {
        let now = Instant::now();
        let metrics_at = now + plan.metrics_interval;
        // What an earlier run left goes first.
        let retry_at = plan.spool.as_mut().is_some_and(Spool::adopt).then_some(now);
        let (pending, pending_bytes) = (VecDeque::new(), 0);
        Self { plan, pending, pending_bytes, batch_at: None, metrics_at, retry_at, failures: 0, cutoff: None }
    }

    async fn run(mut self) {
        loop {
            self.wait().await;
            for order in self.plan.outbox.take_orders() {
                if self.obey(order).await {
                    return;
                }
            }
            let (some, enough) = self.plan.outbox.fill();
            let now = Instant::now();
            if some && self.batch_at.is_none() {
                self.batch_at = Some(now + self.plan.batch_delay);
            }
            if enough || self.batch_at.is_some_and(|at| at <= now) {
                self.ship().await;
            }
            if self.metrics_at <= Instant::now() {
                self.collect().await;
            }
            if self.retry_at.is_some_and(|at| at <= Instant::now()) {
                self.resend().await;
            }
        }
    }

    async fn wait(&self) {
        let next = [self.batch_at, Some(self.metrics_at), self.retry_at].into_iter().flatten().min();
        let sleep = tokio::time::sleep_until(next.unwrap_or(self.metrics_at).into());
        tokio::select! {
            () = self.plan.outbox.wake.notified() => {}
            () = sleep => {}
        }
    }

    /// Whether this was the end.
    async fn obey(&mut self, order: Order) -> bool {
        self.cutoff = Some(order.deadline());
        let is_last = !matches!(order, Order::Flush { .. });
        if is_last {
            self.plan.recorder.end_open_tasks();
            self.plan.outbox.close();
        }
        self.ship().await;
        self.collect().await;
        self.resend().await;
        self.cutoff = None;
        if is_last {
            self.abandon();
        }
        match order {
            Order::Flush { done, .. } | Order::Finish { done, .. } => drop(done.try_send(())),
            Order::Die { signal, .. } => {
                #[cfg(unix)]
                let _ = signal_hook::low_level::emulate_default_handler(signal);
                #[cfg(not(unix))]
                let _ = signal;
            }
        }
        is_last
    }

    /// Takes what waits in the outbox and brings it on its way.
    async fn ship(&mut self) {
        self.batch_at = None;
        let taken = self.plan.outbox.take();
        for request in self.plan.encoder.taken(taken) {
            self.deliver(request).await;
        }
        if let Some(spool) = &mut self.plan.spool {
            spool.sync();
        }
    }

    async fn collect(&mut self) {
        self.metrics_at = Instant::now() + self.plan.metrics_interval;
        let mut metrics = ResourceMetrics::default();
        if self.plan.metrics.collect(&mut metrics).is_err() {
            return;
        }
        if let Some(request) = self.plan.encoder.metrics(&metrics) {
            self.deliver(request).await;
        }
    }

    async fn deliver(&mut self, request: Request) {
        // What came earlier goes first, unless somebody waits: then each gets one chance.
        if self.retry_at.is_some() && self.cutoff.is_none() {
            return self.keep(request);
        }
        if !self.attempt(&request).await {
            self.keep(request);
        }
    }

    /// Whether the request is done with: delivered, or refused for good.
    async fn attempt(&mut self, request: &Request) -> bool {
        let (signal, ledger) = (request.signal, Arc::clone(&self.plan.outbox.ledger));
        match self.send(request).await {
            Verdict::Delivered { rejected } => {
                let rejected = rejected.min(request.items);
                ledger.deliver(signal, request.items - rejected);
                ledger.lose(signal, Loss::Rejected, rejected);
                (self.failures, self.retry_at) = (0, None);
            }
            Verdict::Refused { why } => {
                crate::diagnose::say(|| format!("{} {} refused: {why}", request.items, signal.as_str()));
                ledger.lose(signal, Loss::Refused, request.items);
            }
            Verdict::Retry { after, why } => {
                let wait = after.unwrap_or_else(|| backoff(self.failures));
                crate::diagnose::say(|| {
                    format!("{} not delivered: {why}; again in {wait:?}", signal.as_str())
                });
                self.failures += 1;
                self.retry_at = Some(Instant::now() + wait);
                return false;
            }
        }
        true
    }

    /// One attempt, cut where an order's deadline comes first, also one that comes while this is on its way.
    async fn send(&mut self, request: &Request) -> Verdict {
        let Plan { client, outbox, .. } = &mut self.plan;
        let attempt = client.send(request);
        tokio::pin!(attempt);
        loop {
            let cutoff = self.cutoff.into_iter().chain(outbox.earliest_deadline()).min();
            let Some(cutoff) = cutoff else {
                tokio::select! {
                    verdict = &mut attempt => return verdict,
                    () = outbox.hurry.notified() => continue,
                }
            };
            let cutoff = cutoff.checked_sub(RESERVE).unwrap_or(cutoff);
            tokio::select! {
                verdict = &mut attempt => return verdict,
                () = tokio::time::sleep_until(cutoff.into()) => {
                    return Verdict::Retry { after: None, why: "the time to flush is over".into() };
                }
                () = outbox.hurry.notified() => {}
            }
        }
    }

    /// Puts it on disk, or where that is not possible into memory.
    fn keep(&mut self, request: Request) {
        let spooled = self.plan.spool.as_mut().map(|spool| spool.append(&request));
        match spooled {
            Some(Ok(())) => {
                self.retry_at.get_or_insert_with(Instant::now);
                return;
            }
            Some(Err(error)) => crate::diagnose::say(|| format!("the spool takes nothing: {error}")),
            None => {}
        }
        self.pending_bytes += request.body.len();
        self.pending.push_back(request);
        while self.pending_bytes > PENDING_MAX {
            let Some(oldest) = self.pending.pop_front() else { break };
            self.pending_bytes -= oldest.body.len();
            self.ledger().lose(oldest.signal, Loss::QueueFull, oldest.items);
        }
    }

    /// Tries what waits again, oldest first, until one does not get through.
    async fn resend(&mut self) {
        if self.cutoff.is_none() {
            self.retry_at = None;
        }
        while let Some(request) = self.plan.spool.as_mut().and_then(Spool::next) {
            if !self.attempt(&request).await {
                return;
            }
            if let Some(spool) = &mut self.plan.spool {
                spool.done();
            }
        }
        while let Some(request) = self.pending.pop_front() {
            self.pending_bytes -= request.body.len();
            if !self.attempt(&request).await {
                self.pending_bytes += request.body.len();
                self.pending.push_front(request);
                return;
            }
        }
    }

    /// The process ends: what is left in memory is lost, and counted.
    fn abandon(&mut self) {
        for request in std::mem::take(&mut self.pending) {
            self.ledger().lose(request.signal, Loss::Closed, request.items);
        }
        if let Some(spool) = &mut self.plan.spool {
            spool.close();
        }
        let lost = self.ledger().lost_in_all();
        if lost > 0 {
            crate::diagnose::say(|| format!("{lost} items lost in all"));
        }
    }

    fn ledger(&self) -> &Ledger {
        &self.plan.outbox.ledger
    }
}

fn backoff(failures: u32) -> Duration {
    BACKOFF.0.saturating_mul(1 << failures.min(5)).min(BACKOFF.1)
}
