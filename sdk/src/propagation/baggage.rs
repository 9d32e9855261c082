//! The header `baggage`: <https://www.w3.org/TR/baggage/>.

use std::borrow::Cow;
use std::sync::LazyLock;

use opentelemetry::Context;
use opentelemetry::baggage::{BaggageExt, BaggageMetadata, KeyValueMetadata};
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};

const NAME: &str = "baggage";
const MEMBERS_MAX: usize = 64;
const BYTES_MAX: usize = 8192;

/// W3C Baggage. See the [module](super) for its limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Baggage;

impl TextMapPropagator for Baggage {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let baggage = context.baggage();
        let mut pairs: Vec<_> = baggage.iter().filter(|(key, _)| is_token(key.as_str())).collect();
        // The API keeps them in no order; what is cut must not change from call to call.
        pairs.sort_unstable_by_key(|(key, _)| key.as_str());
        let mut header = String::new();
        for (key, (value, metadata)) in pairs.into_iter().take(MEMBERS_MAX) {
            let member = member(key.as_str(), value.as_str(), metadata.as_str());
            if header.len() + usize::from(!header.is_empty()) + member.len() > BYTES_MAX {
                break;
            }
            if !header.is_empty() {
                header.push(',');
            }
            header.push_str(&member);
        }
        if !header.is_empty() {
            injector.set(NAME, header);
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let headers = extractor.get_all(NAME).unwrap_or_default();
        let members = read(&headers);
        if members.is_empty() { context.clone() } else { context.with_baggage(members) }
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: LazyLock<[String; 1]> = LazyLock::new(|| [NAME.to_owned()]);
        FieldIter::new(&*FIELDS)
    }
}

/// The members of all headers, up to the limits.
fn read(headers: &[&str]) -> Vec<KeyValueMetadata> {
    let (mut members, mut bytes) = (Vec::new(), 0);
    for text in headers.iter().flat_map(|header| header.split(',')) {
        bytes += text.len() + 1;
        if bytes > BYTES_MAX + 1 || members.len() == MEMBERS_MAX {
            break;
        }
        members.extend(parse(text));
    }
    members
}

/// `key = value ; property ; property = value`, with white space around each. `None` where it is not well-formed.
fn parse(text: &str) -> Option<KeyValueMetadata> {
    let (pair, properties) = text.split_once(';').unwrap_or((text, ""));
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (trim(key), trim(value));
    if !is_token(key) || !value.bytes().all(is_octet) || !properties.bytes().all(is_property_octet) {
        return None;
    }
    let properties = properties.split(';').map(trim).filter(|property| !property.is_empty());
    let metadata = properties.collect::<Vec<_>>().join(";");
    Some(KeyValueMetadata::new(key.to_owned(), decoded(value).into_owned(), BaggageMetadata::from(metadata)))
}

fn member(key: &str, value: &str, metadata: &str) -> String {
    let mut member = format!("{key}=");
    for byte in value.bytes() {
        if is_octet(byte) && byte != b'%' {
            member.push(char::from(byte));
        } else {
            member.push_str(&format!("%{byte:02X}"));
        }
    }
    let metadata = trim(metadata);
    // Properties are a text of the caller's: one that would end the member is left out.
    if !metadata.is_empty() && metadata.bytes().all(is_property_octet) {
        member.push(';');
        member.push_str(metadata);
    }
    member
}

/// Without `%XX`. What is no UTF-8 becomes U+FFFD, says the specification; a `%` without two digits stands for itself.
fn decoded(value: &str) -> Cow<'_, str> {
    if !value.contains('%') {
        return Cow::Borrowed(value);
    }
    let (bytes, mut out) = (value.as_bytes(), Vec::with_capacity(value.len()));
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.extend(u8::try_from(high << 4 | low));
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// A `token` of RFC 9110.
fn is_token(text: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// A `baggage-octet`.
fn is_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

fn is_property_octet(byte: u8) -> bool {
    is_octet(byte) || matches!(byte, b' ' | b'\t' | b';')
}
