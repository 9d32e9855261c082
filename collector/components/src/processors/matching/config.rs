//! What a user writes under `include` and `exclude`.

use codeagent_config::{Diagnostics, Section};
use codeagent_pipeline::Signal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::super::actions::{encode, pattern};
use super::{Matcher, Texts, WantedAttribute, WantedValue};

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// Equal.
    Strict,
    /// A regular expression, RE2's syntax, that matches somewhere.
    Regexp,
}

/// Properties of items. All kinds that are listed must match; of one kind, any entry.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchConfig {
    /// How texts are compared.
    pub match_type: MatchType,
    /// Read for compatibility: compiled patterns need no cache.
    #[serde(default)]
    #[allow(dead_code)]
    pub regexp: Option<serde_json::Map<String, Value>>,
    /// Spans and log records: `service.name` of the resource.
    #[serde(default)]
    pub services: Vec<String>,
    /// Spans: names.
    #[serde(default)]
    pub span_names: Vec<String>,
    /// Spans: kinds, such as `SPAN_KIND_CLIENT`.
    #[serde(default)]
    pub span_kinds: Vec<String>,
    /// Log records: bodies that are texts.
    #[serde(default, alias = "bodies")]
    pub log_bodies: Vec<String>,
    /// Log records: severity texts.
    #[serde(default, alias = "severity_texts")]
    pub log_severity_texts: Vec<String>,
    /// Log records: severity.
    #[serde(default, alias = "severity_number")]
    pub log_severity_number: Option<SeverityConfig>,
    /// Metrics: names.
    #[serde(default)]
    pub metric_names: Vec<String>,
    /// The item's attributes; all must match.
    #[serde(default, alias = "record_attributes")]
    pub attributes: Vec<AttributeConfig>,
    /// Attributes of the resource; all must match.
    #[serde(default, alias = "resource_attributes")]
    pub resources: Vec<AttributeConfig>,
    /// Scopes.
    #[serde(default)]
    pub libraries: Vec<LibraryConfig>,
}

/// The least severity.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityConfig {
    /// The least severity number: 1 trace, 5 debug, 9 info, 13 warn, 17 error, 21 fatal.
    #[serde(default)]
    pub min: i32,
    /// Whether records without a severity match.
    #[serde(default)]
    pub match_undefined: bool,
}

impl SeverityConfig {
    pub(super) fn matches(self, severity: i32) -> bool {
        if severity == 0 { self.match_undefined } else { severity >= self.min }
    }
}

/// An attribute.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeConfig {
    /// Its key.
    #[serde(alias = "Key")]
    pub key: String,
    /// Its value; left out, the key is enough.
    #[serde(default, alias = "Value")]
    pub value: Option<Value>,
}

/// A scope.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LibraryConfig {
    /// Its name.
    #[serde(alias = "Name")]
    pub name: String,
    /// Its version; left out, any.
    #[serde(default, alias = "Version")]
    pub version: Option<String>,
}

/// A problem and what to do about it.
type Problem = (String, String);

impl MatchConfig {
    /// Compiles the properties for items of `signal`.
    pub fn compile(
        &self,
        signal: Signal,
        section: &Section,
        diagnostics: &mut Diagnostics,
    ) -> Option<Matcher> {
        let matcher = match self.misfit(signal) {
            Some(problem) => Err(problem),
            None => self.matcher(),
        };
        matcher.map_err(|(problem, help)| diagnostics.push(section.error(problem, help))).ok()
    }

    /// A property that items of this signal do not have, or none at all.
    fn misfit(&self, signal: Signal) -> Option<Problem> {
        let listed = [
            ("services", !self.services.is_empty(), &[Signal::Traces, Signal::Logs][..]),
            ("span_names", !self.span_names.is_empty(), &[Signal::Traces]),
            ("span_kinds", !self.span_kinds.is_empty(), &[Signal::Traces]),
            ("log_bodies", !self.log_bodies.is_empty(), &[Signal::Logs]),
            ("log_severity_texts", !self.log_severity_texts.is_empty(), &[Signal::Logs]),
            ("log_severity_number", self.log_severity_number.is_some(), &[Signal::Logs]),
            ("metric_names", !self.metric_names.is_empty(), &[Signal::Metrics]),
            ("attributes", !self.attributes.is_empty(), &Signal::ALL),
            ("resources", !self.resources.is_empty(), &Signal::ALL),
            ("libraries", !self.libraries.is_empty(), &Signal::ALL),
        ];
        let alien = listed.iter().find(|(_, given, signals)| *given && !signals.contains(&signal));
        if let Some((name, ..)) = alien {
            let help = format!("take it out, or give {signal} a processor of their own");
            return Some((format!("`{name}` does not apply to {signal}"), help));
        }
        let fitting = listed.iter().filter(|(_, _, signals)| signals.contains(&signal));
        let names = fitting.map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
        let any = listed.iter().any(|(_, given, _)| *given);
        (!any).then(|| ("there is nothing to match".to_owned(), format!("list at least one of {names}")))
    }

    fn matcher(&self) -> Result<Matcher, Problem> {
        let texts = |list: &[String]| Texts::compile(list, self.match_type);
        let libraries = self.libraries.iter().map(|library| {
            let version = library.version.as_ref().map(|version| texts(std::slice::from_ref(version)));
            Ok((texts(std::slice::from_ref(&library.name))?, version.transpose()?))
        });
        let names = if self.span_names.is_empty() { &self.metric_names } else { &self.span_names };
        Ok(Matcher {
            services: texts(&self.services)?,
            names: texts(names)?,
            kinds: texts(&self.span_kinds)?,
            bodies: texts(&self.log_bodies)?,
            severity_texts: texts(&self.log_severity_texts)?,
            severity: self.log_severity_number,
            attributes: self.wanted(&self.attributes)?,
            resources: self.wanted(&self.resources)?,
            libraries: libraries.collect::<Result<_, Problem>>()?,
        })
    }

    fn wanted(&self, list: &[AttributeConfig]) -> Result<Vec<WantedAttribute>, Problem> {
        let wanted = list.iter().map(|config| {
            let value = match (&config.value, self.match_type) {
                (None, _) => None,
                (Some(Value::String(text)), MatchType::Regexp) => Some(WantedValue::Matches(pattern(text)?)),
                (Some(value), _) => Some(WantedValue::Equal(encode(value))),
            };
            Ok(WantedAttribute { key: config.key.clone(), value })
        });
        wanted.collect()
    }
}
