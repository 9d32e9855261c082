//! What a holding processor brings: how spans are judged. The runtime around it keeps, groups, waits and delivers.

use std::time::Duration;

use crate::otlp::views::{Resource, Scope, Span};
use crate::sampling::{Randomness, Threshold};

/// Judges groups of spans (a trace, or a session) that are held until it does.
///
/// Each span is looked at once, when it is read from the hold; what a decision needs of it goes into the group's
/// [`Evidence`]. So a group that is dropped is never read again.
pub trait Policies: Send + 'static {
    /// The names of the rules, in an order that [`Verdict::rule`] counts from 0. At most 254.
    fn rules(&self) -> Vec<String>;

    /// Looks at a resource, once for each time that it stands in a request. The marks are set in the evidence of all
    /// groups that have spans under it.
    fn observe_resource(&self, _resource: &Resource<'_>) -> Marks {
        Marks::default()
    }

    /// Looks at a span, once. Counts, times and the marks of the resource are in `evidence` already, this span's
    /// included.
    fn observe_span(
        &self,
        span: &Span<'_>,
        scope: &Scope<'_>,
        resource: &Resource<'_>,
        evidence: &mut Evidence,
    );

    /// Decides over a group. It is asked once for each; state such as a rate's may change. It must not block.
    fn decide(&mut self, evidence: &Evidence, occasion: &Occasion) -> Verdict;

    /// The randomness that a threshold of `rule` was compared with, where that is not the trace's own: it is written beside the
    /// threshold (`rv`), so that the threshold means what it says.
    fn randomness(&self, _key: &[u8; 16], _rule: Option<&str>) -> Option<Randomness> {
        None
    }
}

/// What is known of a group without reading its spans again. Kept small: there may be a million.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The trace id; of a session the first 16 bytes of a hash of its id.
    pub key: [u8; 16],
    /// The earliest start, Unix nanoseconds; [`u64::MAX`] before the first span.
    pub start_nano: u64,
    /// The latest end, Unix nanoseconds.
    pub end_nano: u64,
    /// Bytes of the spans' messages.
    pub bytes: u64,
    /// How many spans.
    pub spans: u32,
    /// Whether one of them has the status `error`.
    pub has_error: bool,
    /// Whether one of them has no parent.
    pub has_root: bool,
    /// What the policies found.
    pub marks: Marks,
}

impl Evidence {
    /// Of no span yet.
    pub fn new(key: [u8; 16]) -> Self {
        Evidence {
            key,
            start_nano: u64::MAX,
            end_nano: 0,
            bytes: 0,
            spans: 0,
            has_error: false,
            has_root: false,
            marks: Marks::default(),
        }
    }

    /// Adds what every group is asked about: counts, times, the status, the root.
    pub fn add(&mut self, span: &Span<'_>) {
        const ERROR: i32 = 2;
        self.start_nano = self.start_nano.min(span.start_time_unix_nano);
        self.end_nano = self.end_nano.max(span.end_time_unix_nano);
        self.bytes += span.raw.len() as u64;
        self.spans = self.spans.saturating_add(1);
        self.has_error |= span.status.code == ERROR;
        self.has_root |= span.parent_span_id.iter().all(|byte| *byte == 0);
    }

    /// From the earliest start to the latest end.
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.end_nano.saturating_sub(self.start_nano))
    }
}

/// A set of small numbers: which conditions of the policies something met. The first 64 need no memory of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    first: u64,
    more: Option<Box<[u64]>>,
}

impl Marks {
    /// Puts `number` in.
    pub fn set(&mut self, number: usize) {
        match number.checked_sub(64) {
            None => self.first |= 1 << number,
            Some(beyond) => {
                if let Some(word) = self.words(beyond / 64 + 1).get_mut(beyond / 64) {
                    *word |= 1 << (beyond % 64);
                }
            }
        }
    }

    /// Whether `number` is in.
    pub fn has(&self, number: usize) -> bool {
        let word = match number.checked_sub(64) {
            None => Some(&self.first),
            Some(beyond) => self.more.as_ref().and_then(|words| words.get(beyond / 64)),
        };
        word.is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Puts all of `other` in.
    pub fn merge(&mut self, other: &Marks) {
        self.first |= other.first;
        if let Some(more) = &other.more {
            self.words(more.len()).iter_mut().zip(more).for_each(|(word, other)| *word |= other);
        }
    }

    /// Bytes beyond the size of the type.
    pub fn heap_bytes(&self) -> usize {
        self.more.as_ref().map_or(0, |words| size_of_val(&**words))
    }

    /// The words behind the first, at least `count`.
    fn words(&mut self, count: usize) -> &mut [u64] {
        let words = self.more.get_or_insert_default();
        if words.len() < count {
            let mut longer = words.to_vec();
            longer.resize(count, 0);
            *words = longer.into();
        }
        words
    }
}

/// When and why a decision is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// Why now.
    pub trigger: Trigger,
    /// Time since the holder started, by a clock that never jumps: for rates.
    pub uptime: Duration,
    /// Unix milliseconds: for people.
    pub unix_ms: u64,
}

/// Why a group is decided now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// It waited for as long as it should.
    Waited,
    /// It waited for as long as it should after its root had come.
    RootSeen,
    /// The bytes that may be held are used up, and it is the oldest.
    BytesFull,
    /// The number of groups that may be held is reached, and it is the oldest.
    GroupsFull,
    /// The group itself is larger than one may be.
    GroupLarge,
    /// The collector stops and what is held is only in memory.
    Stopping,
}

impl Trigger {
    /// All of them, in the order of their numbers.
    pub const ALL: [Trigger; 6] = [
        Trigger::Waited,
        Trigger::RootSeen,
        Trigger::BytesFull,
        Trigger::GroupsFull,
        Trigger::GroupLarge,
        Trigger::Stopping,
    ];

    /// For people and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Trigger::Waited => "waited",
            Trigger::RootSeen => "root_seen",
            Trigger::BytesFull => "bytes_full",
            Trigger::GroupsFull => "groups_full",
            Trigger::GroupLarge => "group_large",
            Trigger::Stopping => "stopping",
        }
    }
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// Whether the group goes on.
    pub is_kept: bool,
    /// The rule that decided, counted as in [`Policies::rules`]; nothing where none applied.
    pub rule: Option<u8>,
    /// The threshold that kept it, for `ot=th`: [`Threshold::ALWAYS`] where chance had no part in it, nothing where no
    /// probability is known.
    pub threshold: Option<Threshold>,
}

/// Where a group's key is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeySource {
    /// The trace id.
    #[default]
    TraceId,
    /// The text of an attribute of the item or, where it has none, of its resource; the trace id where there is
    /// neither.
    Attribute(String),
}

/// How a holder waits, and what it may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldSettings {
    /// How a group's items are known.
    pub key: KeySource,
    /// From a group's first span to its decision.
    pub wait: Duration,
    /// From its root to its decision, where that is earlier.
    pub wait_after_root: Option<Duration>,
    /// Bytes that may wait for a decision; the oldest group is decided when they are used up. Nothing: what the storage takes.
    pub bytes_max: Option<u64>,
    /// Groups that may wait for a decision; the oldest is decided when there are more.
    pub groups_max: Option<usize>,
    /// Bytes of spans of one group at which it is decided at once; what comes later follows.
    pub group_bytes_max: Option<u64>,
    /// Decisions that are remembered, for what comes late.
    pub decisions_max: usize,
    /// Whether log records are kept whose trace does not show up while they wait.
    pub keeps_orphans: bool,
    /// Whether nothing is dropped: decisions are made, noted and told, no more.
    pub is_dry_run: bool,
}

impl Default for HoldSettings {
    fn default() -> Self {
        HoldSettings {
            key: KeySource::default(),
            wait: Duration::from_secs(30),
            wait_after_root: None,
            bytes_max: None,
            groups_max: None,
            group_bytes_max: None,
            decisions_max: 2_000_000,
            keeps_orphans: true,
            is_dry_run: false,
        }
    }
}

/// What a holding processor's section becomes, for one pipeline.
pub struct Holding {
    /// The extension that keeps what is held, where the section names one. Else the only one that there is; without any it is
    /// held in memory.
    pub storage: Option<codeagent_config::ComponentId>,
    /// How it waits.
    pub settings: HoldSettings,
    /// Who decides. In a pipeline of logs nobody is asked: they follow the spans of the processor of the same id.
    pub policies: Box<dyn Policies>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_have_what_was_set_or_merged_and_nothing_else() {
        let (mut one, mut other) = (Marks::default(), Marks::default());
        [0, 63, 64].into_iter().for_each(|number| one.set(number));
        [5, 200].into_iter().for_each(|number| other.set(number));
        one.merge(&other);
        let set: Vec<_> = (0..400).filter(|number| one.has(*number)).collect();
        assert_eq!(set, [0, 5, 63, 64, 200]);
        assert_eq!(Marks::default().heap_bytes(), 0);
    }
}
