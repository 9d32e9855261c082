//! A batch as a record of the file.

use std::sync::Arc;

use bytes::Bytes;
use codeagent_config::Signal;
use codeagent_pipeline::json::from_protobuf;
use codeagent_pipeline::{Batch, Encoded, Exporter, Reason, Rejection, SendError, Sent};

use super::config::{FileCompression, Format};
use super::writer::Writer;
use crate::net::compress::{Compression, CompressionParams, Compressor};

/// The length before a record that is not a line.
const LENGTH_BYTES: usize = 4;

/// Writes batches of one signal; others may write to the same file.
#[derive(Debug)]
pub(super) struct File {
    signal: Signal,
    format: Format,
    compression: FileCompression,
    writer: Arc<Writer>,
}

/// A record, ready to be written.
#[derive(Debug)]
pub(super) struct Record {
    bytes: Bytes,
    items: usize,
}

impl File {
    pub fn new(signal: Signal, format: Format, compression: FileCompression, writer: Arc<Writer>) -> Self {
        File { signal, format, compression, writer }
    }

    fn record(&self, batch: &Batch) -> Result<Vec<u8>, String> {
        let payload = batch.to_contiguous();
        let mut json = Vec::new();
        if self.format == Format::Json {
            json.reserve(payload.len() * 2);
            from_protobuf(self.signal, &payload, &mut json).map_err(|error| error.to_string())?;
            if self.compression == FileCompression::None {
                json.push(b'\n');
                return Ok(json);
            }
        }
        let message = if self.format == Format::Json { &json[..] } else { &payload[..] };
        let compression = match self.compression {
            FileCompression::None => Compression::None,
            FileCompression::Zstd => Compression::Zstd,
        };
        let mut record =
            Compressor::new(compression, CompressionParams::default())?.compress(&[message], LENGTH_BYTES)?;
        let length =
            u32::try_from(record.len() - LENGTH_BYTES).map_err(|_| "larger than 4 GiB".to_owned())?;
        record[..LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
        Ok(record)
    }
}

impl Exporter for File {
    type Request = Record;

    fn encode(&self, batch: &Batch) -> Encoded<Record> {
        let items = batch.items();
        match self.record(batch) {
            Ok(bytes) => {
                Encoded { requests: vec![Record { bytes: bytes.into(), items }], rejected: Vec::new() }
            }
            Err(message) => {
                let rejection =
                    Rejection { reason: Reason::Unrepresentable, items, first_item: Some(0), message };
                Encoded { requests: Vec::new(), rejected: vec![rejection] }
            }
        }
    }

    fn items(&self, request: &Record) -> usize {
        request.items
    }

    async fn send(&self, request: &mut Record) -> Result<Sent, SendError> {
        let (writer, bytes) = (self.writer.clone(), request.bytes.clone());
        in_background(move || writer.write(&bytes)).await.map_err(SendError::retry)?;
        Ok(Sent::default())
    }

    async fn start(&self) -> Result<(), String> {
        let writer = self.writer.clone();
        in_background(move || writer.open()).await
    }

    async fn stop(&self) {
        let writer = self.writer.clone();
        if let Err(message) = in_background(move || writer.sync()).await {
            tracing::warn!(message, "the file may lack its last records after a power failure");
        }
    }
}

/// Disks block: not on a thread of the data plane.
async fn in_background(work: impl FnOnce() -> Result<(), String> + Send + 'static) -> Result<(), String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(error.to_string()))
}
