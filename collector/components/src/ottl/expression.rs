//! A condition as a tree.

use super::functions::Call;
use super::path::Path;
use super::value::Value;

/// True or false.
#[derive(Debug)]
pub enum Truth {
    /// `true`, `false`.
    Constant(bool),
    /// `a and b`.
    All(Vec<Truth>),
    /// `a or b`.
    Any(Vec<Truth>),
    /// `not a`.
    Not(Box<Truth>),
    /// `a == b`.
    Compare(Operand, Comparison, Operand),
    /// A converter or path that is a truth value.
    Holds(Operand),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equals,
    /// `!=`
    Differs,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// The comparison of this sign.
    pub fn of(sign: &str) -> Option<Self> {
        Some(match sign {
            "==" => Comparison::Equals,
            "!=" => Comparison::Differs,
            "<" => Comparison::Less,
            "<=" => Comparison::AtMost,
            ">" => Comparison::Greater,
            ">=" => Comparison::AtLeast,
            _ => return None,
        })
    }
}

/// A value.
#[derive(Debug)]
pub enum Operand {
    /// Written in the condition.
    Literal(Value<'static>),
    /// Read from the item.
    Path(Path),
    /// Converted.
    Call(Box<Call>),
    /// `a + b`: the sign stands between.
    Sum(Box<Operand>, char, Box<Operand>),
}
