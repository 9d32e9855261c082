//! One attempt: hand the messages over, wait for all reports, sort what failed.

use std::sync::Arc;
use std::time::Duration;

use codeagent_pipeline::{Batch, Encoded, Exporter, Rejection, SendError, Sent, Settled};
use rdkafka::error::RDKafkaErrorCode;
use tokio::time::{Instant, sleep};

use super::delivery::Reports;
use super::failure::{Next, explained, next};
use super::message::{Message, Packed, Shape};
use super::partition::Partition;
use super::producer::{Lane, produce};

/// How often a full queue is tried.
const ROOM_PAUSE: Duration = Duration::from_millis(5);
/// How long a full queue is waited for before the attempt counts as failed.
const ROOM_WAIT: Duration = Duration::from_secs(5);

/// Writes batches of one signal to Kafka.
pub(super) struct Kafka {
    pub topic: String,
    pub shape: Shape,
    pub partition: Partition,
    /// Messages that travel in record batches together.
    pub together: Lane,
    /// Messages that a broker found too large: each in a record batch of its own, so that the verdict is about it.
    pub alone: Lane,
}

/// What is left of a batch.
#[derive(Debug, Default)]
pub(super) struct Request {
    messages: Vec<Message>,
    /// Messages that must travel alone.
    suspects: Vec<Message>,
    /// Kept until all is settled: an attempt may be cut short.
    rejected: Vec<Rejection>,
}

type Failures = Vec<(usize, RDKafkaErrorCode)>;

impl Kafka {
    fn topic_of<'a>(&'a self, message: &'a Message) -> &'a str {
        message.route.topic.as_deref().unwrap_or(&self.topic)
    }

    /// Writes `messages`; which failed, and why.
    async fn write(&self, lane: &Lane, messages: &[Message]) -> Result<Failures, SendError> {
        if messages.is_empty() {
            return Ok(Failures::new());
        }
        let producer = lane.producer().map_err(SendError::retry)?;
        let (reports, failures) = Reports::open();
        let mut patience = Instant::now() + ROOM_WAIT;
        for (number, message) in messages.iter().enumerate() {
            while let Err(code) = self.hand_over(&producer, &reports, number, message) {
                if code == RDKafkaErrorCode::QueueFull && Instant::now() < patience {
                    sleep(ROOM_PAUSE).await;
                    continue;
                }
                reports.ticket(number).settle(Some(code));
                // no wait for each of the others
                patience = Instant::now();
                break;
            }
        }
        reports.close();
        // each ticket comes back: with a report, or when the producer is dropped
        let failures = failures.await.map_err(|_| SendError::retry("the producer went away"))?;
        lane.replace_if_broken(&failures);
        Ok(failures)
    }

    fn hand_over(
        &self,
        producer: &super::producer::Producer,
        reports: &Arc<Reports>,
        number: usize,
        message: &Message,
    ) -> Result<(), RDKafkaErrorCode> {
        let key = message.route.key.as_deref();
        let topic = self.topic_of(message);
        let ticket = reports.ticket(number);
        let handed = message.with_value(|value| produce(producer, topic, key, value, ticket));
        handed.map_err(|(code, ticket)| {
            ticket.settle(None);
            code
        })
    }

    /// Sorts `messages` by what became of them; why the first of those that must be sent again failed.
    fn sort(
        &self,
        messages: Vec<Message>,
        failures: Failures,
        alone: bool,
        left: &mut Request,
    ) -> Option<String> {
        let mut reason = None;
        let mut messages: Vec<Option<Message>> = messages.into_iter().map(Some).collect();
        for (number, code) in failures {
            let Some(message) = messages.get_mut(number).and_then(Option::take) else { continue };
            let text = || explained(code, self.topic_of(&message));
            match next(code, message.route.topic.is_none()) {
                Next::Retry => {
                    reason.get_or_insert_with(text);
                    left.messages.push(message);
                }
                Next::Reject(reason) => {
                    let (items, first_item) = (message.items(), message.positions.first());
                    left.rejected.push(Rejection { reason, items, first_item, message: text() });
                }
                Next::Shrink if alone => {
                    let mut packed = Packed::default();
                    self.shape.halve(message, &mut packed);
                    left.suspects.extend(packed.messages);
                    left.rejected.extend(packed.rejected);
                }
                Next::Shrink => left.suspects.push(message),
            }
        }
        reason
    }
}

impl Exporter for Kafka {
    type Request = Request;

    fn encode(&self, batch: &Batch) -> Encoded<Request> {
        let Packed { messages, rejected } = self.partition.pack(batch, &self.shape);
        let request = Request { messages, ..Request::default() };
        let requests = if request.messages.is_empty() { Vec::new() } else { vec![request] };
        Encoded { requests, rejected }
    }

    fn items(&self, request: &Request) -> usize {
        let messages = request.messages.iter().chain(&request.suspects);
        let rejected: usize = request.rejected.iter().map(|rejection| rejection.items).sum();
        messages.map(Message::items).sum::<usize>() + rejected
    }

    async fn send(&self, request: &mut Request) -> Result<Sent, SendError> {
        let before = self.items(request);
        let mut reason = None;
        // Between two waits the request says all that is not delivered: the wait may be the last.
        let failures = self.write(&self.together, &request.messages).await?;
        let messages = std::mem::take(&mut request.messages);
        reason = reason.or(self.sort(messages, failures, false, request));
        while !request.suspects.is_empty() {
            tracing::warn!(
                messages = request.suspects.len(),
                "a broker takes less than producer::max_message_bytes at once: sent one by one, and cut"
            );
            let failures = self.write(&self.alone, &request.suspects).await?;
            let suspects = std::mem::take(&mut request.suspects);
            reason = reason.or(self.sort(suspects, failures, true, request));
        }
        let rejected = std::mem::take(&mut request.rejected);
        match reason {
            None => Ok(Sent { rejected }),
            Some(message) => {
                let refused: usize = rejected.iter().map(|rejection| rejection.items).sum();
                let delivered = before - self.items(request) - refused;
                Err(SendError::Retry { after: None, message, settled: Settled { delivered, rejected } })
            }
        }
    }

    async fn start(&self) -> Result<(), String> {
        self.together.producer().map(drop)
    }

    async fn stop(&self) {
        self.together.close().await;
        self.alone.close().await;
    }
}
