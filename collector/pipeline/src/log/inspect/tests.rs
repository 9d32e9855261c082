use std::collections::BTreeSet;

use super::super::tests::{append, batch, open, read, segments, settings, settle};
use super::super::{LogSettings, Note};
use super::*;
use crate::log::Disk;

/// A log of 40 batches of two items in a folder; `a` has settled the first ten, and number 12.
async fn forty(folder: &std::path::Path) {
    let storage: Arc<dyn Storage> = Arc::new(Disk::new(folder, false));
    let log = super::super::Log::open(storage, settings()).unwrap();
    let (mut a, _b) = (log.reader("a").unwrap(), log.reader("b/x").unwrap());
    append(&log, 0..40).await;
    let mut taken = read(&mut a, 13).await;
    let later = taken.remove(12);
    taken.truncate(10);
    settle(taken);
    settle(vec![later]);
}

fn look(folder: &std::path::Path) -> StoredLog {
    StoredLog::open(Arc::new(Disk::read_only(folder))).unwrap()
}

fn contents(folder: &std::path::Path) -> BTreeSet<(String, Vec<u8>)> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())).collect()
}

fn check(log: &StoredLog) -> Vec<CheckedFile> {
    let mut files = Vec::new();
    log.check(|file| files.push(file.clone())).unwrap();
    files
}

#[tokio::test]
async fn a_look_tells_what_waits_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    forty(folder.path()).await;
    let before = contents(folder.path());
    let log = look(folder.path());
    assert_eq!(log.end(), Place { sequence: 40, item: 80 });
    let names: Vec<_> = log.cursors().iter().map(|cursor| cursor.name.as_str()).collect();
    assert_eq!(names, ["a", "b/x"]);
    let (a, b) = (log.cursor("a").unwrap(), log.cursor("b/x").unwrap());
    assert_eq!((a.next().sequence, b.next().sequence), (10, 0));
    let (of_a, of_b) = (log.backlog(a), log.backlog(b));
    assert_eq!((of_a.items, of_b.items), (58, 80));
    let records: Vec<_> = log.records(a.next()).map(Result::unwrap).collect();
    let waits = |stored: &&Stored| matches!(stored, Stored::Record(record) if !a.is_settled(record));
    assert_eq!((records.len(), records.iter().filter(waits).count()), (30, 29));
    let Stored::Record(oldest) = &records[0] else { panic!("{records:?}") };
    assert_eq!(of_a.oldest_ms, Some(oldest.time_ms));
    assert!(
        of_a.bytes >= 30 * 60 && of_a.bytes < of_b.bytes && of_b.bytes < log.bytes(),
        "{of_a:?} {of_b:?}"
    );
    check(&log);
    assert!(contents(folder.path()) == before);
}

#[tokio::test]
async fn a_look_at_a_running_log_sees_each_acknowledged_record() {
    let folder = tempfile::tempdir().unwrap();
    let storage: Arc<dyn Storage> = Arc::new(Disk::new(folder.path(), true));
    let log = super::super::Log::open(storage, settings()).unwrap();
    let mut reader = log.reader("a").unwrap();
    for count in 1..60 {
        append(&log, [count]).await;
        settle(read(&mut reader, 1).await);
        let look = look(folder.path());
        assert_eq!(look.end(), log.end());
        assert_eq!(look.backlog(look.cursor("a").unwrap()), Backlog::default());
        assert!(check(&look).iter().all(|file| !file.is_damaged()), "{:?}", check(&look));
    }
    assert!(look(folder.path()).start().sequence > 0, "nothing was removed");
}

#[tokio::test]
async fn each_hole_is_told_with_its_place_and_its_items() {
    let folder = tempfile::tempdir().unwrap();
    forty(folder.path()).await;
    let whole = check(&look(folder.path()));
    assert_eq!(whole.iter().map(|file| file.records).sum::<u64>(), 40);
    let names: Vec<_> = whole.iter().map(|file| file.name.clone()).collect();
    let record_bytes = (whole[1].bytes - HEADER) / whole[1].records;
    // one byte of the second record of the second file
    let offset = HEADER + record_bytes;
    tamper(folder.path(), &names[1], |bytes| bytes[offset as usize + 50] ^= 1);
    // the end of the third
    tamper(folder.path(), &names[2], |bytes| bytes.truncate((HEADER + 2 * record_bytes) as usize + 9));
    std::fs::remove_file(folder.path().join(&names[4])).unwrap();
    let log = look(folder.path());
    let found = check(&log);
    let holes: Vec<_> = found.iter().flat_map(|file| file.holes.clone()).collect();
    assert_eq!(holes[0], Hole { file: names[1].clone(), offset, records: 1, items: 2 });
    let cut = whole[2].records - 2;
    let at = HEADER + 2 * record_bytes;
    assert_eq!(holes[1], Hole { file: names[2].clone(), offset: at, records: cut, items: 2 * cut });
    let gone = whole[4].records;
    let at = whole[3].bytes;
    assert_eq!(holes[2], Hole { file: names[3].clone(), offset: at, records: gone, items: 2 * gone });
    assert_eq!(holes.len(), 3);
    let lost: u64 = log
        .records(log.start())
        .map(|stored| match stored.unwrap() {
            Stored::Lost { gap, evicted: false } => gap.items(),
            _ => 0,
        })
        .sum();
    assert_eq!(lost, found.iter().map(|file| file.items_gone).sum::<u64>());
}

#[tokio::test]
async fn the_first_file_and_the_last_are_missed_too() {
    for last in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        forty(folder.path()).await;
        let whole = check(&look(folder.path()));
        let gone = if last { whole.last().unwrap() } else { &whole[0] };
        std::fs::remove_file(folder.path().join(&gone.name)).unwrap();
        let found = check(&look(folder.path()));
        assert_eq!(found.iter().map(|file| file.items_gone).sum::<u64>(), gone.items, "{last}");
    }
}

#[tokio::test]
async fn a_tail_that_nobody_was_told_about_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    forty(folder.path()).await;
    let last = check(&look(folder.path())).pop().unwrap();
    tamper(folder.path(), &last.name, |bytes| bytes.extend([7; 33]));
    let found = check(&look(folder.path())).pop().unwrap();
    assert_eq!((found.tail_bytes, found.is_damaged()), (33, false));
}

#[tokio::test]
async fn a_cursor_that_is_damaged_is_told_and_nothing_counts_as_settled() {
    let folder = tempfile::tempdir().unwrap();
    forty(folder.path()).await;
    tamper(folder.path(), "a.cursor", |bytes| bytes.fill(0xff));
    let log = look(folder.path());
    let cursor = log.cursor("a").unwrap();
    assert!(cursor.is_damaged());
    assert_eq!(log.backlog(cursor).items, 80);
}

#[tokio::test]
async fn an_empty_folder_is_an_empty_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = look(folder.path());
    assert_eq!((log.end(), log.bytes(), log.cursors().len()), (Place::default(), 0, 0));
    assert!(check(&log).is_empty());
}

#[tokio::test]
async fn what_was_dropped_to_make_room_is_not_missed() {
    let disk = super::super::tests::Simulated::default();
    let mut settings = settings();
    (settings.limits.bytes_max, settings.limits.when_full) = (2_000, super::super::WhenFull::DropOldest);
    let log = open(&disk, LogSettings { ..settings });
    let _reader = log.reader("slow").unwrap();
    append(&log, 0..60).await;
    log.append(batch(60), Note::only_for("slow")).await.unwrap();
    log.close();
    assert!(segments(&disk).len() < 6);
    let stored = StoredLog::open(Arc::new(disk.clone())).unwrap();
    assert!(check(&stored).iter().all(|file| !file.is_damaged()));
    let first = stored.records(Place::default()).next().unwrap().unwrap();
    assert!(matches!(first, Stored::Lost { evicted: true, .. }), "{first:?}");
}

const HEADER: u64 = super::super::segment::HEADER_BYTES;

fn tamper(folder: &std::path::Path, file: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(folder.join(file)).unwrap();
    change(&mut bytes);
    std::fs::write(folder.join(file), bytes).unwrap();
}
