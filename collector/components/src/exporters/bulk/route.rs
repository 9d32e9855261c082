//! Which index or data stream a document goes to.

use std::borrow::Cow;

use codeagent_pipeline::otlp::views::{AnyValue, Attribute, Repeated};

use super::calendar::{DateFormat, write_date};

/// Names an index, whatever else is configured or said.
const INDEX: &str = "elasticsearch.index";
const DATASET: &str = "data_stream.dataset";
const NAMESPACE: &str = "data_stream.namespace";

/// Bytes of a dataset or namespace; source: ECS, fields `data_stream.*`.
const STREAM_PART_BYTES_MAX: usize = 100;

/// How names are made for one signal.
#[derive(Clone, Debug)]
pub struct Router {
    /// `logs` or `traces`: the first part of a data stream's name.
    pub kind: &'static str,
    /// Where names come from.
    pub naming: Naming,
    /// A date behind the name.
    pub date: Option<DateSuffix>,
}

/// Where names come from.
#[derive(Clone, Debug)]
pub enum Naming {
    /// One name for all.
    Static(String),
    /// `KIND-DATASET-NAMESPACE` from attributes, else from here. The suffix goes behind every dataset.
    DataStream {
        /// Where no attribute names one.
        dataset: String,
        /// Where no attribute names one.
        namespace: String,
        /// `.otel` in the mode of this name.
        suffix: &'static str,
    },
    /// Text with `%{attribute}` in it.
    Pattern {
        /// The text.
        text: String,
        /// What stands for an attribute that is not there.
        fallback: String,
    },
}

/// A date behind a name.
#[derive(Clone, Debug)]
pub struct DateSuffix {
    /// What stands before it.
    pub separator: String,
    /// How it looks.
    pub format: DateFormat,
}

/// Where a document goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The index or data stream.
    pub index: String,
    /// The parts of a data stream's name, which go into its documents.
    pub stream: Option<Stream>,
}

/// The parts of a data stream's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// `logs` or `traces`.
    pub kind: &'static str,
    /// What it is about.
    pub dataset: String,
    /// Whose it is.
    pub namespace: String,
}

/// Attributes from the item, the scope and the resource: what the first has goes first.
pub type Origins<'a> = [Repeated<'a, Attribute<'a>>; 3];

impl Router {
    /// Whether an item can go elsewhere than others of its resource and scope, given whether its attributes have
    /// one for routing.
    pub fn is_moved(&self, routed: bool) -> bool {
        let by_attributes = match &self.naming {
            Naming::Static(_) => false,
            Naming::DataStream { .. } => routed,
            Naming::Pattern { text, .. } => text.contains("%{"),
        };
        by_attributes || self.date.is_some()
    }

    /// Where an item goes. `time` is its own, in nanoseconds, for names with dates.
    pub fn route(&self, origins: &Origins<'_>, scope_name: &str, time: u64) -> Route {
        let mut route = match &self.naming {
            Naming::Static(index) => Route { index: index.clone(), stream: None },
            Naming::Pattern { text, fallback } => {
                Route { index: expanded(text, fallback, origins), stream: None }
            }
            Naming::DataStream { dataset, namespace, suffix } => {
                self.data_stream(origins, scope_name, (dataset, namespace, suffix))
            }
        };
        if let Some(date) = &self.date {
            route.index.push_str(&date.separator);
            write_date(&mut route.index, &date.format, time);
            route.stream = None;
        }
        route
    }

    fn data_stream(&self, origins: &Origins<'_>, scope_name: &str, defaults: (&str, &str, &str)) -> Route {
        if let Some(index) = text(origins, INDEX) {
            return Route { index: index.into_owned(), stream: None };
        }
        let (dataset, namespace, suffix) = defaults;
        let dataset = text(origins, DATASET)
            .or_else(|| receiver(scope_name).map(Cow::Borrowed))
            .unwrap_or(Cow::Borrowed(dataset));
        let namespace = text(origins, NAMESPACE).unwrap_or(Cow::Borrowed(namespace));
        let stream = Stream {
            kind: self.kind,
            dataset: sanitised(&dataset, "-", suffix),
            namespace: sanitised(&namespace, "", ""),
        };
        let index = format!("{}-{}-{}", stream.kind, stream.dataset, stream.namespace);
        Route { index, stream: Some(stream) }
    }
}

/// A data stream is named with lower-case letters, and without characters that file systems, URLs or index
/// patterns give a meaning; a dataset also without the dash that parts the name.
fn sanitised(part: &str, also: &str, suffix: &str) -> String {
    const REFUSED: &str = "\\/*?\"<>| ,#:";
    let refused = |c: char| REFUSED.contains(c) || also.contains(c);
    let mut name = String::with_capacity(part.len() + suffix.len());
    for c in part.chars() {
        let from = name.len();
        if refused(c) {
            name.push('_');
        } else {
            name.extend(c.to_lowercase());
        }
        if name.len() > STREAM_PART_BYTES_MAX - suffix.len() {
            name.truncate(from);
            break;
        }
    }
    name.push_str(suffix);
    name
}

/// The Collector's receivers name their scope by their Go package: `.../receiver/hostmetricsreceiver/...`.
fn receiver(scope_name: &str) -> Option<&str> {
    let mut rest = scope_name;
    while let Some((_, after)) = rest.split_once("/receiver/") {
        let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
        if after[..end].ends_with("receiver") {
            return Some(&after[..end]);
        }
        rest = after;
    }
    None
}

/// The first attribute of this key that names something.
fn text<'a>(origins: &Origins<'a>, key: &str) -> Option<Cow<'a, str>> {
    let mut found = origins.iter().filter_map(|origin| origin.clone().find(|attribute| attribute.key == key));
    found.find_map(|attribute| match attribute.value {
        AnyValue::String("") | AnyValue::Empty => None,
        AnyValue::String(text) => Some(Cow::Borrowed(text)),
        AnyValue::Int(number) => Some(Cow::Owned(number.to_string())),
        AnyValue::Bool(value) => Some(Cow::Owned(value.to_string())),
        _ => None,
    })
}

/// Replaces each `%{attribute}`. An index name has no upper case, and none of the characters of [`sanitised`].
fn expanded(pattern: &str, fallback: &str, origins: &Origins<'_>) -> String {
    let mut name = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("%{") {
        name.push_str(before);
        let Some((key, after)) = after.split_once('}') else {
            rest = after;
            continue;
        };
        let value = text(origins, key).unwrap_or(Cow::Borrowed(fallback));
        name.push_str(&sanitised(&value, "", ""));
        rest = after;
    }
    name.push_str(rest);
    name
}
