//! gRPC that is wrong, each as a row: the sender is told, and nobody else notices.

use std::io::Write;

use bytes::Bytes;
use http::StatusCode;
use prost::Message;

use super::kit::{MIB, Setting};
use super::raw::{Answer, Call, Client, framed};
use super::samples::traces;

const GRPC: &str = "protocols: {grpc: {endpoint: '127.0.0.1:0', max_recv_msg_size_mib: 1}}";

fn good() -> Vec<u8> {
    traces(2, 10).encode_to_vec()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Sends each call on one connection, then a good one, which must pass.
async fn answers(calls: Vec<(&'static str, Call)>) -> Vec<(&'static str, Answer)> {
    let door = Setting::new(GRPC).start().await;
    let mut client = Client::connect(&door).await;
    let mut answers = Vec::new();
    for (name, call) in calls {
        answers.push((name, client.call(call).await));
        let after = client.call(Call::traces([framed(0, &good())])).await;
        assert_eq!(after.code(), Some(0), "after {name}: {after:?}");
    }
    drop(client);
    door.stop().await;
    answers
}

#[tokio::test]
async fn every_wrong_call_is_told_what_is_wrong() {
    let one = || [framed(0, &good())];
    let compressed = |flag| framed(flag, &gzip(&good()));
    let service = "/opentelemetry.proto.collector.trace.v1.TraceService/";
    let cases: Vec<(&str, Call, u8, &str)> = vec![
        ("unknown service", Call::traces(one()).path("/a.B/C"), 12, "unknown service"),
        (
            "unknown method",
            Call::traces(one()).path("/opentelemetry.proto.collector.trace.v1.TraceService/Import"),
            12,
            service,
        ),
        (
            "profiles",
            Call::traces(one())
                .path("/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export"),
            12,
            "profiles are not supported",
        ),
        ("unknown encoding", Call::traces([compressed(1)]).header("grpc-encoding", "lz4"), 12, "`lz4`"),
        ("compressed with nothing", Call::traces([compressed(1)]), 13, "grpc-encoding"),
        ("flag of 2", Call::traces([compressed(2)]), 13, "0 or 1"),
        ("no gzip", Call::traces([framed(1, b"hello")]).header("grpc-encoding", "gzip"), 3, "not valid gzip"),
        ("no message", Call::traces([]), 13, "before its message"),
        ("cut prefix", Call::traces([framed(0, b"").slice(..4)]), 13, "before its message"),
        ("cut message", Call::traces([framed(0, &good()).slice(..20)]), 13, "in the middle"),
        ("two messages", Call::traces([framed(0, &good()), framed(0, &good())]), 13, "more than the one"),
        (
            "two in a frame",
            Call::traces([[framed(0, &good()), framed(0, &[])].concat().into()]),
            13,
            "more than the one",
        ),
        ("too large", Call::traces([framed(0, &vec![0; MIB + 1])]), 8, "1048577"),
        (
            "announced 4 GiB",
            Call::traces([Bytes::from_static(&[0, 255, 255, 255, 255, 1, 2])]),
            8,
            "4294967295",
        ),
        (
            "gzip bomb",
            Call::traces([framed(1, &gzip(&vec![0; 8 * MIB]))]).header("grpc-encoding", "gzip"),
            8,
            "1048576",
        ),
        ("no OTLP", Call::traces([framed(0, b"\x0a\xff")]), 3, "resource_spans[0]"),
    ];
    let (names, expected): (Vec<_>, Vec<_>) =
        cases.into_iter().map(|(name, call, code, text)| ((name, call), (code, text))).unzip();
    for ((name, answer), (code, text)) in answers(names).await.into_iter().zip(expected) {
        assert_eq!((answer.http, answer.code()), (StatusCode::OK, Some(code)), "{name}: {answer:?}");
        assert!(answer.message().contains(text), "{name}: {}", answer.message());
        assert!(answer.body.is_empty(), "{name}");
        assert_eq!(answer.headers.contains_key("grpc-accept-encoding"), code == 12, "{name}");
    }
}

#[tokio::test]
async fn callers_that_do_not_speak_grpc_get_an_http_status() {
    let one = || [framed(0, &good())];
    let cases = vec![
        ("get", Call::traces([]).method("GET"), StatusCode::METHOD_NOT_ALLOWED),
        (
            "json",
            Call::traces(one()).header("content-type", "application/json"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "web",
            Call::traces(one()).header("content-type", "application/grpc-web"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
    ];
    let (calls, expected): (Vec<_>, Vec<_>) =
        cases.into_iter().map(|(name, call, status)| ((name, call), status)).unzip();
    for ((name, answer), status) in answers(calls).await.into_iter().zip(expected) {
        assert_eq!((answer.http, answer.code()), (status, None), "{name}");
    }
}

#[tokio::test]
async fn a_message_in_frames_of_one_byte_is_taken() {
    let bytes = framed(0, &good());
    let frames = (0..bytes.len()).map(|at| bytes.slice(at..=at));
    let with_empty = [Bytes::new()].into_iter().chain(frames).chain([Bytes::new()]);
    let calls = vec![
        ("bytes", Call::traces(with_empty)),
        ("proto", Call::traces([bytes.clone()]).header("content-type", "application/grpc+proto")),
        ("empty", Call::traces([framed(0, b"")])),
    ];
    for (name, answer) in answers(calls).await {
        assert_eq!((answer.code(), answer.body.as_slice()), (Some(0), &[0; 5][..]), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn every_encoding_is_read() {
    let data = good();
    let mut framed_snappy = snap::write::FrameEncoder::new(Vec::new());
    framed_snappy.write_all(&data).unwrap();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(&data).unwrap();
    let calls = [
        ("identity", framed(0, &data)),
        ("gzip", framed(1, &gzip(&data))),
        // Clients that name an encoding may still send a message without it.
        ("gzip", framed(0, &data)),
        ("zstd", framed(1, &zstd::bulk::compress(&data, 1).unwrap())),
        ("deflate", framed(1, &zlib.finish().unwrap())),
        ("snappy", framed(1, &framed_snappy.into_inner().unwrap())),
    ];
    let calls = calls.map(|(name, bytes)| (name, Call::traces([bytes]).header("grpc-encoding", name)));
    for (name, answer) in answers(calls.into()).await {
        assert_eq!(answer.code(), Some(0), "{name}: {answer:?}");
    }
}
