//! Which keys a struct has.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeOwned, Error, Visitor};

/// The keys of `T`; none where it is no struct.
pub(super) fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    // always an error: it asks for the fields and never gets values
    drop(T::deserialize(Question(&mut fields)));
    fields
}

/// Notes the fields that a struct asks for.
struct Question<'f>(&'f mut &'static [&'static str]);

/// There are no values.
#[derive(Debug)]
struct Unanswered;

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no value")
    }
}

impl std::error::Error for Unanswered {}

impl Error for Unanswered {
    fn custom<M: fmt::Display>(_: M) -> Self {
        Unanswered
    }
}

impl<'de> Deserializer<'de> for Question<'_> {
    type Error = Unanswered;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unanswered> {
        Err(Unanswered)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unanswered> {
        *self.0 = fields;
        Err(Unanswered)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
