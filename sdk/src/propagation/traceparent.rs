//! The header `traceparent`: <https://www.w3.org/TR/trace-context-2/#traceparent-header>.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

pub(super) const NAME: &str = "traceparent";

/// The random bit of the flags: at least the last seven bytes of the trace id are random. The API knows only of the sampled bit.
pub(super) const RANDOM: TraceFlags = TraceFlags::new(0x02);
const KNOWN: TraceFlags = TraceFlags::new(0x03);
/// Of version 00; a later one may be longer.
const LENGTH: usize = 55;

/// What a header says, of whatever version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Traceparent {
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    /// Without those that are reserved.
    pub(super) flags: TraceFlags,
}

impl Traceparent {
    /// `None` where a new trace must begin.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = text.trim_matches([' ', '\t']).as_bytes();
        let (known, rest) = (bytes.get(..LENGTH)?, bytes.get(LENGTH..)?);
        let version = hexadecimal(known.get(..2)?)?;
        let is_delimited = [2, 35, 52].iter().all(|&at| known.get(at) == Some(&b'-'));
        let ends_well = rest.is_empty() || (version > 0 && rest.first() == Some(&b'-'));
        if version == 0xff || !is_delimited || !ends_well {
            return None;
        }
        let trace_id = TraceId::from(hexadecimal(known.get(3..35)?)?);
        let span_id = SpanId::from(u64::try_from(hexadecimal(known.get(36..52)?)?).ok()?);
        let flags = TraceFlags::new(u8::try_from(hexadecimal(known.get(53..)?)?).ok()?) & KNOWN;
        let is_valid = trace_id != TraceId::INVALID && span_id != SpanId::INVALID;
        is_valid.then_some(Self { trace_id, span_id, flags })
    }

    pub(super) fn of(context: &SpanContext) -> Option<Self> {
        let (trace_id, span_id) = (context.trace_id(), context.span_id());
        context.is_valid().then(|| Self { trace_id, span_id, flags: context.trace_flags() & KNOWN })
    }

    pub(super) fn remote(self, state: TraceState) -> SpanContext {
        SpanContext::new(self.trace_id, self.span_id, self.flags, true, state)
    }

    /// In version 00, the highest that we know.
    pub(super) fn header(self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

/// Digits in lower case and nothing else: no sign, no underscore.
fn hexadecimal(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0_u128, |value, &digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(trace in 1_u128.., span in 1_u64.., flags in 0_u8..4) {
            let (trace_id, span_id) = (TraceId::from(trace), SpanId::from(span));
            let written = Traceparent { trace_id, span_id, flags: TraceFlags::new(flags) };
            prop_assert_eq!(Traceparent::parse(&written.header()), Some(written));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            let _ = Traceparent::parse(&text);
        }

        #[test]
        fn no_single_change_of_a_byte_is_read_as_something_else(at in 0_usize..55, byte in 0x20_u8..0x7f) {
            let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
            let mut changed = header.as_bytes().to_vec();
            changed[at] = byte;
            let changed = String::from_utf8_lossy(&changed).into_owned();
            if let Some(read) = Traceparent::parse(&changed) {
                // Only the version and the reserved flags do not come back.
                prop_assert_eq!(&read.header()[3..53], &changed[3..53]);
            }
        }
    }
}
