//! The thread that is a member of the group: it serves what librdkafka asks for, and reads no message itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codeagent_pipeline::Stop;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message as _, Offset, TopicPartitionList};
use tokio::runtime::Handle;

use super::group::Context;
use super::shared::Shared;

/// How soon a stop or a reload is noticed.
const POLL: Duration = Duration::from_millis(100);
/// How often the topics are compared with the pipelines.
const LOOK: Duration = Duration::from_secs(1);
/// How often missing topics are looked for.
const SEEK: Duration = Duration::from_secs(3);
/// How often the ends of partitions are asked for.
const MEASURE: Duration = Duration::from_secs(10);
/// How long an answer to a question of ours is waited for.
const ANSWER: Duration = Duration::from_secs(1);
/// The pause before a client that is broken for good is replaced.
const REPLACE: Duration = Duration::from_secs(3);
/// What a stop keeps for leaving the group, of the time that it has.
const LEAVE: Duration = Duration::from_secs(1);

/// A member of the group.
pub(super) struct Member {
    pub shared: Arc<Shared>,
    pub properties: ClientConfig,
    pub runtime: Handle,
    pub stop: Stop,
}

/// What a client subscribed to.
struct Subscription {
    topics: BTreeSet<String>,
    /// Those of which nobody knew that they exist when they were subscribed to.
    missing: BTreeSet<String>,
    /// Those of which the log says that they do not exist.
    told: BTreeSet<String>,
    look: Instant,
    seek: Instant,
    measure: Instant,
}

impl Member {
    /// Reads until the stop. Blocks its thread.
    pub fn run(self) {
        while !self.stop.is_requested() {
            let Err(reason) = self.serve() else { break };
            tracing::error!(receiver = %self.shared.id, %reason, "the kafka client is of no further use, a new one takes its place");
            let _or_stop = self
                .runtime
                .block_on(async { tokio::time::timeout(REPLACE, self.stop.clone().requested()).await });
        }
    }

    fn serve(&self) -> Result<(), String> {
        let context = Context::new(self.shared.clone(), self.runtime.clone());
        let consumer = self.properties.create_with_context::<_, BaseConsumer<Context>>(context);
        let consumer = Arc::new(consumer.map_err(|error| error.to_string())?);
        consumer.context().belongs_to(&consumer);
        let served = self.poll(&consumer);
        let grace = match served {
            // what the workers finish is committed when the group is left
            Ok(()) => {
                let deadline = self.runtime.clone().block_on(self.stop.clone().requested());
                deadline.saturating_duration_since(Instant::now()).saturating_sub(LEAVE)
            }
            Err(_) => Duration::ZERO,
        };
        consumer.context().end_all(grace);
        drop(consumer);
        served
    }

    fn poll(&self, consumer: &Arc<BaseConsumer<Context>>) -> Result<(), String> {
        let now = Instant::now();
        let (topics, missing, told) = Default::default();
        let mut subscription =
            Subscription { topics, missing, told, look: now, seek: now + SEEK, measure: now + LOOK };
        while !self.stop.is_requested() {
            self.keep_up(consumer, &mut subscription).map_err(|error| error.to_string())?;
            match consumer.poll(POLL) {
                None => {}
                Some(Ok(message)) => self.put_back(consumer, &message),
                Some(Err(KafkaError::MessageConsumptionFatal(code))) => return Err(code.to_string()),
                // told by the context
                Some(Err(_)) => {}
            }
        }
        Ok(())
    }

    /// What is due besides polling.
    fn keep_up(&self, consumer: &BaseConsumer<Context>, subscription: &mut Subscription) -> KafkaResult<()> {
        let now = Instant::now();
        if now >= subscription.look {
            subscription.look = now + LOOK;
            self.subscribe(consumer, subscription)?;
        }
        if now >= subscription.seek {
            subscription.seek = now + SEEK;
            self.seek(consumer, subscription)?;
        }
        if now >= subscription.measure {
            let measured = self.measure(consumer);
            // soon after an assignment, then now and then
            subscription.measure = Instant::now() + if measured { MEASURE } else { LOOK };
        }
        Ok(())
    }

    /// Subscribes to what the pipelines want now: a reload can change it.
    fn subscribe(
        &self,
        consumer: &BaseConsumer<Context>,
        subscription: &mut Subscription,
    ) -> KafkaResult<()> {
        let wanted = self.shared.topics.wanted(&self.shared.outputs);
        if wanted.iter().copied().eq(subscription.topics.iter().map(String::as_str)) {
            return Ok(());
        }
        subscription.topics = wanted.into_iter().map(str::to_owned).collect();
        let names = subscription.topics.iter().filter(|topic| !topic.starts_with('^'));
        subscription.missing = names.cloned().collect();
        self.find_missing(consumer, subscription);
        resubscribe(consumer, subscription)
    }

    /// Looks whether topics exist that did not. librdkafka would notice in ten minutes, its interval for all metadata.
    fn seek(&self, consumer: &BaseConsumer<Context>, subscription: &mut Subscription) -> KafkaResult<()> {
        if self.find_missing(consumer, subscription) { resubscribe(consumer, subscription) } else { Ok(()) }
    }

    /// Whether missing topics exist now; then they are missing no more.
    fn find_missing(&self, consumer: &BaseConsumer<Context>, subscription: &mut Subscription) -> bool {
        let before = subscription.missing.len();
        for topic in std::mem::take(&mut subscription.missing) {
            let exists = consumer.fetch_metadata(Some(&topic), ANSWER).map(|metadata| {
                metadata.topics().iter().any(|found| found.name() == topic && !found.partitions().is_empty())
            });
            match exists {
                Ok(true) => {
                    subscription.told.remove(&topic);
                    continue;
                }
                Ok(false) if subscription.told.insert(topic.clone()) => {
                    tracing::warn!(receiver = %self.shared.id, topic, "the topic does not exist yet: looked for until it does");
                }
                // or no broker answers now
                Ok(false) | Err(_) => {}
            }
            subscription.missing.insert(topic);
        }
        subscription.missing.len() < before
    }

    /// Asks for the ends of all partitions; whether something is known of each.
    fn measure(&self, consumer: &BaseConsumer<Context>) -> bool {
        let partitions = consumer.context().partitions();
        if partitions.is_empty() {
            return false;
        }
        let mut ends = TopicPartitionList::with_capacity(partitions.len());
        let mut begins = TopicPartitionList::with_capacity(partitions.len());
        for one in &partitions {
            // the time -1 stands for the end (Kafka protocol, ListOffsets)
            let _added = ends.add_partition_offset(&one.topic, one.partition, Offset::End);
            if one.next().is_none() {
                begins.add_partition(&one.topic, one.partition);
            }
        }
        let find = |list: &TopicPartitionList, topic: &str, partition| match list
            .find_partition(topic, partition)?
            .offset()
        {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        let ends = consumer.offsets_for_times(ends, ANSWER).unwrap_or_default();
        let begins = if begins.count() == 0 {
            begins
        } else {
            consumer.committed_offsets(begins, ANSWER).unwrap_or_default()
        };
        let mut known = true;
        for one in &partitions {
            if let Some(first) = find(&begins, &one.topic, one.partition) {
                one.begins_at(first);
            }
            if let Some(end) = find(&ends, &one.topic, one.partition) {
                one.ends_at(end);
            }
            one.show(&self.shared.id, &self.shared.host.metrics);
            known &= one.lag().is_some();
        }
        known
    }

    /// A message that did not go to its partition's worker. None does, as far as librdkafka's code says; if one did, leaving
    /// it here would lose it.
    fn put_back(&self, consumer: &BaseConsumer<Context>, message: &BorrowedMessage<'_>) {
        let (topic, partition, offset) = (message.topic(), message.partition(), message.offset());
        let sought = consumer.seek(topic, partition, Offset::Offset(offset), ANSWER);
        tracing::warn!(receiver = %self.shared.id, topic, partition, offset, ?sought, "a message came to nobody: read again");
    }
}

fn resubscribe(consumer: &BaseConsumer<Context>, subscription: &Subscription) -> KafkaResult<()> {
    if subscription.topics.is_empty() {
        consumer.unsubscribe();
        return Ok(());
    }
    consumer.subscribe(&subscription.topics.iter().map(String::as_str).collect::<Vec<_>>())
}
