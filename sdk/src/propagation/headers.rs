//! Headers as carriers.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

/// Reads the headers of a request.
#[derive(Clone, Copy, Debug)]
pub struct FromHeaders<'a>(pub &'a HeaderMap);

/// Writes the headers of a request; what the same names had before goes.
#[derive(Debug)]
pub struct IntoHeaders<'a>(pub &'a mut HeaderMap);

/// Stands for a value that is no text. No header that we know allows it, so that it is not taken for one that is not there.
const NO_TEXT: &str = "\u{0}";

impl Extractor for FromHeaders<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|value| value.to_str().unwrap_or(NO_TEXT))
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let values = self.0.get_all(key).iter().map(|value| value.to_str().unwrap_or(NO_TEXT));
        Some(values.collect::<Vec<_>>()).filter(|values| !values.is_empty())
    }
}

impl Injector for IntoHeaders<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
