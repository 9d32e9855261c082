//! OTLP/JSON to protobuf, in one pass and without a tree.

use super::Limits;
use super::error::{Failure, Outcome, Problem};
use super::frame::Frames;
use super::lexer::Lexer;
use super::number::{Whole, double, double_in_string, whole};
use super::text::read_hex;
use crate::otlp::schema::attributes::ANY_VALUE;
use crate::otlp::schema::message::{Field, I32, I64, Kind, LEN, Message, Presence};

pub(super) struct Reader<'a> {
    lexer: Lexer<'a>,
    frames: Frames,
    /// Messages around the one being read; the request is at zero.
    depth: usize,
    limits: Limits,
}

/// Protobuf of telemetry is about 0.4 to 0.5 of its JSON.
const CAPACITY_DIVISOR: usize = 2;

impl<'a> Reader<'a> {
    pub(super) fn new(body: &'a [u8], limits: Limits) -> Self {
        let capacity = (body.len() / CAPACITY_DIVISOR).min(limits.bytes_max);
        let lexer = Lexer { bytes: body, at: 0, depth_max: limits.depth_max };
        Self { lexer, frames: Frames::with_capacity(capacity), depth: 0, limits }
    }

    /// Reads the one request that the body holds.
    pub(super) fn request(mut self, schema: &'static Message) -> Outcome<Vec<u8>> {
        self.message(schema)?;
        match self.lexer.token() {
            None => Ok(self.frames.out),
            Some(_) => self.lexer.fail(Problem::TrailingData),
        }
    }

    fn message(&mut self, schema: &'static Message) -> Outcome {
        self.lexer.expect(b'{', "an object")?;
        if self.lexer.takes(b'}') {
            return Ok(());
        }
        let mut seen = Seen::default();
        let mut hint = 0;
        loop {
            match self.known_key(schema, hint)? {
                Some(position) => {
                    hint = position + 1;
                    let field = &schema.fields[position];
                    self.member(field, position, &mut seen).map_err(|failure| failure.at_key(field.json))?;
                }
                None => hint = self.other_key(schema, hint, &mut seen)?,
            }
            if !self.lexer.another(b'}', "a comma or a closing brace")? {
                return Ok(());
            }
        }
    }

    /// The field whose compact key, the likeliest being at `hint`, stands next: one comparison instead of a search.
    #[inline]
    fn known_key(&mut self, schema: &'static Message, hint: usize) -> Outcome<Option<usize>> {
        self.lexer.token();
        let rest = &self.lexer.bytes[self.lexer.at..];
        for (ahead, field) in schema.fields[hint.min(schema.fields.len())..].iter().take(3).enumerate() {
            if rest.starts_with(field.key.as_bytes()) {
                self.lexer.at += field.key.len();
                return Ok(Some(hint + ahead));
            }
        }
        Ok(None)
    }

    /// A key that is not where it was expected, or not written as expected, or not known. Returns the next hint.
    fn other_key(&mut self, schema: &'static Message, hint: usize, seen: &mut Seen) -> Outcome<usize> {
        let key = self.lexer.string()?;
        self.lexer.expect(b':', "a colon")?;
        let Some(position) = schema.position(&key, hint) else {
            // Receivers ignore what they do not know (OTLP specification, "JSON Protobuf Encoding").
            let levels = self.limits.depth_max.saturating_sub(self.depth);
            return self
                .lexer
                .skip_value(levels)
                .map(|()| hint)
                .map_err(|failure| failure.at_unknown_key(&key));
        };
        let field = &schema.fields[position];
        self.member(field, position, seen).map_err(|failure| failure.at_key(field.json))?;
        Ok(position + 1)
    }

    /// The value of a known key.
    #[inline]
    fn member(&mut self, field: &'static Field, position: usize, seen: &mut Seen) -> Outcome {
        if seen.fields & (1 << position) != 0 {
            return self.lexer.fail(Problem::DuplicateKey);
        }
        seen.fields |= 1 << position;
        if self.lexer.token() == Some(b'n') {
            // Null is the same as absent.
            return self.lexer.literal("null");
        }
        if field.presence == Presence::Repeated {
            return self.elements(field);
        }
        if field.presence == Presence::Choice {
            if seen.choice {
                return self.lexer.fail(Problem::SecondChoice);
            }
            seen.choice = true;
        }
        self.value(field)
    }

    fn elements(&mut self, field: &'static Field) -> Outcome {
        self.lexer.expect(b'[', "an array")?;
        if self.lexer.takes(b']') {
            return Ok(());
        }
        if field.kind.is_packed() {
            return self.packed(field);
        }
        let mut index = 0;
        loop {
            self.element(field).map_err(|failure| failure.at_index(index))?;
            index += 1;
            if !self.lexer.another(b']', "a comma or a closing bracket")? {
                return Ok(());
            }
        }
    }

    fn element(&mut self, field: &'static Field) -> Outcome {
        if self.lexer.token() == Some(b'n')
            && let Kind::Message(schema) = field.kind
        {
            if std::ptr::eq(schema, &ANY_VALUE) {
                // A null in an array of values keeps its place as an empty AnyValue.
                self.frames.tag(field.number, LEN);
                self.frames.varint(0);
            }
            return self.lexer.literal("null");
        }
        self.value(field)
    }

    fn packed(&mut self, field: &'static Field) -> Outcome {
        self.frames.tag(field.number, LEN);
        let frame = self.frames.open(self.depth + 1);
        let mut index = 0;
        loop {
            let bits = self.scalar(field.kind).map_err(|failure| failure.at_index(index))?;
            self.put(field.kind, bits);
            index += 1;
            if !self.lexer.another(b']', "a comma or a closing bracket")? {
                break;
            }
        }
        self.frames.close(frame);
        self.check_size()
    }

    /// One value of the field, with its tag.
    #[inline]
    fn value(&mut self, field: &'static Field) -> Outcome {
        let may_omit = field.presence == Presence::Implicit;
        match field.kind {
            Kind::Message(schema) => self.nested(field.number, schema),
            Kind::String => self.string(field.number, may_omit),
            Kind::Id(length) => self.id(field.number, length),
            Kind::Bytes => self.base64(field.number, may_omit),
            kind => {
                let bits = self.scalar(kind)?;
                if !(may_omit && bits == 0) {
                    self.frames.tag(field.number, kind.wire_type());
                    self.put(kind, bits);
                }
                Ok(())
            }
        }
    }

    fn nested(&mut self, number: u32, schema: &'static Message) -> Outcome {
        if self.depth >= self.limits.depth_max {
            return self.lexer.fail(Problem::TooDeep(self.limits.depth_max));
        }
        self.frames.tag(number, LEN);
        self.depth += 1;
        let frame = self.frames.open(self.depth);
        self.message(schema)?;
        self.frames.close(frame);
        self.depth -= 1;
        self.check_size()
    }

    fn check_size(&self) -> Outcome {
        if self.frames.out.len() > self.limits.bytes_max {
            return self.lexer.fail(Problem::TooLarge(self.limits.bytes_max));
        }
        Ok(())
    }

    fn string(&mut self, number: u32, may_omit: bool) -> Outcome {
        self.lexer.expect(b'"', "a string")?;
        let plain = self.lexer.plain_run();
        if self.lexer.ends_string()? {
            if !(may_omit && plain.is_empty()) {
                self.frames.tag(number, LEN);
                self.frames.bytes(plain);
            }
            return Ok(());
        }
        self.frames.tag(number, LEN);
        let frame = self.frames.open(self.depth + 1);
        self.frames.out.extend_from_slice(plain);
        self.lexer.rest_of_string(&mut self.frames.out)?;
        self.frames.close(frame);
        Ok(())
    }

    fn id(&mut self, number: u32, length: usize) -> Outcome {
        let start = self.lexer.at;
        let text = self.lexer.string()?;
        if text.is_empty() {
            return Ok(());
        }
        if text.len() != length * 2 {
            return Err(Failure::new(start, Problem::IdLength { digits: length * 2, found: text.len() }));
        }
        self.frames.tag(number, LEN);
        self.frames.varint(length as u64);
        match read_hex(&text, &mut self.frames.out) {
            true => Ok(()),
            false => Err(Failure::new(start, Problem::NotHex)),
        }
    }

    fn base64(&mut self, number: u32, may_omit: bool) -> Outcome {
        let start = self.lexer.at;
        let text = self.lexer.string()?;
        let bytes = super::text::read_base64(&text).ok_or_else(|| Failure::new(start, Problem::NotBase64))?;
        if !(may_omit && bytes.is_empty()) {
            self.frames.tag(number, LEN);
            self.frames.bytes(&bytes);
        }
        Ok(())
    }

    /// A number, boolean or enum as the bits of its wire form.
    fn scalar(&mut self, kind: Kind) -> Outcome<u64> {
        let start = self.lexer.at;
        let fits =
            |bits: Option<u64>, name| bits.ok_or_else(|| Failure::new(start, Problem::OutOfRange(name)));
        match kind {
            Kind::Bool => self.lexer.boolean().map(u64::from),
            Kind::Double => self.double(),
            Kind::Enum(names) => self.enumeration(names),
            Kind::Uint32 | Kind::Fixed32 => {
                let value = self.whole()?.and_then(|whole| whole.unsigned(u64::from(u32::MAX)));
                fits(value, "an unsigned 32-bit integer")
            }
            Kind::Int32 | Kind::Sint32 => {
                let value =
                    self.whole()?.and_then(|whole| whole.signed(i64::from(i32::MIN), i64::from(i32::MAX)));
                let zigzag = matches!(kind, Kind::Sint32);
                // Negative int32 are sign-extended to 64 bits on the wire.
                let bits = value.map(|v| if zigzag { (v << 1 ^ v >> 63) as u64 } else { v as u64 });
                fits(bits, "a 32-bit integer")
            }
            Kind::Int64 | Kind::Sfixed64 => {
                let value = self.whole()?.and_then(|whole| whole.signed(i64::MIN, i64::MAX));
                fits(value.map(|v| v as u64), "a 64-bit integer")
            }
            _ => fits(self.whole()?.and_then(|whole| whole.unsigned(u64::MAX)), "an unsigned 64-bit integer"),
        }
    }

    /// An integer as number or string; `None` when it is beyond 64 bits.
    #[inline]
    fn whole(&mut self) -> Outcome<Option<Whole>> {
        let start = self.lexer.at;
        let parsed = match self.lexer.token() {
            Some(b'"') => whole(&self.lexer.string()?),
            Some(b'-' | b'0'..=b'9') => whole(self.lexer.number()?),
            _ => return self.lexer.expected("an integer as number or string"),
        };
        parsed.map_err(|problem| Failure::new(start, problem))
    }

    fn double(&mut self) -> Outcome<u64> {
        let start = self.lexer.at;
        let parsed = match self.lexer.token() {
            Some(b'"') => double_in_string(&self.lexer.string()?),
            Some(b'-' | b'0'..=b'9') => Ok(double(self.lexer.number()?)),
            _ => return self.lexer.expected("a number, or \"NaN\", \"Infinity\", \"-Infinity\""),
        };
        match parsed {
            Ok(Some(value)) => Ok(value.to_bits()),
            Ok(None) => Err(Failure::new(start, Problem::OutOfRange("a double"))),
            Err(problem) => Err(Failure::new(start, problem)),
        }
    }

    fn enumeration(&mut self, names: &'static [(&'static str, i32)]) -> Outcome<u64> {
        if self.lexer.token() != Some(b'"') {
            return self.scalar(Kind::Int32);
        }
        let start = self.lexer.at;
        let name = self.lexer.string()?;
        match names.iter().find(|(known, _)| known.as_bytes() == &*name) {
            Some((_, value)) => Ok(*value as u64),
            None => {
                let example = names.last().map_or("", |(name, _)| name);
                Err(Failure::new(start, Problem::UnknownName(example)))
            }
        }
    }

    #[inline]
    fn put(&mut self, kind: Kind, bits: u64) {
        match kind.wire_type() {
            I64 => self.frames.out.extend_from_slice(&bits.to_le_bytes()),
            I32 => self.frames.out.extend_from_slice(&(bits as u32).to_le_bytes()),
            _ => self.frames.varint(bits),
        }
    }
}

/// What an object has had so far.
#[derive(Default)]
struct Seen {
    /// A bit per position in the message's table; no message of OTLP has more than 16 fields.
    fields: u32,
    choice: bool,
}
