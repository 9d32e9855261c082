//! Exporters: one attempt. The sender around them repeats, batches, times out and counts.

use std::future::Future;
use std::time::Duration;

use crate::{Batch, Reason};

/// Some items that the destination, or the format, cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Why, for the ledger.
    pub reason: Reason,
    /// How many.
    pub items: usize,
    /// The position of the (first) item in the batch that was encoded, where it is known: it tells which
    /// sender is to be told.
    pub first_item: Option<usize>,
    /// Why, for people: the destination's own words where there are any.
    pub message: String,
}

/// A batch in the destination's form.
#[derive(Debug)]
pub struct Encoded<R> {
    /// What is to be sent; several where the destination has limits or shards. They are sent concurrently.
    pub requests: Vec<R>,
    /// What the format cannot express.
    pub rejected: Vec<Rejection>,
}

/// What a successful attempt left undone.
#[derive(Debug, Default)]
pub struct Sent {
    /// Items refused for good; all others of the request were delivered.
    pub rejected: Vec<Rejection>,
}

/// Why an attempt failed, named by what the sender does next.
#[derive(Debug)]
pub enum SendError {
    /// Send the request again. Where part of it was settled, the exporter has cut the request down to the
    /// rest and says so in `settled`.
    Retry {
        /// The destination's wish, if it gave one.
        after: Option<Duration>,
        /// What happened, for people.
        message: String,
        /// What this attempt did settle: delivered items and rejections.
        settled: Settled,
    },
    /// The destination will never take the request.
    Permanent {
        /// Why, for the ledger.
        reason: Reason,
        /// Why, for people.
        message: String,
    },
    /// The request is over the destination's size limit: [`Exporter::split`] it.
    TooLarge {
        /// What the destination said.
        message: String,
    },
}

impl SendError {
    /// A retryable failure in which nothing was settled.
    pub fn retry(message: impl Into<String>) -> Self {
        SendError::Retry { after: None, message: message.into(), settled: Settled::default() }
    }
}

/// The settled part of an attempt that must be repeated for the rest.
#[derive(Debug, Default)]
pub struct Settled {
    /// Items delivered.
    pub delivered: usize,
    /// Items refused for good.
    pub rejected: Vec<Rejection>,
}

/// One destination. `encode` runs once per batch, `send` once per attempt.
pub trait Exporter: Send + Sync + 'static {
    /// A batch, or a part of one, in the destination's form.
    type Request: Send + Sync + 'static;

    /// Whether requests depend on which of its equals in the request of its sender an item is: then a batch that is cut
    /// carries it (see [`ItemKeys`](crate::otlp::ItemKeys)). Counting costs a pass over requests that are cut.
    const NUMBERS_EQUAL_ITEMS: bool = false;

    /// Brings a batch into the destination's form. Pure: no I/O. Batches come in the order of arrival.
    fn encode(&self, batch: &Batch) -> Encoded<Self::Request>;

    /// How many items a request still has to deliver.
    fn items(&self, request: &Self::Request) -> usize;

    /// One attempt.
    fn send<'a>(
        &'a self,
        request: &'a mut Self::Request,
    ) -> impl Future<Output = Result<Sent, SendError>> + Send + 'a;

    /// Halves a request that was too large; gives it back where it cannot be halved.
    fn split(&self, request: Self::Request) -> Result<[Self::Request; 2], Self::Request> {
        Err(request)
    }

    /// Prepares the destination (templates, connections). Called once, before the first batch; an error is
    /// logged and `start` is called again with the sender's back-off until it succeeds.
    fn start(&self) -> impl Future<Output = Result<(), String>> + Send + '_ {
        async { Ok(()) }
    }

    /// Flushes and closes. Called once, after the last batch or at the drain deadline.
    fn stop(&self) -> impl Future<Output = ()> + Send + '_ {
        async {}
    }
}
