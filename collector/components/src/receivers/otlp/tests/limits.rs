//! What one sender may take, over both protocols.

use codeagent_pipeline::{Signal, telemetry};
use http::StatusCode;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::Code;
use tonic::transport::Endpoint;

use super::http::{PROTOBUF, request, send};
use super::kit::{Door, Setting};
use super::samples::{encoded, traces};

/// Both protocols, with the credentials that the kit's doorman wants.
const BOTH: &str = "protocols: {grpc: {endpoint: '127.0.0.1:0', auth: {authenticator: basicauth}}, http: {endpoint: '127.0.0.1:0', auth: {authenticator: basicauth}}}";

async fn door(limits: &str) -> Door {
    Setting::new(format!("{BOTH}\nlimits: {limits}")).start().await
}

async fn over_http(door: &Door, sender: &str) -> super::http::Answer {
    let headers = [PROTOBUF, ("authorization", sender)];
    send(door, request("POST", "/v1/traces", &headers, encoded(Signal::Traces, 10))).await
}

async fn over_grpc(door: &Door, sender: &str) -> Result<(), tonic::Status> {
    let endpoint = Endpoint::from_shared(format!("http://{}", door.address("grpc"))).unwrap();
    let mut message = tonic::Request::new(traces(10, 10));
    message.metadata_mut().insert("authorization", sender.parse().unwrap());
    TraceServiceClient::new(endpoint.connect().await.unwrap()).export(message).await.map(drop)
}

#[tokio::test]
async fn a_sender_over_its_limit_is_told_when_to_come_again_and_others_are_let_in() {
    for (limit, message) in [("bytes_per_second", "more bytes"), ("items_per_second", "more items")] {
        let door = door(&format!("{{per_sender: {{{limit}: 1, burst: 1s}}}}")).await;
        assert_eq!(over_http(&door, "let-me-in greedy").await.status, StatusCode::OK);
        let refused = over_http(&door, "let-me-in greedy").await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let refused = over_grpc(&door, "let-me-in greedy").await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(refused.message().contains(message), "{refused}");
        let details = String::from_utf8_lossy(refused.details()).into_owned();
        assert!(details.contains("google.rpc.RetryInfo"), "{details}");
        over_grpc(&door, "let-me-in modest").await.unwrap();
        assert_eq!(over_http(&door, "let-me-in other").await.status, StatusCode::OK);
        let page = telemetry::render(&door.host);
        for transport in ["grpc", "http"] {
            let line = format!("{{receiver=\"otlp\",transport=\"{transport}\",reason=\"over_limit\"}} 1\n");
            assert!(page.contains(&line), "{line}{page}");
        }
        assert_eq!(door.stop().await[0].items_out, 30);
    }
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_no_more() {
    let yaml = "protocols: {grpc: {endpoint: '127.0.0.1:0'}}\nlimits: {per_sender: {max_connections: 1}}";
    let door = Setting::new(yaml).start().await;
    let endpoint = || Endpoint::from_shared(format!("http://{}", door.address("grpc"))).unwrap();
    let first = endpoint().connect().await.unwrap();
    TraceServiceClient::new(first.clone()).export(traces(1, 10)).await.unwrap();
    let second = endpoint().connect_lazy();
    assert!(TraceServiceClient::new(second).export(traces(1, 10)).await.is_err());
    let page = telemetry::render(&door.host);
    let metric = "codeagent_receiver_refused_connections_total{receiver=\"otlp\",transport=\"grpc\"} ";
    let refused = page.lines().find_map(|line| line.strip_prefix(metric)).unwrap();
    assert!(refused.parse::<u64>().unwrap() >= 1);
    TraceServiceClient::new(first).export(traces(1, 10)).await.unwrap();
    door.stop().await;
}

#[tokio::test]
async fn no_connection_beyond_the_limit_of_a_port_is_served_before_another_ends() {
    let yaml = "protocols: {http: {endpoint: '127.0.0.1:0'}}\nlimits: {max_connections: 1}";
    let door = Setting::new(yaml).start().await;
    let first = tokio::net::TcpStream::connect(door.address("http")).await.unwrap();
    let body = || request("POST", "/v1/traces", &[PROTOBUF], encoded(Signal::Traces, 1));
    let mut second = Box::pin(send(&door, body()));
    let early = tokio::time::timeout(std::time::Duration::from_millis(200), second.as_mut()).await;
    assert!(early.is_err(), "it waits");
    drop(first);
    assert_eq!(second.await.status, StatusCode::OK);
    door.stop().await;
}
