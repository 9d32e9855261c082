//! What a component is made from: where that did not change, a reload keeps the component.

use codeagent_config::{ComponentId, Document, Section};
use codeagent_pipeline::Batching;

/// All that the building of a component reads.
#[derive(Clone)]
pub struct Origin {
    section: Section,
    /// The extensions that it names, and those that these name: an authenticator, a store.
    extensions: Vec<(ComponentId, Section)>,
    batching: Option<Batching>,
}

impl Origin {
    /// The origin of a component with this section.
    pub fn of(document: &Document, section: &Section, batching: Option<Batching>) -> Self {
        let mut extensions: Vec<(ComponentId, Section)> = Vec::new();
        let mut sections = vec![section.clone()];
        // a value that only looks like the name of an extension costs a rebuild that was not needed, no more
        while let Some(section) = sections.pop() {
            for (id, named) in &document.extensions {
                let is_known = extensions.iter().any(|(known, _)| known == id);
                if !is_known && section.mentions(&id.to_string()) {
                    extensions.push((id.clone(), named.clone()));
                    sections.push(named.clone());
                }
            }
        }
        Origin { section: section.clone(), extensions, batching }
    }

    /// Whether the same would be built from both.
    pub fn is_same(&self, other: &Origin) -> bool {
        let mut pairs = self.extensions.iter().zip(&other.extensions);
        self.batching == other.batching
            && self.section.is_same(&other.section)
            && self.extensions.len() == other.extensions.len()
            && pairs.all(|(one, other)| one.0 == other.0 && one.1.is_same(&other.1))
    }
}

#[cfg(test)]
mod tests {
    use codeagent_config::{Diagnostics, Environment, Source, load};

    use super::*;

    const TEXT: &str = "
exporters: {otlp: {endpoint: 'x:1', auth: {authenticator: a}}, nop: }
extensions: {a: {token: 1, store: b}, b: {path: /x}, c: {path: /y}}
";

    fn origin(text: &str, exporter: &str, batching: Option<Batching>) -> Origin {
        let source = Source::new("x.yaml", text);
        let document = load(&[source], &[], &Environment::empty(), &mut Diagnostics::new()).unwrap();
        let id: ComponentId = exporter.parse().unwrap();
        Origin::of(&document, &document.exporters[&id], batching)
    }

    #[test]
    fn a_component_depends_on_its_section_and_on_the_extensions_that_it_names() {
        let of_otlp = |text: &str| origin(text, "otlp", None);
        let changed = |from: &str, to: &str| {
            assert!(TEXT.contains(from));
            !of_otlp(TEXT).is_same(&of_otlp(&TEXT.replace(from, to)))
        };
        assert!(!changed("nop: ", "nop: , debug: "));
        assert!(!changed("/y", "/z"), "it does not name c");
        assert!(changed("x:1", "x:2"));
        assert!(changed("token: 1", "token: 2"));
        assert!(changed("/x", "/z"), "what it names names b");
    }

    #[test]
    fn the_batch_processor_before_an_exporter_is_part_of_what_it_is() {
        let batching = Batching { send_batch_size: 5, send_batch_max_size: 0 };
        assert!(origin(TEXT, "otlp", Some(batching)).is_same(&origin(TEXT, "otlp", Some(batching))));
        assert!(!origin(TEXT, "otlp", None).is_same(&origin(TEXT, "otlp", Some(batching))));
    }
}
