//! `run` and `validate`.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use codeagent_config::{Diagnostics, Document, Kind};
use codeagent_pipeline::Host;

use crate::cli::{Run, Sources};
use crate::graph::{self, Graph};
use crate::service::{self, Setup, Watch};
use crate::telemetry::{Settings, register_process};
use crate::{configuration, exit};

/// A configuration that was read and built. With errors among the diagnostics it must not run.
pub struct Checked {
    /// What was read.
    pub document: Document,
    /// `service::telemetry`.
    pub settings: Settings,
    /// What was built.
    pub graph: Graph,
}

/// Reads a configuration and builds it, apart from all that runs.
pub fn check(
    sources: &Sources,
    data_dir: &Path,
    threads: usize,
    diagnostics: &mut Diagnostics,
) -> Option<Checked> {
    let document = configuration::read(sources, data_dir, diagnostics)?;
    let settings = Settings::read(&document.service.telemetry, diagnostics);
    let mut host = Host::new(threads, service::default_memory_limit());
    host.tracer = settings.tracer.clone();
    register_process(&host);
    let graph = graph::build(&document, host, None, diagnostics);
    if let Some(page) = &settings.page {
        page.check(&graph.host, diagnostics);
    }
    Some(Checked { document, settings, graph })
}

/// Checks a configuration; everything is built and nothing started.
pub fn validate(sources: &Sources) -> ExitCode {
    let mut diagnostics = Diagnostics::new();
    let checked = check(sources, &configuration::data_dir(None), 1, &mut diagnostics);
    print(&diagnostics);
    let Some(Checked { graph, .. }) = checked.filter(|_| !diagnostics.has_errors()) else {
        return exit::USAGE.into();
    };
    let receivers = graph.services.keys().filter(|(kind, _)| *kind == Kind::Receiver);
    println!(
        "the configuration is valid: {} receivers, {} exporters{}",
        receivers.count(),
        graph.exporters.len(),
        if diagnostics.is_empty() { String::new() } else { format!("; {}", count(&diagnostics)) }
    );
    exit::DONE.into()
}

/// Runs the collector until it is told to stop.
pub fn run(options: Run) -> ExitCode {
    let mut diagnostics = Diagnostics::new();
    let data_dir = configuration::data_dir(options.data_dir.as_ref());
    let threads = options.threads.map_or_else(cores, usize::from);
    // before the files are read: what changes after that is noticed
    let watch = options.watch.then(|| Watch::new(&options.sources));
    let checked = check(&options.sources, &data_dir, threads, &mut diagnostics);
    print(&diagnostics);
    let Some(checked) = checked.filter(|_| !diagnostics.has_errors()) else {
        eprintln!("nothing was started");
        return exit::USAGE.into();
    };
    service::run(checked, Setup { options, threads, data_dir, watch })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn print(diagnostics: &Diagnostics) {
    if !diagnostics.is_empty() {
        eprint!("{}", diagnostics.render(std::io::stderr().is_terminal()));
    }
}

fn count(diagnostics: &Diagnostics) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (diagnostics.errors(), diagnostics.warnings()) {
        (errors, 0) => plural(errors, "error"),
        (0, warnings) => plural(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_configuration_of_the_collector_is_valid() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../otel-config/configs");
        let mut checked = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let sources = Sources { config: vec![path.to_string_lossy().into_owned()], set: Vec::new() };
            assert_eq!(validate(&sources), exit::DONE.into(), "{}", path.display());
            checked += 1;
        }
        assert!(checked > 0, "no configuration in {}", folder.display());
    }
}
