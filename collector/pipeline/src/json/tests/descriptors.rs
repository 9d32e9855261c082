use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

use crate::otlp::schema::message::{Kind, Message, Presence};
use crate::otlp::schema::{logs::EXPORT_LOGS, metrics::EXPORT_METRICS, traces::EXPORT_TRACES};

/// Every message that the three requests reach, by name.
fn tables() -> BTreeMap<&'static str, &'static Message> {
    let mut found = BTreeMap::new();
    let mut open: Vec<&'static Message> = vec![&EXPORT_LOGS, &EXPORT_METRICS, &EXPORT_TRACES];
    while let Some(message) = open.pop() {
        if found.insert(message.name, message).is_none() {
            open.extend(message.fields.iter().filter_map(|field| match field.kind {
                Kind::Message(nested) => Some(nested),
                _ => None,
            }));
        }
    }
    found
}

/// Values of an enum, by name.
type Names = BTreeSet<(String, i32)>;

fn published() -> (BTreeMap<String, DescriptorProto>, BTreeMap<String, Names>) {
    let set = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).unwrap();
    let (mut messages, mut enums) = (BTreeMap::new(), BTreeMap::new());
    for file in set.file {
        let package = file.package().to_owned();
        let mut open: Vec<_> = file.message_type.into_iter().map(|m| (package.clone(), m)).collect();
        let mut named: Vec<_> = file.enum_type.into_iter().map(|e| (package.clone(), e)).collect();
        while let Some((scope, message)) = open.pop() {
            let name = format!("{scope}.{}", message.name());
            open.extend(message.nested_type.iter().map(|m| (name.clone(), m.clone())));
            named.extend(message.enum_type.iter().map(|e| (name.clone(), e.clone())));
            messages.insert(name, message);
        }
        for (scope, list) in named {
            let values = list.value.iter().map(|v| (v.name().to_owned(), v.number())).collect();
            enums.insert(format!(".{scope}.{}", list.name()), values);
        }
    }
    (messages, enums)
}

fn presence(field: &FieldDescriptorProto) -> Presence {
    match (field.label(), field.r#type()) {
        (Label::Repeated, _) => Presence::Repeated,
        _ if field.proto3_optional() => Presence::Explicit,
        _ if field.oneof_index.is_some() => Presence::Choice,
        (_, Type::Message) => Presence::Explicit,
        _ => Presence::Implicit,
    }
}

fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::String => Type::String,
        Kind::Bytes | Kind::Id(_) => Type::Bytes,
        Kind::Bool => Type::Bool,
        Kind::Double => Type::Double,
        Kind::Fixed32 => Type::Fixed32,
        Kind::Fixed64 => Type::Fixed64,
        Kind::Sfixed64 => Type::Sfixed64,
        Kind::Int32 => Type::Int32,
        Kind::Int64 => Type::Int64,
        Kind::Uint32 => Type::Uint32,
        Kind::Uint64 => Type::Uint64,
        Kind::Sint32 => Type::Sint32,
        Kind::Enum(_) => Type::Enum,
        Kind::Message(_) => Type::Message,
    }
}

fn lower_camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| all + &part[..1].to_uppercase() + &part[1..])
}

#[test]
fn the_tables_hold_every_field_of_the_published_descriptors_and_no_other() {
    let (messages, enums) = published();
    let tables = tables();
    assert_eq!(tables.len(), 34, "all messages are reached");
    for (name, table) in tables {
        let message = &messages[name];
        assert_eq!(table.fields.len(), message.field.len(), "{name}");
        for published in &message.field {
            let what = format!("{name}.{}", published.name());
            let field = &table.fields[table.numbered(published.number() as u32).expect(&what)];
            assert_eq!(field.number, published.number() as u32, "{what}");
            assert_eq!(field.original, published.name(), "{what}");
            assert_eq!(field.json, lower_camel(published.name()), "{what}");
            assert_eq!(field.presence, presence(published), "{what}");
            assert_eq!(type_of(field.kind), published.r#type(), "{what}");
            match field.kind {
                Kind::Message(nested) => {
                    assert_eq!(format!(".{}", nested.name), published.type_name(), "{what}")
                }
                Kind::Enum(names) => {
                    let names: Names = names.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect();
                    assert_eq!(names, enums[published.type_name()], "{what}");
                }
                Kind::Id(length) => {
                    assert_eq!(length, if what.ends_with("trace_id") { 16 } else { 8 }, "{what}")
                }
                Kind::Bytes => assert!(!what.ends_with("_id"), "{what} is an id, in hex"),
                _ => {}
            }
        }
    }
}

#[test]
fn no_message_has_more_fields_than_the_reader_has_bits() {
    assert!(tables().values().all(|message| message.fields.len() <= 32));
}
