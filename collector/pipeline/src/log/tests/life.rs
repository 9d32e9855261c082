use std::time::Duration;

use super::super::Entry;
use super::super::journal::Journal;
use super::*;

#[tokio::test]
async fn each_destination_reads_everything_once_at_its_own_pace() {
    for memory_bytes in [0, 200, 1 << 20] {
        let disk = Simulated::default();
        let log = open(&disk, LogSettings { memory_bytes, ..settings() });
        let (mut fast, mut slow) = (log.reader("fast").unwrap(), log.reader("slow/one").unwrap());
        append(&log, 0..10).await;
        assert_eq!(settle(read(&mut fast, 10).await), (0..10).collect::<Vec<_>>());
        assert_eq!(settle(read(&mut slow, 3).await), [0, 1, 2]);
        append(&log, 10..20).await;
        assert_eq!(settle(read(&mut slow, 17).await), (3..20).collect::<Vec<_>>());
        assert_eq!((fast.backlog(), slow.backlog()), (20, 0));
        assert_eq!(settle(read(&mut fast, 10).await), (10..20).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_was_not_settled_comes_again_after_a_restart_and_nothing_else() {
    let disk = Simulated::default();
    let log = open(&disk, settings());
    let mut reader = log.reader("a").unwrap();
    append(&log, 0..10).await;
    let mut delivered = read(&mut reader, 10).await;
    let kept: Vec<_> = [7, 4, 1].map(|at| delivered.remove(at)).into();
    settle(delivered);
    drop((kept, reader, log));
    let log = open(&disk, settings());
    let mut reader = log.reader("a").unwrap();
    assert_eq!(reader.backlog(), 6);
    append(&log, [10]).await;
    assert_eq!(settle(read(&mut reader, 4).await), [1, 4, 7, 10]);
}

#[tokio::test]
async fn a_file_goes_when_everybody_is_past_it() {
    let disk = Simulated::default();
    let log = open(&disk, settings());
    let (mut a, mut b) = (log.reader("a").unwrap(), log.reader("b").unwrap());
    append(&log, 0..40).await;
    let all = segments(&disk).len();
    settle(read(&mut a, 40).await);
    append(&log, [40]).await;
    assert!(segments(&disk).len() >= all);
    settle(read(&mut b, 40).await);
    append(&log, 41..43).await;
    // the newest stays, and perhaps one more: files are looked at when something is written
    assert!(segments(&disk).len() <= 2, "{:?}", segments(&disk));
}

#[tokio::test]
async fn a_destination_that_is_not_configured_any_more_keeps_its_data() {
    let disk = Simulated::default();
    let log = open(&disk, settings());
    let _old = log.reader("old").unwrap();
    append(&log, 0..3).await;
    drop(log);
    let log = open(&disk, settings());
    let mut new = log.reader("new").unwrap();
    append(&log, 3..40).await;
    // a new destination gets what comes from now on
    assert_eq!(settle(read(&mut new, 37).await), (3..40).collect::<Vec<_>>());
    append(&log, [40]).await;
    let backlogs: Vec<_> =
        log.cursors().iter().map(|cursor| (cursor.name().to_owned(), cursor.backlog(log.end()))).collect();
    assert_eq!(backlogs, [("old".to_owned(), 82), ("new".to_owned(), 2)]);
    assert_eq!(settle(read(&mut log.reader("old").unwrap(), 41).await).len(), 41);
}

#[tokio::test]
async fn a_record_for_one_destination_is_not_read_by_the_others() {
    let log = open(&Simulated::default(), settings());
    let (mut a, mut b) = (log.reader("a").unwrap(), log.reader("b").unwrap());
    log.append(batch(1), Note::only_for("b")).await.unwrap();
    append(&log, [2]).await;
    assert_eq!(settle(read(&mut a, 1).await), [2]);
    assert_eq!(settle(read(&mut b, 2).await), [1, 2]);
    assert_eq!((a.backlog(), b.backlog()), (0, 0));
}

#[tokio::test]
async fn a_full_log_refuses_until_somebody_delivers() {
    let mut settings = settings();
    settings.limits.bytes_max = 2_000;
    let disk = Simulated::default();
    let log = open(&disk, settings);
    let mut reader = log.reader("slow").unwrap();
    let mut taken = 0;
    let refused = loop {
        match log.append(batch(taken), Note::default()).await {
            Ok(()) => taken += 1,
            Err(refused) => break refused.to_string(),
        }
        assert!(taken < 100);
    };
    assert!(refused.contains("is full") && refused.contains("the exporter slow has"), "{refused}");
    settle(read(&mut reader, taken).await);
    // room is made when something is written, or after a second
    while log.append(batch(taken), Note::default()).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(settle(read(&mut reader, 1).await), [taken]);
}

#[tokio::test]
async fn the_oldest_is_dropped_where_that_is_wanted_and_counted() {
    let mut settings = settings();
    (settings.limits.bytes_max, settings.limits.when_full) = (2_000, WhenFull::DropOldest);
    let log = open(&Simulated::default(), settings);
    let mut reader = log.reader("slow").unwrap();
    append(&log, 0..60).await;
    let Next::Lost { items, evicted: true, .. } = reader.next().await else { panic!("nothing was dropped") };
    let dropped = items as usize / 2;
    assert!(dropped > 30, "{dropped}");
    assert_eq!(settle(read(&mut reader, 60 - dropped).await), (dropped..60).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_full_disk_is_told_and_healed() {
    let disk = Simulated::default();
    let log = open(&disk, settings());
    let mut reader = log.reader("a").unwrap();
    append(&log, 0..5).await;
    disk.limit(Some(0));
    let refused = log.append(batch(9), Note::default()).await.unwrap_err().to_string();
    assert!(refused.contains("cannot be written"), "{refused}");
    disk.limit(None);
    append(&log, 5..8).await;
    assert_eq!(settle(read(&mut reader, 8).await), (0..8).collect::<Vec<_>>());
}

#[tokio::test]
async fn payloads_are_compressed_where_that_makes_them_smaller() {
    let disk = Simulated::default();
    let log = open(&disk, LogSettings { form: Form::Zstd, ..settings() });
    let mut reader = log.reader("a").unwrap();
    append(&log, 0..2).await;
    let long = Batch::new(Signal::Traces, Bytes::from("span ".repeat(10_000)), 7);
    log.append(long.clone(), Note::default()).await.unwrap();
    assert!(log.bytes() < 1_000, "{}", log.bytes());
    settle(read(&mut reader, 2).await);
    let Next::Batch(logged) = reader.next().await else { panic!() };
    assert_eq!((logged.batch.signal(), logged.batch.items()), (Signal::Traces, 7));
    assert_eq!(logged.batch.to_contiguous(), long.to_contiguous());
}

#[tokio::test]
async fn a_clock_that_jumps_back_an_hour_costs_nothing_and_changes_no_order() {
    const HOUR_MS: u64 = 3_600_000;
    const NOON_MS: u64 = 1_700_000_000_000;
    let disk = Simulated::default();
    drop(open(&disk, settings()).reader("a").unwrap());
    let limits = Limits { age_max: Some(Duration::from_secs(1800)), ..settings().limits };
    let mut journal = Journal::open(Arc::new(disk.clone()), limits).unwrap();
    for number in 0..40 {
        let now_ms = NOON_MS + number as u64 - if number < 20 { 0 } else { HOUR_MS };
        let batch = batch(number);
        let entry = Entry {
            signal: batch.signal(),
            items: 2,
            time_ms: now_ms,
            note: Bytes::new(),
            payload: [batch.to_contiguous()].into_iter().collect(),
            form: Form::Plain,
            raw_bytes: u32::try_from(batch.bytes()).unwrap(),
        };
        journal.append(&[entry], now_ms).unwrap();
        journal.expire(now_ms);
    }
    drop(journal);
    let log = open(&disk, settings());
    assert_eq!(settle(read(&mut log.reader("a").unwrap(), 40).await), (0..40).collect::<Vec<_>>());
}

#[test]
fn a_log_of_a_later_version_is_refused_with_advice() {
    let disk = Simulated::default();
    drop(open(&disk, settings()));
    let file = disk.create("0000000001-00000000000000000000-00000000000000000000.segment").unwrap();
    let mut header = *b"CATLOG\r\n\x09\x00\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let crc = crc32c::crc32c(&header[..24]);
    header[24..28].copy_from_slice(&crc.to_le_bytes());
    file.write_at(&mut [std::io::IoSlice::new(&header)], 0).unwrap();
    let storage: Arc<dyn Storage> = Arc::new(disk);
    let Err(error) = Log::open(storage, settings()) else { panic!("opened") };
    assert!(error.to_string().contains("format version 9"), "{error}");
}

#[test]
fn files_of_others_are_left_alone() {
    let disk = Simulated::default();
    drop(disk.create("notes.txt").unwrap());
    drop(open(&disk, settings()));
    assert!(disk.list().unwrap().contains(&"notes.txt".to_owned()));
}

#[test]
fn an_id_and_its_folder_are_the_same() {
    for id in ["otlp", "kafka/eu-1", "a+b/c d", "..", ".hidden", "Ü/%"] {
        let folder = crate::log::folder_name(id);
        assert!(!folder.starts_with('.') && !folder.contains('/'), "{folder}");
        assert_eq!(crate::log::id_of(&folder).as_deref(), Some(id));
    }
}
