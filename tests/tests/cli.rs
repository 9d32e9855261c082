//! The command line against running collectors and wrong configurations.

use codeagent_tests::collector::run_to_end;
use codeagent_tests::numbered::{base, spans};
use codeagent_tests::status::Status;
use codeagent_tests::{Collector, Sender, Sink};

/// Eight mistakes, each on a line of its own.
const EIGHT_MISTAKES: &str = "\
receivers:
  otlp:
    protocols:
      grpc: {endpont: 127.0.0.1:4317}
processors:
  batch:
    timeout: fast
  atributes: {}
exporters:
  otlp:
    endpoint: 127.0.0.1:4318
    retry_on_failure: {max_elapsed_tim: 1s}
  otlphttp:
    timeout: soon
  debug:
    verbosity: loud
service:
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [otlp, otlphttp, debug, jaeger]}
    metric: {receivers: [otlp], exporters: [otlp]}
";

#[tokio::test]
#[ignore = "needs the collector"]
async fn validate_shows_eight_mistakes_with_their_lines_and_suggestions() {
    let output = run_to_end(&["validate", "--config", "wrong.yaml"], &[("wrong.yaml", EIGHT_MISTAKES)]).await;
    assert_eq!(output.status.code(), Some(2));
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    for (line, wrong) in [
        (4, "endpont"),
        (7, "fast"),
        (8, "atributes"),
        (12, "max_elapsed_tim"),
        (14, "soon"),
        (16, "loud"),
        (19, "jaeger"),
        (20, "metric"),
    ] {
        assert!(text.contains(&format!("wrong.yaml:{line}")), "line {line} ({wrong}) is not named:\n{text}");
        assert!(text.contains(wrong), "{wrong} is not named:\n{text}");
    }
    for suggestion in ["endpoint", "attributes", "max_elapsed_time", "metrics"] {
        assert!(text.contains(&format!("`{suggestion}`")), "{suggestion} is not suggested:\n{text}");
    }
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_wrong_configuration_does_not_start() {
    let output = run_to_end(&["--config", "wrong.yaml"], &[("wrong.yaml", EIGHT_MISTAKES)]).await;
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_file_that_is_missing_is_named() {
    let output = run_to_end(&["--config", "absent.yaml"], &[]).await;
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("absent.yaml"), "{text}");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let config = format!(
        "
receivers: {{otlp: {{protocols: {{grpc: {{endpoint: \"{address}\"}}}}}}}}
exporters: {{nop: {{}}}}
service: {{pipelines: {{traces: {{receivers: [otlp], exporters: [nop]}}}}}}
"
    );
    let output = run_to_end(&["--config", "test.yaml"], &[("test.yaml", &config)]).await;
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains(&address), "{text}");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn status_shows_the_same_ledger_as_the_running_collector() {
    let sink = Sink::start();
    let config = format!(
        "
exporters:
  otlp: {{endpoint: \"{}\", tls: {{insecure: true}}}}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp]}}
",
        sink.endpoint()
    );
    let collector = Collector::start(&config).await;
    let first = base();
    Sender::new(&collector.grpc()).send(&spans(first..first + 321, "status")).await.unwrap();
    collector.settled().await;
    let endpoint = collector.own_endpoint();
    let json = run_to_end(&["status", "--endpoint", &endpoint, "--format", "json"], &[]).await;
    assert!(json.status.success());
    let status: Status = serde_json::from_slice(&json.stdout).unwrap();
    status.assert_balanced();
    assert_eq!(status.total("exporter", "traces", |node| node.items_out), 321);
    let table = run_to_end(&["status", "--endpoint", &endpoint], &[]).await;
    let table = String::from_utf8_lossy(&table.stdout);
    assert!(table.contains("321"), "{table}");
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn status_says_when_nobody_answers() {
    let port = codeagent_tests::ports::free_port();
    let output = run_to_end(&["status", "--endpoint", &format!("127.0.0.1:{port}")], &[]).await;
    assert_eq!(output.status.code(), Some(4));
}
