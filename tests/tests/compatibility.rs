//! Configurations of the OpenTelemetry Collector, unchanged.

use codeagent_tests::numbered::{base, gauges, logs, missing, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::servers::shared;
use codeagent_tests::{Collector, Sender, Sink, documents, kafka, prometheus};

/// As people write it: every address comes from the environment.
const COLLECTOR: &str = r#"
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 127.0.0.1:${env:OTLP_GRPC_PORT}
        max_recv_msg_size_mib: 16
        keepalive:
          server_parameters:
            max_connection_age: 60s
      http:
        endpoint: 127.0.0.1:${env:OTLP_HTTP_PORT}
        cors:
          allowed_origins: ["https://*.example.com"]

processors:
  memory_limiter:
    check_interval: 1s
    limit_mib: 512
    spike_limit_mib: 128
  batch:
    send_batch_size: 512
    send_batch_max_size: 1024
    timeout: 100ms
  attributes:
    actions:
      - {key: deployment.environment, value: test, action: upsert}
      - {key: secret, action: delete}
  probabilistic_sampler:
    sampling_percentage: 100

exporters:
  prometheusremotewrite:
    endpoint: PROMETHEUS/api/v1/write
    resource_to_telemetry_conversion:
      enabled: true
    retry_on_failure:
      enabled: true
      max_elapsed_time: 30s
  elasticsearch:
    endpoints: [ELASTICSEARCH]
    logs_index: logs-PREFIX-default
    traces_index: traces-PREFIX-default
    mapping:
      mode: otel
  kafka:
    brokers: [KAFKA]
    protocol_version: 2.1.0
    traces:
      topic: PREFIX-spans
      encoding: otlp_proto
    producer:
      compression: zstd
  otlp:
    endpoint: SINK
    compression: gzip
    tls:
      insecure: true
    sending_queue:
      enabled: true
      num_consumers: 4
      queue_size: 1000

extensions:
  health_check:
    endpoint: 127.0.0.1:${env:HEALTH_PORT}

service:
  extensions: [health_check]
  telemetry:
    logs:
      level: info
    metrics:
      level: detailed
      readers:
        - pull:
            exporter:
              prometheus:
                host: 127.0.0.1
                port: ${env:METRICS_PORT}
  pipelines:
    traces:
      receivers: [otlp]
      processors: [memory_limiter, attributes, probabilistic_sampler, batch]
      exporters: [elasticsearch, kafka, otlp]
    metrics:
      receivers: [otlp]
      processors: [memory_limiter, attributes, batch]
      exporters: [prometheusremotewrite, otlp]
    logs:
      receivers: [otlp]
      processors: [memory_limiter, attributes, batch]
      exporters: [elasticsearch, otlp]
"#;

#[tokio::test]
#[ignore = "needs Prometheus, Elasticsearch and Kafka"]
async fn a_gateways_configuration_runs_unchanged_and_feeds_all_its_backends() {
    let (sink, first) = (Sink::start(), base());
    let prefix = format!("gateway{first}");
    let config = COLLECTOR
        .replace("PROMETHEUS", &shared("prometheus"))
        .replace("ELASTICSEARCH", &shared("elasticsearch"))
        .replace("KAFKA", &shared("kafka"))
        .replace("PREFIX", &prefix)
        .replace("SINK", &sink.endpoint());
    let collector = Collector::start_with(&["--config", "test.yaml"], &[("test.yaml", &config)]).await;
    let sender = Sender::new(&collector.grpc());
    let numbers = first..first + 100;
    for payload in
        [spans(numbers.clone(), &prefix), gauges(numbers.clone(), &prefix), logs(numbers.clone(), &prefix)]
    {
        sender.send(&payload).await.unwrap();
    }
    for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
        assert_eq!(missing(numbers.clone(), &sink.numbers(signal)), "", "{}", signal.name());
        let text = format!("{:?}", sink.received(signal));
        assert!(text.contains("deployment.environment"), "attributes did its work on {}", signal.name());
    }
    for signal in ["traces", "logs"] {
        let stored =
            documents::numbers(&shared("elasticsearch"), &format!("{signal}-{prefix}-*")).await.unwrap();
        assert_eq!(missing(numbers.clone(), &stored), "", "{signal}");
    }
    let records = kafka::read(&shared("kafka"), &format!("{prefix}-spans")).await.unwrap();
    assert!(!records.is_empty());
    let series =
        prometheus::query(&shared("prometheus"), &format!("numbered{{job=\"{prefix}\"}}")).await.unwrap();
    assert_eq!(series.len(), 100);
    assert_eq!(series[0].labels["deployment_environment"], "test");
    collector.finish().await;
}
