//! Batches into requests: translation and writing together.

use codeagent_pipeline::{Batch, Rejection};

use super::collected::Collected;
use super::cumulative::Cumulative;
use super::request::{Request, Version};
use super::settings::Settings;
use super::translate::{Rules, Translator};
use super::write::{Limits, Writer};

/// Turns batches into requests.
pub struct Encoder {
    translator: Translator,
    writer: Writer,
    collected: Collected,
    limits: Limits,
}

impl Default for Encoder {
    /// With the default settings.
    fn default() -> Self {
        Settings::default_encoder()
    }
}

impl Encoder {
    /// Translates by `rules`, sums deltas in `cumulative`, cuts by `limits`.
    pub(super) fn new(rules: Rules, cumulative: Cumulative, limits: Limits) -> Self {
        let translator = Translator::new(rules, cumulative);
        Encoder { translator, writer: Writer::default(), collected: Collected::default(), limits }
    }

    /// The batch as requests, and what they leave out.
    pub fn encode(&mut self, batch: &Batch, version: Version) -> (Vec<Request>, Vec<Rejection>) {
        if self.translator.is_full() {
            self.translator.forget();
            self.writer.forget();
        }
        self.collected.clear();
        self.translator.translate(batch, &mut self.collected);
        self.collected.arrange(&self.translator.known);
        let requests = self.writer.write(&mut self.translator.known, &self.collected, version, self.limits);
        (requests, self.collected.flaws.take())
    }

    /// Roughly the memory that holds what is known of series, in bytes.
    #[cfg(test)]
    pub fn known_bytes(&self) -> usize {
        self.translator.known.bytes()
    }
}
