//! The five kinds of components.

use std::fmt;

/// What a component is: under which key of the configuration it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Data comes in.
    Receiver,
    /// Data is changed, dropped or held.
    Processor,
    /// Data goes out.
    Exporter,
    /// Joins pipelines: the exporter of one, the receiver of another.
    Connector,
    /// Not in the data's way: health, authentication.
    Extension,
}

impl Kind {
    /// All kinds, in the order of a configuration file.
    pub const ALL: [Kind; 5] =
        [Kind::Receiver, Kind::Processor, Kind::Exporter, Kind::Connector, Kind::Extension];

    /// The key in the configuration: `receivers` ...
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Receiver => "receivers",
            Kind::Processor => "processors",
            Kind::Exporter => "exporters",
            Kind::Connector => "connectors",
            Kind::Extension => "extensions",
        }
    }

    /// One of them: `receiver` ...
    #[must_use]
    pub fn singular(self) -> &'static str {
        self.plural().trim_end_matches('s')
    }

    /// `a` or `an`, before the singular.
    pub(crate) fn article(self) -> &'static str {
        if self.singular().starts_with('e') { "an" } else { "a" }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.singular())
    }
}
