use codeagent_pipeline::otlp::views::{ResourceGroup, View};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value::Value as Any,
};
use opentelemetry_proto::tonic::logs::v1 as logs;
use opentelemetry_proto::tonic::metrics::v1 as metrics;
use opentelemetry_proto::tonic::resource::v1::Resource as ResourceMessage;
use opentelemetry_proto::tonic::trace::v1 as trace;
use prost::Message as _;

use super::*;

fn any(value: Any) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn text(text: &str) -> Any {
    Any::StringValue(text.into())
}

fn attribute(key: &str, value: Any) -> KeyValue {
    KeyValue { key: key.into(), value: any(value), ..Default::default() }
}

fn span() -> trace::Span {
    let list = ArrayValue { values: vec![any(text("a")).unwrap(), any(Any::IntValue(7)).unwrap()] };
    let map = KeyValueList { values: vec![attribute("inner", text("deep"))] };
    trace::Span {
        trace_id: vec![0xab; 16],
        span_id: vec![2; 8],
        trace_state: "vendor=x, ot=th:8".into(),
        name: "GET /task".into(),
        kind: 2,
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 6_000,
        status: Some(trace::Status { code: 2, message: "boom".into() }),
        attributes: vec![
            attribute("http.status", Any::IntValue(503)),
            attribute("ratio", Any::DoubleValue(0.25)),
            attribute("retry", Any::BoolValue(true)),
            attribute("tool", text("Bash")),
            attribute("list", Any::ArrayValue(list)),
            attribute("map", Any::KvlistValue(map)),
        ],
        ..Default::default()
    }
}

fn resource() -> ResourceMessage {
    ResourceMessage { attributes: vec![attribute("service.name", text("agent"))], ..Default::default() }
}

/// Whether a condition holds about a span of an agent.
fn holds(condition: &str) -> bool {
    let scope = InstrumentationScope { name: "lib".into(), version: "1".into(), ..Default::default() };
    let group = trace::ResourceSpans {
        resource: Some(resource()),
        scope_spans: vec![trace::ScopeSpans {
            scope: Some(scope),
            spans: vec![span()],
            ..Default::default()
        }],
        ..Default::default()
    };
    let bytes = trace::TracesData { resource_spans: vec![group] }.encode_to_vec();
    let group = ResourceGroup::of(&bytes).next().unwrap();
    let scope = group.scopes().next().unwrap();
    let span: Span<'_> = scope.items().next().unwrap();
    let subject = Subject { resource: &group.resource, scope: Some(&scope.scope), item: Item::Span(&span) };
    let condition = Condition::parse(condition, Context::Span);
    condition.unwrap_or_else(|mistake| panic!("{mistake:?}")).holds(&subject)
}

#[test]
fn conditions_about_a_span_hold_as_in_the_collector() {
    let cases = [
        (r#"attributes["http.status"] >= 500"#, true),
        (r#"span.attributes["http.status"] == 503.0"#, true),
        (r#"attributes["http.status"] == "503""#, false),
        (r#"attributes["http.status"] != "503""#, true),
        (r#"attributes["ratio"] < 1 and attributes["retry"]"#, true),
        (r#"attributes["retry"] == false"#, false),
        (r#"attributes["nothing"] == nil"#, true),
        (r#"attributes["nothing"] != nil or attributes["tool"] == nil"#, false),
        (r#"attributes["nothing"] < 5"#, false),
        (r#"not attributes["nothing"] == "x""#, true),
        (r#"attributes["list"][1] == 7"#, true),
        (r#"attributes["map"]["inner"] == "deep""#, true),
        (r#"ContainsValue(attributes["list"], "a")"#, true),
        (r#"ContainsValue(attributes["list"], "b")"#, false),
        (r#"Len(attributes["list"]) == 2"#, true),
        (r#"resource.attributes["service.name"] == "agent""#, true),
        (r#"scope.name == "lib" and instrumentation_scope.version == "1""#, true),
        (r#"name == "GET /task""#, true),
        (r#"IsMatch(name, "^GET /t.*k$")"#, true),
        (r#"IsMatch(attributes["http.status"], "^5\\d\\d$")"#, true),
        (r#"IsMatch(attributes["nothing"], ".*")"#, false),
        (r#"HasPrefix(name, "GET") and not HasSuffix(name, "GET")"#, true),
        ("kind == SPAN_KIND_SERVER", true),
        (r#"kind.string == "Server" and kind.deprecated_string == "SPAN_KIND_SERVER""#, true),
        (r#"status.code == STATUS_CODE_ERROR and status.message == "boom""#, true),
        ("end_time_unix_nano - start_time_unix_nano >= 5 * 1000", true),
        ("(end_time_unix_nano - start_time_unix_nano) / 1000 == 5", true),
        ("end_time_unix_nano / 0 == nil", true),
        ("trace_id == TraceID(0xabababababababababababababababab)", true),
        (r#"trace_id.string == "abababababababababababababababab""#, true),
        (r#"span_id == SpanID("0202020202020202")"#, true),
        (r#"trace_state["ot"] == "th:8" and trace_state["none"] == nil"#, true),
        ("IsRootSpan()", true),
        (r#"IsString(attributes["tool"]) and IsInt(attributes["http.status"])"#, true),
        (r#"IsList(attributes["list"]) and IsMap(attributes["map"])"#, true),
        (r#"ToLowerCase(attributes["tool"]) == "bash""#, true),
        (r#"Int("5") + 1 == 6 and Double(2) == 2.0 and String(5) == "5""#, true),
        ("true and not false", true),
        (r#"name == "x" or name == "y" and true"#, false),
        (r#"(name == "GET /task" or name == "y") and kind == 2"#, true),
        (r#"name == "GET /task" or name == "y" and kind == 9"#, true),
        ("kind == -2", false),
    ];
    for (condition, expected) in cases {
        assert_eq!(holds(condition), expected, "{condition}");
    }
}

#[test]
fn what_is_not_understood_is_refused_with_what_to_write() {
    let cases = [
        ("", Context::Span, "the condition is empty", "write one"),
        ("name = \"x\"", Context::Span, "`=` stands where", "`==`"),
        ("nmae == \"x\"", Context::Span, "no path `nmae`", "did you mean `name`"),
        ("log.body == \"x\"", Context::Span, "no path `log.body`", "`resource.`"),
        ("name == \"x", Context::Span, "has no end", "close it"),
        ("name == 'x'", Context::Span, "`'` has no meaning", "double quotes"),
        ("IsMtch(name, \"x\")", Context::Span, "no converter `IsMtch`", "`IsMatch`"),
        ("IsMatch(name)", Context::Span, "takes 2 arguments, not 1", ""),
        ("IsMatch(name, \"(\")", Context::Span, "no regular expression", "RE2"),
        ("status.code == STATUS_CODE_ERR", Context::Span, "no constant", "`STATUS_CODE_ERROR`"),
        ("name[\"x\"] == 1", Context::Span, "`name` has no keys", "brackets"),
        ("name == \"x\" name", Context::Span, "`name` stands where `and`", ""),
        ("name ==", Context::Span, "the condition ends where a value", ""),
        ("5", Context::Span, "ends where a comparison", ""),
        ("IsRootSpan()", Context::Log, "is about spans", ""),
        ("trace_id == TraceID(0xab)", Context::Span, "1 bytes, not 16", "two digits"),
        ("attributes[name] == 1", Context::Span, "a key in double quotes", ""),
    ];
    for (condition, context, message, help) in cases {
        let mistake = Condition::parse(condition, context).unwrap_err();
        assert!(mistake.message.contains(message), "{condition}: {mistake:?}");
        assert!(mistake.help.contains(help), "{condition}: {mistake:?}");
    }
    for deep in ["(".repeat(10_000), "not ".repeat(10_000), "Len(".repeat(10_000)] {
        let mistake = Condition::parse(&deep, Context::Span).unwrap_err();
        assert!(mistake.message.contains("nested deeper"), "{mistake:?}");
    }
}

#[test]
fn conditions_about_events_logs_metrics_and_points_read_their_own_paths() {
    let resource_bytes = resource().encode_to_vec();
    let resource = Resource::view(&resource_bytes);
    let check = |item: Item<'_>, context, conditions: &[&str]| {
        let subject = Subject { resource: &resource, scope: None, item };
        for condition in conditions {
            let compiled = Condition::parse(condition, context);
            let compiled = compiled.unwrap_or_else(|mistake| panic!("{condition}: {mistake:?}"));
            assert!(compiled.holds(&subject), "{condition}");
        }
    };
    let event = trace::span::Event { name: "exception".into(), time_unix_nano: 5, ..Default::default() };
    let (span_bytes, event_bytes) = (span().encode_to_vec(), event.encode_to_vec());
    let (span, event) = (Span::view(&span_bytes), Event::view(&event_bytes));
    let about_event =
        [r#"name == "exception" and span.name == "GET /task""#, "spanevent.time_unix_nano == 5"];
    check(Item::Event(&span, &event), Context::SpanEvent, &about_event);
    let record = logs::LogRecord {
        body: any(text("it failed")),
        severity_number: 17,
        event_name: "e".into(),
        ..Default::default()
    };
    let record_bytes = record.encode_to_vec();
    let about_log = [
        "severity_number >= SEVERITY_NUMBER_ERROR and severity_number < SEVERITY_NUMBER_ERROR2",
        r#"IsMatch(body, "failed") and log.body.string == "it failed" and event_name == "e""#,
        r#"resource.attributes["service.name"] == "agent" and scope.name == nil"#,
    ];
    check(Item::Log(&LogRecord::view(&record_bytes)), Context::Log, &about_log);
    let point = metrics::NumberDataPoint {
        value: Some(metrics::number_data_point::Value::AsInt(3)),
        attributes: vec![attribute("model", text("opus"))],
        ..Default::default()
    };
    let point_bytes = point.encode_to_vec();
    let sum = metrics::Sum { data_points: vec![point], aggregation_temporality: 1, is_monotonic: true };
    let metric = metrics::Metric {
        name: "tokens".into(),
        unit: "1".into(),
        data: Some(metrics::metric::Data::Sum(sum)),
        ..Default::default()
    };
    let metric_bytes = metric.encode_to_vec();
    let metric = Metric::view(&metric_bytes);
    let about_metric = [
        r#"name == "tokens" and unit == "1" and is_monotonic"#,
        "type == METRIC_DATA_TYPE_SUM and aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA",
    ];
    check(Item::Metric(&metric), Context::Metric, &about_metric);
    let about_point = [
        r#"attributes["model"] == "opus" and metric.name == "tokens""#,
        "value_int == 3 and value_double == nil and datapoint.count == nil",
    ];
    check(Item::Point(&metric, &point_bytes), Context::DataPoint, &about_point);
    check(Item::None, Context::Resource, &[r#"attributes["service.name"] == "agent""#]);
}
