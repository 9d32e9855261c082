//! What users write: the keys and defaults of the Collector's exporter of this name.

use std::path::PathBuf;

use codeagent_config::{Diagnostics, Duration, Section};
use codeagent_pipeline::QueueConfig;
use schemars::JsonSchema;
use serde::Deserialize;

/// How records are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// OTLP/JSON; a batch is a line.
    #[default]
    Json,
    /// OTLP protobuf; each batch after its length in four bytes, big-endian.
    Proto,
}

/// How records are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum FileCompression {
    /// Not at all.
    #[default]
    #[serde(rename = "", alias = "none")]
    None,
    /// Each batch by itself, after its length in four bytes, big-endian.
    #[serde(rename = "zstd")]
    Zstd,
}

/// When a file is put aside, and when those put aside are removed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rotation {
    /// The size at which a file is put aside; 0 for 100. In 1024² bytes.
    pub max_megabytes: u64,
    /// After how many days one put aside is removed; 0 for never.
    pub max_days: u64,
    /// How many put aside are kept; 0 for all.
    pub max_backups: usize,
    /// Read for compatibility: times in file names are UTC.
    pub localtime: bool,
}

impl Default for Rotation {
    fn default() -> Self {
        Rotation { max_megabytes: 0, max_days: 0, max_backups: 100, localtime: false }
    }
}

/// Only here to be refused where it is switched on.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct GroupBy {
    enabled: bool,
    resource_attribute: String,
    max_open_files: usize,
}

/// The section `file`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    /// The file; relative to the working directory.
    path: String,
    /// Keep what the file holds at the start, instead of emptying it. With `rotation` it is always kept.
    append: bool,
    /// Bounds of the file and of those put aside. Without it one file grows for ever.
    rotation: Option<Rotation>,
    /// `json` or `proto`.
    format: Format,
    /// `zstd` or nothing.
    compression: FileCompression,
    /// Read for compatibility: each batch is written at once.
    flush_interval: Duration,
    /// Not supported.
    group_by: GroupBy,
    /// Make the directory of the file at the start.
    create_directory: bool,
    /// The permissions of directories that are made, in octal.
    directory_permissions: Option<String>,
    /// The queue before the file. Ours.
    pub sending_queue: QueueConfig,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            path: String::new(),
            append: false,
            rotation: None,
            format: Format::Json,
            compression: FileCompression::None,
            flush_interval: Duration::from_secs(1),
            group_by: GroupBy::default(),
            create_directory: false,
            directory_permissions: None,
            sending_queue: QueueConfig::default(),
        }
    }
}

pub(super) const UNSUPPORTED: &[(&str, &str)] =
    &[("encoding", "encoding extensions are not supported; use `format`")];

/// A checked configuration: all that the writers of a path must agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileSettings {
    pub path: PathBuf,
    pub append: bool,
    pub rotation: Option<Rotation>,
    pub format: Format,
    pub compression: FileCompression,
    /// The permissions of directories to make; nothing where none are made.
    pub directories: Option<u32>,
}

impl Config {
    /// Reports what serde cannot see.
    pub fn check(self, section: &Section, diagnostics: &mut Diagnostics) -> Option<FileSettings> {
        let before = diagnostics.errors();
        let place = |key: &str| section.at(key).unwrap_or_else(|| section.clone());
        let mut refuse = |key: &str, message: &str, help: &str| {
            diagnostics.push(place(key).error(message, help));
        };
        if self.path.is_empty() {
            refuse("path", "the path is missing", "write the file's path, such as /var/lib/otel/traces.json");
        }
        if self.append && self.compression != FileCompression::None {
            refuse("append", "`append` and `compression` exclude each other", "leave one out");
        }
        if self.append && self.rotation.is_some() {
            refuse(
                "append",
                "`append` and `rotation` exclude each other",
                "with `rotation` the file is kept anyway",
            );
        }
        if self.group_by.enabled {
            let help = "leave it out, or route to several exporters with paths of their own";
            refuse("group_by", "`group_by` is not supported", help);
        }
        let permissions = self.directory_permissions.as_deref().unwrap_or("0755");
        let permissions = u32::from_str_radix(permissions, 8).ok().filter(|bits| *bits <= 0o777);
        if permissions.is_none() {
            refuse("directory_permissions", "not permissions in octal", "write them as \"0755\"");
        }
        if self.directory_permissions.is_some() && !self.create_directory {
            let help = "set `create_directory: true`, or leave it out";
            refuse(
                "directory_permissions",
                "`directory_permissions` is only for directories that are made",
                help,
            );
        }
        if self.rotation.as_ref().is_some_and(|rotation| rotation.localtime) {
            let message = "times in file names are UTC, `localtime` has no effect";
            diagnostics.push(place("rotation::localtime").warning(message, ""));
        }
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| PathBuf::from(&self.path));
        (diagnostics.errors() == before).then_some(FileSettings {
            path,
            append: self.append,
            rotation: self.rotation,
            format: self.format,
            compression: self.compression,
            directories: permissions.filter(|_| self.create_directory),
        })
    }
}
