//! What the pipeline's answer means for the sender. As the Collector's receiver answers.

use std::time::Duration;

use codeagent_pipeline::{InFlight, Reason, Refused, Signal};
use serde_json::json;

use crate::net::rpc_status::{Code, Status, field, number};

/// When a sender may try again, where the pipeline does not say.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// All was taken, but for `rejected` items.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Accepted {
    pub(super) rejected: usize,
    pub(super) message: String,
}

/// Closes the account of a request, and says what its sender is told.
pub(super) fn settle(mut token: InFlight, result: Result<(), Refused>) -> Result<Accepted, Status> {
    match result {
        Ok(()) => {
            token.deliver_rest();
            Ok(Accepted::default())
        }
        Err(Refused::Partial { items, message }) => {
            token.drop_items(Reason::Rejected, items);
            token.deliver_rest();
            Ok(Accepted { rejected: items, message })
        }
        Err(Refused::Retry { after, message }) => {
            token.drop_rest(Reason::Refused);
            Err(Status::new(Code::Unavailable, message).after(after.unwrap_or(RETRY_AFTER)))
        }
        Err(Refused::Permanent { message }) => {
            token.drop_rest(Reason::Rejected);
            Err(Status::new(Code::Internal, message))
        }
    }
}

impl Accepted {
    /// `Export…ServiceResponse`; its fields have the same numbers for all signals. Empty when all was taken.
    pub(super) fn to_protobuf(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.rejected > 0 || !self.message.is_empty() {
            let mut partial = Vec::new();
            number(&mut partial, 0x08, self.rejected as u64);
            field(&mut partial, 0x12, self.message.as_bytes());
            field(&mut out, 0x0a, &partial);
        }
        out
    }

    /// The same in OTLP/JSON.
    pub(super) fn to_json(&self, signal: Signal) -> Vec<u8> {
        if self.rejected == 0 && self.message.is_empty() {
            return b"{}".to_vec();
        }
        let rejected = match signal {
            Signal::Traces => "rejectedSpans",
            Signal::Metrics => "rejectedDataPoints",
            Signal::Logs => "rejectedLogRecords",
        };
        json!({ "partialSuccess": { rejected: self.rejected.to_string(), "errorMessage": self.message } })
            .to_string()
            .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codeagent_pipeline::{Ledger, NodeKind};

    /// The answer of the pipeline; code and seconds that the sender is told; items out; items dropped.
    type Case = (Result<(), Refused>, Option<(Code, Option<u64>)>, u64, &'static [(&'static str, u64)]);

    #[test]
    fn every_answer_of_the_pipeline_is_counted_and_told() {
        let retry = |after| Refused::Retry { after, message: "full".into() };
        let cases: [Case; 5] = [
            (Ok(()), None, 10, &[]),
            (Err(Refused::Partial { items: 3, message: "bad".into() }), None, 7, &[("rejected", 3)]),
            (Err(retry(None)), Some((Code::Unavailable, Some(1))), 0, &[("refused", 10)]),
            (
                Err(retry(Some(Duration::from_secs(9)))),
                Some((Code::Unavailable, Some(9))),
                0,
                &[("refused", 10)],
            ),
            (Err(Refused::permanent("no")), Some((Code::Internal, None)), 0, &[("rejected", 10)]),
        ];
        for (result, failure, out, dropped) in cases {
            let ledger = Ledger::default();
            let node = ledger.node(NodeKind::Receiver, "otlp", "", Signal::Logs);
            let told = settle(node.enter(10), result).err();
            let told = told.map(|status| (status.code, status.retry_after.map(|after| after.as_secs())));
            assert_eq!(told, failure);
            let row = &ledger.rows()[0];
            assert_eq!((row.items_out, row.dropped.clone()), (out, dropped.iter().copied().collect()));
            assert!(row.balances());
        }
    }

    #[test]
    fn a_partial_success_is_encoded_for_its_signal() {
        use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
        use prost::Message;
        let accepted = Accepted { rejected: 300, message: "too old".into() };
        let read = ExportTraceServiceResponse::decode(accepted.to_protobuf().as_slice()).unwrap();
        let partial = read.partial_success.unwrap();
        assert_eq!((partial.rejected_spans, partial.error_message.as_str()), (300, "too old"));
        let read: serde_json::Value = serde_json::from_slice(&accepted.to_json(Signal::Metrics)).unwrap();
        assert_eq!(read["partialSuccess"]["rejectedDataPoints"], "300");
        assert_eq!(Accepted::default().to_json(Signal::Logs), b"{}");
        assert!(Accepted::default().to_protobuf().is_empty());
    }
}
