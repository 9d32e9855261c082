//! What is written about decisions.

use crate::holding::remembered::OutcomeId;
use crate::holding::{Evidence, Trigger};
use crate::sampling::Threshold;

/// What a decision can be: few, however many decisions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// Whether the group goes on.
    pub is_kept: bool,
    /// The rule that decided, by name.
    pub rule: Option<String>,
    /// The threshold that kept it.
    pub threshold: Option<Threshold>,
}

/// A decision, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The group.
    pub key: [u8; 16],
    /// What was decided.
    pub outcome: OutcomeId,
    /// Why then.
    pub trigger: Trigger,
    /// When, Unix milliseconds.
    pub unix_ms: u64,
    /// Spans of the group.
    pub spans: u32,
    /// Log records of the group.
    pub logs: u32,
    /// Bytes of the spans.
    pub bytes: u64,
    /// From the first start to the last end, nanoseconds.
    pub duration_nano: u64,
    /// Whether a span had failed.
    pub has_error: bool,
    /// Whether the root was there.
    pub has_root: bool,
}

/// One thing to be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A number stands for this outcome from here on.
    Outcome(OutcomeId, Outcome),
    /// A number stands for the log of this pipeline from here on.
    Inlet(u8, String),
    /// A group was decided.
    Decided(Decided),
    /// Of a kept group, what stands in these records of a log was delivered, or refused for good.
    Delivered {
        /// The log.
        inlet: u8,
        /// The group.
        key: [u8; 16],
        /// The number of the first record.
        from: u64,
        /// Behind the last one.
        upto: u64,
    },
    /// Items came after the decision, and followed it.
    Late {
        /// The group.
        key: [u8; 16],
        /// How many.
        items: u32,
        /// When, Unix milliseconds.
        unix_ms: u64,
    },
}

impl Decided {
    /// What was known when `evidence` was decided over.
    pub fn of(evidence: &Evidence, logs: u32, outcome: OutcomeId, trigger: Trigger, unix_ms: u64) -> Self {
        let duration = evidence.end_nano.saturating_sub(evidence.start_nano);
        Decided {
            key: evidence.key,
            outcome,
            trigger,
            unix_ms,
            spans: evidence.spans,
            logs,
            bytes: evidence.bytes,
            duration_nano: duration,
            has_error: evidence.has_error,
            has_root: evidence.has_root,
        }
    }
}

impl Entry {
    /// Appends the entry to `out`. All numbers are little-endian.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Entry::Outcome(id, outcome) => {
                let rule = outcome.rule.as_deref().unwrap_or_default().as_bytes();
                let rule = &rule[..rule.len().min(usize::from(u16::MAX))];
                let flags = u8::from(outcome.is_kept)
                    | u8::from(outcome.rule.is_some()) << 1
                    | u8::from(outcome.threshold.is_some()) << 2;
                out.push(1);
                out.extend(id.to_le_bytes());
                out.push(flags);
                out.extend(outcome.threshold.map_or(0, Threshold::to_bits).to_le_bytes());
                out.extend((rule.len() as u16).to_le_bytes());
                out.extend(rule);
            }
            Entry::Inlet(id, name) => {
                let name = &name.as_bytes()[..name.len().min(usize::from(u16::MAX))];
                out.extend([2, *id]);
                out.extend((name.len() as u16).to_le_bytes());
                out.extend(name);
            }
            Entry::Decided(decided) => {
                out.push(3);
                out.extend(decided.key);
                out.extend(decided.outcome.to_le_bytes());
                let flags = u8::from(decided.has_error) | u8::from(decided.has_root) << 1;
                out.extend([decided.trigger as u8, flags]);
                out.extend(decided.unix_ms.to_le_bytes());
                out.extend(decided.spans.to_le_bytes());
                out.extend(decided.logs.to_le_bytes());
                out.extend(decided.bytes.to_le_bytes());
                out.extend(decided.duration_nano.to_le_bytes());
            }
            Entry::Delivered { inlet, key, from, upto } => {
                out.extend([4, *inlet]);
                out.extend(key);
                out.extend(from.to_le_bytes());
                out.extend(upto.to_le_bytes());
            }
            Entry::Late { key, items, unix_ms } => {
                out.push(5);
                out.extend(key);
                out.extend(items.to_le_bytes());
                out.extend(unix_ms.to_le_bytes());
            }
        }
    }

    /// Takes the entry at the head of `bytes`; nothing at their end, or where there is none.
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut input = Input(bytes);
        let entry = match input.take::<1>()?[0] {
            1 => {
                let (id, flags) = (u16::from_le_bytes(input.take()?), input.take::<1>()?[0]);
                let bits = u64::from_le_bytes(input.take()?);
                let rule = input.text()?;
                let outcome = Outcome {
                    is_kept: flags & 1 != 0,
                    rule: (flags & 2 != 0).then_some(rule),
                    threshold: (flags & 4 != 0).then(|| Threshold::of_bits(bits, 56)),
                };
                Entry::Outcome(id, outcome)
            }
            2 => Entry::Inlet(input.take::<1>()?[0], input.text()?),
            3 => {
                let (key, outcome) = (input.take()?, u16::from_le_bytes(input.take()?));
                let [trigger, flags] = input.take()?;
                Entry::Decided(Decided {
                    key,
                    outcome,
                    trigger: *Trigger::ALL.get(usize::from(trigger))?,
                    unix_ms: u64::from_le_bytes(input.take()?),
                    spans: u32::from_le_bytes(input.take()?),
                    logs: u32::from_le_bytes(input.take()?),
                    bytes: u64::from_le_bytes(input.take()?),
                    duration_nano: u64::from_le_bytes(input.take()?),
                    has_error: flags & 1 != 0,
                    has_root: flags & 2 != 0,
                })
            }
            4 => Entry::Delivered {
                inlet: input.take::<1>()?[0],
                key: input.take()?,
                from: u64::from_le_bytes(input.take()?),
                upto: u64::from_le_bytes(input.take()?),
            },
            5 => Entry::Late {
                key: input.take()?,
                items: u32::from_le_bytes(input.take()?),
                unix_ms: u64::from_le_bytes(input.take()?),
            },
            _ => return None,
        };
        *bytes = input.0;
        Some(entry)
    }
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    fn text(&mut self) -> Option<String> {
        let length = u16::from_le_bytes(self.take()?);
        let (head, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some(String::from_utf8_lossy(head).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let outcome = Outcome {
            is_kept: true,
            rule: Some("errors".to_owned()),
            threshold: Threshold::of_probability(0.1, 4),
        };
        let none = Outcome { is_kept: false, rule: None, threshold: None };
        let mut evidence = Evidence::new([7; 16]);
        (evidence.start_nano, evidence.end_nano, evidence.spans, evidence.has_error) = (5, 9, 3, true);
        let entries = [
            Entry::Outcome(1, outcome),
            Entry::Outcome(2, none),
            Entry::Inlet(3, "traces/eu".to_owned()),
            Entry::Decided(Decided::of(&evidence, 2, 1, Trigger::GroupLarge, 1_700_000_000_000)),
            Entry::Delivered { inlet: 3, key: [7; 16], from: 10, upto: u64::MAX },
            Entry::Late { key: [7; 16], items: 4, unix_ms: 1 },
        ];
        let mut written = Vec::new();
        entries.iter().for_each(|entry| entry.write(&mut written));
        let mut rest = &written[..];
        let read: Vec<_> = std::iter::from_fn(|| Entry::read(&mut rest)).collect();
        assert_eq!(read, entries);
        for cut in 0..written.len() {
            let mut rest = &written[..cut];
            assert!(std::iter::from_fn(|| Entry::read(&mut rest)).count() < entries.len());
        }
    }
}
