//! What was done, as attributes beside what it was done to: the Collector's names.

use std::fmt;

use codeagent_pipeline::otlp::views::{AnyValue, View};
use codeagent_pipeline::otlp::{AttributeList, any_value};

use super::config::Summary;

/// Names of the attributes for keys and counts.
pub(super) struct Names {
    redacted: (&'static str, &'static str),
    masked: (&'static str, &'static str),
    allowed: (&'static str, &'static str),
    ignored: &'static str,
}

/// For attributes.
pub(super) const ATTRIBUTES: Names = Names {
    redacted: ("redaction.redacted.keys", "redaction.redacted.count"),
    masked: ("redaction.masked.keys", "redaction.masked.count"),
    allowed: ("redaction.allowed.keys", "redaction.allowed.count"),
    ignored: "redaction.ignored.count",
};

/// For bodies of log records.
pub(super) const BODY: Names = Names {
    redacted: ("redaction.body.redacted.keys", "redaction.body.redacted.count"),
    masked: ("redaction.body.masked.keys", "redaction.body.masked.count"),
    allowed: ("redaction.body.allowed.keys", "redaction.body.allowed.count"),
    ignored: "redaction.body.ignored.count",
};

/// Keys that stay although no list names them, so that two of these processors in a row add up.
pub(super) const ALWAYS_ALLOWED: [&str; 5] = [
    "redaction.redacted.keys",
    "redaction.redacted.count",
    "redaction.masked.keys",
    "redaction.masked.count",
    "redaction.ignored.count",
];

/// The way to a value, made text only when somebody wants to read it.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// A key with nothing above it.
    Key(&'a str),
    /// An element of a list with nothing above it.
    Element(usize),
    /// A key in a map.
    KeyOf(&'a Path<'a>, &'a str),
    /// An element of a list.
    ElementOf(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub fn key(above: Option<&'a Path<'a>>, key: &'a str) -> Self {
        above.map_or(Path::Key(key), |above| Path::KeyOf(above, key))
    }

    pub fn element(above: Option<&'a Path<'a>>, at: usize) -> Self {
        above.map_or(Path::Element(at), |above| Path::ElementOf(above, at))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Key(key) => f.write_str(key),
            Path::Element(at) => write!(f, "[{at}]"),
            Path::KeyOf(above, key) => write!(f, "{above}.{key}"),
            Path::ElementOf(above, at) => write!(f, "{above}.[{at}]"),
        }
    }
}

/// Keys of one kind.
#[derive(Debug, Default)]
pub(super) struct Keys {
    count: usize,
    names: Vec<String>,
}

/// What was done to one list of attributes, or to one body.
#[derive(Debug)]
pub(super) struct Report {
    summary: Summary,
    pub redacted: Keys,
    pub masked: Keys,
    pub allowed: Keys,
    pub ignored: Keys,
}

impl Report {
    pub fn new(summary: Summary) -> Self {
        let [redacted, masked, allowed, ignored] = Default::default();
        Report { summary, redacted, masked, allowed, ignored }
    }

    pub fn removed(&mut self, path: &Path<'_>) {
        self.redacted.note(path, self.summary);
    }

    pub fn masked(&mut self, path: &Path<'_>) {
        self.masked.note(path, self.summary);
    }

    pub fn allowed(&mut self, path: &Path<'_>) {
        self.allowed.note(path, self.summary);
    }

    pub fn ignored(&mut self) {
        self.ignored.count += 1;
    }

    /// Adds to what earlier processors wrote.
    pub fn write(self, attributes: &mut AttributeList<'_>, names: &Names) {
        if self.summary == Summary::Silent {
            return;
        }
        let named =
            [(self.redacted, names.redacted), (self.masked, names.masked), (self.allowed, names.allowed)];
        for (keys, (names, count)) in named {
            keys.write(attributes, (self.summary == Summary::Debug).then_some(names), count);
        }
        self.ignored.write(attributes, None, names.ignored);
    }
}

impl Keys {
    fn note(&mut self, path: &Path<'_>, summary: Summary) {
        self.count += 1;
        if summary == Summary::Debug {
            self.names.push(path.to_string());
        }
    }

    fn write(mut self, attributes: &mut AttributeList<'_>, names: Option<&str>, count: &str) {
        if self.count == 0 {
            return;
        }
        if let Some(names) = names {
            let before = attributes.get(names).and_then(|value| AnyValue::view(value).as_str());
            let before = before.filter(|text| !text.is_empty()).into_iter();
            self.names.extend(before.flat_map(|text| text.split(',')).map(str::to_owned));
            self.names.sort_unstable();
            attributes.set(names, any_value::string(&self.names.join(",")));
        }
        let before = match attributes.get(count).map(AnyValue::view) {
            Some(AnyValue::Int(before)) => before,
            _ => 0,
        };
        attributes.set(count, any_value::int(before.saturating_add(self.count as i64)));
    }
}
