//! Any bytes at the door for compressed bodies: `cargo +nightly fuzz run -s none decompress` in `collector/components/`
//! (librdkafka's configure script, which the components link, does not pass under a sanitizer).
//! No input panics, passes the size limit, or takes memory that the budget did not grant.
#![no_main]

use codeagent_components::net::decompress::{Encoding, decompress};
use codeagent_pipeline::{Budget, Oversize};

const LIMIT: usize = 1 << 20;

libfuzzer_sys::fuzz_target!(|input: (u8, &[u8])| {
    let (which, body) = input;
    let encodings = [Encoding::Identity, Encoding::Gzip, Encoding::Zlib, Encoding::Zstd, Encoding::Snappy];
    let encoding = encodings[usize::from(which) % encodings.len()];
    let budget = Budget::new(4 * LIMIT);
    let Some(mut permit) = budget.try_acquire(body.len(), Oversize::Refuse) else {
        return;
    };
    if let Ok(out) = decompress(encoding, body, LIMIT, &mut permit) {
        assert!(out.len() <= LIMIT);
        assert!(permit.amount() >= out.capacity());
        assert_eq!(budget.used(), permit.amount());
    }
    drop(permit);
    assert_eq!(budget.used(), 0);
});
