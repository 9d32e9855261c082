// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

closed_enum! {
    /// `outcome`: How the receiver answered a request.
    ///
    /// The Collector's label on `otelcol.receiver.requests`.
    pub enum RequestOutcome {
        /// Everything in it was taken.
        Success = "success",
        /// What comes after the receiver refused it.
        Refused = "refused",
        /// The receiver itself failed, or could not read it.
        Failure = "failure",
    }
}

closed_enum! {
    /// `otelcol.signal`: The signal of a pipeline.
    pub enum Signal {
        /// Spans.
        Traces = "traces",
        /// Metric data points.
        Metrics = "metrics",
        /// Log records.
        Logs = "logs",
    }
}

closed_enum! {
    /// `otelcol.component.kind`: The kind of a node of the pipelines.
    pub enum ComponentKind {
        /// Takes data in.
        Receiver = "receiver",
        /// Changes data on its way.
        Processor = "processor",
        /// Delivers data.
        Exporter = "exporter",
        /// Ends one pipeline and begins another.
        Connector = "connector",
        /// Keeps data on disk until every destination has it.
        Queue = "queue",
    }
}

closed_enum! {
    /// `codeagent.drop.reason`: Why an item or a request went no further.
    ///
    /// A closed list. Whoever needs another reason adds it here, so that no item disappears without a name for it.
    pub enum DropReason {
        /// It breaks the rules of its protocol.
        Malformed = "malformed",
        /// It is larger than a configured limit or than the destination takes.
        TooLarge = "too_large",
        /// The memory budget of the process was used up.
        OverBudget = "over_budget",
        /// The queue of an exporter had no room.
        QueueFull = "queue_full",
        /// A filter says that it is not wanted.
        Filtered = "filtered",
        /// A sampler decided against it.
        Sampled = "sampled",
        /// The destination refused it for good.
        Rejected = "rejected",
        /// The format of the destination has no way to say it.
        Unrepresentable = "unrepresentable",
        /// Retries ran out.
        Expired = "expired",
        /// The collector stopped before it was delivered.
        Shutdown = "shutdown",
        /// A signal, an encoding or a feature that this collector does not know.
        Unsupported = "unsupported",
        /// The sender did not prove who it is.
        Unauthenticated = "unauthenticated",
        /// Its sender has used up what one sender may send; it was told when to try again.
        OverLimit = "over_limit",
        /// What comes after could not take it now; the sender was told to try again.
        Refused = "refused",
        /// The sender went away before its answer.
        Abandoned = "abandoned",
        /// A log on disk reached its limit and its oldest data made room, as configured.
        Evicted = "evicted",
        /// It was on disk and is not there any more: a damaged or missing file.
        Corrupted = "corrupted",
        /// An operator gave it up: `queue drop`.
        Discarded = "discarded",
    }
}

closed_enum! {
    /// `codeagent.sampling.verdict`: What a sampler decided.
    pub enum SamplingVerdict {
        /// It goes on.
        Kept = "kept",
        /// It does not.
        Dropped = "dropped",
    }
}

closed_enum! {
    /// `codeagent.reload.outcome`: What became of a reload of the configuration.
    pub enum ReloadOutcome {
        /// The new configuration runs.
        Applied = "applied",
        /// It says what the old one said.
        Unchanged = "unchanged",
        /// It has mistakes, and the old one runs on.
        Invalid = "invalid",
        /// Something in it could not start, and the old one runs on.
        Failed = "failed",
    }
}

closed_enum! {
    /// `codeagent.request.encoding`: How the body of a request was encoded.
    pub enum RequestEncoding {
        /// OTLP in binary protobuf.
        Protobuf = "protobuf",
        /// OTLP in JSON.
        Json = "json",
        /// Anything else; it is refused.
        Other = "other",
    }
}
