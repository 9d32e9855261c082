//! What the three signals share: resources, scopes and the nesting around items.

use super::{Attribute, Fields, Repeated, View};

/// `ResourceSpans`, `ResourceMetrics` or `ResourceLogs`: they have the same field numbers.
#[derive(Clone, Debug)]
pub struct ResourceGroup<'a> {
    /// The resource; default where the sender gave none.
    pub resource: Resource<'a>,
    /// The schema that the resource's names follow.
    pub schema_url: &'a str,
    message: &'a [u8],
}

impl<'a> ResourceGroup<'a> {
    /// The groups of a request body.
    pub fn of(request: &'a [u8]) -> Repeated<'a, ResourceGroup<'a>> {
        Repeated::new(request, 1)
    }

    /// The scopes inside.
    pub fn scopes(&self) -> Repeated<'a, ScopeGroup<'a>> {
        Repeated::new(self.message, 2)
    }
}

impl<'a> View<'a> for ResourceGroup<'a> {
    fn view(message: &'a [u8]) -> Self {
        let (mut resource, mut schema_url) = (&[][..], "");
        for (field, value) in Fields::new(message) {
            match field {
                1 => resource = value.bytes(),
                3 => schema_url = value.text(),
                _ => {}
            }
        }
        ResourceGroup { resource: Resource::view(resource), schema_url, message }
    }
}

/// Who sent the items.
#[derive(Clone, Debug)]
pub struct Resource<'a> {
    /// Attributes that the sender dropped.
    pub dropped_attributes_count: u32,
    /// The message's bytes.
    pub raw: &'a [u8],
}

impl<'a> Resource<'a> {
    /// The attributes.
    pub fn attributes(&self) -> Repeated<'a, Attribute<'a>> {
        Repeated::new(self.raw, 1)
    }

    /// The text of attribute `key`, where it is a string.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.attributes().find(|attribute| attribute.key == key)?.value.as_str()
    }
}

impl<'a> View<'a> for Resource<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let count = Fields::new(raw).filter(|(field, _)| *field == 2).last();
        Resource { dropped_attributes_count: count.map_or(0, |(_, value)| value.integer() as u32), raw }
    }
}

/// `ScopeSpans`, `ScopeMetrics` or `ScopeLogs`.
#[derive(Clone, Debug)]
pub struct ScopeGroup<'a> {
    /// The instrumentation scope; default where the sender gave none.
    pub scope: Scope<'a>,
    /// The schema that the items' names follow.
    pub schema_url: &'a str,
    message: &'a [u8],
}

impl<'a> ScopeGroup<'a> {
    /// The items: spans, metrics or log records. The caller picks the view of its signal.
    pub fn items<T: View<'a>>(&self) -> Repeated<'a, T> {
        Repeated::new(self.message, 2)
    }
}

impl<'a> View<'a> for ScopeGroup<'a> {
    fn view(message: &'a [u8]) -> Self {
        let (mut scope, mut schema_url) = (&[][..], "");
        for (field, value) in Fields::new(message) {
            match field {
                1 => scope = value.bytes(),
                3 => schema_url = value.text(),
                _ => {}
            }
        }
        ScopeGroup { scope: Scope::view(scope), schema_url, message }
    }
}

/// The library that made the items.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Attributes that the sender dropped.
    pub dropped_attributes_count: u32,
    /// The message's bytes.
    pub raw: &'a [u8],
}

impl<'a> Scope<'a> {
    /// The attributes.
    pub fn attributes(&self) -> Repeated<'a, Attribute<'a>> {
        Repeated::new(self.raw, 3)
    }
}

impl<'a> View<'a> for Scope<'a> {
    fn view(raw: &'a [u8]) -> Self {
        let mut scope = Scope { name: "", version: "", dropped_attributes_count: 0, raw };
        for (field, value) in Fields::new(raw) {
            match field {
                1 => scope.name = value.text(),
                2 => scope.version = value.text(),
                4 => scope.dropped_attributes_count = value.integer() as u32,
                _ => {}
            }
        }
        scope
    }
}
