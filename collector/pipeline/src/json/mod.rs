//! OTLP/JSON, both directions, between bytes and bytes.
//!
//! [`to_protobuf`] reads the JSON of an export request in one pass, without a tree, straight into protobuf;
//! [`from_protobuf`] writes the JSON of one. Both follow the same tables, one row per field. OTLP/JSON is protobuf's JSON
//! mapping with deviations (OTLP specification, section "JSON Protobuf Encoding"); where the specification leaves room,
//! reading follows the OpenTelemetry Collector's `pdata` and protojson:
//!
//! - Trace and span ids are hex in either case; empty means absent; any other length is refused. Other bytes are base64,
//!   standard or URL-safe, padded or not.
//! - Enums are integers; a name of the enum is accepted too.
//! - Integers are numbers or strings; a fraction or exponent is accepted when the value is integral. Doubles are numbers or
//!   strings, `"NaN"`, `"Infinity"`, `"-Infinity"` (and Go's `"+Inf"`, `"-Inf"`, `"Inf"`, which the Collector writes).
//! - Keys are lowerCamelCase; the names of the `.proto` files are accepted too. Unknown keys are ignored.
//! - `null` is the same as absent; in an array of values it is an empty value that keeps its place.
//! - A known key twice in an object, two members of a oneof, a lone surrogate, invalid UTF-8, a byte order mark, a number out
//!   of range, anything after the document: refused, with byte offset and path.
//!
//! What is written: absent fields and defaults omitted, 64-bit integers as strings, ids in lower-case hex, one line.

mod error;
mod frame;
mod lexer;
mod number;
mod plain;
mod reader;
#[cfg(test)]
mod tests;
mod text;
mod wire;
mod writer;

pub use error::{JsonError, Problem};
pub use text::{write_base64, write_double, write_hex, write_string};
pub use wire::WireError;

use crate::Signal;
use crate::otlp::schema;
use crate::otlp::schema::message::Message;
use error::Failure;
use reader::Reader;
use wire::Cursor;
use writer::Writer;

/// What one request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Messages in each other below the request; unknown objects and arrays count too. 100 is what protobuf parsers allow,
    /// so that what is accepted here is accepted as protobuf everywhere.
    pub depth_max: usize,
    /// Bytes of the protobuf. It can be larger than its JSON, four times at most (an array of one-digit bucket counts).
    pub bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth_max: 100, bytes_max: 64 << 20 }
    }
}

fn request_of(signal: Signal) -> &'static Message {
    match signal {
        Signal::Traces => &schema::traces::EXPORT_TRACES,
        Signal::Metrics => &schema::metrics::EXPORT_METRICS,
        Signal::Logs => &schema::logs::EXPORT_LOGS,
    }
}

/// Reads the OTLP/JSON of an export request and returns its protobuf. Fields stand in the order of the JSON; numbers at
/// their default, where absent means the same, are left out.
///
/// # Errors
/// The body is not OTLP/JSON, or exceeds a limit: nothing of it is used, and its sender must change it.
pub fn to_protobuf(signal: Signal, body: &[u8], limits: Limits) -> Result<Vec<u8>, JsonError> {
    read(request_of(signal), body, limits).map_err(|failure| failure.into_error())
}

fn read(schema: &'static Message, body: &[u8], limits: Limits) -> Result<Vec<u8>, Box<Failure>> {
    if body.starts_with(b"\xef\xbb\xbf") {
        return Err(Failure::new(0, Problem::ByteOrderMark));
    }
    // Once for the whole body is several times as fast as once for each string.
    simdutf8::compat::from_utf8(body)
        .map_err(|error| Failure::new(error.valid_up_to(), Problem::InvalidUtf8))?;
    Reader::new(body, limits).request(schema)
}

/// Appends the OTLP/JSON of an export request to `out`, as one line without its end. Fields that the tables do not know
/// are left out, since JSON has no name for them.
///
/// # Errors
/// The bytes are not the protobuf of such a request; `out` is as it was.
pub fn from_protobuf(signal: Signal, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let schema = request_of(signal);
    appended(out, |out| Writer { out, merge_budget: bytes.len() }.message(schema, Cursor::new(bytes), 0))
}

/// Appends one `AnyValue`, given as protobuf, as plain JSON: a string, number, boolean, array or object; bytes as a base64
/// string; empty values, NaN and infinities as `null`. Of equal keys in an object the first counts.
///
/// # Errors
/// The bytes are not the protobuf of an `AnyValue`; `out` is as it was.
pub fn write_value(out: &mut Vec<u8>, any_value: &[u8]) -> Result<(), WireError> {
    appended(out, |out| plain::value(out, Cursor::new(any_value), 0))
}

/// Writes, checks that what was written is UTF-8, and takes it back if not. All but the strings is ASCII, so that one check
/// covers each of them.
fn appended(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), WireError>,
) -> Result<(), WireError> {
    let start = out.len();
    let written = write(out).and_then(|()| match simdutf8::basic::from_utf8(&out[start..]) {
        Ok(_) => Ok(()),
        Err(_) => Err(WireError { offset: 0, problem: "a string that is not UTF-8" }),
    });
    if written.is_err() {
        out.truncate(start);
    }
    written
}
