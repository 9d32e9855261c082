//! Connections and calls that end early, late, or all at once.

use std::time::Duration;

use codeagent_pipeline::Signal;
use prost::Message;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::kit::{Door, Setting, Then};
use super::raw::{Call, Client, framed, send};
use super::samples::{encoded, traces};

const GRPC: &str = "protocols: {grpc: {endpoint: '127.0.0.1:0'}}";

fn one() -> Call {
    Call::traces([framed(0, &traces(1, 10).encode_to_vec())])
}

/// Makes the pipeline wait; the sender opens it.
fn closed(door: &Door) -> watch::Sender<bool> {
    let (open, gate) = watch::channel(false);
    door.recorder.then(Then::Wait(gate));
    open
}

/// Waits until `items` are inside of the receiver.
async fn inside(door: &Door, items: u64) {
    while door.host.ledger.rows().iter().map(|row| row.in_flight).sum::<u64>() < items {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_time_that_a_client_allows_is_kept_and_what_it_sent_goes_on() {
    let door = Setting::new(GRPC).start().await;
    let open = closed(&door);
    let answer = Client::connect(&door).await.call(one().header("grpc-timeout", "20m")).await;
    assert_eq!(answer.code(), Some(4), "{answer:?}");
    assert!(door.recorder.bodies().is_empty());
    open.send_replace(true);
    let rows = door.stop().await;
    assert_eq!((rows[0].items_out, rows[0].in_flight), (1, 0));
}

#[tokio::test]
async fn what_a_vanished_client_sent_goes_its_way() {
    let door = Setting::new(GRPC).start().await;
    let open = closed(&door);
    let client = Client::connect(&door).await;
    let call = tokio::spawn(send(client.calls.clone(), one()));
    inside(&door, 1).await;
    client.connection.abort();
    call.abort();
    open.send_replace(true);
    let rows = door.stop().await;
    assert_eq!((rows[0].items_in, rows[0].items_out), (1, 1));
}

#[tokio::test]
async fn a_call_that_breaks_off_leaves_nothing_behind() {
    let door = Setting::new(GRPC).start().await;
    let client = Client::connect(&door).await;
    let mut calls = client.calls.clone().ready().await.unwrap();
    let request =
        http::Request::post("http://test/opentelemetry.proto.collector.trace.v1.TraceService/Export")
            .header("content-type", "application/grpc")
            .body(())
            .unwrap();
    let (_response, mut stream) = calls.send_request(request, false).unwrap();
    stream.send_data(framed(0, &encoded(Signal::Traces, 100)).slice(..50), false).unwrap();
    while door.host.memory.used() == 0 {
        tokio::task::yield_now().await;
    }
    stream.send_reset(h2::Reason::CANCEL);
    while door.host.memory.used() > 0 {
        tokio::task::yield_now().await;
    }
    drop((calls, client));
    let rows = door.stop().await;
    assert_eq!(rows[0].items_in, 0);
}

#[tokio::test]
async fn calls_on_one_connection_do_not_wait_for_each_other_and_their_number_is_bounded() {
    let yaml = "protocols: {grpc: {endpoint: '127.0.0.1:0', max_concurrent_streams: 20}}";
    let door = Setting::new(yaml).start().await;
    let open = closed(&door);
    let mut client = Client::connect(&door).await;
    let slow: Vec<_> = (0..19).map(|_| tokio::spawn(send(client.calls.clone(), one()))).collect();
    inside(&door, 19).await;
    // The last place is used again and again.
    for _ in 0..3 {
        let answer = client.call(Call::traces([framed(0, b"")])).await;
        assert_eq!(answer.code(), Some(0));
    }
    assert_eq!(client.calls.current_max_send_streams(), 20);
    open.send_replace(true);
    for call in slow {
        assert_eq!(call.await.unwrap().code(), Some(0));
    }
    door.stop().await;
}

#[tokio::test]
async fn an_old_connection_is_told_to_go_and_its_calls_are_answered() {
    let yaml = "protocols: {grpc: {endpoint: '127.0.0.1:0', keepalive: {server_parameters: {max_connection_age: 50ms}}}}";
    let door = Setting::new(yaml).start().await;
    let open = closed(&door);
    let client = Client::connect(&door).await;
    let call = tokio::spawn(send(client.calls.clone(), one()));
    inside(&door, 1).await;
    let mut calls = client.calls.clone();
    while let Ok(ready) = calls.clone().ready().await {
        calls = ready;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    open.send_replace(true);
    assert_eq!(call.await.unwrap().code(), Some(0));
    drop(calls);
    client.connection.await.unwrap().unwrap();
    door.stop().await;
}

#[tokio::test]
async fn a_connection_without_calls_is_ended() {
    let yaml = "protocols: {grpc: {endpoint: '127.0.0.1:0', keepalive: {server_parameters: {max_connection_idle: 30ms}}}}";
    let door = Setting::new(yaml).start().await;
    let Client { calls: _calls, connection } = Client::connect(&door).await;
    connection.await.unwrap().unwrap();
    door.stop().await;
}

#[tokio::test]
async fn a_stop_answers_what_was_taken_and_lets_nobody_in() {
    let door = Setting::new(GRPC).start().await;
    let open = closed(&door);
    let client = Client::connect(&door).await;
    let call = tokio::spawn(send(client.calls.clone(), one()));
    inside(&door, 1).await;
    door.order_stop(Duration::from_secs(20));
    while TcpStream::connect(door.address("grpc")).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!door.running.task.is_finished());
    open.send_replace(true);
    assert_eq!(call.await.unwrap().code(), Some(0));
    client.connection.await.unwrap().unwrap();
    door.stop().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_beyond_its_deadline() {
    let door = Setting::new(GRPC).start().await;
    let _open = closed(&door);
    let client = Client::connect(&door).await;
    let _call = tokio::spawn(send(client.calls.clone(), one()));
    inside(&door, 1).await;
    door.order_stop(Duration::from_millis(50));
    door.running.task.await.unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_nonsense_harms_nobody() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let door = Setting::new(GRPC).start().await;
    let _silent = TcpStream::connect(door.address("grpc")).await.unwrap();
    let mut nonsense = TcpStream::connect(door.address("grpc")).await.unwrap();
    nonsense.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    // Closed with or without a reset; either way it ends.
    let _ = nonsense.read_to_end(&mut rest).await;
    assert_eq!(Client::connect(&door).await.call(one()).await.code(), Some(0));
    door.order_stop(Duration::from_millis(50));
    door.running.task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_threads_take_calls_from_several_connections() {
    let door = Setting::new(GRPC).start().await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let mut client = Client::connect(&door).await;
        tasks.push(tokio::spawn(async move {
            for _ in 0..50 {
                assert_eq!(client.call(one()).await.code(), Some(0));
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(door.stop().await[0].items_out, 400);
}
