//! A queue on disk: what is delivered, what is kept, what is put aside.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::heard::Heard;
use super::script::*;
use crate::durable::StoreSettings;
use crate::log::inspect::{Stored, StoredLog};
use crate::log::{Disk, Form, Limits, LogSettings, Note, WhenFull};
use crate::sender::{BatchConfig, QueueConfig, RetryConfig};
use crate::{Batch, Consumer, DurableQueue, Signal, Store};

const SOON: Duration = Duration::from_secs(20);

struct Kept {
    queue: Arc<DurableQueue>,
    bench: Bench,
}

pub fn store(folder: &Path) -> Arc<Store> {
    let limits =
        Limits { segment_bytes: 1 << 20, bytes_max: 8 << 20, age_max: None, when_full: WhenFull::Refuse };
    Store::new(StoreSettings {
        directory: folder.to_owned(),
        create_directory: true,
        directory_permissions: 0o700,
        fsync: false,
        log: LogSettings { limits, form: Form::Plain, memory_bytes: 1 << 20, keeps_all: false },
        dead_letter_bytes: 1 << 20,
    })
}

pub fn retry() -> RetryConfig {
    let soon = codeagent_config::Duration::from_millis(2);
    RetryConfig { initial_interval: soon, max_interval: soon, ..RetryConfig::default() }
}

/// A pipeline whose only exporter is `destination`, with a queue in `folder`.
async fn begin(folder: &Path, destination: &Destination, retry: RetryConfig) -> Kept {
    let storage = "file_storage".parse().unwrap();
    // so that the worker takes all batches at once
    let batch = Some(BatchConfig {
        flush_timeout: codeagent_config::Duration::from_millis(30),
        ..BatchConfig::default()
    });
    let config = QueueConfig { storage: Some(storage), batch, ..QueueConfig::default() };
    let bench = running(destination, config, retry);
    let ledger = &bench.host.ledger;
    let queue = DurableQueue::new(ledger, "file_storage", "logs", Signal::Logs, store(folder));
    queue.open(&bench.host.metrics).await.unwrap();
    queue.attach(&[("scripted".to_owned(), bench.sender.clone())], &bench.host.metrics).unwrap();
    Kept { queue, bench }
}

impl Kept {
    async fn put(&self, batches: &[&[u8]]) {
        for items in batches {
            self.queue.consume(batch(items)).await.unwrap();
        }
    }

    /// Stops as the collector does, after all is delivered or `patience`.
    async fn stop(&self, patience: Duration) {
        self.bench.drain(patience).await;
        self.queue.close().await;
        let rows = self.bench.host.ledger.rows();
        assert!(rows.iter().all(|row| row.balances() && row.in_flight == 0), "{rows:?}");
    }
}

/// The dead letters in `folder`.
fn dead_letters(folder: &Path) -> Vec<(Vec<u8>, Note)> {
    let log = StoredLog::open(Arc::new(Disk::new(&folder.join("logs/dead"), false))).unwrap();
    let mut letters = Vec::new();
    for stored in log.records(log.start()) {
        let Stored::Record(record) = stored.unwrap() else { panic!("a hole") };
        let batch = Batch::new(record.signal, record.payload().unwrap(), record.items as usize);
        letters.push((items(&batch), Note::decode(&record.note).unwrap()));
    }
    letters
}

#[tokio::test]
async fn one_item_that_the_destination_refuses_is_put_aside_and_all_others_are_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let destination = Destination::always(Act::RefuseItem(b'p'));
    let kept = begin(folder.path(), &destination, retry()).await;
    kept.put(&[b"abc", b"defpgh", b"ijklmno", b"q"]).await;
    kept.stop(SOON).await;
    assert_eq!(destination.taken(), b"abcdefghijklmnoq");
    assert_eq!(kept.bench.row(), (17, 16, vec![("rejected", 1)], 0));
    let letters = dead_letters(folder.path());
    let note = Note {
        exporter: Some("scripted".into()),
        reason: Some("rejected".into()),
        message: Some("no".into()),
        refused: None,
        ordinals: Vec::new(),
    };
    assert_eq!(letters, [(b"p".to_vec(), note)]);
}

#[tokio::test]
async fn of_a_batch_that_is_refused_in_part_the_part_is_put_aside() {
    for (first_item, letter, refused) in [(Some(1), &b"bc"[..], None), (None, b"abcdef", Some(2))] {
        let folder = tempfile::tempdir().unwrap();
        let destination = Destination::new([Act::Reject { items: 2, first_item }]);
        let kept = begin(folder.path(), &destination, retry()).await;
        kept.put(&[b"abcdef"]).await;
        kept.stop(SOON).await;
        let letters = dead_letters(folder.path());
        assert_eq!(letters.len(), 1);
        assert_eq!((&letters[0].0[..], letters[0].1.refused), (letter, refused));
        assert_eq!(kept.bench.row(), (6, 4, vec![("rejected", 2)], 0));
    }
}

#[tokio::test]
async fn credentials_that_are_refused_cost_no_data() {
    let folder = tempfile::tempdir().unwrap();
    let destination = Destination::new(vec![Act::Unauthenticated; 50]);
    let kept = begin(folder.path(), &destination, retry()).await;
    kept.put(&[b"abc", b"def"]).await;
    kept.stop(SOON).await;
    assert_eq!(destination.taken(), b"abcdef");
    assert_eq!(kept.bench.row(), (6, 6, vec![], 0));
}

#[tokio::test]
async fn what_is_not_delivered_at_a_stop_is_delivered_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let down = Destination::always(Act::Busy);
    let kept = begin(folder.path(), &down, retry()).await;
    kept.put(&[b"abc", b"def"]).await;
    kept.stop(Duration::from_millis(50)).await;
    assert_eq!((down.taken(), kept.bench.row()), (vec![], (0, 0, vec![], 0)));
    let up = Destination::default();
    let kept = begin(folder.path(), &up, retry()).await;
    kept.put(&[b"gh"]).await;
    kept.stop(SOON).await;
    assert_eq!(up.taken(), b"abcdefgh");
    let kept = begin(folder.path(), &Destination::default(), retry()).await;
    assert_eq!(kept.queue.backlog()[0].items, 0);
    kept.stop(SOON).await;
}

#[tokio::test]
async fn what_stays_on_disk_at_a_stop_is_not_called_lost() {
    let folder = tempfile::tempdir().unwrap();
    let heard = Heard::here();
    let kept = begin(folder.path(), &Destination::always(Act::Busy), retry()).await;
    kept.put(&[b"abc", b"def"]).await;
    kept.stop(Duration::from_millis(50)).await;
    assert_eq!(heard.with("lost"), Vec::<String>::new());
    let told = heard.with("kept on disk");
    assert!(told.len() == 1 && told[0].starts_with("INFO") && told[0].contains("items=6"), "{told:?}");
}

#[tokio::test]
async fn an_exporter_that_breaks_down_over_an_item_delivers_all_others_and_needs_no_restart() {
    let folder = tempfile::tempdir().unwrap();
    let destination = Destination::always(Act::BreakDownOver(b'p'));
    let kept = begin(folder.path(), &destination, retry()).await;
    kept.put(&[b"abc", b"defpgh", b"ijklmno", b"q"]).await;
    kept.stop(SOON).await;
    assert_eq!(destination.taken(), b"abcdefghijklmnoq");
    assert_eq!(kept.bench.row(), (17, 16, vec![("rejected", 1)], 0));
    let letters = dead_letters(folder.path());
    let why = letters[0].1.message.as_deref().unwrap_or_default();
    assert!(
        letters.len() == 1 && letters[0].0 == b"p" && why.contains("item 112 is too much"),
        "{letters:?}"
    );
    let kept = begin(folder.path(), &destination, retry()).await;
    assert_eq!(kept.queue.backlog()[0].items, 0);
    kept.stop(SOON).await;
}

#[tokio::test]
async fn while_the_guilty_item_is_looked_for_an_outage_costs_nothing_and_nothing_stays_untried() {
    let patience = codeagent_config::Duration::from_millis(30);
    for max_elapsed_time in [None, Some(patience)] {
        let folder = tempfile::tempdir().unwrap();
        // the whole and a half are refused, then nobody answers for a while, then one item is refused
        let outage = [Act::Refuse, Act::Refuse].into_iter().chain(vec![Act::Busy; 40]);
        let destination = Destination::new(outage);
        destination.then_always(Act::RefuseItem(b'p'));
        let kept = begin(folder.path(), &destination, RetryConfig { max_elapsed_time, ..retry() }).await;
        kept.put(&[b"abpdefgh"]).await;
        kept.stop(SOON).await;
        let mut all = destination.taken();
        all.extend(dead_letters(folder.path()).into_iter().flat_map(|(items, _)| items));
        all.sort_unstable();
        assert_eq!(all, b"abdefghp", "{max_elapsed_time:?}");
        let kept = begin(folder.path(), &Destination::default(), retry()).await;
        assert_eq!(kept.queue.backlog()[0].items, 0);
        kept.stop(SOON).await;
    }
}

#[tokio::test]
async fn retries_that_have_an_end_become_dead_letters() {
    let folder = tempfile::tempdir().unwrap();
    let destination = Destination::always(Act::Busy);
    let patience = codeagent_config::Duration::from_millis(40);
    let kept =
        begin(folder.path(), &destination, RetryConfig { max_elapsed_time: Some(patience), ..retry() }).await;
    kept.put(&[b"abc"]).await;
    kept.stop(SOON).await;
    assert_eq!(kept.bench.row(), (3, 0, vec![("expired", 3)], 0));
    let letters = dead_letters(folder.path());
    assert_eq!((&letters[0].0[..], letters[0].1.reason.as_deref()), (&b"abc"[..], Some("expired")));
}

#[tokio::test]
async fn an_exporter_that_is_replaced_hands_over_and_nothing_comes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let old = Destination::always(Act::After(Duration::from_millis(20)));
    let kept = begin(folder.path(), &old, retry()).await;
    kept.put(&[b"ab", b"cd", b"ef"]).await;
    let new = Destination::default();
    let config = QueueConfig { storage: Some("file_storage".parse().unwrap()), ..QueueConfig::default() };
    let next = running(&new, config, retry());
    kept.queue.attach(&[("scripted".to_owned(), next.sender.clone())], &next.host.metrics).unwrap();
    kept.put(&[b"gh", b"ij"]).await;
    kept.bench.drain(SOON).await;
    next.drain(SOON).await;
    kept.queue.close().await;
    let mut both = [old.taken(), new.taken()].concat();
    both.sort_unstable();
    assert_eq!(both, b"abcdefghij");
}
