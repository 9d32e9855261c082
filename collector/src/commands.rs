//! `run` and `validate`.

use std::io::IsTerminal;
use std::process::ExitCode;

use codeagent_config::{Diagnostics, Document};
use codeagent_pipeline::Host;

use crate::cli::{Run, Sources};
use crate::graph::{self, Graph};
use crate::telemetry::{Settings, register_process};
use crate::{configuration, exit, service};

/// Checks a configuration; everything is built and nothing started.
pub fn validate(sources: &Sources) -> ExitCode {
    let mut diagnostics = Diagnostics::new();
    let data_dir = configuration::data_dir(None);
    let built = configuration::read(sources, &data_dir, &mut diagnostics)
        .map(|document| build(&document, 1, &mut diagnostics));
    print(&diagnostics);
    let Some((graph, _)) = built.filter(|_| !diagnostics.has_errors()) else {
        return exit::USAGE.into();
    };
    println!(
        "the configuration is valid: {} receivers, {} exporters{}",
        graph.receivers.len(),
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
    let built = configuration::read(&options.sources, &data_dir, &mut diagnostics)
        .map(|document| build(&document, threads, &mut diagnostics));
    print(&diagnostics);
    let Some((graph, settings)) = built.filter(|_| !diagnostics.has_errors()) else {
        eprintln!("nothing was started");
        return exit::USAGE.into();
    };
    service::run(graph, settings, &options, threads, &data_dir)
}

fn build(document: &Document, threads: usize, diagnostics: &mut Diagnostics) -> (Graph, Settings) {
    let settings = Settings::read(&document.service.telemetry, diagnostics);
    let mut host = Host::new(threads, service::default_memory_limit());
    host.tracer = settings.tracer.clone();
    register_process(&host);
    let graph = graph::build(document, host, diagnostics);
    (graph, settings)
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
