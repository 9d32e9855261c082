use codeagent_pipeline::Signal;

use super::FACTORY;
use crate::exporters::written;

/// Builds the exporter of a configuration; the error is the diagnostics.
fn build(yaml: &str) -> Result<(), String> {
    [Signal::Logs, Signal::Traces]
        .iter()
        .try_for_each(|signal| written::build(&FACTORY, yaml, *signal).map(drop))
}

fn with(keys: &str) -> Result<(), String> {
    let keys = keys.replace('\n', "\n    ");
    build(&format!("exporters:\n  elasticsearch:\n    endpoint: http://localhost:9200\n    {keys}\n"))
}

#[test]
fn what_the_collectors_files_say_is_taken() {
    for keys in [
        "mapping: {mode: otel, allowed_modes: [otel, ecs]}",
        "logs_dynamic_index: {enabled: true}",
        "logstash_format: {enabled: true, prefix_separator: '-', date_format: '%Y.%m.%d'}",
        "flush: {bytes: 1048576, interval: 5s}",
        "retry: {enabled: true, max_retries: 5, initial_interval: 100ms, max_interval: 1m, retry_on_status: [429, 500]}",
        "retry: {max_requests: 5}",
        "num_workers: 4\npipeline: my-pipeline\ninclude_source_on_error: false",
        "compression: none\nheaders: {X-Tenant: a}\ntimeout: 30s",
        "sending_queue: {enabled: true, num_consumers: 20, queue_size: 1000}",
        "template: {enabled: false}",
    ] {
        with(keys).unwrap_or_else(|error| panic!("{keys}: {error}"));
    }
}

#[test]
fn what_cannot_be_is_refused_with_its_place_and_a_way_out() {
    for (keys, expected) in [
        ("mapping: {mode: raw}", "exporters::elasticsearch::mapping::mode"),
        ("mapping: {mode: ecs, allowed_modes: [otel]}", "allowed_modes"),
        ("compression: zstd", "use gzip or none"),
        ("cloudid: a:b", "as `endpoint`"),
        ("endpoints: [http://b:9200]", "leave one out"),
        ("user: a\npassword: b\napi_key: c", "more than one way to authenticate"),
        ("retry: {max_requests: 3, max_retries: 3}", "the old form"),
        ("logs_index: a\nlogs_dynamic_index: {enabled: true}", "leave one of both out"),
        ("logstash_format: {enabled: true, date_format: '%Q'}", "`%Q` is not supported"),
        ("flush: {bytes: 0}", "must be positive"),
        ("metrics_index: a", "prometheusremotewrite"),
        ("mappings: {mode: otel}", "did you mean `mapping`?"),
        ("compresion: gzip", "did you mean `compression`?"),
        ("sending_queue: {num_consumers: 0}", "must be positive"),
    ] {
        let error = with(keys).expect_err(keys);
        assert!(error.contains(expected), "{keys}: {error}");
    }
    let error = build("exporters:\n  elasticsearch:\n    endpoint: localhost:9200\n").unwrap_err();
    assert!(error.contains("begins with http:// or https://"), "{error}");
}

#[test]
fn the_schema_has_the_keys_of_the_client_and_those_of_the_exporter() {
    let schema = (FACTORY.about.schema)().to_value();
    for key in ["endpoint", "tls", "compression", "mapping", "sending_queue"] {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
    assert!(schema["$defs"]["TlsClientConfig"].is_object() && schema["$defs"]["Mapping"].is_object());
}

#[test]
fn no_message_tells_a_secret() {
    let error = with("user: a\npassword: hunter2\napi_key: hunter3\ncompression: lz4").unwrap_err();
    assert!(!error.contains("hunter2") && !error.contains("hunter3"), "{error}");
}
