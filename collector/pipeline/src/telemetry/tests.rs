use codeagent_semconv::metric;

use super::*;
use crate::{NodeKind, Reason, Signal};

/// The samples of the metric `name`, in the order of the page.
fn samples<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let is_sample = |line: &&str| line.starts_with(name) && line[name.len()..].starts_with(['{', ' ']);
    page.lines().filter(is_sample).collect()
}

fn page_of(registry: &Registry) -> String {
    let mut page = String::new();
    exposition::write(&mut page, &registry.read());
    page
}

#[test]
fn the_ledger_is_shown_under_the_collectors_names_and_ours() {
    let host = Host::new(1, 1000);
    let receiver = host.ledger.receiver("otlp", "grpc", Signal::Traces);
    receiver.enter(10).deliver_rest();
    host.ledger.receiver("otlp", "http", Signal::Traces).enter(1).deliver_rest();
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
        ("otelcol_receiver_accepted_spans", r#"{receiver="otlp",transport="grpc"} 10"#),
        ("otelcol_receiver_refused_spans", r#"{receiver="otlp",transport="grpc"} 2"#),
        ("otelcol_processor_incoming_items", r#"{processor="filter",otel_signal="traces"} 10"#),
        ("otelcol_exporter_sent_spans", r#"{exporter="kafka/eu"} 5"#),
        ("otelcol_exporter_send_failed_spans", r#"{exporter="kafka/eu"} 1"#),
        ("otelcol_exporter_enqueue_failed_spans", r#"{exporter="kafka/eu"} 1"#),
        ("codeagent_memory_budget_limit_bytes", " 1000"),
    ];
    for (name, sample) in expected {
        assert_eq!(samples(&page, name)[0], format!("{name}{sample}"));
    }
    let own = r#"{node="kafka/eu",kind="exporter",pipeline="",signal="traces"}"#;
    assert!(page.contains(&format!("codeagent_ledger_items_in_total{own} 10\n")), "{page}");
    assert_eq!(samples(&page, "otelcol_receiver_accepted_spans").len(), 2);
    let of_receiver = r#"{node="otlp",kind="receiver",pipeline="",signal="traces"}"#;
    assert!(page.contains(&format!("codeagent_ledger_items_in_total{of_receiver} 13\n")), "{page}");
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
    let page = page_of(&registry);
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
    let page = || page_of(&registry);
    assert!(page().contains("codeagent_exporter_queue_used_bytes{exporter=\"otlp\"} 7\n"));
    drop(subject);
    assert_eq!(page(), "");
}

#[test]
fn label_values_are_escaped() {
    let registry = Registry::default();
    registry.counter(&metric::CODEAGENT_EXPORTER_RETRIES, &[("exporter", "a\"b\\c\nd")]);
    let page = page_of(&registry);
    assert!(page.contains(r#"{exporter="a\"b\\c\nd"} 0"#), "{page}");
}

#[test]
fn what_is_sent_over_otlp_is_what_the_page_says() {
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value as Number};
    use prost::Message;

    let host = Host::new(1, 1000);
    host.ledger.receiver("otlp", "grpc", Signal::Traces).enter(10).deliver_rest();
    let labels = [("exporter", "otlp"), ("signal", "logs")];
    host.metrics.histogram(&metric::CODEAGENT_EXPORTER_ATTEMPT_DURATION, &labels).observe(0.002);
    host.metrics.gauge(&metric::OTELCOL_PROCESS_UPTIME, &[], || Some(1.5));
    let families = read(&host);
    let now = host.started + std::time::Duration::from_secs(9);
    let metrics: Vec<_> = families.iter().map(|family| encode(family, host.started, now)).collect();
    let resource = Resource::new([("service.name", crate::otlp::any_value::string("c"))], "scope", "1");
    let request = resource.request(metrics.iter().map(Vec::as_slice));
    let points: usize = families.iter().map(|family| family.points.len()).sum();
    assert_eq!(crate::otlp::validate(Signal::Metrics, &request).unwrap(), points);

    let request = ExportMetricsServiceRequest::decode(request).unwrap();
    let [of_resource] = request.resource_metrics.try_into().unwrap();
    assert_eq!(of_resource.resource.unwrap().attributes[0].key, "service.name");
    let [of_scope] = of_resource.scope_metrics.try_into().unwrap();
    assert_eq!(of_scope.scope.unwrap().name, "scope");
    let find = |name: &str| of_scope.metrics.iter().find(|metric| metric.name == name).unwrap();

    let accepted = find("otelcol_receiver_accepted_spans");
    assert_eq!((accepted.unit.as_str(), accepted.description.is_empty()), ("{span}", false));
    let Some(Data::Sum(sum)) = &accepted.data else { panic!("{accepted:?}") };
    assert!(sum.is_monotonic && sum.aggregation_temporality == 2);
    assert_eq!(sum.data_points[0].value, Some(Number::AsInt(10)));
    let keys: Vec<_> = sum.data_points[0].attributes.iter().map(|pair| pair.key.as_str()).collect();
    assert_eq!(keys, ["receiver", "transport"]);
    assert_eq!(sum.data_points[0].start_time_unix_nano, unix_nanos(host.started));
    assert_eq!(sum.data_points[0].time_unix_nano, unix_nanos(now));

    let Some(Data::Sum(uptime)) = &find("otelcol_process_uptime").data else { panic!() };
    assert_eq!(uptime.data_points[0].value, Some(Number::AsDouble(1.5)));
    let Some(Data::Sum(limit)) = &find("codeagent.memory.budget.limit").data else { panic!() };
    assert!(!limit.is_monotonic);
    let Some(Data::Histogram(attempts)) = &find("codeagent.exporter.attempt.duration").data else { panic!() };
    let point = &attempts.data_points[0];
    assert_eq!((point.count, point.sum, point.bucket_counts[1]), (1, Some(0.002), 1));
    assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
    assert_eq!(point.attributes[1].key, "otelcol.signal");
}
