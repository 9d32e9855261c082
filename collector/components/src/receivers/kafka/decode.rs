//! What is in messages: a batch, and what does not decode.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use codeagent_pipeline::otlp::views::{Resource, Scope};
use codeagent_pipeline::otlp::{self, AttributeList, Edit, Editor, Item, any_value};
use codeagent_pipeline::{Batch, Chunk, json};

use super::hand::{Hand, Header};
use super::log_record::{self, put_record, request_of};
use super::topics::{Encoding, Route};

/// The messages of a [`Hand`], read.
#[derive(Debug)]
pub(super) struct Decoded {
    /// A chunk for each message of OTLP, so that what came together stays together also when it is read again; one for all
    /// plain log lines.
    pub batch: Batch,
    /// The offset of each chunk's first message.
    pub offsets: Vec<i64>,
    /// Offsets of messages that do not decode, and why.
    pub malformed: Vec<(i64, String)>,
}

impl Decoded {
    fn push(&mut self, chunk: Chunk, offset: i64) {
        self.batch.push(chunk);
        self.offsets.push(offset);
    }
}

/// Reads all messages of `hand`.
pub(super) fn decode(hand: Hand, route: Route) -> Decoded {
    let (values, records, permit) = hand.into_parts();
    let mut decoded =
        Decoded { batch: Batch::empty(route.signal), offsets: Vec::new(), malformed: Vec::new() };
    let values = Bytes::from(values);
    let mut start = 0;
    let (mut lines, mut first_line) = (Lines::default(), None);
    for record in records {
        let value = values.slice(start..record.end);
        start = record.end;
        if value.is_empty() {
            continue;
        }
        let chunk = match route.encoding {
            Encoding::OtlpProto => otlp::admit(route.signal, value).map_err(|error| error.to_string()),
            Encoding::OtlpJson => from_json(route, &value),
            Encoding::Text | Encoding::Raw | Encoding::Json => {
                let time = record.time_unix_nano.unwrap_or_else(now);
                match log_record::body(route.encoding, &value) {
                    Ok(body) if record.headers.is_empty() => {
                        lines.push(&body, time);
                        first_line.get_or_insert(record.offset);
                        continue;
                    }
                    Ok(body) => Ok(one_line(&body, time)),
                    Err(error) => Err(error),
                }
            }
        };
        match chunk {
            Ok(chunk) if chunk.items == 0 => {}
            Ok(chunk) if record.headers.is_empty() => decoded.push(chunk, record.offset),
            Ok(chunk) => decoded.push(with_headers(route, &chunk, &record.headers), record.offset),
            Err(error) => decoded.malformed.push((record.offset, error)),
        }
    }
    if let Some(offset) = first_line {
        decoded.push(Chunk::new(request_of(&lines.records).into(), lines.items), offset);
    }
    decoded.batch = decoded.batch.holding(permit.into());
    decoded
}

fn from_json(route: Route, value: &[u8]) -> Result<Chunk, String> {
    let request = json::to_protobuf(route.signal, value, json::Limits::default());
    let request = request.map_err(|error| error.to_string())?;
    otlp::admit(route.signal, request.into()).map_err(|error| error.to_string())
}

/// Log records one after the other.
#[derive(Default)]
struct Lines {
    records: Vec<u8>,
    items: usize,
}

impl Lines {
    fn push(&mut self, body: &[u8], time_unix_nano: u64) {
        put_record(&mut self.records, body, time_unix_nano);
        self.items += 1;
    }
}

fn one_line(body: &[u8], time_unix_nano: u64) -> Chunk {
    let mut lines = Lines::default();
    lines.push(body, time_unix_nano);
    Chunk::new(request_of(&lines.records).into(), 1)
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn with_headers(route: Route, chunk: &Chunk, headers: &[Header]) -> Chunk {
    otlp::edit(route.signal, chunk, &mut AddHeaders(headers))
}

/// Headers of a message as attributes of the resources in it.
struct AddHeaders<'h>(&'h [Header]);

/// `Resource.attributes`.
const ATTRIBUTES: u32 = 1;

impl Editor for AddHeaders<'_> {
    fn resource(&mut self, resource: &Resource<'_>) -> Edit {
        let mut attributes = AttributeList::read(resource.raw, ATTRIBUTES);
        for (name, value) in self.0 {
            attributes.set(&format!("kafka.header.{name}"), any_value::string(value));
        }
        Edit::Replace(attributes.to_message())
    }

    fn item(&mut self, _: &Item<'_>, _: &Scope<'_>, _: &Resource<'_>) -> Edit {
        Edit::Keep
    }
}
