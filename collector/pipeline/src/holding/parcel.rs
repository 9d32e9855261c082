//! A delivery is read from the logs and written as requests, spliced together from what stands there.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use codeagent_semconv::attribute;
use memchr::memmem;

use super::held::{Parcel, Share};
use crate::log::Position;
use crate::log::storage::StoredFile;
use crate::otlp::views::{Span, View};
use crate::otlp::wire::{Fields, Value, put_bytes, put_message};
use crate::otlp::{AttributeList, any_value};
use crate::sampling::{Randomness, Threshold, TraceState};
use crate::{Batch, Chunk, Signal};

/// The attribute that names the rule.
const RULE: &str = attribute::CODEAGENT_SAMPLING_RULE.name();
/// `Span.trace_state`.
const TRACE_STATE: u32 = 3;
/// `Span.attributes`.
const ATTRIBUTES: u32 = 9;

/// Opens the file of a position.
pub(super) type OpenFile<'a> = dyn FnMut(Position) -> io::Result<Arc<dyn StoredFile>> + 'a;

/// What a parcel holds: a request for each group. Items that cannot be read again are left out; how many. Blocks.
pub(super) fn read(
    parcel: &Parcel,
    signal: Signal,
    is_dry_run: bool,
    open: &mut OpenFile<'_>,
) -> (Batch, usize) {
    let (mut out, mut buffer) = (Vec::with_capacity(parcel.bytes + parcel.bytes / 4 + 256), Vec::new());
    let (mut ends, mut corrupted) = (Vec::with_capacity(parcel.shares.len()), 0);
    for share in &parcel.shares {
        let begin = out.len();
        let stamp = Stamp::of(share, signal, is_dry_run);
        let mut items = 0;
        for run in share.pieces.chunk_by(|one, next| Arc::ptr_eq(&one.around, &next.around)) {
            buffer.clear();
            for piece in run {
                match read_piece(piece.at, piece.bytes(), piece.crc(), &mut buffer, open) {
                    Ok(()) => items += piece.items(),
                    Err(error) => {
                        tracing::error!(%error, items = piece.items(), "held items cannot be read again");
                        corrupted += piece.items();
                    }
                }
            }
            if let Some(first) = run.first().filter(|_| !buffer.is_empty()) {
                put_message(&mut out, 1, |out| {
                    out.extend_from_slice(&first.around.group);
                    put_message(out, 2, |out| {
                        out.extend_from_slice(&first.around.scope);
                        stamp.put_items(&buffer, out);
                    });
                });
            }
        }
        if items > 0 {
            ends.push((begin, out.len(), items));
        }
    }
    let bytes = Bytes::from(out);
    let mut batch = Batch::empty(signal);
    ends.into_iter().for_each(|(begin, end, items)| batch.push(Chunk::new(bytes.slice(begin..end), items)));
    (batch, corrupted)
}

fn read_piece(
    at: Position,
    bytes: usize,
    crc: u32,
    buffer: &mut Vec<u8>,
    open: &mut OpenFile<'_>,
) -> io::Result<()> {
    let before = buffer.len();
    let file = open(at)?;
    buffer.resize(before + bytes, 0);
    let read = file.read_at(&mut buffer[before..], at.offset);
    let is_whole = matches!(read, Ok(read) if read == bytes) && crc32c::crc32c(&buffer[before..]) == crc;
    if is_whole {
        return Ok(());
    }
    buffer.truncate(before);
    Err(read.err().unwrap_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "the bytes are not those that were written")
    }))
}

/// What a kept span is marked with.
struct Stamp<'a> {
    threshold: Option<Threshold>,
    randomness: Option<Randomness>,
    /// `tracestate` of a span that had none.
    state: String,
    rule: Option<&'a str>,
    /// The rule's attribute, as a field of a span.
    attribute: Vec<u8>,
    is_plain: bool,
}

impl<'a> Stamp<'a> {
    fn of(share: &'a Share, signal: Signal, is_dry_run: bool) -> Self {
        let (outcome, randomness) = (share.outcome.as_deref(), share.randomness);
        let rule = outcome.filter(|outcome| outcome.is_kept).and_then(|outcome| outcome.rule.as_deref());
        let threshold = outcome.and_then(|outcome| outcome.threshold).filter(|_| !is_dry_run);
        let mut state = TraceState::default();
        (state.threshold, state.randomness) = (threshold, randomness);
        let state = state.to_string();
        let mut attribute = Vec::new();
        if let Some(rule) = rule {
            put_message(&mut attribute, ATTRIBUTES, |out| {
                put_bytes(out, 1, RULE.as_bytes());
                put_bytes(out, 2, &any_value::string(rule));
            });
        }
        let is_plain = signal != Signal::Traces || (rule.is_none() && threshold.is_none());
        Stamp { threshold, randomness, state, rule, attribute, is_plain }
    }

    fn put_items(&self, items: &[u8], out: &mut Vec<u8>) {
        if self.is_plain {
            out.extend_from_slice(items);
            return;
        }
        for (field, value) in Fields::new(items) {
            if let (2, Value::Bytes(span)) = (field, value) {
                put_message(out, 2, |out| self.put_span(span, out));
            }
        }
    }

    fn put_span(&self, raw: &[u8], out: &mut Vec<u8>) {
        // an earlier tier may have kept it for a rule of its own
        if self.rule.is_some() && memmem::find(raw, RULE.as_bytes()).is_some() {
            let mut list = AttributeList::read(raw, ATTRIBUTES);
            list.retain(|key, _| key != RULE);
            self.put_fields(&list.to_message(), out);
        } else {
            self.put_fields(raw, out);
        }
        out.extend_from_slice(&self.attribute);
    }

    fn put_fields(&self, raw: &[u8], out: &mut Vec<u8>) {
        let Some(threshold) = self.threshold else {
            out.extend_from_slice(raw);
            return;
        };
        let span = Span::view(raw);
        // where its `ot` breaks the rules nobody knows what it meant
        let Some(mut state) = TraceState::parse(span.trace_state) else {
            out.extend_from_slice(raw);
            return;
        };
        let is_new = state == TraceState::default();
        // what is there already is about another randomness than ours
        if self.randomness.is_some() && (state.threshold.is_some() || state.randomness.is_some()) {
            out.extend_from_slice(raw);
            return;
        }
        state.randomness = self.randomness.or(state.randomness);
        state.threshold = Some(state.threshold.map_or(threshold, |before| before.max(threshold)));
        let mut fields = Fields::new(raw);
        while let Some((field_raw, field, _)) = fields.next_raw() {
            if field != TRACE_STATE {
                out.extend_from_slice(field_raw);
            }
        }
        if is_new {
            put_bytes(out, TRACE_STATE, self.state.as_bytes());
        } else {
            put_bytes(out, TRACE_STATE, state.to_string().as_bytes());
        }
    }
}
