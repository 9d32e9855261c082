//! The door for compressed bodies. Nothing is written before the memory budget and the size limit allow it.

use std::cell::RefCell;
use std::io::{ErrorKind, Read};

use codeagent_pipeline::Permit;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

/// What a body is compressed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// RFC 1952, one member or several.
    Gzip,
    /// RFC 1950: what HTTP calls `deflate`.
    Zlib,
    /// RFC 8878, one frame or several.
    Zstd,
    /// Snappy, in blocks or framed: told apart by the frame's magic bytes.
    Snappy,
}

impl Encoding {
    /// The encoding of this name in `content-encoding` and `grpc-encoding`, in lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "" | "identity" => Encoding::Identity,
            "gzip" | "x-gzip" => Encoding::Gzip,
            "deflate" | "zlib" => Encoding::Zlib,
            "zstd" => Encoding::Zstd,
            "snappy" | "x-snappy-framed" => Encoding::Snappy,
            _ => return None,
        })
    }
}

/// Why a body was not decompressed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecompressError {
    /// It would be larger than allowed.
    #[error("the decompressed body is larger than {limit} bytes")]
    TooLarge {
        /// Bytes that are allowed.
        limit: usize,
    },
    /// The memory budget is used up at the moment.
    #[error("the memory budget is used up")]
    OverBudget,
    /// Not what it claims to be.
    #[error("the body is not valid {encoding}: {reason}")]
    Malformed {
        /// What it claims to be.
        encoding: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// Window that a zstd stream may ask for: 8 MiB, what RFC 9659 allows for the content coding.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Deflate cannot compress further than 1032:1, so a size that claims more is a lie.
const DEFLATE_RATIO_MAX: usize = 1032;
/// The first bytes of a framed snappy stream.
const SNAPPY_FRAMED: &[u8] = b"\xff\x06\x00\x00sNaPpY";
/// The first buffer where the size is not known.
const FIRST_STEP: usize = 16 << 10;

thread_local! {
    // Decompressors hold tables and buffers of tens of kilobytes, worth more than a small body to set up.
    static DEFLATE: RefCell<libdeflater::Decompressor> = RefCell::new(libdeflater::Decompressor::new());
    static ZSTD: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Decompresses `input` to at most `limit` bytes.
///
/// `permit` covers the input when called. While both exist it covers both; afterwards it covers the result.
///
/// # Errors
/// Nothing is kept then, and `permit` may cover more than the input until it is dropped.
pub fn decompress(
    encoding: Encoding,
    input: &[u8],
    limit: usize,
    permit: &mut Permit,
) -> Result<Vec<u8>, DecompressError> {
    let mut out = Output { buffer: Vec::new(), limit, permit };
    match encoding {
        Encoding::Identity => {
            out.reserve_to(input.len())?;
            out.buffer.extend_from_slice(input);
        }
        Encoding::Gzip => gzip(input, &mut out)?,
        Encoding::Zlib => {
            let mut decoder = ZlibDecoder::new(input);
            out.fill(&mut decoder, "zlib")?;
            if decoder.total_in() != input.len() as u64 {
                return Err(malformed("zlib", "there is something after its end"));
            }
        }
        Encoding::Zstd => zstd(input, &mut out)?,
        Encoding::Snappy => snappy(input, &mut out)?,
    }
    let Output { buffer, permit, .. } = out;
    permit.shrink_to(buffer.capacity());
    Ok(buffer)
}

/// A buffer that asks the limit and the budget before it grows.
struct Output<'a> {
    buffer: Vec<u8>,
    limit: usize,
    permit: &'a mut Permit,
}

impl Output<'_> {
    /// Makes room for `size` bytes in total.
    fn reserve_to(&mut self, size: usize) -> Result<(), DecompressError> {
        if size > self.limit {
            return Err(DecompressError::TooLarge { limit: self.limit });
        }
        let more = size.saturating_sub(self.buffer.capacity());
        if !self.permit.try_grow(more) {
            return Err(DecompressError::OverBudget);
        }
        self.buffer.reserve_exact(size - self.buffer.len());
        Ok(())
    }

    /// Reads all of `reader`, in steps that double.
    fn fill(&mut self, reader: &mut impl Read, encoding: &'static str) -> Result<(), DecompressError> {
        loop {
            let start = self.buffer.len();
            let step = start.max(FIRST_STEP).min(self.limit - start);
            if step == 0 {
                return self.expect_end(reader, encoding);
            }
            self.reserve_to(start + step)?;
            let read = reader
                .by_ref()
                .take(step as u64)
                .read_to_end(&mut self.buffer)
                .map_err(|error| malformed(encoding, reason(&error)))?;
            if read < step {
                return Ok(());
            }
        }
    }

    fn expect_end(&self, reader: &mut impl Read, encoding: &'static str) -> Result<(), DecompressError> {
        match reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(DecompressError::TooLarge { limit: self.limit }),
            Err(error) => Err(malformed(encoding, reason(&error))),
        }
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        _ => error.to_string(),
    }
}

fn malformed(encoding: &'static str, reason: impl Into<String>) -> DecompressError {
    DecompressError::Malformed { encoding, reason: reason.into() }
}

fn gzip(input: &[u8], out: &mut Output<'_>) -> Result<(), DecompressError> {
    if let Some(size) = single_member_size(input)
        && size <= out.limit
    {
        out.reserve_to(size)?;
        out.buffer.resize(size, 0);
        let written = DEFLATE.with_borrow_mut(|deflate| deflate.gzip_decompress(input, &mut out.buffer));
        if written.is_ok_and(|written| written == size) && ends_with_its_checksum(input, &out.buffer) {
            return Ok(());
        }
        // Two members that look like one, or damage: the slow way says what it is.
        out.buffer.clear();
    }
    out.fill(&mut MultiGzDecoder::new(input), "gzip")
}

/// What the last four bytes say that the size is, if the input looks like one gzip member. A second one would
/// begin with the same three bytes; so do one in millions of compressed bodies by chance, which costs them a
/// slower way.
fn single_member_size(input: &[u8]) -> Option<usize> {
    const MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];
    let rest = input.strip_prefix(&MAGIC)?;
    let size = u32::from_le_bytes(*rest.last_chunk()?) as usize;
    let plausible = size <= input.len().saturating_mul(DEFLATE_RATIO_MAX);
    let second = memchr::memmem::find(rest, &MAGIC).is_some();
    (plausible && !second).then_some(size)
}

/// Whether the member that gave `output` is where the input ends, with nothing after it.
fn ends_with_its_checksum(input: &[u8], output: &[u8]) -> bool {
    let trailer = input.last_chunk::<8>().and_then(|trailer| trailer.first_chunk());
    trailer.is_some_and(|checksum| u32::from_le_bytes(*checksum) == libdeflater::crc32(output))
}

fn zstd(input: &[u8], out: &mut Output<'_>) -> Result<(), DecompressError> {
    let size = zstd::zstd_safe::get_frame_content_size(input)
        .map_err(|_| malformed("zstd", "it does not begin as a zstd frame"))?;
    if let Some(size) = size {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        out.reserve_to(size)?;
        if ZSTD.with_borrow_mut(|slot| zstd_at_once(slot, input, &mut out.buffer)).is_ok() {
            return Ok(());
        }
        // Several frames, of which only the first size is known, or damage: the slow way says what it is.
        out.buffer.clear();
    }
    let mut decoder = zstd::stream::read::Decoder::with_buffer(input)
        .map_err(|error| malformed("zstd", error.to_string()))?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(|error| malformed("zstd", error.to_string()))?;
    out.fill(&mut decoder, "zstd")
}

fn zstd_at_once(
    slot: &mut Option<zstd::bulk::Decompressor<'static>>,
    input: &[u8],
    buffer: &mut Vec<u8>,
) -> std::io::Result<()> {
    let decompressor = match slot {
        Some(decompressor) => decompressor,
        None => slot.insert(zstd::bulk::Decompressor::new()?),
    };
    decompressor.decompress_to_buffer(input, buffer).map(drop)
}

fn snappy(input: &[u8], out: &mut Output<'_>) -> Result<(), DecompressError> {
    // The framed format writes nothing for nothing.
    if input.is_empty() {
        return Ok(());
    }
    if input.starts_with(SNAPPY_FRAMED) {
        return out.fill(&mut snap::read::FrameDecoder::new(input), "snappy");
    }
    let size = snap::raw::decompress_len(input).map_err(|error| malformed("snappy", error.to_string()))?;
    out.reserve_to(size)?;
    out.buffer.resize(size, 0);
    snap::raw::Decoder::new()
        .decompress(input, &mut out.buffer)
        .map(drop)
        .map_err(|error| malformed("snappy", error.to_string()))
}

#[cfg(test)]
mod tests;
