use codeagent_config::{Diagnostics, Environment, Section, Source};

use super::Settings;

fn read(yaml: &str) -> (Settings, String) {
    let mut diagnostics = Diagnostics::new();
    let section =
        Section::from_yaml(&Source::new("own.yaml", yaml), &Environment::empty(), &mut diagnostics).unwrap();
    let settings = Settings::read(&section, &mut diagnostics);
    (settings, diagnostics.render(false))
}

#[test]
fn nothing_is_sent_and_no_span_is_made_unless_it_is_asked_for() {
    let (settings, problems) = read("{}");
    assert_eq!(problems, "");
    assert_eq!(settings.page.as_ref().map(|page| page.address.as_str()), Some("127.0.0.1:8888"));
    assert_eq!(format!("{:?}", settings.push), "Push { readings: 0, records: 0, .. }");
    assert_eq!(format!("{:?}", settings.tracer), "Tracer(None)");
}

const ALL: &str = "
resource: {service.name: gateway, service.instance.id: null, team: core}
logs:
  level: info
  processors:
    - batch: {schedule_delay: 200, exporter: {otlp: {protocol: http/protobuf, endpoint: 'http://127.0.0.1:4318'}}}
metrics:
  level: detailed
  readers:
    - pull: {exporter: {prometheus: {host: 127.0.0.1, port: 9999}}}
    - periodic:
        interval: 1000
        timeout: 5000
        exporter:
          otlp:
            protocol: grpc
            endpoint: collector.example:4317
            compression: gzip
            headers: [{name: api-key, value: hunter2}]
            headers_list: a=1, b=2
            temporality_preference: cumulative
    - periodic: {exporter: {otlp: {protocol: grpc/protobuf, endpoint: 'http://127.0.0.1:4317', headers: {api-key: hunter2}}}}
traces:
  propagators: [tracecontext]
  sampler: {parent_based: {root: {trace_id_ratio_based: {ratio: 0.5}}}}
  processors:
    - batch: {max_queue_size: 10, exporter: {otlp: {protocol: grpc, endpoint: '127.0.0.1:4317', insecure: true}}}
    - simple: {exporter: {otlp: {protocol: http/protobuf, endpoint: 'https://x.example/otlp/v1/traces', certificate: ca.pem}}}
";

#[test]
fn the_collectors_keys_are_read() {
    let (settings, problems) = read(ALL);
    assert_eq!(problems, "");
    assert_eq!(settings.page.as_ref().map(|page| page.address.as_str()), Some("127.0.0.1:9999"));
    assert_eq!(format!("{:?}", settings.push), "Push { readings: 2, records: 3, .. }");
    assert_eq!(settings.push.log_outboxes().len(), 1);
    let tracer = format!("{:?}", settings.tracer);
    assert!(tracer.contains("ParentBased(Ratio(0.5))") && tracer.contains("adopts: true"), "{tracer}");
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn without_spans_to_send_none_are_made() {
    for yaml in [
        "traces: {level: none, processors: [{batch: {exporter: {otlp: {protocol: grpc, endpoint: 'x:1'}}}}]}",
        "traces: {propagators: [tracecontext]}",
        "metrics: {level: none, readers: [{periodic: {exporter: {otlp: {protocol: grpc, endpoint: 'x:1'}}}}]}",
    ] {
        let (settings, problems) = read(yaml);
        assert_eq!(
            (problems.as_str(), format!("{:?}", settings.tracer).as_str()),
            ("", "Tracer(None)"),
            "{yaml}"
        );
        assert!(format!("{:?}", settings.push).contains("readings: 0, records: 0"), "{yaml}");
    }
}

#[test]
fn an_address_without_readers_is_where_the_page_is() {
    let (settings, _) = read("metrics: {address: '127.0.0.1:1234'}");
    assert_eq!(settings.page.as_ref().map(|page| page.address.as_str()), Some("127.0.0.1:1234"));
    let (settings, _) = read("metrics: {readers: []}");
    assert_eq!(settings.page, None);
}

/// An `otlp` exporter in which one thing is wrong, in a batch processor of traces.
fn otlp(wrong: &str) -> String {
    format!("traces: {{processors: [{{batch: {{exporter: {{otlp: {{{wrong}}}}}}}}}]}}")
}

#[test]
fn what_cannot_be_is_refused_with_its_path() {
    let cases = [
        ("metrics: {views: []}".to_owned(), "metrics::views", "views are not supported"),
        ("metrics: {readers: [{periodic: {interval: 0, exporter: {otlp: {protocol: grpc, endpoint: 'x:1'}}}}]}".to_owned(), "metrics::readers[0]::periodic::interval", "must not be 0"),
        ("metrics: {readers: [{periodic: {exporter: {console: {}}}}]}".to_owned(), "metrics::readers[0]::periodic::exporter::console", "OTLP only"),
        ("metrics: {readers: [{periodic: {exporter: {otlp: {protocol: grpc, endpoint: 'x:1', temporality_preference: delta}}}}]}".to_owned(), "temporality_preference", "delta"),
        ("traces: {propagators: [b3]}".to_owned(), "traces::propagators[0]", "b3"),
        ("traces: {processors: [{}]}".to_owned(), "traces::processors[0]", "one of `batch` and `simple`"),
        ("traces: {sampler: {always_on: {}, always_off: {}}}".to_owned(), "traces::sampler", "write one of"),
        ("traces: {sampler: {trace_id_ratio_based: {ratio: 2}}}".to_owned(), "traces::sampler", "within 0 and 1"),
        (otlp("protocol: grpc"), "traces::processors[0]::batch::exporter::otlp", "endpoint"),
        (otlp("protocol: udp, endpoint: 'x:1'"), "otlp::protocol", "udp"),
        (otlp("protocol: grpc, endpoint: ''"), "otlp::endpoint", "not a URL"),
        (otlp("protocol: grpc, endpoint: 'x:1', headers: {'a b': c}"), "otlp::headers", "not a header name"),
        (otlp("protocol: grpc, endpoint: 'x:1', headers_list: 'a=1,hunter2'"), "otlp::headers_list", "entry 2"),
        (otlp("protocol: grpc, endpoint: 'x:1', tls: {}"), "otlp::tls", "unknown key"),
        ("resource: {detectors: {}}".to_owned(), "resource::detectors", "not supported"),
        ("resource: {attributes: [{name: a, value: [1]}]}".to_owned(), "resource::attributes", "plain `value`"),
        ("resource: {a: [1]}".to_owned(), "resource::a", "plain value"),
    ];
    for (yaml, path, problem) in cases {
        let (_, problems) = read(&yaml);
        assert!(problems.contains(path) && problems.contains(problem), "{yaml}\n{problems}");
        assert!(!problems.contains("hunter2"), "{problems}");
    }
}

#[test]
fn every_configuration_in_the_manual_is_valid() {
    let manual = include_str!("README.md");
    let blocks = manual.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut read_blocks = 0;
    for block in blocks {
        assert_eq!(read(block).1, "");
        read_blocks += 1;
    }
    assert_eq!(read_blocks, 1);
}
