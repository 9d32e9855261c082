//! What is known of one thing. The registry says which of it goes on which signal.

use codeagent_semconv::{Attribute, Key, Kind, Text, Value as Input, attribute as key};
use opentelemetry::{KeyValue, StringValue, Value};

#[derive(Clone)]
pub(super) struct Fact {
    pub(super) pair: KeyValue,
    /// What metrics say instead, so that no caller makes series without end.
    bounded: Option<&'static str>,
    /// The span has it since its start.
    is_on_span: bool,
}

#[derive(Clone, Default)]
pub(super) struct Facts(Vec<Fact>);

impl Facts {
    pub(super) fn text(&mut self, key: Key<Text>, value: &str) -> &mut Self {
        self.put(key.name(), Value::String(StringValue::from(std::sync::Arc::<str>::from(value))), None)
    }

    /// A text that is there for the whole run, such as the member of an enum.
    pub(super) fn word<K>(&mut self, key: Key<K>, value: &'static str) -> &mut Self {
        self.put(key.name(), Value::String(StringValue::from(value)), None)
    }

    /// A value of an enum that is open on the wire: spans and logs keep a value outside its list, metrics say `bounded`.
    pub(super) fn member<K: Kind>(
        &mut self,
        key: Key<K>,
        value: K::Input<'_>,
        bounded: &'static str,
    ) -> &mut Self {
        match K::value(value) {
            Input::Text(text) if text == bounded => self.word(key, bounded),
            Input::Text(text) => self.put(key.name(), Value::String(text.to_owned().into()), Some(bounded)),
            _ => self,
        }
    }

    /// A text of which metrics say something else.
    pub(super) fn text_bounded(&mut self, key: Key<Text>, value: &str, bounded: &'static str) -> &mut Self {
        self.put(key.name(), Value::String(value.to_owned().into()), Some(bounded))
    }

    pub(super) fn int<K>(&mut self, key: Key<K>, value: i64) -> &mut Self {
        self.put(key.name(), Value::I64(value), None)
    }

    pub(super) fn double<K>(&mut self, key: Key<K>, value: f64) -> &mut Self {
        self.put(key.name(), Value::F64(value), None)
    }

    /// Low cardinality is the caller's word.
    pub(super) fn error(&mut self, class: &str) -> &mut Self {
        self.text(key::ERROR_TYPE, class)
    }

    fn put(&mut self, key: &'static str, value: Value, bounded: Option<&'static str>) -> &mut Self {
        let fact = Fact { pair: KeyValue::new(key, value), bounded, is_on_span: false };
        match self.0.iter_mut().find(|fact| fact.pair.key.as_str() == key) {
            Some(known) => *known = fact,
            None => {
                // Most have more than four, which is where a vector begins.
                if self.0.is_empty() {
                    self.0.reserve(10);
                }
                self.0.push(fact);
            }
        }
        self
    }

    /// Those with these keys, for a child that is about the same thing.
    pub(super) fn only(&self, keys: &[&str]) -> Self {
        let same = self.0.iter().filter(|fact| keys.contains(&fact.pair.key.as_str()));
        Self(same.map(|fact| Fact { is_on_span: false, ..fact.clone() }).collect())
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = &KeyValue> {
        self.0.iter().map(|fact| &fact.pair)
    }

    /// Those that the span has not got yet; from now on it has.
    pub(super) fn for_span(&mut self) -> Vec<KeyValue> {
        let new = self.0.iter_mut().filter(|fact| !fact.is_on_span);
        new.map(|fact| {
            fact.is_on_span = true;
            fact.pair.clone()
        })
        .collect()
    }

    pub(super) fn into_pairs(self) -> Vec<KeyValue> {
        self.0.into_iter().map(|fact| fact.pair).collect()
    }

    /// Those that a metric has, with bounded values.
    pub(super) fn of_metric<'a>(
        &'a self,
        declared: &'static [Attribute],
    ) -> impl Iterator<Item = KeyValue> + 'a {
        self.0.iter().filter(|fact| is_among(declared, &fact.pair)).map(|fact| match fact.bounded {
            Some(bounded) => KeyValue::new(fact.pair.key.clone(), bounded),
            None => fact.pair.clone(),
        })
    }
}

fn is_among(declared: &[Attribute], pair: &KeyValue) -> bool {
    declared.iter().any(|attribute| attribute.key == pair.key.as_str())
}

#[cfg(test)]
mod tests {
    use codeagent_semconv::metric;
    use codeagent_semconv::value::ToolCategory;

    use super::*;

    #[test]
    fn a_metric_takes_what_the_registry_says_and_bounds_it() {
        let mut facts = Facts::default();
        let category = ToolCategory::Other("telepathy");
        facts.text(key::GEN_AI_TOOL_NAME, "bash").text(key::GEN_AI_TOOL_CALL_ID, "call-1");
        facts.member(key::CODEAGENT_TOOL_CATEGORY, category, category.bounded());
        let of_metric: Vec<_> = facts.of_metric(metric::CODEAGENT_TOOL_DURATION.attributes).collect();
        let expected = [("gen_ai.tool.name", "bash"), ("codeagent.tool.category", "other")];
        assert_eq!(of_metric, expected.map(|(key, value)| KeyValue::new(key, value)));
        assert!(facts.pairs().any(|pair| pair.value.as_str() == "telepathy"), "spans keep what was said");
    }
}
