//! An encoded OTLP request: what goes over the wire and what lies on disk.

use std::io::Write;

use bytes::Bytes;
use codeagent_semconv::value::Signal;
use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

/// Below this gzip costs more than it saves.
const GZIP_FROM: usize = 1024;

/// One request of one signal, redacted and encoded.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) signal: Signal,
    /// Spans, log records or data points in it.
    pub(crate) items: u64,
    /// The protobuf message, compressed where `is_gzip`.
    pub(crate) body: Bytes,
    pub(crate) is_gzip: bool,
}

impl Request {
    pub(crate) fn new(signal: Signal, items: u64, message: &impl Message, gzip: bool) -> Self {
        let plain = message.encode_to_vec();
        if gzip
            && plain.len() >= GZIP_FROM
            && let Some(body) = compress(&plain)
        {
            return Self { signal, items, body: body.into(), is_gzip: true };
        }
        Self { signal, items, body: plain.into(), is_gzip: false }
    }
}

fn compress(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}
