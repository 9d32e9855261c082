//! A condition asked about an item.

use super::Subject;
use super::expression::{Operand, Truth};
use super::value::Value;

impl Truth {
    /// Whether it holds.
    pub fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Truth::Constant(value) => *value,
            Truth::All(all) => all.iter().all(|one| one.holds(subject)),
            Truth::Any(any) => any.iter().any(|one| one.holds(subject)),
            Truth::Not(inner) => !inner.holds(subject),
            Truth::Compare(left, comparison, right) => {
                left.value(subject).compares(*comparison, &right.value(subject))
            }
            Truth::Holds(operand) => matches!(operand.value(subject), Value::Bool(true)),
        }
    }
}

impl Operand {
    /// Its value for `subject`.
    pub fn value<'a>(&'a self, subject: &Subject<'a>) -> Value<'a> {
        match self {
            Operand::Literal(value) => value.clone(),
            Operand::Path(path) => path.read(subject),
            Operand::Call(call) => call.value(subject),
            Operand::Sum(left, sign, right) => sum(&left.value(subject), *sign, &right.value(subject)),
        }
    }
}

/// Integers stay integers; what overflows or is divided by zero is `nil`.
fn sum(left: &Value<'_>, sign: char, right: &Value<'_>) -> Value<'static> {
    if let (Value::Int(left), Value::Int(right)) = (left, right) {
        let result = match sign {
            '+' => left.checked_add(*right),
            '-' => left.checked_sub(*right),
            '*' => left.checked_mul(*right),
            _ => left.checked_div(*right),
        };
        return result.map_or(Value::Nil, Value::Int);
    }
    let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) else { return Value::Nil };
    let result = match sign {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        _ => left / right,
    };
    if result.is_finite() { Value::Double(result) } else { Value::Nil }
}
