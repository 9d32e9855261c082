//! Input that is strange and yet valid: it goes through as it is, and costs nobody else anything.

use codeagent_tests::input::{collector, is_well};
use codeagent_tests::numbered::{NUMBER, base, metrics, now, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::{Collector, Payload, Sender};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, number_data_point,
};

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_span_with_a_hundred_thousand_attributes_goes_through() {
    let (collector, sink) = collector().await;
    let first = base();
    let Payload::Traces(mut request) = spans(first..first + 1, "many") else { unreachable!() };
    let span = &mut request.resource_spans[0].scope_spans[0].spans[0];
    let number = span.attributes[0].clone();
    span.attributes.extend((0..100_000).map(|index| {
        let mut attribute = number.clone();
        attribute.key = format!("{NUMBER}.{index}");
        attribute
    }));
    let payload = Payload::Traces(request);
    Sender::new(&collector.grpc()).send(&payload).await.unwrap();
    assert_eq!(sink.received(Signal::Traces), [payload]);
    is_well(collector, &sink).await;
}

fn strange_metrics() -> Payload {
    let point = |value: Option<f64>, time: u64| NumberDataPoint {
        time_unix_nano: time,
        value: value.map(number_data_point::Value::AsDouble),
        ..NumberDataPoint::default()
    };
    // 2554 is where nanoseconds since 1970 end.
    let data_points = vec![
        point(None, now()),
        point(Some(f64::NEG_INFINITY), now()),
        point(Some(f64::INFINITY), now()),
        point(Some(1.0), 0),
        point(Some(1.0), u64::MAX),
    ];
    let histogram = HistogramDataPoint {
        time_unix_nano: now(),
        count: 100,
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![1.0, 2.0, 3.0],
        ..HistogramDataPoint::default()
    };
    let named = |name: &str, data| Metric { name: name.to_owned(), data, ..Metric::default() };
    let histograms = Histogram { data_points: vec![histogram], aggregation_temporality: 2 };
    let strange = vec![
        named("strange", Some(Data::Gauge(Gauge { data_points }))),
        named("", Some(Data::Histogram(histograms))),
        named("nothing", None),
    ];
    metrics(strange, "strange")
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn strange_but_valid_values_go_through_as_they_are() {
    let (collector, sink) = collector().await;
    let sender = Sender::new(&collector.grpc());
    let payload = strange_metrics();
    sender.send(&payload).await.unwrap();
    assert_eq!(sink.received(Signal::Metrics), [payload]);
    let first = base();
    let Payload::Traces(mut request) = spans(first..first + 2, "strange") else { unreachable!() };
    let spans = &mut request.resource_spans[0].scope_spans[0].spans;
    (spans[0].start_time_unix_nano, spans[0].end_time_unix_nano) = (0, 0);
    (spans[1].start_time_unix_nano, spans[1].end_time_unix_nano) = (u64::MAX, 1);
    let payload = Payload::Traces(request);
    sender.send(&payload).await.unwrap();
    assert_eq!(sink.received(Signal::Traces), [payload]);
    is_well(collector, &sink).await;
}

#[tokio::test]
#[ignore = "needs the collector and Prometheus"]
async fn strange_metrics_cost_a_prometheus_pipeline_nothing_but_themselves() {
    let server = codeagent_tests::servers::shared("prometheus");
    let config = format!(
        "
exporters: {{prometheusremotewrite: {{endpoint: {server}/api/v1/write}}}}
service: {{pipelines: {{metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}}}}}
"
    );
    let collector = Collector::start(&config).await;
    let sender = Sender::new(&collector.grpc());
    // The answer may say that some were refused; the next request is what counts.
    drop(sender.send_bytes(Signal::Metrics, strange_metrics().encode()).await);
    let (first, service) = (base(), format!("strange-{}", base()));
    sender.send(&codeagent_tests::numbered::gauges(first..first + 5, &service)).await.unwrap();
    let query = format!("numbered{{job=\"{service}\"}}");
    assert_eq!(codeagent_tests::prometheus::query(&server, &query).await.unwrap().len(), 5);
    collector.settled().await.assert_balanced();
}
