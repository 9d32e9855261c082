//! Typed keys: a key knows what its attribute holds, so that a wrong value does not compile.

use std::fmt;
use std::marker::PhantomData;

/// The key of an attribute that holds values of kind `K`.
pub struct Key<K> {
    name: &'static str,
    kind: PhantomData<fn() -> K>,
}

impl<K> Key<K> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, kind: PhantomData }
    }

    /// The key as it is on the wire. To match on it, make it a constant:
    ///
    /// ```
    /// use codeagent_semconv::attribute;
    /// const SESSION: &str = attribute::SESSION_ID.name();
    /// assert!(matches!("session.id", SESSION));
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<K: Kind> Key<K> {
    /// The key and a value for it.
    ///
    /// ```
    /// use codeagent_semconv::{Value, attribute, value::TaskOutcome};
    /// let (key, value) = attribute::CODEAGENT_TASK_OUTCOME.with(TaskOutcome::Failed);
    /// assert_eq!((key, value), ("codeagent.task.outcome", Value::Text("failed")));
    /// ```
    #[must_use]
    pub fn with(self, input: K::Input<'_>) -> (&'static str, Value<'_>) {
        (self.name, K::value(input))
    }
}

// Derived, these would ask the same of `K`.
impl<K> Clone for Key<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Key<K> {}

impl<K> fmt::Debug for Key<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.name).finish()
    }
}

impl<K> PartialEq<str> for Key<K> {
    fn eq(&self, other: &str) -> bool {
        self.name == other
    }
}

/// What an attribute holds.
pub trait Kind {
    /// What code passes for it.
    type Input<'a>;

    /// The value that goes on the wire.
    fn value<'a>(input: Self::Input<'a>) -> Value<'a>;
}

/// A value as it goes on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `string_value` of OTLP.
    Text(&'a str),
    /// `int_value` of OTLP.
    Int(i64),
    /// `double_value` of OTLP.
    Double(f64),
    /// `bool_value` of OTLP.
    Bool(bool),
}

/// The kind of attributes that hold any text.
#[derive(Debug)]
pub enum Text {}

/// The kind of attributes that hold an integer.
#[derive(Debug)]
pub enum Int {}

/// The kind of attributes that hold a floating-point number.
#[derive(Debug)]
pub enum Double {}

/// The kind of attributes that hold true or false.
#[derive(Debug)]
pub enum Bool {}

impl Kind for Text {
    type Input<'a> = &'a str;

    fn value<'a>(input: Self::Input<'a>) -> Value<'a> {
        Value::Text(input)
    }
}

impl Kind for Int {
    type Input<'a> = i64;

    fn value<'a>(input: Self::Input<'a>) -> Value<'a> {
        Value::Int(input)
    }
}

impl Kind for Double {
    type Input<'a> = f64;

    fn value<'a>(input: Self::Input<'a>) -> Value<'a> {
        Value::Double(input)
    }
}

impl Kind for Bool {
    type Input<'a> = bool;

    fn value<'a>(input: Self::Input<'a>) -> Value<'a> {
        Value::Bool(input)
    }
}
