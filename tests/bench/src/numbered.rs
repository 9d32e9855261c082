//! Spans whose ids are numbers, so that each one that was acknowledged can be asked for.

use bytes::{Bytes, BytesMut};
use codeagent_pipeline::otlp::wire::{Fields, Value};

/// `Export*ServiceRequest` to a span's id: resource spans, scope spans, spans, `span_id`.
const PATH: [u32; 4] = [1, 2, 2, 2];

/// A request to be sent again and again, each time with other numbers.
pub struct Template {
    framed: Bytes,
    /// Where each span's id begins.
    ids: Vec<usize>,
}

impl Template {
    /// Of a request of spans, framed as gRPC has it.
    pub fn new(framed: Bytes) -> Self {
        let begin = framed.as_ptr() as usize;
        let mut ids = Vec::new();
        if let Some(message) = framed.get(5..) {
            each_id(message, &PATH, &mut |id| ids.push(id.as_ptr() as usize - begin));
        }
        Template { framed, ids }
    }

    /// The request with the numbers from `first` on, one a span.
    pub fn numbered(&self, first: u64) -> Bytes {
        let mut body = BytesMut::from(&self.framed[..]);
        for (at, number) in self.ids.iter().zip(first..) {
            body[*at..at + 8].copy_from_slice(&number.to_be_bytes());
        }
        body.freeze()
    }
}

/// The numbers of all spans in a request.
pub fn numbers(message: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    each_id(message, &PATH, &mut |id| numbers.extend(id.try_into().map(u64::from_be_bytes)));
    numbers
}

fn each_id(message: &[u8], path: &[u32], visit: &mut impl FnMut(&[u8])) {
    let Some((next, rest)) = path.split_first() else { return visit(message) };
    for (field, value) in Fields::new(message) {
        if let (true, Value::Bytes(inner)) = (field == *next, value) {
            each_id(inner, rest, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use codeagent_pipeline::Signal;

    use super::*;
    use crate::load::frame;

    #[test]
    fn a_numbered_request_has_its_numbers_and_is_as_long_as_before() {
        let request = crate::payload::requests(Signal::Traces, 10).remove(0);
        let framed = frame(&request, false).unwrap();
        let numbered = Template::new(framed.clone()).numbered(41);
        assert_eq!(numbered.len(), framed.len());
        assert_eq!(numbers(&numbered[5..]), (41..51).collect::<Vec<u64>>());
        assert_ne!(numbers(&request), numbers(&numbered[5..]));
    }
}
