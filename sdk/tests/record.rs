//! One call records a span, metrics and a log record that agree.
#![allow(clippy::unwrap_used, reason = "all code here is test code")]

use std::collections::BTreeMap;
use std::process::Command;

use codeagent_sdk::opentelemetry::KeyValue as Pair;
use codeagent_sdk::testing::Loopback;
use codeagent_sdk::value::{
    CommandKind, CostSource, EditOperation, InterventionKind, LoopKind, PermissionDecision, PermissionSource,
    RetryReason, TaskFailureReason, TaskJudge, TaskKind, TaskOutcome, TaskSource, ToolCategory,
};
use codeagent_sdk::{Guard, Scope, Telemetry, Usage};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, exemplar, metric::Data, number_data_point::Value as Number,
};
use opentelemetry_proto::tonic::trace::v1::Span;

fn install(collector: &Loopback) -> Guard {
    codeagent_sdk::init("agent")
        .session_id("s-1")
        .revision("c-1")
        .grpc(&collector.authority())
        .without_environment()
        .without_spool()
        .without_signals()
        .without_subscriber()
        .install()
        .unwrap()
}

/// Everything that `work` recorded.
fn recorded(work: impl FnOnce(&Telemetry)) -> Loopback {
    let collector = Loopback::start().unwrap();
    let telemetry = install(&collector);
    work(&telemetry);
    drop(telemetry);
    collector
}

fn map(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.clone().unwrap().value.unwrap() {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let map: BTreeMap<_, _> = pairs.iter().map(|pair| (pair.key.clone(), text(pair))).collect();
    assert_eq!(map.len(), pairs.len(), "a key stands twice: {pairs:?}");
    map
}

fn span(collector: &Loopback, name: &str) -> (Span, BTreeMap<String, String>) {
    let spans = collector.spans();
    let mut found = spans.iter().filter(|span| span.name == name);
    let span = found.next().unwrap_or_else(|| panic!("no span {name}: {spans:?}"));
    assert!(found.next().is_none(), "{name} is there twice");
    (span.clone(), map(&span.attributes))
}

fn log(collector: &Loopback, event: &str) -> (LogRecord, BTreeMap<String, String>) {
    let logs = collector.logs();
    let log = logs
        .iter()
        .find(|log| log.event_name == event)
        .unwrap_or_else(|| panic!("no event {event}: {logs:?}"));
    (log.clone(), map(&log.attributes))
}

/// The points of the last collection: count or value, and attributes.
fn points(collector: &Loopback, name: &str) -> Vec<(f64, BTreeMap<String, String>)> {
    let metrics = collector.metrics();
    let metric = metrics.into_iter().rfind(|metric| metric.name == name);
    let number = |value: Option<Number>| match value.unwrap() {
        Number::AsDouble(number) => number,
        Number::AsInt(number) => f64::from(i32::try_from(number).unwrap()),
    };
    match metric.unwrap_or_else(|| panic!("no metric {name}")).data.unwrap() {
        Data::Sum(sum) => {
            sum.data_points.iter().map(|one| (number(one.value), map(&one.attributes))).collect()
        }
        Data::Gauge(gauge) => {
            gauge.data_points.iter().map(|one| (number(one.value), map(&one.attributes))).collect()
        }
        Data::Histogram(histogram) => {
            let count = |count: u64| f64::from(u32::try_from(count).unwrap());
            histogram.data_points.iter().map(|one| (count(one.count), map(&one.attributes))).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn a_task(telemetry: &Telemetry) {
    let task = telemetry.task(TaskKind::Bugfix).id("GH-123").source(TaskSource::Ci).group("nightly").start();
    let attempt = task.attempt();
    let agent = attempt.agent("coder");
    let turn = agent.turn();
    let mut call = turn.model_call("anthropic", "claude-sonnet-5").context(50_000, 200_000);
    let usage = Usage { input: 100, cache_read: 900, cache_write: 10, output: 40, reasoning: 5 };
    call.usage(usage).cost(0.25, CostSource::Reported).response_id("resp-1");
    call.end();
    let tool = turn.tool_call_with_id("bash", ToolCategory::Execute, "call-7");
    tool.permission().mode("default").decide(PermissionDecision::Allow, PermissionSource::UserOnce);
    let mut command = Command::new("sh");
    command.args(["-c", "echo $TRACEPARENT; echo oops >&2; exit 3"]);
    let output = tool.command_output(CommandKind::OTHER, &mut command).unwrap();
    assert_eq!((output.stderr.as_slice(), output.status.code()), (b"oops\n".as_slice(), Some(3)));
    tool.edit(EditOperation::Update).language("rust").lines(12, 4).applied();
    tool.test_run("unit").end(118, 2, 3);
    tool.fail("test_failure");
    turn.moments().retry(RetryReason::RateLimited);
    turn.moments().loop_detected(LoopKind::RepeatedAction);
    turn.moments().intervention(InterventionKind::Correction);
    turn.moments().score("relevance", 0.75);
    agent.end();
    attempt.end(TaskOutcome::Failed);
    task.fail(TaskFailureReason::TestFailure, "assertion", TaskJudge::Test);
}

#[test]
fn a_tool_call_is_a_span_a_metric_and_a_log_record_that_agree() {
    let collector = recorded(a_task);
    let (of_span, attributes) = span(&collector, "execute_tool bash");
    let (of_log, said) = log(&collector, "codeagent.tool.called");
    let of_metric = points(&collector, "codeagent.tool.duration");
    assert_eq!((&of_log.trace_id, &of_log.span_id), (&of_span.trace_id, &of_span.span_id));
    assert_eq!(of_metric.len(), 1);
    for key in ["gen_ai.tool.name", "codeagent.tool.category", "error.type"] {
        assert_eq!(attributes[key], said[key]);
        assert_eq!(attributes[key], of_metric[0].1[key]);
    }
    let nanos = of_span.end_time_unix_nano - of_span.start_time_unix_nano;
    let seconds: f64 = said["codeagent.operation.duration"].parse().unwrap();
    assert!((std::time::Duration::from_nanos(nanos).as_secs_f64() - seconds).abs() < 1e-6);
    assert_eq!(attributes["gen_ai.operation.name"], "execute_tool");
    assert_eq!(attributes["codeagent.turn.number"], "1");
    assert_eq!(of_span.status.unwrap().code, 2);
    let keys: Vec<&str> = of_metric[0].1.keys().map(String::as_str).collect();
    let expected = [
        "codeagent.config.revision",
        "codeagent.product",
        "codeagent.tool.category",
        "error.type",
        "gen_ai.tool.name",
    ];
    assert_eq!(keys, expected, "and no id");
}

#[test]
fn all_that_helpers_record_is_as_the_registry_says_and_what_is_not_is_found() {
    let collector = recorded(a_task);
    assert_eq!(collector.violations(), [""; 0]);
    let collector = recorded(|telemetry| {
        let meter = telemetry.meter("app");
        let wrong = [Pair::new("codeagent.task.id", "GH-1"), Pair::new("codeagent.retry.reason", "boredom")];
        meter.u64_counter("codeagent.retries").with_unit("ms").build().add(1, &wrong);
        meter.u64_counter("codeagent.inventions").build().add(1, &[]);
    });
    let found = collector.violations();
    for part in
        ["the unit is `{retry}`", "`codeagent.task.id` does not belong", "cannot be", "does not know it"]
    {
        assert!(found.iter().any(|one| one.contains(part)), "{part}: {found:#?}");
    }
}

#[test]
fn a_metric_leads_to_the_trace_that_made_it() {
    let collector = recorded(|telemetry| {
        a_task(telemetry);
        let task = telemetry.task(TaskKind::Bugfix).start();
        let histogram =
            telemetry.meter("app").f64_histogram("app.size").with_boundaries(vec![1.0, 10.0]).build();
        task.run(|| {
            for size in [0.5, 0.7, 5.0] {
                histogram.record(size, &[]);
            }
        });
        histogram.record(50.0, &[]);
    });
    let exemplars = |name: &str| {
        let metric = collector.metrics().into_iter().rfind(|metric| metric.name == name).unwrap();
        let of = |exemplars: Vec<Exemplar>| {
            exemplars.into_iter().map(|one| (one.value.unwrap(), one.trace_id, one.span_id))
        };
        let all: Vec<_> = match metric.data.unwrap() {
            Data::Sum(sum) => sum.data_points.into_iter().flat_map(|point| of(point.exemplars)).collect(),
            Data::Histogram(all) => {
                all.data_points.into_iter().flat_map(|point| of(point.exemplars)).collect()
            }
            other => panic!("{other:?}"),
        };
        all
    };
    let tool = span(&collector, "execute_tool bash").0;
    let of_tool = exemplars("codeagent.tool.duration");
    assert_eq!(of_tool.len(), 1);
    assert_eq!((&of_tool[0].1, &of_tool[0].2), (&tool.trace_id, &tool.span_id));
    assert_eq!(exemplars("codeagent.retries").len(), 1);
    let sizes: Vec<_> = exemplars("app.size").into_iter().map(|(value, ..)| value).collect();
    let expected = [0.7, 5.0].map(exemplar::Value::AsDouble);
    assert_eq!(sizes, expected, "the last of each bucket, and none of what was measured outside of any span");
}

#[test]
fn everything_in_a_task_carries_its_id_and_the_session_and_is_one_trace() {
    let collector = recorded(a_task);
    let spans = collector.spans();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(spans.len(), 9, "{names:?}");
    for span in &spans {
        let attributes = map(&span.attributes);
        assert_eq!(
            (attributes["codeagent.task.id"].as_str(), attributes["session.id"].as_str()),
            ("GH-123", "s-1")
        );
        assert_eq!(span.trace_id, spans[0].trace_id);
    }
    for log in collector.logs() {
        let attributes = map(&log.attributes);
        assert_eq!(
            (attributes["codeagent.task.id"].as_str(), attributes["session.id"].as_str()),
            ("GH-123", "s-1")
        );
        assert_eq!(log.trace_id, spans[0].trace_id, "{log:?}");
    }
    let parent = |child: &str, of: &str| {
        assert_eq!(span(&collector, child).0.parent_span_id, span(&collector, of).0.span_id, "{child}");
    };
    parent("attempt", "task bugfix");
    parent("invoke_agent coder", "attempt");
    parent("chat claude-sonnet-5", "invoke_agent coder");
    parent("execute_tool bash", "invoke_agent coder");
    for child in ["permission", "run sh", "edit update", "test unit"] {
        parent(child, "execute_tool bash");
    }
}

#[test]
fn a_task_adds_up_what_its_calls_took() {
    let collector = recorded(a_task);
    let (_, task) = span(&collector, "task bugfix");
    let expected = [
        ("codeagent.task.outcome", "failed"),
        ("codeagent.task.judge", "test"),
        ("codeagent.task.failure.reason", "test_failure"),
        ("codeagent.task.group", "nightly"),
        ("error.type", "assertion"),
        ("codeagent.turn.count", "1"),
        ("gen_ai.usage.input_tokens", "1010"),
        ("gen_ai.usage.output_tokens", "45"),
        ("codeagent.cost.amount", "0.25"),
        ("codeagent.cost.source", "reported"),
    ];
    for (key, value) in expected {
        assert_eq!(task[key], value, "{key}");
    }
    let (began, _) = log(&collector, "codeagent.task.began");
    assert_eq!(began.span_id, span(&collector, "task bugfix").0.span_id);
    assert_eq!(log(&collector, "codeagent.task.judged").1["codeagent.task.judge"], "test");
    let duration = points(&collector, "codeagent.task.duration");
    assert_eq!(duration[0].0, 1.0);
    assert_eq!(duration[0].1["gen_ai.request.model"], "claude-sonnet-5");
    assert_eq!(points(&collector, "codeagent.task.active")[0].0, 0.0);
    assert_eq!(points(&collector, "codeagent.task.started")[0].0, 1.0);
    let tokens = points(&collector, "codeagent.token.usage");
    let by_type: BTreeMap<_, _> =
        tokens.iter().map(|(count, of)| (of["codeagent.token.type"].as_str(), *count)).collect();
    let expected = [
        ("cache_read", 900.0),
        ("cache_write", 10.0),
        ("input", 100.0),
        ("output", 40.0),
        ("reasoning", 5.0),
    ];
    assert_eq!(by_type, BTreeMap::from(expected));
    assert_eq!(points(&collector, "codeagent.cost.usage")[0].0, 0.25);
    assert_eq!(points(&collector, "codeagent.edit.lines").len(), 2);
    assert_eq!(points(&collector, "codeagent.test.cases").len(), 2);
    for name in ["codeagent.retries", "codeagent.loop.detections", "codeagent.human.interventions"] {
        assert_eq!(points(&collector, name)[0].0, 1.0, "{name}");
    }
    assert_eq!(points(&collector, "codeagent.evaluation.score")[0].0, 1.0);
    let errors = points(&collector, "codeagent.operation.errors");
    let classes: Vec<&str> = errors.iter().map(|(_, of)| of["error.type"].as_str()).collect();
    assert_eq!(errors.len(), 3, "{classes:?}");
}

#[test]
fn a_command_gets_the_context_and_its_exit_and_what_it_used_are_recorded() {
    let mut said = String::new();
    let collector = recorded(|telemetry| {
        let turn = telemetry.agent("coder").turn();
        let tool = turn.tool_call("bash", ToolCategory::Execute);
        let mut command = Command::new("/bin/sh");
        // Enough work for a CPU time that the kernel counts.
        command.args(["-c", "echo $TRACEPARENT; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; exit 7"]);
        said =
            String::from_utf8(tool.command_output(CommandKind::Build, &mut command).unwrap().stdout).unwrap();
        let mut missing = Command::new("/nowhere/tool");
        assert!(tool.command_output(CommandKind::OTHER, &mut missing).is_err());
    });
    let (of_span, run) = span(&collector, "run sh");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let expected = format!("00-{}-{}-", hex(&of_span.trace_id), hex(&of_span.span_id));
    assert!(said.starts_with(&expected), "{said:?}, not {expected}");
    assert_eq!((run["process.exit.code"].as_str(), run["error.type"].as_str()), ("7", "exit_code"));
    assert!(run["codeagent.command.cpu_time"].parse::<f64>().unwrap() > 0.0);
    assert!(run["codeagent.command.memory_max"].parse::<u64>().unwrap() > 100_000, "bytes");
    let (_, missing) = span(&collector, "run tool");
    assert_eq!(missing["error.type"], "Error");
    let programs = points(&collector, "codeagent.command.duration");
    let programs: Vec<&str> =
        programs.iter().map(|(_, of)| of["codeagent.command.program"].as_str()).collect();
    assert!(programs.contains(&"sh") && programs.contains(&"other"), "{programs:?}");
}

#[test]
fn a_task_that_nobody_ended_is_unknown() {
    let collector = recorded(|telemetry| drop(telemetry.task(TaskKind::Docs).start()));
    assert_eq!(span(&collector, "task docs").1["codeagent.task.outcome"], "unknown");
    assert_eq!(points(&collector, "codeagent.task.duration")[0].1["codeagent.task.outcome"], "unknown");
}

#[test]
fn a_task_over_which_the_thread_panics_has_crashed() {
    let collector = recorded(|telemetry| {
        let telemetry = telemetry.clone();
        let thread = std::thread::spawn(move || {
            let _task = telemetry.task(TaskKind::Docs).start();
            panic!("as asked");
        });
        assert!(thread.join().is_err());
    });
    let (_, task) = span(&collector, "task docs");
    assert_eq!(task["codeagent.task.outcome"], "failed");
    assert_eq!(
        (task["codeagent.task.failure.reason"].as_str(), task["error.type"].as_str()),
        ("crash", "panic")
    );
}

#[test]
fn a_task_that_is_open_when_the_telemetry_ends_is_unknown() {
    let collector = Loopback::start().unwrap();
    let telemetry = install(&collector);
    let task = telemetry.task(TaskKind::Review).start();
    drop(telemetry);
    drop(task);
    assert_eq!(span(&collector, "task review").1["codeagent.task.outcome"], "unknown");
    assert_eq!(points(&collector, "codeagent.task.duration").len(), 1);
}

#[test]
fn a_running_task_is_seen_before_it_ends() {
    let collector = Loopback::start().unwrap();
    let telemetry = install(&collector);
    let _task = telemetry.task(TaskKind::Review).id("long").start();
    assert!(telemetry.flush());
    assert_eq!(collector.spans(), []);
    assert_eq!(log(&collector, "codeagent.task.began").1["codeagent.task.id"], "long");
    assert_eq!(points(&collector, "codeagent.task.active")[0].0, 1.0);
    assert!(points(&collector, "codeagent.task.duration_max")[0].0 > 0.0);
}

#[test]
fn helpers_without_telemetry_do_nothing_and_run_what_they_are_given() {
    let telemetry = Telemetry::disabled();
    a_task(&telemetry);
    let task = telemetry.task(TaskKind::Feature).start();
    assert_eq!(task.run(|| 7), 7);
}
