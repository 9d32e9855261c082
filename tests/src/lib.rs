//! Integration tests: the real collector, real servers, real senders.
//!
//! `tests/run` starts what they need and runs them; a bare `cargo test` shows them as ignored.
