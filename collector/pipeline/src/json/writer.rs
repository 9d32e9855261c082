//! Protobuf to OTLP/JSON, field by field where they stand.

use super::text::{write_base64, write_double, write_escaped, write_hex};
use super::wire::{Cursor, Entry, Value, WireError};
use crate::otlp::schema::message::{Field, Kind, LEN, Message, Presence};

/// Messages in each other, as prost and the door allow.
pub(super) const DEPTH_MAX: usize = 100;

pub(super) struct Writer<'o> {
    pub out: &'o mut Vec<u8>,
    /// Bytes that may still be copied to merge messages that come in parts.
    pub merge_budget: usize,
}

impl Writer<'_> {
    pub(super) fn message(
        &mut self,
        schema: &Message,
        fields: Cursor<'_>,
        depth: usize,
    ) -> Result<(), WireError> {
        if depth > DEPTH_MAX {
            return fields.malformed("messages nested too deep");
        }
        self.out.push(b'{');
        let start = self.out.len();
        match gathered_fields(schema, fields)? {
            None => self.in_wire_order(schema, fields, depth)?,
            Some(present) => self.field_by_field(schema, fields, present, depth)?,
        }
        if self.out.len() > start && self.out.last() == Some(&b',') {
            self.out.pop();
        }
        self.out.push(b'}');
        Ok(())
    }

    /// The usual case: no field is scattered, so that one pass writes all. Every member ends with a comma; the caller
    /// takes the last one away.
    fn in_wire_order(
        &mut self,
        schema: &Message,
        mut fields: Cursor<'_>,
        depth: usize,
    ) -> Result<(), WireError> {
        let mut array = None;
        while let Some(entry) = fields.entry()? {
            let Some(position) = schema.numbered(entry.number) else { continue };
            let field = &schema.fields[position];
            if array.is_some_and(|open| open != position) {
                self.close_array();
                array = None;
            }
            if field.presence == Presence::Repeated {
                if array.is_none() {
                    self.out.extend_from_slice(field.key.as_bytes());
                    self.out.push(b'[');
                    array = Some(position);
                }
                self.elements(field, &entry, depth)?;
            } else if !is_default(field, &entry) {
                self.out.extend_from_slice(field.key.as_bytes());
                self.value(field, &entry, depth)?;
                self.out.push(b',');
            }
        }
        if array.is_some() {
            self.close_array();
        }
        Ok(())
    }

    /// Fields that occur in several places, as protobuf allows: arrays are joined, the last scalar counts, messages merge.
    /// A scan per field that is present, so that it needs no memory.
    fn field_by_field(
        &mut self,
        schema: &Message,
        fields: Cursor<'_>,
        present: u32,
        depth: usize,
    ) -> Result<(), WireError> {
        let choice = last_choice(schema, fields)?;
        for (position, field) in schema.fields.iter().enumerate().filter(|(p, _)| present & (1 << p) != 0) {
            let scanned = match (field.presence, choice) {
                (Presence::Choice, Some((chosen, since))) if chosen == position => since,
                (Presence::Choice, _) => continue,
                _ => fields,
            };
            match field.presence {
                Presence::Repeated => self.scattered_array(field, scanned, depth)?,
                _ => self.scattered_value(field, scanned, depth)?,
            }
        }
        Ok(())
    }

    fn scattered_array(
        &mut self,
        field: &Field,
        mut fields: Cursor<'_>,
        depth: usize,
    ) -> Result<(), WireError> {
        self.out.extend_from_slice(field.key.as_bytes());
        self.out.push(b'[');
        while let Some(entry) = fields.entry()? {
            if entry.number == field.number {
                self.elements(field, &entry, depth)?;
            }
        }
        self.close_array();
        Ok(())
    }

    fn scattered_value(
        &mut self,
        field: &Field,
        mut fields: Cursor<'_>,
        depth: usize,
    ) -> Result<(), WireError> {
        let is_message = matches!(field.kind, Kind::Message(_));
        let mut last: Option<Entry<'_>> = None;
        let mut merged = Vec::new();
        while let Some(entry) = fields.entry()? {
            if entry.number != field.number {
                continue;
            }
            if let (true, Some(Value::Range(earlier))) = (is_message, last.as_ref().map(|entry| entry.value))
            {
                self.spend(earlier)?;
                merged.extend_from_slice(earlier.rest());
            }
            last = Some(entry);
        }
        let Some(mut entry) = last else { return Ok(()) };
        if !merged.is_empty()
            && let Value::Range(part) = entry.value
        {
            self.spend(part)?;
            merged.extend_from_slice(part.rest());
            entry.value = Value::Range(Cursor::new(&merged));
        }
        if !is_default(field, &entry) {
            self.out.extend_from_slice(field.key.as_bytes());
            self.value(field, &entry, depth)?;
            self.out.push(b',');
        }
        Ok(())
    }

    fn spend(&mut self, part: Cursor<'_>) -> Result<(), WireError> {
        match self.merge_budget.checked_sub(part.rest().len()) {
            Some(left) => {
                self.merge_budget = left;
                Ok(())
            }
            None => part.malformed("messages in too many parts"),
        }
    }

    fn close_array(&mut self) {
        if self.out.last() == Some(&b',') {
            self.out.pop();
        }
        self.out.extend_from_slice(b"],");
    }

    /// One element, or all of a packed field; each with a comma behind it.
    fn elements(&mut self, field: &Field, entry: &Entry<'_>, depth: usize) -> Result<(), WireError> {
        if let (true, Value::Range(mut packed)) = (field.kind.is_packed(), entry.value) {
            while !packed.is_empty() {
                let bits = packed.number(field.kind.wire_type())?;
                self.number(field.kind, bits);
                self.out.push(b',');
            }
            return Ok(());
        }
        self.value(field, entry, depth)?;
        self.out.push(b',');
        Ok(())
    }

    #[inline]
    fn value(&mut self, field: &Field, entry: &Entry<'_>, depth: usize) -> Result<(), WireError> {
        match (entry.value, field.kind) {
            (Value::Range(range), Kind::Message(schema)) => return self.message(schema, range, depth + 1),
            (Value::Range(range), Kind::String) => write_escaped(self.out, range.rest()),
            (Value::Range(range), Kind::Id(_)) => write_hex(self.out, range.rest()),
            (Value::Range(range), Kind::Bytes) => write_base64(self.out, range.rest()),
            (Value::Bits(bits), kind) if kind.wire_type() == entry.wire_type => self.number(kind, bits),
            (Value::Range(range), _) => return range.malformed("a wire type that is not the field's"),
            (Value::Bits(_), _) => {
                return Err(WireError { offset: 0, problem: "a wire type that is not the field's" });
            }
        }
        Ok(())
    }

    fn number(&mut self, kind: Kind, bits: u64) {
        match kind {
            Kind::Double => write_double(self.out, f64::from_bits(bits)),
            Kind::Bool => self.out.extend_from_slice(if bits == 0 { b"false" } else { b"true" }),
            Kind::Uint32 | Kind::Fixed32 => self.integer(bits as u32),
            Kind::Int32 | Kind::Enum(_) => self.integer(bits as i32),
            Kind::Sint32 => self.integer((bits as u32 >> 1) as i32 ^ -((bits & 1) as i32)),
            Kind::Int64 | Kind::Sfixed64 => self.quoted(bits as i64),
            _ => self.quoted(bits),
        }
    }

    fn integer(&mut self, value: impl itoa::Integer) {
        self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    /// 64-bit integers are strings: many JSON readers have no more than 53 bits.
    fn quoted(&mut self, value: impl itoa::Integer) {
        self.out.push(b'"');
        self.integer(value);
        self.out.push(b'"');
    }
}

/// Proto3 scalars with their default value may be on the wire; they mean the same as absent ones.
fn is_default(field: &Field, entry: &Entry<'_>) -> bool {
    field.presence == Presence::Implicit
        && match entry.value {
            Value::Bits(bits) => bits == 0,
            Value::Range(range) => range.is_empty(),
        }
}

/// `None` when the message can be written in wire order: every repeated field in one run, every other at most once, at most
/// one member of a oneof. Otherwise the positions of its fields.
fn gathered_fields(schema: &Message, mut fields: Cursor<'_>) -> Result<Option<u32>, WireError> {
    let mut present = 0u32;
    let mut scattered = false;
    let mut last = None;
    let mut choice = false;
    while let Some(entry) = fields.entry()? {
        let Some(position) = schema.numbered(entry.number) else { continue };
        let field = &schema.fields[position];
        let again = present & (1 << position) != 0;
        let continues = field.presence == Presence::Repeated && last == Some(position);
        scattered |= again && !continues;
        if field.presence == Presence::Choice {
            scattered |= choice;
            choice = true;
        }
        present |= 1 << position;
        last = Some(position);
        if entry.wire_type != field.kind.wire_type()
            && !(field.presence == Presence::Repeated && entry.wire_type == LEN)
        {
            return fields.malformed("a wire type that is not the field's");
        }
    }
    Ok(scattered.then_some(present))
}

/// The member of the oneof that counts, and the fields from where on it was not set aside by another.
fn last_choice<'a>(
    schema: &Message,
    mut fields: Cursor<'a>,
) -> Result<Option<(usize, Cursor<'a>)>, WireError> {
    let mut chosen: Option<(usize, Cursor<'a>)> = None;
    loop {
        let here = fields;
        let Some(entry) = fields.entry()? else { return Ok(chosen) };
        let Some(position) = schema.numbered(entry.number) else { continue };
        let is_choice = schema.fields[position].presence == Presence::Choice;
        if is_choice && chosen.is_none_or(|(current, _)| current != position) {
            chosen = Some((position, here));
        }
    }
}
