//! This member's part of the group: which partitions it has, and a worker for each.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use codeagent_semconv::metric;
use parking_lot::Mutex;
use rdkafka::TopicPartitionList;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::progress::Progress;
use super::shared::Shared;
use super::worker::Worker;
use crate::net::kafka::Narrator;

/// What workers get to finish what they hand on when their partitions go to other members. The others wait for that long;
/// what is not finished is read again by whoever gets the partition.
const GRACE: Duration = Duration::from_secs(10);

/// The partitions of this member, and what librdkafka calls when they change.
pub(super) struct Context {
    shared: Arc<Shared>,
    narrator: Narrator,
    runtime: Handle,
    consumer: OnceLock<Weak<BaseConsumer<Context>>>,
    assigned: Mutex<HashMap<(String, i32), Assigned>>,
}

struct Assigned {
    progress: Arc<Progress>,
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
}

impl Context {
    pub fn new(shared: Arc<Shared>, runtime: Handle) -> Self {
        let narrator = Narrator::new(&shared.id);
        Context { shared, narrator, runtime, consumer: OnceLock::new(), assigned: Mutex::default() }
    }

    /// Tells the context whose it is. Before the first poll.
    pub fn belongs_to(&self, consumer: &Arc<BaseConsumer<Context>>) {
        let _again = self.consumer.set(Arc::downgrade(consumer));
    }

    /// The partitions that this member has now.
    pub fn partitions(&self) -> Vec<Arc<Progress>> {
        self.assigned.lock().values().map(|assigned| assigned.progress.clone()).collect()
    }

    /// Ends all workers, those that hand something on after `grace`.
    pub fn end_all(&self, grace: Duration) {
        let all = self.assigned.lock().drain().map(|(_, assigned)| assigned).collect();
        self.end(all, grace);
    }

    fn begin(&self, topic: &str, partition: i32) {
        let Some(consumer) = self.consumer.get().and_then(Weak::upgrade) else { return };
        let Some(route) = self.shared.topics.route(topic, &self.shared.outputs) else {
            // a reload took its pipeline away; the subscription follows
            tracing::warn!(receiver = %self.shared.id, topic, partition, "no pipeline takes this topic");
            return;
        };
        // before the partition is fetched: all of its messages go to its own queue
        let Some(mut queue) = consumer.split_partition_queue(topic, partition) else { return };
        let filled = Arc::new(Notify::new());
        let bell = filled.clone();
        queue.set_nonempty_callback(move || bell.notify_one());
        let (stop, stopped) = watch::channel(false);
        let progress = Progress::new(topic, partition);
        let labels = [("receiver", self.shared.id.as_str()), ("topic", topic)];
        let worker = Worker {
            shared: self.shared.clone(),
            records: self.shared.host.metrics.counter(&metric::OTELCOL_KAFKA_RECEIVER_RECORDS, &labels),
            progress: progress.clone(),
            stop: stopped,
            consumer,
            route,
        };
        let worker = self.runtime.spawn(worker.run(queue, filled));
        self.shared.started.add(1);
        self.assigned.lock().insert((topic.to_owned(), partition), Assigned { progress, stop, worker });
    }

    fn end(&self, which: Vec<Assigned>, grace: Duration) {
        for assigned in &which {
            assigned.stop.send_replace(true);
        }
        let deadline = tokio::time::Instant::now() + grace;
        self.runtime.block_on(async {
            for Assigned { progress, mut worker, .. } in which {
                if tokio::time::timeout_at(deadline, &mut worker).await.is_err() {
                    worker.abort();
                    let _cancelled = worker.await;
                    let Progress { topic, partition, .. } = &*progress;
                    tracing::warn!(
                        receiver = %self.shared.id, topic, partition, ?grace,
                        "a batch was not taken in this time: who gets the partition next reads it again"
                    );
                }
                self.shared.closed.add(1);
            }
        });
    }

    fn give_back(&self, consumer: &BaseConsumer<Self>, partitions: &TopicPartitionList) {
        let begun = Instant::now();
        let is_lost = consumer.assignment_lost();
        let which: Vec<Assigned> = {
            let mut assigned = self.assigned.lock();
            let keys = partitions.elements().into_iter().map(|one| (one.topic().to_owned(), one.partition()));
            keys.filter_map(|key| assigned.remove(&key)).collect()
        };
        if which.is_empty() {
            return;
        }
        let (receiver, count) = (&self.shared.id, which.len());
        // what is lost belongs to another member already: nothing of it can be committed
        self.end(which, if is_lost { Duration::ZERO } else { GRACE });
        let took = begun.elapsed();
        tracing::info!(%receiver, partitions = count, lost = is_lost, ?took, "partitions go to other members of the group");
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.narrator.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.narrator.error(&error, reason);
    }
}

impl ConsumerContext for Context {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(partitions) => {
                let elements = partitions.elements();
                tracing::info!(receiver = %self.shared.id, partitions = elements.len(), "partitions of the group come here");
                for one in elements {
                    self.begin(one.topic(), one.partition());
                }
            }
            Rebalance::Revoke(partitions) => self.give_back(consumer, partitions),
            Rebalance::Error(error) => {
                tracing::warn!(receiver = %self.shared.id, %error, "the group cannot share its partitions");
            }
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        let Err(error) = result else { return };
        // it has nothing to commit
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::NoOffset) {
            return;
        }
        if let Some(times) = self.shared.complaints.commits.over(1) {
            tracing::warn!(
                receiver = %self.shared.id, %error, times,
                "offsets are not committed: what they stand for may be read twice"
            );
        }
    }
}
