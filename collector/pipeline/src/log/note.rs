//! What is written beside a batch, where it is not simply for everybody.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::otlp::{Ordinals, Raise};
use crate::{Chunk, Signal};

/// Bytes of a note; its length has two bytes.
const NOTE_BYTES_MAX: usize = 60 << 10;
/// Stretches of ordinals in a note, of some twenty bytes each. Pieces of a request have a few.
const RAISES_MAX: usize = 1_500;
/// Bytes of a message in a note.
const MESSAGE_BYTES_MAX: usize = 4 << 10;

/// For whom a record is, and why it is where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// The only destination that it is for. Nothing: all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exporter: Option<String>,
    /// A dead letter: why the destination did not get it, as in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A dead letter: what the destination said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// A dead letter: how many of the items were refused, where the destination did not say which. The others
    /// were delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<u64>,
    /// A piece of a request: which of its equals in the whole request each item is, where the piece does not show it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ordinals: Vec<Raise>,
}

impl Note {
    /// A note for records that are for one destination only.
    pub fn only_for(exporter: &str) -> Self {
        Note { exporter: Some(exporter.to_owned()), ..Note::default() }
    }

    /// The same beside `chunk`, whose bytes do not show which of their equals its items are.
    pub(super) fn beside(&self, signal: Signal, chunk: &Chunk) -> Self {
        let raises = chunk.ordinals.as_ref().map(|ordinals| ordinals.raises(signal, chunk));
        Note { ordinals: raises.unwrap_or_default(), ..self.clone() }
    }

    /// The chunk that it stands beside.
    pub(super) fn chunk(&self, signal: Signal, mut chunk: Chunk) -> Chunk {
        if !self.ordinals.is_empty() {
            chunk.ordinals = Ordinals::raised(signal, &chunk, &self.ordinals);
        }
        chunk
    }

    /// As it is stored; empty where there is nothing to say.
    pub(super) fn encode(mut self) -> Bytes {
        if self == Note::default() {
            return Bytes::new();
        }
        if let Some(message) = &mut self.message
            && message.len() > MESSAGE_BYTES_MAX
        {
            let end = (0..=MESSAGE_BYTES_MAX).rev().find(|end| message.is_char_boundary(*end));
            message.truncate(end.unwrap_or(0));
        }
        self.ordinals.truncate(RAISES_MAX);
        let encoded = serde_json::to_vec(&self).unwrap_or_default();
        if encoded.len() > NOTE_BYTES_MAX { Bytes::new() } else { encoded.into() }
    }

    /// Reads what was stored; nothing where it is no note.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() { Some(Note::default()) } else { serde_json::from_slice(bytes).ok() }
    }

    /// Whether the record is for `exporter`.
    pub fn is_for(&self, exporter: &str) -> bool {
        self.exporter.as_ref().is_none_or(|only| only == exporter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_comes_back_and_an_empty_one_costs_nothing() {
        assert!(Note::default().encode().is_empty());
        let note = Note {
            exporter: Some("kafka/eu".into()),
            reason: Some("rejected".into()),
            message: Some("é".repeat(5_000)),
            refused: Some(3),
            ordinals: vec![Raise { from: 1, items: 2, by: 3 }; 9_999],
        };
        let decoded = Note::decode(&note.encode()).unwrap();
        assert_eq!((decoded.exporter.as_deref(), decoded.refused), (Some("kafka/eu"), Some(3)));
        assert_eq!(decoded.message.unwrap().len(), MESSAGE_BYTES_MAX);
        assert_eq!(decoded.ordinals, vec![Raise { from: 1, items: 2, by: 3 }; RAISES_MAX]);
        assert!(Note::decode(b"").unwrap().is_for("any") && Note::decode(b"not json").is_none());
        assert!(Note::only_for("a").is_for("a") && !Note::only_for("a").is_for("b"));
    }
}
