use codeagent_pipeline::Signal;

use super::FACTORY;
use crate::exporters::written;

fn with(keys: &str) -> Result<(), String> {
    let keys = keys.replace('\n', "\n    ");
    let yaml = format!("exporters:\n  opensearch:\n    {keys}\n");
    [Signal::Logs, Signal::Traces]
        .iter()
        .try_for_each(|signal| written::build(&FACTORY, &yaml, *signal).map(drop))
}

#[test]
fn what_the_collectors_files_say_is_taken() {
    for keys in [
        "dataset: a\nnamespace: b",
        "logs_index: 'otel-%{service.name}'\nlogs_index_fallback: x\nlogs_index_time_format: yyyy.MM.dd",
        "traces_index: 'traces-%{tenant}'\nbulk_action: index\nmapping: {mode: ecs}\ntimeout: 10s",
        "pipeline: p\nretry_on_failure: {enabled: false}\nsending_queue: {enabled: false}",
    ] {
        with(&format!("http: {{endpoint: 'http://localhost:9200'}}\n{keys}"))
            .unwrap_or_else(|error| panic!("{keys}: {error}"));
    }
}

#[test]
fn what_cannot_be_is_refused_with_its_place_and_a_way_out() {
    for (keys, expected) in [
        ("endpoint: http://localhost:9200", "write it as `http: {endpoint: ...}`"),
        ("dataset: a", "no endpoint is given"),
        ("http: {endpoint: localhost:9200}", "begins with http:// or https://"),
        ("http: {endpoint: 'http://a:1', compression: zstd}", "use gzip or none"),
        ("http: {endpoint: 'http://a:1'}\nmapping: {mode: bodymap}", "use ss4o, otel or ecs"),
        ("http: {endpoint: 'http://a:1'}\nmapping: {mode: otel, ism: {enabled: true}}", "mapping::ism"),
        ("http: {endpoint: 'http://a:1'}\nbulk_action: update", "bulk_action"),
        ("http: {endpoint: 'http://a:1'}\ndataset: ''", "must not be empty"),
        ("http: {endpoint: 'http://a:1'}\nmetrics_index: m", "prometheusremotewrite"),
    ] {
        let error = with(keys).expect_err(keys);
        assert!(error.contains(expected), "{keys}: {error}");
    }
}
