//! What protobuf says that a message means in which a singular field occurs more than once: of a scalar the last one
//! counts, the parts of a message merge, and a member of a oneof sets the others aside.
//! Source: <https://protobuf.dev/programming-guides/encoding/#last-one-wins>.
//!
//! No encoder writes this; concatenating two messages does, and so does a sender who wants one reader to see what
//! another does not. It is not fast: each level of a message is copied once more.

use smallvec::SmallVec;

use super::schema::message::{Field, Kind, Message, Presence};
use super::validate::{Fault, MAX_PARTS, Problem, fault};
use super::wire::{Fields, Value, put_message};

/// Writes the sound `message` that came in these `parts`, with every singular field once. What is repeated or unknown
/// keeps its order and its bytes; the rest follows. The answer is at most as long as the parts.
pub(super) fn merge(message: &'static Message, parts: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Box<Fault>> {
    let mut singles = Singles::default();
    for part in parts {
        let mut fields = Fields::new(part);
        while let Some((raw, number, value)) = fields.next_raw() {
            let field = message.numbered(number).map(|position| &message.fields[position]);
            match field {
                Some(field) if field.presence != Presence::Repeated => singles.note(field, raw, value)?,
                Some(Field { kind: Kind::Message(_), .. }) => put(field, &[value.bytes()], out)?,
                _ => out.extend_from_slice(raw),
            }
        }
    }
    for single in &singles.0 {
        match single.field.kind {
            Kind::Message(_) => put(Some(single.field), &single.parts, out)?,
            _ => out.extend_from_slice(single.raw),
        }
    }
    Ok(())
}

/// Writes a message field that came in these parts.
fn put(field: Option<&'static Field>, parts: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Box<Fault>> {
    let Some(Field { kind: Kind::Message(message), number, original, .. }) = field else { return Ok(()) };
    let mut outcome = Ok(());
    put_message(out, *number, |out| outcome = merge(message, parts, out));
    outcome.map_err(|fault| fault.inside(original, None))
}

/// The singular fields of a message, each with what counts of it so far.
#[derive(Default)]
struct Singles<'a>(Vec<Single<'a>>);

struct Single<'a> {
    field: &'static Field,
    /// The field as it last came.
    raw: &'a [u8],
    /// All that came, where they are messages.
    parts: SmallVec<[&'a [u8]; 1]>,
}

impl<'a> Singles<'a> {
    fn note(&mut self, field: &'static Field, raw: &'a [u8], value: Value<'a>) -> Result<(), Box<Fault>> {
        let is_place = |single: &&mut Single<'_>| {
            let both_choices = [single.field, field].iter().all(|field| field.presence == Presence::Choice);
            single.field.number == field.number || both_choices
        };
        let Some(single) = self.0.iter_mut().find(is_place) else {
            self.0.push(Single { field, raw, parts: SmallVec::from_buf([value.bytes()]) });
            return Ok(());
        };
        if single.field.number != field.number {
            single.parts.clear();
        }
        (single.field, single.raw) = (field, raw);
        match field.kind {
            Kind::Message(_) if single.parts.len() == MAX_PARTS => {
                Err(fault(Problem::Parts).inside(field.original, None))
            }
            Kind::Message(_) => {
                single.parts.push(value.bytes());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
