//! Metrics and their points.

use super::{Attribute, Fields, Optional, Packed, Repeated, Value, View};

/// `Metric`.
#[derive(Clone, Debug)]
pub struct Metric<'a> {
    /// Its name.
    pub name: &'a str,
    /// For people.
    pub description: &'a str,
    /// UCUM.
    pub unit: &'a str,
    /// The points.
    pub points: Points<'a>,
    /// The message's bytes.
    pub raw: &'a [u8],
}

/// Which data a metric has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// The last value.
    Gauge,
    /// A sum.
    Sum,
    /// Explicit bounds.
    Histogram,
    /// Base-2 exponential buckets.
    ExponentialHistogram,
    /// Quantiles computed by the source.
    Summary,
}

/// The points of a metric, with what holds for all of them.
#[derive(Clone, Debug)]
pub enum Points<'a> {
    /// No data at all: legal, and empty.
    None,
    /// The last value.
    Gauge(Repeated<'a, NumberPoint<'a>>),
    /// A sum.
    Sum {
        /// The points.
        points: Repeated<'a, NumberPoint<'a>>,
        /// Delta or cumulative.
        temporality: Temporality,
        /// Whether it never falls.
        monotonic: bool,
    },
    /// Explicit bounds.
    Histogram {
        /// The points.
        points: Repeated<'a, HistogramPoint<'a>>,
        /// Delta or cumulative.
        temporality: Temporality,
    },
    /// Base-2 exponential buckets.
    ExponentialHistogram {
        /// The points.
        points: Repeated<'a, ExponentialHistogramPoint<'a>>,
        /// Delta or cumulative.
        temporality: Temporality,
    },
    /// Quantiles computed by the source.
    Summary(Repeated<'a, SummaryPoint<'a>>),
}

impl Points<'_> {
    /// The kind; nothing for a metric without data.
    pub fn kind(&self) -> Option<MetricKind> {
        match self {
            Points::None => None,
            Points::Gauge(_) => Some(MetricKind::Gauge),
            Points::Sum { .. } => Some(MetricKind::Sum),
            Points::Histogram { .. } => Some(MetricKind::Histogram),
            Points::ExponentialHistogram { .. } => Some(MetricKind::ExponentialHistogram),
            Points::Summary(_) => Some(MetricKind::Summary),
        }
    }
}

/// What a point's value covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Temporality {
    /// Not given: invalid for sums and histograms.
    #[default]
    Unspecified,
    /// Since the last point.
    Delta,
    /// Since the start time.
    Cumulative,
}

impl<'a> Metric<'a> {
    /// The metric's own metadata attributes.
    pub fn metadata(&self) -> Repeated<'a, Attribute<'a>> {
        Repeated::new(self.raw, 12)
    }
}

impl<'a> View<'a> for Metric<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut metric = Metric { name: "", description: "", unit: "", points: Points::None, raw };
        for (field, value) in Fields::new(raw) {
            match field {
                1 => metric.name = value.text(),
                2 => metric.description = value.text(),
                3 => metric.unit = value.text(),
                5 | 7 | 9 | 10 | 11 => metric.points = points(field, value.bytes()),
                _ => {}
            }
        }
        metric
    }
}

fn points(field: u32, data: &[u8]) -> Points<'_> {
    let integer = |number| {
        let last = Fields::new(data).filter(|(field, _)| *field == number).last();
        last.map_or(0, |(_, value)| value.integer())
    };
    let temporality = || match integer(2) {
        1 => Temporality::Delta,
        2 => Temporality::Cumulative,
        _ => Temporality::Unspecified,
    };
    match field {
        5 => Points::Gauge(Repeated::new(data, 1)),
        7 => Points::Sum {
            points: Repeated::new(data, 1),
            temporality: temporality(),
            monotonic: integer(3) != 0,
        },
        9 => Points::Histogram { points: Repeated::new(data, 1), temporality: temporality() },
        10 => Points::ExponentialHistogram { points: Repeated::new(data, 1), temporality: temporality() },
        _ => Points::Summary(Repeated::new(data, 1)),
    }
}

/// A point's value.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Number {
    /// No value: legal with the no-recorded-value flag.
    #[default]
    None,
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
}

impl Number {
    fn read(field: u32, value: Value<'_>) -> Option<Self> {
        match field {
            4 | 3 => Some(Number::Double(value.double())),
            6 => Some(Number::Int(value.integer() as i64)),
            _ => None,
        }
    }

    /// The value as a double; nothing where there is none.
    pub fn as_f64(self) -> Option<f64> {
        match self {
            Number::None => None,
            Number::Int(value) => Some(value as f64),
            Number::Double(value) => Some(value),
        }
    }
}

/// `DataPointFlags`: the series has no value at this time (it went stale).
const NO_RECORDED_VALUE: u32 = 1;

macro_rules! point_common {
    ($point:ident, $attributes:literal, $exemplars:literal) => {
        impl<'a> $point<'a> {
            /// The attributes: what makes the point's series.
            pub fn attributes(&self) -> Repeated<'a, Attribute<'a>> {
                Repeated::new(self.raw, $attributes)
            }

            /// The exemplars.
            pub fn exemplars(&self) -> Repeated<'a, Exemplar<'a>> {
                Repeated::new(self.raw, $exemplars)
            }

            /// Whether the point says that its series ended.
            pub fn has_no_recorded_value(&self) -> bool {
                self.flags & NO_RECORDED_VALUE != 0
            }
        }
    };
}

/// `NumberDataPoint`.
#[derive(Clone, Debug, Default)]
pub struct NumberPoint<'a> {
    /// Nanoseconds since 1970; 0 unknown.
    pub start_time_unix_nano: u64,
    /// Nanoseconds since 1970.
    pub time_unix_nano: u64,
    /// The value.
    pub value: Number,
    /// `DataPointFlags`.
    pub flags: u32,
    /// The message's bytes.
    pub raw: &'a [u8],
}
point_common!(NumberPoint, 7, 5);

impl<'a> View<'a> for NumberPoint<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut point = NumberPoint { raw, ..NumberPoint::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                2 => point.start_time_unix_nano = value.integer(),
                3 => point.time_unix_nano = value.integer(),
                4 | 6 => point.value = Number::read(field, value).unwrap_or_default(),
                8 => point.flags = value.integer() as u32,
                _ => {}
            }
        }
        point
    }
}

/// `HistogramDataPoint`.
#[derive(Clone, Debug, Default)]
pub struct HistogramPoint<'a> {
    /// Nanoseconds since 1970; 0 unknown.
    pub start_time_unix_nano: u64,
    /// Nanoseconds since 1970.
    pub time_unix_nano: u64,
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: Optional,
    /// The smallest.
    pub min: Optional,
    /// The largest.
    pub max: Optional,
    /// `DataPointFlags`.
    pub flags: u32,
    /// The message's bytes.
    pub raw: &'a [u8],
}
point_common!(HistogramPoint, 9, 8);

impl<'a> HistogramPoint<'a> {
    /// Counts per bucket: one more than bounds, or none at all.
    pub fn bucket_counts(&self) -> Packed<'a> {
        Packed::fixed64(self.raw, 6)
    }

    /// Upper bounds, inclusive, ascending.
    pub fn explicit_bounds(&self) -> impl Iterator<Item = f64> + Clone + 'a {
        Packed::fixed64(self.raw, 7).map(f64::from_bits)
    }
}

impl<'a> View<'a> for HistogramPoint<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut point = HistogramPoint { raw, ..HistogramPoint::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                2 => point.start_time_unix_nano = value.integer(),
                3 => point.time_unix_nano = value.integer(),
                4 => point.count = value.integer(),
                5 => point.sum = Some(value.double()),
                10 => point.flags = value.integer() as u32,
                11 => point.min = Some(value.double()),
                12 => point.max = Some(value.double()),
                _ => {}
            }
        }
        point
    }
}

/// `ExponentialHistogramDataPoint`.
#[derive(Clone, Debug, Default)]
pub struct ExponentialHistogramPoint<'a> {
    /// Nanoseconds since 1970; 0 unknown.
    pub start_time_unix_nano: u64,
    /// Nanoseconds since 1970.
    pub time_unix_nano: u64,
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: Optional,
    /// The base is 2^(2^-scale).
    pub scale: i32,
    /// Values within the zero threshold.
    pub zero_count: u64,
    /// The width of the zero bucket.
    pub zero_threshold: f64,
    /// Buckets of positive values.
    pub positive: Buckets<'a>,
    /// Buckets of negative values.
    pub negative: Buckets<'a>,
    /// The smallest.
    pub min: Optional,
    /// The largest.
    pub max: Optional,
    /// `DataPointFlags`.
    pub flags: u32,
    /// The message's bytes.
    pub raw: &'a [u8],
}
point_common!(ExponentialHistogramPoint, 1, 11);

impl<'a> View<'a> for ExponentialHistogramPoint<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut point = ExponentialHistogramPoint { raw, ..ExponentialHistogramPoint::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                2 => point.start_time_unix_nano = value.integer(),
                3 => point.time_unix_nano = value.integer(),
                4 => point.count = value.integer(),
                5 => point.sum = Some(value.double()),
                6 => point.scale = value.sint32(),
                7 => point.zero_count = value.integer(),
                8 => point.positive = Buckets::view(value.bytes()),
                9 => point.negative = Buckets::view(value.bytes()),
                10 => point.flags = value.integer() as u32,
                12 => point.min = Some(value.double()),
                13 => point.max = Some(value.double()),
                14 => point.zero_threshold = value.double(),
                _ => {}
            }
        }
        point
    }
}

/// One side of an exponential histogram.
#[derive(Clone, Debug, Default)]
pub struct Buckets<'a> {
    /// The index of the first bucket.
    pub offset: i32,
    /// The message's bytes.
    pub raw: &'a [u8],
}

impl<'a> Buckets<'a> {
    /// Counts from `offset` on.
    pub fn counts(&self) -> Packed<'a> {
        Packed::varint(self.raw, 2)
    }
}

impl<'a> View<'a> for Buckets<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let offset = Fields::new(raw).filter(|(field, _)| *field == 1).last();
        Buckets { offset: offset.map_or(0, |(_, value)| value.sint32()), raw }
    }
}

/// `SummaryDataPoint`.
#[derive(Clone, Debug, Default)]
pub struct SummaryPoint<'a> {
    /// Nanoseconds since 1970; 0 unknown.
    pub start_time_unix_nano: u64,
    /// Nanoseconds since 1970.
    pub time_unix_nano: u64,
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// `DataPointFlags`.
    pub flags: u32,
    /// The message's bytes.
    pub raw: &'a [u8],
}
point_common!(SummaryPoint, 7, 0);

impl<'a> SummaryPoint<'a> {
    /// The quantiles.
    pub fn quantiles(&self) -> Repeated<'a, Quantile> {
        Repeated::new(self.raw, 6)
    }
}

impl<'a> View<'a> for SummaryPoint<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut point = SummaryPoint { raw, ..SummaryPoint::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                2 => point.start_time_unix_nano = value.integer(),
                3 => point.time_unix_nano = value.integer(),
                4 => point.count = value.integer(),
                5 => point.sum = value.double(),
                8 => point.flags = value.integer() as u32,
                _ => {}
            }
        }
        point
    }
}

/// A value at a quantile.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantile {
    /// 0 to 1.
    pub quantile: f64,
    /// The value there.
    pub value: f64,
}

impl View<'_> for Quantile {
    fn view(raw: &[u8]) -> Self {
        let mut quantile = Quantile::default();
        for (field, value) in Fields::new(raw) {
            match field {
                1 => quantile.quantile = value.double(),
                2 => quantile.value = value.double(),
                _ => {}
            }
        }
        quantile
    }
}

/// A sample measurement of a point.
#[derive(Clone, Debug, Default)]
pub struct Exemplar<'a> {
    /// Nanoseconds since 1970.
    pub time_unix_nano: u64,
    /// The measurement.
    pub value: Number,
    /// 8 bytes, or none.
    pub span_id: &'a [u8],
    /// 16 bytes, or none.
    pub trace_id: &'a [u8],
    /// The message's bytes.
    pub raw: &'a [u8],
}

impl<'a> Exemplar<'a> {
    /// Attributes of the measurement that are not the point's.
    pub fn filtered_attributes(&self) -> Repeated<'a, Attribute<'a>> {
        Repeated::new(self.raw, 7)
    }
}

impl<'a> View<'a> for Exemplar<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut exemplar = Exemplar { raw, ..Exemplar::default() };
        for (field, value) in Fields::new(raw) {
            match field {
                2 => exemplar.time_unix_nano = value.integer(),
                3 | 6 => exemplar.value = Number::read(field, value).unwrap_or_default(),
                4 => exemplar.span_id = value.bytes(),
                5 => exemplar.trace_id = value.bytes(),
                _ => {}
            }
        }
        exemplar
    }
}
