//! Tokens of JSON over a body in memory. The body's UTF-8 is checked once, before.

use std::borrow::Cow;

use super::error::{Failure, Outcome, Problem, found};
use super::number::end_of_number;
use super::text::plain_prefix;

pub(super) struct Lexer<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    /// For the error that says how deep is too deep.
    pub depth_max: usize,
}

impl<'a> Lexer<'a> {
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips white space and looks at the token that follows.
    #[inline]
    pub(super) fn token(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                byte => return byte,
            }
        }
    }

    #[cold]
    pub(super) fn fail<T>(&self, problem: Problem) -> Outcome<T> {
        Err(Failure::new(self.at, problem))
    }

    #[cold]
    pub(super) fn expected<T>(&self, expected: &'static str) -> Outcome<T> {
        self.fail(Problem::Expected { expected, found: found(&self.bytes[self.at..]) })
    }

    /// Skips white space and takes this byte if it follows.
    #[inline]
    pub(super) fn takes(&mut self, byte: u8) -> bool {
        let taken = self.token() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8, name: &'static str) -> Outcome {
        if self.takes(byte) { Ok(()) } else { self.expected(name) }
    }

    /// After an element: whether another follows; the closing byte is taken.
    #[inline]
    pub(super) fn another(&mut self, close: u8, expected: &'static str) -> Outcome<bool> {
        match self.token() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.expected(expected),
        }
    }

    pub(super) fn literal(&mut self, word: &'static str) -> Outcome {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        self.fail(Problem::Expected { expected: word, found: "something that is not JSON" })
    }

    pub(super) fn boolean(&mut self) -> Outcome<bool> {
        match self.token() {
            Some(b't') => self.literal("true").map(|()| true),
            Some(b'f') => self.literal("false").map(|()| false),
            _ => self.expected("true or false"),
        }
    }

    /// The text of the number that begins here.
    pub(super) fn number(&mut self) -> Outcome<&'a [u8]> {
        let start = self.at;
        match end_of_number(self.bytes, start) {
            Some(end) => {
                self.at = end;
                Ok(&self.bytes[start..end])
            }
            None => self.fail(Problem::NotANumber),
        }
    }

    /// The text of the string that begins here; owned when it had escapes.
    pub(super) fn string(&mut self) -> Outcome<Cow<'a, [u8]>> {
        self.expect(b'"', "a string")?;
        let plain = self.plain_run();
        if self.ends_string()? {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_vec();
        self.rest_of_string(&mut text)?;
        Ok(Cow::Owned(text))
    }

    /// The bytes up to the next quote, backslash or control character.
    #[inline]
    pub(super) fn plain_run(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let plain = &rest[..plain_prefix(rest)];
        self.at += plain.len();
        plain
    }

    /// After a plain run: takes the closing quote; false when an escape follows.
    #[inline]
    pub(super) fn ends_string(&mut self) -> Outcome<bool> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                Ok(true)
            }
            Some(b'\\') => Ok(false),
            Some(_) => self.fail(Problem::ControlCharacter),
            None => self.expected("the end of the string"),
        }
    }

    /// Appends the rest of a string that stands before an escape.
    pub(super) fn rest_of_string(&mut self, text: &mut Vec<u8>) -> Outcome {
        loop {
            let character = self.escape()?;
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            text.extend_from_slice(self.plain_run());
            if self.ends_string()? {
                return Ok(());
            }
        }
    }

    fn escape(&mut self) -> Outcome<char> {
        let character = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.fail(Problem::BadEscape),
        };
        self.at += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Outcome<char> {
        let Some(unit) = self.code_unit(self.at) else { return self.fail(Problem::BadEscape) };
        if let Some(character) = char::from_u32(unit) {
            self.at += 6;
            return Ok(character);
        }
        let low = self.code_unit(self.at + 6).filter(|low| (0xdc00..0xe000).contains(low));
        // `unit` is a surrogate, since it is no character; a low one first has no partner.
        let pair =
            low.filter(|_| unit < 0xdc00).map(|low| 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
        match pair.and_then(char::from_u32) {
            Some(character) => {
                self.at += 12;
                Ok(character)
            }
            None => self.fail(Problem::LoneSurrogate),
        }
    }

    /// The four hex digits of `\uXXXX` at this offset.
    fn code_unit(&self, at: usize) -> Option<u32> {
        let [b'\\', b'u', digits @ ..] = self.bytes.get(at..at + 6)? else { return None };
        digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
    }

    /// Skips a value of any kind, checking its grammar; `levels` of objects and arrays are allowed in it.
    pub(super) fn skip_value(&mut self, levels: usize) -> Outcome {
        match self.token() {
            Some(b'{') => self.skip_members(levels),
            Some(b'[') => self.skip_elements(levels),
            Some(b'"') => self.skip_string(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            Some(b'-' | b'0'..=b'9') => self.number().map(|_| ()),
            _ => self.expected("a value"),
        }
    }

    fn skip_string(&mut self) -> Outcome {
        self.expect(b'"', "a string")?;
        self.plain_run();
        while !self.ends_string()? {
            self.escape()?;
            self.plain_run();
        }
        Ok(())
    }

    fn skip_members(&mut self, levels: usize) -> Outcome {
        let Some(inner) = levels.checked_sub(1) else { return self.fail(Problem::TooDeep(self.depth_max)) };
        self.at += 1;
        if self.takes(b'}') {
            return Ok(());
        }
        loop {
            self.token();
            self.skip_string()?;
            self.expect(b':', "a colon")?;
            self.skip_value(inner)?;
            if !self.another(b'}', "a comma or a closing brace")? {
                return Ok(());
            }
        }
    }

    fn skip_elements(&mut self, levels: usize) -> Outcome {
        let Some(inner) = levels.checked_sub(1) else { return self.fail(Problem::TooDeep(self.depth_max)) };
        self.at += 1;
        if self.takes(b']') {
            return Ok(());
        }
        loop {
            self.skip_value(inner)?;
            if !self.another(b']', "a comma or a closing bracket")? {
                return Ok(());
            }
        }
    }
}
