#![doc = include_str!("README.md")]

use std::path::PathBuf;

use codeagent_config::{ByteSize, Duration, Section};
use codeagent_pipeline::durable::{Store, StoreSettings};
use codeagent_pipeline::log::{Form, Limits, LogSettings, WhenFull};
use codeagent_pipeline::{About, BuildContext, BuiltExtension, ExtensionFactory};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

/// Makes the extension.
pub const FACTORY: ExtensionFactory = ExtensionFactory {
    about: About {
        kind: "file_storage",
        aliases: &[],
        summary: "keeps the queues of exporters on disk, so that what was acknowledged is delivered",
        signals: &[],
        schema: || schema_for!(Config),
    },
    build,
};

/// What the log of one pipeline may take on disk, where nothing is written.
pub const MAX_SIZE: ByteSize = ByteSize::mib(2048);
/// The largest file of a log, where the budget is large enough for several.
const SEGMENT_BYTES_MAX: u64 = 64 << 20;
/// Files that a log has at least when it is full: the oldest can go, and little at a time.
pub const SEGMENTS_MIN: u64 = 8;
/// The newest batches of each pipeline that stay in memory: at most this, and at most a share of the process's budget.
const MEMORY_BYTES_MAX: usize = 8 << 20;
const MEMORY_SHARE: usize = 16;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Config {
    /// The folder. It belongs to one collector.
    directory: PathBuf,
    /// Whether the folder is made where it is missing.
    create_directory: bool,
    /// The permissions of folders that are made, in octal.
    directory_permissions: String,
    /// Whether an acknowledgement waits until the disk has the data.
    fsync: bool,
    /// What the log of one pipeline may take on disk.
    max_size: ByteSize,
    /// How old data may become before it is dropped; 0 for any age. Ours.
    max_age: Duration,
    /// What happens when `max_size` is reached. Ours.
    when_full: Full,
    /// How payloads are stored. Ours.
    compression: Compression,
    /// What the dead letters of one pipeline may take on disk. Ours.
    max_dead_letter_size: ByteSize,
    /// Read and not needed: a lock is had at once or not at all.
    timeout: Duration,
    /// Read and not needed: a damaged file is always set aside, and the rest is used.
    recreate: bool,
    /// Read and not needed: files are removed as a whole.
    #[schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>")]
    compaction: Option<serde::de::IgnoredAny>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Full {
    /// Senders are told to try again.
    Refuse,
    /// The oldest data goes, and is counted.
    DropOldest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Compression {
    /// As they are.
    None,
    /// Smaller, for more CPU.
    Zstd,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            directory: PathBuf::from("/var/lib/otelcol/file_storage"),
            create_directory: false,
            directory_permissions: "0750".to_owned(),
            fsync: true,
            max_size: MAX_SIZE,
            max_age: Duration::from_secs(0),
            when_full: Full::Refuse,
            compression: Compression::None,
            max_dead_letter_size: ByteSize::mib(256),
            timeout: Duration::from_secs(1),
            recreate: false,
            compaction: None,
        }
    }
}

fn build(context: &mut BuildContext<'_>, section: &Section) -> Option<BuiltExtension> {
    let config: Config = section.decode(context.diagnostics)?;
    let mut refuse = |key: &str, message: &str, help: &str| {
        let place = section.at(key).unwrap_or_else(|| section.clone());
        context.diagnostics.push(place.error(message, help));
    };
    let permissions =
        u32::from_str_radix(&config.directory_permissions, 8).ok().filter(|mode| *mode <= 0o777);
    if permissions.is_none() {
        refuse(
            "directory_permissions",
            "`directory_permissions` is no octal mode",
            "the default is \"0750\"",
        );
    }
    if config.max_size < ByteSize::mib(1) {
        refuse("max_size", "`max_size` must be at least 1MiB", "the default is 2GiB for each pipeline");
    }
    if !config.fsync {
        let place = section.at("fsync").unwrap_or_else(|| section.clone());
        let message = "without `fsync` a power failure loses acknowledged data";
        context.diagnostics.push(place.warning(message, "take it out: the default is true"));
    }
    let memory_bytes = MEMORY_BYTES_MAX.min(context.host.memory.limit() / MEMORY_SHARE);
    let settings = StoreSettings {
        log: log_settings(&config, memory_bytes),
        directory: config.directory,
        create_directory: config.create_directory,
        directory_permissions: permissions?,
        fsync: config.fsync,
        dead_letter_bytes: config.max_dead_letter_size.bytes(),
    };
    Some(BuiltExtension { store: Some(Store::new(settings)), ..BuiltExtension::default() })
}

fn log_settings(config: &Config, memory_bytes: usize) -> LogSettings {
    let bytes_max = config.max_size.bytes();
    let limits = Limits {
        segment_bytes: SEGMENT_BYTES_MAX.min(bytes_max / SEGMENTS_MIN),
        bytes_max,
        age_max: Some(config.max_age.get()).filter(|age| !age.is_zero()),
        when_full: match config.when_full {
            Full::Refuse => WhenFull::Refuse,
            Full::DropOldest => WhenFull::DropOldest,
        },
    };
    let form = if config.compression == Compression::Zstd { Form::Zstd } else { Form::Plain };
    LogSettings { limits, form, memory_bytes, keeps_all: false }
}

#[cfg(test)]
mod tests {
    use codeagent_config::{Diagnostics, Environment, Source};
    use codeagent_pipeline::Host;

    use super::*;

    fn built(yaml: &str) -> (Option<StoreSettings>, String) {
        let (host, mut diagnostics) = (Host::new(1, 64 << 20), Diagnostics::default());
        let id = "file_storage".parse().unwrap();
        let source = Source::new("test.yaml", yaml);
        let section = Section::from_yaml(&source, &Environment::empty(), &mut diagnostics).unwrap();
        let mut context =
            BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
        let built = (FACTORY.build)(&mut context, &section);
        (built.and_then(|built| Some(built.store?.settings())), diagnostics.render(false))
    }

    #[test]
    fn the_defaults_keep_what_is_acknowledged() {
        let (settings, diagnostics) = built("{}");
        let settings = settings.unwrap();
        assert!(settings.fsync && diagnostics.is_empty(), "{diagnostics}");
        assert_eq!(settings.log.limits.when_full, WhenFull::Refuse);
        assert_eq!((settings.log.limits.age_max, settings.log.memory_bytes), (None, 4 << 20));
    }

    #[test]
    fn the_collectors_keys_are_read() {
        let (settings, diagnostics) = built(
            "{directory: /data, create_directory: true, directory_permissions: \"0700\", timeout: 10s, recreate: true,
              compaction: {on_start: true, directory: /tmp, max_transaction_size: 65536}, max_size: 16MiB}",
        );
        let settings = settings.unwrap();
        assert!(diagnostics.is_empty(), "{diagnostics}");
        assert_eq!((settings.directory_permissions, settings.log.limits.segment_bytes), (0o700, 2 << 20));
    }

    #[test]
    fn mistakes_are_told_and_a_loss_is_warned_of() {
        for (yaml, told) in [
            ("{directory_permissions: rwx}", "no octal mode"),
            ("{max_size: 1KiB}", "at least 1MiB"),
            ("{when_full: maybe}", "drop_oldest"),
            ("{fsync: false}", "a power failure loses acknowledged data"),
        ] {
            let (_, diagnostics) = built(yaml);
            assert!(diagnostics.contains(told), "{yaml}: {diagnostics}");
        }
    }
}
