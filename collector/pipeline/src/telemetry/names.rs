//! The metrics that the runtime itself records.

use super::registry::Description;

const fn metric(name: &'static str, help: &'static str) -> Description {
    Description { name, help }
}

pub(crate) const QUEUE_SIZE: Description =
    metric("otelcol_exporter_queue_size", "What is in the queue of the exporter, in the unit of its sizer.");
pub(crate) const QUEUE_CAPACITY: Description = metric(
    "otelcol_exporter_queue_capacity",
    "What the queue of the exporter has room for, in the unit of its sizer.",
);
pub(crate) const BATCH_ITEMS: Description =
    metric("otelcol_exporter_queue_batch_send_size", "Items in the batches that were sent.");
pub(crate) const BATCH_BYTES: Description = metric(
    "otelcol_exporter_queue_batch_send_size_bytes",
    "Bytes in the batches that were sent, before compression.",
);
pub(crate) const QUEUE_USED: Description =
    metric("codeagent_exporter_queue_used_bytes", "Bytes in the queue of an exporter.");
pub(crate) const QUEUE_LIMIT: Description =
    metric("codeagent_exporter_queue_limit_bytes", "Bytes for which the queue of an exporter has room.");
pub(crate) const RETRIES: Description =
    metric("codeagent_exporter_retries_total", "Attempts of an exporter after the first.");
pub(crate) const ATTEMPT_DURATION: Description = metric(
    "codeagent_exporter_attempt_duration_seconds",
    "Duration of one attempt of an exporter, from sending to the destination's answer.",
);
