//! The collector and the document stores: Elasticsearch and OpenSearch.

use codeagent_tests::documents::{find, numbers, search};
use codeagent_tests::numbered::{base, hex, logs, missing, spans, trace_id};
use codeagent_tests::otlp::Payload;
use codeagent_tests::servers::shared;
use codeagent_tests::{Collector, Sender, captures, eventually, http};
use serde_json::{Value, json};

const CONFIG: &str = "
exporters:
  SERVER:
    CONNECTION
    mapping: {mode: MODE}
    logs_index: logs-PREFIX-default
    traces_index: traces-PREFIX-default
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [SERVER]}
    logs: {receivers: [otlp], exporters: [SERVER]}
";

/// A collector that writes to data streams of its own, their prefix, and the server's endpoint.
async fn collector(server: &str, mode: &str) -> (Collector, String, String) {
    collector_of(server, &CONFIG.replace("MODE", mode)).await
}

async fn collector_of(server: &str, config: &str) -> (Collector, String, String) {
    let (endpoint, prefix) = (shared(server), format!("test{}", base()));
    // The Collector's two exporters name it differently.
    let connection = match server {
        "opensearch" => format!("http: {{endpoint: \"{endpoint}\"}}"),
        _ => format!("endpoint: {endpoint}"),
    };
    let config =
        config.replace("SERVER", server).replace("CONNECTION", &connection).replace("PREFIX", &prefix);
    (Collector::start(&config).await, prefix, endpoint)
}

async fn every_log_and_span_is_found_once(server: &str, modes: &[&str]) {
    for mode in modes {
        let (collector, prefix, endpoint) = collector(server, mode).await;
        let (sender, first) = (Sender::new(&collector.grpc()), base());
        for hundred in 0..10 {
            let range = first + hundred * 100..first + (hundred + 1) * 100;
            sender.send(&spans(range.clone(), "documents")).await.unwrap();
            sender.send(&logs(range, "documents")).await.unwrap();
        }
        for signal in ["traces", "logs"] {
            let numbers = numbers(&endpoint, &format!("{signal}-{prefix}-*")).await.unwrap();
            assert_eq!(missing(first..first + 1000, &numbers), "", "{mode} {signal}");
            assert_eq!(numbers.values().sum::<u64>(), 1000, "{mode} {signal}: some are there twice");
        }
        collector.finish().await;
    }
}

#[tokio::test]
#[ignore = "needs Elasticsearch"]
async fn every_log_and_span_is_found_once_in_elasticsearch() {
    every_log_and_span_is_found_once("elasticsearch", &["otel", "ecs"]).await;
}

#[tokio::test]
#[ignore = "needs OpenSearch"]
async fn every_log_and_span_is_found_once_in_opensearch() {
    every_log_and_span_is_found_once("opensearch", &["otel", "ecs", "ss4o"]).await;
}

async fn a_log_and_its_span_are_joined_by_trace_id(server: &str, mode: &str, field: &str) {
    let (collector, prefix, endpoint) = collector(server, mode).await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    sender.send(&spans(first..first + 50, "joined")).await.unwrap();
    sender.send(&logs(first..first + 50, "joined")).await.unwrap();
    let wanted = hex(&trace_id(first + 7));
    let found = search(&endpoint, &format!("*-{prefix}-*"), json!({"term": {field: wanted}})).await.unwrap();
    let mut signals: Vec<String> = found
        .iter()
        .map(|document| {
            assert_eq!(
                find(&document["_source"], "number").and_then(Value::as_u64),
                Some(first + 7),
                "{document}"
            );
            let index = document["_index"].as_str().unwrap().trim_start_matches(".ds-");
            index.split('-').next().unwrap().to_owned()
        })
        .collect();
    signals.sort();
    assert_eq!(signals, ["logs", "traces"], "one document of each by {field}");
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Elasticsearch"]
async fn a_log_and_its_span_are_joined_by_trace_id_in_elasticsearch() {
    a_log_and_its_span_are_joined_by_trace_id("elasticsearch", "otel", "trace_id").await;
    a_log_and_its_span_are_joined_by_trace_id("elasticsearch", "ecs", "trace.id").await;
}

#[tokio::test]
#[ignore = "needs OpenSearch"]
async fn a_log_and_its_span_are_joined_by_trace_id_in_opensearch() {
    a_log_and_its_span_are_joined_by_trace_id("opensearch", "otel", "trace_id").await;
    a_log_and_its_span_are_joined_by_trace_id("opensearch", "ecs", "trace.id").await;
    a_log_and_its_span_are_joined_by_trace_id("opensearch", "ss4o", "traceId").await;
}

async fn what_is_sent_twice_is_stored_once(server: &str) {
    let (collector, prefix, endpoint) = collector(server, "otel").await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    let payload = logs(first..first + 20, "twice");
    sender.send(&payload).await.unwrap();
    // As an SDK does whose first answer was lost.
    sender.send(&payload).await.unwrap();
    let numbers = numbers(&endpoint, &format!("logs-{prefix}-*")).await.unwrap();
    assert_eq!(missing(first..first + 20, &numbers), "");
    assert_eq!(numbers.values().sum::<u64>(), 20, "a repeat made duplicates");
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Elasticsearch"]
async fn what_is_sent_twice_is_stored_once_in_elasticsearch() {
    what_is_sent_twice_is_stored_once("elasticsearch").await;
}

#[tokio::test]
#[ignore = "needs OpenSearch"]
async fn what_is_sent_twice_is_stored_once_in_opensearch() {
    what_is_sent_twice_is_stored_once("opensearch").await;
}

/// Each item of a request three times, and in between the others.
fn tripled(mut payload: Payload) -> Payload {
    match &mut payload {
        Payload::Logs(request) => {
            let records = &mut request.resource_logs[0].scope_logs[0].log_records;
            *records = [&records[..]; 3].concat();
        }
        Payload::Traces(request) => {
            let spans = &mut request.resource_spans[0].scope_spans[0].spans;
            *spans = [&spans[..]; 3].concat();
        }
        Payload::Metrics(_) => {}
    }
    payload
}

async fn equal_items_are_all_stored_though_their_request_is_cut(server: &str) {
    let cut = "mapping: {mode: otel}\n    sending_queue: {batch: {sizer: items, max_size: 7}}";
    let (collector, prefix, endpoint) =
        collector_of(server, &CONFIG.replace("mapping: {mode: MODE}", cut)).await;
    let (sender, first) = (Sender::new(&collector.grpc()), base());
    let payloads = [tripled(spans(first..first + 50, "twins")), tripled(logs(first..first + 50, "twins"))];
    // Twice: the repeat of a request with twins is a repeat of each of them.
    for payload in payloads.iter().chain(&payloads) {
        sender.send(payload).await.unwrap();
    }
    for signal in ["traces", "logs"] {
        let numbers = numbers(&endpoint, &format!("{signal}-{prefix}-*")).await.unwrap();
        assert_eq!(missing(first..first + 50, &numbers), "", "{signal}");
        assert!(numbers.values().all(|times| *times == 3), "{signal}: {numbers:?}");
    }
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs Elasticsearch"]
async fn equal_items_are_all_stored_in_elasticsearch_though_their_request_is_cut() {
    equal_items_are_all_stored_though_their_request_is_cut("elasticsearch").await;
}

#[tokio::test]
#[ignore = "needs OpenSearch"]
async fn equal_items_are_all_stored_in_opensearch_though_their_request_is_cut() {
    equal_items_are_all_stored_though_their_request_is_cut("opensearch").await;
}

async fn what_agents_send_is_stored_to_the_last_record(server: &str) {
    let (collector, prefix, endpoint) = collector(server, "otel").await;
    let sender = Sender::new(&collector.grpc());
    let (mut sent_logs, mut sent_spans) = (0, 0);
    for agent in ["claude-code-grpc", "codex-grpc", "gemini-grpc", "qwen-grpc"] {
        for payload in captures::recent(agent) {
            match payload.signal().name() {
                "logs" => sent_logs += payload.items(),
                "traces" => sent_spans += payload.items(),
                _ => continue,
            }
            sender.send(&payload).await.unwrap();
        }
    }
    for (signal, sent) in [("logs", sent_logs), ("traces", sent_spans)] {
        let index = format!("{signal}-{prefix}-*");
        eventually(&index, async || {
            let found = search(&endpoint, &index, json!({"match_all": {}})).await?.len();
            // The events of a span are documents too.
            if found >= sent { Ok(()) } else { Err(format!("{found} of {sent} documents")) }
        })
        .await;
    }
    let status = collector.finish().await;
    for node in status.nodes {
        assert!(node.dropped.values().all(|dropped| *dropped == 0), "{node:?}");
    }
}

#[tokio::test]
#[ignore = "needs Elasticsearch"]
async fn what_agents_send_is_stored_to_the_last_record_in_elasticsearch() {
    what_agents_send_is_stored_to_the_last_record("elasticsearch").await;
}

#[tokio::test]
#[ignore = "needs OpenSearch"]
async fn what_agents_send_is_stored_to_the_last_record_in_opensearch() {
    what_agents_send_is_stored_to_the_last_record("opensearch").await;
}

async fn a_document_that_the_index_refuses_costs_the_others_nothing(server: &str) {
    let (collector, prefix, endpoint) = collector(server, "otel").await;
    // An index of plain mappings, in which the number 13 is not welcome.
    let body = json!({
        "index_patterns": [format!("logs-{prefix}-*")], "data_stream": {}, "priority": 100_000,
        "template": {"mappings": {"properties": {"attributes": {"properties": {"number": {"type": "byte"}}}}}}
    });
    let url = format!("{endpoint}/_index_template/{prefix}");
    let json_type = [("content-type", "application/json")];
    let answer = http::send("PUT", &url, &json_type, body.to_string().into()).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    // Numbers above 127 do not fit a byte; these do.
    let sender = Sender::new(&collector.grpc());
    drop(sender.send_bytes(codeagent_tests::otlp::Signal::Logs, logs(120..140, "refused").encode()).await);
    let numbers = numbers(&endpoint, &format!("logs-{prefix}-*")).await.unwrap();
    assert_eq!(missing(120..128, &numbers), "");
    let status = collector.settled().await;
    status.assert_balanced();
    let dropped = status.total("exporter", "logs", |node| node.dropped.values().sum());
    assert_eq!(dropped, 12, "{status:?}");
}

#[tokio::test]
#[ignore = "needs Elasticsearch"]
async fn a_document_that_elasticsearch_refuses_costs_the_others_nothing() {
    a_document_that_the_index_refuses_costs_the_others_nothing("elasticsearch").await;
}

#[tokio::test]
#[ignore = "needs OpenSearch"]
async fn a_document_that_opensearch_refuses_costs_the_others_nothing() {
    a_document_that_the_index_refuses_costs_the_others_nothing("opensearch").await;
}
