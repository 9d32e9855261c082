//! Any text as a configuration: `cargo +nightly fuzz run yaml` in `otel-config/`.
#![no_main]

#[path = "../entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|text: &str| entry::everything(text));
