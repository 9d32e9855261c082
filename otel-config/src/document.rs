//! The whole configuration, typed as far as no component is needed.

use std::ops::Deref;

use indexmap::IndexMap;

use crate::diagnostic::Location;
use crate::id::{ComponentId, PipelineId};
use crate::kind::Kind;
use crate::section::Section;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place.
    pub location: Location,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, location: Location) -> Self {
        Self { value, location }
    }
}

/// A configuration: merged, expanded, its topology checked. Ids that were refused are left out.
#[derive(Clone, Debug)]
pub struct Document {
    /// `receivers:`
    pub receivers: IndexMap<ComponentId, Section>,
    /// `processors:`
    pub processors: IndexMap<ComponentId, Section>,
    /// `exporters:`
    pub exporters: IndexMap<ComponentId, Section>,
    /// `connectors:`
    pub connectors: IndexMap<ComponentId, Section>,
    /// `extensions:`
    pub extensions: IndexMap<ComponentId, Section>,
    /// `service:`
    pub service: Service,
}

/// `service:`: what runs and how it is connected.
#[derive(Clone, Debug)]
pub struct Service {
    /// The extensions to start, in this order.
    pub extensions: Vec<Spanned<ComponentId>>,
    /// The pipelines.
    pub pipelines: IndexMap<PipelineId, PipelineSpec>,
    /// `service::telemetry`: the collector's own.
    pub telemetry: Section,
}

/// One pipeline. A connector stands in `exporters` of the pipeline that feeds it and in `receivers` of the
/// one that it feeds.
#[derive(Clone, Debug)]
pub struct PipelineSpec {
    /// Where data comes from.
    pub receivers: Vec<Spanned<ComponentId>>,
    /// What happens to it, in this order.
    pub processors: Vec<Spanned<ComponentId>>,
    /// Where it goes.
    pub exporters: Vec<Spanned<ComponentId>>,
    /// The pipeline itself, for diagnostics about it.
    pub section: Section,
}

impl Document {
    /// The components of one kind.
    #[must_use]
    pub fn components(&self, kind: Kind) -> &IndexMap<ComponentId, Section> {
        match kind {
            Kind::Receiver => &self.receivers,
            Kind::Processor => &self.processors,
            Kind::Exporter => &self.exporters,
            Kind::Connector => &self.connectors,
            Kind::Extension => &self.extensions,
        }
    }

    /// Whether both say the same, wherever and however it was written.
    #[must_use]
    pub fn is_same(&self, other: &Document) -> bool {
        Kind::ALL
            .iter()
            .all(|kind| all_same(self.components(*kind), other.components(*kind), Section::is_same))
            && ids(&self.service.extensions).eq(ids(&other.service.extensions))
            && all_same(&self.service.pipelines, &other.service.pipelines, PipelineSpec::is_same)
            && self.service.telemetry.is_same(&other.service.telemetry)
    }
}

impl PipelineSpec {
    /// Whether both connect the same.
    #[must_use]
    pub fn is_same(&self, other: &PipelineSpec) -> bool {
        ids(&self.receivers).eq(ids(&other.receivers))
            && ids(&self.processors).eq(ids(&other.processors))
            && ids(&self.exporters).eq(ids(&other.exporters))
    }
}

fn ids(list: &[Spanned<ComponentId>]) -> impl Iterator<Item = &ComponentId> {
    list.iter().map(|spanned| &spanned.value)
}

fn all_same<K: Eq, V>(one: &IndexMap<K, V>, other: &IndexMap<K, V>, same: impl Fn(&V, &V) -> bool) -> bool {
    let pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.into_iter().all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
}
