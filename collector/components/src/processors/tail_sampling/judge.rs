//! The policies together: what is asked of spans, and the decision.

use codeagent_pipeline::holding::{Evidence, Marks, Occasion, Policies, Verdict};
use codeagent_pipeline::otlp::views::{Resource, Scope, Span};
use codeagent_pipeline::sampling::{Randomness, Threshold};

use super::chance::{Chance, Salt, randomness, threshold_of};
use super::conditions::Conditions;
use super::config::Mode;
use super::policy::{Asking, Circumstances, Deciding, Limit, Opinion, Policy};

/// All policies of a processor.
pub struct Judge {
    /// Names, in the order in which they were written.
    pub names: Vec<String>,
    /// Policies with the number of their name, in the order in which they are asked.
    pub policies: Vec<(u8, Policy)>,
    /// What is asked of spans.
    pub conditions: Conditions,
    /// The shares.
    pub chances: Vec<Chance>,
    /// The salts of the shares.
    pub salts: Vec<Salt>,
    /// What remembers.
    pub limits: Vec<Limit>,
    /// How policies stand to one another.
    pub mode: Mode,
    /// Whether one that keeps ends the asking.
    pub stops_at_first: bool,
}

impl Judge {
    /// Whether the trace is kept, and the policy that says so.
    fn ask(&self, evidence: &Evidence, circumstances: &mut dyn Circumstances) -> (bool, Option<u8>) {
        let mut keeper = None;
        for (name, policy) in &self.policies {
            match policy.opinion(evidence, circumstances) {
                Opinion::Pass => {}
                Opinion::Drop => return (false, Some(*name)),
                Opinion::Keep => {
                    keeper = keeper.or(Some(*name));
                    if self.stops_at_first || self.mode == Mode::FirstMatch {
                        break;
                    }
                }
            }
        }
        (keeper.is_some(), keeper)
    }

    /// The threshold that says when the trace is kept. Nothing where none would say so: a limit had part in it, or see
    /// [`threshold_of`].
    fn threshold(&self, evidence: &Evidence) -> Option<Threshold> {
        let threshold = |fits| {
            let keeps = |chances: &dyn Fn(usize) -> bool| self.ask(evidence, &mut Asking { chances, fits }).0;
            threshold_of(&self.chances, self.salts.len(), keeps)
        };
        let least = threshold(false)?;
        (self.limits.is_empty() || threshold(true) == Some(least)).then_some(least)
    }
}

impl Policies for Judge {
    fn rules(&self) -> Vec<String> {
        self.names.clone()
    }

    fn observe_resource(&self, resource: &Resource<'_>) -> Marks {
        self.conditions.of_resource(resource)
    }

    fn observe_span(
        &self,
        span: &Span<'_>,
        scope: &Scope<'_>,
        resource: &Resource<'_>,
        evidence: &mut Evidence,
    ) {
        self.conditions.of_span(span, scope, resource, evidence);
    }

    fn decide(&mut self, evidence: &Evidence, occasion: &Occasion) -> Verdict {
        let hashes: Vec<u64> = self.salts.iter().map(|salt| salt.hash(&evidence.key)).collect();
        let keeps: Vec<bool> = self.chances.iter().map(|chance| hashes[chance.salt] <= chance.most).collect();
        let mut limits = std::mem::take(&mut self.limits);
        let mut deciding = Deciding {
            chances: &|number| keeps[number],
            limits: &mut limits,
            uptime: occasion.uptime,
            second: occasion.unix_ms / 1000,
        };
        let (is_kept, rule) = self.ask(evidence, &mut deciding);
        self.limits = limits;
        let threshold = if is_kept { self.threshold(evidence) } else { None };
        Verdict { is_kept, rule, threshold }
    }

    fn randomness(&self, key: &[u8; 16], _: Option<&str>) -> Option<Randomness> {
        // with several salts no threshold is told
        let [salt] = self.salts.as_slice() else { return None };
        Some(randomness(salt.hash(key)))
    }
}
