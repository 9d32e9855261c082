//! What is taken from a partition at once, charged to the memory budget before it is copied.

use codeagent_pipeline::Permit;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _, Timestamp};

use super::topics::Encoding;

/// The name of a header and its text.
pub(super) type Header = (String, String);

/// Messages in one hand.
const MESSAGES_MAX: usize = 8192;

/// Steps in which the budget is asked: an atomic or two for many small messages.
const STEP: usize = 64 << 10;

/// Messages of one partition, in their order.
#[derive(Debug)]
pub(super) struct Hand {
    values: Vec<u8>,
    records: Vec<Record>,
    permit: Permit,
    /// Bytes of memory for each byte of a message.
    factor: usize,
}

/// One message; its value ends at `end`.
#[derive(Debug)]
pub(super) struct Record {
    pub offset: i64,
    pub end: usize,
    pub time_unix_nano: Option<u64>,
    pub headers: Vec<Header>,
}

/// Bytes of memory that a byte of a message takes until it is delivered: what is written anew stands beside what was read.
pub(super) fn memory_factor(encoding: Encoding, has_headers: bool) -> usize {
    if encoding == Encoding::OtlpProto && !has_headers { 1 } else { 3 }
}

impl Hand {
    /// A hand that may hold as much as `permit` says.
    pub fn new(permit: Permit, factor: usize, capacity: usize) -> Self {
        Hand { values: Vec::with_capacity(capacity), records: Vec::new(), permit, factor }
    }

    /// Whether `more` bytes fit into the budget.
    pub fn makes_room(&mut self, more: usize) -> bool {
        let needed = (self.values.len() + more) * self.factor;
        let Some(lacking) = needed.checked_sub(self.permit.amount()).filter(|lacking| *lacking > 0) else {
            return true;
        };
        self.permit.try_grow(lacking.max(STEP)) || self.permit.try_grow(lacking)
    }

    /// Takes a message, with those of its headers that are `wanted`.
    pub fn push(&mut self, message: &BorrowedMessage<'_>, wanted: &[String]) {
        let time = match message.timestamp() {
            Timestamp::CreateTime(ms) | Timestamp::LogAppendTime(ms) => u64::try_from(ms).ok(),
            Timestamp::NotAvailable => None,
        };
        let time_unix_nano = time.map(|ms| ms.saturating_mul(1_000_000));
        let headers = if wanted.is_empty() { Vec::new() } else { headers(message, wanted) };
        self.push_value(message.offset(), message.payload().unwrap_or_default(), time_unix_nano, headers);
    }

    /// Takes a message, part by part.
    pub fn push_value(
        &mut self,
        offset: i64,
        value: &[u8],
        time_unix_nano: Option<u64>,
        headers: Vec<Header>,
    ) {
        self.values.extend_from_slice(value);
        self.records.push(Record { offset, end: self.values.len(), time_unix_nano, headers });
    }

    /// Whether it is time to hand them on.
    pub fn is_full(&self, bytes_max: usize) -> bool {
        self.values.len() >= bytes_max || self.records.len() >= MESSAGES_MAX
    }

    /// Bytes of all values.
    pub fn bytes(&self) -> usize {
        self.values.len()
    }

    /// How many messages.
    pub fn messages(&self) -> usize {
        self.records.len()
    }

    /// The first offset and the one after the last.
    pub fn offsets(&self) -> (i64, i64) {
        let offset = |record: Option<&Record>| record.map_or(0, |record| record.offset);
        (offset(self.records.first()), offset(self.records.last()).saturating_add(1))
    }

    /// The values one after the other, the messages, and what they are charged.
    pub fn into_parts(mut self) -> (Vec<u8>, Vec<Record>, Permit) {
        self.permit.shrink_to(self.values.len() * self.factor);
        (self.values, self.records, self.permit)
    }
}

fn headers(message: &BorrowedMessage<'_>, wanted: &[String]) -> Vec<Header> {
    let found = message.headers().into_iter().flat_map(|headers| headers.iter());
    let found = found.filter(|header| wanted.iter().any(|name| name == header.key));
    let text = |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
    found.map(|header| (header.key.to_owned(), text(header.value))).collect()
}
