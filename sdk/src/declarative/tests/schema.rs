//! What the schema's keys do.

use std::path::PathBuf;
use std::time::Duration;

use codeagent_semconv::value::Signal;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::trace::Sampler;

use super::applied;
use crate::exemplars::Filter;
use crate::redaction::Content;
use crate::settings::Settings;
use crate::transport::{Endpoint, Protocol};

fn to(settings: &Settings, signal: Signal) -> &Endpoint {
    settings.endpoints[signal.index()].as_ref().unwrap()
}

fn header<'a>(endpoint: &'a Endpoint, name: &str) -> Option<&'a str> {
    endpoint.headers.get(name).map(|value| value.to_str().unwrap())
}

#[test]
fn a_start_sends_all_signals_to_where_the_environment_says() {
    let text = include_str!("fixtures/start.yaml");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c.example:9"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=1,service.name=x"),
    ];
    let (settings, findings) = applied(text, &variables).unwrap();
    for signal in Signal::ALL {
        let endpoint = to(&settings, *signal);
        assert_eq!(
            (endpoint.authority.as_str(), endpoint.path.as_str()),
            ("c.example:9", format!("/v1/{}", signal.as_str()).as_str())
        );
        assert!(endpoint.protocol == Protocol::HttpProtobuf && !endpoint.gzip && endpoint.tls.is_none());
    }
    assert_eq!(
        (settings.service_name.as_str(), settings.resource),
        ("x", vec![("a".to_owned(), "1".to_owned())])
    );
    assert_eq!(findings, ["resource.detection is ignored: what the SDK finds out it always tells"]);
    let (settings, _) = applied(text, &[]).unwrap();
    assert_eq!(to(&settings, Signal::Logs).authority, "localhost:4318");
}

#[test]
fn everything_is_read_and_what_is_ours_is_honoured() {
    let (settings, findings) = applied(include_str!("fixtures/everything.yaml"), &[]).unwrap();
    let logs = to(&settings, Signal::Logs);
    assert_eq!(
        (logs.authority.as_str(), logs.path.as_str(), logs.gzip),
        ("logs.example:4318", "/v1/logs", true)
    );
    assert_eq!(
        (header(logs, "api-key"), header(logs, "tenant"), header(logs, "unset")),
        (Some("1234"), Some("a b"), None)
    );
    assert_eq!(logs.timeout, Duration::from_secs(9));
    let tls = logs.tls.as_ref().unwrap();
    assert_eq!(
        [&tls.authorities, &tls.certificate, &tls.key],
        [&Some("/tls/ca.pem".into()), &Some("/tls/cert.pem".into()), &Some(PathBuf::from("/tls/key.pem"))]
    );
    let traces = to(&settings, Signal::Traces);
    assert!(
        traces.protocol == Protocol::Grpc && traces.tls.is_none() && traces.timeout > Duration::from_secs(60)
    );
    assert_eq!((traces.authority.as_str(), header(traces, "api-key")), ("traces.example:4317", Some("1234")));
    assert_eq!(to(&settings, Signal::Metrics).authority, "localhost:4318");
    assert_eq!(
        (settings.metrics_interval, settings.batch_delay),
        (Duration::from_secs(30), Duration::from_millis(700))
    );
    assert_eq!((settings.temporality, settings.exemplars), (Temporality::Delta, Filter::AlwaysOn));
    assert_eq!(
        format!("{:?}", settings.sampler),
        format!("{:?}", Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(0.0001))))
    );
    let resource: Vec<String> =
        settings.resource.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(settings.service_name, "my-agent");
    assert_eq!(
        resource,
        [
            "service.namespace=my-namespace",
            "string_key=value",
            "bool_key=true",
            "int_key=1",
            "double_key=1.1",
            "string_array_key=one,two",
            "int_array_key=1,2"
        ]
    );
    assert_eq!(
        (settings.content, settings.redacted),
        (vec![Content::Prompts, Content::Tools], vec!["ACME-[0-9]+".to_owned()])
    );
    assert_eq!((settings.queue_bytes, settings.flush_timeout), (1_000_000, Duration::from_millis(500)));
    assert_eq!((settings.session_id.as_deref(), settings.revision.as_deref()), (Some("s-1"), Some("r-1")));
    assert_eq!((settings.spool_directory, settings.spool_bytes), (None, 1000));
    assert!(findings.iter().all(|finding| finding.contains(" is ignored: ")), "{findings:#?}");
}

#[test]
fn every_key_that_is_not_honoured_is_said() {
    let (_, findings) = applied(include_str!("fixtures/everything.yaml"), &[]).unwrap();
    let said: Vec<&str> = findings.iter().filter_map(|finding| finding.split(" is ignored").next()).collect();
    let expected = [
        "resource.detection/development",
        "resource.schema_url",
        "the propagator `b3`",
        "the propagator `xray`",
        "tracer_provider.processors[0].batch.exporter.zipkin",
        "tracer_provider.processors[2].simple.exporter.console",
        "tracer_provider.sampler.parent_based.remote_parent_not_sampled",
        "tracer_provider.sampler.parent_based.local_parent_sampled",
        "tracer_provider.limits",
        "tracer_provider.tracer_configurator/development",
        "logger_provider.processors[0].batch.export_timeout",
        "logger_provider.processors[0].batch.max_queue_size",
        "logger_provider.processors[1].batch.exporter.otlp",
        "logger_provider.processors[2].batch.exporter.otlp_file/development",
        "logger_provider.processors[3].simple.exporter.console",
        "logger_provider.limits",
        "logger_provider.logger_configurator/development",
        "meter_provider.readers[0].pull",
        "meter_provider.readers[1].periodic.timeout",
        "meter_provider.readers[1].periodic.exporter.otlp_http.encoding",
        "meter_provider.readers[1].periodic.exporter.otlp_http.default_histogram_aggregation",
        "meter_provider.readers[1].periodic.cardinality_limits",
        "meter_provider.readers[2].periodic.exporter.otlp",
        "meter_provider.readers[3].periodic.exporter.console",
        "meter_provider.views",
        "meter_provider.meter_configurator/development",
        "attribute_limits",
        "instrumentation/development",
        "log_level",
    ];
    let missing: Vec<_> = expected.iter().filter(|path| !said.contains(path)).collect();
    assert!(missing.is_empty(), "{missing:?} of {said:#?}");
}

#[test]
fn a_migration_takes_its_values_from_the_environment() {
    let text = include_str!("fixtures/migration.yaml");
    let variables = [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_SERVICE_NAME", "mine"),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "1500"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "always_off"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://t.example/v1/traces"),
        ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/ca.pem"),
    ];
    let (settings, findings) = applied(text, &variables).unwrap();
    assert!(settings.is_disabled && settings.service_name == "mine");
    assert_eq!(
        (settings.batch_delay, settings.metrics_interval),
        (Duration::from_millis(200), Duration::from_millis(1500))
    );
    assert_eq!((settings.temporality, settings.exemplars), (Temporality::Delta, Filter::AlwaysOff));
    let traces = to(&settings, Signal::Traces);
    assert_eq!((traces.authority.as_str(), header(traces, "a")), ("t.example:443", Some("b")));
    assert_eq!(traces.tls.as_ref().unwrap().authorities, Some("/ca.pem".into()));
    assert!(
        findings.iter().any(|finding| finding.starts_with("file_format 1.2 is later than 1.1")),
        "{findings:#?}"
    );
    let (settings, _) = applied(text, &[]).unwrap();
    assert!(
        !settings.is_disabled
            && settings.service_name == "unknown_service"
            && to(&settings, Signal::Traces).gzip
    );
}

#[test]
fn anchors_and_merges_work() {
    let (settings, findings) = applied(include_str!("fixtures/anchors.yaml"), &[]).unwrap();
    for signal in Signal::ALL {
        let endpoint = to(&settings, *signal);
        assert!(
            endpoint.gzip
                && endpoint.protocol == Protocol::Grpc
                && header(endpoint, "api-key") == Some("1234")
        );
        assert_eq!(endpoint.tls.as_ref().unwrap().authorities, Some("/etc/ca.pem".into()));
    }
    assert_eq!(to(&settings, Signal::Traces).timeout, Duration::from_secs(10));
    assert_eq!(to(&settings, Signal::Logs).timeout, Duration::from_secs(2));
    assert_eq!(settings.temporality, Temporality::Delta);
    assert_eq!(findings, ["x-exporter is unknown"]);
}

#[test]
fn a_provider_that_is_left_out_exports_nothing() {
    let (settings, _) = applied(
        "file_format: '1.0'\nlogger_provider: {processors: [{batch: {exporter: {otlp_http: }}}]}",
        &[],
    )
    .unwrap();
    assert!(settings.has_endpoint, "no collector is looked for");
    let exported: Vec<bool> =
        Signal::ALL.iter().map(|signal| settings.endpoints[signal.index()].is_some()).collect();
    assert_eq!(exported.iter().filter(|is| **is).count(), 1);
    assert_eq!(to(&settings, Signal::Logs).path, "/v1/logs");
}

#[test]
fn the_file_goes_before_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("otel.yaml");
    std::fs::write(&path, "file_format: '1.1'\ndistribution: {codeagent: {session_id: of-the-file}}")
        .unwrap();
    let path = path.to_str().unwrap();
    let variable = |name: &str| match name {
        "OTEL_CONFIG_FILE" => Some(path.to_owned()),
        "OTEL_SERVICE_NAME" | "CODEAGENT_SESSION_ID" | "CODEAGENT_CONFIG_REVISION" => {
            Some("of-the-environment".to_owned())
        }
        _ => None,
    };
    let mut settings = Settings::new("program");
    super::super::configure(&mut settings, &variable).unwrap();
    assert_eq!(settings.service_name, "program");
    assert_eq!(settings.session_id.as_deref(), Some("of-the-file"));
    assert_eq!(settings.revision.as_deref(), Some("of-the-environment"));
}
