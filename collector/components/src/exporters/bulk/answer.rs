//! The answer to a bulk request, read in one pass: only what went wrong is kept.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Characters of a server's reason that are kept.
const REASON_CHARACTERS_MAX: usize = 300;

/// What became of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its position in the request.
    pub position: usize,
    /// The status that it would have had in a request of its own.
    pub status: u16,
    /// The server's type and reason, where it gave them.
    pub reason: String,
}

/// An answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Whether anything went wrong, by the server's word.
    errors: Option<bool>,
    /// Documents that the answer speaks of.
    documents: usize,
    /// Those that were not stored.
    failures: Vec<Failure>,
}

/// Reads the answer to a request of `documents`.
///
/// # Errors
/// Why it is no such answer.
pub fn read(body: &[u8], documents: usize) -> Result<Vec<Failure>, String> {
    let mut answer = Answer::default();
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = Top(&mut answer).deserialize(&mut json);
    // where nothing went wrong, the reader stops before the items
    if answer.errors == Some(false) && answer.failures.is_empty() {
        return Ok(Vec::new());
    }
    read.map_err(|error| format!("the answer is not that of a bulk request: {error}"))?;
    if answer.documents != documents {
        return Err(format!("the answer speaks of {} documents, not of {documents}", answer.documents));
    }
    Ok(answer.failures)
}

struct Top<'a>(&'a mut Answer);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "errors" => {
                    let errors = map.next_value()?;
                    self.0.errors = Some(errors);
                    if !errors {
                        return Ok(());
                    }
                }
                "items" => map.next_value_seed(Items(self.0))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Items<'a>(&'a mut Answer);

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of results")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(Action { create, index }) = list.next_element::<Action<'de>>()? {
            let position = self.0.documents;
            self.0.documents += 1;
            let result = create.or(index).unwrap_or_default();
            if !(200..300).contains(&result.status) {
                let reason = result.error.map(|error| error.text()).unwrap_or_default();
                self.0.failures.push(Failure { position, status: result.status, reason });
            }
        }
        Ok(())
    }
}

#[derive(serde::Deserialize)]
struct Action<'a> {
    #[serde(borrow)]
    create: Option<Outcome<'a>>,
    #[serde(borrow)]
    index: Option<Outcome<'a>>,
}

#[derive(Default, serde::Deserialize)]
struct Outcome<'a> {
    #[serde(default)]
    status: u16,
    #[serde(borrow)]
    error: Option<Reason<'a>>,
}

#[derive(serde::Deserialize)]
struct Reason<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    reason: Cow<'a, str>,
    #[serde(borrow)]
    caused_by: Option<Box<Reason<'a>>>,
}

impl Reason<'_> {
    fn text(&self) -> String {
        let cause = self.caused_by.as_ref().filter(|cause| !self.reason.contains(&*cause.reason));
        let mut text = match cause {
            Some(cause) => format!("{}: {}: {}", self.kind, self.reason, cause.reason),
            None => format!("{}: {}", self.kind, self.reason),
        };
        // the server may quote the document, also its line ends
        text.retain(|c| !c.is_control());
        if let Some((cut, _)) = text.char_indices().nth(REASON_CHARACTERS_MAX) {
            text.truncate(cut);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_went_wrong_the_items_are_not_read() {
        assert_eq!(read(br#"{"errors":false,"items":[{"create":{"status":201}}]}"#, 1), Ok(vec![]));
        assert_eq!(read(br#"{"took":3,"errors":false}"#, 5), Ok(vec![]));
    }

    #[test]
    fn failures_are_known_by_their_position() {
        let answer = br#"{"errors":true,"took":1,"items":[{"create":{"status":201}},
            {"create":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"[x]: \"there\""}}},
            {"index":{"status":400,"error":{"type":"mapper_parsing_exception","reason":"failed to parse","caused_by":
              {"type":"e","reason":"not\na number"}}}}]}"#;
        let expected = [
            (1, 409, "version_conflict_engine_exception: [x]: \"there\""),
            (2, 400, "mapper_parsing_exception: failed to parse: nota number"),
        ];
        let expected = expected.map(|(position, status, reason)| Failure {
            position,
            status,
            reason: reason.to_owned(),
        });
        assert_eq!(read(answer, 3), Ok(expected.to_vec()));
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_none() {
        let cases: [&[u8]; 7] = [
            b"",
            b"<html>",
            b"[]",
            b"{}",
            br#"{"errors":true,"items":[]}"#,
            br#"{"items":[{"create":{"status":201}},{"create":{"status":201}}]}"#,
            br#"{"errors":true,"items":[{"create":"#,
        ];
        for case in cases {
            assert!(read(case, 1).is_err(), "{}", String::from_utf8_lossy(case));
        }
    }

    #[test]
    fn a_result_without_a_status_is_not_a_success() {
        let failures = read(br#"{"errors":true,"items":[{"create":{}}]}"#, 1).unwrap();
        assert_eq!(failures[0].status, 0);
    }
}
