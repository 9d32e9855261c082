//! A request of the remote write protocol, ready to be sent.

use bytes::Bytes;

/// Which message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `prometheus.WriteRequest`, remote write 1.0.
    One,
    /// `io.prometheus.write.v2.Request`, remote write 2.0.
    Two,
}

/// A request, compressed.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which message the body holds.
    pub version: Version,
    /// The message in snappy's block format.
    pub body: Bytes,
    /// OTLP points that each time series of the body stands for.
    pub items_by_series: Box<[u32]>,
    /// Samples and native histograms.
    pub samples: u64,
    /// Exemplars.
    pub exemplars: u64,
}

impl Request {
    /// OTLP points.
    pub fn items(&self) -> usize {
        self.items_by_series.iter().map(|items| *items as usize).sum()
    }
}

/// Compresses into snappy's block format with buffers that are used again.
pub struct Compressor {
    encoder: snap::raw::Encoder,
    buffer: Vec<u8>,
}

impl Default for Compressor {
    fn default() -> Self {
        Compressor { encoder: snap::raw::Encoder::new(), buffer: Vec::new() }
    }
}

/// Kept between requests at most; a larger buffer is given back.
const BUFFER_KEPT: usize = 8 << 20;

impl Compressor {
    /// Compresses `message`.
    pub fn compress(&mut self, message: &[u8]) -> Bytes {
        let needed = snap::raw::max_compress_len(message.len());
        if self.buffer.len() < needed {
            self.buffer.resize(needed, 0);
        }
        // It fails only above 4 GiB, which the bound of a batch is far below; then the body stays empty.
        let length = self.encoder.compress(message, &mut self.buffer).unwrap_or_default();
        let body = Bytes::copy_from_slice(&self.buffer[..length]);
        if self.buffer.len() > BUFFER_KEPT {
            self.buffer = Vec::new();
        }
        body
    }
}
