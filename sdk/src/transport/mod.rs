//! The way out of the process: a bounded box that the agent's threads put finished spans and log records in, and one thread
//! with a runtime of its own that encodes, redacts, compresses and delivers.
//!
//! Nothing here waits for anything of the agent's: neither its runtime, nor its threads. What the agent's threads do is one short
//! lock and a push.

mod answer;
mod client;
mod connection;
mod encode;
mod grpc;
mod ledger;
mod note;
mod outbox;
mod request;
mod size;
mod tls;
mod worker;

pub(crate) use answer::Verdict;
pub(crate) use client::{Client, Endpoint, Protocol};
pub(crate) use encode::Encoder;
pub(crate) use ledger::{Ledger, Loss};
pub(crate) use note::Note;
pub(crate) use outbox::{Order, Outbox};
pub(crate) use request::Request;
pub(crate) use tls::TlsFiles;
pub(crate) use worker::{Plan, start};
