//! The exporter as users write it, against hyper's server and the official messages.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use codeagent_pipeline::{Batch, Exporter, Reason, SendError, Sent};
use http::{Request, Response};
use http_body_util::Full;
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;

mod at_once;

use super::*;
use crate::exporters::written;
use crate::net::http_client::tests::serve;

fn exporter_of(section: &str) -> OtlpHttp {
    let read = |context: &mut BuildContext<'_>, section: &Section| {
        let config: Config = section.decode_refusing(UNSUPPORTED, context.diagnostics)?;
        exporter(config, context, section, Signal::Logs)
    };
    written::each(&format!("exporters: {{otlphttp: {section}}}"), read).unwrap().pop().unwrap()
}

fn to(address: SocketAddr, more: &str) -> OtlpHttp {
    exporter_of(&format!("{{endpoint: 'http://{address}/', {more}}}"))
}

fn records(count: u64) -> Batch {
    let record = |time| LogRecord { time_unix_nano: time, ..LogRecord::default() };
    let scope_logs =
        vec![ScopeLogs { log_records: (1..=count).map(record).collect(), ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }];
    let bytes = ExportLogsServiceRequest { resource_logs }.encode_to_vec();
    Batch::new(Signal::Logs, bytes.into(), count as usize)
}

async fn send(exporter: &OtlpHttp, batch: &Batch) -> Result<Sent, SendError> {
    exporter.start().await.unwrap();
    let mut encoded = exporter.encode(batch);
    assert!(encoded.rejected.is_empty());
    exporter.send(&mut encoded.requests[0]).await
}

fn answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("content-type", content_type);
    response.body(Full::new(body.into())).unwrap()
}

/// Answers with how many records the request has: as the count of rejected ones.
fn count(request: &Request<Bytes>) -> Response<Full<Bytes>> {
    use std::io::Read as _;
    assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/v1/logs"));
    let header = |name| request.headers().get(name).map_or("", |value| value.to_str().unwrap());
    let mut body = Vec::new();
    let raw = &request.body()[..];
    match header("content-encoding") {
        "gzip" => flate2::read::GzDecoder::new(raw).read_to_end(&mut body).unwrap(),
        "zstd" => zstd::Decoder::new(raw).unwrap().read_to_end(&mut body).unwrap(),
        "" => (&mut &raw[..]).read_to_end(&mut body).unwrap(),
        other => panic!("{other}"),
    };
    let read: ExportLogsServiceRequest = match header("content-type") {
        "application/x-protobuf" => ExportLogsServiceRequest::decode(&body[..]).unwrap(),
        "application/json" => serde_json::from_slice(&body).unwrap(),
        other => panic!("{other}"),
    };
    let records = read.resource_logs[0].scope_logs[0].log_records.len() as i64;
    let partial =
        ExportLogsPartialSuccess { rejected_log_records: records, error_message: "seen".to_owned() };
    let partial = ExportLogsServiceResponse { partial_success: Some(partial) };
    answer(200, "application/x-protobuf; charset=x", partial.encode_to_vec())
}

#[tokio::test]
async fn what_is_sent_is_read_in_every_encoding_and_compression() {
    let address = serve(|request| count(&request)).await;
    for encoding in ["proto", "json"] {
        for compression in ["none", "gzip", "zstd"] {
            let exporter = to(address, &format!("encoding: {encoding}, compression: {compression}"));
            let sent = send(&exporter, &records(7)).await.unwrap();
            let rejected = &sent.rejected[0];
            assert_eq!((rejected.items, rejected.reason), (7, Reason::Rejected), "{encoding} {compression}");
            assert!(rejected.message.ends_with("rejected 7 of 7 items: seen"), "{}", rejected.message);
        }
    }
}

#[tokio::test]
async fn every_status_has_its_consequence() {
    let address = serve(|request| {
        let text = request.headers()["x-answer"].to_str().unwrap();
        let (status, wait) = text.split_once(' ').unwrap_or((text, ""));
        let mut response = answer(status.parse().unwrap(), "text/html", "<p>no\nway</p>");
        if !wait.is_empty() {
            response.headers_mut().insert("retry-after", wait.parse().unwrap());
        }
        response
    })
    .await;
    let in_a_minute = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(60));
    let dated = format!("429 {in_a_minute}");
    let cases = [
        ("200", "sent"),
        ("204", "sent"),
        ("301", "permanent rejected"),
        ("400", "permanent rejected"),
        ("401", "permanent unauthenticated"),
        ("403", "permanent unauthenticated"),
        ("404", "permanent rejected"),
        ("413", "too large"),
        ("415", "permanent unsupported"),
        ("429", "retry"),
        ("429 7", "retry after 7"),
        (&dated, "retry after a minute"),
        ("500", "permanent rejected"),
        ("502", "retry"),
        ("503 0", "retry after 0"),
        ("504", "retry"),
    ];
    for (status, expected) in cases {
        let exporter = to(address, &format!("headers: {{x-answer: '{status}'}}"));
        let found = match send(&exporter, &records(1)).await {
            Ok(sent) if sent.rejected.is_empty() => "sent".to_owned(),
            Err(SendError::TooLarge { .. }) => "too large".to_owned(),
            Err(SendError::Retry { after: None, .. }) => "retry".to_owned(),
            Err(SendError::Retry { after: Some(after), .. }) => match after.as_secs() {
                50..=60 => "retry after a minute".to_owned(),
                seconds => format!("retry after {seconds}"),
            },
            Err(SendError::Permanent { reason, message }) => {
                let expected = format!("http://{address}/v1/logs answered {}", &status[..3]);
                assert!(message.starts_with(&expected) && message.ends_with("<p>no way</p>"), "{message}");
                format!("permanent {}", reason.as_str())
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected, "{status}");
    }
}

#[tokio::test]
async fn the_servers_own_words_are_told() {
    let status = [&b"\x08\x03\x12\x07too old"[..], b""].concat();
    for (content_type, body) in
        [("application/x-protobuf", status), ("application/json", br#"{"message":"too old"}"#.to_vec())]
    {
        let address = serve(move |_| answer(400, content_type, body.clone())).await;
        let error = send(&to(address, ""), &records(1)).await.unwrap_err();
        assert!(
            matches!(&error, SendError::Permanent { message, .. } if message.ends_with(": too old")),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_request_that_is_too_large_is_halved_and_encoded_anew() {
    let address = serve(|request| count(&request)).await;
    for encoding in ["proto", "json"] {
        let exporter = to(address, &format!("encoding: {encoding}"));
        let whole = exporter.encode(&records(7)).requests.pop().unwrap();
        let halves = exporter.split(whole).unwrap();
        let items = halves.each_ref().map(|half| exporter.items(half));
        for (mut half, items) in halves.into_iter().zip(items) {
            let sent = exporter.send(&mut half).await.unwrap();
            assert_eq!(sent.rejected[0].items, items);
        }
        assert_eq!(items.iter().sum::<usize>(), 7);
        let one = exporter.encode(&records(1)).requests.pop().unwrap();
        assert!(exporter.split(one).is_err());
    }
}

#[tokio::test]
async fn no_server_is_tried_again_without_showing_a_password() {
    let exporter = exporter_of("{endpoint: 'http://me:hunter2@127.0.0.1:1'}");
    match send(&exporter, &records(1)).await {
        Err(SendError::Retry { message, .. }) => {
            assert!(message.starts_with("cannot connect to 127.0.0.1:1: "), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn mistakes_are_told_with_their_keys() {
    let cases = [
        ("{}", "neither `endpoint` nor `logs_endpoint` is set"),
        ("{endpoint: 'localhost:4318'}", "is not a URL"),
        ("{endpoint: 'http://h', logs_endpoint: 'h/v1/logs'}", "is not a URL"),
        ("{endpoint: 'http://h', encoding: xml}", "xml"),
        ("{endpoint: 'http://h', compression_params: {level: 10}}", "no level 10"),
        ("{endpoint: 'http://h', cookies: {enabled: true}}", "cookies are not supported"),
        ("{endpoint: 'http://h', headers: {'a b': c}}", "`a b` is not a header name"),
    ];
    for (section, reason) in cases {
        let yaml = format!("exporters: {{otlphttp: {section}}}");
        let shown = written::build(&FACTORY, &yaml, Signal::Logs).err().unwrap();
        assert!(shown.contains(reason), "{shown}");
    }
}
