//! The SDK and the collector: what an agent records arrives, correlated.

use std::collections::BTreeMap;
use std::fs;

use codeagent_sdk::opentelemetry::KeyValue as Pair;
use codeagent_tests::{Authority, Collector, eventually};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value as Any};

const KEEPER: &str = "
exporters:
  file: {path: kept.jsonl}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [file]}
    metrics: {receivers: [otlp], exporters: [file]}
    logs: {receivers: [otlp], exporters: [file]}
";

#[tracing::instrument]
fn read_file(path: &str) {
    tracing::info!(bytes = 12, "file read");
}

fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.clone().unwrap().value.unwrap() {
        Any::StringValue(text) => text,
        Any::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    pairs.iter().map(|pair| (pair.key.clone(), text(pair))).collect()
}

/// Lines of the file with this word, parsed.
fn kept<T: serde::de::DeserializeOwned>(collector: &Collector, word: &str) -> Vec<T> {
    let text = fs::read_to_string(collector.folder().join("kept.jsonl")).unwrap_or_default();
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n') && line.contains(word));
    whole.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The runtime has one thread, and the flush happens in a task of it: upstream's exporters lose everything here.
#[tokio::test]
#[ignore = "needs the collector"]
async fn spans_logs_and_metrics_arrive_correlated_flushed_from_a_task_of_a_current_thread_runtime() {
    let collector = Collector::start(KEEPER).await;
    let authority = collector.grpc().trim_start_matches("http://").to_owned();
    let telemetry = codeagent_sdk::init("my-agent")
        .version("1.2.3")
        .session_id("s-1")
        .revision("c-3f9a1d")
        .grpc(&authority)
        .without_environment()
        .without_spool()
        .install()
        .unwrap();
    for _ in 0..10 {
        read_file("src/main.rs");
    }
    telemetry.meter("my-agent").u64_counter("app.cache.misses").build().add(3, &[Pair::new("kind", "disk")]);
    assert!(telemetry.flush());
    assert_eq!(telemetry.lost(), 0);

    let spans = eventually("ten spans", async || {
        let requests: Vec<ExportTraceServiceRequest> = kept(&collector, "resourceSpans");
        let resources = requests.into_iter().flat_map(|request| request.resource_spans);
        let spans: Vec<_> = resources
            .flat_map(|resource| {
                let own = attributes(&resource.resource.unwrap().attributes);
                assert_eq!([&own["service.name"], &own["service.version"]], ["my-agent", "1.2.3"]);
                assert_eq!(
                    [&own["codeagent.product"], &own["codeagent.config.revision"]],
                    ["codeagent", "c-3f9a1d"]
                );
                resource.scope_spans.into_iter().flat_map(|scope| scope.spans)
            })
            .collect();
        if spans.len() == 10 { Ok(spans) } else { Err(format!("{} spans", spans.len())) }
    })
    .await;
    assert!(spans.iter().all(|span| span.name == "read_file"));
    assert!(spans.iter().all(|span| attributes(&span.attributes)["session.id"] == "s-1"));
    assert!(spans.iter().all(|span| span.events.is_empty()), "events are log records");

    let logs = eventually("ten log records", async || {
        let requests: Vec<ExportLogsServiceRequest> = kept(&collector, "resourceLogs");
        let scopes =
            requests.into_iter().flat_map(|request| request.resource_logs).flat_map(|own| own.scope_logs);
        let logs: Vec<_> = scopes.flat_map(|scope| scope.log_records).collect();
        if logs.len() == 10 { Ok(logs) } else { Err(format!("{} log records", logs.len())) }
    })
    .await;
    for log in &logs {
        assert_eq!(log.body.clone().unwrap().value, Some(Any::StringValue("file read".into())));
        assert_eq!((log.severity_number, log.severity_text.as_str()), (9, "INFO"));
        let of = attributes(&log.attributes);
        assert_eq!([of["bytes"].as_str(), of["session.id"].as_str()], ["12", "s-1"]);
        assert!(spans.iter().any(|span| span.span_id == log.span_id && span.trace_id == log.trace_id));
    }

    let metrics = eventually("metrics", async || {
        let requests: Vec<ExportMetricsServiceRequest> = kept(&collector, "resourceMetrics");
        let scopes = requests
            .into_iter()
            .flat_map(|request| request.resource_metrics)
            .flat_map(|own| own.scope_metrics);
        let names: Vec<_> = scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name).collect();
        if names.is_empty() { Err("none".into()) } else { Ok(names) }
    })
    .await;
    assert!(metrics.iter().any(|name| name == "app.cache.misses"), "{metrics:?}");
    drop(telemetry);
}

const WITH_TLS: &str = "
receivers:
  otlp:
    protocols:
      grpc: {tls: &tls {cert_file: FOLDER/server.pem, key_file: FOLDER/server.key, client_ca_file: FOLDER/ca.pem}}
      http: {tls: *tls}
";

/// What one counter says arrives, or is named as not delivered, over each protocol and with each authority.
#[tokio::test]
#[ignore = "needs the collector"]
async fn mutual_tls_is_spoken_and_nothing_is_sent_to_a_server_of_an_unknown_authority() {
    let (folder, authority, stranger) =
        (tempfile::tempdir().unwrap(), Authority::new("ours"), Authority::new("theirs"));
    let (server, client) = (authority.issue(), authority.issue());
    let path = |name: &str| folder.path().join(name);
    for (name, pem) in [
        ("ca.pem", authority.pem()),
        ("stranger.pem", stranger.pem()),
        ("server.pem", server.certificate),
        ("server.key", server.key),
        ("client.pem", client.certificate),
        ("client.key", client.key),
    ] {
        fs::write(path(name), pem).unwrap();
    }
    let place = folder.path().to_str().unwrap();
    let collector = Collector::start(&format!("{}{KEEPER}", WITH_TLS.replace("FOLDER", place))).await;
    let local = |url: String| {
        format!("https://{}", url.rsplit("//").next().unwrap().replace("127.0.0.1", "localhost"))
    };
    let record = |builder: codeagent_sdk::Builder, trusted: &str, metric: &'static str| {
        let builder =
            builder.certificate(path(trusted)).client_certificate(path("client.pem"), path("client.key"));
        let telemetry = builder
            .without_environment()
            .without_spool()
            .without_signals()
            .without_subscriber()
            .install()
            .unwrap();
        telemetry.meter("tls").u64_counter(metric).build().add(1, &[]);
        telemetry.flush();
    };
    let init = || codeagent_sdk::init("my-agent");
    record(init().grpc(&local(collector.grpc())), "ca.pem", "over.grpc");
    record(init().http(&local(collector.http())), "ca.pem", "over.http");
    record(init().grpc(&local(collector.grpc())), "stranger.pem", "stranger.grpc");
    record(init().http(&local(collector.http())), "stranger.pem", "stranger.http");
    let names = eventually("both counters", async || {
        let requests: Vec<ExportMetricsServiceRequest> = kept(&collector, "resourceMetrics");
        let scopes = requests
            .into_iter()
            .flat_map(|request| request.resource_metrics)
            .flat_map(|own| own.scope_metrics);
        let names: Vec<_> = scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name).collect();
        let has = |name: &str| names.iter().any(|found| found == name);
        if has("over.grpc") && has("over.http") { Ok(names) } else { Err(format!("{names:?}")) }
    })
    .await;
    assert!(names.iter().all(|name| !name.starts_with("stranger")), "{names:?}");
}
