//! Log records: randomness and threshold live in attributes.

use codeagent_pipeline::otlp::views::{AnyValue, LogRecord, View};
use codeagent_pipeline::otlp::{AttributeList, Edit, any_value};
use codeagent_pipeline::sampling::{Randomness, Threshold};

use super::AttributeSource;
use super::decision::{Decision, Incoming, Sampler};

const THRESHOLD: &str = "sampling.threshold";
const RANDOMNESS: &str = "sampling.randomness";
/// `LogRecord.attributes`.
const ATTRIBUTES: u32 = 6;

/// Decides over a log record, and writes what was decided into its attributes.
pub fn sample(sampler: &Sampler, record: &LogRecord<'_>) -> Edit {
    let mut attributes = AttributeList::read(record.raw, ATTRIBUTES);
    let text = |key: &str| attributes.get(key).and_then(|value| AnyValue::view(value).as_str());
    let explicit = text(RANDOMNESS).and_then(Randomness::parse);
    let before = text(THRESHOLD).and_then(Threshold::parse);
    let Some((randomness, hashed)) = randomness(sampler, record, &attributes, explicit) else {
        return if sampler.fail_closed { Edit::Drop } else { Edit::Keep };
    };
    let threshold = before.filter(|_| !sampler.hashes());
    let priority = priority(sampler, &attributes);
    let decision = sampler.decide(&Incoming { randomness, threshold, priority });
    let Decision::Keep(threshold) = decision else { return Edit::Drop };
    if sampler.hashes() && (explicit.is_some() || before.is_some()) {
        return Edit::Keep;
    }
    if hashed {
        attributes.set(RANDOMNESS, any_value::string(&randomness.to_hex()));
    }
    attributes.set(THRESHOLD, any_value::string(&threshold.to_hex()));
    if attributes.is_changed() { Edit::Replace(attributes.to_message()) } else { Edit::Keep }
}

/// The record's randomness, and whether it is a hash that others cannot know.
fn randomness(
    sampler: &Sampler,
    record: &LogRecord<'_>,
    attributes: &AttributeList<'_>,
    explicit: Option<Randomness>,
) -> Option<(Randomness, bool)> {
    if sampler.attribute_source == AttributeSource::TraceId
        && let Some(own) = Randomness::of_trace_id(record.trace_id)
    {
        return match explicit {
            _ if sampler.hashes() => Some((sampler.hash(record.trace_id), true)),
            Some(explicit) => Some((explicit, false)),
            None => Some((own, false)),
        };
    }
    if let Some(explicit) = explicit.filter(|_| !sampler.hashes()) {
        return Some((explicit, false));
    }
    let value = attributes.get(&sampler.from_attribute).filter(|_| !sampler.from_attribute.is_empty())?;
    let bytes = value_bytes(&AnyValue::view(value));
    (!bytes.is_empty()).then(|| (sampler.hash(&bytes), true))
}

/// The bytes of a value that are hashed: a text's or bytes' own, else the value as text.
fn value_bytes(value: &AnyValue<'_>) -> Vec<u8> {
    match value {
        AnyValue::String(text) => text.as_bytes().to_vec(),
        AnyValue::Bytes(bytes) => bytes.to_vec(),
        AnyValue::Bool(value) => value.to_string().into_bytes(),
        AnyValue::Int(value) => value.to_string().into_bytes(),
        AnyValue::Double(value) => value.to_string().into_bytes(),
        AnyValue::Empty | AnyValue::Array(_) | AnyValue::Map(_) => Vec::new(),
    }
}

/// The record's own percentage as a share.
fn priority(sampler: &Sampler, attributes: &AttributeList<'_>) -> Option<f64> {
    let value =
        attributes.get(&sampler.sampling_priority).filter(|_| !sampler.sampling_priority.is_empty())?;
    let percentage = match AnyValue::view(value) {
        AnyValue::Int(number) => number as f64,
        AnyValue::Double(number) => number,
        _ => return None,
    };
    (percentage >= 0.0).then_some(percentage / 100.0)
}
