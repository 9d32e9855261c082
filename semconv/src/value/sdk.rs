// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

closed_enum! {
    /// `codeagent.sdk.drop.reason`: Why the SDK lost an item.
    ///
    /// A closed list. Whoever needs another reason adds it here, so that no item disappears without a name for it.
    pub enum SdkDropReason {
        /// The box that waits for export was full.
        QueueFull = "queue_full",
        /// The collector took the request and rejected this item: a partial success.
        Rejected = "rejected",
        /// The collector refused the request for good.
        Refused = "refused",
        /// It was the oldest in a spool that was full.
        SpoolFull = "spool_full",
        /// The spool could not be written, or its record was damaged.
        SpoolFailed = "spool_failed",
        /// It lay in the spool for too long.
        Expired = "expired",
        /// It came after the end of the SDK, or was left at it without a spool.
        Closed = "closed",
    }
}
