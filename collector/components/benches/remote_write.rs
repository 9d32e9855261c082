//! What a metric point costs on its way into a remote write request, compression included.
//!
//! `cargo bench -p codeagent-components --bench remote_write`

use codeagent_components::exporters::prometheusremotewrite::encoder::Encoder;
use codeagent_components::exporters::prometheusremotewrite::request::Version;
use codeagent_pipeline::{Batch, Chunk, Signal};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

const POINTS: usize = 100;
const CHUNKS: usize = 10;
const MINUTE: u64 = 60_000_000_000;

fn attributes(pairs: &[(&str, String)]) -> Vec<KeyValue> {
    let value = |text: &String| Some(AnyValue { value: Some(Value::StringValue(text.clone())) });
    pairs
        .iter()
        .map(|(key, text)| KeyValue { key: (*key).to_owned(), value: value(text), ..KeyValue::default() })
        .collect()
}

/// As agents have them: a session, a user, a model, a type and a terminal.
fn labels(agent: usize, point: usize) -> Vec<KeyValue> {
    attributes(&[
        ("session.id", format!("0b6f5c1e-0000-4000-8000-{:012}", agent * POINTS + point)),
        ("user.id", format!("u{agent:04}")),
        ("model", format!("model-{}", point % 5)),
        ("type", ["input", "output", "cacheRead", "cacheCreation"][point % 4].to_owned()),
        ("terminal.type", "vscode".to_owned()),
    ])
}

fn numbers(agent: usize, metric: usize, time: u64) -> Vec<NumberDataPoint> {
    let point = |at: usize| NumberDataPoint {
        attributes: labels(agent, metric * 10 + at),
        start_time_unix_nano: time - MINUTE,
        time_unix_nano: time,
        value: Some(Number::AsDouble((agent * 31 + at * 7) as f64 + 0.25)),
        ..NumberDataPoint::default()
    };
    (0..10).map(point).collect()
}

fn histograms(agent: usize, metric: usize, time: u64) -> Vec<HistogramDataPoint> {
    let point = |at: usize| HistogramDataPoint {
        attributes: labels(agent, metric * 10 + at),
        start_time_unix_nano: time - MINUTE,
        time_unix_nano: time,
        count: 15 * 7,
        sum: Some(4.5),
        bucket_counts: vec![7; 15],
        explicit_bounds: (0..14).map(|bound| 0.01 * f64::from(1 << bound)).collect(),
        ..HistogramDataPoint::default()
    };
    (0..10).map(point).collect()
}

/// 100 points of an agent: half sums, a third gauges, the rest histograms with 14 bounds.
fn request(agent: usize, time: u64) -> ExportMetricsServiceRequest {
    let metric = |at: usize| {
        let data = match at {
            3 | 7 => Data::Histogram(Histogram {
                data_points: histograms(agent, at, time),
                aggregation_temporality: 2,
            }),
            1 | 5 | 9 => Data::Gauge(Gauge { data_points: numbers(agent, at, time) }),
            _ => Data::Sum(Sum {
                data_points: numbers(agent, at, time),
                aggregation_temporality: 2,
                is_monotonic: true,
            }),
        };
        Metric {
            name: format!("codeagent.measure{at}"),
            unit: "s".to_owned(),
            description: "A measure of the agent's work".to_owned(),
            data: Some(data),
            ..Metric::default()
        }
    };
    let resource = attributes(&[
        ("service.name", "codeagent".to_owned()),
        ("service.instance.id", format!("agent-{agent}")),
        ("service.version", "1.2.3".to_owned()),
        ("host.name", format!("host-{}", agent % 3)),
        ("os.type", "linux".to_owned()),
    ]);
    let scope = InstrumentationScope { name: "codeagent".to_owned(), ..InstrumentationScope::default() };
    let scope = ScopeMetrics {
        scope: Some(scope),
        metrics: (0..10).map(metric).collect(),
        ..ScopeMetrics::default()
    };
    let resource = Resource { attributes: resource, ..Resource::default() };
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(resource),
            scope_metrics: vec![scope],
            ..ResourceMetrics::default()
        }],
    }
}

/// `CHUNKS` requests of as many agents; `time` makes their points new.
fn batch(first: usize, time: u64) -> Batch {
    let chunk = |agent| Chunk::new(request(agent, time).encode_to_vec().into(), POINTS);
    Batch::empty(Signal::Metrics).with_chunks((first..first + CHUNKS).map(chunk))
}

fn encode(criterion: &mut Criterion) {
    let batches: Vec<Batch> = (1..8).map(|minute| batch(0, minute * MINUTE)).collect();
    for (name, version) in [("two", Version::Two), ("one", Version::One)] {
        let mut group = criterion.benchmark_group(format!("remote_write/{name}"));
        for (unit, throughput) in [
            ("points", Throughput::Elements((POINTS * CHUNKS) as u64)),
            ("bytes", Throughput::Bytes(batches[0].bytes() as u64)),
        ] {
            group.throughput(throughput);
            let (mut encoder, mut next) = (Encoder::default(), 0);
            group.bench_function(format!("known series, {unit}"), |bencher| {
                bencher.iter(|| {
                    next += 1;
                    encoder.encode(&batches[next % batches.len()], version)
                });
            });
        }
        group.throughput(Throughput::Elements((POINTS * CHUNKS) as u64));
        group.bench_function("new series, points", |bencher| {
            bencher.iter_batched(
                Encoder::default,
                |mut encoder| encoder.encode(&batches[0], version),
                criterion::BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, encode);
criterion_main!(benches);
