//! The collector as a sender of OTLP: its resource, and requests that carry its telemetry.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use crate::otlp::any_value;
use crate::otlp::wire::{put_bytes, put_message};

/// Who the telemetry is from, encoded once.
#[derive(Clone, Debug)]
pub struct Resource {
    /// `Resource` and `InstrumentationScope`.
    resource: Bytes,
    scope: Bytes,
}

impl Resource {
    /// A resource of these attributes, with encoded values (see [`any_value`]). `scope` and `version` name the
    /// program that measures.
    pub fn new<'a>(
        attributes: impl IntoIterator<Item = (&'a str, Vec<u8>)>,
        scope: &str,
        version: &str,
    ) -> Self {
        let mut resource = Vec::new();
        for (key, value) in attributes {
            put_attribute(&mut resource, 1, key, &value);
        }
        let mut written = Vec::new();
        put_bytes(&mut written, 1, scope.as_bytes());
        put_bytes(&mut written, 2, version.as_bytes());
        Resource { resource: resource.into(), scope: written.into() }
    }

    /// An export request of encoded spans, metrics or log records. The three requests have the same fields on the
    /// way down to them.
    pub fn request<'a>(&self, records: impl IntoIterator<Item = &'a [u8]>) -> Bytes {
        let mut request = Vec::with_capacity(4 << 10);
        put_message(&mut request, 1, |out| {
            put_bytes(out, 1, &self.resource);
            put_message(out, 2, |out| {
                put_bytes(out, 1, &self.scope);
                records.into_iter().for_each(|record| put_bytes(out, 2, record));
            });
        });
        request.into()
    }
}

/// Appends a `KeyValue` with a value that is encoded.
pub(super) fn put_attribute(out: &mut Vec<u8>, field: u32, key: &str, value: &[u8]) {
    put_message(out, field, |out| {
        put_bytes(out, 1, key.as_bytes());
        put_bytes(out, 2, value);
    });
}

/// Appends a `KeyValue` of a text.
pub(super) fn put_text_attribute(out: &mut Vec<u8>, field: u32, key: &str, value: &str) {
    put_attribute(out, field, key, &any_value::string(value));
}

/// Nanoseconds since 1970, as OTLP counts time; 0 for what was before.
pub fn unix_nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
