//! Integration tests: the real collector, real servers, real senders.
//!
//! `tests/run` starts what they need and runs them; a bare `cargo test` shows them as ignored. This library is what
//! the tests in `tests/tests/` share: [`Collector`] runs the binary, [`numbered`] makes telemetry of which every item
//! has a number, [`Sink`] is an OTLP backend with faults, [`Tally`] counts what a fault cost, [`otlp`] sends, and
//! [`prometheus`], [`documents`] and [`kafka`] read back what arrived. Its OTLP is that of `opentelemetry-proto` and
//! `tonic`: nothing that the collector is made of judges the collector.

pub mod authority;
pub mod backend;
pub mod captures;
pub mod chance;
pub mod clock;
pub mod collector;
pub mod documents;
pub mod durable;
pub mod http;
pub mod input;
pub mod kafka;
pub mod load;
pub mod numbered;
pub mod otlp;
pub mod patience;
pub mod ports;
pub mod prometheus;
pub mod relay;
pub mod servers;
pub mod sink;
pub mod status;
pub mod tally;
pub mod tiers;
pub mod volume;
pub mod wire;

pub use authority::Authority;
pub use chance::Random;
pub use clock::Clock;
pub use collector::Collector;
pub use load::Load;
pub use otlp::{Payload, Sender};
pub use patience::eventually;
pub use relay::Relay;
pub use sink::Sink;
pub use tally::Tally;
pub use tiers::Tiers;
pub use volume::Volume;
