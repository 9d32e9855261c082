//! What a task adds up: turns, attempts, tokens, cost, models.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use codeagent_semconv::value::CostSource;

#[derive(Debug, Default)]
pub(super) struct Totals {
    attempts: AtomicU64,
    turns: AtomicU64,
    input: AtomicU64,
    output: AtomicU64,
    /// In millionths of a dollar: reported, computed.
    cost: [AtomicU64; 2],
    models: Mutex<Models>,
}

#[derive(Debug, Default)]
enum Models {
    #[default]
    None,
    One(String),
    Several,
}

const MILLIONTHS: f64 = 1e6;

impl Totals {
    /// The number of the attempt that begins.
    pub(super) fn attempt(&self) -> i64 {
        number(self.attempts.fetch_add(1, Relaxed) + 1)
    }

    pub(super) fn turn(&self) {
        self.turns.fetch_add(1, Relaxed);
    }

    pub(super) fn spend(&self, input: u64, output: u64) {
        self.input.fetch_add(input, Relaxed);
        self.output.fetch_add(output, Relaxed);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cost is not negative")]
    pub(super) fn pay(&self, amount: f64, source: CostSource<'_>) {
        let place = usize::from(!matches!(source, CostSource::Reported));
        self.cost[place].fetch_add((amount.max(0.0) * MILLIONTHS).round() as u64, Relaxed);
    }

    pub(super) fn use_model(&self, model: &str) {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        match &*models {
            Models::None => *models = Models::One(model.to_owned()),
            Models::One(known) if known != model => *models = Models::Several,
            _ => {}
        }
    }

    /// The model that did the task, where it is one.
    pub(super) fn model(&self) -> Option<String> {
        match &*self.models.lock().unwrap_or_else(PoisonError::into_inner) {
            Models::One(model) => Some(model.clone()),
            _ => None,
        }
    }

    pub(super) fn attempts(&self) -> u64 {
        self.attempts.load(Relaxed)
    }

    pub(super) fn turns(&self) -> u64 {
        self.turns.load(Relaxed)
    }

    /// Input with what caches held, output with reasoning.
    pub(super) fn tokens(&self) -> (u64, u64) {
        (self.input.load(Relaxed), self.output.load(Relaxed))
    }

    /// Costs of different sources are never added; those without any are left out.
    #[expect(clippy::cast_precision_loss, reason = "2^53 millionths are nine thousand million dollars")]
    pub(super) fn costs(&self) -> impl Iterator<Item = (CostSource<'static>, f64)> {
        let amount = |place: usize| self.cost[place].load(Relaxed) as f64 / MILLIONTHS;
        let costs = [(CostSource::Reported, amount(0)), (CostSource::Computed, amount(1))];
        costs.into_iter().filter(|(_, amount)| *amount > 0.0)
    }
}

/// Counts that the wire has as signed.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
