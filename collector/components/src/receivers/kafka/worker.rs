//! One partition at work: read what is there, hand it on, remember how far that is. One worker for each, so that each keeps
//! its order and waits for itself alone.

use std::sync::Arc;
use std::time::Duration;

use codeagent_pipeline::telemetry::Counter;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::KafkaResult;
use rdkafka::message::BorrowedMessage;
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::{Notify, watch};

use super::decode::{Decoded, decode};
use super::delivery::Delivery;
use super::group::Context;
use super::hand::{Hand, memory_factor};
use super::progress::Progress;
use super::shared::Shared;
use super::topics::Route;

/// How long a worker sleeps at most. librdkafka tells it when messages come; this is for the case that it does not.
const NAP: Duration = Duration::from_secs(1);

/// The worker of a partition, for as long as this member has it.
pub(super) struct Worker {
    pub shared: Arc<Shared>,
    pub consumer: Arc<BaseConsumer<Context>>,
    pub progress: Arc<Progress>,
    pub route: Route,
    pub records: Counter,
    /// Whether it is to end, after what it hands on at the moment.
    pub stop: watch::Receiver<bool>,
}

impl Worker {
    /// Works until it is told to stop. `filled` is told when `queue` has messages again.
    pub async fn run(self, queue: PartitionQueue<Context>, filled: Arc<Notify>) {
        let mut stop = self.stop.clone();
        let mut carry = None;
        let mut expected = 0;
        loop {
            let hand = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                hand = self.take(&queue, &filled, &mut carry, expected) => hand,
            };
            // the next hand will be about as large
            expected = hand.bytes().min(self.shared.policy.batch_bytes);
            self.records.add(hand.messages() as u64);
            let (first, next) = hand.offsets();
            self.progress.begins_at(first);
            let Decoded { batch, offsets, malformed } = decode(hand, self.route);
            self.report(&malformed);
            if !batch.is_empty() {
                let delivery = Delivery { worker: &self, offsets: &offsets };
                if delivery.run(batch, &mut stop).await.is_err() {
                    return;
                }
            }
            self.done(next);
        }
    }

    /// Waits for messages, and for memory to keep them in.
    async fn take<'q>(
        &self,
        queue: &'q PartitionQueue<Context>,
        filled: &Notify,
        carry: &mut Option<BorrowedMessage<'q>>,
        expected: usize,
    ) -> Hand {
        let policy = &self.shared.policy;
        let factor = memory_factor(self.route.encoding, !policy.headers.is_empty());
        let mut hand = loop {
            let Some(message) = carry.take().or_else(|| self.poll(queue)) else {
                let _or_nap = tokio::time::timeout(NAP, filled.notified()).await;
                continue;
            };
            let bytes = message.payload_len();
            let permit = self.shared.host.memory.acquire(bytes.max(1) * factor).await;
            let mut hand = Hand::new(permit, factor, expected.max(bytes));
            hand.push(&message, &policy.headers);
            break hand;
        };
        while !hand.is_full(policy.batch_bytes) {
            let Some(message) = self.poll(queue) else { break };
            if !hand.makes_room(message.payload_len()) {
                // the hand frees memory when it is delivered; the message begins the next
                *carry = Some(message);
                break;
            }
            hand.push(&message, &policy.headers);
        }
        hand
    }

    fn poll<'q>(&self, queue: &'q PartitionQueue<Context>) -> Option<BorrowedMessage<'q>> {
        loop {
            match queue.poll(Duration::ZERO)? {
                Ok(message) => return Some(message),
                Err(error) => {
                    if let Some(times) = self.shared.complaints.client.over(1) {
                        let Progress { topic, partition, .. } = &*self.progress;
                        tracing::warn!(receiver = %self.shared.id, topic, partition, %error, times, "cannot read from kafka");
                    }
                }
            }
        }
    }

    fn report(&self, malformed: &[(i64, String)]) {
        let Some((offset, reason)) = malformed.first() else { return };
        self.shared.count_malformed(malformed.len());
        if let Some(messages) = self.shared.complaints.malformed.over(malformed.len()) {
            let Progress { topic, partition, .. } = &*self.progress;
            let encoding = self.route.encoding.name();
            tracing::error!(
                receiver = %self.shared.id, topic, partition, offset, encoding, %reason, messages,
                "a message does not decode and is passed over; it stays in kafka for as long as its topic keeps it"
            );
        }
    }

    /// All before `next` is delivered, or passed over and counted.
    fn done(&self, next: i64) {
        self.progress.advance(next);
        if let Err(error) = self.store(next)
            && let Some(times) = self.shared.complaints.commits.over(1)
        {
            let Progress { topic, partition, .. } = &*self.progress;
            tracing::warn!(receiver = %self.shared.id, topic, partition, next, %error, times, "an offset cannot be committed");
        }
    }

    fn store(&self, next: i64) -> KafkaResult<()> {
        let mut offsets = TopicPartitionList::with_capacity(1);
        let (topic, partition) = (&self.progress.topic, self.progress.partition);
        offsets.add_partition_offset(topic, partition, Offset::Offset(next))?;
        if self.shared.policy.commits_each {
            self.consumer.commit(&offsets, CommitMode::Async)
        } else {
            self.consumer.store_offsets(&offsets)
        }
    }
}
