//! Names of components, signals and pipelines as the Collector writes them: `otlp`, `otlp/2`, `traces/errors`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::suggest::suggest;

/// The Collector's bound of a type name, in characters.
const KIND_MAX: usize = 63;
/// The Collector's bound of a component's name, in characters.
const NAME_MAX: usize = 1024;

/// A component's id, `type` or `type/name`: the key under `receivers:` and the word in a pipeline's list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComponentId {
    /// The type, such as `otlp`: which factory builds it.
    pub kind: String,
    /// What follows the slash, when there are several of one type.
    pub name: Option<String>,
}

/// Why a text is no id: a sentence for the reader of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId {
    message: String,
    help: Option<String>,
}

impl InvalidId {
    fn new(message: impl Into<String>, help: Option<String>) -> Self {
        Self { message: message.into(), help }
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for InvalidId {}

/// Splits at the first slash and checks the second part by the Collector's rule.
fn split_name(text: &str) -> Result<(&str, Option<String>), InvalidId> {
    let Some((head, name)) = text.split_once('/') else { return Ok((text.trim(), None)) };
    let (head, name) = (head.trim(), name.trim());
    if name.is_empty() {
        let help = format!("write `{head}`, or give the part after the slash a name");
        return Err(InvalidId::new(format!("the name after the slash in `{text}` is empty"), Some(help)));
    }
    if name.chars().count() > NAME_MAX {
        return Err(InvalidId::new(format!("a name has at most {NAME_MAX} characters"), None));
    }
    let refused = |c: char| c.is_whitespace() || c.is_control() || "$+<=>^`|~".contains(c);
    if let Some(c) = name.chars().find(|c| refused(*c)) {
        let help = "use letters, digits, `-`, `_`, `.` or `/`".to_owned();
        return Err(InvalidId::new(format!("the name in `{text}` contains {c:?}"), Some(help)));
    }
    Ok((head, Some(name.to_owned())))
}

impl FromStr for ComponentId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (kind, name) = split_name(text)?;
        if kind.is_empty() {
            let help = "an id is `type` or `type/name`, such as `otlp` or `otlp/2`".to_owned();
            return Err(InvalidId::new(format!("the id `{text}` has no type"), Some(help)));
        }
        let word = kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !word || !kind.starts_with(|c: char| c.is_ascii_alphabetic()) || kind.len() > KIND_MAX {
            let help =
                format!("a type is a letter followed by at most {} letters, digits or `_`", KIND_MAX - 1);
            return Err(InvalidId::new(format!("`{kind}` is not the type of a component"), Some(help)));
        }
        Ok(Self { kind: kind.to_owned(), name })
    }
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}/{name}", self.kind),
            None => f.write_str(&self.kind),
        }
    }
}

/// What a pipeline carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Metric points.
    Metrics,
    /// Log records.
    Logs,
}

impl Signal {
    /// All signals, in the Collector's order.
    pub const ALL: [Signal; 3] = [Signal::Traces, Signal::Metrics, Signal::Logs];

    /// The word in a pipeline's id.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Signal::Traces => "traces",
            Signal::Metrics => "metrics",
            Signal::Logs => "logs",
        }
    }

    /// What one item is called in the Collector's metric names.
    #[must_use]
    pub const fn items_name(self) -> &'static str {
        match self {
            Signal::Traces => "spans",
            Signal::Metrics => "metric_points",
            Signal::Logs => "log_records",
        }
    }

    /// A dense index, for tables by signal.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Signal {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if let Some(signal) = Signal::ALL.into_iter().find(|s| s.as_str() == text) {
            return Ok(signal);
        }
        if text == "profiles" {
            let help = "remove the pipeline; traces, metrics and logs are supported".to_owned();
            return Err(InvalidId::new("profiles are not supported", Some(help)));
        }
        let near = suggest(text, Signal::ALL.iter().map(|s| s.as_str()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a pipeline's id is `traces`, `metrics` or `logs`, also with `/name`".to_owned(),
        };
        Err(InvalidId::new(format!("`{text}` is not a signal"), Some(help)))
    }
}

/// A pipeline's id, `signal` or `signal/name`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PipelineId {
    /// What it carries.
    pub signal: Signal,
    /// What follows the slash.
    pub name: Option<String>,
}

impl FromStr for PipelineId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (signal, name) = split_name(text)?;
        Ok(Self { signal: signal.parse()?, name })
    }
}

impl fmt::Display for PipelineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{}/{name}", self.signal),
            None => self.signal.fmt(f),
        }
    }
}

macro_rules! serde_as_text {
    ($($id:ty),*) => {$(
        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                text.parse().map_err(|e: InvalidId| match e.help() {
                    Some(help) => de::Error::custom(format_args!("{e}; {help}")),
                    None => de::Error::custom(e),
                })
            }
        }

        impl schemars::JsonSchema for $id {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($id).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string" })
            }
        }
    )*};
}

serde_as_text!(ComponentId, PipelineId, Signal);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_as_they_are_written() {
        for text in ["otlp", "otlp/2", "otlp/a/b", "prometheus_remote_write/thanos-eu.1", "a/ü"] {
            assert_eq!(text.parse::<ComponentId>().unwrap().to_string(), text);
        }
        assert_eq!("traces/errors".parse::<PipelineId>().unwrap().signal, Signal::Traces);
        assert_eq!(" otlp / x ".parse::<ComponentId>().unwrap().to_string(), "otlp/x");
    }

    #[test]
    fn what_is_no_id_is_refused_with_a_reason() {
        let cases = [
            ("", "has no type"),
            ("/x", "has no type"),
            ("otlp/", "is empty"),
            ("9x", "is not the type"),
            ("a-b", "is not the type"),
            ("a/b c", "contains ' '"),
            ("a/b\u{7}", "contains '\\u{7}'"),
        ];
        for (text, reason) in cases {
            let error = text.parse::<ComponentId>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?}: {error}");
        }
        assert!("a".repeat(64).parse::<ComponentId>().is_err());
    }

    #[test]
    fn a_misspelt_signal_is_named_with_the_nearest_one() {
        let error = "trace/x".parse::<PipelineId>().unwrap_err();
        assert_eq!(error.help(), Some("did you mean `traces`?"));
        let error = "profiles".parse::<PipelineId>().unwrap_err();
        assert_eq!(error.to_string(), "profiles are not supported");
    }
}
