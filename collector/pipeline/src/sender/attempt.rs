//! From a batch to its fate: encode once, send, repeat, split.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::Sender;
use super::backoff::Backoff;
use super::blame::{Cause, GivenUp, Report};
use super::contained::contained;
use super::phase::STOPPING;
use crate::{Batch, Encoded, Exporter, Reason, Rejection, SendError, Sent, Settled};

/// What became of a request that is not sent again as it is.
enum Fate {
    Sent,
    TooLarge(String),
    Refused(Reason, String),
    GivenUp(GivenUp),
}

impl<E: Exporter> Sender<E> {
    /// Encodes `batch` and sends it until all of it is settled or given up.
    /// An exporter that breaks down over a batch takes nothing else with it.
    pub(super) async fn deliver(self: &Arc<Self>, batch: &Batch) -> Report {
        match contained(self.try_to_deliver(batch)).await {
            Ok(report) => report,
            Err(why) => self.broken(batch.items(), &why),
        }
    }

    async fn try_to_deliver(self: &Arc<Self>, batch: &Batch) -> Report {
        let Encoded { mut requests, rejected } = self.exporter.encode(batch);
        let mut report = Report { rejected, given_up: None };
        if requests.len() <= 1 {
            if let Some(request) = requests.pop() {
                report.add(self.settle_request(request).await);
            }
            return report;
        }
        // spawned, so that they run side by side; none is left alone: a worker is never cancelled here
        let mut sends = Vec::with_capacity(requests.len());
        for request in requests {
            let (sender, items) = (self.clone(), self.exporter.items(&request));
            sends.push((items, tokio::spawn(async move { sender.settle_request(request).await })));
        }
        for (items, sent) in sends {
            report.add(sent.await.unwrap_or_else(|error| self.broken(items, &error.to_string())));
        }
        report
    }

    /// Sends one request, and its halves where it is too large.
    async fn settle_request(self: &Arc<Self>, request: E::Request) -> Report {
        let mut backoff = Backoff::new(&self.settings.retry);
        let mut report = Report::default();
        let mut left = vec![request];
        while let Some(mut request) = left.pop() {
            let (reason, message) = match self.send(&mut request, &mut backoff, &mut report).await {
                Fate::Sent => continue,
                Fate::Refused(reason, message) => (reason, message),
                Fate::TooLarge(message) => match self.halve(request) {
                    Ok([first, second]) => {
                        left.extend([second, first]);
                        continue;
                    }
                    Err(whole) => {
                        request = whole;
                        (Reason::TooLarge, message)
                    }
                },
                Fate::GivenUp(mut given_up) => {
                    let rest = left.drain(..).chain([request]);
                    given_up.items = rest.map(|request| self.exporter.items(&request)).sum();
                    report.given_up = Some(given_up);
                    continue;
                }
            };
            let items = self.exporter.items(&request);
            report.rejected.push(Rejection { reason, items, first_item: None, message });
        }
        report
    }

    fn halve(&self, request: E::Request) -> Result<[E::Request; 2], E::Request> {
        if self.exporter.items(&request) > 1 { self.exporter.split(request) } else { Err(request) }
    }

    /// Sends `request` until it is settled, must be split, or the time is up.
    async fn send(&self, request: &mut E::Request, backoff: &mut Backoff<'_>, report: &mut Report) -> Fate {
        let mut phase = self.phase.watch();
        loop {
            let sent = tokio::select! {
                biased;
                sent = self.attempt_in_turn(request) => sent,
                () = phase.given_up() => return Fate::GivenUp(stopping()),
            };
            let (after, message) = match sent {
                Ok(Sent { rejected }) => {
                    report.rejected.extend(rejected);
                    return Fate::Sent;
                }
                // a wrong password costs no data where the log keeps it until somebody mends the configuration
                Err(SendError::Permanent {
                    reason: Reason::Unauthenticated | Reason::Unsupported,
                    message,
                }) if self.settings.storage.is_some() => (None, message),
                Err(SendError::Permanent { reason, message }) => return Fate::Refused(reason, message),
                Err(SendError::TooLarge { message }) => return Fate::TooLarge(message),
                Err(SendError::Retry { after, message, settled: Settled { rejected, .. } }) => {
                    report.rejected.extend(rejected);
                    if self.exporter.items(request) == 0 {
                        return Fate::Sent;
                    }
                    (after, message)
                }
            };
            let Some(wait) = backoff.next(after) else {
                return Fate::GivenUp(GivenUp { items: 0, after, message, cause: Cause::Expiry });
            };
            self.complaints.retry(&self.node, wait, &message);
            tokio::select! {
                biased;
                () = sleep(wait) => self.metrics.retries.add(1),
                () = phase.given_up() => return Fate::GivenUp(stopping()),
            }
        }
    }

    /// One attempt, as soon as the destination takes another beside those that are on their way.
    async fn attempt_in_turn(&self, request: &mut E::Request) -> Result<Sent, SendError> {
        let turn = self.window.turn().await;
        let sent = self.attempt(request).await;
        if sent.is_ok() {
            self.complaints.well(&self.node);
        }
        turn.end(&sent);
        self.node.show_at_once(self.window.limit());
        sent
    }

    /// One attempt within its time.
    async fn attempt(&self, request: &mut E::Request) -> Result<Sent, SendError> {
        let start = Instant::now();
        let limit = self.settings.timeout;
        let sent = if limit == Duration::ZERO {
            self.exporter.send(request).await
        } else {
            let answer = timeout(limit, self.exporter.send(request)).await;
            answer.unwrap_or_else(|_| Err(SendError::retry(format!("no answer within {limit:?}"))))
        };
        self.metrics.attempt(start.elapsed(), &sent);
        sent
    }

    fn broken(&self, items: usize, why: &str) -> Report {
        tracing::error!(exporter = %self.node.id, items, why, "the exporter broke down over a batch");
        let message = format!("the exporter {} broke down: {why}", self.node.id);
        let given_up = GivenUp { items, after: None, message, cause: Cause::Breakdown };
        Report { rejected: Vec::new(), given_up: Some(given_up) }
    }
}

fn stopping() -> GivenUp {
    GivenUp { items: 0, after: None, message: STOPPING.to_owned(), cause: Cause::Stop }
}
