//! Two tiers of collectors with Kafka between them: a gateway that writes traces keyed by their id, and the members of a
//! group, each with a sink of its own, so that it is seen who got what.

use std::collections::{BTreeMap, BTreeSet};

use crate::kafka::{create, uncommitted};
use crate::numbered::{Numbers, all_arrive, base, spans, trace_id};
use crate::otlp::{Payload, Sender, Signal};
use crate::{Collector, Sink, eventually};

const GATEWAY: &str = "
exporters:
  kafka:
    brokers: [BROKERS]
    traces: {topic: TOPIC}
    partition_traces_by_id: true
    record_partitioner: {sticky_key: {hasher: murmur2}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [kafka]}
";

const MEMBER: &str = "
receivers:
  kafka:
    brokers: [BROKERS]
    group_id: TOPIC
    initial_offset: earliest
    session_timeout: 6s
    heartbeat_interval: 500ms
    traces: {topics: [TOPIC]}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [kafka], exporters: [otlp]}
";

/// The tiers, on a topic of their own.
pub struct Tiers {
    brokers: String,
    topic: String,
    /// The first tier.
    pub gateway: Collector,
    /// The second tier.
    pub members: Vec<Member>,
    /// The sinks of members that are gone.
    left: Vec<Sink>,
    partitions: i32,
}

/// A member of the second tier.
pub struct Member {
    /// The collector.
    pub collector: Collector,
    /// What it delivers to.
    pub sink: Sink,
}

/// Traces of one block of numbers; each has the numbers that are the same modulo this.
pub const TRACES: u64 = 64;
/// Numbers in a block: 16 spans a trace.
pub const BLOCK: u64 = 1024;

/// A request of spans of which 16 each are one trace. They are as far from one another as can be: in requests of their own,
/// unless one has more than 64 spans.
pub fn spread_spans(numbers: std::ops::Range<u64>, service: &str) -> Payload {
    let first = numbers.start;
    let mut payload = spans(numbers, service);
    let Payload::Traces(request) = &mut payload else { unreachable!() };
    for (index, span) in request.resource_spans[0].scope_spans[0].spans.iter_mut().enumerate() {
        span.trace_id = trace_id(trace_of(first + index as u64)).to_vec();
    }
    payload
}

/// The trace of a span of [`spread_spans`].
pub fn trace_of(number: u64) -> u64 {
    number / BLOCK * BLOCK + number % TRACES
}

impl Tiers {
    /// A gateway and so many members on a topic of `partitions`.
    pub async fn start(brokers: &str, partitions: i32, members: usize) -> Self {
        let topic = format!("tiers-{}", base());
        create(brokers, &topic, partitions).await;
        let gateway = GATEWAY.replace("BROKERS", brokers).replace("TOPIC", &topic);
        let gateway = Collector::start(&gateway).await;
        let mut tiers = Tiers {
            brokers: brokers.to_owned(),
            topic,
            gateway,
            members: Vec::new(),
            left: Vec::new(),
            partitions,
        };
        for _ in 0..members {
            tiers.join().await;
        }
        tiers
    }

    /// One more member.
    pub async fn join(&mut self) {
        let sink = Sink::start();
        let config = MEMBER.replace("BROKERS", &self.brokers).replace("TOPIC", &self.topic);
        let collector = Collector::start(&config.replace("SINK", &sink.endpoint())).await;
        self.members.push(Member { collector, sink });
    }

    /// The first member is killed (SIGKILL).
    pub async fn kill_first(&mut self) {
        let Member { mut collector, sink } = self.members.remove(0);
        collector.kill().await;
        self.left.push(sink);
    }

    /// The last member is stopped as an operator does.
    pub async fn leave(&mut self) {
        let Member { collector, sink } = self.members.pop().expect("a member");
        let (exit, log) = collector.stop().await;
        assert!(exit.success(), "{log}");
        self.left.push(sink);
    }

    fn sinks(&self) -> impl Iterator<Item = &Sink> {
        self.members.iter().map(|member| &member.sink).chain(&self.left)
    }

    /// Waits until every member has its part of the partitions, and all of them belong to somebody.
    pub async fn is_balanced(&self) {
        eventually("the group is balanced", async || {
            let mut held = Vec::new();
            for member in &self.members {
                let metrics = member.collector.metrics().await;
                let figure = |name: &str| {
                    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
                    line.and_then(|rest| rest.split(' ').nth(1)?.parse::<i32>().ok()).unwrap_or(0)
                };
                let (start, close) =
                    ("otelcol_kafka_receiver_partition_start{", "otelcol_kafka_receiver_partition_close{");
                held.push(figure(start) - figure(close));
            }
            let is_so = held.iter().all(|held| *held > 0) && held.iter().sum::<i32>() == self.partitions;
            if is_so { Ok(()) } else { Err(format!("the members have {held:?} partitions")) }
        })
        .await;
    }

    /// Lets every collector come to rest, checks its ledger and stops it.
    pub async fn finish(self) {
        for member in self.members {
            member.collector.finish().await;
        }
        self.gateway.finish().await;
    }

    /// What arrived anywhere, with how often.
    pub fn arrived(&self) -> Numbers {
        let mut all = Numbers::new();
        for sink in self.sinks() {
            for (number, times) in sink.numbers(Signal::Traces) {
                *all.entry(number).or_default() += times;
            }
        }
        all
    }

    /// Waits until all that was acknowledged has arrived; how many of it came more than once.
    pub async fn all_arrive(&self, acknowledged: &[u64]) -> usize {
        let arrived =
            all_arrive("spans behind the second tier", acknowledged, async || Ok(self.arrived())).await;
        acknowledged.iter().filter(|number| arrived[number] > 1).count()
    }

    /// Waits until the group has committed all that was written.
    pub async fn all_committed(&self) {
        eventually("all is committed", async || {
            match uncommitted(&self.brokers, &self.topic, &self.topic).await? {
                (0, _) => Ok(()),
                (waiting, all) => Err(format!("{waiting} of {all} records are not committed")),
            }
        })
        .await;
    }

    /// Sends traces in pieces while nothing changes in the group, and checks that each arrived whole behind one member.
    pub async fn assert_no_trace_is_cut(&self) {
        self.is_balanced().await;
        self.all_committed().await;
        let first = base() / BLOCK * BLOCK;
        let sender = Sender::new(&self.gateway.grpc());
        for start in (first..first + BLOCK).step_by(32) {
            sender.send(&spread_spans(start..start + 32, "stable")).await.unwrap();
        }
        let sent: Vec<u64> = (first..first + BLOCK).collect();
        assert_eq!(self.all_arrive(&sent).await, 0, "some came twice while nothing changed");
        let mut homes: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
        for (home, sink) in self.sinks().enumerate() {
            for number in sink.numbers(Signal::Traces).keys().filter(|number| sent.contains(number)) {
                homes.entry(trace_of(*number)).or_default().insert(home);
            }
        }
        assert_eq!(homes.len() as u64, TRACES);
        let cut: Vec<_> = homes.iter().filter(|(_, homes)| homes.len() > 1).collect();
        assert!(cut.is_empty(), "traces are cut: {cut:?}");
        let used: BTreeSet<_> = homes.values().flatten().collect();
        assert!(used.len() > 1, "one member had them all");
    }
}
