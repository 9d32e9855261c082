//! A destination that does what a test tells it to.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use codeagent_config::{ComponentId, Diagnostics};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use parking_lot::Mutex;
use prost::Message;

use crate::sender::{QueueConfig, RetryConfig, Sender, SenderSettings};
use crate::{
    Batch, Batching, BuildContext, Encoded, Exporter, Host, Reason, Rejection, SendError, Sending, Sent,
    Settled, Signal,
};

/// What the destination does with an attempt.
#[derive(Clone, Debug)]
pub enum Act {
    /// Takes all.
    Take,
    /// Takes all but some items, of which the first has a known place.
    Reject { items: usize, first_item: Option<usize> },
    /// Cannot take it now.
    Busy,
    /// Cannot take it now, and says when.
    BusyFor(Duration),
    /// Takes this many, and cannot take the rest now.
    TakeSome(usize),
    /// Refuses it for good.
    Refuse,
    /// Refuses it for good if it holds this item.
    RefuseItem(u8),
    /// Makes the exporter break down over what holds this item.
    BreakDownOver(u8),
    /// Takes a second for each request, and refuses those beyond so many at a time.
    AtOnce(usize),
    /// Takes the longer the more requests come at a time: a tenth of a second times their square.
    Strained,
    /// Does not know who sends.
    Unauthenticated,
    /// Refuses every request with more items.
    AtMost(usize),
    /// Never answers.
    Hang,
    /// Answers after a time.
    After(Duration),
}

/// A request: the ids of the items that are left to deliver.
pub type Request = Vec<u8>;

#[derive(Debug, Default)]
pub struct State {
    script: VecDeque<Act>,
    otherwise: Option<Act>,
    starts: VecDeque<String>,
    /// Item ids of each attempt.
    attempts: Vec<Request>,
    /// Item ids that were taken, in order.
    taken: Vec<u8>,
    encoded: usize,
    stopped: bool,
    /// Requests that are on their way.
    at_once: usize,
    /// The most that were.
    peak: usize,
    /// Requests that were too many.
    refused: usize,
}

/// The destination, and the exporter for it.
#[derive(Clone, Debug, Default)]
pub struct Destination {
    pub state: Arc<Mutex<State>>,
    /// Requests that a batch is encoded into.
    pub shards: usize,
    /// Items that the format cannot express.
    pub poison: Option<u8>,
}

impl Destination {
    /// One that does `script` and then takes everything.
    pub fn new(script: impl IntoIterator<Item = Act>) -> Self {
        let destination = Destination::default();
        destination.state.lock().script.extend(script);
        destination
    }

    /// One that always does `act`.
    pub fn always(act: Act) -> Self {
        let destination = Destination::default();
        destination.state.lock().otherwise = Some(act);
        destination
    }

    pub fn starting_with(self, errors: &[&str]) -> Self {
        self.state.lock().starts.extend(errors.iter().map(|error| (*error).to_owned()));
        self
    }

    pub fn then_always(&self, act: Act) {
        self.state.lock().otherwise = Some(act);
    }

    pub fn attempts(&self) -> Vec<Request> {
        self.state.lock().attempts.clone()
    }

    pub fn taken(&self) -> Vec<u8> {
        let mut taken = self.state.lock().taken.clone();
        taken.sort_unstable();
        taken
    }

    pub fn encoded(&self) -> usize {
        self.state.lock().encoded
    }

    pub fn refused(&self) -> usize {
        self.state.lock().refused
    }

    pub fn peak(&self) -> usize {
        self.state.lock().peak
    }

    pub fn is_stopped(&self) -> bool {
        self.state.lock().stopped
    }

    fn next_act(&self, request: &Request) -> Act {
        let mut state = self.state.lock();
        state.attempts.push(request.clone());
        let act = state.script.pop_front();
        act.or_else(|| state.otherwise.clone()).unwrap_or(Act::Take)
    }

    fn take(&self, items: impl IntoIterator<Item = u8>) {
        self.state.lock().taken.extend(items);
    }
}

/// A request that the destination works on.
struct OnItsWay(Arc<Mutex<State>>);

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.0.lock().at_once -= 1;
    }
}

/// A batch of log records that are known by their severity.
pub fn batch(items: &[u8]) -> Batch {
    let record = |item: &u8| LogRecord { severity_number: (*item).into(), ..LogRecord::default() };
    let scope = ScopeLogs { log_records: items.iter().map(record).collect(), ..ScopeLogs::default() };
    let request = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { scope_logs: vec![scope], ..ResourceLogs::default() }],
    };
    Batch::new(Signal::Logs, request.encode_to_vec().into(), items.len())
}

/// What [`batch`] was made of.
pub fn items(batch: &Batch) -> Vec<u8> {
    let request = ExportLogsServiceRequest::decode(batch.to_contiguous()).unwrap();
    let scopes = request.resource_logs.into_iter().flat_map(|resource| resource.scope_logs);
    scopes.flat_map(|scope| scope.log_records).map(|record| record.severity_number as u8).collect()
}

impl Exporter for Destination {
    type Request = Request;

    fn encode(&self, batch: &Batch) -> Encoded<Request> {
        self.state.lock().encoded += 1;
        let items = items(batch);
        let is_poison = |item: &u8| Some(*item) == self.poison;
        let places = items.iter().enumerate().filter(|(_, item)| is_poison(item));
        let rejected = places.map(|(at, _)| rejection(1, Some(at))).collect();
        let sendable: Vec<u8> = items.into_iter().filter(|item| !is_poison(item)).collect();
        let size = sendable.len().div_ceil(self.shards.max(1)).max(1);
        Encoded { requests: sendable.chunks(size).map(<[u8]>::to_vec).collect(), rejected }
    }

    fn items(&self, request: &Request) -> usize {
        request.len()
    }

    async fn send<'a>(&'a self, request: &'a mut Request) -> Result<Sent, SendError> {
        match self.next_act(request) {
            Act::Take => {}
            Act::After(time) => tokio::time::sleep(time).await,
            Act::Hang => std::future::pending().await,
            Act::Busy => return Err(SendError::retry("busy")),
            Act::BusyFor(time) => {
                let settled = Settled::default();
                return Err(SendError::Retry { after: Some(time), message: "busy".into(), settled });
            }
            Act::TakeSome(count) => {
                let delivered = count.min(request.len());
                self.take(request.drain(..delivered));
                let settled = Settled { delivered, rejected: Vec::new() };
                return Err(SendError::Retry { after: None, message: "busy".into(), settled });
            }
            Act::Refuse => {
                return Err(SendError::Permanent { reason: Reason::Rejected, message: "no".into() });
            }
            Act::RefuseItem(item) if request.contains(&item) => {
                return Err(SendError::Permanent { reason: Reason::Rejected, message: "no".into() });
            }
            Act::RefuseItem(_) => {}
            Act::BreakDownOver(item) => assert!(!request.contains(&item), "item {item} is too much"),
            Act::AtOnce(most) => {
                {
                    let mut state = self.state.lock();
                    if state.at_once >= most {
                        state.refused += 1;
                        return Err(SendError::retry("too many at once"));
                    }
                    state.at_once += 1;
                    state.peak = state.peak.max(state.at_once);
                }
                let _on_its_way = OnItsWay(self.state.clone());
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Act::Strained => {
                self.state.lock().at_once += 1;
                let on_its_way = OnItsWay(self.state.clone());
                let at_once = self.state.lock().at_once as u32;
                tokio::time::sleep(Duration::from_millis(100) * at_once * at_once).await;
                drop(on_its_way);
            }
            Act::Unauthenticated => {
                let (reason, message) = (Reason::Unauthenticated, "who are you".into());
                return Err(SendError::Permanent { reason, message });
            }
            Act::AtMost(items) if request.len() > items => {
                return Err(SendError::TooLarge { message: "too large".into() });
            }
            Act::AtMost(_) => {}
            Act::Reject { items, first_item } => {
                let items = items.min(request.len());
                let first = first_item.unwrap_or_default();
                let kept = request.iter().enumerate().filter(|(at, _)| *at < first || *at >= first + items);
                self.take(kept.map(|(_, item)| *item));
                return Ok(Sent { rejected: vec![rejection(items, first_item)] });
            }
        }
        self.take(request.iter().copied());
        Ok(Sent::default())
    }

    fn split(&self, mut request: Request) -> Result<[Request; 2], Request> {
        if request.len() < 2 {
            return Err(request);
        }
        let rest = request.split_off(request.len() / 2);
        Ok([request, rest])
    }

    async fn start(&self) -> Result<(), String> {
        let error = self.state.lock().starts.pop_front();
        error.map_or(Ok(()), Err)
    }

    async fn stop(&self) {
        self.state.lock().stopped = true;
    }
}

fn rejection(items: usize, first_item: Option<usize>) -> Rejection {
    Rejection { reason: Reason::Rejected, items, first_item, message: "no".into() }
}

/// A sender under test.
pub struct Bench {
    pub sender: Arc<Sender<Destination>>,
    pub host: Host,
}

/// A sender around `destination` that is not started.
pub fn idle(destination: &Destination, queue: QueueConfig, retry: RetryConfig) -> Bench {
    batching(destination, queue, retry, None)
}

/// The same with the sizes that a `batch` processor asks for.
pub fn batching(
    destination: &Destination,
    queue: QueueConfig,
    retry: RetryConfig,
    batching: Option<Batching>,
) -> Bench {
    let host = Host::new(1, 1 << 30);
    let id: ComponentId = "scripted".parse().unwrap();
    let mut diagnostics = Diagnostics::default();
    let context = BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching };
    let settings = SenderSettings::new(&queue, &retry, Duration::from_secs(5), batching);
    Bench { sender: Sender::new(&context, Signal::Logs, destination.clone(), settings), host: host.clone() }
}

/// A sender that works.
pub fn running(destination: &Destination, queue: QueueConfig, retry: RetryConfig) -> Bench {
    let bench = idle(destination, queue, retry);
    bench.sender.clone().start();
    bench
}

/// The queue that answers when it has taken a batch.
pub fn not_waited_for() -> QueueConfig {
    QueueConfig { wait_for_result: Some(false), ..QueueConfig::default() }
}

impl Bench {
    /// `(in, out, dropped, in flight)` of the sender, which must balance.
    pub fn row(&self) -> (u64, u64, Vec<(&'static str, u64)>, u64) {
        let rows = self.host.ledger.rows();
        let row = &rows[0];
        assert!(row.balances(), "{row:?}");
        (
            row.items_in,
            row.items_out,
            row.dropped.iter().map(|(name, items)| (*name, *items)).collect(),
            row.in_flight,
        )
    }

    /// Stops the sender after `time`.
    pub async fn drain(&self, time: Duration) {
        self.sender.drain((tokio::time::Instant::now() + time).into_std()).await;
    }
}
