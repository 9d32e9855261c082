use std::io::Write;

use codeagent_pipeline::{Budget, Oversize};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::*;

const LIMIT: usize = 1 << 20;

fn gzip_of(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zlib_of(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zstd_of(data: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(data, 1).unwrap()
}

/// Without its size in the header, and with a window of this many bits.
fn zstd_stream_of(data: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_contentsize(false).unwrap();
    encoder.window_log(window_log).unwrap();
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn snappy_framed_of(data: &[u8]) -> Vec<u8> {
    let mut encoder = snap::write::FrameEncoder::new(Vec::new());
    encoder.write_all(data).unwrap();
    encoder.into_inner().unwrap()
}

fn snappy_of(data: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(data).unwrap()
}

fn text(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| b"the quick brown fox "[at % 20] ^ (at / 997) as u8).collect()
}

/// Decompresses with a budget, and checks that the permit covers what comes out.
fn run(encoding: Encoding, input: &[u8], budget: usize) -> Result<Vec<u8>, DecompressError> {
    let budget = Budget::new(budget);
    let mut permit = budget.try_acquire(input.len(), Oversize::Refuse).unwrap();
    let result = decompress(encoding, input, LIMIT, &mut permit);
    if let Ok(out) = &result {
        assert!(permit.amount() >= out.capacity(), "{} < {}", permit.amount(), out.capacity());
        assert_eq!(budget.used(), permit.amount());
    }
    drop(permit);
    assert_eq!(budget.used(), 0);
    result
}

#[test]
fn every_encoding_gives_back_what_went_in() {
    for size in [0, 1, 100, 70_000, LIMIT] {
        let data = text(size);
        let (first, second) = data.split_at(size / 3);
        let cases = [
            (Encoding::Identity, "as is", data.clone()),
            (Encoding::Gzip, "one member", gzip_of(&data)),
            (Encoding::Gzip, "two members", [gzip_of(first), gzip_of(second)].concat()),
            (Encoding::Zlib, "zlib", zlib_of(&data)),
            (Encoding::Zstd, "one frame", zstd_of(&data)),
            (Encoding::Zstd, "two frames", [zstd_of(first), zstd_of(second)].concat()),
            (Encoding::Zstd, "unknown size", zstd_stream_of(&data, 20)),
            (Encoding::Snappy, "block", snappy_of(&data)),
            (Encoding::Snappy, "framed", snappy_framed_of(&data)),
        ];
        for (encoding, name, input) in cases {
            let out = run(encoding, &input, 8 * LIMIT);
            assert!(out.as_ref() == Ok(&data), "{name} of {size}: {:?}", out.map(|out| out.len()));
        }
    }
}

#[test]
fn two_equal_gzip_members_are_both_read() {
    let member = gzip_of(&text(500));
    let out = run(Encoding::Gzip, &[member.clone(), member].concat(), LIMIT).unwrap();
    assert_eq!(out, [text(500), text(500)].concat());
}

#[test]
fn a_bomb_is_refused_at_the_limit() {
    let zeros = vec![0; LIMIT + 1];
    let long = vec![0; 16 * LIMIT];
    let cases = [
        (Encoding::Gzip, gzip_of(&zeros)),
        (Encoding::Gzip, gzip_of(&long)),
        (Encoding::Gzip, [gzip_of(&zeros[1..]), gzip_of(b"x")].concat()),
        (Encoding::Zlib, zlib_of(&long)),
        (Encoding::Zstd, zstd_of(&zeros)),
        (Encoding::Zstd, zstd_stream_of(&long, 20)),
        (Encoding::Zstd, [zstd_of(&zeros[1..]), zstd_of(b"x")].concat()),
        (Encoding::Snappy, snappy_of(&zeros)),
        (Encoding::Snappy, snappy_framed_of(&long)),
        (Encoding::Identity, zeros.clone()),
    ];
    for (case, (encoding, input)) in cases.into_iter().enumerate() {
        assert_eq!(
            run(encoding, &input, 256 * LIMIT).map(|out| out.len()),
            Err(DecompressError::TooLarge { limit: LIMIT }),
            "{case}"
        );
    }
}

#[test]
fn the_budget_is_asked_before_the_memory_is_taken() {
    let data = text(200_000);
    for (encoding, input) in [
        (Encoding::Gzip, gzip_of(&data)),
        (Encoding::Gzip, [gzip_of(&data), gzip_of(&data)].concat()),
        (Encoding::Zlib, zlib_of(&data)),
        (Encoding::Zstd, zstd_of(&data)),
        (Encoding::Zstd, zstd_stream_of(&data, 20)),
        (Encoding::Snappy, snappy_of(&data)),
        (Encoding::Snappy, snappy_framed_of(&data)),
    ] {
        assert_eq!(run(encoding, &input, 190_000).map(|out| out.len()), Err(DecompressError::OverBudget));
    }
}

#[test]
fn a_zstd_stream_that_asks_for_a_huge_window_is_refused() {
    assert!(run(Encoding::Zstd, &zstd_stream_of(&text(1000), 23), LIMIT).is_ok());
    let error = run(Encoding::Zstd, &zstd_stream_of(&text(1000), 27), LIMIT).unwrap_err();
    assert!(matches!(error, DecompressError::Malformed { encoding: "zstd", .. }), "{error}");
}

#[test]
fn damage_is_named() {
    let gzip = gzip_of(&text(1000));
    let cut = |data: &[u8], by: usize| data[..data.len() - by].to_vec();
    let with_garbage = |data: Vec<u8>| [data, b"garbage!".to_vec()].concat();
    let mut wrong_checksum = gzip.clone();
    let at = wrong_checksum.len() - 6;
    wrong_checksum[at] ^= 1;
    let mut wrong_size = gzip.clone();
    *wrong_size.last_mut().unwrap() ^= 0x80;
    let cases = [
        (Encoding::Gzip, "empty", vec![]),
        (Encoding::Gzip, "text", b"hello".to_vec()),
        (Encoding::Gzip, "cut", cut(&gzip, 9)),
        (Encoding::Gzip, "cut in the trailer", cut(&gzip, 1)),
        (Encoding::Gzip, "garbage behind", with_garbage(gzip.clone())),
        (Encoding::Gzip, "checksum", wrong_checksum),
        (Encoding::Gzip, "size", wrong_size),
        (Encoding::Gzip, "zstd", zstd_of(b"x")),
        (Encoding::Zlib, "gzip", gzip),
        (Encoding::Zlib, "cut", cut(&zlib_of(&text(1000)), 1)),
        (Encoding::Zlib, "garbage behind", with_garbage(zlib_of(&text(1000)))),
        (Encoding::Zstd, "empty", vec![]),
        (Encoding::Zstd, "text", b"hello".to_vec()),
        (Encoding::Zstd, "cut", cut(&zstd_of(&text(1000)), 1)),
        (Encoding::Zstd, "garbage behind", with_garbage(zstd_of(&text(1000)))),
        (Encoding::Zstd, "cut stream", cut(&zstd_stream_of(&text(1000), 20), 1)),
        (Encoding::Snappy, "cut", cut(&snappy_of(&text(1000)), 1)),
        (Encoding::Snappy, "cut frame", cut(&snappy_framed_of(&text(1000)), 1)),
    ];
    for (encoding, name, input) in cases {
        let result = run(encoding, &input, 8 * LIMIT);
        assert!(matches!(result, Err(DecompressError::Malformed { .. })), "{encoding:?} {name}: {result:?}");
    }
}

#[test]
fn a_lie_about_the_size_takes_no_memory() {
    // The last four bytes of gzip say 4 GiB - 1; a zstd header says 2^62.
    let mut gzip = gzip_of(b"small");
    let end = gzip.len();
    gzip[end - 4..].fill(0xff);
    assert!(run(Encoding::Gzip, &gzip, LIMIT).is_err());
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0];
    assert_eq!(run(Encoding::Zstd, &zstd, LIMIT), Err(DecompressError::TooLarge { limit: LIMIT }));
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(
        input in proptest::collection::vec(proptest::num::u8::ANY, 0..300),
        magic in proptest::sample::select(vec![
            &b""[..], b"\x1f\x8b\x08\0\0\0\0\0\0\0", b"\x28\xb5\x2f\xfd", b"\x78\x9c", SNAPPY_FRAMED,
        ]),
    ) {
        let input = [magic, &input].concat();
        for encoding in [Encoding::Gzip, Encoding::Zlib, Encoding::Zstd, Encoding::Snappy] {
            let _ = run(encoding, &input, 4 * LIMIT);
        }
    }
}
