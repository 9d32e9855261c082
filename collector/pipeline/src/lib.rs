//! The contract between components, and the runtime around them. Names no component.

pub mod auth;
mod batch;
mod budget;
mod component;
mod consume;
pub mod durable;
mod export;
pub mod fanout;
mod health;
pub mod holding;
pub mod json;
mod ledger;
pub mod log;
pub mod otlp;
mod outputs;
mod processor;
mod refused;
pub mod sampling;
pub mod sender;
mod senders;
pub mod spans;
pub mod telemetry;
mod trouble;

pub use batch::{Batch, Chunk};
pub use budget::{Budget, Oversize, Permit, QueueId, Slots};
pub use codeagent_config::Signal;
pub use component::{
    About, BacklogLimit, Batching, BuildContext, BuildId, BuiltConnector, BuiltExporter, BuiltExtension,
    BuiltProcessor, ConnectorFactory, ExporterFactory, ExtensionFactory, Fed, Host, ProcessorFactory,
    Receiver, ReceiverFactory, Running, Sending, StartError, Stop,
};
pub use consume::{BoxFuture, Consumer};
pub use durable::{DurableQueue, Source, Store};
pub use export::{Encoded, Exporter, Rejection, SendError, Sent, Settled};
pub use fanout::{Entry, Fanout, Pipeline};
pub use health::{Health, Phase};
pub use ledger::{InFlight, Ledger, Node, NodeKind, Reason, Row};
pub use outputs::Outputs;
pub use processor::{Processed, Processor};
pub use refused::Refused;
pub use sender::{QueueConfig, RetryConfig, Sender, SenderSettings};
pub use senders::Senders;
pub use trouble::Trouble;
