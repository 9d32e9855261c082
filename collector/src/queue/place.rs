//! Where queues are, and what the configuration says of them.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use codeagent_components::extensions::file_storage;
use codeagent_config::{ByteSize, Diagnostics, Document};
use codeagent_pipeline::durable::HOLDING;
use codeagent_pipeline::log::inspect::StoredLog;
use codeagent_pipeline::log::{Disk, FolderLock, OpenError, id_of};
use indexmap::IndexMap;

use super::{Failure, arguments};
use crate::configuration;

/// The extension that keeps queues.
const STORAGE: &str = "file_storage";
/// Its folder, where it names none.
const DIRECTORY: &str = "/var/lib/otelcol/file_storage";
/// The folder of the dead letters of a pipeline, below its own.
pub const DEAD: &str = "dead";

/// Where to look.
pub struct Places {
    /// Folders of queues.
    pub directories: Vec<PathBuf>,
    /// Each pipeline's exporters; nothing where no configuration was named.
    pub configured: Option<IndexMap<String, Vec<String>>>,
    /// What one log of each folder may take, where the configuration says so.
    pub sizes: IndexMap<PathBuf, u64>,
}

/// The queue of one pipeline.
pub struct Queue {
    /// The pipeline.
    pub pipeline: String,
    /// What is to be delivered.
    pub log: Result<StoredLog, OpenError>,
    /// What was refused for good; nothing where there never was anything.
    pub dead: Option<Result<StoredLog, OpenError>>,
}

impl Places {
    /// Finds out where the command line points to.
    pub fn find(place: &arguments::Place) -> Result<Self, Failure> {
        if let Some(directory) = &place.directory {
            if !directory.is_dir() {
                return Err(anyhow!("there is no folder {}", directory.display()).into());
            }
            return Ok(Places {
                directories: vec![directory.clone()],
                configured: None,
                sizes: IndexMap::new(),
            });
        }
        let data_dir = configuration::data_dir(place.data_dir.as_ref());
        let mut diagnostics = Diagnostics::new();
        let document = configuration::read(&place.sources, &data_dir, &mut diagnostics);
        let Some(document) = document.filter(|_| !diagnostics.has_errors()) else {
            eprint!("{}", diagnostics.render(io::stderr().is_terminal()));
            let advice = "the configuration is wrong; --directory looks into a folder without one";
            return Err(Failure::usage(anyhow!(advice)));
        };
        let sizes = storages(&document);
        let directories = sizes.keys().cloned().collect();
        Ok(Places { directories, configured: Some(pipelines(&document)), sizes })
    }

    /// Whether a pipeline has this destination; unknown without a configuration.
    pub fn is_configured(&self, pipeline: &str, exporter: &str) -> Option<bool> {
        let pipelines = self.configured.as_ref()?;
        let exporters = pipelines.get(pipeline).map(Vec::as_slice).unwrap_or_default();
        Some(exporters.iter().any(|configured| configured == exporter))
    }
}

/// The folders, and what one log of each may take.
fn storages(document: &Document) -> IndexMap<PathBuf, u64> {
    let storages = document.extensions.iter().filter(|(id, _)| id.kind.as_str() == STORAGE);
    let directory = |section: &codeagent_config::Section| {
        let written: Option<String> = section.at("directory")?.decode(&mut Diagnostics::new());
        written.filter(|directory| !directory.is_empty()).map(PathBuf::from)
    };
    let size = |section: &codeagent_config::Section| {
        let written = section.at("max_size").and_then(|size| size.decode(&mut Diagnostics::new()));
        written.map_or(file_storage::MAX_SIZE, |size: ByteSize| size).bytes()
    };
    let found = storages
        .map(|(_, section)| (directory(section).unwrap_or_else(|| PathBuf::from(DIRECTORY)), size(section)));
    found.collect()
}

fn pipelines(document: &Document) -> IndexMap<String, Vec<String>> {
    let pipelines = document.service.pipelines.iter();
    let exporters = |ids: &[codeagent_config::Spanned<codeagent_config::ComponentId>]| {
        ids.iter().map(|id| id.value.to_string()).collect()
    };
    pipelines.map(|(id, spec)| (id.to_string(), exporters(&spec.exporters))).collect()
}

/// The queues in `directory`, by name; none where it does not exist.
pub fn queues(directory: &Path, only: Option<&str>) -> anyhow::Result<Vec<Queue>> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("cannot read {}", directory.display()))?,
    };
    let mut queues = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", directory.display()))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(pipeline) = name.filter(|_| path.is_dir()).and_then(id_of) else { continue };
        let is_another = only.is_some_and(|only| only != pipeline);
        if is_another || pipeline == HOLDING {
            continue;
        }
        let dead = path.join(DEAD);
        queues.push(Queue { pipeline, log: open(&path), dead: dead.is_dir().then(|| open(&dead)) });
    }
    queues.sort_by(|one, other| one.pipeline.cmp(&other.pipeline));
    Ok(queues)
}

/// The collector that has `directory`, if one is running.
pub fn holder(directory: &Path) -> anyhow::Result<Option<String>> {
    FolderLock::holder(directory).with_context(|| format!("cannot read the lock of {}", directory.display()))
}

fn open(folder: &Path) -> Result<StoredLog, OpenError> {
    StoredLog::open(Arc::new(Disk::read_only(folder)))
}
