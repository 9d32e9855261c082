//! What users write.

use codeagent_config::{Diagnostics, Environment, Source, load};
use codeagent_pipeline::{BuildContext, Host, Signal};

/// What is wrong with an exporter's section, as shown to users; empty where it is built.
fn mistakes(section: &str) -> String {
    let indented: String = section.lines().map(|line| format!("    {line}\n")).collect();
    whole(&format!("exporters:\n  prometheusremotewrite:\n{indented}"))
}

fn whole(exporters: &str) -> String {
    let text = format!(
        "{exporters}receivers: {{otlp: {{}}}}\nservice: {{pipelines: {{metrics: {{receivers: [otlp], exporters: []}}}}}}\n"
    );
    let mut diagnostics = Diagnostics::new();
    let document = load(&[Source::new("test.yaml", text)], &[], &Environment::empty(), &mut diagnostics);
    let host = Host::new(1, 1 << 30);
    let mut found = Diagnostics::new();
    let document = document.unwrap_or_else(|| panic!("{exporters}: {diagnostics:?}"));
    for (id, section) in &document.exporters {
        let mut context = BuildContext { id, diagnostics: &mut found, host: &host, batching: None };
        let built = (super::super::FACTORY.build)(&mut context, section, Signal::Metrics);
        assert_eq!(built.is_none(), found.has_errors(), "a refusal has a reason");
    }
    found.sorted().iter().map(ToString::to_string).collect()
}

#[test]
fn every_block_of_the_manual_is_built() {
    let manual = include_str!("../README.md");
    let blocks: Vec<&str> =
        manual.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        assert_eq!(whole(block), "");
    }
}

#[test]
fn the_collectors_keys_are_taken() {
    let cases = [
        "endpoint: http://a/w\nremote_write_queue: {enabled: true, queue_size: 10000, num_consumers: 5}",
        "endpoint: http://a/w\nprotobuf_message: io.prometheus.write.v2.Request",
        "endpoint: http://a/w\nprotobuf_message: prometheus.WriteRequest\nsend_metadata: true",
        "endpoint: http://a/w\nresource_to_telemetry_conversion: {enabled: true, exclude_service_attributes: true}",
        "endpoint: http://a/w\nresource_constant_labels: {included: [k8s.*], excluded: [k8s.pod.uid]}",
        "endpoint: http://a/w\ntarget_info: {enabled: false}\nadd_metric_suffixes: false\ndisable_scope_info: true",
        "endpoint: http://a/w\ntranslation_strategy: NoUTF8EscapingWithSuffixes\ncompression: snappy",
        "endpoint: http://a/w\ntls: {insecure: true}\ntimeout: 10s\nmax_idle_conns: 5\nwrite_buffer_size: 524288",
        "http: {endpoint: https://a/w, headers: {X-Scope-OrgID: t}}\nmax_batch_request_parallelism: 1",
        "endpoint: http://a/w\nconvert_explicit_histograms_to_nhcb: true\nkeep_classic_histograms: true",
    ];
    for section in cases {
        assert_eq!(mistakes(section), "", "{section}");
    }
}

#[test]
fn mistakes_are_named_with_what_to_do() {
    let cases = [
        ("namespace: x", "`endpoint` is not set"),
        ("endpoint: prometheus:9090", "http://"),
        ("endpoint: http://a/w\nwal: {directory: /tmp}", "sending_queue::storage"),
        ("endpoint: http://a/w\nexport_created_metric: {enabled: true}", "start timestamps"),
        ("endpoint: http://a/w\nendpont: x", "endpont"),
        ("endpoint: http://a/w\ncompression: gzip", "snappy"),
        ("endpoint: http://a/w\ntranslation_strategy: Nope", "Nope"),
        ("endpoint: http://a/w\nprotobuf_message: v2", "v2"),
        (
            "endpoint: http://a/w\nprotobuf_message: prometheus.WriteRequest\ntranslation_strategy: NoTranslation",
            "need remote write 2.0",
        ),
        ("endpoint: http://a/w\nremote_write_queue: {queue_size: 0}", "must be positive"),
        ("endpoint: http://a/w\nmax_batch_request_parallelism: 0", "must be positive"),
        ("endpoint: http://a/w\nmax_batch_size_bytes: 0", "must be positive"),
        ("endpoint: http://a/w\nexternal_labels: {a: \"\"}", "needs a name and a value"),
        ("endpoint: http://a/w\nkeep_classic_histograms: true", "all there is to keep"),
        (
            "endpoint: http://a/w\nresource_to_telemetry_conversion: {enabled: true}\nresource_constant_labels: {}",
            "replaces",
        ),
        ("endpoint: http://a/w\nheaders: {Content-Type: x}", "is the protocol's"),
    ];
    for (section, expected) in cases {
        let found = mistakes(section);
        assert!(found.contains(expected), "{section}:\n{found}");
    }
}
