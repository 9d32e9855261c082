//! A map of the configuration, read key by key, so that none is overlooked.

use std::cell::RefCell;
use std::time::Duration;

use super::Problem;
use super::yaml::Value;

/// What is not honoured, a sentence each.
#[derive(Debug, Default)]
pub(super) struct Findings(RefCell<Vec<String>>);

impl Findings {
    pub(super) fn push(&self, finding: String) {
        self.0.borrow_mut().push(finding);
    }

    pub(super) fn into_inner(self) -> Vec<String> {
        self.0.into_inner()
    }
}

/// A map at its path.
pub(super) struct Section<'a> {
    path: String,
    pairs: &'a [(String, Value)],
    /// Every key that was asked for: what else stands there is unknown.
    asked: RefCell<Vec<&'static str>>,
    findings: &'a Findings,
}

impl<'a> Section<'a> {
    /// Nothing counts as an empty map: `tracecontext:`.
    pub(super) fn new(path: String, value: &'a Value, findings: &'a Findings) -> Result<Self, Problem> {
        let pairs = match value {
            Value::Map(pairs) => pairs.as_slice(),
            Value::Null => &[],
            _ => return Err(format!("{path} must be a map")),
        };
        Ok(Self { path, pairs, asked: RefCell::default(), findings })
    }

    pub(super) fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The value of a key, also where it is null.
    pub(super) fn raw(&self, key: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().push(key);
        self.pairs.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub(super) fn value(&self, key: &'static str) -> Option<&'a Value> {
        self.raw(key).filter(|value| **value != Value::Null)
    }

    /// The map of a key that is there, if only as a name without anything.
    pub(super) fn section(&self, key: &'static str) -> Result<Option<Section<'a>>, Problem> {
        self.raw(key).map(|value| Self::new(self.at(key), value, self.findings)).transpose()
    }

    /// The maps of a list.
    pub(super) fn sections(&self, key: &'static str) -> Result<Vec<Section<'a>>, Problem> {
        let list = match self.value(key) {
            None => return Ok(Vec::new()),
            Some(Value::List(list)) => list,
            Some(_) => return Err(format!("{} must be a list", self.at(key))),
        };
        let section = |(place, value)| Self::new(format!("{}[{place}]", self.at(key)), value, self.findings);
        list.iter().enumerate().map(section).collect()
    }

    /// A text; numbers and truth values are taken as they would be written.
    pub(super) fn text(&self, key: &'static str) -> Result<Option<String>, Problem> {
        self.value(key)
            .map(|value| text(value).ok_or_else(|| format!("{} must be a text", self.at(key))))
            .transpose()
    }

    pub(super) fn texts(&self, key: &'static str) -> Result<Vec<String>, Problem> {
        let wrong = || format!("{} must be a list of texts", self.at(key));
        match self.value(key) {
            None => Ok(Vec::new()),
            Some(Value::List(list)) => list.iter().map(|value| text(value).ok_or_else(wrong)).collect(),
            Some(_) => Err(wrong()),
        }
    }

    pub(super) fn flag(&self, key: &'static str) -> Result<Option<bool>, Problem> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(format!("{} must be true or false", self.at(key))),
        }
    }

    pub(super) fn number(&self, key: &'static str) -> Result<Option<u64>, Problem> {
        let wrong = || format!("{} must be a whole number, and not negative", self.at(key));
        match self.value(key) {
            None => Ok(None),
            Some(Value::Int(number)) => u64::try_from(*number).map(Some).map_err(|_| wrong()),
            Some(_) => Err(wrong()),
        }
    }

    pub(super) fn millis(&self, key: &'static str) -> Result<Option<Duration>, Problem> {
        Ok(self.number(key)?.map(Duration::from_millis))
    }

    /// One word of a list of words.
    pub(super) fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, value)| *value);
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        found
            .map(Some)
            .ok_or_else(|| format!("{} is `{text}`, and must be one of {}", self.at(key), known.join(", ")))
    }

    /// Says of those that are there that they are not honoured.
    pub(super) fn ignore(&self, keys: &[&'static str], why: &str) {
        for key in keys {
            if self.value(key).is_some() {
                self.findings.push(format!("{} is ignored: {why}", self.at(key)));
            }
        }
    }

    pub(super) fn find(&self, finding: impl Into<String>) {
        self.findings.push(finding.into());
    }

    /// Says which keys nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.pairs.iter().filter(|(key, _)| !asked.contains(&key.as_str())) {
            let near = asked.iter().map(|known| (distance(key, known), known)).min();
            let hint = near
                .filter(|(far, known)| *far <= known.len().div_ceil(3))
                .map(|(_, known)| format!("; did you mean `{known}`?"));
            self.findings.push(format!("{} is unknown{}", self.at(key), hint.unwrap_or_default()));
        }
    }
}

pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// Letters to insert, delete or change; long keys are far from everything.
fn distance(one: &str, other: &str) -> usize {
    if one.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.bytes().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}
