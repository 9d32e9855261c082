//! Decisions, and when they are due.

use std::sync::Arc;

use super::{Due, Group, Held, Kept, Now};
use crate::Reason;
use crate::holding::decisions::{Decided, Entry, Outcome};
use crate::holding::remembered::OutcomeId;
use crate::holding::{Occasion, Trigger, Verdict};

/// For what is kept without a rule.
const KEPT: Verdict = Verdict { is_kept: true, rule: None, threshold: None };
/// For what is dropped without a rule.
const DROPPED: Verdict = Verdict { is_kept: false, rule: None, threshold: None };

impl Held {
    /// Decides over every group whose wait is over.
    pub fn decide_due(&mut self, now: Now) {
        while let Some(due) = self.after_root.front().copied()
            && (due.at <= now.uptime || !self.is_waiting(due))
        {
            self.after_root.pop_front();
            if self.is_waiting(due) {
                self.decide(due.group, Trigger::RootSeen, now);
            }
        }
        while let Some(due) = self.waiting.front().copied()
            && (due.at <= now.uptime || !self.is_waiting(due))
        {
            self.waiting.pop_front();
            if self.is_waiting(due) {
                self.decide(due.group, Trigger::Waited, now);
            }
        }
    }

    /// Decides over everything that waits.
    pub fn decide_all(&mut self, now: Now) {
        while self.decide_oldest(Trigger::Stopping, now) {}
    }

    /// Decides early where more is held than may be: the oldest groups.
    pub fn stay_within_limits(&mut self, inlet: usize, now: Now) {
        while self.settings.groups_max.is_some_and(|most| self.groups.len() > most)
            && self.decide_oldest(Trigger::GroupsFull, now)
        {}
        while self.inlets[inlet].is_over() && self.decide_oldest(Trigger::BytesFull, now) {}
        while self.index_bytes() > self.index_bytes_max && self.decide_oldest(Trigger::BytesFull, now) {}
    }

    fn decide_oldest(&mut self, trigger: Trigger, now: Now) -> bool {
        while let Some(due) = self.waiting.pop_front() {
            if self.is_waiting(due) {
                self.decide(due.group, trigger, now);
                return true;
            }
        }
        false
    }

    fn is_waiting(&self, due: Due) -> bool {
        self.groups.get(due.group).is_some_and(|group| group.serial == due.serial)
    }

    /// Decides over a group, for good.
    pub(super) fn decide(&mut self, number: u32, trigger: Trigger, now: Now) {
        let Some(Group { evidence, chain, logs, .. }) = self.groups.remove(number) else { return };
        self.open.remove(&evidence.key);
        let outcome = if evidence.spans > 0 {
            let occasion = Occasion { trigger, uptime: now.uptime, unix_ms: now.unix_ms };
            let verdict = self.policies.decide(&evidence, &occasion);
            let outcome = self.outcome(verdict);
            self.remembered.put(&evidence.key, outcome);
            let decided = Decided::of(&evidence, logs, outcome, trigger, now.unix_ms);
            self.entries.push(Entry::Decided(decided));
            let is_early = matches!(trigger, Trigger::BytesFull | Trigger::GroupsFull | Trigger::GroupLarge);
            let told = self.outcomes.get(usize::from(outcome)).map(|outcome| &**outcome);
            self.meter.decided(outcome, told, is_early);
            outcome
        } else {
            // only log records: nothing was decided about the trace, which may still come
            self.outcome(if self.settings.keeps_orphans { KEPT } else { DROPPED })
        };
        let inlets = &mut self.inlets;
        self.pieces.of(chain).for_each(|piece| {
            inlets[usize::from(piece.inlet)].records.decide(piece.record, u32::from(piece.items));
        });
        if self.goes_on(outcome) {
            self.outgoing.push_back(Kept { key: evidence.key, outcome, chain });
            return;
        }
        let inlets = &mut self.inlets;
        self.pieces.forget(chain, &mut self.headers, |piece| {
            let inlet = &mut inlets[usize::from(piece.inlet)];
            inlet.records.settle(piece.record, u32::from(piece.items));
            inlet.token.lock().drop_items(Reason::Sampled, usize::from(piece.items));
        });
    }

    /// Whether what has this outcome goes on.
    pub(super) fn goes_on(&self, outcome: OutcomeId) -> bool {
        let is_kept = self.outcomes.get(usize::from(outcome)).is_none_or(|outcome| outcome.is_kept);
        is_kept || self.settings.is_dry_run
    }

    /// The outcome of items without a group.
    pub(super) fn outcome_of_none(&mut self) -> OutcomeId {
        self.outcome(KEPT)
    }

    fn outcome(&mut self, verdict: Verdict) -> OutcomeId {
        if let Some(known) = self.verdicts.get(&verdict) {
            return *known;
        }
        let rule = verdict.rule.and_then(|rule| self.rules.get(usize::from(rule)).cloned());
        let outcome = Outcome { is_kept: verdict.is_kept, rule, threshold: verdict.threshold };
        let number = self.decisions.lock().outcome(&outcome, &mut self.entries);
        if usize::from(number) == self.outcomes.len() {
            self.outcomes.push(Arc::new(outcome));
        }
        // thresholds of a rate may be many
        const VERDICTS_MAX: usize = 4096;
        if self.verdicts.len() < VERDICTS_MAX {
            self.verdicts.insert(verdict, number);
        }
        number
    }
}
