//! The contract between components, and the runtime around them. Names no component.

mod batch;
mod budget;
mod consume;
mod export;
mod ledger;
pub mod otlp;
mod processor;
mod refused;
mod signal;

pub use batch::{Batch, Chunk};
pub use budget::{Budget, Oversize, Permit, QueueId, Slots};
pub use consume::{BoxFuture, Consumer};
pub use export::{Encoded, Exporter, Rejection, SendError, Sent, Settled};
pub use ledger::{InFlight, Ledger, Node, NodeKind, Reason, Row};
pub use processor::{Processed, Processor};
pub use refused::Refused;
pub use signal::{Signal, UnknownSignal};
