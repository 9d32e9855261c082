//! Which labels a series has: attributes, resource, scope and configuration brought together.

use codeagent_pipeline::otlp::views::{Attribute, Repeated, Resource, Scope};

use super::attribute_text;
use super::naming::Naming;

/// Labels in the order of their names, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Vec<(String, String)>);

impl Labels {
    /// Puts a label in the place of one of the same name. An empty value takes it out: to Prometheus they are
    /// the same.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.place(name) {
            Ok(at) if value.is_empty() => drop(self.0.remove(at)),
            Ok(at) => value.clone_into(&mut self.0[at].1),
            Err(at) if !value.is_empty() => self.0.insert(at, (name.to_owned(), value.to_owned())),
            Err(_) => {}
        }
    }

    /// Puts a label where there is none of its name.
    pub fn set_if_absent(&mut self, name: &str, value: &str) {
        if self.place(name).is_err() {
            self.set(name, value);
        }
    }

    /// The value of a label.
    #[cfg(test)]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.place(name).ok().map(|at| self.0[at].1.as_str())
    }

    /// Whether there are no labels.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A value that meets another of the same name: both are kept, joined by `;`, equal ones once.
    fn join(&mut self, name: &str, value: &str) {
        match self.place(name) {
            Ok(at) if self.0[at].1 != value => {
                self.0[at].1.push(';');
                self.0[at].1.push_str(value);
            }
            Ok(_) => {}
            Err(_) => self.set(name, value),
        }
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }
}

/// What the configuration says about labels.
#[derive(Clone, Debug)]
pub struct LabelRules {
    /// Names.
    pub naming: Naming,
    /// Labels for series that have none of the name.
    pub external: Vec<(String, String)>,
    /// Which resource attributes become labels in the place of the point's.
    pub converted: Option<Selection>,
    /// Which resource attributes become labels where the point has none of the name.
    pub promoted: Vec<String>,
    /// Whether the scope becomes labels.
    pub scope: bool,
    /// Whether `target_info` is written.
    pub target_info: bool,
}

/// Resource attributes by name.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Patterns of names; none for all.
    pub included: Vec<String>,
    /// Patterns of names to leave out.
    pub excluded: Vec<String>,
}

impl Selection {
    fn takes(&self, name: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches_pattern(pattern, name));
        (self.included.is_empty() || any(&self.included)) && !any(&self.excluded)
    }
}

/// `*` stands for any characters, `?` for one.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while at < name.len() {
        if place < pattern.len() && pattern[place] == '*' {
            star = Some((place, at));
            place += 1;
        } else if place < pattern.len() && (pattern[place] == '?' || pattern[place] == name[at]) {
            at += 1;
            place += 1;
        } else if let Some((star_place, star_at)) = star {
            star = Some((star_place, star_at + 1));
            (place, at) = (star_place + 1, star_at + 1);
        } else {
            return false;
        }
    }
    pattern[place..].iter().all(|character| *character == '*')
}

/// What makes a target of Prometheus: these become `job` and `instance`.
pub const SERVICE_NAME: &str = "service.name";
/// Goes before the name in `job`.
pub const SERVICE_NAMESPACE: &str = "service.namespace";
/// Becomes `instance`.
pub const SERVICE_INSTANCE: &str = "service.instance.id";

/// What a resource means for its series.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// `job` and `instance`, where the resource names them.
    identity: Vec<(&'static str, String)>,
    /// Attributes, by their own names, that take the place of the point's.
    converted: Vec<(String, String)>,
    /// Labels for series that have none of the name.
    promoted: Labels,
    /// The labels of `target_info` without its name; nothing where there is nothing to tell.
    pub info: Option<Labels>,
}

impl LabelRules {
    /// What `resource` means.
    pub fn target(&self, resource: &Resource<'_>) -> Target {
        let attributes = texts(resource.attributes());
        let text = |key: &str| {
            let found = attributes.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
        };
        let mut target = Target::default();
        if let Some(name) = text(SERVICE_NAME) {
            let job = text(SERVICE_NAMESPACE).map_or(name.to_owned(), |space| format!("{space}/{name}"));
            target.identity.push(("job", job));
        }
        if let Some(instance) = text(SERVICE_INSTANCE) {
            target.identity.push(("instance", instance.to_owned()));
        }
        let promoted = attributes.iter().filter(|(name, _)| self.promoted.contains(name));
        target.promoted = self.sanitised(promoted.map(|(name, value)| (name.as_str(), value.as_str())));
        if let Some(selection) = &self.converted {
            target.converted = attributes.iter().filter(|(name, _)| selection.takes(name)).cloned().collect();
        }
        target.info = self.target_info(&attributes, &target.identity);
        target
    }

    fn target_info(
        &self,
        attributes: &[(String, String)],
        identity: &[(&'static str, String)],
    ) -> Option<Labels> {
        if !self.target_info || identity.is_empty() {
            return None;
        }
        let identifying = [SERVICE_NAME, SERVICE_NAMESPACE, SERVICE_INSTANCE];
        let rest = attributes.iter().filter(|(name, _)| !identifying.contains(&name.as_str()));
        let mut labels = self.sanitised(rest.map(|(name, value)| (name.as_str(), value.as_str())));
        if labels.is_empty() {
            return None;
        }
        identity.iter().for_each(|(name, value)| labels.set(name, value));
        self.external.iter().for_each(|(name, value)| labels.set_if_absent(name, value));
        Some(labels)
    }

    /// The labels that `scope` adds.
    pub fn scope(&self, scope: &Scope<'_>) -> Labels {
        let mut labels = Labels::default();
        if !self.scope {
            return labels;
        }
        for (key, value) in texts(scope.attributes()) {
            if matches!(key.as_str(), "name" | "version" | "schema_url") {
                continue;
            }
            if let Some(name) = self.naming.label(&format!("otel_scope_{key}")) {
                labels.join(&name, &value);
            }
        }
        labels.set("otel_scope_name", scope.name);
        labels.set("otel_scope_version", scope.version);
        labels
    }

    /// The labels of a point, without the metric's name.
    pub fn point(&self, target: &Target, scope: &Labels, attributes: Attributes<'_>) -> Labels {
        let mut own = texts(attributes);
        for (name, value) in &target.converted {
            own.retain(|(other, _)| other != name);
            own.push((name.clone(), value.clone()));
        }
        let mut labels = self.sanitised(own.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        target.promoted.iter().for_each(|(name, value)| labels.set_if_absent(name, value));
        target.identity.iter().for_each(|(name, value)| labels.set(name, value));
        self.external.iter().for_each(|(name, value)| labels.set_if_absent(name, value));
        scope.iter().for_each(|(name, value)| labels.set(name, value));
        labels
    }

    /// Attributes as labels. Where two have one name after escaping, the values are joined in the order of the
    /// original names.
    fn sanitised<'a>(&self, attributes: impl Iterator<Item = (&'a str, &'a str)>) -> Labels {
        let mut attributes: Vec<_> = attributes.filter(|(_, value)| !value.is_empty()).collect();
        attributes.sort_by_key(|(name, _)| *name);
        let mut labels = Labels::default();
        for (name, value) in attributes {
            // The metric's name is not an attribute's to give.
            if let Some(name) = self.naming.label(name).filter(|name| name != "__name__") {
                labels.join(&name, value);
            }
        }
        labels
    }
}

/// A list of attributes.
pub type Attributes<'a> = Repeated<'a, Attribute<'a>>;

/// Keys and the texts of values. An attribute without a key has no name to give a label.
fn texts(attributes: Attributes<'_>) -> Vec<(String, String)> {
    let named = attributes.filter(|attribute| !attribute.key.is_empty());
    named
        .map(|attribute| {
            let mut text = String::new();
            attribute_text::write(&mut text, &attribute.value);
            (attribute.key.to_owned(), text)
        })
        .collect()
}

#[cfg(test)]
#[path = "tests/labels.rs"]
mod tests;
