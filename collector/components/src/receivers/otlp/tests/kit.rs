//! A running receiver whose pipelines end in a recorder.

use std::sync::Arc;
use std::time::{Duration, Instant};

use codeagent_config::{ComponentId, Diagnostics, Environment, Section, Source};
use codeagent_pipeline::auth::{AuthError, Authenticator, Identity, ServerAuthenticator};
use codeagent_pipeline::{
    Batch, BoxFuture, BuildContext, Consumer, Host, Outputs, Refused, Row, Running, Signal, Stop,
};
use http::HeaderMap;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::super::FACTORY;

pub(super) const MIB: usize = 1 << 20;

/// What the recorder does with a batch.
#[derive(Clone, Default)]
pub(super) enum Then {
    #[default]
    Accept,
    Refuse(Refused),
    /// Accepts when the gate opens.
    Wait(watch::Receiver<bool>),
}

/// Keeps what the receiver hands on.
#[derive(Default)]
pub(super) struct Recorder {
    pub(super) batches: Mutex<Vec<Batch>>,
    then: Mutex<Then>,
}

impl Recorder {
    /// The bytes of all batches, in the order of their arrival.
    pub(super) fn bodies(&self) -> Vec<Vec<u8>> {
        self.batches.lock().iter().map(|batch| batch.to_contiguous().to_vec()).collect()
    }

    pub(super) fn then(&self, then: Then) {
        *self.then.lock() = then;
    }
}

impl Consumer for Recorder {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Result<(), Refused>> {
        let then = self.then.lock().clone();
        Box::pin(async move {
            match then {
                Then::Accept => {}
                Then::Refuse(refused) => return Err(refused),
                Then::Wait(mut gate) => {
                    gate.wait_for(|open| *open).await.unwrap();
                }
            }
            self.batches.lock().push(batch);
            Ok(())
        })
    }
}

/// Lets in who says `authorization: let-me-in`, with any name after it.
struct Doorman;

impl ServerAuthenticator for Doorman {
    fn authenticate(&self, headers: &HeaderMap) -> Result<Identity, AuthError> {
        match headers.get("authorization") {
            Some(value) if value.as_bytes().starts_with(b"let-me-in") => Ok(Identity::of(value.as_bytes())),
            _ => Err(AuthError("no or wrong credentials".into())),
        }
    }
}

/// What a receiver is built with.
pub(super) struct Setting {
    pub(super) yaml: String,
    pub(super) memory: usize,
    pub(super) signals: Vec<Signal>,
}

impl Setting {
    pub(super) fn new(yaml: impl Into<String>) -> Self {
        Setting { yaml: yaml.into(), memory: 256 * MIB, signals: Signal::ALL.to_vec() }
    }

    pub(super) fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Starts it, or says why it cannot be built or started.
    pub(super) async fn try_start(self) -> Result<Door, String> {
        let recorder = Arc::new(Recorder::default());
        let host = host(self.memory);
        let outputs = self
            .signals
            .iter()
            .fold(Outputs::default(), |outputs, signal| outputs.with(*signal, recorder.clone()));
        let receiver = build(&self.yaml, &host, outputs)?;
        let (order, stop) = Stop::channel();
        let running = receiver.start(stop).await.map_err(|error| error.message)?;
        Ok(Door { order, running, recorder, host })
    }

    pub(super) async fn start(self) -> Door {
        self.try_start().await.unwrap()
    }
}

pub(super) fn host(memory: usize) -> Host {
    let doorman = Authenticator { client: None, server: Some(Arc::new(Doorman)) };
    let id: ComponentId = "basicauth".parse().unwrap();
    Host { authenticators: Arc::new([(id, doorman)].into()), ..Host::new(1, memory) }
}

/// Builds a receiver from what stands under `receivers::otlp`; the error is the diagnostics.
pub(super) fn build(
    yaml: &str,
    host: &Host,
    outputs: Outputs,
) -> Result<Box<dyn codeagent_pipeline::Receiver>, String> {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("test", yaml);
    let section = Section::from_yaml(&source, &Environment::empty(), &mut diagnostics).unwrap();
    let id = "otlp".parse().unwrap();
    let mut context = BuildContext { id: &id, diagnostics: &mut diagnostics, host, batching: None };
    let receiver = (FACTORY.build)(&mut context, &section, outputs);
    assert_eq!(receiver.is_none(), diagnostics.has_errors(), "{}", diagnostics.render(false));
    receiver.ok_or_else(|| diagnostics.render(false))
}

/// What is said of a valid configuration.
pub(super) fn warnings(yaml: &str) -> String {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("test", yaml);
    let section = Section::from_yaml(&source, &Environment::empty(), &mut diagnostics).unwrap();
    let (id, host) = ("otlp".parse().unwrap(), host(MIB));
    let mut context = BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
    assert!((FACTORY.build)(&mut context, &section, Outputs::default()).is_some(), "{yaml}");
    if diagnostics.is_empty() { String::new() } else { diagnostics.render(false) }
}

/// A running receiver.
pub(super) struct Door {
    pub(super) order: watch::Sender<Option<Instant>>,
    pub(super) running: Running,
    pub(super) recorder: Arc<Recorder>,
    pub(super) host: Host,
}

impl Door {
    /// `127.0.0.1:PORT` of a protocol.
    pub(super) fn address(&self, protocol: &str) -> String {
        let mut endpoints = self.running.endpoints.iter();
        endpoints.find_map(|endpoint| endpoint.strip_prefix(&format!("{protocol} "))).unwrap().to_owned()
    }

    pub(super) fn order_stop(&self, within: Duration) {
        self.order.send_replace(Some(Instant::now() + within));
    }

    /// Stops it and checks that every item and every byte is accounted for.
    pub(super) async fn stop(self) -> Vec<Row> {
        self.order_stop(Duration::from_secs(10));
        self.running.task.await.unwrap();
        let rows = self.host.ledger.rows();
        for row in &rows {
            assert!(row.balances() && row.in_flight == 0, "{row:?}");
        }
        self.recorder.batches.lock().clear();
        assert_eq!(self.host.memory.used(), 0);
        rows
    }
}
