use codeagent_semconv::metric;

use super::*;
use crate::{NodeKind, Reason, Signal};

/// The samples of the metric `name`, in the order of the page.
fn samples<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let is_sample = |line: &&str| line.starts_with(name) && line[name.len()..].starts_with(['{', ' ']);
    page.lines().filter(is_sample).collect()
}

#[test]
fn the_ledger_is_shown_under_the_collectors_names_and_ours() {
    let host = Host::new(1, 1000);
    let receiver = host.ledger.node(NodeKind::Receiver, "otlp", "", Signal::Traces);
    receiver.enter(10).deliver_rest();
    receiver.enter(2).drop_rest(Reason::Malformed);
    for pipeline in ["traces/a", "traces/b"] {
        host.ledger.node(NodeKind::Processor, "filter", pipeline, Signal::Traces).enter(5).deliver_rest();
    }
    let exporter = host.ledger.node(NodeKind::Exporter, "kafka/eu", "", Signal::Traces);
    exporter.enter(1).drop_rest(Reason::QueueFull);
    let mut token = exporter.enter(9);
    token.deliver(5);
    token.drop_items(Reason::Rejected, 1);

    let page = render(&host);
    let expected = [
        ("otelcol_receiver_accepted_spans", r#"{receiver="otlp"} 10"#),
        ("otelcol_receiver_refused_spans", r#"{receiver="otlp"} 2"#),
        ("otelcol_processor_incoming_items", r#"{processor="filter",otel_signal="traces"} 10"#),
        ("otelcol_exporter_sent_spans", r#"{exporter="kafka/eu"} 5"#),
        ("otelcol_exporter_send_failed_spans", r#"{exporter="kafka/eu"} 1"#),
        ("otelcol_exporter_enqueue_failed_spans", r#"{exporter="kafka/eu"} 1"#),
        ("codeagent_memory_budget_limit_bytes", " 1000"),
    ];
    for (name, sample) in expected {
        assert_eq!(samples(&page, name), [format!("{name}{sample}")]);
    }
    let own = r#"{node="kafka/eu",kind="exporter",pipeline="",signal="traces"}"#;
    assert!(page.contains(&format!("codeagent_ledger_items_in_total{own} 10\n")), "{page}");
    assert!(page.contains(&format!("codeagent_ledger_items_in_flight{own} 3\n")), "{page}");
    assert_eq!(samples(&page, "codeagent_ledger_items_dropped_total").len(), 3);
    assert!(page.contains(r#"signal="traces",reason="rejected"} 1"#), "{page}");
    drop(token);
}

#[test]
fn every_metric_has_one_head_before_its_samples() {
    let host = Host::new(1, 1000);
    for id in ["a", "b"] {
        let labels = [("exporter", id), ("signal", "logs")];
        host.metrics.counter(&metric::CODEAGENT_EXPORTER_RETRIES, &labels).add(3);
        host.metrics.histogram(&metric::CODEAGENT_EXPORTER_ATTEMPT_DURATION, &labels).observe(0.5);
    }
    let page = render(&host);
    let heads: Vec<_> = page.lines().filter(|line| line.starts_with("# TYPE codeagent_exporter")).collect();
    assert_eq!(
        heads,
        [
            "# TYPE codeagent_exporter_retries_total counter",
            "# TYPE codeagent_exporter_attempt_duration_seconds histogram"
        ]
    );
    assert_eq!(samples(&page, "codeagent_exporter_retries_total").len(), 2);
}

#[test]
fn a_histogram_counts_up_to_each_bound_and_the_bound_itself() {
    let registry = Registry::default();
    let labels = [("exporter", "otlp"), ("signal", "logs")];
    let histogram = registry.histogram(&metric::CODEAGENT_EXPORTER_ATTEMPT_DURATION, &labels);
    for seconds in [0.001, 0.0011, 61.0] {
        histogram.observe(seconds);
    }
    assert_eq!(histogram.count(), 3);
    let mut page = String::new();
    registry.write(&mut page);
    let own = r#"exporter="otlp",signal="logs""#;
    for (bound, count) in [("0.001", 1), ("0.0025", 2), ("60", 2), ("+Inf", 3)] {
        let line =
            format!("codeagent_exporter_attempt_duration_seconds_bucket{{{own},le=\"{bound}\"}} {count}\n");
        assert!(page.contains(&line), "{line}{page}");
    }
    assert!(page.contains(&format!("codeagent_exporter_attempt_duration_seconds_sum{{{own}}} 61.0021\n")));
    assert!(page.contains(&format!("codeagent_exporter_attempt_duration_seconds_count{{{own}}} 3\n")));
}

#[test]
fn the_same_name_and_labels_are_the_same_counter() {
    let registry = Registry::default();
    let counter = |id| registry.counter(&metric::CODEAGENT_EXPORTER_RETRIES, &[("exporter", id)]);
    counter("a").add(1);
    counter("a").add(1);
    counter("b").add(5);
    assert_eq!((counter("a").value(), counter("b").value()), (2, 5));
}

#[test]
fn a_gauge_whose_subject_is_gone_is_not_shown() {
    let registry = Registry::default();
    let subject = std::sync::Arc::new(7.0);
    let weak = std::sync::Arc::downgrade(&subject);
    let read = move || weak.upgrade().map(|value| *value);
    registry.gauge(&metric::CODEAGENT_EXPORTER_QUEUE_USED, &[("exporter", "otlp")], read);
    let page = || {
        let mut page = String::new();
        registry.write(&mut page);
        page
    };
    assert!(page().contains("codeagent_exporter_queue_used_bytes{exporter=\"otlp\"} 7\n"));
    drop(subject);
    assert_eq!(page(), "");
}

#[test]
fn label_values_are_escaped() {
    let registry = Registry::default();
    registry.counter(&metric::CODEAGENT_EXPORTER_RETRIES, &[("exporter", "a\"b\\c\nd")]);
    let mut page = String::new();
    registry.write(&mut page);
    assert!(page.contains(r#"{exporter="a\"b\\c\nd"} 0"#), "{page}");
}
