#![doc = include_str!("README.md")]

mod check;
mod complaints;
mod config;
mod decode;
mod delivery;
mod group;
mod hand;
mod log_record;
mod member;
mod progress;
mod properties;
mod shared;
#[cfg(test)]
mod tests;
mod topics;
mod worker;

use std::sync::Arc;

use codeagent_config::schema::beside;
use codeagent_config::{Section, Signal};
use codeagent_pipeline::{
    About, BoxFuture, BuildContext, Outputs, Receiver, ReceiverFactory, Running, StartError, Stop,
};
use rdkafka::config::ClientConfig;
use schemars::schema_for;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::net::kafka::ClientKeys;
use config::Config;
use member::Member;
use shared::Shared;

/// Makes the receiver.
pub const FACTORY: ReceiverFactory = ReceiverFactory {
    about: About {
        kind: "kafka",
        aliases: &[],
        summary: "reads OTLP and log lines from Kafka topics, as a member of a consumer group",
        signals: &Signal::ALL,
        schema: || beside(schema_for!(ClientKeys), schema_for!(Config)),
    },
    build,
};

fn build(context: &mut BuildContext<'_>, section: &Section, outputs: Outputs) -> Option<Box<dyn Receiver>> {
    let config = Config::read(section, context.diagnostics)?;
    if !config.check(&outputs, section, context.diagnostics) {
        return None;
    }
    let shared = Arc::new(Shared::new(&context.id.to_string(), &config, context.host, outputs));
    Some(Box::new(Kafka { shared, properties: config.properties() }))
}

/// The receiver, built and not started.
struct Kafka {
    shared: Arc<Shared>,
    properties: ClientConfig,
}

impl Receiver for Kafka {
    fn start(self: Box<Self>, mut stop: Stop) -> BoxFuture<'static, Result<Running, StartError>> {
        Box::pin(async move {
            let Kafka { shared, properties } = *self;
            properties.create_native_config().map_err(|error| {
                StartError::new(format!("librdkafka does not take the configuration: {error}"))
            })?;
            let (done, ended) = oneshot::channel::<()>();
            let member = Member { shared, properties, runtime: Handle::current(), stop: stop.clone() };
            // a thread that the end of the runtime does not wait for: leaving a group whose broker is gone takes long
            let thread = std::thread::Builder::new().name("kafka-group".to_owned()).spawn(move || {
                member.run();
                drop(done);
            });
            thread.map_err(|error| StartError::new(format!("no thread for the consumer: {error}")))?;
            let task = tokio::spawn(async move {
                let deadline = stop.requested().await;
                let _in_time = tokio::time::timeout_at(deadline.into(), ended).await;
            });
            Ok(Running { task, endpoints: Vec::new() })
        })
    }
}
