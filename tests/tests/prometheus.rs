//! The collector and a real Prometheus server.

use codeagent_tests::numbered::{attribute, base, gauges, hex, metrics, now, span_id, text, trace_id};
use codeagent_tests::otlp::Signal;
use codeagent_tests::prometheus::{Series, exemplars, query};
use codeagent_tests::servers::shared;
use codeagent_tests::{Collector, Sender, captures, eventually};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, Sum, exemplar, number_data_point,
};

const CONFIG: &str = "
exporters:
  prometheusremotewrite: {endpoint: SERVER/api/v1/write, protobuf_message: VERSION}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}
";

const VERSIONS: [&str; 2] = ["io.prometheus.write.v2.Request", "prometheus.WriteRequest"];

async fn collector(version: &str) -> Collector {
    let endpoint = shared("prometheus");
    Collector::start(&CONFIG.replace("SERVER", &endpoint).replace("VERSION", version)).await
}

/// A service that no other test uses.
fn service() -> String {
    format!("service-{}", base())
}

/// The only series that an expression selects.
async fn one(expression: &str) -> Series {
    let endpoint = shared("prometheus");
    eventually(expression, async || {
        let series = query(&endpoint, expression).await?;
        if let [one] = &series[..] { Ok(one.clone()) } else { Err(format!("{} series", series.len())) }
    })
    .await
}

fn number_point(value: f64) -> NumberDataPoint {
    NumberDataPoint {
        start_time_unix_nano: now() - 1_000_000_000,
        time_unix_nano: now(),
        value: Some(number_data_point::Value::AsDouble(value)),
        ..NumberDataPoint::default()
    }
}

fn metric(name: &str, unit: &str, data: Data) -> Metric {
    Metric { name: name.to_owned(), unit: unit.to_owned(), data: Some(data), ..Metric::default() }
}

fn sum(value: f64, temporality: AggregationTemporality) -> Data {
    let data_points = vec![number_point(value)];
    Data::Sum(Sum { data_points, aggregation_temporality: temporality.into(), is_monotonic: true })
}

fn exemplar_of(number: u64, value: f64) -> Exemplar {
    Exemplar {
        time_unix_nano: now(),
        span_id: span_id(number).to_vec(),
        trace_id: trace_id(number).to_vec(),
        value: Some(exemplar::Value::AsDouble(value)),
        ..Exemplar::default()
    }
}

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn values_and_names_are_those_of_the_specification() {
    for version in VERSIONS {
        let (collector, service) = (collector(version).await, service());
        let gauge = Data::Gauge(Gauge { data_points: vec![number_point(21.5)] });
        let sent = vec![
            metric("room.temperature", "Cel", gauge),
            metric("agent.tool.calls", "{call}", sum(17.0, AggregationTemporality::Cumulative)),
        ];
        Sender::new(&collector.grpc()).send(&metrics(sent, &service)).await.unwrap();
        let labels = format!("{{job=\"{service}\", instance=\"{service}-1\"}}");
        assert_eq!(one(&format!("room_temperature_celsius{labels}")).await.value, "21.5");
        assert_eq!(one(&format!("agent_tool_calls_total{labels}")).await.value, "17");
        assert_eq!(
            one(&format!("target_info{labels}").replace('}', ", host_name=\"test-host\"}")).await.value,
            "1"
        );
        collector.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn deltas_add_up() {
    let (collector, service) = (collector(VERSIONS[0]).await, service());
    let sender = Sender::new(&collector.grpc());
    for value in [3.0, 4.0, 5.0] {
        let sent = vec![metric("steps", "{step}", sum(value, AggregationTemporality::Delta))];
        sender.send(&metrics(sent, &service)).await.unwrap();
    }
    let expression = format!("steps_total{{job=\"{service}\"}}");
    let endpoint = shared("prometheus");
    eventually("the sum is 12", async || {
        let series = query(&endpoint, &expression).await?;
        if series.len() == 1 && series[0].value == "12" { Ok(()) } else { Err(format!("{series:?}")) }
    })
    .await;
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn histograms_keep_their_counts_and_their_exemplars_are_found_by_trace_id() {
    for version in VERSIONS {
        let (collector, service, number) = (collector(version).await, service(), base());
        let point = HistogramDataPoint {
            start_time_unix_nano: now() - 1_000_000_000,
            time_unix_nano: now(),
            count: 6,
            sum: Some(1234.5),
            bucket_counts: vec![1, 2, 3],
            explicit_bounds: vec![10.0, 100.0],
            exemplars: vec![exemplar_of(number, 512.0)],
            ..HistogramDataPoint::default()
        };
        let temporality = AggregationTemporality::Cumulative.into();
        let data =
            Data::Histogram(Histogram { data_points: vec![point], aggregation_temporality: temporality });
        let sent = metrics(vec![metric("turn.duration", "ms", data)], &service);
        Sender::new(&collector.grpc()).send(&sent).await.unwrap();
        let name = "turn_duration_milliseconds";
        for (suffix, expected) in [
            (format!("_count{{job=\"{service}\"}}"), "6"),
            (format!("_sum{{job=\"{service}\"}}"), "1234.5"),
            (
                format!(
                    "_bucket{{job=\"{service}\", le=\"10.0\"}} or {name}_bucket{{job=\"{service}\", le=\"10\"}}"
                ),
                "1",
            ),
            (format!("_bucket{{job=\"{service}\", le=~\"100(.0)?\"}}"), "3"),
            (format!("_bucket{{job=\"{service}\", le=\"+Inf\"}}"), "6"),
        ] {
            assert_eq!(one(&format!("{name}{suffix}")).await.value, expected, "{version}: {suffix}");
        }
        let found =
            exemplars(&shared("prometheus"), &format!("{name}_bucket{{job=\"{service}\"}}")).await.unwrap();
        assert_eq!(found.len(), 1, "{version}: {found:?}");
        assert_eq!(found[0]["labels"]["trace_id"], hex(&trace_id(number)).as_str());
        assert_eq!(found[0]["value"], "512");
        collector.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn exponential_histograms_become_native_ones() {
    for version in VERSIONS {
        let (collector, service) = (collector(version).await, service());
        let point = ExponentialHistogramDataPoint {
            start_time_unix_nano: now() - 1_000_000_000,
            time_unix_nano: now(),
            count: 10,
            sum: Some(55.0),
            scale: 2,
            zero_count: 1,
            positive: Some(Buckets { offset: 3, bucket_counts: vec![2, 0, 7] }),
            ..ExponentialHistogramDataPoint::default()
        };
        let temporality = AggregationTemporality::Cumulative.into();
        let data = Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![point],
            aggregation_temporality: temporality,
        });
        Sender::new(&collector.grpc())
            .send(&metrics(vec![metric("queue", "By", data)], &service))
            .await
            .unwrap();
        let series = one(&format!("queue_bytes{{job=\"{service}\"}}")).await;
        let histogram =
            series.histogram.unwrap_or_else(|| panic!("{version}: not native: {:?}", series.value));
        assert_eq!((&histogram["count"], &histogram["sum"]), (&"10".into(), &"55".into()), "{version}");
        let buckets: Vec<&str> = histogram["buckets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|bucket| bucket[3].as_str().unwrap())
            .collect();
        assert_eq!(buckets, ["1", "2", "7"], "{version}: {histogram}");
        collector.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn every_numbered_point_is_found_with_its_value() {
    let (collector, service, first) = (collector(VERSIONS[0]).await, service(), base());
    let sender = Sender::new(&collector.grpc());
    for hundred in 0..20 {
        let numbers = first + hundred * 100..first + (hundred + 1) * 100;
        sender.send(&gauges(numbers, &service)).await.unwrap();
    }
    let endpoint = shared("prometheus");
    let series = query(&endpoint, &format!("numbered{{job=\"{service}\"}}")).await.unwrap();
    assert_eq!(series.len(), 2000);
    for one in &series {
        assert_eq!(one.value.parse::<f64>().unwrap(), one.labels["number"].parse::<f64>().unwrap());
    }
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn the_metrics_of_every_agent_are_found() {
    let collector = collector(VERSIONS[0]).await;
    let sender = Sender::new(&collector.grpc());
    let endpoint = shared("prometheus");
    for (agent, metric) in [
        ("claude-code-grpc", "{__name__=~\"claude_code_.+\"}"),
        ("codex-grpc", "{__name__=~\"codex_.+\"}"),
        ("gemini-grpc", "{__name__=~\"gemini_cli_.+\"}"),
        ("qwen-grpc", "{__name__=~\"qwen_code_.+\"}"),
    ] {
        let captures = captures::recent(agent).into_iter();
        for payload in captures.filter(|payload| payload.signal() == Signal::Metrics) {
            sender.send(&payload).await.unwrap();
        }
        eventually(metric, async || {
            let series = query(&endpoint, metric).await?;
            if series.is_empty() { Err("no series".to_owned()) } else { Ok(()) }
        })
        .await;
    }
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Prometheus"]
async fn label_names_that_collide_and_values_that_are_huge_cost_nobody_else_a_point() {
    let (collector, service) = (collector(VERSIONS[0]).await, service());
    let mut odd = number_point(1.0);
    // Both become the label `a_b`; the empty name cannot be a label at all.
    odd.attributes = vec![attribute("a.b", text("1")), attribute("a_b", text("2")), attribute("", text("3"))];
    let mut huge = number_point(2.0);
    huge.attributes = vec![attribute("huge", text(&"x".repeat(1 << 20)))];
    let data = Data::Gauge(Gauge { data_points: vec![odd, huge, number_point(3.0)] });
    let sent = metrics(vec![metric("odd", "1", data)], &service);
    // Whatever is said of the huge one, the plain one is stored.
    drop(Sender::new(&collector.grpc()).send_bytes(sent.signal(), sent.encode()).await);
    let plain = one(&format!("odd_ratio{{job=\"{service}\", a_b=\"\", huge=\"\"}}")).await;
    assert_eq!(plain.value, "3");
    collector.settled().await.assert_balanced();
}
