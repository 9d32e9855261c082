//! What an OTLP server took and what it did not, when it says "success".
//! Source: OTLP 1.x, "Partial Success": the request must not be sent again.

use std::time::{Duration, Instant};

use codeagent_config::Signal;
use codeagent_pipeline::otlp::wire::Fields;
use codeagent_pipeline::{Reason, Rejection, Sent};
use parking_lot::Mutex;
use serde_json::Value;

/// How often a warning of the same exporter is shown.
const WARNING_EVERY: Duration = Duration::from_secs(60);
/// The largest part of a server's message that is kept, in bytes.
const MESSAGE_BYTES_MAX: usize = 1024;

/// The `partial_success` of an answer; empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::exporters) struct PartialSuccess {
    pub rejected: usize,
    pub message: String,
}

impl PartialSuccess {
    /// Reads the protobuf of an `Export…ServiceResponse`; what cannot be read is success.
    pub fn from_protobuf(answer: &[u8]) -> Self {
        let mut read = PartialSuccess::default();
        let parts = Fields::new(answer).filter(|(number, _)| *number == 1);
        for (number, value) in parts.flat_map(|(_, partial)| Fields::new(partial.bytes())) {
            match number {
                1 => read.rejected = usize::try_from(value.integer() as i64).unwrap_or_default(),
                2 => read.message = shortened(value.text()),
                _ => {}
            }
        }
        read
    }

    /// The same in JSON.
    pub fn from_json(answer: &[u8], signal: Signal) -> Self {
        let key = match signal {
            Signal::Traces => "rejectedSpans",
            Signal::Metrics => "rejectedDataPoints",
            Signal::Logs => "rejectedLogRecords",
        };
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let partial = &answer["partialSuccess"];
        let rejected = match &partial[key] {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        };
        PartialSuccess {
            rejected: rejected.and_then(|rejected| usize::try_from(rejected).ok()).unwrap_or_default(),
            message: shortened(partial["errorMessage"].as_str().unwrap_or_default()),
        }
    }

    /// What it means for a request of `items`.
    pub fn into_sent(self, items: usize, exporter: &str, warnings: &Warnings) -> Sent {
        if self == PartialSuccess::default() {
            return Sent::default();
        }
        if warnings.is_due() {
            tracing::warn!(
                exporter,
                rejected = self.rejected,
                message = self.message,
                "the destination answered with a partial success"
            );
        }
        if self.rejected == 0 {
            return Sent::default();
        }
        let rejected = self.rejected.min(items);
        Sent {
            rejected: vec![Rejection {
                reason: Reason::Rejected,
                items: rejected,
                // where it is all of them, they are known
                first_item: (rejected == items).then_some(0),
                message: format!("the destination rejected {rejected} of {items} items: {}", self.message),
            }],
        }
    }
}

fn shortened(text: &str) -> String {
    let mut end = text.len().min(MESSAGE_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// Keeps a destination that complains about everything from filling the log.
#[derive(Debug, Default)]
pub(in crate::exporters) struct Warnings(Mutex<Option<Instant>>);

impl Warnings {
    fn is_due(&self) -> bool {
        let mut last = self.0.lock();
        let is_due = last.is_none_or(|last| last.elapsed() >= WARNING_EVERY);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use codeagent_pipeline::otlp::wire::{put_bytes, put_message, put_uint};

    use super::*;

    #[test]
    fn a_partial_success_is_read_from_both_encodings_and_nonsense_is_success() {
        let partial = |rejected, message: &str| PartialSuccess { rejected, message: message.to_owned() };
        let mut answer = Vec::new();
        put_message(&mut answer, 1, |out| {
            put_uint(out, 1, 7);
            put_bytes(out, 2, b"too old");
        });
        assert_eq!(PartialSuccess::from_protobuf(&answer), partial(7, "too old"));
        let mut negative = Vec::new();
        put_message(&mut negative, 1, |out| put_uint(out, 1, -1_i64 as u64));
        for nothing in [&b""[..], b"\xff\xff", b"{}", &negative] {
            assert_eq!(PartialSuccess::from_protobuf(nothing), partial(0, ""));
        }
        let cases = [
            (r#"{"partialSuccess":{"rejectedSpans":"7","errorMessage":"too old"}}"#, partial(7, "too old")),
            (r#"{"partialSuccess":{"rejectedSpans":7}}"#, partial(7, "")),
            (r#"{"partialSuccess":{"rejectedSpans":-7}}"#, partial(0, "")),
            (r#"{"partialSuccess":{"rejectedLogRecords":7}}"#, partial(0, "")),
            (r#"{"partialSuccess":null}"#, partial(0, "")),
            ("<html>", partial(0, "")),
        ];
        for (answer, expected) in cases {
            assert_eq!(PartialSuccess::from_json(answer.as_bytes(), Signal::Traces), expected, "{answer}");
        }
    }

    #[test]
    fn rejected_items_are_counted_and_never_more_than_were_sent() {
        let warnings = Warnings::default();
        for (rejected, counted, first_item) in [(0, None, None), (3, Some(3), None), (99, Some(10), Some(0))]
        {
            let partial = PartialSuccess { rejected, message: "no".to_owned() };
            let sent = partial.into_sent(10, "otlp", &warnings);
            assert_eq!(sent.rejected.first().map(|rejection| rejection.items), counted);
            assert_eq!(sent.rejected.first().and_then(|rejection| rejection.first_item), first_item);
        }
    }
}
