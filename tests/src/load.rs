//! Senders that go on sending numbered requests, and remember which were acknowledged.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;

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
    next: AtomicU64,
    stop: AtomicBool,
    acknowledged: Mutex<Vec<Range<u64>>>,
}

/// Of each sender after each answer: the collector under test and the senders share a machine, and a test is about
/// what happens to the items, not about how many fit through.
const PAUSE: Duration = Duration::from_millis(10);

impl Load {
    /// `senders` that send over gRPC to `endpoint`, each one request after the other, with `items` a request.
    pub fn start(endpoint: &str, make: Make, senders: usize, items: u64) -> Self {
        let shared = Arc::new(Shared {
            sender: Sender::new(endpoint),
            make,
            items,
            next: AtomicU64::new(base()),
            stop: AtomicBool::new(false),
            acknowledged: Mutex::new(Vec::new()),
        });
        let senders = (0..senders).map(|_| tokio::spawn(send(shared.clone()))).collect();
        Load { shared, senders }
    }

    /// The numbers that were acknowledged so far.
    pub fn acknowledged(&self) -> Vec<u64> {
        self.shared.acknowledged.lock().unwrap().iter().cloned().flatten().collect()
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

    /// Stops sending, and says which numbers were acknowledged.
    pub async fn stop(self) -> Vec<u64> {
        self.shared.stop.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.await.unwrap();
        }
        let acknowledged: Vec<u64> =
            self.shared.acknowledged.lock().unwrap().iter().cloned().flatten().collect();
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
        match shared.sender.send(&(shared.make)(numbers.clone(), "load")).await {
            Ok(()) => shared.acknowledged.lock().unwrap().push(numbers),
            Err(_) => waiting = Some(numbers),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
