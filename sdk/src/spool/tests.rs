use std::fs;
use std::path::Path;

use bytes::Bytes;
use codeagent_semconv::value::Signal;
use tempfile::TempDir;

use super::*;

fn spool(folder: &TempDir, bytes_max: u64) -> Spool {
    spool_in(folder.path(), bytes_max, Duration::from_secs(60))
}

fn spool_in(folder: &Path, bytes_max: u64, age_max: Duration) -> Spool {
    let limits = Limits { directory: folder.join("spool"), bytes_max, age_max };
    Spool::new(limits, Arc::default())
}

fn request(items: u64, size: usize) -> Request {
    let letter = u8::try_from(items % 251).unwrap();
    Request {
        signal: Signal::Logs,
        items,
        body: Bytes::from(vec![letter; size]),
        is_gzip: items.is_multiple_of(2),
    }
}

fn files(folder: &TempDir) -> Vec<PathBuf> {
    fs::read_dir(folder.path().join("spool")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Sends all.
fn drain(spool: &mut Spool) -> Vec<u64> {
    let mut sent = Vec::new();
    while let Some(request) = spool.next() {
        assert_eq!(request.body, self::request(request.items, request.body.len()).body);
        sent.push(request.items);
        spool.done();
    }
    sent
}

#[test]
fn what_is_put_in_comes_out_in_order_and_leaves_no_file() {
    let folder = TempDir::new().unwrap();
    let mut spool = spool(&folder, 1 << 20);
    for items in 1..=5 {
        spool.append(&request(items, 1000)).unwrap();
    }
    assert_eq!(drain(&mut spool), [1, 2, 3, 4, 5]);
    spool.append(&request(6, 10)).unwrap();
    assert_eq!(drain(&mut spool), [6]);
    assert_eq!(spool.size(), 8, "a file whose records are sent is used again from its beginning");
    spool.close();
    assert_eq!(files(&folder).len(), 0);
}

#[test]
fn the_next_run_sends_what_the_last_one_left_and_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let mut first = spool(&folder, 1 << 20);
    for items in 1..=3 {
        first.append(&request(items, 100)).unwrap();
    }
    assert_eq!(first.next().unwrap().items, 1);
    first.done();
    assert_eq!(first.next().unwrap().items, 2, "given, but not done");
    drop(first);
    let mut second = spool(&folder, 1 << 20);
    assert!(second.adopt());
    assert_eq!(drain(&mut second), [2, 3]);
    assert_eq!(files(&folder).len(), 0);
}

#[test]
fn the_files_of_a_process_that_lives_are_left_alone() {
    let folder = TempDir::new().unwrap();
    let mut first = spool(&folder, 1 << 20);
    first.append(&request(1, 100)).unwrap();
    let mut second = spool(&folder, 1 << 20);
    assert!(!second.adopt());
    second.append(&request(2, 100)).unwrap();
    assert_eq!(drain(&mut second), [2]);
    assert_eq!(drain(&mut first), [1]);
}

#[test]
fn whatever_byte_a_crash_ends_at_the_whole_records_before_it_are_sent() {
    let folder = TempDir::new().unwrap();
    let mut first = spool(&folder, 1 << 20);
    first.append(&request(1, 50)).unwrap();
    first.append(&request(2, 50)).unwrap();
    drop(first);
    let path = files(&folder).remove(0);
    let whole = fs::read(&path).unwrap();
    let (one, two) = (8 + record::HEAD + 50, 8 + 2 * (record::HEAD + 50));
    assert_eq!(whole.len(), two);
    for length in 0..=whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let mut next = spool(&folder, 1 << 20);
        next.adopt();
        let expected: &[u64] = if length < one {
            &[]
        } else if length < two {
            &[1]
        } else {
            &[1, 2]
        };
        assert_eq!(drain(&mut next), expected, "cut at {length}");
        assert!(!path.exists(), "cut at {length}");
    }
}

#[test]
fn no_flipped_bit_is_sent_and_the_records_behind_it_are() {
    let folder = TempDir::new().unwrap();
    let mut first = spool(&folder, 1 << 20);
    for items in 1..=3 {
        first.append(&request(items, 20)).unwrap();
    }
    drop(first);
    let path = files(&folder).remove(0);
    let whole = fs::read(&path).unwrap();
    let size = record::HEAD + 20;
    for at in 8 + size..8 + 2 * size {
        // The state byte is the one that is not summed: it only says that the record is done with.
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, &damaged).unwrap();
        let mut next = spool(&folder, 1 << 20);
        next.adopt();
        let sent = drain(&mut next);
        assert_eq!(sent[0], 1, "flipped at {at}");
        assert!(!sent.contains(&2), "flipped at {at}: {sent:?}");
    }
    let mut damaged = whole.clone();
    damaged[8 + 2 * size - 1] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let mut next = spool(&folder, 1 << 20);
    next.adopt();
    assert_eq!(drain(&mut next), [1, 3]);
    assert_eq!(next.ledger.lost(Signal::Logs, Loss::SpoolFailed), 2);
}

#[test]
fn a_full_spool_gives_up_its_oldest_file_and_counts_what_was_in_it() {
    let folder = TempDir::new().unwrap();
    let mut spool = spool(&folder, 10 << 20);
    for items in 1..=14 {
        spool.append(&request(items, 1 << 20)).unwrap();
        let on_disk: u64 = files(&folder).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
        assert!(on_disk <= 10 << 20, "{on_disk}");
    }
    let sent: u64 = drain(&mut spool).iter().sum();
    let lost = spool.ledger.lost(Signal::Logs, Loss::SpoolFull);
    assert!(lost > 0);
    assert_eq!(sent + lost, (1..=14).sum::<u64>());
    assert!(spool.append(&request(1, 11 << 20)).is_err(), "more than all of it");
}

#[test]
fn what_lay_too_long_is_counted_and_not_sent() {
    let folder = TempDir::new().unwrap();
    let mut first = spool(&folder, 1 << 20);
    first.append(&request(4, 100)).unwrap();
    let path = files(&folder).remove(0);
    let mut old = fs::read(&path).unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    old[8..8 + record::HEAD].copy_from_slice(&record::head(&request(4, 100), long_ago));
    drop(first);
    fs::write(&path, old).unwrap();
    let mut next = spool(&folder, 1 << 20);
    next.adopt();
    assert_eq!(drain(&mut next), [0; 0]);
    assert_eq!(next.ledger.lost(Signal::Logs, Loss::Expired), 4);
}

#[test]
fn files_that_are_not_ours_are_not_read() {
    let folder = TempDir::new().unwrap();
    let directory = folder.path().join("spool");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("notes.txt"), "mine").unwrap();
    fs::write(directory.join("0-1-0.spool"), vec![0xCA; 5000]).unwrap();
    let mut spool = spool(&folder, 1 << 20);
    spool.adopt();
    assert_eq!(drain(&mut spool), [0; 0]);
    assert_eq!(files(&folder), [directory.join("notes.txt")]);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let mut spool = spool(&folder, 1 << 20);
    spool.append(&request(1, 100)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("spool")), 0o700);
    assert_eq!(mode(&files(&folder)[0]), 0o600);
}
