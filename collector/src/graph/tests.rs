//! Graphs beside a running one: what is kept, and what a kept receiver feeds.

use std::sync::Arc;

use codeagent_config::{Environment, Source, load};

use super::*;

const TEXT: &str = "
receivers:
  otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0', auth: {authenticator: bearertokenauth}}}}
  otlp/open: {protocols: {http: {endpoint: '127.0.0.1:0'}}}
processors: {attributes: {actions: [{key: a, value: 1, action: insert}]}}
exporters: {nop: , debug: }
extensions: {bearertokenauth: {token: one}, health_check: }
service:
  extensions: [bearertokenauth, health_check]
  pipelines:
    logs: {receivers: [otlp, otlp/open], processors: [attributes], exporters: [nop, debug]}
";

fn graph(text: &str, running: Option<&Graph>) -> Graph {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("x.yaml", text);
    let document = load(&[source], &[], &Environment::empty(), &mut diagnostics).unwrap();
    let host = running.map_or_else(|| Host::new(1, 1 << 20), |running| running.host.clone());
    let graph = build(&document, host, running, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{}", diagnostics.render(false));
    graph
}

/// What is not kept when `TEXT` runs and is changed so.
fn made_anew(from: &str, to: &str) -> Vec<String> {
    assert!(TEXT.contains(from), "{from}");
    let running = graph(TEXT, None);
    let next = graph(&TEXT.replace(from, to), Some(&running));
    let services = next.services.iter().filter(|(_, service)| {
        assert_eq!(service.built.is_none(), service.is_kept);
        !service.is_kept
    });
    let mut names: Vec<String> = services.map(|(id, _)| id.1.to_string()).collect();
    for ((id, signal), _) in next.exporters.iter().filter(|(_, exporter)| !exporter.is_kept) {
        names.push(format!("{id} {signal}"));
    }
    for (key, step) in &next.processors {
        let kept =
            running.processors.get(key).is_some_and(|old| Arc::ptr_eq(&old.processor, &step.processor));
        names.extend((!kept).then(|| key.2.to_string()));
    }
    names
}

#[test]
fn what_did_not_change_is_kept() {
    let cases: [(&str, &str, &[&str]); 9] = [
        ("\nservice", "\n# a comment\nservice", &[]),
        ("debug: }", "debug: {verbosity: detailed}}", &["debug logs"]),
        ("value: 1", "value: 2", &["attributes"]),
        ("[nop, debug]", "[nop]", &[]),
        (", health_check: }", ", health_check: {path: /up}}", &["health_check"]),
        ("token: one", "token: two", &["bearertokenauth", "otlp"]),
        ("extensions: [bearertokenauth, health_check]", "extensions: [health_check]", &[]),
        ("http: {endpoint: '127.0.0.1:0'}", "http: {endpoint: '127.0.0.1:1'}", &["otlp/open"]),
        ("    logs:", "    traces: {receivers: [otlp], exporters: [nop]}\n    logs:", &["nop traces"]),
    ];
    for (from, to, expected) in cases {
        assert_eq!(made_anew(from, to), expected, "{from} -> {to}");
    }
}

#[tokio::test]
async fn a_kept_receiver_is_given_the_new_pipelines_and_the_old_ones_end_with_their_last_batch() {
    let mut running = graph(TEXT, None);
    let key = (Kind::Receiver, "otlp/open".parse().unwrap());
    let as_the_receiver_sees_it = running.services[&key].outputs.clone();
    let mut idle = running.idle.take().unwrap();
    let in_flight = as_the_receiver_sees_it.get(Signal::Logs).unwrap();
    assert!(as_the_receiver_sees_it.get(Signal::Traces).is_none());

    let more = "    traces: {receivers: [otlp/open], exporters: [nop]}\n    logs: {receivers: [otlp,";
    let next = graph(&TEXT.replace("    logs: {receivers: [otlp,", more), Some(&running));
    assert!(as_the_receiver_sees_it.get(Signal::Traces).is_none(), "building changes nothing");
    for service in next.services.values() {
        service.outputs.replace(&service.next);
    }
    assert!(as_the_receiver_sees_it.get(Signal::Traces).is_some());
    drop(running);
    assert!(idle.try_recv().is_err_and(|error| error == mpsc::error::TryRecvError::Empty));
    drop(in_flight);
    assert_eq!(idle.recv().await, None);
}

const STORED: &str = "
receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}}}}
exporters: {otlp: {endpoint: 'x:1', sending_queue: {storage: file_storage}}}
extensions: {file_storage: {directory: /queue, max_size: 8MiB}}
service:
  extensions: [file_storage]
  pipelines: {logs: {receivers: [otlp], exporters: [otlp]}}
";

#[test]
fn a_queue_goes_on_where_its_folder_is_the_same() {
    // whether it goes on, and what its store may hold from then on
    let cases: [(&str, &str, bool, Option<u64>); 4] = [
        ("8MiB", "9MiB", true, Some(9 << 20)),
        ("max_size: 8MiB", "when_full: drop_oldest", true, Some(2 << 30)),
        ("file_storage", "file_storage/other", true, Some(8 << 20)),
        ("/queue", "/elsewhere", false, None),
    ];
    for (from, to, is_kept, size) in cases {
        let running = graph(STORED, None);
        let next = graph(&STORED.replace(from, to), Some(&running));
        let queue = |graph: &Graph| graph.queues.values().next().unwrap().queue.clone();
        assert_eq!(next.queues.values().next().unwrap().is_kept, is_kept, "{to}");
        assert_eq!(Arc::ptr_eq(&queue(&running), &queue(&next)), is_kept, "{to}");
        let changed: Vec<_> =
            next.changed_stores.iter().map(|(_, _, settings)| settings.log.limits.bytes_max).collect();
        assert_eq!(changed, size.into_iter().collect::<Vec<_>>(), "{to}");
    }
    let running = graph(STORED, None);
    assert!(graph(STORED, Some(&running)).changed_stores.is_empty());
}
