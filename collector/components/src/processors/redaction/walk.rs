//! From a value into all that is nested in it.

use std::borrow::Cow;

use codeagent_pipeline::json;
use codeagent_pipeline::otlp::views::{AnyValue, Attribute, View};
use codeagent_pipeline::otlp::wire::{Fields, Value, put_bytes};
use codeagent_pipeline::otlp::{AttributeList, Edit, any_value};

use super::rules::Rules;
use super::summary::{Path, Report};

/// Removes and masks in a list of attributes.
pub(super) fn attributes(rules: &Rules, list: &mut AttributeList<'_>, report: &mut Report) {
    list.update(|key, value| {
        if rules.ignores(key) {
            report.ignored();
            return None;
        }
        if rules.removes(key) {
            return None;
        }
        attribute(rules, key, value, report)
    });
    list.retain(|key, _| {
        let goes = rules.removes(key) && !rules.ignores(key);
        if goes {
            report.removed(&Path::Key(key));
        }
        !goes
    });
}

/// What becomes of an attribute's value; nothing where it stays.
fn attribute(rules: &Rules, key: &str, value: &[u8], report: &mut Report) -> Option<Vec<u8>> {
    let (path, view) = (Path::Key(key), AnyValue::view(value));
    if matches!(view, AnyValue::Array(_) | AnyValue::Map(_)) {
        return nested_attribute(rules, key, value, report);
    }
    let looked_at = rules.all_types || matches!(view, AnyValue::String(_));
    let text = if looked_at { text(value) } else { Cow::Borrowed("") };
    if rules.allows(&text) {
        report.allowed(&path);
        return None;
    }
    let masked = if rules.masks_key(key) { Some(rules.mask_whole(&text)) } else { rules.masked(&text) };
    masked.map(|masked| {
        report.masked(&path);
        any_value::string(&masked)
    })
}

/// The Collector lets these pass, or masks their JSON with `redact_all_types`. Here what is inside is looked at first, and
/// only what then is blocked in the JSON makes text of the whole.
fn nested_attribute(rules: &Rules, key: &str, value: &[u8], report: &mut Report) -> Option<Vec<u8>> {
    let path = Path::Key(key);
    if rules.masks_key(key) {
        report.masked(&path);
        let text = if rules.all_types { text(value) } else { Cow::Borrowed("") };
        return Some(any_value::string(&rules.mask_whole(&text)));
    }
    let walk = Walk { rules, removes: false, all_types: rules.all_types };
    let changed = walk.inside(value, Some(&path), report);
    if rules.all_types {
        let text = text(changed.as_deref().unwrap_or(value));
        if rules.allows(&text) {
            report.allowed(&path);
        } else if let Some(masked) = rules.masked(&text) {
            report.masked(&path);
            return Some(any_value::string(&masked));
        }
    }
    changed
}

/// What becomes of a log record's body; nothing where it stays.
pub(super) fn body(rules: &Rules, value: &[u8], report: &mut Report) -> Option<Vec<u8>> {
    let walk = Walk { rules, removes: true, all_types: true };
    if matches!(AnyValue::view(value), AnyValue::Array(_) | AnyValue::Map(_)) {
        return walk.inside(value, None, report);
    }
    let text = text(value);
    // As in the Collector, a body that is allowed as a whole is not counted.
    let masked = if rules.allows(&text) { None } else { rules.masked(&text) };
    masked.map(|masked| {
        report.masked(&Path::Key("body"));
        any_value::string(&masked)
    })
}

/// How nested values are looked at.
#[derive(Clone, Copy)]
struct Walk<'r> {
    rules: &'r Rules,
    /// Whether keys that are not allowed go.
    removes: bool,
    /// Whether values that are not text are looked at.
    all_types: bool,
}

/// `AnyValue.array_value`.
const ARRAY: u32 = 5;
/// `AnyValue.kvlist_value`.
const MAP: u32 = 6;

impl Walk<'_> {
    fn value(self, value: &[u8], path: &Path<'_>, report: &mut Report) -> Option<Vec<u8>> {
        match AnyValue::view(value) {
            AnyValue::Array(_) | AnyValue::Map(_) => return self.inside(value, Some(path), report),
            AnyValue::String(_) => {}
            _ if self.all_types => {}
            _ => return None,
        }
        let text = text(value);
        if self.rules.allows(&text) {
            report.allowed(path);
            return None;
        }
        self.rules.masked(&text).map(|masked| {
            report.masked(path);
            any_value::string(&masked)
        })
    }

    /// Into a list or a map. The door bounds how deep that goes.
    fn inside(self, value: &[u8], path: Option<&Path<'_>>, report: &mut Report) -> Option<Vec<u8>> {
        splice(value, |field, content| {
            let mut at = 0;
            let changed = splice(content, |number, member| match (field, number) {
                (ARRAY, 1) => {
                    at += 1;
                    let path = Path::element(path, at - 1);
                    self.value(member, &path, report).map_or(Edit::Keep, Edit::Replace)
                }
                (MAP, 1) => self.member(member, path, report),
                _ => Edit::Keep,
            });
            changed.map_or(Edit::Keep, Edit::Replace)
        })
    }

    fn member(self, member: &[u8], above: Option<&Path<'_>>, report: &mut Report) -> Edit {
        let Attribute { key, raw, value } = Attribute::view(member);
        let path = Path::key(above, key);
        if self.rules.ignores(key) {
            report.ignored();
            return Edit::Keep;
        }
        if self.removes && self.rules.removes(key) {
            report.removed(&path);
            return Edit::Drop;
        }
        let changed = if self.rules.masks_key(key) {
            report.masked(&path);
            Some(any_value::string(&self.rules.mask_whole(value.as_str().unwrap_or_default())))
        } else {
            self.value(raw, &path, report)
        };
        changed.map_or(Edit::Keep, |value| {
            let mut out = Vec::with_capacity(key.len() + value.len() + 8);
            put_bytes(&mut out, 1, key.as_bytes());
            put_bytes(&mut out, 2, &value);
            Edit::Replace(out)
        })
    }
}

/// `message` with its length-delimited fields edited, the others byte for byte; nothing where all are kept.
pub(super) fn splice(message: &[u8], mut change: impl FnMut(u32, &[u8]) -> Edit) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    let mut fields = Fields::new(message);
    loop {
        let rest = fields.rest();
        let Some((field, value)) = fields.next() else { return out };
        let edit = if let Value::Bytes(content) = value { change(field, content) } else { Edit::Keep };
        let start = message.len() - rest.len();
        match (edit, &mut out) {
            (Edit::Keep, None) => {}
            (Edit::Keep, Some(out)) => out.extend_from_slice(&rest[..rest.len() - fields.rest().len()]),
            (edit, out) => {
                let out = out.get_or_insert_with(|| message[..start].to_vec());
                if let Edit::Replace(content) = edit {
                    put_bytes(out, field, &content);
                }
            }
        }
    }
}

/// A value as text: lists and maps as JSON, bytes in base64.
fn text(value: &[u8]) -> Cow<'_, str> {
    match AnyValue::view(value) {
        AnyValue::Empty => Cow::Borrowed(""),
        AnyValue::String(text) => Cow::Borrowed(text),
        AnyValue::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
        AnyValue::Int(value) => Cow::Owned(value.to_string()),
        AnyValue::Double(_) | AnyValue::Bytes(_) | AnyValue::Array(_) | AnyValue::Map(_) => {
            let mut out = Vec::new();
            // The bytes passed the door: writing them cannot fail.
            let _ = json::write_value(&mut out, value);
            let text = String::from_utf8_lossy(&out);
            let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            Cow::Owned(quoted.unwrap_or(&text).to_owned())
        }
    }
}
