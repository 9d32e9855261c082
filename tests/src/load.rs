//! Senders that go on sending numbered requests, and remember which were acknowledged.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tonic::Code;

use crate::numbered::base;
use crate::otlp::{Payload, Sender};

/// Makes a request of these numbers for a service.
pub type Make = fn(Range<u64>, &str) -> Payload;

/// Some senders at work.
pub struct Load {
    shared: Arc<Shared>,
    senders: Vec<JoinHandle<()>>,
}

struct Shared {
    sender: Sender,
    make: Make,
    items: u64,
    /// Whether what is refused is sent again.
    repeats: bool,
    next: AtomicU64,
    stop: AtomicBool,
    acknowledged: Mutex<Acknowledged>,
    refused: Mutex<Refused>,
}

/// What senders were told in place of an acknowledgement.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// How many requests were refused with each code; a connection that breaks counts as its code of tonic.
    pub codes: BTreeMap<i32, usize>,
    /// The longest time that a sender waited for a refusal.
    pub slowest: Duration,
}

impl Refused {
    /// Whether each code says that the sender may come again, as OTLP has it.
    pub fn is_retryable(&self) -> bool {
        let retryable = [Code::Unavailable, Code::ResourceExhausted].map(|code| code as i32);
        self.codes.keys().all(|code| retryable.contains(code))
    }
}

struct Acknowledged {
    numbers: Vec<Range<u64>>,
    last: Instant,
    longest_stall: Duration,
}

impl Acknowledged {
    fn push(&mut self, numbers: Range<u64>) {
        self.longest_stall = self.longest_stall();
        self.last = Instant::now();
        self.numbers.push(numbers);
    }

    fn longest_stall(&self) -> Duration {
        self.longest_stall.max(self.last.elapsed())
    }

    fn all(&self) -> Vec<u64> {
        self.numbers.iter().cloned().flatten().collect()
    }
}

/// Of each sender after each answer: the collector under test and the senders share a machine, and a test is about
/// what happens to the items, not about how many fit through.
const PAUSE: Duration = Duration::from_millis(10);

impl Load {
    /// `senders` that send over gRPC to `endpoint`, each one request after the other, with `items` a request.
    pub fn start(endpoint: &str, make: Make, senders: usize, items: u64) -> Self {
        Self::begin(endpoint, make, senders, items, true)
    }

    /// The same, but what is not acknowledged is not sent again: what arrives twice was not doubled by a sender.
    pub fn without_repeats(endpoint: &str, make: Make, senders: usize, items: u64) -> Self {
        Self::begin(endpoint, make, senders, items, false)
    }

    fn begin(endpoint: &str, make: Make, senders: usize, items: u64, repeats: bool) -> Self {
        let acknowledged =
            Acknowledged { numbers: Vec::new(), last: Instant::now(), longest_stall: Duration::ZERO };
        let shared = Arc::new(Shared {
            sender: Sender::new(endpoint),
            make,
            items,
            repeats,
            next: AtomicU64::new(base()),
            stop: AtomicBool::new(false),
            acknowledged: Mutex::new(acknowledged),
            refused: Mutex::default(),
        });
        let senders = (0..senders).map(|_| tokio::spawn(send(shared.clone()))).collect();
        Load { shared, senders }
    }

    /// The numbers that were acknowledged so far.
    pub fn acknowledged(&self) -> Vec<u64> {
        self.shared.acknowledged.lock().unwrap().all()
    }

    /// The longest time so far in which no sender was acknowledged.
    pub fn longest_stall(&self) -> Duration {
        self.shared.acknowledged.lock().unwrap().longest_stall()
    }

    /// How long it is ago that a sender was acknowledged.
    pub fn pause(&self) -> Duration {
        self.shared.acknowledged.lock().unwrap().last.elapsed()
    }

    /// What senders were refused with so far.
    pub fn refused(&self) -> Refused {
        self.shared.refused.lock().unwrap().clone()
    }

    /// Waits until so many more items are acknowledged.
    pub async fn advance(&self, items: usize) {
        let target = self.acknowledged().len() + items;
        crate::eventually("the senders are acknowledged", async || {
            let so_far = self.acknowledged().len();
            if so_far >= target { Ok(()) } else { Err(format!("{so_far} of {target} items")) }
        })
        .await;
    }

    /// Waits until senders are refused.
    pub async fn until_refused(&self) {
        crate::eventually("senders are refused", async || match self.pause() {
            pause if pause > Duration::from_secs(2) => Ok(()),
            pause => Err(format!("acknowledged {pause:?} ago")),
        })
        .await;
    }

    /// Stops sending, and says which numbers were acknowledged.
    pub async fn stop(self) -> Vec<u64> {
        self.shared.stop.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.await.unwrap();
        }
        let acknowledged = self.shared.acknowledged.lock().unwrap().all();
        assert!(!acknowledged.is_empty(), "nothing was acknowledged, so nothing could be lost");
        acknowledged
    }
}

async fn send(shared: Arc<Shared>) {
    let mut waiting = None;
    while !shared.stop.load(Ordering::Relaxed) {
        // What is refused is sent again, as an SDK does; what is never acknowledged is promised to nobody.
        let numbers = waiting.take().unwrap_or_else(|| {
            let first = shared.next.fetch_add(shared.items, Ordering::Relaxed);
            first..first + shared.items
        });
        let payload = (shared.make)(numbers.clone(), "load");
        let begun = Instant::now();
        match shared.sender.send(&payload).await {
            Ok(()) => shared.acknowledged.lock().unwrap().push(numbers),
            Err(status) => {
                let mut refused = shared.refused.lock().unwrap();
                *refused.codes.entry(status.code() as i32).or_default() += 1;
                refused.slowest = refused.slowest.max(begun.elapsed());
                waiting = shared.repeats.then_some(numbers);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
