//! Several outputs as one, the steps of a pipeline, and the door before them.
//!
//! What a caller hears when several outputs answer:
//!
//! | the outputs say | the caller hears |
//! |---|---|
//! | all `Ok` | `Ok` |
//! | any `Retry` | `Retry`, after the longest wait that one asked for; outputs that took the batch get it twice |
//! | all `Permanent` | `Permanent` |
//! | else any `Permanent` or `Partial` | `Partial`: the largest count, every item for a `Permanent`. Sending again cannot help |
//!
//! The message names each output that refused.

mod entry;
mod parts;
mod pipeline;
#[cfg(test)]
mod tests;

use std::future::{poll_fn, ready};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::{Batch, BoxFuture, Consumer, Refused};

pub use entry::Entry;
pub use parts::{Part, parts};
pub use pipeline::Pipeline;

type Outcome = Result<(), Refused>;

/// Hands each batch to several outputs at once.
pub struct Fanout {
    outputs: Vec<(String, Arc<dyn Consumer>)>,
}

impl Fanout {
    /// All of `outputs` as one consumer. Their names (`exporter otlp`) are for messages. A single output is
    /// given back as it is.
    pub fn over(mut outputs: Vec<(String, Arc<dyn Consumer>)>) -> Arc<dyn Consumer> {
        if outputs.len() == 1
            && let Some((_, only)) = outputs.pop()
        {
            return only;
        }
        Arc::new(Fanout { outputs })
    }
}

impl Consumer for Fanout {
    fn consume(&self, batch: Batch) -> BoxFuture<'_, Outcome> {
        let items = batch.items();
        let mut calls: Vec<Call<'_>> = Vec::with_capacity(self.outputs.len());
        calls.extend(self.outputs.iter().map(|(_, output)| Call::Waiting(output.consume(batch.clone()))));
        drop(batch);
        Box::pin(async move {
            all(&mut calls).await;
            let names = self.outputs.iter().map(|(name, _)| name.as_str());
            combine(items, names.zip(calls.into_iter().map(Call::into_outcome)))
        })
    }
}

/// One output at work.
enum Call<'a> {
    Waiting(BoxFuture<'a, Outcome>),
    Done(Outcome),
}

impl Call<'_> {
    fn into_outcome(self) -> Outcome {
        match self {
            Call::Done(outcome) => outcome,
            Call::Waiting(_) => Err(Refused::retry("not finished")),
        }
    }
}

/// Waits until all are done. They are few, so all that are not are asked at each wake-up.
async fn all(calls: &mut [Call<'_>]) {
    poll_fn(|context| {
        let mut waiting = false;
        for call in calls.iter_mut() {
            if let Call::Waiting(future) = call {
                match future.as_mut().poll(context) {
                    Poll::Ready(outcome) => *call = Call::Done(outcome),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await
}

/// The answer for a batch of `items`, as the module's table says.
fn combine<'a>(items: usize, outcomes: impl Iterator<Item = (&'a str, Outcome)>) -> Outcome {
    let mut messages = String::new();
    let (mut retry, mut longest): (bool, Option<Duration>) = (false, None);
    let (mut refused, mut all_permanent) = (0, true);
    for (name, outcome) in outcomes {
        let message = match outcome {
            Ok(()) => {
                all_permanent = false;
                continue;
            }
            Err(Refused::Retry { after, message }) => {
                (retry, longest) = (true, longest.max(after));
                message
            }
            Err(Refused::Permanent { message }) => {
                refused = items;
                message
            }
            Err(Refused::Partial { items: some, message }) => {
                all_permanent = false;
                refused = refused.max(some.min(items));
                message
            }
        };
        if !messages.is_empty() {
            messages.push_str("; ");
        }
        messages.extend([name, ": ", &message]);
    }
    match messages.is_empty() {
        true => Ok(()),
        false if retry => Err(Refused::Retry { after: longest, message: messages }),
        false if all_permanent => Err(Refused::Permanent { message: messages }),
        false => Err(Refused::Partial { items: refused, message: messages }),
    }
}

/// An answer that is known already.
fn done(outcome: Outcome) -> BoxFuture<'static, Outcome> {
    Box::pin(ready(outcome))
}
