//! Label texts, each kept once, and the symbol table of a request.

use std::collections::HashMap;
use std::sync::Arc;

use codeagent_pipeline::otlp::wire::put_bytes;

/// Every text that a label has, numbered. Numbers are dense and stay valid until the whole is dropped.
#[derive(Default)]
pub struct Interner {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    bytes: usize,
}

impl Interner {
    /// The number of `text`.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        let text: Arc<str> = text.into();
        // The text, its counts, and its places in the list and in the map.
        self.bytes += text.len() + 96;
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    /// The text with this number.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// Roughly the memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The symbols of one request, numbered in the order of first use. The first is the empty text.
#[derive(Default)]
pub struct SymbolTable {
    /// By the interner's number: in which request the symbol was last used, and its reference there.
    references: Vec<(u32, u32)>,
    request: u32,
    next: u32,
    encoded: Vec<u8>,
}

/// `io.prometheus.write.v2.Request.symbols`.
const SYMBOLS: u32 = 4;

impl SymbolTable {
    /// Begins the table of another request.
    pub fn begin(&mut self) {
        self.request = self.request.wrapping_add(1);
        if self.request == 0 {
            self.references.clear();
            self.request = 1;
        }
        self.encoded.clear();
        put_bytes(&mut self.encoded, SYMBOLS, b"");
        self.next = 1;
    }

    /// Forgets the interner's numbers: it was replaced.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// The reference to an interned text.
    #[inline]
    pub fn reference(&mut self, number: u32, interner: &Interner) -> u32 {
        match self.references.get(number as usize) {
            Some((request, reference)) if *request == self.request => *reference,
            _ => self.add(number, interner),
        }
    }

    fn add(&mut self, number: u32, interner: &Interner) -> u32 {
        let at = number as usize;
        if self.references.len() <= at {
            self.references.resize(at + 1, (0, 0));
        }
        let text = interner.text(number);
        let reference = if text.is_empty() { 0 } else { self.once(text) };
        self.references[at] = (self.request, reference);
        reference
    }

    /// The reference to a text that is not expected to come again.
    pub fn once(&mut self, text: &str) -> u32 {
        let reference = self.next;
        self.next += 1;
        put_bytes(&mut self.encoded, SYMBOLS, text.as_bytes());
        reference
    }

    /// The table as the request's first fields.
    pub fn encoded(&self) -> &[u8] {
        &self.encoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_one_reference_a_request() {
        let mut interner = Interner::default();
        let (a, b, empty) = (interner.number("a"), interner.number("b"), interner.number(""));
        assert_eq!(interner.number("a"), a);
        let mut table = SymbolTable::default();
        for _ in 0..2 {
            table.begin();
            assert_eq!(table.reference(b, &interner), 1);
            assert_eq!(table.reference(a, &interner), 2);
            assert_eq!(table.reference(b, &interner), 1);
            assert_eq!(table.reference(empty, &interner), 0);
            assert_eq!(table.once("c"), 3);
            assert_eq!(table.encoded(), b"\x22\0\x22\x01b\x22\x01a\x22\x01c");
        }
    }
}
