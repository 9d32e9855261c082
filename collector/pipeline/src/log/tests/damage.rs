use super::*;

/// A log of 40 batches in several files, closed, whose only destination has delivered nothing.
async fn forty() -> Simulated {
    let disk = Simulated::default();
    let log = open(&disk, settings());
    let _reader = log.reader("a").unwrap();
    append(&log, 0..40).await;
    disk
}

/// What a destination gets after a restart: the numbers in their order, and the items that are gone.
async fn after_restart(disk: &Simulated) -> (Vec<usize>, u64) {
    let log = open(disk, settings());
    let mut reader = log.reader("a").unwrap();
    let (mut numbers, mut gone) = (Vec::new(), 0);
    while reader.backlog() > 0 {
        match reader.next().await {
            Next::Batch(logged) => {
                numbers.push(number(&logged.batch));
                logged.receipt.settle();
            }
            Next::Lost { items, evicted, .. } => {
                assert!(!evicted);
                gone += items;
            }
        }
    }
    (numbers, gone)
}

fn is_part_of_forty(numbers: &[usize]) -> bool {
    numbers.is_sorted_by(|a, b| a < b) && numbers.iter().all(|number| *number < 40)
}

#[tokio::test]
async fn whatever_byte_is_flipped_the_rest_is_delivered_and_what_is_gone_is_counted() {
    let files = segments(&forty().await);
    assert!(files.len() > 4);
    for (file, offset) in files.iter().flat_map(|file| (0..500).step_by(13).map(move |at| (file, at))) {
        let disk = forty().await;
        disk.tamper(file, |bytes| {
            if let Some(byte) = bytes.get_mut(offset) {
                *byte ^= 0x40;
            }
        });
        let (numbers, gone) = after_restart(&disk).await;
        assert!(is_part_of_forty(&numbers) && numbers.len() >= 39, "{file} {offset}: {numbers:?}");
        assert_eq!(numbers.len() as u64 * 2 + gone, 80, "{file} {offset}");
    }
}

#[tokio::test]
async fn a_file_that_is_cut_short_costs_what_was_behind_the_cut() {
    let files = segments(&forty().await);
    for (file, length) in files.iter().flat_map(|file| [0, 10, 32, 100, 200, 300].map(|to| (file, to))) {
        let disk = forty().await;
        disk.tamper(file, |bytes| bytes.truncate(length));
        let (numbers, gone) = after_restart(&disk).await;
        assert!(is_part_of_forty(&numbers), "{file} {length}: {numbers:?}");
        assert_eq!(numbers.len() as u64 * 2 + gone, 80, "{file} {length}");
    }
}

#[tokio::test]
async fn a_file_that_is_gone_costs_what_was_in_it() {
    for file in segments(&forty().await) {
        let disk = forty().await;
        disk.remove(&file).unwrap();
        let (numbers, gone) = after_restart(&disk).await;
        assert!(is_part_of_forty(&numbers) && numbers.len() < 40 && !numbers.is_empty(), "{file}");
        assert_eq!(numbers.len() as u64 * 2 + gone, 80, "{file}");
    }
}

#[tokio::test]
async fn a_damaged_file_is_kept_aside() {
    let disk = forty().await;
    let file = segments(&disk)[1].clone();
    disk.tamper(&file, |bytes| bytes[80] ^= 1);
    let (_, gone) = after_restart(&disk).await;
    assert_eq!(gone, 2);
    let log = open(&disk, settings());
    append(&log, 40..42).await;
    log.close();
    let names = disk.list().unwrap();
    assert!(names.contains(&file) || names.contains(&format!("{file}.damaged")), "{names:?}");
}

#[tokio::test]
async fn a_destination_whose_progress_is_gone_gets_everything_again_and_a_new_one_nothing() {
    let disk = forty().await;
    disk.remove("a.cursor").unwrap();
    let log = open(&disk, settings());
    assert_eq!(log.cursors().iter().map(|cursor| cursor.repeated()).collect::<Vec<_>>(), [80]);
    assert_eq!(log.reader("b").unwrap().backlog(), 0);
    drop(log);
    let (numbers, gone) = after_restart(&disk).await;
    assert_eq!((numbers, gone), ((0..40).collect(), 0));
    // who was there for once, and whose progress goes after that, is known too
    disk.remove("b.cursor").unwrap();
    assert!(open(&disk, settings()).reader("b").unwrap().backlog() > 0);
}

#[tokio::test]
async fn a_destination_that_was_forgotten_is_new_again() {
    let disk = forty().await;
    let log = open(&disk, settings());
    let _other = log.reader("b").unwrap();
    assert_eq!(log.forget("a").unwrap(), 80);
    assert_eq!(log.reader("a").unwrap().backlog(), 0);
    drop(log);
    assert_eq!(open(&disk, settings()).reader("a").unwrap().backlog(), 0);
}

#[tokio::test]
async fn without_the_list_of_destinations_their_files_count() {
    let disk = forty().await;
    disk.remove("destinations.list").unwrap();
    drop(open(&disk, settings()));
    disk.remove("a.cursor").unwrap();
    let (numbers, gone) = after_restart(&disk).await;
    assert_eq!((numbers, gone), ((0..40).collect(), 0));
}

#[tokio::test]
async fn a_destination_whose_progress_is_damaged_gets_everything_again() {
    let disk = forty().await;
    disk.tamper("a.cursor", |bytes| bytes.iter_mut().for_each(|byte| *byte ^= 0x55));
    let (numbers, gone) = after_restart(&disk).await;
    assert_eq!((numbers, gone), ((0..40).collect(), 0));
}
