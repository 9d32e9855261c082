//! What is known of series that were seen: their labels, ready to be written.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use smallvec::SmallVec;
use twox_hash::XxHash3_128;

use super::labels::{Labels, Target};
use super::symbols::Interner;

/// The hash of a map whose keys are hashes already.
#[derive(Clone, Copy, Default)]
pub struct Prehashed(u64);

impl Hasher for Prehashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}

/// A map by hash.
pub type ByHash<V> = HashMap<u128, V, BuildHasherDefault<Prehashed>>;

/// One series of Prometheus.
#[derive(Debug)]
pub struct Series {
    /// Numbers of names and values in turn, in the order of names.
    pub labels: Box<[u32]>,
    /// Index of its family.
    pub family: u32,
    /// Which point's series it was made with: they are written to one request.
    pub group: u32,
    /// Time of the newest exemplar that was written, in milliseconds.
    pub newest_exemplar: i64,
}

/// The metadata that series share.
#[derive(Debug)]
pub struct Family {
    /// The metric's name in Prometheus.
    pub name: String,
    /// `io.prometheus.write.v2.Metadata.MetricType`.
    pub kind: u8,
    /// Number of the unit's text.
    pub unit: u32,
    /// Number of the description's text.
    pub help: u32,
}

/// The series that a point becomes.
#[derive(Debug)]
pub struct Group {
    /// Hash of the labels and the name: the same for the same series, whatever order attributes came in.
    pub identity: u128,
    /// Indices of series, in an order that the kind of point sets.
    pub series: SmallVec<[u32; 2]>,
    /// Bucket bounds or quantiles.
    pub bounds: Box<[f64]>,
}

/// A resource at work.
#[derive(Debug)]
pub struct KnownTarget {
    /// What it means for labels.
    pub target: Target,
    /// Its `target_info`, where it has one.
    pub info: Option<u32>,
    /// Newest time of the resource's points in this batch, in milliseconds.
    pub newest: i64,
    /// Newest time at which `target_info` was written.
    pub written: i64,
}

/// Everything that was worked out and can come again. It is dropped as a whole when it is too large.
#[derive(Default)]
pub struct Known {
    /// Texts.
    pub interner: Interner,
    /// Resources, by the hash of their bytes.
    pub targets: ByHash<u32>,
    /// The same, by index.
    pub target_list: Vec<KnownTarget>,
    /// Labels of scopes, by the hash of their bytes.
    pub scopes: ByHash<u32>,
    /// The same, by index.
    pub scope_list: Vec<Labels>,
    /// Families, by the hash of what makes them.
    pub families: ByHash<u32>,
    /// The same, by index.
    pub family_list: Vec<Family>,
    /// Points, by the hash of family, resource, scope, attributes and bounds.
    pub groups: ByHash<u32>,
    /// The same, by index.
    pub group_list: Vec<Group>,
    /// Where a point without bounds finds the last group with bounds.
    pub last_bounds: ByHash<u32>,
    /// Series, by the hash of their labels.
    by_labels: ByHash<u32>,
    /// The same, by index.
    pub series: Vec<Series>,
    bytes: usize,
}

impl Known {
    /// Roughly the memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes + self.interner.bytes()
    }

    /// Adds to the memory held.
    pub fn charge(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// The series of these labels under a name, with one more label where given.
    pub fn series_of(
        &mut self,
        labels: &Labels,
        name: &str,
        extra: Option<(&str, &str)>,
        family: u32,
    ) -> u32 {
        let mut pairs: SmallVec<[(&str, &str); 24]> = labels.iter().collect();
        for (label, value) in std::iter::once(("__name__", name)).chain(extra) {
            match pairs.binary_search_by(|(other, _)| (*other).cmp(label)) {
                Ok(at) => pairs[at].1 = value,
                Err(at) => pairs.insert(at, (label, value)),
            }
        }
        let interner = &mut self.interner;
        let numbers: Box<[u32]> =
            pairs.iter().flat_map(|(name, value)| [interner.number(name), interner.number(value)]).collect();
        let key = identity(pairs.iter().copied());
        if let Some(found) = self.by_labels.get(&key) {
            return *found;
        }
        let index = self.series.len() as u32;
        self.bytes += 4 * numbers.len() + 96;
        let group = self.group_list.len() as u32;
        self.series.push(Series { labels: numbers, family, group, newest_exemplar: i64::MIN });
        self.by_labels.insert(key, index);
        index
    }

    /// Keeps a group; its series were made just before.
    pub fn add_group(&mut self, key: u128, group: Group) -> u32 {
        let index = self.group_list.len() as u32;
        self.bytes += 160 + 8 * group.bounds.len() + 4 * group.series.len();
        self.group_list.push(group);
        self.groups.insert(key, index);
        index
    }
}

/// The hash of names and values.
pub fn identity<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> u128 {
    let mut bytes = Vec::with_capacity(512);
    for (name, value) in pairs {
        bytes.extend_from_slice(&(name.len() as u64).to_le_bytes());
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
        bytes.extend_from_slice(value.as_bytes());
    }
    XxHash3_128::oneshot(&bytes)
}
