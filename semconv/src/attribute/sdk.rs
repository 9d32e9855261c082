// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

use crate::{Definition, Key, ValueType, value};

/// `codeagent.sdk.drop.reason`: Why the SDK lost an item.
///
/// A closed list. Whoever needs another reason adds it here, so that no item disappears without a name for it.
pub const CODEAGENT_SDK_DROP_REASON: Key<value::SdkDropReason> = Key::new("codeagent.sdk.drop.reason");

pub(super) static DEFINED: &[Definition] = &[
    Definition {
        key: "codeagent.sdk.drop.reason",
        label: "codeagent_sdk_drop_reason",
        value_type: ValueType::Closed(&["queue_full", "rejected", "refused", "spool_full", "spool_failed", "expired", "closed"]),
        brief: "Why the SDK lost an item.",
        identifier: false,
    },
];
