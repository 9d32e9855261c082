//! Whether what arrived is as the registry says: names, units, instruments, required attributes, types and values of enums.
//!
//! Weaver's live check finds wrong names and units, but does not match spans with their definitions and takes every value for an enum.

use codeagent_semconv::{
    Attribute, Instrument, Level, Metric, Number, Span, ValueType, attribute, event, metric, span,
};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{
    self as wire, metric::Data, number_data_point::Value as Point,
};
use opentelemetry_proto::tonic::trace::v1::Span as WireSpan;

use super::Loopback;

impl Loopback {
    /// What of the things that arrived is not as the registry of the conventions says: a sentence for each. Names outside of its
    /// namespaces are the agent's own affair.
    ///
    /// ```
    /// # use codeagent_sdk::testing::Loopback;
    /// # let collector = Loopback::start()?;
    /// assert_eq!(collector.violations(), [""; 0]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.spans().iter().for_each(|span| of_span(span, &mut found));
        self.logs().iter().for_each(|log| of_log(log, &mut found));
        self.metrics().iter().for_each(|metric| of_metric(metric, &mut found));
        found.sort();
        found.dedup();
        found
    }
}

fn of_span(wire: &WireSpan, found: &mut Vec<String>) {
    let place = format!("span `{}`", wire.name);
    of_pairs(&wire.attributes, &place, found);
    let ours = span::ALL.iter().find(|one| fits(one, &wire.name) && has_its_words(one, &wire.attributes));
    if let Some(ours) = ours {
        of_required(ours.attributes, &wire.attributes, &place, found);
    }
}

/// The words before the first attribute in its name.
fn fits(definition: &Span, name: &str) -> bool {
    let words = definition.name.split('{').next().unwrap_or_default().trim_end();
    name.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// A span of the same name may be somebody else's: ours has something of `codeagent.*` that is its own.
fn has_its_words(definition: &Span, attributes: &[KeyValue]) -> bool {
    let own = |one: &&Attribute| one.key.starts_with("codeagent.") && one.level == Level::Required;
    definition.attributes.iter().filter(own).any(|one| attributes.iter().any(|pair| pair.key == one.key))
}

fn of_log(wire: &LogRecord, found: &mut Vec<String>) {
    if !wire.event_name.starts_with("codeagent.") {
        return of_pairs(&wire.attributes, "a log record", found);
    }
    let place = format!("event `{}`", wire.event_name);
    of_pairs(&wire.attributes, &place, found);
    match event::ALL.iter().find(|event| event.name == wire.event_name) {
        Some(event) => of_required(event.attributes, &wire.attributes, &place, found),
        None => found.push(format!("{place}: the registry does not know it")),
    }
}

fn of_metric(wire: &wire::Metric, found: &mut Vec<String>) {
    let place = format!("metric `{}`", wire.name);
    let Some(ours) = metric::find(&wire.name) else {
        if wire.name.starts_with("codeagent.") {
            found.push(format!("{place}: the registry does not know it"));
        }
        return;
    };
    if wire.unit != ours.unit {
        found.push(format!("{place}: the unit is `{}`, not `{}`", ours.unit, wire.unit));
    }
    let fits = match (&wire.data, ours.instrument) {
        (Some(Data::Sum(sum)), Instrument::Counter) => sum.is_monotonic,
        (Some(Data::Sum(sum)), Instrument::UpDownCounter) => !sum.is_monotonic,
        (Some(Data::Gauge(_)), Instrument::Gauge) => true,
        (Some(Data::Histogram(all)), Instrument::Histogram) => {
            all.data_points.iter().all(|point| point.explicit_bounds == ours.buckets)
        }
        (Some(Data::ExponentialHistogram(_)), Instrument::Histogram) => true,
        _ => false,
    };
    if !fits {
        found.push(format!("{place}: it is to be a {:?} with the registry's buckets", ours.instrument));
    }
    for (attributes, number) in points(wire) {
        of_point(ours, attributes, number, &place, found);
    }
}

/// The attributes of each point, and the type of its number where it has one.
fn points(wire: &wire::Metric) -> Vec<(&[KeyValue], Option<Number>)> {
    let number = |value: &Option<Point>| match value {
        Some(Point::AsInt(_)) => Some(Number::Int),
        Some(Point::AsDouble(_)) => Some(Number::Double),
        None => None,
    };
    match &wire.data {
        Some(Data::Sum(sum)) => {
            sum.data_points.iter().map(|at| (&at.attributes[..], number(&at.value))).collect()
        }
        Some(Data::Gauge(all)) => {
            all.data_points.iter().map(|at| (&at.attributes[..], number(&at.value))).collect()
        }
        Some(Data::Histogram(all)) => all.data_points.iter().map(|at| (&at.attributes[..], None)).collect(),
        _ => Vec::new(),
    }
}

fn of_point(
    ours: &Metric,
    attributes: &[KeyValue],
    number: Option<Number>,
    place: &str,
    found: &mut Vec<String>,
) {
    if number.is_some_and(|number| number != ours.number) {
        found.push(format!("{place}: its values are to be {:?}", ours.number));
    }
    of_pairs(attributes, place, found);
    of_required(ours.attributes, attributes, place, found);
    for pair in attributes.iter().filter(|pair| ours.attributes.iter().all(|known| known.key != pair.key)) {
        found.push(format!("{place}: `{}` does not belong on it", pair.key));
    }
    for pair in
        attributes.iter().filter(|pair| attribute::find(&pair.key).is_some_and(|known| known.identifier))
    {
        found.push(format!("{place}: `{}` names single things: a series for each", pair.key));
    }
}

fn of_required(declared: &[Attribute], pairs: &[KeyValue], place: &str, found: &mut Vec<String>) {
    let required = declared.iter().filter(|attribute| attribute.level == Level::Required);
    for missing in required.filter(|attribute| pairs.iter().all(|pair| pair.key != attribute.key)) {
        found.push(format!("{place}: `{}` is missing", missing.key));
    }
}

fn of_pairs(pairs: &[KeyValue], place: &str, found: &mut Vec<String>) {
    for (at, pair) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|other| other.key == pair.key) {
            found.push(format!("{place}: `{}` stands twice", pair.key));
        }
        let Some(known) = attribute::find(&pair.key) else {
            if pair.key.starts_with("codeagent.") {
                found.push(format!("{place}: the registry does not know `{}`", pair.key));
            }
            continue;
        };
        let value = pair.value.as_ref().and_then(|value| value.value.as_ref());
        let fits = match (known.value_type, value) {
            (ValueType::Text, Some(Value::StringValue(_)))
            | (ValueType::Int, Some(Value::IntValue(_)))
            | (ValueType::Double, Some(Value::DoubleValue(_)))
            | (ValueType::Bool, Some(Value::BoolValue(_))) => true,
            (ValueType::Open(values) | ValueType::Closed(values), Some(Value::StringValue(text))) => {
                // Of error.type the registry has one value only: every other is an error's own.
                values.contains(&text.as_str()) || text == "other" || values == ["_OTHER"]
            }
            _ => false,
        };
        if !fits {
            found.push(format!("{place}: `{}` cannot be {value:?}", pair.key));
        }
    }
}
