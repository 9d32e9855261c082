//! A member of a group, against librdkafka's own mock brokers. Those do not keep what is committed over a rebalance, so that
//! groups of several are a matter of the integration tests.

use std::time::{Duration, Instant};

use codeagent_pipeline::{Receiver as _, Running, Stop};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{DefaultProducerContext, FutureProducer, FutureRecord};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::watch;

use super::*;

type Cluster = MockCluster<'static, DefaultProducerContext>;

const TOPIC: &str = "otlp_spans";

fn cluster(partitions: i32) -> Cluster {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, partitions, 1).unwrap();
    cluster
}

/// Does with a batch what the test says, and keeps what it took.
struct Pipeline {
    answers: watch::Receiver<Answer>,
    taken: Mutex<Vec<u8>>,
}

#[derive(Clone)]
enum Answer {
    Take,
    Refuse(Refused),
}

impl Consumer for Pipeline {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move {
            let answer = self.answers.borrow().clone();
            match answer {
                Answer::Refuse(refused) => Err(refused),
                Answer::Take => {
                    let request = ExportTraceServiceRequest::decode(batch.to_contiguous()).unwrap();
                    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
                    let names = scopes.flat_map(|scope| scope.spans).map(|span| span.name.parse().unwrap());
                    self.taken.lock().extend(names.collect::<Vec<u8>>());
                    Ok(())
                }
            }
        })
    }
}

struct Fixture {
    cluster: Cluster,
    host: Host,
    answers: watch::Sender<Answer>,
    pipeline: Arc<Pipeline>,
}

impl Fixture {
    fn new(partitions: i32, answer: Answer) -> Self {
        let (answers, receiver) = watch::channel(answer);
        let pipeline = Arc::new(Pipeline { answers: receiver, taken: Mutex::default() });
        Fixture { cluster: cluster(partitions), host: Host::new(1, 1 << 24), answers, pipeline }
    }

    async fn start(&self, extra: &str) -> (Running, watch::Sender<Option<Instant>>) {
        let outputs = Outputs::default().with(Signal::Traces, self.pipeline.clone());
        let brokers = self.cluster.bootstrap_servers();
        let section = format!("{{brokers: ['{brokers}'], initial_offset: earliest, {extra}}}");
        let config = config(&section, &outputs).unwrap();
        let shared = Arc::new(Shared::new("kafka", &config, &self.host, outputs));
        let (order, stop) = Stop::channel();
        let receiver = Box::new(Kafka { shared, properties: config.properties() });
        (receiver.start(stop).await.unwrap(), order)
    }

    /// Writes a span of this name to a partition.
    async fn write(&self, partition: i32, name: u8) {
        let span = Span { name: name.to_string(), ..Span::default() };
        let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
        let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
        let value = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
        let mut properties = ClientConfig::new();
        properties.set("bootstrap.servers", self.cluster.bootstrap_servers());
        let producer: FutureProducer = properties.create().unwrap();
        let record = FutureRecord::<(), [u8]>::to(TOPIC).partition(partition).payload(&value);
        producer.send(record, Duration::from_secs(30)).await.unwrap();
    }

    /// What the group has committed of a partition.
    fn committed(&self, partition: i32) -> Offset {
        let mut properties = ClientConfig::new();
        properties
            .set("bootstrap.servers", self.cluster.bootstrap_servers())
            .set("group.id", "otel-collector");
        let consumer: BaseConsumer = properties.create().unwrap();
        let mut asked = TopicPartitionList::new();
        asked.add_partition(TOPIC, partition);
        let found = consumer.committed_offsets(asked, Duration::from_secs(30)).unwrap();
        found.find_partition(TOPIC, partition).unwrap().offset()
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{what}: {:?}", self.pipeline.taken.lock());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn stop((running, order): (Running, watch::Sender<Option<Instant>>)) {
    order.send(Some(Instant::now() + Duration::from_secs(20))).unwrap();
    running.task.await.unwrap();
}

#[tokio::test]
async fn what_the_pipelines_take_is_committed_in_its_order_and_a_stop_leaves_nothing_uncommitted() {
    let fixture = Fixture::new(1, Answer::Take);
    for name in 0..5 {
        fixture.write(0, name).await;
    }
    let running = fixture.start("").await;
    fixture.until("all are taken", |fixture| fixture.pipeline.taken.lock().len() == 5).await;
    stop(running).await;
    assert_eq!(*fixture.pipeline.taken.lock(), [0, 1, 2, 3, 4]);
    assert_eq!(fixture.committed(0), Offset::Offset(5));
    let row = &fixture.host.ledger.rows()[0];
    assert_eq!((row.items_in, row.items_out, row.in_flight), (5, 5, 0));
    assert_eq!(fixture.host.memory.used(), 0);
}

#[tokio::test]
async fn what_they_refuse_is_not_committed_and_is_as_if_it_had_never_come() {
    let fixture = Fixture::new(1, Answer::Refuse(Refused::retry("full")));
    fixture.write(0, 1).await;
    let running = fixture.start("autocommit: {enable: false}").await;
    let in_flight = |fixture: &Fixture| fixture.host.ledger.rows()[0].in_flight;
    fixture.until("it is tried", |fixture| in_flight(fixture) == 1).await;
    stop(running).await;
    assert_eq!(fixture.committed(0), Offset::Invalid);
    let row = &fixture.host.ledger.rows()[0];
    assert_eq!((row.items_in, row.items_out, row.in_flight, row.dropped.len()), (0, 0, 0, 0));
    // whoever comes next gets it
    fixture.answers.send_replace(Answer::Take);
    let running = fixture.start("autocommit: {enable: false}").await;
    fixture.until("it is committed", |fixture| fixture.committed(0) == Offset::Offset(1)).await;
    stop(running).await;
    assert_eq!(*fixture.pipeline.taken.lock(), [1]);
}

#[tokio::test]
async fn what_is_refused_for_good_is_passed_over_and_counted() {
    let fixture = Fixture::new(1, Answer::Refuse(Refused::permanent("never")));
    for name in 0..3 {
        fixture.write(0, name).await;
    }
    let running = fixture.start("autocommit: {enable: false}").await;
    fixture.until("it is committed", |fixture| fixture.committed(0) == Offset::Offset(3)).await;
    stop(running).await;
    let row = &fixture.host.ledger.rows()[0];
    assert_eq!((row.items_in, row.dropped["rejected"]), (3, 3));
}
