//! Converters: `IsMatch`, `HasPrefix`, `HasSuffix`, `ContainsValue`, `IsString`, `IsInt`, `IsDouble`, `IsBool`, `IsMap`,
//! `IsList`, `IsRootSpan`, `Len`, `ToLowerCase`, `ToUpperCase`, `String`, `Int`, `Double`, `TraceID`, `SpanID`.

use std::borrow::Cow;

use codeagent_config::suggest;
use regex::Regex;

use super::expression::{Comparison, Operand};
use super::lexer::hex;
use super::value::Value;
use super::{Context, Item, Mistake, Subject};

/// A converter with what it converts.
#[derive(Debug)]
pub enum Call {
    /// Whether a text matches somewhere.
    IsMatch(Operand, Regex),
    /// Whether a text begins, or else ends, with another.
    HasEnd(Operand, bool, Operand),
    /// Whether a list has a value.
    ContainsValue(Operand, Operand),
    /// Whether a value is of a type.
    Is(Type, Operand),
    /// Whether the span has no parent.
    IsRootSpan,
    /// How long a text, list or map is.
    Len(Operand),
    /// A text in lower, or else upper, case.
    ToCase(Operand, bool),
    /// A value as another type.
    To(Type, Operand),
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// An integer.
    Int,
    /// A double.
    Double,
    /// A truth value.
    Bool,
    /// A map.
    Map,
    /// A list.
    List,
}

/// All names, each with how many arguments it takes.
const FUNCTIONS: [(&str, usize); 19] = [
    ("IsMatch", 2),
    ("HasPrefix", 2),
    ("HasSuffix", 2),
    ("ContainsValue", 2),
    ("IsString", 1),
    ("IsInt", 1),
    ("IsDouble", 1),
    ("IsBool", 1),
    ("IsMap", 1),
    ("IsList", 1),
    ("IsRootSpan", 0),
    ("Len", 1),
    ("ToLowerCase", 1),
    ("ToUpperCase", 1),
    ("String", 1),
    ("Int", 1),
    ("Double", 1),
    ("TraceID", 1),
    ("SpanID", 1),
];

/// The converter `name` over `arguments`.
pub fn call(name: &str, arguments: Vec<Operand>, context: Context) -> Result<Operand, Mistake> {
    let Some((_, expected)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
        let names = FUNCTIONS.iter().map(|(name, _)| *name);
        let help = match suggest(name, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
        };
        return Err(Mistake::new(format!("there is no converter `{name}` here"), help));
    };
    let given = arguments.len();
    let mismatch = || Mistake::new(format!("`{name}` takes {expected} arguments, not {given}"), "");
    if given != *expected {
        return Err(mismatch());
    }
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().ok_or_else(mismatch);
    let call = match name {
        "IsMatch" => Call::IsMatch(next()?, pattern(next()?)?),
        "HasPrefix" => Call::HasEnd(next()?, true, next()?),
        "HasSuffix" => Call::HasEnd(next()?, false, next()?),
        "ContainsValue" => Call::ContainsValue(next()?, next()?),
        "IsString" => Call::Is(Type::String, next()?),
        "IsInt" => Call::Is(Type::Int, next()?),
        "IsDouble" => Call::Is(Type::Double, next()?),
        "IsBool" => Call::Is(Type::Bool, next()?),
        "IsMap" => Call::Is(Type::Map, next()?),
        "IsList" => Call::Is(Type::List, next()?),
        "IsRootSpan" if matches!(context, Context::Span | Context::SpanEvent) => Call::IsRootSpan,
        "IsRootSpan" => return Err(Mistake::new("`IsRootSpan()` is about spans", "")),
        "Len" => Call::Len(next()?),
        "ToLowerCase" => Call::ToCase(next()?, true),
        "ToUpperCase" => Call::ToCase(next()?, false),
        "String" => Call::To(Type::String, next()?),
        "Int" => Call::To(Type::Int, next()?),
        "Double" => Call::To(Type::Double, next()?),
        "TraceID" => return id(next()?, 16),
        _ => return id(next()?, 8),
    };
    Ok(Operand::Call(Box::new(call)))
}

fn pattern(argument: Operand) -> Result<Regex, Mistake> {
    let Operand::Literal(Value::Text(text)) = argument else {
        return Err(Mistake::new("the pattern of `IsMatch` is not a text", "write it in double quotes"));
    };
    Regex::new(&text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Mistake::new(format!("`{text}` is no regular expression: {reason}"), "RE2's syntax holds")
    })
}

fn id(argument: Operand, length: usize) -> Result<Operand, Mistake> {
    let bytes = match argument {
        Operand::Literal(Value::Bytes(bytes)) => bytes.into_owned(),
        Operand::Literal(Value::Text(text)) => hex(&text)?,
        _ => return Err(Mistake::new("an id is written out", "write `0x` and its digits")),
    };
    if bytes.len() != length {
        let message = format!("the id has {} bytes, not {length}", bytes.len());
        return Err(Mistake::new(message, "write two digits for each byte"));
    }
    Ok(Operand::Literal(Value::Bytes(Cow::Owned(bytes))))
}

impl Call {
    /// Its value for `subject`.
    pub fn value<'a>(&'a self, subject: &Subject<'a>) -> Value<'a> {
        match self {
            Call::IsMatch(of, pattern) => {
                Value::Bool(of.value(subject).to_text().is_some_and(|text| pattern.is_match(&text)))
            }
            Call::HasEnd(of, first, end) => match (of.value(subject), end.value(subject)) {
                (Value::Text(text), Value::Text(end)) if *first => Value::Bool(text.starts_with(&*end)),
                (Value::Text(text), Value::Text(end)) => Value::Bool(text.ends_with(&*end)),
                _ => Value::Bool(false),
            },
            Call::ContainsValue(list, wanted) => match list.value(subject) {
                Value::List(mut list) => {
                    let wanted = wanted.value(subject);
                    Value::Bool(list.any(|value| Value::from(value).compares(Comparison::Equals, &wanted)))
                }
                _ => Value::Bool(false),
            },
            Call::Is(kind, of) => Value::Bool(type_of(&of.value(subject)) == Some(*kind)),
            Call::IsRootSpan => match subject.item {
                Item::Span(span) | Item::Event(span, _) => Value::Bool(span.parent_span_id.is_empty()),
                _ => Value::Bool(false),
            },
            Call::Len(of) => length(of.value(subject)).map_or(Value::Nil, |length| Value::Int(length as i64)),
            Call::ToCase(of, lower) => match of.value(subject) {
                Value::Text(text) if *lower => Value::Text(Cow::Owned(text.to_lowercase())),
                Value::Text(text) => Value::Text(Cow::Owned(text.to_uppercase())),
                _ => Value::Nil,
            },
            Call::To(kind, of) => convert(&of.value(subject), *kind),
        }
    }
}

fn type_of(value: &Value<'_>) -> Option<Type> {
    Some(match value {
        Value::Nil | Value::Bytes(_) => return None,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Double(_) => Type::Double,
        Value::Text(_) => Type::String,
        Value::List(_) => Type::List,
        Value::Map(_) => Type::Map,
    })
}

fn length(value: Value<'_>) -> Option<usize> {
    match value {
        Value::Text(text) => Some(text.len()),
        Value::Bytes(bytes) => Some(bytes.len()),
        Value::List(list) => Some(list.count()),
        Value::Map(map) => Some(map.count()),
        _ => None,
    }
}

fn convert(value: &Value<'_>, to: Type) -> Value<'static> {
    let converted = match (to, value) {
        (Type::String, value) => value.to_text().map(|text| Value::Text(Cow::Owned(text.into_owned()))),
        (Type::Int, Value::Int(value)) => Some(Value::Int(*value)),
        (Type::Int, Value::Double(value)) => Some(Value::Int(*value as i64)),
        (Type::Int, Value::Bool(value)) => Some(Value::Int(i64::from(*value))),
        (Type::Int, Value::Text(text)) => text.parse().ok().map(Value::Int),
        (_, Value::Bool(value)) => Some(Value::Double(f64::from(u8::from(*value)))),
        (_, Value::Text(text)) => text.parse().ok().map(Value::Double),
        (_, value) => value.as_f64().map(Value::Double),
    };
    converted.unwrap_or(Value::Nil)
}
