//! `headers` of an OTLP exporter: secrets, as a list of `name` and `value`, or as a map.

use std::fmt;

use codeagent_config::Secret;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// Headers, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Headers(pub IndexMap<String, Secret>);

impl Headers {
    /// Adds those of a `headers_list`, `name=value,name=value`, that are not set. An entry without `=` is given back.
    pub fn add_list(&mut self, list: &Secret) -> Result<(), usize> {
        let entries = list.expose().split(',').map(str::trim).filter(|entry| !entry.is_empty());
        for (at, entry) in entries.enumerate() {
            let (name, value) = entry.split_once('=').ok_or(at + 1)?;
            self.0.entry(name.trim().to_owned()).or_insert_with(|| Secret::new(value.trim()));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    name: String,
    value: Secret,
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Either)
    }
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = Headers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of `name` and `value`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<Headers, A::Error> {
        let mut headers = IndexMap::new();
        while let Some(Pair { name, value }) = pairs.next_element()? {
            headers.insert(name, value);
        }
        Ok(Headers(headers))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Headers, A::Error> {
        let mut headers = IndexMap::new();
        while let Some((name, value)) = pairs.next_entry()? {
            headers.insert(name, value);
        }
        Ok(Headers(headers))
    }
}
