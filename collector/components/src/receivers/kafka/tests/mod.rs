//! The receiver as users write it, and its members in a cluster inside the test.

mod group;
mod messages;

use std::sync::Arc;

use codeagent_config::{Diagnostics, Environment, Source, load};
use codeagent_pipeline::{Batch, BoxFuture, Consumer, Host, Refused};
use parking_lot::Mutex;

use super::*;

/// Keeps what it is handed.
#[derive(Default)]
struct Recorder(Mutex<Vec<Batch>>);

impl Consumer for Recorder {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        self.0.lock().push(batch);
        Box::pin(async { Ok(()) })
    }
}

fn all() -> Outputs {
    let to = |outputs: Outputs, signal| outputs.with(signal, Arc::new(Recorder::default()));
    Signal::ALL.into_iter().fold(Outputs::default(), to)
}

/// Reads `kafka: SECTION` with `read`; what is wrong, otherwise.
fn read<T>(
    section: &str,
    read: impl FnOnce(&mut BuildContext<'_>, &Section) -> Option<T>,
) -> Result<T, String> {
    let source = Source::new("test.yaml", format!("receivers: {{kafka: {section}}}"));
    let mut diagnostics = Diagnostics::new();
    let document = load(&[source], &[], &Environment::empty(), &mut Diagnostics::new()).unwrap();
    let (id, section) = document.receivers.first().unwrap();
    let host = Host::new(1, 1 << 30);
    let mut context = BuildContext { id, diagnostics: &mut diagnostics, host: &host, batching: None };
    let read = read(&mut context, section);
    read.ok_or_else(|| diagnostics.render(false))
}

fn config(section: &str, outputs: &Outputs) -> Result<Config, String> {
    read(section, |context, section| {
        let config = Config::read(section, context.diagnostics)?;
        config.check(outputs, section, context.diagnostics).then_some(config)
    })
}

#[test]
fn mistakes_are_told_with_their_keys() {
    let cases = [
        ("{brokers: []}", "there must be one"),
        ("{brokers: ['kafka://h:9092']}", "receivers::kafka::brokers"),
        ("{group_id: ''}", "receivers::kafka::group_id"),
        ("{initial_offset: first}", "`first` is no initial offset"),
        ("{session_timeout: 0s}", "receivers::kafka::session_timeout"),
        ("{heartbeat_interval: 10s}", "receivers::kafka::heartbeat_interval"),
        ("{group_rebalance_strategy: sticky}", "`sticky` is no supported strategy"),
        ("{group_rebalance_strategies: [range, cooperative-sticky]}", "cannot stand beside"),
        ("{group_rebalance_strategies: [range], group_rebalance_strategy: range}", "cannot both be set"),
        ("{traces: {topics: ['a b']}}", "receivers::kafka::traces::topics"),
        ("{traces: {topics: ['^(']}}", "nor an expression"),
        ("{traces: {topic: a, topics: [b]}}", "receivers::kafka::traces::topic"),
        ("{topic: x}", "the topic `x` cannot be read as traces and as metrics"),
        ("{traces: {encoding: text}}", "the encoding `text` is not supported for traces"),
        ("{logs: {encoding: text_shift_jis}}", "`otlp_proto`, `otlp_json`, `text`, `raw` and `json` are"),
        ("{logs: {exclude_topics: [a]}}", "`exclude_topics` needs an expression"),
        ("{logs: {topics: ['^a'], exclude_topics: ['(']}}", "receivers::kafka::logs::exclude_topics"),
        ("{autocommit: {interval: 0s}}", "receivers::kafka::autocommit::interval"),
        ("{header_extraction: {extract_headers: true}}", "no header to extract is named"),
        ("{error_backoff: {multiplier: 0.5}}", "receivers::kafka::error_backoff"),
        ("{max_fetch_size: 10, min_fetch_size: 20}", "must not be less than"),
        ("{max_partition_fetch_size: 0}", "receivers::kafka::max_partition_fetch_size"),
        ("{profiles: {}}", "profiles are not supported"),
        ("{telemetry: {metrics: {}}}", "offset_lag"),
        ("{auth: {kerberos: {realm: x}}}", "Kerberos is not supported"),
        ("{groupid: x}", "group_id"),
    ];
    for (section, reason) in cases {
        let shown = config(section, &all()).err().unwrap_or_else(|| panic!("{section} is taken"));
        assert!(shown.contains(reason), "{section}: {shown}");
    }
}

#[test]
fn only_signals_with_a_pipeline_are_looked_at() {
    let traces = Outputs::default().with(Signal::Traces, Arc::new(Recorder::default()));
    let config = config("{topic: x, metrics: {encoding: zipkin_json}}", &traces).unwrap();
    let topics = topics::Topics::new(&config);
    assert_eq!(topics.wanted(&traces).into_iter().collect::<Vec<_>>(), ["x"]);
    assert_eq!(topics.route("x", &traces).map(|route| route.signal), Some(Signal::Traces));
    assert_eq!(topics.route("otlp_logs", &traces), None);
}

#[test]
fn a_name_goes_before_an_expression() {
    let section = "{traces: {topics: ['^a.*']}, logs: {topics: [abc], encoding: raw}}";
    let topics = topics::Topics::new(&config(section, &all()).unwrap());
    let signal = |name| topics.route(name, &all()).map(|route| route.signal);
    assert_eq!(signal("abd"), Some(Signal::Traces));
    assert_eq!(signal("abc"), Some(Signal::Logs));
    assert_eq!(signal("otlp_metrics"), Some(Signal::Metrics));
    assert_eq!(signal("b"), None);
}

#[test]
fn settings_become_librdkafkas_and_it_takes_them() {
    let cases = [
        ("{}", "group.id", "otel-collector"),
        ("{}", "auto.offset.reset", "latest"),
        ("{}", "enable.auto.offset.store", "false"),
        ("{}", "enable.auto.commit", "true"),
        ("{}", "auto.commit.interval.ms", "1000"),
        ("{}", "session.timeout.ms", "10000"),
        ("{}", "heartbeat.interval.ms", "3000"),
        ("{}", "partition.assignment.strategy", "cooperative-sticky"),
        ("{}", "fetch.max.bytes", "1048576"),
        ("{}", "queued.max.messages.kbytes", "1024"),
        ("{}", "allow.auto.create.topics", "false"),
        ("{group_rebalance_strategy: range}", "partition.assignment.strategy", "range"),
        (
            "{group_rebalance_strategies: [range, roundrobin]}",
            "partition.assignment.strategy",
            "range,roundrobin",
        ),
        ("{group_instance_id: a}", "group.instance.id", "a"),
        ("{session_timeout: 10m}", "max.poll.interval.ms", "600000"),
        ("{autocommit: {enable: false}}", "enable.auto.commit", "false"),
        ("{max_fetch_wait: 5ms}", "fetch.wait.max.ms", "5"),
        ("{logs: {topics: ['^a'], exclude_topics: ['^ab', c]}}", "topic.blacklist", "^ab,^.*(c)"),
        ("{rack_id: a}", "client.rack", "a"),
    ];
    for (section, name, value) in cases {
        let properties = config(section, &all()).unwrap().properties();
        assert_eq!(properties.get(name), Some(value), "{section}");
        assert!(properties.create_native_config().is_ok(), "{section}");
    }
}

#[test]
fn what_is_refused_is_tried_for_ever_unless_it_is_asked_otherwise() {
    let policy = |section: &str| {
        let policy = shared::Policy::new(&config(section, &all()).unwrap());
        (policy.give_up_after.map(|time| time.as_secs()), policy.passes_over)
    };
    let with = |rest: &str| format!("{{message_marking: {{on_error: true}}, error_backoff: {{{rest}}}}}");
    assert_eq!(policy("{}"), (None, true));
    assert_eq!(policy("{message_marking: {on_permanent_error: false}}"), (None, false));
    assert_eq!(policy("{error_backoff: {enabled: true, max_elapsed_time: 9s}}"), (None, true));
    assert_eq!(policy(&with("enabled: false")), (Some(0), true));
    assert_eq!(policy(&with("enabled: true, max_elapsed_time: 9s")), (Some(9), true));
    assert_eq!(policy(&with("enabled: true")), (None, true));
}
