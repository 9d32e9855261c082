//! How an answer is booked at a connector's node.

use codeagent_pipeline::{InFlight, Reason, Refused};

/// Books what became of the items in `token`.
pub fn settle(mut token: InFlight, outcome: &Result<(), Refused>) {
    match outcome {
        Ok(()) => {}
        Err(Refused::Retry { .. }) => token.drop_items(Reason::Refused, token.left()),
        Err(Refused::Permanent { .. }) => token.drop_items(Reason::Rejected, token.left()),
        Err(Refused::Partial { items, .. }) => token.drop_items(Reason::Rejected, *items),
    }
    token.deliver_rest();
}
