//! `src/attribute/`: a typed key for every attribute, and what the registry says of it.

use super::text::{doc, literal};
use super::{enums, head};
use crate::ident::constant;
use crate::resolve::{Area, Registry};
use crate::schema::{Attribute, Scalar, Type};
use crate::{COMMAND, prometheus};
use std::collections::BTreeMap;

pub fn files(registry: &Registry) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let areas: Vec<&Area> = registry.areas.iter().filter(|area| !area.attributes.is_empty()).collect();
    files.insert("src/attribute/mod.rs".to_owned(), index(&areas));
    for area in areas {
        files.insert(format!("src/attribute/{}.rs", area.name), module(area));
    }
    files
}

fn index(areas: &[&Area]) -> String {
    let mut out = head("The attributes: a typed key for each, and what the registry says of it.");
    out.push('\n');
    for area in areas {
        out.push_str(&format!("mod {};\n", area.name));
    }
    out.push('\n');
    for area in areas {
        out.push_str(&format!("pub use {}::*;\n", area.name));
    }
    out.push_str("\n/// What the registry says of every attribute, an area after the other.\n");
    out.push_str("pub static ALL: &[&[crate::Definition]] = &[\n");
    for area in areas {
        out.push_str(&format!("    {}::DEFINED,\n", area.name));
    }
    out.push_str("];\n\n");
    out.push_str(concat!(
        "/// What the registry says of an attribute; `None` for a key that it does not have.\n",
        "#[must_use]\n",
        "pub fn find(key: &str) -> Option<&'static crate::Definition> {\n",
        "    ALL.iter().copied().flatten().find(|defined| defined.key == key)\n",
        "}\n"
    ));
    out
}

fn module(area: &Area) -> String {
    let mut out = format!("// Generated from registry/ by `{COMMAND}`; do not edit.\n\n");
    out.push_str(&format!("use crate::{{{}}};\n", imports(area).join(", ")));
    for attribute in &area.attributes {
        out.push_str(&format!("\n{}{}", comment(attribute), key(attribute)));
    }
    out.push_str("\npub(super) static DEFINED: &[Definition] = &[\n");
    for attribute in &area.attributes {
        out.push_str(&definition(attribute));
    }
    out.push_str("];\n");
    out
}

fn imports(area: &Area) -> Vec<&'static str> {
    let mut imports = vec!["Definition", "Key", "ValueType"];
    imports.extend(area.attributes.iter().map(|attribute| match enums::members(attribute) {
        Some(_) => "value",
        None => kind(&attribute.r#type),
    }));
    imports.sort_unstable();
    imports.dedup();
    imports
}

fn kind(of: &Type) -> &'static str {
    match of {
        Type::Text | Type::Enum(_) => "Text",
        Type::Int => "Int",
        Type::Double => "Double",
        Type::Boolean => "Bool",
    }
}

fn comment(attribute: &Attribute) -> String {
    let examples: Vec<String> = attribute.examples.iter().map(example).collect();
    let examples = match examples.as_slice() {
        [] => String::new(),
        [one] => format!("Example: {one}."),
        many => format!("Examples: {}.", many.join(", ")),
    };
    doc("", [format!("`{}`: {}", attribute.key, attribute.brief), attribute.note.clone(), examples])
}

fn example(example: &Scalar) -> String {
    match example {
        Scalar::Text(text) => format!("`{text}`"),
        Scalar::Int(number) => format!("`{number}`"),
        Scalar::Double(number) => format!("`{number}`"),
        Scalar::Boolean(truth) => format!("`{truth}`"),
    }
}

fn key(attribute: &Attribute) -> String {
    let kind = match enums::members(attribute) {
        Some(_) => enums::key_kind(attribute),
        None => kind(&attribute.r#type).to_owned(),
    };
    format!("pub const {}: Key<{kind}> = Key::new({});\n", constant(&attribute.key), literal(&attribute.key))
}

fn definition(attribute: &Attribute) -> String {
    let value_type = match enums::members(attribute) {
        Some(members) => {
            let values: Vec<String> = members.iter().map(|member| literal(&member.value)).collect();
            let shape = if attribute.annotations.code_generation.closed { "Closed" } else { "Open" };
            format!("{shape}(&[{}])", values.join(", "))
        }
        None => kind(&attribute.r#type).to_owned(),
    };
    format!(
        "    Definition {{\n        key: {},\n        label: {},\n        value_type: ValueType::{value_type},\n        brief: {},\n        identifier: {},\n    }},\n",
        literal(&attribute.key),
        literal(&prometheus::label(attribute)),
        literal(&attribute.brief),
        attribute.is_identifier()
    )
}
