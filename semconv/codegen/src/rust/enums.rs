//! `src/value/`: a type for every enum.

use super::head;
use super::text::{doc, literal};
use crate::COMMAND;
use crate::ident::{type_name, variant};
use crate::resolve::{Area, Registry};
use crate::schema::{Attribute, Member, Type};
use std::collections::BTreeMap;

/// The member that stands for all others.
const OTHER: &str = "other";

/// The members of an enum. One whose only member is "other" enumerates nothing: it is a text.
pub fn members(attribute: &Attribute) -> Option<&[Member]> {
    match &attribute.r#type {
        Type::Enum(members) if members.iter().any(|member| member.id != OTHER) => Some(members),
        _ => None,
    }
}

/// The type of an enum.
fn name(attribute: &Attribute) -> String {
    attribute.annotations.code_generation.type_name.clone().unwrap_or_else(|| type_name(&attribute.key))
}

/// What a key of this enum is typed with.
pub fn key_kind(attribute: &Attribute) -> String {
    let lifetime = if attribute.annotations.code_generation.closed { "" } else { "<'static>" };
    format!("value::{}{lifetime}", name(attribute))
}

pub fn files(registry: &Registry) -> BTreeMap<String, String> {
    let has_enum = |area: &&Area| area.attributes.iter().any(|attribute| members(attribute).is_some());
    let areas: Vec<&Area> = registry.areas.iter().filter(has_enum).collect();
    let mut index = head("The values of attributes that have a list of them: an enum for each.");
    index.push('\n');
    for area in &areas {
        index.push_str(&format!("mod {};\n", area.name));
    }
    index.push('\n');
    for area in &areas {
        index.push_str(&format!("pub use {}::*;\n", area.name));
    }
    let mut files = BTreeMap::from([("src/value/mod.rs".to_owned(), index)]);
    for area in areas {
        files.insert(format!("src/value/{}.rs", area.name), module(area));
    }
    files
}

fn module(area: &Area) -> String {
    let mut out = format!("// Generated from registry/ by `{COMMAND}`; do not edit.\n");
    for attribute in &area.attributes {
        if let Some(members) = members(attribute) {
            out.push('\n');
            out.push_str(&declaration(attribute, members));
        }
    }
    out
}

fn declaration(attribute: &Attribute, members: &[Member]) -> String {
    let closed = attribute.annotations.code_generation.closed;
    let mut out = if closed { "closed_enum! {\n" } else { "open_enum! {\n" }.to_owned();
    out.push_str(&doc("    ", [format!("`{}`: {}", attribute.key, attribute.brief), attribute.note.clone()]));
    out.push_str(&format!("    pub enum {} {{\n", name(attribute)));
    for member in members.iter().filter(|member| closed || member.id != OTHER) {
        out.push_str(&doc("        ", [&member.brief]));
        out.push_str(&format!("        {} = {},\n", variant(&member.id), literal(&member.value)));
    }
    out.push_str("    }\n");
    if !closed {
        let other = members.iter().find(|member| member.id == OTHER);
        let other = other.map_or(OTHER, |member| &member.value);
        out.push_str(&format!("    other = {};\n", literal(other)));
    }
    out.push_str("}\n");
    out
}
