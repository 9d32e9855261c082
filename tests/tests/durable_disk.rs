//! Queues on disk when the disk is damaged, refuses, or is full: what is gone is counted to the item, all else arrives.

use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use codeagent_tests::durable::{large_spans, log_folder, segments, to_sinks};
use codeagent_tests::numbered::{Numbers, all_arrive, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::sink::Mode;
use codeagent_tests::status::Status;
use codeagent_tests::{Collector, Load, Sink, Tally, eventually};
use tonic::Code;

/// What somebody does to the files of a log while the collector is away. It names the most items that this may cost.
type Harm = fn(&Collector) -> u64;

/// Items of one request of the load.
const REQUEST: u64 = 25;

fn write_at(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

fn cut(path: &Path, size: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(size).unwrap();
}

/// Items before the first of this file, as its name says.
fn first_item(segment: &Path) -> u64 {
    segment.file_stem().unwrap().to_str().unwrap().rsplit('-').next().unwrap().parse().unwrap()
}

/// Items in the files from one to another.
fn items(segments: &[PathBuf], from: usize, to: usize) -> u64 {
    first_item(&segments[to]) - first_item(&segments[from])
}

fn a_flipped_byte(collector: &Collector) -> u64 {
    let segment = &segments(collector)[1];
    let (at, mut byte) = (size(segment) / 2, [0]);
    let mut file = fs::File::open(segment).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    write_at(segment, at, &[byte[0] ^ 0x10]);
    REQUEST
}

fn a_page_of_zeros(collector: &Collector) -> u64 {
    let segment = &segments(collector)[1];
    write_at(segment, size(segment) / 2, &[0; 4096]);
    // as many requests as a page can touch
    4 * REQUEST
}

fn a_header_of_zeros(collector: &Collector) -> u64 {
    write_at(&segments(collector)[1], 0, &[0; 32]);
    0
}

fn a_file_cut_short(collector: &Collector) -> u64 {
    let segments = segments(collector);
    cut(&segments[1], size(&segments[1]) / 2);
    items(&segments, 1, 2)
}

fn an_empty_file(collector: &Collector) -> u64 {
    let segments = segments(collector);
    cut(&segments[1], 0);
    items(&segments, 1, 2)
}

fn a_removed_file(collector: &Collector) -> u64 {
    let segments = segments(collector);
    fs::remove_file(&segments[1]).unwrap();
    items(&segments, 1, 2)
}

fn the_first_file_removed(collector: &Collector) -> u64 {
    let segments = segments(collector);
    fs::remove_file(&segments[0]).unwrap();
    items(&segments, 0, 1)
}

fn the_last_file_cut_short(collector: &Collector) -> u64 {
    let segments = segments(collector);
    let last = segments.last().unwrap();
    cut(last, size(last) - 10);
    REQUEST
}

fn garbage_behind_the_end(collector: &Collector) -> u64 {
    let segments = segments(collector);
    let last = segments.last().unwrap();
    write_at(last, size(last), &[0xa5; 5000]);
    0
}

fn the_mark_removed(collector: &Collector) -> u64 {
    fs::remove_file(log_folder(collector).join("end.mark")).unwrap();
    0
}

fn foreign_files(collector: &Collector) -> u64 {
    fs::write(log_folder(collector).join("notes.txt"), "not ours").unwrap();
    fs::write(log_folder(collector).join("1-2.segment"), "not ours").unwrap();
    0
}

fn a_cursor_overwritten(collector: &Collector) -> u64 {
    let folder = log_folder(collector);
    for name in ["otlp+a.cursor", "otlp+b.cursor"] {
        fs::write(folder.join(name), [0x5a; 8192]).unwrap();
    }
    0
}

/// Each harm, and whether it costs anything at all.
const HARMS: [(&str, Harm, bool); 12] = [
    ("a byte flipped", a_flipped_byte, true),
    ("a page of zeros", a_page_of_zeros, true),
    ("a header of zeros", a_header_of_zeros, false),
    ("a file cut short", a_file_cut_short, true),
    ("a file emptied", an_empty_file, true),
    ("a file removed", a_removed_file, true),
    ("the first file removed", the_first_file_removed, true),
    ("the last file cut short", the_last_file_cut_short, true),
    ("garbage behind the end", garbage_behind_the_end, false),
    ("the mark removed", the_mark_removed, false),
    ("foreign files", foreign_files, false),
    ("the cursors overwritten", a_cursor_overwritten, false),
];

/// What the ledger says that an exporter lost for this reason.
fn dropped(status: &Status, exporter: &str, reason: &str) -> u64 {
    let nodes = status.nodes.iter().filter(|node| node.node == format!("exporter/{exporter}"));
    nodes.map(|node| node.dropped.get(reason).copied().unwrap_or(0)).sum()
}

/// What is owed and did not arrive.
fn gone(tally: &Tally, arrived: &Numbers) -> Vec<u64> {
    tally.acknowledged().iter().copied().filter(|number| !arrived.contains_key(number)).collect()
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_is_damaged_is_counted_to_the_item_and_all_else_is_delivered() {
    for (name, harm, costs) in HARMS {
        println!("{name}");
        let (a, b) = (Sink::start(), Sink::start());
        // files of 128 KiB, which hold some dozens of requests
        let mut collector = Collector::start(&to_sinks(&[(&a, ""), (&b, "")], ", max_size: 1MiB")).await;
        let mut tally = Tally::new(format!("disk: {name}"));
        for sink in [&a, &b] {
            sink.set(Mode::Refuse(Code::Unavailable));
        }
        let load = Load::without_repeats(&collector.grpc(), spans, 4, REQUEST);
        eventually("there are some files", async || match segments(&collector).len() {
            files @ 0..=3 => Err(format!("{files} files")),
            _ => Ok(()),
        })
        .await;
        // no request is on its way when it dies, so all that is on disk is acknowledged
        tally.owe(load).await;
        tally.look(&collector);
        collector.kill().await;
        let most = harm(&collector);
        for sink in [&a, &b] {
            sink.set(Mode::Accept);
        }
        collector.restart().await;
        let status = collector.settled().await;
        for (exporter, sink) in [("otlp/a", &a), ("otlp/b", &b)] {
            let arrived = sink.numbers(Signal::Traces);
            let gone = gone(&tally, &arrived);
            let counted = dropped(&status, exporter, "corrupted");
            assert_eq!(gone.len() as u64, counted, "{name}, {exporter}: {status:?}");
            assert!(counted <= most, "{name}: {counted} items are gone, of {most} at most");
            assert_eq!(counted > 0, costs, "{name}: {counted} items are gone");
            tally.count(exporter, &arrived, &gone);
        }
        // and it works on
        let load = Load::without_repeats(&collector.grpc(), spans, 4, REQUEST);
        load.advance(200).await;
        let later = load.stop().await;
        for sink in [&a, &b] {
            all_arrive("what comes later", &later, async || Ok(sink.numbers(Signal::Traces))).await;
        }
        tally.close(collector).await;
    }
}

#[tokio::test]
#[ignore = "needs the collector and prlimit"]
async fn a_disk_that_is_full_refuses_at_the_door_and_recovers_by_itself() {
    let (a, b) = (Sink::start_stripping(), Sink::start_stripping());
    let collector = Collector::start_deaf(&to_sinks(&[(&a, ""), (&b, "")], ""), "XFSZ").await;
    let mut tally = Tally::new("a disk that runs full under load, then has space again");
    let load = Load::without_repeats(&collector.grpc(), large_spans, 4, REQUEST);
    load.advance(200).await;
    for _ in 0..2 {
        // no file can grow, as if there were no space
        collector.limit_files("65536").await;
        load.until_refused().await;
        collector.limit_files("unlimited").await;
        load.advance(500).await;
    }
    tally.settle(load, &[("a", &a), ("b", &b)]).await;
    assert!(collector.log().contains("the log takes data again"), "it never refused");
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_log_that_is_full_refuses_and_keeps_what_it_took() {
    let (away, healthy) = (Sink::start(), Sink::start());
    away.set(Mode::Refuse(Code::Unavailable));
    let config = to_sinks(&[(&away, ""), (&healthy, "")], ", max_size: 1MiB");
    let mut collector = Collector::start(&config).await;
    let mut tally = Tally::new("a log that is full: when_full refuse, then kill -9");
    let load = Load::without_repeats(&collector.grpc(), spans, 4, REQUEST);
    load.until_refused().await;
    tally.owe(load).await;
    tally.kill(&mut collector).await;
    away.set(Mode::Accept);
    tally.collect("away", &away, Signal::Traces).await;
    tally.collect("healthy", &healthy, Signal::Traces).await;
    let load = Load::without_repeats(&collector.grpc(), spans, 4, REQUEST);
    load.advance(500).await;
    drop(load.stop().await);
    tally.close(collector).await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_log_that_is_full_and_drops_the_oldest_counts_what_it_dropped() {
    let (away, healthy) = (Sink::start_stripping(), Sink::start_stripping());
    away.set(Mode::Refuse(Code::Unavailable));
    let storage = ", max_size: 8MiB, when_full: drop_oldest";
    let collector = Collector::start(&to_sinks(&[(&away, ""), (&healthy, "")], storage)).await;
    let mut tally = Tally::new("a log that is full: when_full drop_oldest");
    let load = Load::without_repeats(&collector.grpc(), large_spans, 4, REQUEST);
    // four times what the log and what is read ahead hold
    load.advance(24_000).await;
    tally.owe(load).await;
    tally.look(&collector);
    away.set(Mode::Accept);
    let status = collector.settled().await;
    for (exporter, sink) in [("otlp/a", &away), ("otlp/b", &healthy)] {
        let arrived = sink.numbers(Signal::Traces);
        let gone = gone(&tally, &arrived);
        let counted = dropped(&status, exporter, "evicted");
        assert_eq!(gone.len() as u64, counted, "{exporter}: {status:?}");
        assert_eq!(counted > 0, exporter == "otlp/a", "{exporter} lost {counted}");
        tally.count(exporter, &arrived, &gone);
    }
    tally.close(collector).await;
}
