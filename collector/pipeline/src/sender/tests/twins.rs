//! Equal items of one request, where the destination knows each by its bytes and its ordinal.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use codeagent_config::{ComponentId, Diagnostics};
use parking_lot::Mutex;

use super::logged::{retry, store};
use super::script::{batch, items};
use crate::log::Selection;
use crate::otlp::{GroupHash, ItemKeys, views::ResourceGroup};
use crate::sender::{QueueConfig, Sender, SenderSettings};
use crate::{
    Batch, BuildContext, Consumer, DurableQueue, Encoded, Exporter, Host, Reason, SendError, Sending, Sent,
    Signal,
};

/// An item and its ordinal.
type Twin = (u8, u32);

/// A destination that refuses all in which one of these twins is.
#[derive(Clone, Default)]
struct Twins {
    refused: Vec<Twin>,
    taken: Arc<Mutex<Vec<Twin>>>,
}

impl Exporter for Twins {
    type Request = Vec<Twin>;
    const NUMBERS_EQUAL_ITEMS: bool = true;

    fn encode(&self, batch: &Batch) -> Encoded<Vec<Twin>> {
        let (mut keys, mut ordinals) = (ItemKeys::default(), Vec::new());
        for chunk in batch.chunks() {
            keys.begin(chunk);
            for resource in ResourceGroup::of(&chunk.bytes) {
                for scope in resource.scopes() {
                    let group = GroupHash::of(&resource, &scope);
                    ordinals.extend(scope.items::<&[u8]>().map(|item| keys.next(group, item).ordinal));
                }
            }
        }
        Encoded { requests: vec![items(batch).into_iter().zip(ordinals).collect()], rejected: Vec::new() }
    }

    fn items(&self, request: &Vec<Twin>) -> usize {
        request.len()
    }

    async fn send<'a>(&'a self, request: &'a mut Vec<Twin>) -> Result<Sent, SendError> {
        if request.iter().any(|twin| self.refused.contains(twin)) {
            return Err(SendError::Permanent { reason: Reason::Rejected, message: "no".into() });
        }
        self.taken.lock().append(request);
        Ok(Sent::default())
    }
}

struct Running {
    queue: Arc<DurableQueue>,
    sender: Arc<Sender<Twins>>,
}

async fn begin(folder: &Path, twins: &Twins) -> Running {
    let (host, id) = (Host::new(1, 1 << 30), "twins".parse::<ComponentId>().unwrap());
    let mut diagnostics = Diagnostics::default();
    let context = BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
    let config = QueueConfig { storage: Some("file_storage".parse().unwrap()), ..QueueConfig::default() };
    let settings = SenderSettings::new(&config, &retry(), Duration::from_secs(5), None);
    let sender = Sender::new(&context, Signal::Logs, twins.clone(), settings);
    sender.clone().start();
    let queue = DurableQueue::new(&host.ledger, "file_storage", "logs", Signal::Logs, store(folder));
    queue.open(&host.metrics).await.unwrap();
    queue.attach(&[("twins".to_owned(), sender.clone())], &host.metrics).unwrap();
    Running { queue, sender }
}

impl Running {
    async fn stop(self) {
        self.sender.drain(std::time::Instant::now() + Duration::from_secs(20)).await;
        self.queue.close().await;
    }
}

#[tokio::test]
async fn a_dead_letter_that_is_sent_again_is_still_the_twin_that_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let refused = vec![(b'a', 1), (b'a', 3), (b'b', 1)];
    let twins = Twins { refused, ..Twins::default() };
    let running = begin(folder.path(), &twins).await;
    running.queue.consume(batch(b"aabacabc")).await.unwrap();
    running.stop().await;
    let mut all = twins.taken.lock().clone();
    assert_eq!(all.len(), 5, "{all:?}");
    // the destination is mended
    let twins = Twins::default();
    let running = begin(folder.path(), &twins).await;
    let out = running.queue.replay(&Selection::default()).await.unwrap();
    assert_eq!((out.items, out.stopped), (3, None));
    running.stop().await;
    all.append(&mut twins.taken.lock());
    all.sort_unstable();
    let whole = [(b'a', 0), (b'a', 1), (b'a', 2), (b'a', 3), (b'b', 0), (b'b', 1), (b'c', 0), (b'c', 1)];
    assert_eq!(all, whole);
}

#[tokio::test]
async fn a_twin_that_waits_on_disk_for_its_destination_is_still_that_twin() {
    let folder = tempfile::tempdir().unwrap();
    let twins = Twins { refused: vec![(b'a', 2)], ..Twins::default() };
    let running = begin(folder.path(), &twins).await;
    running.queue.consume(batch(b"aaa")).await.unwrap();
    running.stop().await;
    // sent again, but refused again, so that it goes through both logs twice
    let running = begin(folder.path(), &twins).await;
    assert_eq!(running.queue.replay(&Selection::default()).await.unwrap().items, 1);
    running.stop().await;
    let mended = Twins::default();
    let running = begin(folder.path(), &mended).await;
    assert_eq!(running.queue.replay(&Selection::default()).await.unwrap().items, 1);
    running.stop().await;
    assert_eq!(*mended.taken.lock(), [(b'a', 2)]);
}
