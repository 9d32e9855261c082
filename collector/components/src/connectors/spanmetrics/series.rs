//! A series: a sum or a histogram, with its examples.

use codeagent_pipeline::otlp::wire::{put_bytes, put_double, put_fixed64, put_message};

use super::super::otlp_metrics::{Data, put_packed_fixed64};
use super::exponential::Exponential;

/// A span as an example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exemplar {
    /// When it ended, Unix nanoseconds.
    pub time: u64,
    /// How long it took, in the unit of the histogram.
    pub value: f64,
    /// Its trace.
    pub trace_id: [u8; 16],
    /// The span.
    pub span_id: [u8; 8],
}

/// What a series gathers.
#[derive(Clone, Debug)]
pub enum Gathered {
    /// A number.
    Sum,
    /// Counts by bucket: one more than bounds.
    Explicit(Vec<u64>),
    /// Counts by bucket.
    Exponential(Exponential),
}

/// How series of a metric gather.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Sums.
    Sum,
    /// Histograms of these bounds.
    Explicit(Vec<f64>),
    /// Histograms of so many buckets.
    Exponential(usize),
}

impl Kind {
    /// As it stands in OTLP.
    pub fn data(&self) -> Data {
        match self {
            Kind::Sum => Data::Sum,
            Kind::Explicit(_) => Data::Histogram,
            Kind::Exponential(_) => Data::ExponentialHistogram,
        }
    }
}

/// One series.
#[derive(Clone, Debug)]
pub struct Series {
    /// When it began, Unix nanoseconds.
    pub start: u64,
    /// When it last had a span, Unix nanoseconds.
    pub seen: u64,
    count: u64,
    total: f64,
    least: f64,
    most: f64,
    gathered: Gathered,
    exemplars: Vec<Exemplar>,
    /// Examples that came, also those that had no room.
    offered: usize,
}

impl Series {
    /// Nothing gathered yet.
    pub fn new(kind: &Kind, now: u64) -> Self {
        let gathered = match kind {
            Kind::Sum => Gathered::Sum,
            Kind::Explicit(bounds) => Gathered::Explicit(vec![0; bounds.len() + 1]),
            Kind::Exponential(_) => Gathered::Exponential(Exponential::new()),
        };
        Series {
            start: now,
            seen: now,
            count: 0,
            total: 0.0,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            gathered,
            exemplars: Vec::new(),
            offered: 0,
        }
    }

    /// Adds a value so many times.
    pub fn add(&mut self, kind: &Kind, value: f64, times: u64, now: u64) {
        self.seen = now;
        self.count += times;
        self.total += value * times as f64;
        self.least = self.least.min(value);
        self.most = self.most.max(value);
        match (&mut self.gathered, kind) {
            (Gathered::Explicit(counts), Kind::Explicit(bounds)) => {
                let at = bounds.partition_point(|bound| *bound < value);
                counts[at] += times;
            }
            (Gathered::Exponential(buckets), Kind::Exponential(size)) => buckets.add(value, times, *size),
            _ => {}
        }
    }

    /// Keeps an example; when there are `most`, the oldest goes.
    pub fn exemplify(&mut self, exemplar: Exemplar, most: usize) {
        if self.exemplars.len() < most {
            self.exemplars.push(exemplar);
        } else if most > 0 {
            self.exemplars[self.offered % most] = exemplar;
        }
        self.offered += 1;
    }

    /// Forgets examples: they belong to the point that was given.
    pub fn forget_exemplars(&mut self) {
        (self.exemplars, self.offered) = (Vec::new(), 0);
    }

    /// Bytes beyond the size of the type.
    pub fn heap_bytes(&self) -> usize {
        let gathered = match &self.gathered {
            Gathered::Sum => 0,
            Gathered::Explicit(counts) => counts.capacity() * size_of::<u64>(),
            Gathered::Exponential(buckets) => buckets.heap_bytes(),
        };
        gathered + self.exemplars.capacity() * size_of::<Exemplar>()
    }

    /// Writes the fields of a point but its attributes and times.
    pub fn put(&self, out: &mut Vec<u8>, kind: &Kind) {
        let exemplars_field = match (&self.gathered, kind) {
            (Gathered::Explicit(counts), Kind::Explicit(bounds)) => {
                self.put_totals(out);
                put_packed_fixed64(out, 6, counts.iter().copied());
                put_packed_fixed64(out, 7, bounds.iter().map(|bound| bound.to_bits()));
                put_double(out, 11, self.least);
                put_double(out, 12, self.most);
                8
            }
            (Gathered::Exponential(buckets), _) => {
                self.put_totals(out);
                buckets.put(out);
                put_double(out, 12, self.least);
                put_double(out, 13, self.most);
                11
            }
            _ => {
                put_fixed64(out, 6, self.count);
                5
            }
        };
        let mut exemplars = self.exemplars.clone();
        exemplars.sort_by_key(|exemplar| exemplar.time);
        for exemplar in &exemplars {
            put_message(out, exemplars_field, |out| {
                put_fixed64(out, 2, exemplar.time);
                put_double(out, 3, exemplar.value);
                put_bytes(out, 4, &exemplar.span_id);
                put_bytes(out, 5, &exemplar.trace_id);
            });
        }
    }

    fn put_totals(&self, out: &mut Vec<u8>) {
        put_fixed64(out, 4, self.count);
        put_double(out, 5, self.total);
    }
}
