//! What people order of a queue that is at work.

use std::io;
use std::sync::Arc;

use super::DurableQueue;
use super::queue::Running;
use crate::log::{Replay, Selection, TakenOut};
use crate::{Refused, Signal};

impl DurableQueue {
    /// The signal of its pipeline.
    pub fn signal(&self) -> Signal {
        self.node.signal
    }

    /// Sends dead letters again, each to the destination that had refused it.
    ///
    /// # Errors
    /// The queue or its dead letters are not open. What was done before a later error is in the answer.
    pub async fn replay(&self, selection: &Selection) -> Result<TakenOut, Refused> {
        let running = self.at_work()?;
        let dead = running.opened.dead_letters.log().await?;
        let out = dead.take_out(selection, Replay::Into(&running.opened.log)).await;
        let items = usize::try_from(out.items).unwrap_or(usize::MAX);
        running.held.lock().absorb(self.node.enter(items));
        Ok(out)
    }

    /// Drops dead letters.
    ///
    /// # Errors
    /// The queue or its dead letters are not open.
    pub async fn drop_letters(&self, selection: &Selection) -> Result<TakenOut, Refused> {
        let running = self.at_work()?;
        Ok(running.opened.dead_letters.log().await?.take_out(selection, Replay::Nowhere).await)
    }

    /// Gives up what `exporter` has not got, and forgets it where nobody reads for it: how many items. What is on its way
    /// may still arrive. Blocks.
    ///
    /// # Errors
    /// The queue is not open, or the progress cannot be written.
    pub fn drop_backlog(&self, exporter: &str) -> io::Result<u64> {
        let running = self.at_work().map_err(|refused| io::Error::other(refused.to_string()))?;
        let log = &running.opened.log;
        let is_read = running.readers.lock().iter().any(|(name, _)| name == exporter);
        if is_read { log.give_up(exporter) } else { log.forget(exporter) }
    }

    fn at_work(&self) -> Result<Arc<Running>, Refused> {
        self.running.lock().clone().ok_or_else(|| Refused::retry("the queue is not open"))
    }
}
