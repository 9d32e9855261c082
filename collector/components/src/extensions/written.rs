//! For tests: extensions from the YAML that a user would write.

use codeagent_config::{Diagnostics, Environment, Source, load};
use codeagent_pipeline::auth::Authenticator;
use codeagent_pipeline::{BuildContext, ExtensionFactory, Host};

/// Builds all extensions of this factory in `yaml`, which begins with `extensions:`; what is wrong, otherwise.
pub(super) fn build(factory: &ExtensionFactory, yaml: &str) -> Result<Vec<Authenticator>, String> {
    let mut diagnostics = Diagnostics::new();
    let host = Host::new(1, 1 << 30);
    let source = Source::new("test.yaml", yaml);
    // what else a configuration needs is not at issue here
    let document = load(&[source], &[], &Environment::empty(), &mut Diagnostics::new());
    let mut built = Vec::new();
    for (id, section) in document.expect("the test's YAML is YAML").extensions {
        let mut context =
            BuildContext { id: &id, diagnostics: &mut diagnostics, host: &host, batching: None };
        built.extend((factory.build)(&mut context, &section).and_then(|built| built.authenticator));
    }
    if diagnostics.has_errors() { Err(diagnostics.render(false)) } else { Ok(built) }
}
