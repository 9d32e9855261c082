//! Compression of what is sent. The compressors live per thread and are used again and again: making one costs
//! more than compressing a small request.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Write;

use http::HeaderValue;
use libdeflater::{CompressionLvl, Compressor as Deflater};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use super::gzip;

/// Scratch memory that a thread keeps for the next request, in bytes.
const SCRATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The level of gzip at which speed counts more than size: the default.
const FAST: i32 = 1;

/// The Collector's `compression`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// `none` or empty.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// Snappy's block format, without checksums.
    Snappy,
    /// Snappy's framing format.
    SnappyFramed,
    /// RFC 1950: what HTTP calls `deflate`.
    Deflate,
}

impl Compression {
    /// Names as in the Collector, with what they mean.
    const NAMES: [(&'static str, Compression); 8] = [
        ("", Compression::None),
        ("none", Compression::None),
        ("gzip", Compression::Gzip),
        ("zstd", Compression::Zstd),
        ("snappy", Compression::Snappy),
        ("x-snappy-framed", Compression::SnappyFramed),
        ("deflate", Compression::Deflate),
        ("zlib", Compression::Deflate),
    ];

    /// The value of HTTP's `content-encoding`; nothing when nothing is compressed.
    pub fn content_encoding(self) -> Option<HeaderValue> {
        let name = match self {
            Compression::None => return None,
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Snappy => "snappy",
            Compression::SnappyFramed => "x-snappy-framed",
            Compression::Deflate => "deflate",
        };
        Some(HeaderValue::from_static(name))
    }
}

impl<'de> Deserialize<'de> for Compression {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let found = Compression::NAMES.iter().find(|(name, _)| *name == text);
        found.map(|(_, compression)| *compression).ok_or_else(|| {
            de::Error::custom(format!(
                "`{text}` is not a compression; use gzip, zstd, snappy, x-snappy-framed, deflate, zlib or none"
            ))
        })
    }
}

impl JsonSchema for Compression {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Compression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Compression::NAMES.map(|(name, _)| name) })
    }
}

/// The Collector's `compression_params`.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CompressionParams {
    /// 1 is fast, higher is smaller: gzip, deflate and zlib 1 to 9, zstd 1 to 11. 0 and -1: the default.
    pub level: i32,
}

/// A way to compress, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compressor {
    compression: Compression,
    level: i32,
}

impl Compressor {
    /// Checks that the compression has the level. Without one: 1 for gzip, deflate and zstd.
    ///
    /// # Errors
    /// A sentence, when it has not.
    pub fn new(compression: Compression, params: CompressionParams) -> Result<Self, String> {
        let most = match compression {
            Compression::Gzip | Compression::Deflate => 9,
            Compression::Zstd => 11,
            Compression::None | Compression::Snappy | Compression::SnappyFramed => 0,
        };
        let level = match params.level {
            -1 | 0 => most.min(FAST),
            level if (1..=most).contains(&level) => level,
            level if most == 0 => {
                return Err(format!("this compression has no levels, so not level {level} either"));
            }
            level => return Err(format!("this compression has no level {level}; use 1 to {most}")),
        };
        Ok(Compressor { compression, level })
    }

    /// What it makes.
    pub fn compression(self) -> Compression {
        self.compression
    }

    /// Compresses the parts as if they were one. Written after `prefix` zero bytes, which are the caller's to fill.
    ///
    /// # Errors
    /// When the compressor fails, which none does on sound memory.
    pub fn compress(self, parts: &[&[u8]], prefix: usize) -> Result<Vec<u8>, String> {
        STATE.with_borrow_mut(|state| {
            let mut scratch = std::mem::take(&mut state.scratch);
            let whole = match parts {
                [only] => only,
                _ => {
                    scratch.clear();
                    parts.iter().for_each(|part| scratch.extend_from_slice(part));
                    scratch.as_slice()
                }
            };
            let done = state.compress(self, whole, prefix);
            if scratch.capacity() <= SCRATCH_BYTES_MAX {
                state.scratch = scratch;
            }
            done
        })
    }
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// What a thread keeps between requests.
#[derive(Default)]
struct State {
    scratch: Vec<u8>,
    output: Vec<u8>,
    deflaters: Vec<(i32, Deflater)>,
    zstd: Option<(i32, zstd::bulk::Compressor<'static>)>,
    snappy: Option<snap::raw::Encoder>,
}

impl State {
    fn compress(&mut self, by: Compressor, whole: &[u8], prefix: usize) -> Result<Vec<u8>, String> {
        let mut output = std::mem::take(&mut self.output);
        output.clear();
        let done = self.fill(by, whole, prefix, &mut output);
        // the buffer has the size of the worst case: hand out a copy of the right size, keep the buffer
        let result = done.map(|length| output[..length].to_vec());
        if output.capacity() <= SCRATCH_BYTES_MAX {
            self.output = output;
        }
        result
    }

    /// Returns how much of `output` is used.
    fn fill(
        &mut self,
        by: Compressor,
        whole: &[u8],
        prefix: usize,
        output: &mut Vec<u8>,
    ) -> Result<usize, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let written = match by.compression {
            Compression::None => {
                output.resize(prefix, 0);
                output.extend_from_slice(whole);
                whole.len()
            }
            Compression::Gzip if by.level == FAST && whole.len() >= gzip::INPUT_BYTES_MIN => {
                output.resize(prefix, 0);
                gzip::compress(whole, output);
                output.len() - prefix
            }
            Compression::Gzip => {
                let deflater = self.deflater(by.level)?;
                output.resize(prefix + deflater.gzip_compress_bound(whole.len()), 0);
                deflater.gzip_compress(whole, &mut output[prefix..]).map_err(|e| text(&e))?
            }
            Compression::Deflate => {
                let deflater = self.deflater(by.level)?;
                output.resize(prefix + deflater.zlib_compress_bound(whole.len()), 0);
                deflater.zlib_compress(whole, &mut output[prefix..]).map_err(|e| text(&e))?
            }
            Compression::Zstd => {
                output.resize(prefix + zstd::zstd_safe::compress_bound(whole.len()), 0);
                self.zstd(by.level)?.compress_to_buffer(whole, &mut output[prefix..]).map_err(|e| text(&e))?
            }
            Compression::Snappy => {
                output.resize(prefix + snap::raw::max_compress_len(whole.len()), 0);
                let encoder = self.snappy.get_or_insert_with(snap::raw::Encoder::new);
                encoder.compress(whole, &mut output[prefix..]).map_err(|e| text(&e))?
            }
            Compression::SnappyFramed => {
                output.resize(prefix, 0);
                let mut framed = snap::write::FrameEncoder::new(&mut *output);
                framed.write_all(whole).and_then(|()| framed.flush()).map_err(|e| text(&e))?;
                drop(framed);
                output.len() - prefix
            }
        };
        Ok(prefix + written)
    }

    fn deflater(&mut self, level: i32) -> Result<&mut Deflater, String> {
        let at = match self.deflaters.iter().position(|(has, _)| *has == level) {
            Some(at) => at,
            None => {
                let checked = CompressionLvl::new(level).map_err(|_| format!("no deflate level {level}"))?;
                self.deflaters.push((level, Deflater::new(checked)));
                self.deflaters.len() - 1
            }
        };
        Ok(&mut self.deflaters[at].1)
    }

    fn zstd(&mut self, level: i32) -> Result<&mut zstd::bulk::Compressor<'static>, String> {
        if self.zstd.as_ref().is_none_or(|(has, _)| *has != level) {
            let made = zstd::bulk::Compressor::new(level).map_err(|error| error.to_string())?;
            self.zstd = None;
            Ok(&mut self.zstd.insert((level, made)).1)
        } else {
            self.zstd.as_mut().map(|(_, made)| made).ok_or_else(String::new)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn decompress(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        let mut reader: Box<dyn Read + '_> = match compression {
            Compression::None => Box::new(bytes),
            Compression::Gzip => Box::new(flate2::read::GzDecoder::new(bytes)),
            Compression::Deflate => Box::new(flate2::read::ZlibDecoder::new(bytes)),
            Compression::Zstd => Box::new(zstd::Decoder::new(bytes).unwrap()),
            Compression::Snappy => return snap::raw::Decoder::new().decompress_vec(bytes).unwrap(),
            Compression::SnappyFramed => Box::new(snap::read::FrameDecoder::new(bytes)),
        };
        let mut out = Vec::new();
        reader.read_to_end(&mut out).unwrap();
        out
    }

    proptest! {
        #[test]
        fn what_is_compressed_in_parts_decompresses_as_one(
            parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..2000), 0..5),
            repeat in 1_usize..40,
            prefix in 0_usize..8,
        ) {
            let parts: Vec<Vec<u8>> = parts.into_iter().map(|part| part.repeat(repeat)).collect();
            let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            for (_, compression) in Compression::NAMES {
                let by = Compressor::new(compression, CompressionParams::default()).unwrap();
                let out = by.compress(&slices, prefix).unwrap();
                prop_assert!(out[..prefix].iter().all(|byte| *byte == 0));
                prop_assert_eq!(decompress(compression, &out[prefix..]), parts.concat());
            }
        }
    }

    #[test]
    fn every_level_of_the_collector_works_and_no_other() {
        for (compression, levels) in
            [(Compression::Gzip, 1..=9), (Compression::Deflate, 1..=9), (Compression::Zstd, 1..=11)]
        {
            for level in levels.clone() {
                let by = Compressor::new(compression, CompressionParams { level }).unwrap();
                let out = by.compress(&[b"abcabcabc", b"abc"], 0).unwrap();
                assert_eq!(decompress(compression, &out), b"abcabcabcabc", "{compression:?} {level}");
            }
            let over = CompressionParams { level: levels.end() + 1 };
            assert!(Compressor::new(compression, over).unwrap_err().contains("use 1 to"));
        }
        assert!(Compressor::new(Compression::Snappy, CompressionParams { level: 3 }).is_err());
    }

    #[test]
    fn an_unknown_compression_is_refused_with_the_known_ones() {
        for (name, compression) in Compression::NAMES {
            let read: Compression = serde_json::from_value(name.into()).unwrap();
            assert_eq!(read, compression);
        }
        let error = serde_json::from_str::<Compression>("\"lz4\"").unwrap_err().to_string();
        assert!(error.contains("`lz4` is not a compression; use gzip, zstd"), "{error}");
    }
}
