//! What the consumer and the workers of a receiver share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use codeagent_pipeline::telemetry::Counter;
use codeagent_pipeline::{Host, Node, Outputs, Reason, Signal};
use codeagent_semconv::metric;

use super::complaints::Complaints;
use super::config::Config;
use super::topics::Topics;

/// What messages come over, in metrics and spans.
pub(super) const TRANSPORT: &str = "kafka";

/// What workers do about refusals and offsets.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub backoff: Backoff,
    /// How long what is refused for now is tried; nothing: for ever.
    pub give_up_after: Option<Duration>,
    /// Whether what is refused for good is passed over.
    pub passes_over: bool,
    /// Whether each batch is committed by itself.
    pub commits_each: bool,
    /// Headers that become attributes.
    pub headers: Vec<String>,
    /// Bytes in one batch.
    pub batch_bytes: usize,
}

/// The waits between attempts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    pub initial: Duration,
    pub max: Duration,
    pub multiplier: f64,
    pub randomization: f64,
}

impl Policy {
    /// The policy of a checked configuration.
    pub fn new(config: &Config) -> Self {
        let (marking, backoff) = (&config.message_marking, &config.error_backoff);
        let give_up_after = match (marking.on_error, backoff.enabled) {
            (false, _) => None,
            (true, false) => Some(Duration::ZERO),
            (true, true) => Some(backoff.max_elapsed_time.get()).filter(|time| !time.is_zero()),
        };
        let headers = &config.header_extraction;
        Policy {
            backoff: Backoff {
                initial: backoff.initial_interval.get().max(Duration::from_millis(1)),
                max: backoff.max_interval.get().max(Duration::from_millis(1)),
                multiplier: backoff.multiplier,
                randomization: backoff.randomization_factor,
            },
            give_up_after,
            passes_over: marking.on_permanent_error.unwrap_or(true),
            commits_each: !config.autocommit.enable,
            headers: if headers.extract_headers { headers.headers.clone() } else { Vec::new() },
            batch_bytes: usize::try_from(config.max_partition_fetch_size.bytes()).unwrap_or(usize::MAX),
        }
    }
}

/// What all partitions of a receiver share.
pub(super) struct Shared {
    pub id: String,
    pub outputs: Outputs,
    pub topics: Topics,
    pub host: Host,
    pub policy: Policy,
    pub complaints: Complaints,
    pub started: Counter,
    pub closed: Counter,
    nodes: [OnceLock<Arc<Node>>; 3],
    /// Made when the first message does not decode.
    malformed: OnceLock<Counter>,
}

impl Shared {
    pub fn new(id: &str, config: &Config, host: &Host, outputs: Outputs) -> Self {
        let labels = [("receiver", id)];
        let shared = Shared {
            id: id.to_owned(),
            topics: Topics::new(config),
            policy: Policy::new(config),
            complaints: Complaints::default(),
            started: host.metrics.counter(&metric::OTELCOL_KAFKA_RECEIVER_PARTITION_START, &labels),
            closed: host.metrics.counter(&metric::OTELCOL_KAFKA_RECEIVER_PARTITION_CLOSE, &labels),
            nodes: Default::default(),
            malformed: OnceLock::new(),
            host: host.clone(),
            outputs,
        };
        // so that the receiver is in the ledger before anything comes
        for signal in Signal::ALL.into_iter().filter(|signal| shared.outputs.has(*signal)) {
            let _node = shared.node(signal);
        }
        shared
    }

    /// The ledger's node of a signal.
    pub fn node(&self, signal: Signal) -> &Arc<Node> {
        self.nodes[signal.index()].get_or_init(|| self.host.ledger.receiver(&self.id, TRANSPORT, signal))
    }

    /// Counts messages that do not decode: nobody knows how many items they had.
    pub fn count_malformed(&self, messages: usize) {
        let counter = self.malformed.get_or_init(|| {
            let reason = Reason::Malformed.as_str();
            let labels = [("receiver", self.id.as_str()), ("transport", TRANSPORT), ("reason", reason)];
            self.host.metrics.counter(&metric::CODEAGENT_ADMISSION_REFUSED, &labels)
        });
        counter.add(messages as u64);
    }
}
