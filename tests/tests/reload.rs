//! Reloads under load: what did not change is not touched, and every acknowledged item arrives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use codeagent_tests::numbered::{base, gauges, logs, missing, spans};
use codeagent_tests::otlp::Signal;
use codeagent_tests::ports::free_port;
use codeagent_tests::{Collector, Load, Relay, Sender, Sink, eventually};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tonic::Code;

/// For how long the configuration is reloaded again and again.
fn duration() -> Duration {
    let seconds = std::env::var("CODEAGENT_TEST_RELOAD_SECONDS").ok();
    Duration::from_secs(seconds.map_or(5, |seconds| seconds.parse().expect("a number of seconds")))
}

/// Log records over one connection of HTTP/1.1 that is never made again; the numbers that were acknowledged.
struct HttpLoad {
    stop: Arc<AtomicBool>,
    sending: JoinHandle<Vec<u64>>,
}

impl HttpLoad {
    async fn start(endpoint: &str) -> Self {
        let address = endpoint.trim_start_matches("http://").to_owned();
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let stream = TcpStream::connect(&address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let sending = tokio::spawn(async move {
            let (mut next, mut acknowledged) = (base(), Vec::new());
            while !told.load(Ordering::Relaxed) {
                let numbers = next..next + 10;
                let body: Full<Bytes> = logs(numbers.clone(), "http").encode().into();
                let request = Request::post("/v1/logs")
                    .header("host", &address)
                    .header("content-type", "application/x-protobuf")
                    .body(body)
                    .unwrap();
                sender.ready().await.expect("the connection is kept");
                let answer = sender.send_request(request).await.expect("the connection is kept");
                assert_eq!(answer.status(), 200);
                let _body = answer.into_body().collect().await.expect("the connection is kept");
                acknowledged.extend(numbers);
                next += 10;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            acknowledged
        });
        HttpLoad { stop, sending }
    }

    async fn stop(self) -> Vec<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.sending.await.unwrap()
    }
}

/// The configurations that are run in turns. Each sends all to the first sink, by an exporter that comes and goes.
const TURNS: [&str; 6] = [
    "
exporters: {otlp/a: {endpoint: FIRST, tls: {insecure: true}}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp/a]}
    logs: {receivers: [otlp], exporters: [otlp/a]}
",
    // the exporter changes; what is acknowledged from its queue must be delivered after it is replaced
    "
exporters: {otlp/a: {endpoint: FIRST, tls: {insecure: true}, sending_queue: {wait_for_result: false}}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp/a]}
    logs: {receivers: [otlp], exporters: [otlp/a]}
",
    // another one joins, with a processor, and a pipeline is added
    "
processors: {attributes: {actions: [{key: a, value: 1, action: insert}]}, batch: {send_batch_size: 50}}
exporters:
  otlp/a: {endpoint: FIRST, tls: {insecure: true}, sending_queue: {wait_for_result: false}}
  otlp/b: {endpoint: SECOND, tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [attributes, batch], exporters: [otlp/a, otlp/b]}
    logs: {receivers: [otlp], exporters: [otlp/b, otlp/a]}
    metrics: {receivers: [otlp], exporters: [otlp/b]}
",
    // the first one goes, another takes its place behind a connector
    "
connectors: {forward: }
exporters: {otlp/other: {endpoint: FIRST, tls: {insecure: true}, sending_queue: {wait_for_result: false}}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [forward]}
    traces/next: {receivers: [forward], exporters: [otlp/other]}
    logs: {receivers: [otlp], exporters: [otlp/other]}
",
    "exporters: {otlp/a: {endpint: FIRST}}\nservice: {pipelines: {traces: {receivers: [otlp], exporters: [otlp/a]}}}",
    "exporters: {otlp/a: {endpoint: FIRST\n",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the collector"]
async fn reloading_again_and_again_under_load_cuts_no_connection_and_loses_nothing() {
    let (first, second) = (Sink::start(), Sink::start());
    let turns =
        TURNS.map(|turn| turn.replace("FIRST", &first.endpoint()).replace("SECOND", &second.endpoint()));
    let collector = Collector::start(&turns[0]).await;
    let (grpc, http) = (Relay::start(&collector.grpc()).await, Relay::start(&collector.http()).await);
    let makes = [spans, logs, spans];
    let loads = makes.map(|make| Load::start(&grpc.endpoint(), make, 4, 20));
    let over_http = [HttpLoad::start(&http.endpoint()).await, HttpLoad::start(&http.endpoint()).await];

    let (begun, mut applied, mut invalid) = (Instant::now(), 0, 0);
    while begun.elapsed() < duration() || applied + invalid < turns.len() {
        let at = (applied + invalid + 1) % turns.len();
        let reload = collector.reload(&turns[at]).await;
        let is_right = at < 4;
        assert_eq!(reload.outcome, if is_right { "applied" } else { "invalid" }, "{at}: {}", reload.message);
        assert_eq!(reload.message.is_empty(), is_right, "{}", reload.message);
        (applied, invalid) = (applied + usize::from(is_right), invalid + usize::from(!is_right));
        for load in &loads {
            load.advance(40).await;
        }
    }

    let (mut traces, mut records) = (Vec::new(), Vec::new());
    for (load, make) in loads.into_iter().zip(makes) {
        let is_spans = make(0..1, "").signal() == Signal::Traces;
        (if is_spans { &mut traces } else { &mut records }).extend(load.stop().await);
    }
    for load in over_http {
        records.extend(load.stop().await);
    }
    let items = traces.len() + records.len();
    let status = collector.finish().await;
    let (got_traces, got_records) = (first.numbers(Signal::Traces), first.numbers(Signal::Logs));
    let twice = got_traces.values().chain(got_records.values()).filter(|times| **times > 1).count();
    println!(
        "{applied} reloads applied, {invalid} invalid in {:.1} s; {items} items acknowledged, {twice} arrived twice; \
         connections made: {} gRPC, {} HTTP",
        begun.elapsed().as_secs_f64(),
        grpc.connections(),
        http.connections(),
    );
    assert_eq!(missing(traces, &got_traces), "");
    assert_eq!(missing(records, &got_records), "");
    assert_eq!((grpc.connections(), http.connections()), (3, 2), "connections were cut");
    for signal in ["traces", "logs"] {
        let dropped = |kind| status.total(kind, signal, |node| node.dropped.values().sum());
        assert_eq!((dropped("receiver"), dropped("exporter")), (0, 0), "{status:?}");
    }
}

/// A second receiver, with what else it needs, and the exporter of all.
fn two_receivers(sink: &Sink, second: &str, more: &str) -> String {
    format!(
        "
receivers:
  otlp/second: {{protocols: {{grpc: {second}}}}}
  {more}
exporters: {{otlp: {{endpoint: '{}', tls: {{insecure: true}}}}}}
service:
  pipelines:
    traces: {{receivers: [otlp, otlp/second{}], exporters: [otlp]}}
",
        sink.endpoint(),
        if more.is_empty() { "" } else { ", otlp/third" }
    )
}

async fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_receiver_that_changed_is_replaced_on_its_port_and_the_others_go_on() {
    let (sink, port, other) = (Sink::start(), free_port(), free_port());
    let before = format!("{{endpoint: '127.0.0.1:{port}'}}");
    let collector = Collector::start(&two_receivers(&sink, &before, "")).await;
    let unchanged = Relay::start(&collector.grpc()).await;
    let changed = Relay::start(&format!("127.0.0.1:{port}")).await;
    let loads = [&unchanged, &changed].map(|relay| Load::start(&relay.endpoint(), spans, 4, 20));
    for load in &loads {
        load.advance(100).await;
    }
    let same_port = [
        format!("{{endpoint: '127.0.0.1:{port}', max_recv_msg_size_mib: 5}}"),
        // another address that cannot be open beside the one before
        format!("{{endpoint: '0.0.0.0:{port}'}}"),
        before.clone(),
    ];
    for second in &same_port {
        let reload = collector.reload(&two_receivers(&sink, second, "")).await;
        assert_eq!(reload.outcome, "applied", "{second}: {}", reload.message);
        for load in &loads {
            load.advance(100).await;
        }
    }
    let [stays, moves] = loads;
    let mut acknowledged = moves.stop().await;
    let reload =
        collector.reload(&two_receivers(&sink, &format!("{{endpoint: '127.0.0.1:{other}'}}"), "")).await;
    assert_eq!(reload.outcome, "applied", "{}", reload.message);
    assert!(is_open(other).await);
    eventually("the old port is closed", async || {
        if is_open(port).await { Err("it is open".to_owned()) } else { Ok(()) }
    })
    .await;
    acknowledged.extend(stays.stop().await);
    collector.finish().await;
    assert_eq!(missing(acknowledged, &sink.numbers(Signal::Traces)), "");
    assert_eq!(unchanged.connections(), 1, "a receiver that did not change was touched");
    assert!(changed.connections() > 1);
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn no_connection_is_refused_while_a_receiver_takes_the_place_of_another() {
    let (sink, port) = (Sink::start(), free_port());
    let second = |mib: usize| format!("{{endpoint: '127.0.0.1:{port}', max_recv_msg_size_mib: {mib}}}");
    let collector = Collector::start(&two_receivers(&sink, &second(4), "")).await;
    let (done, told) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let asked = done.clone();
    let begun = told.clone();
    // connects as fast as it can, all the time
    let connecting = tokio::spawn(async move {
        let mut connections = 0;
        while !asked.load(Ordering::Relaxed) {
            let connected = TcpStream::connect(("127.0.0.1", port)).await;
            assert!(connected.is_ok(), "after {connections} connections: {connected:?}");
            connections += 1;
            begun.store(true, Ordering::Relaxed);
        }
        connections
    });
    eventually("somebody connects", async || {
        if told.load(Ordering::Relaxed) { Ok(()) } else { Err("nobody".to_owned()) }
    })
    .await;
    for mib in 5..15 {
        let reload = collector.reload(&two_receivers(&sink, &second(mib), "")).await;
        assert_eq!(reload.outcome, "applied", "{}", reload.message);
    }
    done.store(true, Ordering::Relaxed);
    println!("{} connections over 10 reloads, none refused", connecting.await.unwrap());
    collector.finish().await;
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_queue_on_disk_takes_new_settings_and_moves_to_another_folder_without_a_restart() {
    let mut sink = Sink::start();
    let config = |sink: &Sink, storage: &str| {
        format!(
            "
exporters:
  otlp:
    endpoint: '{}'
    tls: {{insecure: true}}
    sending_queue: {{storage: file_storage}}
    retry_on_failure: {{initial_interval: 50ms, max_interval: 100ms}}
extensions: {{file_storage: {{create_directory: true, {storage}}}}}
service:
  extensions: [health_check, file_storage]
  pipelines: {{traces: {{receivers: [otlp], exporters: [otlp]}}}}
",
            sink.endpoint()
        )
    };
    let collector = Collector::start(&config(&sink, "directory: first, max_size: 8MiB")).await;
    sink.down();
    let load = Load::start(&collector.grpc(), spans, 2, 20);
    load.advance(200).await;
    let storages = [
        "directory: first, max_size: 16MiB, when_full: drop_oldest",
        "directory: second",
        "directory: first",
    ];
    for (number, storage) in storages.iter().enumerate() {
        if number == 2 {
            // what waits in both folders goes to the exporters that read them
            sink.up();
            let arrived = load.acknowledged();
            eventually("what waited in both folders arrives", async || {
                match missing(arrived.clone(), &sink.numbers(Signal::Traces)) {
                    left if left.is_empty() => Ok(()),
                    left => Err(left),
                }
            })
            .await;
        }
        let mut reload = collector.reload(&config(&sink, storage)).await;
        while number == 2 && reload.outcome != "applied" {
            // until the first queue has ended
            assert!(reload.message.contains("in use by"), "{}", reload.message);
            tokio::time::sleep(Duration::from_millis(100)).await;
            reload = collector.reload(&config(&sink, storage)).await;
        }
        assert_eq!(reload.outcome, "applied", "{storage}: {}", reload.message);
        load.advance(200).await;
    }
    let acknowledged = load.stop().await;
    collector.finish().await;
    assert_eq!(missing(acknowledged, &sink.numbers(Signal::Traces)), "");
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn what_cannot_start_changes_nothing() {
    let (sink, elsewhere, port) = (Sink::start(), Sink::start(), free_port());
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken_port = taken.local_addr().unwrap().port();
    let before = format!("{{endpoint: '127.0.0.1:{port}'}}");
    let collector = Collector::start(&two_receivers(&sink, &before, "")).await;
    let unchanged = Relay::start(&collector.grpc()).await;
    let load = Load::start(&unchanged.endpoint(), spans, 4, 20);
    let third = format!("otlp/third: {{protocols: {{grpc: {{endpoint: '127.0.0.1:{taken_port}'}}}}}}");
    let attempts = [
        two_receivers(&elsewhere, &format!("{{endpoint: '127.0.0.1:{taken_port}'}}"), ""),
        two_receivers(&elsewhere, &before, &third),
        // the second must make room for its successor, and then start again as it was
        two_receivers(&elsewhere, &format!("{{endpoint: '0.0.0.0:{port}'}}"), &third),
    ];
    for attempt in &attempts {
        load.advance(100).await;
        let reload = collector.reload(attempt).await;
        assert_eq!(reload.outcome, "failed", "{attempt}");
        assert!(reload.message.contains(&taken_port.to_string()), "{}", reload.message);
        let at = base();
        let numbers = at..at + 5;
        let second = Sender::new(&format!("http://127.0.0.1:{port}"));
        second.send(&spans(numbers.clone(), "second")).await.unwrap();
        assert_eq!(missing(numbers, &sink.numbers(Signal::Traces)), "");
    }
    load.advance(100).await;
    let metrics = collector.metrics().await;
    assert!(metrics.contains("codeagent_reload_last_successful 0"), "{metrics}");
    assert!(
        metrics.contains("codeagent_reload_done_total{codeagent_reload_outcome=\"failed\"} 3"),
        "{metrics}"
    );
    drop(taken);
    let reload = collector.reload(&two_receivers(&sink, &before, &third)).await;
    assert_eq!(reload.outcome, "applied", "{}", reload.message);
    assert!(is_open(taken_port).await);
    let acknowledged = load.stop().await;
    collector.finish().await;
    assert_eq!(missing(acknowledged, &sink.numbers(Signal::Traces)), "");
    assert_eq!(elsewhere.items(Signal::Traces), 0, "half of a configuration was applied");
    assert_eq!(unchanged.connections(), 1);
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_pipeline_is_added_to_a_receiver_and_taken_away_while_its_connections_stay() {
    let sink = Sink::start();
    let config = |more: &str| {
        format!(
            "
exporters: {{otlp: {{endpoint: '{}', tls: {{insecure: true}}}}}}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp]}}
    {more}
",
            sink.endpoint()
        )
    };
    let collector = Collector::start(&config("")).await;
    let relay = Relay::start(&collector.grpc()).await;
    let sender = Sender::new(&relay.endpoint());
    sender.send(&spans(0..1, "x")).await.unwrap();
    let points = || gauges(7..12, "x");
    assert_eq!(sender.send(&points()).await.unwrap_err().code(), Code::Unimplemented);
    let reload = collector.reload(&config("metrics: {receivers: [otlp], exporters: [otlp]}")).await;
    assert_eq!(reload.outcome, "applied", "{}", reload.message);
    sender.send(&points()).await.unwrap();
    assert_eq!(sink.items(Signal::Metrics), 5);
    assert_eq!(collector.reload(&config("")).await.outcome, "applied");
    assert_eq!(collector.reload(&config("\n# the same")).await.outcome, "unchanged");
    assert_eq!(sender.send(&points()).await.unwrap_err().code(), Code::Unimplemented);
    sender.send(&spans(1..2, "x")).await.unwrap();
    assert_eq!(relay.connections(), 1);
    let status = collector.finish().await;
    // the counts of what is gone stay
    assert_eq!(status.total("exporter", "metrics", |node| node.items_out), 5);
    assert_eq!(status.total("exporter", "traces", |node| node.items_out), 2);
}

#[tokio::test]
#[ignore = "needs the collector"]
async fn a_file_replaced_by_rename_is_noticed_with_watch() {
    let (first, second) = (Sink::start(), Sink::start());
    let config = |sink: &Sink| {
        format!(
            "
exporters: {{otlp: {{endpoint: '{}', tls: {{insecure: true}}}}}}
service: {{pipelines: {{traces: {{receivers: [otlp], exporters: [otlp]}}}}}}
",
            sink.endpoint()
        )
    };
    let collector = Collector::start_more(&config(&first), &["--watch"]).await;
    let sender = Sender::new(&collector.grpc());
    sender.send(&spans(0..5, "x")).await.unwrap();
    collector.write_config(
        "exporters: {otlp: {endpoint: 'x:1'}}\nservice: {pipelines: {traces: {receivers: [otlp]}}}",
    );
    let refused = collector.reloaded_since(None).await;
    assert_eq!(refused.outcome, "invalid");
    assert!(refused.message.contains("test.yaml:"), "{}", refused.message);
    sender.send(&spans(5..10, "x")).await.unwrap();
    collector.write_config(&config(&second));
    let applied = collector.reloaded_since(Some(refused.time)).await;
    assert_eq!(applied.outcome, "applied", "{}", applied.message);
    sender.send(&spans(10..15, "x")).await.unwrap();
    assert_eq!((first.items(Signal::Traces), second.items(Signal::Traces)), (10, 5));
    collector.finish().await;
}
