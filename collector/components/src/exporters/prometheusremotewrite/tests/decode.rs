//! Requests as maps from series to what they hold.

use std::collections::BTreeMap;

use prost::Message;

use super::super::request::{Request, Version};
use super::proto::{Histogram, RequestTwo, WriteRequest};

/// One series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DecodedSeries {
    /// Bits of the value, time, start.
    pub samples: Vec<(u64, i64, i64)>,
    pub histograms: Vec<Histogram>,
    /// Labels, value, time.
    pub exemplars: Vec<(String, f64, i64)>,
}

impl DecodedSeries {
    pub fn values(&self) -> Vec<(f64, i64)> {
        self.samples.iter().map(|(bits, time, _)| (f64::from_bits(*bits), *time)).collect()
    }
}

/// All requests of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// By labels as Prometheus writes them: `name{a="b"}`.
    pub series: BTreeMap<String, DecodedSeries>,
    /// Type, help and unit by metric name.
    pub metadata: BTreeMap<String, (i32, String, String)>,
}

impl Decoded {
    pub fn names(&self) -> Vec<&str> {
        self.series.keys().map(String::as_str).collect()
    }

    /// The only sample of a series.
    pub fn value(&self, series: &str) -> f64 {
        let found = self.series.get(series).unwrap_or_else(|| panic!("no {series} in {:#?}", self.names()));
        assert_eq!(found.samples.len(), 1, "{series}");
        f64::from_bits(found.samples[0].0)
    }

    /// What both versions can say.
    pub fn without_starts(&self) -> BTreeMap<String, DecodedSeries> {
        let mut series = self.series.clone();
        for series in series.values_mut() {
            series.samples.iter_mut().for_each(|sample| sample.2 = 0);
            series.histograms.iter_mut().for_each(|histogram| histogram.start_timestamp = 0);
        }
        series
    }
}

fn labels_text(labels: &[(String, String)]) -> String {
    assert!(labels.windows(2).all(|pair| pair[0].0 < pair[1].0), "labels are sorted and unique: {labels:?}");
    assert!(labels.iter().all(|(name, value)| !name.is_empty() && !value.is_empty()), "{labels:?}");
    let name = labels.iter().find(|(name, _)| name == "__name__").map_or("", |(_, value)| value.as_str());
    let rest: Vec<String> = labels
        .iter()
        .filter(|(name, _)| name != "__name__")
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    if rest.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", rest.join(",")) }
}

pub fn decode(requests: &[Request]) -> Decoded {
    let mut decoded = Decoded::default();
    for request in requests {
        let body = snap::raw::Decoder::new().decompress_vec(&request.body).unwrap();
        let counted = match request.version {
            Version::One => decode_one(&mut decoded, WriteRequest::decode(&*body).unwrap()),
            Version::Two => decode_two(&mut decoded, &RequestTwo::decode(&*body).unwrap()),
        };
        assert_eq!(
            counted,
            (request.items_by_series.len(), request.samples, request.exemplars),
            "series, samples and exemplars are counted"
        );
    }
    decoded
}

fn decode_one(decoded: &mut Decoded, message: WriteRequest) -> (usize, u64, u64) {
    let (mut samples, mut exemplars) = (0, 0);
    let count = message.timeseries.len();
    for series in message.timeseries {
        let pairs = |labels: &[super::proto::Label]| -> Vec<(String, String)> {
            labels.iter().map(|label| (label.name.clone(), label.value.clone())).collect()
        };
        let place = decoded.series.entry(labels_text(&pairs(&series.labels))).or_default();
        samples += series.samples.len() + series.histograms.len();
        exemplars += series.exemplars.len();
        place
            .samples
            .extend(series.samples.iter().map(|sample| (sample.value.to_bits(), sample.timestamp, 0)));
        place.histograms.extend(series.histograms);
        for exemplar in &series.exemplars {
            let text = exemplar_text(&pairs(&exemplar.labels));
            place.exemplars.push((text, exemplar.value, exemplar.timestamp));
        }
    }
    for metadata in message.metadata {
        decoded.metadata.insert(metadata.family, (metadata.kind, metadata.help, metadata.unit));
    }
    (count, samples as u64, exemplars as u64)
}

fn decode_two(decoded: &mut Decoded, message: &RequestTwo) -> (usize, u64, u64) {
    assert_eq!(message.symbols[0], "", "the first symbol is empty");
    let symbol = |reference: u32| message.symbols[reference as usize].clone();
    let pairs = |references: &[u32]| -> Vec<(String, String)> {
        assert_eq!(references.len() % 2, 0);
        references.chunks(2).map(|pair| (symbol(pair[0]), symbol(pair[1]))).collect()
    };
    let (mut samples, mut exemplars) = (0, 0);
    for series in &message.timeseries {
        let labels = pairs(&series.labels_refs);
        let place = decoded.series.entry(labels_text(&labels)).or_default();
        samples += series.samples.len() + series.histograms.len();
        exemplars += series.exemplars.len();
        let read = |sample: &super::proto::Sample| {
            (sample.value.to_bits(), sample.timestamp, sample.start_timestamp)
        };
        place.samples.extend(series.samples.iter().map(read));
        place.histograms.extend(series.histograms.iter().cloned());
        for exemplar in &series.exemplars {
            let text = exemplar_text(&pairs(&exemplar.labels_refs));
            place.exemplars.push((text, exemplar.value, exemplar.timestamp));
        }
        let metadata = series.metadata.clone().unwrap_or_default();
        let name = labels.iter().find(|(name, _)| name == "__name__").map(|(_, value)| value.clone());
        let said = (metadata.kind, symbol(metadata.help_ref), symbol(metadata.unit_ref));
        decoded.metadata.insert(name.unwrap_or_default(), said);
    }
    (message.timeseries.len(), samples as u64, exemplars as u64)
}

fn exemplar_text(labels: &[(String, String)]) -> String {
    let texts: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    texts.join(",")
}
