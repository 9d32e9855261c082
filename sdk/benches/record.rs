//! What a helper costs the thread that calls it, beside a bare span of tracing-opentelemetry and of OpenTelemetry with the same
//! attributes. What the exporting threads do is not in it: between chunks everything is flushed, outside of the measurement.
//!
//!     cargo bench -p codeagent-sdk
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use codeagent_sdk::Telemetry;
use codeagent_sdk::testing::Loopback;
use codeagent_sdk::value::{TaskKind, ToolCategory};
use criterion::{Criterion, criterion_group, criterion_main};
use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing_subscriber::layer::SubscriberExt;

/// Fewer than upstream's queue holds (2,048), so that nothing is dropped.
const CHUNK: u64 = 1000;

/// Times `work` in chunks, and `settle` in between without timing it.
fn chunked(count: u64, mut work: impl FnMut(), mut settle: impl FnMut()) -> Duration {
    let mut time = Duration::ZERO;
    let mut left = count;
    while left > 0 {
        let chunk = left.min(CHUNK);
        let begun = Instant::now();
        for _ in 0..chunk {
            work();
        }
        time += begun.elapsed();
        settle();
        left -= chunk;
    }
    time
}

/// Takes spans and forgets them.
#[derive(Debug)]
struct Forget;

impl SpanExporter for Forget {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        black_box(batch.len());
        Ok(())
    }
}

fn plain() -> SdkTracerProvider {
    SdkTracerProvider::builder().with_batch_exporter(Forget).build()
}

fn recorded(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tool call");

    let provider = plain();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench")).with_location(false);
    let subscriber =
        tracing_subscriber::registry().with(layer.with_threads(false).with_tracked_inactivity(false));
    tracing::subscriber::with_default(subscriber, || {
        group.bench_function("bare tracing-opentelemetry span", |bencher| {
            bencher.iter_custom(|count| chunked(count, bare_tracing, || drop(provider.force_flush())));
        });
    });

    let tracer = provider.tracer("bench");
    group.bench_function("bare OpenTelemetry span", |bencher| {
        bencher.iter_custom(|count| chunked(count, || bare_span(&tracer), || drop(provider.force_flush())));
    });

    let collector = Loopback::start().unwrap();
    let telemetry = codeagent_sdk::init("bench")
        .grpc(&collector.authority())
        .without_environment()
        .without_spool()
        .without_subscriber()
        .install()
        .unwrap();
    let task = telemetry.task(TaskKind::Benchmark).start();
    let agent = telemetry.agent("coder");
    let turn = agent.turn();
    group.bench_function("helper: span, metric, exemplar and log record", |bencher| {
        let work = || turn.tool_call_with_id("bash", black_box(ToolCategory::Execute), "call-1").end();
        bencher.iter_custom(|count| {
            chunked(count, work, || {
                telemetry.flush();
                collector.forget();
            })
        });
    });
    assert_eq!(telemetry.lost(), 0);
    drop(task);

    let disabled = Telemetry::disabled();
    let turn = disabled.agent("coder").turn();
    group.bench_function("disabled helper", |bencher| {
        bencher.iter(|| turn.tool_call(black_box("bash"), black_box(ToolCategory::Execute)).end());
    });
    group.finish();
}

/// The attributes that the helper's span has.
fn bare_tracing() {
    let span = tracing::info_span!(
        "execute_tool",
        otel.name = "execute_tool bash",
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = "bash",
        gen_ai.tool.call.id = "call-1",
        codeagent.tool.category = "execute",
        codeagent.turn.number = 1_i64,
        session.id = "00112233445566778899aabbccddeeff",
        gen_ai.agent.name = "coder",
    );
    let _entered = span.enter();
}

fn bare_span(tracer: &opentelemetry_sdk::trace::SdkTracer) {
    let attributes = [
        KeyValue::new("gen_ai.operation.name", "execute_tool"),
        KeyValue::new("gen_ai.tool.name", black_box("bash").to_owned()),
        KeyValue::new("gen_ai.tool.call.id", black_box("call-1").to_owned()),
        KeyValue::new("codeagent.tool.category", "execute"),
        KeyValue::new("codeagent.turn.number", 1_i64),
        KeyValue::new("session.id", "00112233445566778899aabbccddeeff"),
        KeyValue::new("gen_ai.agent.name", "coder"),
    ];
    let builder = tracer.span_builder("execute_tool bash").with_attributes(attributes);
    tracer.build_with_context(builder, &Context::current()).end();
}

fn init(criterion: &mut Criterion) {
    let collector = Loopback::start().unwrap();
    criterion.bench_function("init and end", |bencher| {
        bencher.iter(|| {
            codeagent_sdk::init("bench")
                .grpc(&collector.authority())
                .without_environment()
                .without_spool()
                .without_subscriber()
                .without_signals()
                .install()
                .unwrap()
        });
    });
}

criterion_group!(benches, recorded, init);
criterion_main!(benches);
