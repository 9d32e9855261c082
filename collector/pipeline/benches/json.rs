//! OTLP/JSON, reading and writing, in bytes of JSON a second; beside it the path through `opentelemetry-proto`: serde to
//! structs and prost to protobuf, and back.

#![allow(clippy::expect_used)] // a bench is a test: it stops where its input is wrong

use std::hint::black_box;

use codeagent_pipeline::Signal::{self, Logs, Metrics, Traces};
use codeagent_pipeline::json::{Limits, from_protobuf, to_protobuf};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
    trace::v1::ExportTraceServiceRequest,
};
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

macro_rules! capture {
    ($name:literal) => {
        include_str!(concat!("../testdata/otlp-json/", $name))
    };
}

fn both<R: Message + Default + Serialize + DeserializeOwned>(
    c: &mut Criterion,
    name: &str,
    signal: Signal,
    body: &str,
) {
    let protobuf = to_protobuf(signal, body.as_bytes(), Limits::default()).expect("the capture is OTLP/JSON");
    let mut json = Vec::new();
    from_protobuf(signal, &protobuf, &mut json).expect("our own protobuf");
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("read", |b| {
        b.iter(|| to_protobuf(signal, black_box(body).as_bytes(), Limits::default()))
    });
    group.bench_function("read with serde", |b| {
        b.iter(|| serde_json::from_str::<R>(black_box(body)).map(|request| request.encode_to_vec()))
    });
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("write", |b| {
        let mut out = Vec::with_capacity(json.len());
        b.iter(|| {
            out.clear();
            from_protobuf(signal, black_box(&protobuf), &mut out)
        })
    });
    group.bench_function("write with serde", |b| {
        b.iter(|| R::decode(black_box(protobuf.as_slice())).map(|request| serde_json::to_vec(&request)))
    });
    group.finish();
}

fn captures(c: &mut Criterion) {
    both::<ExportTraceServiceRequest>(c, "traces", Traces, capture!("claude-code-traces.json"));
    both::<ExportLogsServiceRequest>(c, "logs", Logs, capture!("codex-logs.json"));
    both::<ExportMetricsServiceRequest>(c, "metrics", Metrics, capture!("qwen-code-metrics.json"));
    // Numbers of a histogram are the costliest part of metrics.
    let bounds: Vec<_> = (0..20).map(|i| format!("{}.{i}", i * 37)).collect();
    let counts: Vec<_> = (0..21).map(|i| format!("\"{}\"", i * 1017)).collect();
    let point = format!(
        r#"{{"startTimeUnixNano":"1795352878181565712","timeUnixNano":"1795352878181565713","count":"99","sum":1.25,"bucketCounts":[{}],"explicitBounds":[{}]}}"#,
        counts.join(","),
        bounds.join(",")
    );
    let body = format!(
        r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"name":"m","histogram":{{"dataPoints":[{}]}}}}]}}]}}]}}"#,
        vec![point; 50].join(",")
    );
    both::<ExportMetricsServiceRequest>(c, "histograms", Metrics, &body);
    // Prompts: long texts with an escape now and then.
    let text = r#"A line of a prompt, as long as they are, with \"quotes\".\n"#.repeat(200);
    let body = format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{{"stringValue":"{text}"}}}}]}}]}}]}}"#
    );
    both::<ExportLogsServiceRequest>(c, "prompts", Logs, &body);
}

criterion_group!(benches, captures);
criterion_main!(benches);
