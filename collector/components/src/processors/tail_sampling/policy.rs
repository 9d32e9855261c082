//! Compiled policies, and what they say of the evidence.

use std::time::Duration;

use codeagent_pipeline::holding::Evidence;

use super::rates::{Bucket, Shares};

/// A policy.
#[derive(Debug)]
pub enum Policy {
    /// Keeps all.
    Always,
    /// Keeps what took at least so many milliseconds.
    Slow(u64),
    /// Keeps what took longer than the first and at most the second number of milliseconds.
    Took(u64, u64),
    /// Keeps what has so many spans.
    Spans(u64, u64),
    /// Keeps what has a mark.
    Mark(usize),
    /// Keeps a share: number of the chance.
    Chance(usize),
    /// Keeps what fits a rate of spans: number of the limit.
    SpanRate(usize),
    /// Keeps what fits a rate of bytes: number of the limit.
    ByteRate(usize),
    /// Keeps what the other does not.
    Not(Box<Policy>),
    /// Keeps what all keep.
    All(Vec<Policy>),
    /// Drops what all keep.
    Drop(Vec<Policy>),
    /// The first that keeps decides, within its share: number of the limit.
    Composite(usize, Vec<Policy>),
    /// Where all of the first keep, the second decides.
    Rule(Vec<Policy>, Box<Policy>),
}

/// What a policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// Keep it.
    Keep,
    /// Not of interest.
    Pass,
    /// Drop it, whatever others say.
    Drop,
}

impl Opinion {
    fn keep_if(condition: bool) -> Self {
        if condition { Opinion::Keep } else { Opinion::Pass }
    }
}

/// What remembers what was kept before.
#[derive(Debug)]
pub enum Limit {
    /// A rate.
    Bucket(Bucket),
    /// The parts of a rate.
    Shares(Shares),
}

/// What decides besides the evidence.
pub trait Circumstances {
    /// Whether a chance keeps it.
    fn chance(&mut self, number: usize) -> bool;
    /// Whether it fits a limit, which then has it.
    fn fits(&mut self, limit: usize, part: usize, amount: u64) -> bool;
}

/// A decision that counts.
pub struct Deciding<'a> {
    /// Whether each chance keeps it.
    pub chances: &'a dyn Fn(usize) -> bool,
    /// The limits.
    pub limits: &'a mut [Limit],
    /// A clock that never jumps.
    pub uptime: Duration,
    /// The second of the day's clock.
    pub second: u64,
}

impl Circumstances for Deciding<'_> {
    fn chance(&mut self, number: usize) -> bool {
        (self.chances)(number)
    }

    fn fits(&mut self, limit: usize, part: usize, amount: u64) -> bool {
        match self.limits.get_mut(limit) {
            Some(Limit::Bucket(bucket)) => bucket.take(amount, self.uptime),
            Some(Limit::Shares(shares)) => shares.take(part, amount, self.second),
            None => false,
        }
    }
}

/// A question only: nothing is taken from limits, which all say the same.
pub struct Asking<'a> {
    /// Whether each chance keeps it.
    pub chances: &'a dyn Fn(usize) -> bool,
    /// What every limit says.
    pub fits: bool,
}

impl Circumstances for Asking<'_> {
    fn chance(&mut self, number: usize) -> bool {
        (self.chances)(number)
    }

    fn fits(&mut self, _: usize, _: usize, _: u64) -> bool {
        self.fits
    }
}

impl Policy {
    /// What it says. Of several in one the first that disagrees ends it, so that later limits are not used up.
    pub fn opinion(&self, evidence: &Evidence, circumstances: &mut dyn Circumstances) -> Opinion {
        let spans = u64::from(evidence.spans);
        let milliseconds = || u64::try_from(evidence.duration().as_millis()).unwrap_or(u64::MAX);
        match self {
            Policy::Always => Opinion::Keep,
            Policy::Slow(least) => Opinion::keep_if(milliseconds() >= *least),
            Policy::Took(over, most) => {
                let took = milliseconds();
                Opinion::keep_if(took > *over && took <= *most)
            }
            Policy::Spans(least, most) => Opinion::keep_if((*least..=*most).contains(&spans)),
            Policy::Mark(number) => Opinion::keep_if(evidence.marks.has(*number)),
            Policy::Chance(number) => Opinion::keep_if(circumstances.chance(*number)),
            Policy::SpanRate(limit) => Opinion::keep_if(circumstances.fits(*limit, 0, spans)),
            Policy::ByteRate(limit) => Opinion::keep_if(circumstances.fits(*limit, 0, evidence.bytes)),
            Policy::Not(policy) => Opinion::keep_if(policy.opinion(evidence, circumstances) != Opinion::Keep),
            Policy::All(policies) => Opinion::keep_if(all(policies, evidence, circumstances)),
            Policy::Drop(policies) if all(policies, evidence, circumstances) => Opinion::Drop,
            Policy::Drop(_) => Opinion::Pass,
            Policy::Composite(limit, policies) => {
                let keeps = |policy: &Policy| policy.opinion(evidence, circumstances) == Opinion::Keep;
                let first = policies.iter().position(keeps);
                Opinion::keep_if(first.is_some_and(|part| circumstances.fits(*limit, part, spans)))
            }
            Policy::Rule(when, then) => match all(when, evidence, circumstances) {
                false => Opinion::Pass,
                true if then.opinion(evidence, circumstances) == Opinion::Keep => Opinion::Keep,
                true => Opinion::Drop,
            },
        }
    }
}

fn all(policies: &[Policy], evidence: &Evidence, circumstances: &mut dyn Circumstances) -> bool {
    policies.iter().all(|policy| policy.opinion(evidence, circumstances) == Opinion::Keep)
}
