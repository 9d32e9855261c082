use super::super::inspect::{Stored, StoredLog};
use super::super::{Replay, Selection, TakenOut};
use super::*;

fn dead(disk: &Simulated) -> Log {
    open(disk, LogSettings { keeps_all: true, ..settings() })
}

async fn letter(log: &Log, number: usize, exporter: &str, reason: &str, refused: Option<u64>) {
    let note = Note {
        exporter: Some(exporter.to_owned()),
        reason: Some(reason.to_owned()),
        message: Some("no".to_owned()),
        refused,
        ..Note::default()
    };
    log.append(batch(number), note).await.unwrap();
}

/// The letters that are not out, as one who looks at the files sees them.
fn left(disk: &Simulated) -> Vec<usize> {
    let log = StoredLog::open(Arc::new(disk.clone())).unwrap();
    let mut left = Vec::new();
    for stored in log.records(log.start()) {
        let Stored::Record(record) = stored.unwrap() else { panic!() };
        let note = Note::decode(&record.note).unwrap();
        if !log.cursor(&note.exporter.unwrap()).is_some_and(|cursor| cursor.is_settled(&record)) {
            left.push(number(&Batch::new(record.signal, record.payload().unwrap(), 2)));
        }
    }
    left
}

fn of(exporter: &str) -> Selection {
    Selection { exporter: Some(exporter.to_owned()), ..Selection::default() }
}

#[tokio::test]
async fn letters_are_sent_again_to_their_destination_alone_and_only_once() {
    let (disk, dead_disk) = (Simulated::default(), Simulated::default());
    let (log, dead_log) = (open(&disk, settings()), dead(&dead_disk));
    let (mut a, mut b) = (log.reader("a").unwrap(), log.reader("b").unwrap());
    for number in 0..12 {
        letter(&dead_log, number, if number % 2 == 0 { "a" } else { "b" }, "rejected", None).await;
    }
    let out = dead_log.take_out(&of("a"), Replay::Into(&log)).await;
    assert_eq!(out, TakenOut { letters: 6, items: 12, ..TakenOut::default() });
    assert_eq!(settle(read(&mut a, 6).await), [0, 2, 4, 6, 8, 10]);
    assert_eq!(left(&dead_disk), [1, 3, 5, 7, 9, 11]);
    assert_eq!(dead_log.take_out(&of("a"), Replay::Into(&log)).await, TakenOut::default());
    drop(dead_log);
    // as after a restart
    let dead_log = dead(&dead_disk);
    let out = dead_log.take_out(&Selection::default(), Replay::Into(&log)).await;
    assert_eq!((out.letters, out.stopped), (6, None));
    assert_eq!(settle(read(&mut b, 6).await), [1, 3, 5, 7, 9, 11]);
    assert_eq!((a.backlog(), left(&dead_disk).len()), (12, 0));
}

#[tokio::test]
async fn a_letter_that_was_refused_in_part_is_sent_again_only_where_that_is_asked_for() {
    let (disk, dead_disk) = (Simulated::default(), Simulated::default());
    let (log, dead_log) = (open(&disk, settings()), dead(&dead_disk));
    drop(log.reader("a").unwrap());
    letter(&dead_log, 1, "a", "rejected", Some(1)).await;
    letter(&dead_log, 2, "a", "rejected", None).await;
    let out = dead_log.take_out(&of("a"), Replay::Into(&log)).await;
    assert_eq!((out.letters, out.partial_letters_left), (1, 1));
    assert_eq!(left(&dead_disk), [1]);
    let partial = Selection { with_partial: true, ..of("a") };
    assert_eq!(dead_log.take_out(&partial, Replay::Into(&log)).await.letters, 1);
    assert!(left(&dead_disk).is_empty());
}

#[tokio::test]
async fn a_letter_that_nobody_would_read_stays() {
    let (disk, dead_disk) = (Simulated::default(), Simulated::default());
    let (log, dead_log) = (open(&disk, settings()), dead(&dead_disk));
    letter(&dead_log, 1, "gone", "rejected", None).await;
    let out = dead_log.take_out(&Selection::default(), Replay::Into(&log)).await;
    assert_eq!(out, TakenOut { orphaned_letters_left: 1, ..TakenOut::default() });
    assert_eq!((left(&dead_disk), log.end().sequence), (vec![1], 0));
}

#[tokio::test]
async fn letters_of_one_reason_are_taken_from_among_hundreds_of_others() {
    let (disk, dead_disk) = (Simulated::default(), Simulated::default());
    let (log, dead_log) = (open(&disk, settings()), dead(&dead_disk));
    let reason = |number: usize| if number.is_multiple_of(2) { "rejected" } else { "too_large" };
    drop(log.reader("a").unwrap());
    for number in 0..600 {
        letter(&dead_log, number, "a", reason(number), None).await;
    }
    let rejected = Selection { reason: Some("rejected".to_owned()), ..Selection::default() };
    assert_eq!(dead_log.take_out(&rejected, Replay::Into(&log)).await.letters, 300);
    drop(dead_log);
    let dead_log = dead(&dead_disk);
    let mut others = left(&dead_disk);
    others.sort_unstable();
    assert_eq!(others, (1..600).step_by(2).collect::<Vec<_>>());
    let all = dead_log.take_out(&Selection::default(), Replay::Into(&log)).await;
    assert_eq!((all.letters, left(&dead_disk).len()), (300, 0));
}

#[tokio::test]
async fn letters_that_are_dropped_give_their_room_back() {
    let disk = Simulated::default();
    let dead_log = dead(&disk);
    for number in 0..40 {
        letter(&dead_log, number, if number < 30 { "a" } else { "b" }, "rejected", None).await;
    }
    let files = segments(&disk).len();
    let out = dead_log.take_out(&of("a"), Replay::Nowhere).await;
    assert_eq!((out.letters, out.items), (30, 60));
    dead_log.close();
    assert!(segments(&disk).len() < files / 2, "{:?}", segments(&disk));
    assert_eq!(left(&disk), (30..40).collect::<Vec<_>>());
    // what was dropped is not missed
    let stored = StoredLog::open(Arc::new(disk.clone())).unwrap();
    stored.check(|file| assert!(!file.is_damaged(), "{file:?}")).unwrap();
}

#[tokio::test]
async fn letters_that_find_no_room_stay() {
    let (disk, dead_disk) = (Simulated::default(), Simulated::default());
    let mut full = settings();
    full.limits.bytes_max = 2_000;
    let (log, dead_log) = (open(&disk, full), dead(&dead_disk));
    let mut reader = log.reader("a").unwrap();
    let mut taken = 0;
    while log.append(batch(taken), Note::default()).await.is_ok() {
        taken += 1;
    }
    for number in 90..94 {
        letter(&dead_log, number, "a", "rejected", None).await;
    }
    let out = dead_log.take_out(&of("a"), Replay::Into(&log)).await;
    assert!(out.letters == 0 && out.stopped.as_ref().is_some_and(|why| why.contains("is full")), "{out:?}");
    assert_eq!(left(&dead_disk), [90, 91, 92, 93]);
    settle(read(&mut reader, taken).await);
    while dead_log.take_out(&of("a"), Replay::Into(&log)).await.stopped.is_some() {
        tokio::task::yield_now().await;
    }
    // room may have come between one letter and the next
    let mut sent = settle(read(&mut reader, 4).await);
    sent.sort_unstable();
    assert_eq!(sent, [90, 91, 92, 93]);
}

#[tokio::test]
async fn wherever_it_stops_no_letter_is_lost() {
    for crash in 0..60 {
        let (disk, dead_disk) = (Simulated::default(), Simulated::default());
        let (log, dead_log) = (open(&disk, settings()), dead(&dead_disk));
        drop(log.reader("a").unwrap());
        for number in 0..6 {
            letter(&dead_log, number, "a", "rejected", None).await;
        }
        let selection = of("a");
        let mut replayed = Box::pin(dead_log.take_out(&selection, Replay::Into(&log)));
        for _ in 0..crash {
            let poll =
                std::future::poll_fn(|context| std::task::Poll::Ready(replayed.as_mut().poll(context)));
            if poll.await.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(replayed);
        drop((log, dead_log));
        let log = open(&disk, settings());
        let mut reader = log.reader("a").unwrap();
        let waiting = reader.backlog() as usize / 2;
        let mut found = settle(read(&mut reader, waiting).await);
        found.extend(left(&dead_disk));
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, (0..6).collect::<Vec<_>>(), "after {crash} steps");
    }
}

#[tokio::test]
async fn a_backlog_is_given_up_and_counted() {
    let disk = Simulated::default();
    let log = open(&disk, settings());
    let (mut a, mut b) = (log.reader("a").unwrap(), log.reader("b").unwrap());
    append(&log, 0..20).await;
    settle(read(&mut a, 3).await);
    assert_eq!(
        (log.give_up("a").unwrap(), log.give_up("a").unwrap(), log.give_up("nobody").unwrap()),
        (34, 0, 0)
    );
    append(&log, [20]).await;
    assert_eq!(settle(read(&mut a, 1).await), [20]);
    assert_eq!(settle(read(&mut b, 21).await).len(), 21);
}

#[tokio::test]
async fn a_destination_that_is_forgotten_keeps_no_files() {
    let disk = Simulated::default();
    let log = open(&disk, settings());
    let (mut a, _old) = (log.reader("a").unwrap(), log.reader("old/one").unwrap());
    append(&log, 0..40).await;
    settle(read(&mut a, 40).await);
    let files = segments(&disk).len();
    assert_eq!((log.forget("old/one").unwrap(), log.forget("old/one").unwrap()), (80, 0));
    append(&log, 40..42).await;
    log.close();
    assert!(segments(&disk).len() < files / 2, "{:?}", segments(&disk));
    assert!(!disk.list().unwrap().contains(&"old+one.cursor".to_owned()));
}
