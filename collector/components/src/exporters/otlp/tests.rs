//! The exporter as users write it, against tonic.

use bytes::Bytes;
use codeagent_config::Signal;
use codeagent_pipeline::{Batch, Exporter, SendError};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;

use super::*;
use crate::exporters::written;
use crate::net::grpc_client::tests::peer::Peer;

fn exporter(yaml: &str, signal: Signal) -> Otlp {
    let read = |context: &mut BuildContext<'_>, section: &Section| {
        let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
        let client = GrpcClient::new(&config.grpc_settings(), section, context)?;
        Some(Otlp::new(client, signal, context.id.to_string()))
    };
    written::each(yaml, read).unwrap().pop().unwrap()
}

async fn to(peer: &Peer, signal: Signal) -> Otlp {
    let yaml = format!("exporters: {{otlp: {{endpoint: \"{}\", tls: {{insecure: true}}}}}}", peer.address);
    let exporter = exporter(&yaml, signal);
    exporter.start().await.unwrap();
    exporter
}

fn spans(names: &[&str], bytes: usize) -> Batch {
    let span =
        |name: &&str| Span { name: (*name).to_owned(), trace_state: "x".repeat(bytes), ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: names.iter().map(span).collect(), ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let bytes = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
    Batch::new(Signal::Traces, bytes.into(), names.len())
}

#[tokio::test]
async fn each_signal_goes_to_its_service_and_a_partial_success_is_counted() {
    let peer = Peer::start().await;
    let metrics: Bytes = ExportMetricsServiceRequest::default().encode_to_vec().into();
    let logs: Bytes = ExportLogsServiceRequest::default().encode_to_vec().into();
    let cases = [
        (spans(&["a", "b"], 0), 0),
        (Batch::new(Signal::Metrics, metrics, 5), 0),
        (Batch::new(Signal::Logs, logs, 5), 2),
    ];
    for (batch, rejected) in cases {
        let exporter = to(&peer, batch.signal()).await;
        let mut encoded = exporter.encode(&batch);
        assert_eq!(exporter.items(&encoded.requests[0]), batch.items());
        let sent = exporter.send(&mut encoded.requests[0]).await.unwrap();
        assert_eq!(sent.rejected.iter().map(|rejection| rejection.items).sum::<usize>(), rejected);
        exporter.stop().await;
    }
}

#[tokio::test]
async fn a_request_over_the_servers_limit_is_halved_until_it_fits() {
    let peer = Peer::start().await;
    let exporter = to(&peer, Signal::Traces).await;
    // tonic takes 4 MiB
    let names: Vec<String> = (0..8).map(|name| name.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut left = exporter.encode(&spans(&names, 1_000_000)).requests;
    let (mut sent, mut too_large) = (0, 0);
    while let Some(mut request) = left.pop() {
        match exporter.send(&mut request).await {
            Ok(_) => sent += exporter.items(&request),
            Err(SendError::TooLarge { .. }) => {
                too_large += 1;
                left.extend(exporter.split(request).unwrap());
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((sent, too_large), (8, 1));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_and_tried_again() {
    let exporter = exporter("exporters: {otlp: {endpoint: 'http://127.0.0.1:1'}}", Signal::Traces);
    let mut encoded = exporter.encode(&spans(&["a"], 0));
    match exporter.send(&mut encoded.requests[0]).await {
        Err(SendError::Retry { message, .. }) => {
            assert!(message.starts_with("UNAVAILABLE: cannot connect to 127.0.0.1:1: "), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn mistakes_are_told_with_their_keys() {
    let cases = [
        ("{}", "the endpoint is missing"),
        ("{endpoint: 'h:1', compresion: gzip}", "compression"),
        ("{endpoint: 'h:1', compression: lz4}", "`lz4` is not a compression"),
        ("{endpoint: 'h:1', balancer_name: rr}", "`rr` is no balancer"),
        ("{endpoint: 'h:1', middlewares: [{id: x}]}", "middlewares are not supported"),
        ("{endpoint: 'h:1', auth: {authenticator: basicauth}}", "`basicauth` is no authenticator"),
        ("{endpoint: 'h:1', tls: {cert_file: a}}", "the client's key is missing"),
        ("{endpoint: 'h:1', sending_queue: {num_consumers: 0}}", "must be positive"),
    ];
    for (section, reason) in cases {
        let yaml = format!("exporters: {{otlp: {section}}}");
        let shown = written::build(&FACTORY, &yaml, Signal::Traces).err().unwrap();
        assert!(shown.contains(reason), "{shown}");
    }
}
