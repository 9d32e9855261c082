//! Policies that stand alone.

use regex::RegexSet;

use super::super::chance::{Chance, DEFAULT_SALT, Salt, largest_hash};
use super::super::conditions::{OfSpan, Test};
use super::super::policy::{Limit, Policy};
use super::super::policy_config::{
    BooleanAttribute, Latency, NumericAttribute, OttlCondition, Probabilistic, SpanCount, Status,
    StringAttribute, TraceStateEntry,
};
use super::super::rates::Bucket;
use super::{Compiler, Problem, positive, problem};
use crate::ottl::{Condition, Context, Mistake};

impl Compiler<'_> {
    fn inverted(number: usize, invert: bool) -> Policy {
        let mark = Policy::Mark(number);
        if invert { Policy::Not(Box::new(mark)) } else { mark }
    }

    pub(super) fn numeric(&mut self, config: &NumericAttribute) -> Result<Policy, Problem> {
        let key = needs_key(&config.key)?;
        if config.min_value.is_none() && config.max_value.is_none() {
            return problem("there is no bound", "set `min_value`, `max_value` or both");
        }
        let bounds = (config.min_value.unwrap_or(i64::MIN), config.max_value.unwrap_or(i64::MAX));
        if bounds.0 > bounds.1 {
            return problem("`min_value` is above `max_value`, so nothing matches", "swap them");
        }
        let identity = format!("number {key:?} {bounds:?}");
        let number = self.conditions.attribute(key, identity, || Test::Between(bounds.0, bounds.1));
        Ok(Self::inverted(number, config.invert_match))
    }

    pub(super) fn boolean(&mut self, config: &BooleanAttribute) -> Result<Policy, Problem> {
        let key = needs_key(&config.key)?;
        let identity = format!("boolean {key:?} {}", config.value);
        let number = self.conditions.attribute(key, identity, || Test::Is(config.value));
        Ok(Self::inverted(number, config.invert_match))
    }

    pub(super) fn text(&mut self, config: &StringAttribute) -> Result<Policy, Problem> {
        let key = needs_key(&config.key)?;
        let values: Vec<String> = config.values.iter().filter(|value| !value.is_empty()).cloned().collect();
        if values.is_empty() {
            return problem("there is no value to compare with", "list at least one in `values`");
        }
        let identity = format!("text {key:?} {} {values:?}", config.enabled_regex_matching);
        let test = match config.enabled_regex_matching {
            false => Test::Texts(values),
            true => Test::Patterns(patterns(&values)?),
        };
        let number = self.conditions.attribute(key, identity, || test);
        Ok(Self::inverted(number, config.invert_match))
    }

    pub(super) fn status(&mut self, codes: &[Status]) -> Result<Policy, Problem> {
        if codes.is_empty() {
            return problem("there is no status code", "list OK, ERROR or UNSET in `status_codes`");
        }
        let bits = codes.iter().fold(0, |bits, code| bits | 1 << *code as u8);
        Ok(Policy::Mark(self.conditions.span(format!("status {bits}"), || OfSpan::Status(bits))))
    }

    pub(super) fn trace_state(&mut self, config: &TraceStateEntry) -> Result<Policy, Problem> {
        let key = needs_key(&config.key)?;
        let values: Vec<String> = config.values.iter().filter(|value| !value.is_empty()).cloned().collect();
        if values.is_empty() {
            return problem("there is no value to compare with", "list at least one in `values`");
        }
        let identity = format!("state {key:?} {values:?}");
        Ok(Policy::Mark(self.conditions.span(identity, || OfSpan::TraceState(key.to_owned(), values))))
    }

    pub(super) fn ottl(&mut self, config: &OttlCondition) -> Result<Policy, Problem> {
        if config.span.is_empty() && config.spanevent.is_empty() {
            return problem("there is no condition", "write one in `span` or `spanevent`");
        }
        let compile = |texts: &[String], context| {
            let conditions = texts.iter().map(|text| Condition::parse(text, context));
            let conditions = conditions.collect::<Result<Vec<_>, Mistake>>();
            conditions.map_err(|mistake| (mistake.message, mistake.help))
        };
        let spans = compile(&config.span, Context::Span)?;
        let events = compile(&config.spanevent, Context::SpanEvent)?;
        let identity = format!("ottl {:?} {:?}", config.span, config.spanevent);
        Ok(Policy::Mark(self.conditions.span(identity, || OfSpan::Ottl(spans, events))))
    }

    pub(super) fn chance(&mut self, config: &Probabilistic) -> Result<Policy, Problem> {
        let share = config.sampling_percentage;
        if share.is_nan() || share < 0.0 {
            return problem(format!("{share} is not a percentage"), "write 0 to 100");
        }
        let salt = if config.hash_salt.is_empty() { DEFAULT_SALT } else { &config.hash_salt };
        let known = self.salt_texts.iter().position(|text| text == salt);
        let salt = known.unwrap_or_else(|| {
            self.salt_texts.push(salt.to_owned());
            self.salts.push(Salt::new(salt));
            self.salts.len() - 1
        });
        self.chances.push(Chance { salt, most: largest_hash(share / 100.0) });
        Ok(Policy::Chance(self.chances.len() - 1))
    }

    pub(super) fn bucket(&mut self, key: &str, rate: i64, burst: i64) -> Result<usize, Problem> {
        let rate = positive(key, rate)?;
        let burst = u64::try_from(burst).ok().filter(|burst| *burst > 0).unwrap_or(rate.saturating_mul(2));
        self.limits.push(Limit::Bucket(Bucket::new(rate, burst)));
        Ok(self.limits.len() - 1)
    }
}

pub(super) fn latency(config: &Latency) -> Result<Policy, Problem> {
    let bound = |value: i64, key: &str| {
        u64::try_from(value).map_err(|_| (format!("`{key}` is negative"), "write milliseconds".to_owned()))
    };
    let least = bound(config.threshold_ms, "threshold_ms")?;
    match bound(config.upper_threshold_ms, "upper_threshold_ms")? {
        0 => Ok(Policy::Slow(least)),
        most if most <= least => {
            problem("`upper_threshold_ms` is not above `threshold_ms`, so nothing matches", "raise it")
        }
        most => Ok(Policy::Took(least, most)),
    }
}

pub(super) fn span_count(config: &SpanCount) -> Result<Policy, Problem> {
    let least = u64::try_from(config.min_spans).unwrap_or(0);
    match u64::try_from(config.max_spans).unwrap_or(0) {
        0 => Ok(Policy::Spans(least, u64::MAX)),
        most if most < least => problem("`max_spans` is below `min_spans`, so nothing matches", "swap them"),
        most => Ok(Policy::Spans(least, most)),
    }
}

fn patterns(values: &[String]) -> Result<RegexSet, Problem> {
    RegexSet::new(values).map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        (format!("a value is no regular expression: {reason}"), "RE2's syntax holds".to_owned())
    })
}

fn needs_key(key: &str) -> Result<&str, Problem> {
    if key.is_empty() { problem("the key is missing", "name it in `key`") } else { Ok(key) }
}
