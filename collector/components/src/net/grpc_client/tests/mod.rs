//! Against tonic, an independent server, and against HTTP/2 servers that misbehave.

mod faults;
pub(crate) mod peer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use codeagent_config::{Diagnostics, Secret, Section};
use codeagent_pipeline::{BuildContext, Host};
use http::uri::PathAndQuery;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;

use super::*;
use crate::net::compress::Compression;
use crate::net::tls_client::TlsClientConfig;
use peer::Peer;

const METHOD: PathAndQuery =
    PathAndQuery::from_static("/opentelemetry.proto.collector.trace.v1.TraceService/Export");

fn build_with(settings: &GrpcSettings, threads: usize) -> Result<GrpcClient, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let host = Host::new(threads, 1 << 30);
    let id = "otlp".parse().unwrap();
    let mut context = BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
    let client = GrpcClient::new(settings, &Section::absent("exporters::otlp"), &mut context);
    client.ok_or(diagnostics)
}

fn settings(address: SocketAddr) -> GrpcSettings {
    GrpcSettings { endpoint: format!("http://{address}"), ..GrpcSettings::default() }
}

fn build(settings: &GrpcSettings) -> GrpcClient {
    build_with(settings, 1).unwrap()
}

/// A request with one span of this name, padded to about `bytes`.
fn request(name: &str, bytes: usize) -> Bytes {
    let trace_state = "x".repeat(bytes);
    let span = Span { name: name.to_owned(), trace_state, ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec().into()
}

async fn call(client: &GrpcClient, chunks: &[Bytes]) -> Result<Bytes, GrpcStatus> {
    let message = client.message(&chunks.iter().collect::<Vec<_>>()).unwrap();
    client.call(&METHOD, &message).await
}

#[tokio::test]
async fn tonic_reads_what_is_sent_in_every_compression() {
    let peer = Peer::start().await;
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let client = build(&GrpcSettings { compression, ..settings(peer.address) });
        // small chunks, and some that are larger than a frame, a window and the send buffer together
        let sizes = [10, 5_000, 20, 100_000, 3_000_000, 0, 70_000];
        let chunks: Vec<Bytes> = sizes.iter().map(|size| request(&size.to_string(), *size)).collect();
        let answer = call(&client, &chunks).await.unwrap();
        let answer = ExportTraceServiceResponse::decode(answer).unwrap();
        assert_eq!(answer.partial_success.unwrap().error_message, "10 5000 20 100000 3000000 0 70000");
    }
}

#[tokio::test]
async fn many_calls_share_a_connection_per_thread() {
    let peer = Peer::start().await;
    let client = Arc::new(build_with(&settings(peer.address), 2).unwrap());
    let calls: Vec<_> = (0..64)
        .map(|at| {
            let client = client.clone();
            tokio::spawn(async move {
                let answer = call(&client, &[request(&at.to_string(), 50_000)]).await.unwrap();
                let answer = ExportTraceServiceResponse::decode(answer).unwrap();
                assert_eq!(answer.partial_success.unwrap().error_message, at.to_string());
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(peer.connections(), 2);
}

#[tokio::test]
async fn the_servers_status_comes_with_its_message_and_waiting_time() {
    let peer = Peer::start().await;
    let client = build(&settings(peer.address));
    let cases = [
        ("fail 14", Code::Unavailable, None),
        ("fail 3", Code::InvalidArgument, None),
        ("fail 16", Code::Unauthenticated, None),
        ("wait 8", Code::ResourceExhausted, Some(Duration::from_millis(1500))),
    ];
    for (name, code, retry_after) in cases {
        let error = call(&client, &[request(name, 0)]).await.unwrap_err();
        let expected = GrpcStatus { code, message: format!("told to: {name} é"), retry_after };
        assert_eq!(error, expected);
    }
    let error = call(&client, &[request("x", 5 << 20)]).await.unwrap_err();
    assert!(error.is_too_large(), "{error}");
}

#[tokio::test]
async fn headers_timeout_and_compression_are_announced() {
    let peer = Peer::start().await;
    let mut settings = GrpcSettings {
        compression: Compression::Gzip,
        timeout: Duration::from_secs(5),
        authority: "tenant.example".to_owned(),
        ..settings(peer.address)
    };
    settings.headers.insert("X-Scope-OrgID".to_owned(), Secret::new("me"));
    let client = build(&settings);
    let answer = call(&client, &[request("headers", 0)]).await.unwrap();
    let told = ExportTraceServiceResponse::decode(answer).unwrap().partial_success.unwrap().error_message;
    for expected in ["x-scope-orgid: me", "grpc-timeout: 5000m", "user-agent: codeagent-collector/"] {
        assert!(told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let peer = Peer::start().await;
    let address = peer.address;
    let client = build(&settings(address));
    call(&client, &[request("a", 0)]).await.unwrap();
    peer.stop().await;
    let error = call(&client, &[request("b", 0)]).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable);
    assert!(error.message.contains(&address.to_string()), "{error}");
    let waiting = build(&GrpcSettings { wait_for_ready: true, ..settings(address) });
    let answered = tokio::spawn(async move { call(&waiting, &[request("c", 0)]).await });
    tokio::task::yield_now().await;
    let _peer = Peer::start_at(address).await;
    answered.await.unwrap().unwrap();
}

#[tokio::test]
async fn tls_needs_the_right_authority_and_mutual_tls_the_right_client() {
    let tls = peer::Certificates::new();
    let peer = Peer::start_tls(&tls).await;
    let trusting = TlsClientConfig {
        ca_pem: Secret::new(tls.authority.clone()),
        server_name_override: "collector.test".to_owned(),
        ..TlsClientConfig::default()
    };
    let known = TlsClientConfig {
        cert_pem: Secret::new(tls.client.0.clone()),
        key_pem: Secret::new(tls.client.1.clone()),
        ..trusting.clone()
    };
    let blind = TlsClientConfig { insecure_skip_verify: true, ..known.clone() };
    let elsewhere = TlsClientConfig { ca_pem: Secret::new(tls.other_authority.clone()), ..known.clone() };
    let cases =
        [(known, None), (blind, None), (trusting, Some("")), (elsewhere, Some("invalid peer certificate"))];
    for (tls, refused) in cases {
        let endpoint = peer.address.to_string();
        let client = build(&GrpcSettings { endpoint, tls, ..GrpcSettings::default() });
        client.prepare().await.unwrap();
        let answer = call(&client, &[request("x", 0)]).await;
        match refused {
            None => drop(answer.unwrap()),
            Some(reason) => {
                let error = answer.unwrap_err();
                assert_eq!(error.code, Code::Unavailable);
                assert!(error.message.contains(reason), "{error}");
            }
        }
    }
}

#[test]
fn wrong_settings_are_refused_with_their_key() {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let mut reserved = settings(address);
    reserved.headers.insert("grpc-timeout".to_owned(), Secret::new("1S"));
    let authority = GrpcSettings { authority: "a b".to_owned(), ..settings(address) };
    let cases = [
        (GrpcSettings::default(), "the endpoint is missing"),
        (GrpcSettings { endpoint: "h".to_owned(), ..GrpcSettings::default() }, "has no valid port"),
        (reserved, "belongs to gRPC itself"),
        (authority, "`a b` is not an authority"),
    ];
    for (settings, reason) in cases {
        let shown = build_with(&settings, 1).unwrap_err().render(false);
        assert!(shown.contains(reason), "{shown}");
    }
}
