//! What a request says about the trace that it belongs to.
//! Source: <https://www.w3.org/TR/trace-context/>.

use http::HeaderMap;

/// The `traceparent` of requests that carry the collector's own telemetry: not sampled, so that no receiver makes
/// spans for it, which would be sent, and received, and so on.
pub const OWN_TRACEPARENT: &str = "00-c0de09e7000000000000000000000001-c0de09e700000001-00";

/// The `tracestate` of the same requests: what our own receivers know them by, also where they take no other
/// trace context over.
pub const OWN_TRACESTATE: &str = "codeagent=own";

/// A span as others refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanContext {
    /// The trace.
    pub trace_id: [u8; 16],
    /// The span.
    pub span_id: [u8; 8],
    /// Whether the span is recorded.
    pub sampled: bool,
    /// Whether it is about the telemetry of a collector itself, for which no spans are made.
    pub own: bool,
}

impl SpanContext {
    /// Reads `traceparent` and `tracestate`. One that is not right counts as none.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let parent = headers.get("traceparent")?.as_bytes();
        let state = headers.get("tracestate").map_or(&b""[..], |state| state.as_bytes());
        let own =
            state.split(|byte| *byte == b',').any(|entry| entry.trim_ascii() == OWN_TRACESTATE.as_bytes());
        let (trace_id, rest) = parent.strip_prefix(b"00-").and_then(hex::<16>)?;
        let (span_id, rest) = rest.strip_prefix(b"-").and_then(hex::<8>)?;
        let ([flags], []) = rest.strip_prefix(b"-").and_then(hex::<1>)? else { return None };
        if trace_id == [0; 16] || span_id == [0; 8] {
            return None;
        }
        Some(SpanContext { trace_id, span_id, sampled: flags & 1 == 1 && !own, own })
    }
}

/// `N` bytes in lower-case hexadecimal, and what follows.
fn hex<const N: usize>(text: &[u8]) -> Option<([u8; N], &[u8])> {
    let (digits, rest) = text.split_at_checked(2 * N)?;
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some((bytes, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parent: &str, state: Option<&str>) -> Option<SpanContext> {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", parent.parse().unwrap());
        if let Some(state) = state {
            headers.insert("tracestate", state.parse().unwrap());
        }
        SpanContext::from_headers(&headers)
    }

    #[test]
    fn a_trace_context_is_read_and_a_wrong_one_counts_as_none() {
        let right = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let context = read(right, None).unwrap();
        assert_eq!((context.trace_id[0], context.span_id[7], context.sampled), (0x0a, 0x31, true));
        assert!(!read(&right.replace("-01", "-00"), None).unwrap().sampled);
        for wrong in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        ] {
            assert_eq!(read(wrong, None), None, "{wrong}");
        }
    }

    #[test]
    fn a_collectors_own_telemetry_is_known_by_its_headers() {
        let own = read(OWN_TRACEPARENT, Some(OWN_TRACESTATE)).unwrap();
        assert!(own.own && !own.sampled);
        assert!(read(OWN_TRACEPARENT, Some("other=1 , codeagent=own")).unwrap().own);
        assert!(!read(OWN_TRACEPARENT, Some("codeagent=owner")).unwrap().own);
    }
}
