//! Which messages have attributes, and where.

use codeagent_pipeline::otlp::views::{MetricKind, Resource, Scope};
use codeagent_pipeline::otlp::{AttributeList, Edit, Editor, Item};

use super::config::Summary;
use super::rules::Rules;
use super::summary::{self, Report};
use super::walk;

pub(super) struct Redact<'a>(pub &'a Rules);

/// `Resource.attributes`.
const RESOURCE_ATTRIBUTES: u32 = 1;
/// `InstrumentationScope.attributes`.
const SCOPE_ATTRIBUTES: u32 = 3;
/// `Span.events` and their attributes.
const EVENTS: (u32, u32) = (11, 3);
/// `Span.links` and their attributes.
const LINKS: (u32, u32) = (13, 4);
/// `LogRecord.body`.
const BODY: u32 = 5;
/// `Exemplar.filtered_attributes`.
const EXEMPLAR_ATTRIBUTES: u32 = 7;

impl Editor for Redact<'_> {
    fn resource(&mut self, resource: &Resource<'_>) -> Edit {
        self.message(resource.raw, RESOURCE_ATTRIBUTES, self.0.summary)
    }

    fn scope(&mut self, scope: &Scope<'_>, _: &Resource<'_>) -> Edit {
        self.message(scope.raw, SCOPE_ATTRIBUTES, self.0.summary)
    }

    fn item(&mut self, item: &Item<'_>, _: &Scope<'_>, _: &Resource<'_>) -> Edit {
        let raw = item.raw();
        let mut body = Report::new(self.0.summary);
        let inside = walk::splice(raw, |field, content| match item {
            Item::Span(_) if field == EVENTS.0 => self.message(content, EVENTS.1, self.0.summary),
            Item::Span(_) if field == LINKS.0 => self.message(content, LINKS.1, self.0.summary),
            Item::Log(_) if field == BODY => {
                walk::body(self.0, content, &mut body).map_or(Edit::Keep, Edit::Replace)
            }
            Item::Point { metric, .. } if Some(field) == exemplars(metric.points.kind()) => {
                // An exemplar has room for few labels: no summary.
                self.message(content, EXEMPLAR_ATTRIBUTES, Summary::Silent)
            }
            _ => Edit::Keep,
        });
        let message = inside.as_deref().unwrap_or(raw);
        let mut attributes = AttributeList::read(message, item.attributes_field());
        self.list(&mut attributes, self.0.summary);
        body.write(&mut attributes, &summary::BODY);
        let changed = attributes.is_changed().then(|| attributes.to_message());
        drop(attributes);
        changed.or(inside).map_or(Edit::Keep, Edit::Replace)
    }
}

impl Redact<'_> {
    fn message(&self, message: &[u8], field: u32, summary: Summary) -> Edit {
        let mut attributes = AttributeList::read(message, field);
        self.list(&mut attributes, summary);
        if attributes.is_changed() { Edit::Replace(attributes.to_message()) } else { Edit::Keep }
    }

    fn list(&self, attributes: &mut AttributeList<'_>, summary: Summary) {
        let mut report = Report::new(summary);
        walk::attributes(self.0, attributes, &mut report);
        report.write(attributes, &summary::ATTRIBUTES);
    }
}

/// The number of the field of a point's exemplars; a summary has none.
fn exemplars(kind: Option<MetricKind>) -> Option<u32> {
    match kind? {
        MetricKind::Gauge | MetricKind::Sum => Some(5),
        MetricKind::Histogram => Some(8),
        MetricKind::ExponentialHistogram => Some(11),
        MetricKind::Summary => None,
    }
}
