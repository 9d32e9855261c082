//! What users write, and what it comes to.

use std::time::Duration;

use codeagent_config::{Diagnostics, Environment, Section, Source};

use crate::sender::config::{QueueConfig, RetryConfig, Sizer};
use crate::{Batching, SenderSettings};

/// Reads `sending_queue` and `retry_on_failure`; what is wrong with them, as users see it.
fn read(queue: &str, retry: &str) -> Result<(QueueConfig, RetryConfig), String> {
    let mut diagnostics = Diagnostics::new();
    let section = |name: &str, text: &str, diagnostics: &mut Diagnostics| {
        let source = Source::new(name, text);
        Section::from_yaml(&source, &Environment::empty(), diagnostics).unwrap()
    };
    let queue = section("sending_queue", queue, &mut diagnostics);
    let retry = section("retry_on_failure", retry, &mut diagnostics);
    let configs = (queue.decode(&mut diagnostics), retry.decode(&mut diagnostics));
    if let (Some(queue_config), Some(retry_config)) = &configs {
        QueueConfig::check(queue_config, &queue, &mut diagnostics);
        RetryConfig::check(retry_config, &retry, &mut diagnostics);
    }
    let messages = diagnostics.render(false);
    match configs {
        (Some(queue), Some(retry)) if diagnostics.is_empty() => Ok((queue, retry)),
        _ => Err(messages),
    }
}

fn settings(queue: &str, batching: Option<Batching>) -> SenderSettings {
    let (queue, retry) = read(queue, "{}").unwrap();
    SenderSettings::new(&queue, &retry, Duration::ZERO, batching)
}

#[test]
fn nothing_written_is_the_default() {
    assert_eq!(read("{}", "{}").unwrap(), (QueueConfig::default(), RetryConfig::default()));
    let (queue, _) = read("{batch: {}}", "{}").unwrap();
    assert_eq!(queue.batch, Some(Default::default()));
}

#[test]
fn a_file_of_the_collector_reads_as_it_is() {
    let queue = "{enabled: true, num_consumers: 4, queue_size: 5000, sizer: items, block_on_overflow: true, \
                 wait_for_result: false, batch: {flush_timeout: 1s, min_size: 100, max_size: 1000}}";
    let retry = "{enabled: true, initial_interval: 1s, randomization_factor: 0.2, multiplier: 2, \
                 max_interval: 10s, max_elapsed_time: 0}";
    let (queue, retry) = read(queue, retry).unwrap();
    assert_eq!(
        (queue.num_consumers, queue.sizer, queue.wait_for_result),
        (4, Some(Sizer::Items), Some(false))
    );
    assert_eq!((retry.multiplier, retry.elapsed_max(false)), (2.0, Duration::ZERO));
}

#[test]
fn what_cannot_work_is_refused_with_the_key() {
    let cases = [
        ("{num_consumers: 0}", "{}", "num_consumers"),
        ("{queue_size: 0}", "{}", "queue_size"),
        ("{queue_bytes_max: 0}", "{}", "queue_bytes_max"),
        ("{sizer: spans}", "{}", "spans"),
        ("{storage: file_storage, wait_for_result: true}", "{}", "exclude each other"),
        ("{storage: file_storage, enabled: false}", "{}", "needs the queue"),
        ("{batch: {partition: {metadata_keys: [a]}}}", "{}", "metadata"),
        ("{batch: {sizer: requests}}", "{}", "only the sizers"),
        ("{batch: {min_size: 5, flush_timeout: 0s}}", "{}", "flush_timeout"),
        ("{batch: {min_size: 5, max_size: 4}}", "{}", "max_size"),
        ("{sizer: items, queue_size: 4, batch: {min_size: 5}}", "{}", "min_size"),
        ("{num_consumer: 1}", "{}", "num_consumers"),
        ("{}", "{randomization_factor: 1.5}", "randomization_factor"),
        ("{}", "{multiplier: -1}", "multiplier"),
        ("{}", "{max_elapsed_time: 10s}", "max_elapsed_time"),
        ("{}", "{initial_interval: 5}", "unit"),
    ];
    for (queue, retry, expected) in cases {
        let errors = read(queue, retry).unwrap_err();
        assert!(errors.contains(expected), "{queue} {retry}: {errors}");
    }
}

#[test]
fn a_queue_is_always_bounded_in_bytes() {
    let cases = [
        ("{}", 64 << 20, None),
        ("{queue_size: 5000}", 64 << 20, Some((Sizer::Requests, 5000))),
        ("{sizer: items}", 64 << 20, None),
        ("{sizer: items, queue_size: 7}", 64 << 20, Some((Sizer::Items, 7))),
        ("{sizer: bytes, queue_size: 1GiB}", 1 << 30, None),
        ("{queue_bytes_max: 1MiB, queue_size: 2, sizer: requests}", 1 << 20, Some((Sizer::Requests, 2))),
        ("{enabled: false, queue_size: 2}", 64 << 20, None),
    ];
    for (queue, bytes, count) in cases {
        let limits = settings(queue, None).queue;
        assert_eq!((limits.bytes, limits.count), (bytes, count), "{queue}");
    }
}

#[test]
fn a_queue_on_disk_is_bounded_in_what_users_write_but_not_in_bytes() {
    let limit = |size, in_requests, blocks| Some(crate::BacklogLimit { size, in_requests, blocks });
    let cases = [
        ("{storage: disk}", None),
        ("{storage: disk, queue_size: 5000}", limit(5000, true, false)),
        ("{storage: disk, queue_size: 7, sizer: items, block_on_overflow: true}", limit(7, false, true)),
        ("{queue_size: 5000}", None),
    ];
    for (queue, expected) in cases {
        assert_eq!(settings(queue, None).backlog, expected, "{queue}");
    }
    let warned = read("{storage: disk, queue_size: 1GiB, sizer: bytes}", "{}").unwrap_err();
    assert!(warned.starts_with("warning") && warned.contains("`max_size`"), "{warned}");
}

#[test]
fn batch_sizes_come_from_the_queue_then_the_batch_processor_then_the_default() {
    let asks = |send_batch_size, send_batch_max_size| Some(Batching { send_batch_size, send_batch_max_size });
    let (default, mib2) = (8192, 2 << 20);
    let cases = [
        ("{}", None, (default, mib2, default)),
        ("{}", asks(512, 1024), (1024, mib2, 512)),
        ("{}", asks(20_000, 0), (20_000, mib2, 20_000)),
        ("{}", asks(0, 0), (default, mib2, 1)),
        ("{batch: {max_size: 100}}", asks(512, 1024), (100, mib2, 100)),
        ("{batch: {max_size: 4MiB, sizer: bytes}}", None, (usize::MAX, 4 << 20, default)),
        ("{batch: {min_size: 9000}}", None, (9000, mib2, default)),
    ];
    for (queue, batching, expected) in cases {
        let merge = settings(queue, batching).merge;
        assert_eq!((merge.items_max, merge.bytes_max, merge.items_target), expected, "{queue} {batching:?}");
    }
}

#[test]
fn an_exporter_may_ask_for_order_and_for_smaller_batches() {
    let settings = settings("{num_consumers: 9}", None).in_order().batch_bytes_max(1000).batch_items_max(10);
    assert_eq!((settings.workers, settings.merge.bytes_max, settings.merge.items_max), (1, 1000, 10));
}
