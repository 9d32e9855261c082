//! The end of a gRPC answer, as HTTP/2 headers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use crate::net::rpc_status::{Code, Status};

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const GRPC_STATUS_DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// The encodings that [`crate::net::decompress`] reads.
const ACCEPTED: HeaderValue = HeaderValue::from_static("identity,gzip,zstd,deflate,snappy");
const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
/// Clients give up on headers of more than 8 KiB, so a message is cut well below.
const MESSAGE_BYTES_MAX: usize = 2048;

/// The headers before the message of a success.
pub(super) fn success_head() -> Response<()> {
    let mut response = Response::new(());
    response.headers_mut().insert(CONTENT_TYPE, GRPC);
    response
}

/// The trailers after the message of a success.
pub(super) fn success_trailers() -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert(GRPC_STATUS, HeaderValue::from_static("0"));
    trailers
}

/// A failure: headers that are trailers at the same time.
pub(super) fn failure(status: &Status) -> Response<()> {
    let mut response = success_head();
    let headers = response.headers_mut();
    headers.insert(GRPC_STATUS, HeaderValue::from(status.code as u16));
    if let Ok(message) = HeaderValue::try_from(percent_encoded(&status.message)) {
        headers.insert(GRPC_MESSAGE, message);
    }
    if status.retry_after.is_some() {
        let mut status = status.clone();
        status.message = cut(&status.message).to_owned().into();
        let details = STANDARD_NO_PAD.encode(status.to_protobuf());
        if let Ok(details) = HeaderValue::try_from(details) {
            headers.insert(GRPC_STATUS_DETAILS, details);
        }
    }
    if status.code == Code::Unimplemented {
        headers.insert(GRPC_ACCEPT_ENCODING, ACCEPTED);
    }
    response
}

/// What a caller that does not speak gRPC gets.
pub(super) fn not_grpc(status: StatusCode) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    response
}

fn cut(message: &str) -> &str {
    let mut end = message.len().min(MESSAGE_BYTES_MAX);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    &message[..end]
}

/// Bytes outside of printable ASCII, and `%`, as `%XX`.
/// Source: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses>.
fn percent_encoded(message: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(message.len());
    for byte in cut(message).bytes() {
        if (0x20..=0x7e).contains(&byte) && byte != b'%' {
            encoded.push(byte.into());
        } else {
            encoded.push('%');
            encoded.push(HEX[usize::from(byte >> 4)].into());
            encoded.push(HEX[usize::from(byte & 15)].into());
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_percent_encoded() {
        assert_eq!(percent_encoded("50 % of\n\u{e4}"), "50 %25 of%0A%C3%A4");
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let message = "\u{e4}".repeat(2000);
        assert_eq!(cut(&message).len(), MESSAGE_BYTES_MAX);
        assert_eq!(cut(&message[2..]).len(), MESSAGE_BYTES_MAX);
        assert_eq!(cut(&format!("x{message}")).len(), MESSAGE_BYTES_MAX - 1);
    }
}
