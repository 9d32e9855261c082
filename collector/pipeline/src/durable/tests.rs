use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::log::{Form, Limits, LogSettings, WhenFull};
use crate::telemetry::Registry;
use crate::{Batch, Consumer, Ledger, Refused, Signal};

fn settings(folder: &Path, bytes_max: u64, when_full: WhenFull) -> StoreSettings {
    let limits = Limits { segment_bytes: 500, bytes_max, age_max: None, when_full };
    StoreSettings {
        directory: folder.to_owned(),
        create_directory: true,
        directory_permissions: 0o700,
        fsync: false,
        log: LogSettings { limits, form: Form::Plain, memory_bytes: 0, keeps_all: false },
        dead_letter_bytes: 1 << 20,
    }
}

fn queue(ledger: &Ledger, store: &Arc<Store>) -> Arc<DurableQueue> {
    DurableQueue::new(ledger, "file_storage", "logs", Signal::Logs, store.clone())
}

async fn fill(queue: &DurableQueue) -> (u64, Refused) {
    let mut taken = 0;
    loop {
        match queue.consume(Batch::new(Signal::Logs, Bytes::from_static(&[0; 60]), 1)).await {
            Ok(()) => taken += 1,
            Err(refused) => return (taken, refused),
        }
        assert!(taken < 1_000);
    }
}

#[tokio::test]
async fn a_queue_that_is_open_takes_the_new_settings_of_its_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(settings(folder.path(), 2_000, WhenFull::Refuse));
    let (ledger, metrics) = (Ledger::default(), Registry::default());
    let queue = queue(&ledger, &store);
    queue.open(&metrics).await.unwrap();
    // somebody who takes nothing
    let log = queue.running.lock().as_ref().map(|running| running.opened.log.clone());
    drop(log.unwrap().reader("slow").unwrap());
    let (first, refused) = fill(&queue).await;
    assert!(first > 5 && refused.to_string().contains("is full"), "{first} {refused}");
    let change = |bytes_max, when_full| {
        store.change(settings(folder.path(), bytes_max, when_full));
        queue.take_settings();
    };
    change(4_000, WhenFull::Refuse);
    let (second, _) = fill(&queue).await;
    assert!(second > 5, "{second}");
    // less than it holds: what is there stays
    change(2_000, WhenFull::Refuse);
    assert_eq!(fill(&queue).await.0, 0);
    change(2_000, WhenFull::DropOldest);
    for _ in 0..50 {
        let batch = Batch::new(Signal::Logs, Bytes::from_static(&[0; 60]), 1);
        assert_eq!(queue.consume(batch).await, Ok(()));
    }
    queue.close().await;
}

#[tokio::test]
async fn two_queues_never_write_to_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(settings(folder.path(), 1 << 20, WhenFull::Refuse));
    let (ledger, metrics) = (Ledger::default(), Registry::default());
    let (first, second) = (queue(&ledger, &store), queue(&ledger, &store));
    first.open(&metrics).await.unwrap();
    let refused = second.open(&metrics).await.unwrap_err().to_string();
    assert!(refused.contains("still delivering"), "{refused}");
    first.close().await;
    second.open(&metrics).await.unwrap();
    second.close().await;
}
