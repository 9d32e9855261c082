//! For tests: exporters from the YAML that a user would write.

use codeagent_config::{Diagnostics, Document, Environment, Section, Signal, Source, load};
use codeagent_pipeline::{BuildContext, BuiltExporter, ExporterFactory, Host};

/// Builds all exporters of this factory in `yaml`, which begins with `exporters:`; what is wrong, otherwise.
pub(super) fn build(
    factory: &ExporterFactory,
    yaml: &str,
    signal: Signal,
) -> Result<Vec<BuiltExporter>, String> {
    each(yaml, |context, section| (factory.build)(context, section, signal))
}

/// Reads all exporters in `yaml` with `read`; what is wrong, otherwise.
pub(super) fn each<T>(
    yaml: &str,
    mut read: impl FnMut(&mut BuildContext<'_>, &Section) -> Option<T>,
) -> Result<Vec<T>, String> {
    let mut diagnostics = Diagnostics::new();
    let host = Host::new(1, 1 << 30);
    let mut built = Vec::new();
    for (id, section) in exporters(yaml) {
        let mut context =
            BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
        built.extend(read(&mut context, &section));
    }
    if diagnostics.has_errors() { Err(diagnostics.render(false)) } else { Ok(built) }
}

fn exporters(yaml: &str) -> Vec<(codeagent_config::ComponentId, Section)> {
    let source = Source::new("test.yaml", yaml);
    // what else a configuration needs is not at issue here
    let document: Document = load(&[source], &[], &Environment::empty(), &mut Diagnostics::new())
        .expect("the test's YAML is YAML");
    document.exporters.into_iter().collect()
}
