//! A record comes in: its items go to their groups, or where their group's decision says.

use std::time::Duration;

use super::{Due, Group, Held, Kept, Key, NO_KEY, Now};
use crate::holding::decisions::Entry;
use crate::holding::pieces::{Chain, Piece};
use crate::holding::records::RecordId;
use crate::holding::remembered::OutcomeId;
use crate::holding::{Evidence, KeySource, Marks, Trigger};
use crate::log::Logged;
use crate::otlp::views::{AnyValue, LogRecord, Resource, Scope, Span, View};
use crate::otlp::wire::{Fields, Value};
use crate::{Reason, Signal};

/// Items in a piece.
const PIECE_ITEMS_MAX: u16 = u16::MAX;

/// Where an item goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// Its group waits.
    Group(u32),
    /// On: its group was kept, or it has none.
    On(OutcomeId),
    /// Nowhere: its group was dropped.
    Nowhere,
    /// Nowhere: it was delivered before the start.
    Delivered,
}

/// A record that is being taken.
struct Taking {
    inlet: usize,
    record: RecordId,
    sequence: u64,
    arrived: Duration,
    now: Now,
    /// It was there before the start: nothing about it is late.
    is_read_again: bool,
    run: Option<Run>,
    last: Option<(Key, Target)>,
    /// What goes on, by group: it is few.
    on: Vec<Kept>,
    nowhere: usize,
    delivered: usize,
    late: usize,
    /// Items that came late, by group.
    late_groups: Vec<(Key, u32)>,
    large: Vec<u32>,
    group_header: Vec<u8>,
    scope_header: Vec<u8>,
}

/// Items of one target that stand one after the other.
struct Run {
    key: Key,
    target: Target,
    start: usize,
    end: usize,
    items: u16,
}

/// An item, whatever the signal.
enum Seen<'a> {
    Span(Span<'a>),
    Log(LogRecord<'a>),
}

impl Held {
    /// Takes a record that was read from the log of `inlet`.
    pub fn take(&mut self, inlet: usize, logged: &Logged, now: Now) {
        let (_, end) = logged.places;
        let payload = logged.batch.to_contiguous();
        let items = logged.batch.items();
        let into = &mut self.inlets[inlet];
        let record = into.records.push(end, logged.at, payload.len(), items);
        let age = logged.time_ms.map_or(0, |accepted| now.unix_ms.saturating_sub(accepted));
        let age = Duration::from_millis(age).min(self.settings.wait);
        let mut taking = Taking {
            inlet,
            record,
            sequence: end.sequence.saturating_sub(1),
            // what was accepted before the start has waited already
            arrived: now.uptime.saturating_sub(age),
            now,
            is_read_again: end.sequence <= into.found_upto.sequence,
            run: None,
            last: None,
            on: Vec::new(),
            nowhere: 0,
            delivered: 0,
            late: 0,
            late_groups: Vec::new(),
            large: Vec::new(),
            group_header: Vec::new(),
            scope_header: Vec::new(),
        };
        self.take_payload(&mut taking, &payload);
        self.finish(taking);
        self.inlets[inlet].read_upto = end;
        self.stay_within_limits(inlet, now);
    }

    fn take_payload(&mut self, taking: &mut Taking, payload: &[u8]) {
        for (field, value) in Fields::new(payload) {
            let (1, Value::Bytes(group)) = (field, value) else { continue };
            let resource = header(group, &mut taking.group_header);
            let resource = Resource::view(resource);
            let marks = match self.inlets[taking.inlet].signal {
                Signal::Traces => self.policies.observe_resource(&resource),
                _ => Marks::default(),
            };
            for (field, value) in Fields::new(group) {
                if let (2, Value::Bytes(scope)) = (field, value) {
                    self.take_scope(taking, payload, scope, &resource, &marks);
                }
            }
        }
    }

    fn take_scope(
        &mut self,
        taking: &mut Taking,
        payload: &[u8],
        group: &[u8],
        resource: &Resource<'_>,
        marks: &Marks,
    ) {
        let is_spans = self.inlets[taking.inlet].signal == Signal::Traces;
        let scope = Scope::view(header(group, &mut taking.scope_header));
        let mut fields = Fields::new(group);
        while let Some((raw, field, value)) = fields.next_raw() {
            let (2, Value::Bytes(item)) = (field, value) else { continue };
            let seen = if is_spans { Seen::Span(Span::view(item)) } else { Seen::Log(LogRecord::view(item)) };
            let key = self.key_of(&seen, resource);
            let target = match taking.last {
                Some((last, target)) if last == key => target,
                _ => {
                    let target = self.target(taking, key);
                    taking.last = Some((key, target));
                    target
                }
            };
            if let Target::Group(group) = target {
                self.observe(taking, group, &seen, &scope, resource, marks);
            }
            // both are parts of the same buffer
            let start = raw.as_ptr() as usize - payload.as_ptr() as usize;
            self.extend_run(taking, payload, key, target, start, raw.len());
        }
        // the next item has another header
        self.end_run(taking, payload);
    }

    fn key_of(&self, seen: &Seen<'_>, resource: &Resource<'_>) -> Key {
        let trace_id = match seen {
            Seen::Span(span) => span.trace_id,
            Seen::Log(record) => record.trace_id,
        };
        let own = || trace_id.try_into().unwrap_or(NO_KEY);
        let KeySource::Attribute(name) = &self.settings.key else { return own() };
        let mut attributes = match seen {
            Seen::Span(span) => span.attributes(),
            Seen::Log(record) => record.attributes(),
        };
        let attribute = attributes.find(|attribute| attribute.key == name);
        let text = match attribute.map(|attribute| attribute.value) {
            Some(AnyValue::String(text)) => Some(text),
            _ => resource.text(name),
        };
        text.filter(|text| !text.is_empty()).map_or_else(own, key_of_text)
    }

    /// Where items with `key` go.
    fn target(&mut self, taking: &Taking, key: Key) -> Target {
        if !self.past.is_empty() && self.was_delivered(taking, key) {
            return Target::Delivered;
        }
        if key == NO_KEY {
            return Target::On(self.outcome_of_none());
        }
        if let Some(group) = self.open.get(&key) {
            return Target::Group(*group);
        }
        match self.remembered.get(&key) {
            Some(outcome) if self.goes_on(outcome) => Target::On(outcome),
            Some(_) => Target::Nowhere,
            None => Target::Group(self.begin_group(key, taking.arrived)),
        }
    }

    fn was_delivered(&self, taking: &Taking, key: Key) -> bool {
        let inlet = self.inlets[taking.inlet].journal;
        let deliveries = self.past.get(&(inlet, key)).map(Vec::as_slice).unwrap_or_default();
        deliveries.iter().any(|(from, upto)| (*from..*upto).contains(&taking.sequence))
    }

    fn begin_group(&mut self, key: Key, arrived: Duration) -> u32 {
        let serial = self.new_serial();
        let group = Group { evidence: Evidence::new(key), chain: Chain::default(), serial, logs: 0 };
        let group = self.groups.insert(group);
        self.open.insert(key, group);
        self.waiting.push_back(Due { at: arrived + self.settings.wait, group, serial });
        group
    }

    fn new_serial(&mut self) -> u32 {
        self.next_serial = self.next_serial.wrapping_add(1);
        self.next_serial
    }

    fn observe(
        &mut self,
        taking: &mut Taking,
        number: u32,
        seen: &Seen<'_>,
        scope: &Scope<'_>,
        resource: &Resource<'_>,
        marks: &Marks,
    ) {
        let Some(group) = self.groups.get_mut(number) else { return };
        let Seen::Span(span) = seen else {
            group.logs = group.logs.saturating_add(1);
            return;
        };
        let (had_root, had_logs_only) =
            (group.evidence.has_root, group.evidence.spans == 0 && group.logs > 0);
        group.evidence.add(span);
        group.evidence.marks.merge(marks);
        self.policies.observe_span(span, scope, resource, &mut group.evidence);
        let (bytes, before) = (group.evidence.bytes, group.evidence.bytes - span.raw.len() as u64);
        let has_root = group.evidence.has_root;
        if self.settings.group_bytes_max.is_some_and(|most| bytes > most && before <= most) {
            taking.large.push(number);
        }
        if had_logs_only {
            // its logs were there before: the wait is for spans
            let serial = self.new_serial();
            if let Some(group) = self.groups.get_mut(number) {
                group.serial = serial;
            }
            let at = taking.arrived + self.settings.wait;
            self.waiting.push_back(Due { at, group: number, serial });
        }
        if let Some(wait) = self.settings.wait_after_root
            && has_root
            && !had_root
            && let Some(group) = self.groups.get(number)
        {
            let due = Due { at: taking.arrived + wait, group: number, serial: group.serial };
            self.after_root.push_back(due);
        }
    }

    fn extend_run(
        &mut self,
        taking: &mut Taking,
        payload: &[u8],
        key: Key,
        target: Target,
        start: usize,
        bytes: usize,
    ) {
        match &mut taking.run {
            Some(run)
                if run.key == key
                    && run.target == target
                    && run.end == start
                    && run.items < PIECE_ITEMS_MAX =>
            {
                run.end += bytes;
                run.items += 1;
            }
            _ => {
                self.end_run(taking, payload);
                taking.run = Some(Run { key, target, start, end: start + bytes, items: 1 });
            }
        }
    }

    fn end_run(&mut self, taking: &mut Taking, payload: &[u8]) {
        let Some(Run { key, target, start, end, items }) = taking.run.take() else { return };
        let count = usize::from(items);
        match target {
            Target::Delivered => taking.delivered += count,
            Target::Nowhere => {
                taking.nowhere += count;
                taking.is_late(key, items);
            }
            Target::Group(_) | Target::On(_) => {
                let header = self.headers.take(&taking.group_header, &taking.scope_header);
                let bytes = payload.get(start..end).unwrap_or_default();
                let piece = Piece::new(taking.inlet as u8, taking.record, start, bytes, header, items);
                match target {
                    Target::Group(number) => {
                        self.inlets[taking.inlet].records.wait(taking.record, u32::from(items));
                        if let Some(group) = self.groups.get_mut(number) {
                            self.pieces.push(&mut group.chain, piece);
                        }
                    }
                    Target::On(outcome) => {
                        if key != NO_KEY {
                            taking.is_late(key, items);
                        }
                        let known = taking.on.iter().rposition(|kept| kept.key == key);
                        let at = known.unwrap_or_else(|| {
                            taking.on.push(Kept { key, outcome, chain: Chain::default() });
                            taking.on.len() - 1
                        });
                        self.pieces.push(&mut taking.on[at].chain, piece);
                    }
                    Target::Nowhere | Target::Delivered => {}
                }
            }
        }
    }

    fn finish(&mut self, taking: Taking) {
        let inlet = &mut self.inlets[taking.inlet];
        inlet.records.settle(taking.record, (taking.nowhere + taking.delivered) as u32);
        {
            let mut token = inlet.token.lock();
            token.drop_items(Reason::Sampled, taking.nowhere);
            token.give_back(taking.delivered);
        }
        self.meter.late(taking.late);
        let unix_ms = taking.now.unix_ms;
        let late = taking.late_groups.into_iter();
        self.entries.extend(late.map(|(key, items)| Entry::Late { key, items, unix_ms }));
        self.outgoing.extend(taking.on);
        for number in taking.large {
            self.decide(number, Trigger::GroupLarge, taking.now);
        }
    }
}

impl Taking {
    fn is_late(&mut self, key: Key, items: u16) {
        if self.is_read_again {
            return;
        }
        self.late += usize::from(items);
        match self.late_groups.last_mut() {
            Some((last, count)) if *last == key => *count += u32::from(items),
            _ => self.late_groups.push((key, u32::from(items))),
        }
    }
}

/// The key of a text: the first 16 bytes of a hash that is the same on every machine.
pub(in crate::holding) fn key_of_text(text: &str) -> Key {
    twox_hash::XxHash3_128::oneshot(text.as_bytes()).to_be_bytes()
}

/// Puts all fields of a group but what is inside into `out`; the message in its field 1, the resource or scope.
fn header<'a>(group: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    out.clear();
    let (mut fields, mut first): (_, &[u8]) = (Fields::new(group), &[]);
    while let Some((raw, field, value)) = fields.next_raw() {
        if field == 1 {
            first = value.bytes();
        }
        if field != 2 {
            out.extend_from_slice(raw);
        }
    }
    first
}
