//! gRPC's framing: a flag, a length, the message.
//! Source: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.

use bytes::{Buf, Bytes, BytesMut};
use smallvec::SmallVec;

use super::status::{Code, GrpcStatus};
use crate::net::compress::{Compression, Compressor};

/// The flag and the length.
pub(super) const PREFIX_BYTES: usize = 5;
/// Chunks below this are put together: a frame for each would cost more than the copy.
const SMALL_BYTES: usize = 4 * 1024;

/// A message as it goes out: its parts one after the other are the prefix and the payload. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Message {
    parts: SmallVec<[Bytes; 2]>,
}

impl Message {
    /// Frames the chunks as one message. Not compressed, large chunks are not copied.
    pub(super) fn new(chunks: &[&Bytes], compressor: Compressor) -> Result<Message, String> {
        let length = chunks.iter().map(|chunk| chunk.len()).sum();
        if compressor.compression() != Compression::None {
            let slices: SmallVec<[&[u8]; 8]> = chunks.iter().map(|chunk| &chunk[..]).collect();
            let mut framed = compressor.compress(&slices, PREFIX_BYTES)?;
            let prefix = prefix(1, framed.len() - PREFIX_BYTES)?;
            framed[..PREFIX_BYTES].copy_from_slice(&prefix);
            return Ok(Message { parts: [Bytes::from(framed)].into_iter().collect() });
        }
        let mut parts = SmallVec::new();
        let mut small = BytesMut::from(&prefix(0, length)?[..]);
        for chunk in chunks {
            if chunk.len() < SMALL_BYTES {
                small.extend_from_slice(chunk);
                continue;
            }
            if !small.is_empty() {
                parts.push(small.split().freeze());
            }
            parts.push((*chunk).clone());
        }
        if !small.is_empty() {
            parts.push(small.freeze());
        }
        Ok(Message { parts })
    }

    /// Bytes on the wire, without HTTP/2's own.
    pub fn len(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    /// Whether there is nothing in it, not even a prefix: never.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn parts(&self) -> &[Bytes] {
        &self.parts
    }
}

fn prefix(flag: u8, length: usize) -> Result<[u8; PREFIX_BYTES], String> {
    let length = u32::try_from(length).map_err(|_| "the message is larger than 4 GiB".to_owned())?;
    let [a, b, c, d] = length.to_be_bytes();
    Ok([flag, a, b, c, d])
}

/// Takes the message out of the body of an answer.
pub(super) fn unframe(
    mut body: Bytes,
    encoding: Option<&str>,
    bytes_max: usize,
) -> Result<Bytes, GrpcStatus> {
    let broken =
        |what: &str| GrpcStatus::new(Code::Internal, format!("the answer is not a gRPC message: {what}"));
    if body.len() < PREFIX_BYTES {
        return Err(broken("it is cut short"));
    }
    let (flag, length) = (body.get_u8(), body.get_u32());
    if usize::try_from(length) != Ok(body.len()) {
        return Err(broken("its length is not what it says"));
    }
    match (flag, encoding) {
        (0, _) => Ok(body),
        (1, Some(encoding)) => {
            decompress(&body, encoding, bytes_max).ok_or_else(|| broken("its compression is broken"))
        }
        (1, None) => Err(broken("it is compressed with nothing")),
        _ => Err(broken("its flag is unknown")),
    }
}

/// Some servers (Go) compress the answer as the request was, whatever its size.
fn decompress(body: &[u8], encoding: &str, bytes_max: usize) -> Option<Bytes> {
    use std::io::Read as _;
    let mut out = Vec::new();
    let limit = bytes_max as u64 + 1;
    match encoding {
        "gzip" => flate2::bufread::MultiGzDecoder::new(body).take(limit).read_to_end(&mut out).ok()?,
        "deflate" => flate2::bufread::ZlibDecoder::new(body).take(limit).read_to_end(&mut out).ok()?,
        "zstd" => zstd::Decoder::with_buffer(body).ok()?.take(limit).read_to_end(&mut out).ok()?,
        "snappy" => snap::read::FrameDecoder::new(body).take(limit).read_to_end(&mut out).ok()?,
        _ => return None,
    };
    (out.len() <= bytes_max).then(|| out.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::compress::CompressionParams;

    fn framed(sizes: &[usize], compression: Compression) -> Message {
        let chunks: Vec<Bytes> = sizes.iter().map(|size| Bytes::from(vec![b'x'; *size])).collect();
        let compressor = Compressor::new(compression, CompressionParams::default()).unwrap();
        Message::new(&chunks.iter().collect::<Vec<_>>(), compressor).unwrap()
    }

    #[test]
    fn chunks_become_one_message_whatever_their_sizes() {
        for sizes in [&[][..], &[0], &[10], &[10, 5000, 20, 30, 6000], &[5000, 5000], &[5000, 1]] {
            let total: usize = sizes.iter().sum();
            for (compression, name) in [
                (Compression::None, None),
                (Compression::Gzip, Some("gzip")),
                (Compression::Zstd, Some("zstd")),
            ] {
                let message = framed(sizes, compression);
                let body: Bytes = message.parts().concat().into();
                assert_eq!(body.len(), message.len());
                assert_eq!(
                    unframe(body, name, total).unwrap(),
                    vec![b'x'; total],
                    "{sizes:?} {compression:?}"
                );
            }
        }
    }

    #[test]
    fn large_chunks_are_not_copied_and_small_ones_share_a_part() {
        let message = framed(&[10, 5000, 20, 30, 6000], Compression::None);
        let sizes: Vec<usize> = message.parts().iter().map(Bytes::len).collect();
        assert_eq!(sizes, [15, 5000, 50, 6000]);
    }

    #[test]
    fn a_broken_answer_is_an_error() {
        let bomb = framed(&[1 << 20], Compression::Gzip).parts().concat();
        let cases: [(&[u8], Option<&str>); 7] = [
            (&[], None),
            (&[0, 0, 0, 0], None),
            (&[0, 0, 0, 0, 2, 1], None),
            (&[2, 0, 0, 0, 0], None),
            (&[1, 0, 0, 0, 0], None),
            (&[1, 0, 0, 0, 1, 7], Some("zstd")),
            (&bomb, Some("gzip")),
        ];
        for (body, encoding) in cases {
            let error = unframe(Bytes::copy_from_slice(body), encoding, 1000).unwrap_err();
            assert_eq!(error.code, Code::Internal, "{error}");
        }
    }
}
