//! Secrets and content in every place that a program can put them, and none of them on the wire or on disk.
#![allow(clippy::unwrap_used, reason = "all code here is test code")]

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;

use codeagent_sdk::opentelemetry::baggage::BaggageExt;
use codeagent_sdk::opentelemetry::trace::{
    Span, SpanContext, Status, TraceContextExt, Tracer, TracerProvider,
};
use codeagent_sdk::opentelemetry::{Context, KeyValue, global};
use codeagent_sdk::testing::{Fault, Loopback};
use codeagent_sdk::{Guard, init, tracing};
use tracing_subscriber::layer::SubscriberExt;

const SECRET: &str = "hunter2hunter2";
const CONTENT: &str = "the-words-of-a-prompt";

#[derive(Debug)]
struct Outer(Inner);
#[derive(Debug)]
struct Inner;

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot connect")
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: postgres://app:{SECRET}@db/x")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl std::error::Error for Inner {}

fn planted() -> String {
    format!("token={SECRET}")
}

fn attributes() -> Vec<KeyValue> {
    vec![
        KeyValue::new("db.password", SECRET),
        KeyValue::new("note", planted()),
        KeyValue::new("gen_ai.input.messages", CONTENT),
        KeyValue::new("gen_ai.tool.call.arguments", CONTENT),
        KeyValue::new("process.command_line", CONTENT),
        KeyValue::new("file.path", CONTENT),
        KeyValue::new("home", format!("{}/work", std::env::var("HOME").unwrap_or_default())),
    ]
}

fn start(collector: &Loopback, spool: &Path) -> Guard {
    let agent = init("my-agent")
        .without_environment()
        .without_subscriber()
        .without_signals()
        .http(&collector.authority());
    agent
        .spool(spool)
        .resource("deploy.key", &planted())
        .resource("process.command_line", CONTENT)
        .install()
        .unwrap()
}

/// All that a program can say.
fn plant(telemetry: &Guard) {
    let tracer = global::tracer_provider().tracer("agent");
    let mut span = tracer.span_builder(planted()).with_attributes(attributes()).start(&tracer);
    span.add_event(planted(), attributes());
    span.add_link(SpanContext::empty_context(), attributes());
    span.set_status(Status::error(planted()));
    span.record_error(&Outer(Inner));
    let context = Context::new().with_baggage(attributes()).with_span(span);
    let _entered = context.attach();
    let subscriber = tracing_subscriber::registry().with(telemetry.layer());
    tracing::subscriber::with_default(subscriber, || {
        let error: &(dyn std::error::Error + 'static) = &Outer(Inner);
        tracing::error!(error, password = SECRET, "it failed with {}", planted());
        tracing::info_span!("call", api_key = SECRET, note = planted()).in_scope(|| tracing::info!("done"));
        tracing::info!(config = ?VecDeque::from([format!("Authorization: Bearer {SECRET}")]), "config");
    });
    let meter = telemetry.meter("agent");
    meter.u64_counter("calls").with_description(planted()).build().add(1, &attributes());
    meter.f64_histogram("times").build().record(1.0, &attributes());
    let _ = std::panic::catch_unwind(|| panic!("lost {}", planted()));
}

fn count(bytes: &[u8], text: &str) -> usize {
    bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
}

fn assert_clean(collector: &Loopback) {
    let all = collector.bodies().concat();
    let home = std::env::var("HOME").unwrap_or_default() + "/work";
    assert_eq!([count(&all, SECRET), count(&all, CONTENT), count(&all, &home)], [0, 0, 0]);
    assert!(count(&all, "[redacted]") > 20 && count(&all, "~/work") > 3, "the places were not reached");
    assert!(collector.spans().len() >= 2 && collector.logs().len() >= 4 && collector.metrics().len() >= 2);
}

fn files(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { std::fs::read(path).unwrap() }).collect()
}

/// One test: providers and the panic hook are the process's.
#[test]
fn no_secret_and_no_content_reaches_the_wire_or_the_spool() {
    let (collector, folder) = (Loopback::start().unwrap(), tempfile::tempdir().unwrap());
    let telemetry = start(&collector, folder.path());
    plant(&telemetry);
    drop(telemetry);
    assert_clean(&collector);

    let away = Loopback::start().unwrap();
    away.always(Some(Fault::Status(503)));
    let telemetry = start(&away, folder.path());
    plant(&telemetry);
    drop(telemetry);
    let spooled = files(folder.path());
    assert!(spooled.len() > 500, "nothing was put on disk");
    assert_eq!([count(&spooled, SECRET), count(&spooled, CONTENT)], [0, 0]);
    // Large records are compressed: what they hold is seen when the next run sends them.
    away.always(None);
    let next = start(&away, folder.path());
    away.wait_for(|away| {
        (away.logs().len() >= 4 && away.spans().len() >= 2 && away.metrics().len() >= 2).then_some(())
    })
    .unwrap();
    drop(next);
    assert_clean(&away);
}
