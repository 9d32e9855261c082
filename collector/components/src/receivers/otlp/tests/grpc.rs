//! gRPC, with tonic as the client.

use std::time::Duration;

use codeagent_pipeline::{Refused, Signal};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message;
use tokio::sync::watch;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use super::kit::{Door, Setting, Then};
use super::samples::{encoded, logs, metrics, traces};

const GRPC: &str = "protocols: {grpc: {endpoint: '127.0.0.1:0'}}";

async fn channel(door: &Door) -> Channel {
    Endpoint::from_shared(format!("http://{}", door.address("grpc"))).unwrap().connect().await.unwrap()
}

#[tokio::test]
async fn the_three_signals_arrive_byte_for_byte_over_grpc() {
    let door = Setting::new(GRPC).start().await;
    let channel = channel(&door).await;
    let answer = TraceServiceClient::new(channel.clone()).export(traces(3, 10)).await.unwrap();
    assert_eq!(answer.into_inner().partial_success, None);
    MetricsServiceClient::new(channel.clone()).export(metrics(4)).await.unwrap();
    LogsServiceClient::new(channel).export(logs(5)).await.unwrap();
    let sent = [(Signal::Traces, 3), (Signal::Metrics, 4), (Signal::Logs, 5)];
    assert_eq!(door.recorder.bodies(), sent.map(|(signal, items)| encoded(signal, items)));
    let rows = door.stop().await;
    assert_eq!(rows.iter().map(|row| row.items_out).collect::<Vec<_>>(), [3, 4, 5]);
}

#[tokio::test]
async fn a_message_of_many_frames_is_joined() {
    let door = Setting::new(GRPC).start().await;
    let request = traces(1000, 2000);
    let mut client = TraceServiceClient::new(channel(&door).await).max_encoding_message_size(usize::MAX);
    client.export(request.clone()).await.unwrap();
    assert_eq!(door.recorder.bodies(), [request.encode_to_vec()]);
    door.stop().await;
}

/// The answer to one span while the pipeline does `then`.
async fn export_while(door: &Door, then: Then) -> Result<i64, Status> {
    door.recorder.then(then);
    let answer = TraceServiceClient::new(channel(door).await).export(traces(3, 10)).await?;
    Ok(answer.into_inner().partial_success.map_or(0, |partial| partial.rejected_spans))
}

#[tokio::test]
async fn the_answer_of_the_pipeline_becomes_the_status() {
    let door = Setting::new(GRPC).start().await;
    let partial = Refused::Partial { items: 2, message: "too old".into() };
    assert_eq!(export_while(&door, Then::Refuse(partial)).await.unwrap(), 2);
    let full =
        Refused::Retry { after: Some(Duration::from_millis(2500)), message: "50 % full \u{e4}".into() };
    let status = export_while(&door, Then::Refuse(full)).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unavailable, "50 % full \u{e4}"));
    // RetryInfo { retry_delay: 2 s 500,000,000 ns }
    let delay = [0x0a, 0x08, 0x08, 0x02, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01];
    assert!(status.details().ends_with(&delay[2..]), "{:x?}", status.details());
    let status = export_while(&door, Then::Refuse(Refused::permanent("no"))).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Internal, "no"));
    let row = door.stop().await.remove(0);
    assert_eq!((row.items_in, row.items_out), (9, 1));
}

#[tokio::test]
async fn over_the_memory_budget_the_sender_is_told_to_come_back() {
    let door = Setting::new(GRPC).memory(10_000).start().await;
    let mut client = TraceServiceClient::new(channel(&door).await);
    let (open, gate) = watch::channel(false);
    door.recorder.then(Then::Wait(gate));
    let mut first = client.clone();
    let first = tokio::spawn(async move { first.export(traces(1, 8000)).await });
    while door.host.memory.used() == 0 {
        tokio::task::yield_now().await;
    }
    let status = client.export(traces(1, 8000)).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(!status.details().is_empty());
    let status = client.export(traces(1, 20_000)).await.unwrap_err();
    assert_eq!((status.code(), status.details().len()), (Code::ResourceExhausted, 0));
    open.send_replace(true);
    first.await.unwrap().unwrap();
    door.recorder.batches.lock().clear();
    client.export(traces(1, 8000)).await.unwrap();
    door.stop().await;
}
