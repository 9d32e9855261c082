//! Workers: started once, stopped by a drain.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout, timeout_at};

use super::Sender;
use super::backoff::Backoff;
use super::blame::Report;
use super::metrics;
use super::phase::{Phase, STOPPING};
use super::queue::{Pace, Taken};
use crate::{Batch, Exporter};

/// An export that takes longer keeps no other back: it no longer counts as a small export on its way.
const SLOW_EXPORT: Duration = Duration::from_millis(20);

/// How often the end of a log is looked for.
const LOOK: Duration = Duration::from_millis(10);

/// What an exporter gets to close its connections when the deadline is over already.
const STOP_GRACE: Duration = Duration::from_secs(1);

impl<E: Exporter> Sender<E> {
    /// The life of a sender: prepare the destination, work, give up what is left.
    pub(super) async fn run(self: Arc<Self>) {
        let mut phase = self.phase.watch();
        tokio::select! {
            biased;
            () = phase.given_up() => {}
            () = self.prepare() => self.clone().work().await,
        }
        self.give_up_waiting();
    }

    /// Starts the exporter, as often as it takes. Meanwhile the queue holds what comes.
    async fn prepare(&self) {
        let mut backoff = Backoff::without_end(&self.settings.retry);
        while let Err(message) = self.exporter.start().await {
            let wait = backoff.next(None).unwrap_or(STOP_GRACE);
            self.complaints.start(&self.node, wait, &message);
            sleep(wait).await;
        }
        self.complaints.well(&self.node);
    }

    async fn work(self: Arc<Self>) {
        let mut workers = JoinSet::new();
        for _ in 0..self.settings.workers {
            workers.spawn(self.clone().work_alone());
        }
        while let Some(ended) = workers.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                tracing::error!(exporter = %self.node.id, %error, "an export broke down, its batch is refused");
                workers.spawn(self.clone().work_alone());
            }
        }
    }

    async fn work_alone(self: Arc<Self>) {
        let mut phase = self.phase.watch();
        loop {
            let taken = tokio::select! {
                biased;
                () = phase.given_up() => None,
                taken = self.queue.next() => taken,
            };
            match taken {
                Some(taken) => self.export(taken).await,
                None => return,
            }
        }
    }

    async fn export(self: &Arc<Self>, Taken { job, pace }: Taken<'_>) {
        self.metrics.batch(&job.batch);
        let span = self.metrics.begin(&self.node, &job.batch);
        let report = self.deliver_at_pace(&job.batch, pace).await;
        metrics::end(span, job.batch.items(), &report);
        if job.is_logged() {
            return self.settle_logged(job, report).await;
        }
        if !(job.is_merged() && report.blames_nobody(job.batch.items())) {
            return self.settle(job, &report);
        }
        for single in job.into_singles() {
            let report = self.deliver(&single.batch).await;
            self.settle(single, &report);
        }
    }

    async fn deliver_at_pace(self: &Arc<Self>, batch: &Batch, pace: Option<Pace<'_>>) -> Report {
        let Some(pace) = pace else { return self.deliver(batch).await };
        let mut delivery = std::pin::pin!(self.deliver(batch));
        match timeout(SLOW_EXPORT, &mut delivery).await {
            Ok(report) => report,
            Err(_) => {
                drop(pace);
                delivery.await
            }
        }
    }

    /// Waits until all that the logs have is delivered, or the deadline.
    async fn read_to_the_end(&self, deadline: tokio::time::Instant) {
        let reading = async {
            while self.logged_backlog() > 0 {
                sleep(LOOK).await;
            }
        };
        if timeout_at(deadline, reading).await.is_err() {
            let (exporter, items) = (&self.node.id, self.logged_backlog());
            tracing::info!(%exporter, items, "not delivered before the deadline, kept on disk");
            self.phase.advance(Phase::GivenUp);
        }
        self.followed.lock().clear();
    }

    fn give_up_waiting(&self) {
        self.queue.close();
        for job in self.queue.take_all() {
            job.give_up(STOPPING);
        }
    }

    /// See [`crate::Sending::drain`].
    pub(super) async fn drain_until(&self, deadline: Instant) {
        let deadline = tokio::time::Instant::from_std(deadline);
        self.phase.advance(Phase::Draining);
        self.read_to_the_end(deadline).await;
        self.queue.close();
        let run = self.run.lock().take();
        if let Some(mut run) = run {
            if timeout_at(deadline, &mut run).await.is_err() {
                self.phase.advance(Phase::GivenUp);
                let _ended = run.await;
            }
            let grace = tokio::time::Instant::now() + STOP_GRACE;
            if timeout_at(deadline.max(grace), self.exporter.stop()).await.is_err() {
                tracing::warn!(exporter = %self.node.id, "the exporter did not close in time");
            }
        }
        self.phase.advance(Phase::GivenUp);
        self.give_up_waiting();
    }
}
