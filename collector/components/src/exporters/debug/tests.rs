use codeagent_pipeline::Batch;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::*;
use crate::exporters::written;

fn body<T: Message + DeserializeOwned>(json: serde_json::Value) -> Vec<u8> {
    serde_json::from_value::<T>(json).unwrap().encode_to_vec()
}

fn traces() -> Vec<u8> {
    body::<ExportTraceServiceRequest>(json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "agent"}}]},
        "scopeSpans": [{"scope": {"name": "lib", "version": "1"}, "spans": [{
            "traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "1112131415161718", "name": "chat",
            "kind": 3, "startTimeUnixNano": "1581452772000000321", "endTimeUnixNano": "1581452773000000000",
            "status": {"code": 2, "message": "no"},
            "attributes": [{"key": "n", "value": {"intValue": "7"}}, {"key": "ok", "value": {"boolValue": true}}],
            "events": [{"name": "retry", "timeUnixNano": "1581452773000000123",
                "attributes": [{"key": "a", "value": {"stringValue": "b"}}]}]
        }]}]
    }]}))
}

#[test]
fn a_span_is_printed_in_the_collectors_words() {
    let expected = "\
ResourceSpans #0
Resource SchemaURL: 
Resource attributes:
     -> service.name: Str(agent)
ScopeSpans #0
ScopeSpans SchemaURL: 
InstrumentationScope lib 1
Span #0
    Trace ID       : 0102030405060708090a0b0c0d0e0f10
    Parent ID      : 
    ID             : 1112131415161718
    Name           : chat
    Kind           : Client
    Start time     : 2020-02-11 20:26:12.000000321 +0000 UTC
    End time       : 2020-02-11 20:26:13 +0000 UTC
    Status code    : Error
    Status message : no
    DroppedAttributesCount: 0
    DroppedEventsCount: 0
    DroppedLinksCount: 0
Attributes:
     -> n: Int(7)
     -> ok: Bool(true)
Events:
SpanEvent #0
     -> Name: retry
     -> Timestamp: 2020-02-11 20:26:13.000000123 +0000 UTC
     -> DroppedAttributesCount: 0
     -> Attributes::
          -> a: Str(b)
";
    assert_eq!(detailed::text(Signal::Traces, &traces()), expected);
    let expected = "\
ResourceTraces #0 service.name=agent
ScopeTraces #0 lib@1
chat 0102030405060708090a0b0c0d0e0f10 1112131415161718 n=7 ok=true
";
    assert_eq!(normal::text(Signal::Traces, &traces()), expected);
}

#[test]
fn a_log_record_is_printed_in_the_collectors_words() {
    let inner = json!({"kvlistValue": {"values": [{"key": "k", "value": {"stringValue": "v"}}]}});
    let logs = body::<ExportLogsServiceRequest>(json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{
        "timeUnixNano": "1581452773000000789", "severityNumber": 10, "severityText": "Info", "eventName": "e",
        "body": inner, "attributes": [{"key": "x", "value": {"doubleValue": 1.5}}]
    }]}]}]}));
    let expected = "\
LogRecord #0
ObservedTimestamp: 1970-01-01 00:00:00 +0000 UTC
Timestamp: 2020-02-11 20:26:13.000000789 +0000 UTC
SeverityText: Info
SeverityNumber: Info2(10)
EventName: e
Body: Map({\"k\":\"v\"})
Attributes:
     -> x: Double(1.5)
Trace ID: 
Span ID: 
Flags: 0
";
    let printed = detailed::text(Signal::Logs, &logs);
    assert_eq!(printed.split_once("InstrumentationScope  \n").unwrap().1, expected);
    assert!(normal::text(Signal::Logs, &logs).ends_with("{\"k\":\"v\"} x=1.5\n"));
}

#[test]
fn points_of_every_kind_are_printed_in_the_collectors_words() {
    let metrics = body::<ExportMetricsServiceRequest>(
        json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [
            {"name": "s", "sum": {"isMonotonic": true, "aggregationTemporality": 2, "dataPoints": [{"asDouble": 1.23}]}},
            {"name": "h", "histogram": {"aggregationTemporality": 1, "dataPoints": [{
                "count": "1", "sum": 15.0, "explicitBounds": [1.0], "bucketCounts": ["0", "1"]}]}},
            {"name": "e", "exponentialHistogram": {"aggregationTemporality": 1, "dataPoints": [{
                "count": "5", "scale": 1, "zeroCount": "1",
                "negative": {"offset": -1, "bucketCounts": ["1", "1"]},
                "positive": {"offset": 1, "bucketCounts": ["1", "1"]}}]}},
            {"name": "q", "summary": {"dataPoints": [{"count": "1", "sum": 15.0,
                "quantileValues": [{"quantile": 0.01, "value": 15.0}]}]}}
        ]}]}]}),
    );
    let printed = detailed::text(Signal::Metrics, &metrics);
    for expected in [
        "     -> DataType: Sum\n     -> IsMonotonic: true\n     -> AggregationTemporality: Cumulative\n",
        "Value: 1.230000\n",
        "Count: 1\nSum: 15.000000\nExplicitBounds #0: 1.000000\nBuckets #0, Count: 0\nBuckets #1, Count: 1\n",
        "Bucket [-1.414214, -1.000000), Count: 1\nBucket [-1.000000, -0.707107), Count: 1\n\
         Bucket [0, 0], Count: 1\nBucket (1.414214, 2.000000], Count: 1\nBucket (2.000000, 2.828427], Count: 1\n",
        "QuantileValue #0: Quantile 0.010000, Value 15.000000\n",
    ] {
        assert!(printed.contains(expected), "{printed}");
    }
    let printed = normal::text(Signal::Metrics, &metrics);
    for expected in ["s{} 1.23\n", "h{} count=1 sum=15 le1=0 1\n", "q{} count=1 sum=15.000000 q0.01=15\n"] {
        assert!(printed.contains(expected), "{printed}");
    }
}

#[tokio::test]
async fn a_batch_is_printed_and_counts_as_delivered() {
    use codeagent_pipeline::Exporter as _;
    let yaml =
        "exporters: {debug: {verbosity: detailed, use_internal_logger: false, output_paths: [stderr]}}";
    let read = |context: &mut BuildContext<'_>, section: &Section| {
        let config: Config = section.decode(context.diagnostics)?;
        Some(Debug::new(&config, Signal::Traces, "debug".to_owned()))
    };
    let exporter = written::each(yaml, read).unwrap().pop().unwrap();
    let mut encoded = exporter.encode(&Batch::new(Signal::Traces, traces().into(), 1));
    assert_eq!(exporter.items(&encoded.requests[0]), 1);
    assert!(exporter.send(&mut encoded.requests[0]).await.unwrap().rejected.is_empty());
}

#[test]
fn mistakes_are_told() {
    for (section, reason) in [("{verbosity: loud}", "loud"), ("{output_paths: [/tmp/x]}", "/tmp/x")] {
        let yaml = format!("exporters: {{debug: {section}}}");
        let shown = written::build(&FACTORY, &yaml, Signal::Logs).err().unwrap();
        assert!(shown.contains(reason), "{shown}");
    }
}
