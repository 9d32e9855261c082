//! From words to a tree. `and` binds closer than `or`, `not` closer than `and`.

use std::borrow::Cow;

use codeagent_config::suggest;

use super::expression::{Comparison, Operand, Truth};
use super::lexer::{Token, tokens};
use super::path::{Key, Path};
use super::value::Value;
use super::{Context, Mistake, functions};

/// Parentheses and `not` that may stand in one another.
const DEPTH_MAX: usize = 32;

/// Reads a condition about items of `context`.
pub fn parse(text: &str, context: Context) -> Result<Truth, Mistake> {
    let tokens = tokens(text)?;
    let mut parser = Parser { text, tokens: &tokens, context, depth: 0 };
    if parser.tokens.is_empty() {
        return Err(Mistake::new("the condition is empty", "write one, or take it out"));
    }
    let truth = parser.any()?;
    match parser.tokens.first() {
        None => Ok(truth),
        Some(_) => Err(parser.unexpected("`and`, `or` or the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [(usize, Token)],
    context: Context,
    depth: usize,
}

/// A condition's part that may turn out to be a truth or a value.
enum Part {
    Truth(Truth),
    Operand(Operand),
}

impl Parser<'_> {
    fn unexpected(&self, wanted: &str) -> Mistake {
        match self.tokens.first() {
            Some((at, token)) => {
                let near: String = self.text[*at..].chars().take(24).collect();
                let message = format!("{token} stands where {wanted} is expected, at `{near}`");
                let help = match token {
                    Token::Sign("=") => "two values are compared with `==`",
                    Token::Name(name) if name == "where" => "write the condition alone, without `where`",
                    _ => "",
                };
                Mistake::new(message, help)
            }
            None => Mistake::new(format!("the condition ends where {wanted} is expected"), ""),
        }
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.first(), Some((_, Token::Sign(found))) if *found == sign);
        self.tokens = &self.tokens[usize::from(found)..];
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), Mistake> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.first(), Some((_, Token::Name(found))) if found == word);
        self.tokens = &self.tokens[usize::from(found)..];
        found
    }

    fn any(&mut self) -> Result<Truth, Mistake> {
        let mut any = vec![self.all()?];
        while self.takes_word("or") {
            any.push(self.all()?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Truth::Any(any) })
    }

    fn all(&mut self) -> Result<Truth, Mistake> {
        let mut all = vec![self.one()?];
        while self.takes_word("and") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Truth::All(all) })
    }

    fn one(&mut self) -> Result<Truth, Mistake> {
        self.deeper()?;
        let truth = if self.takes_word("not") {
            Truth::Not(Box::new(self.one()?))
        } else {
            match self.sum()? {
                Part::Truth(truth) => truth,
                Part::Operand(left) => self.comparison(left)?,
            }
        };
        self.depth -= 1;
        Ok(truth)
    }

    fn deeper(&mut self) -> Result<(), Mistake> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("the condition is nested deeper than {DEPTH_MAX} levels");
            return Err(Mistake::new(message, "make several conditions of it"));
        }
        Ok(())
    }

    fn comparison(&mut self, left: Operand) -> Result<Truth, Mistake> {
        let sign = match self.tokens.first() {
            Some((_, Token::Sign(sign))) => Comparison::of(sign),
            _ => None,
        };
        if let Some(comparison) = sign {
            self.tokens = &self.tokens[1..];
            return match self.sum()? {
                Part::Operand(right) => Ok(Truth::Compare(left, comparison, right)),
                Part::Truth(_) => Err(Mistake::new("a condition stands where a value is expected", "")),
            };
        }
        match left {
            Operand::Literal(Value::Bool(value)) => Ok(Truth::Constant(value)),
            Operand::Call(_) | Operand::Path(_) => Ok(Truth::Holds(left)),
            _ => Err(self.unexpected("a comparison")),
        }
    }

    fn sum(&mut self) -> Result<Part, Mistake> {
        let mut left = match self.product()? {
            Part::Operand(left) => left,
            truth => return Ok(truth),
        };
        loop {
            let sign = if self.takes("+") {
                '+'
            } else if self.takes("-") {
                '-'
            } else {
                return Ok(Part::Operand(left));
            };
            let Part::Operand(right) = self.product()? else { return Err(self.unexpected("a value")) };
            left = Operand::Sum(Box::new(left), sign, Box::new(right));
        }
    }

    fn product(&mut self) -> Result<Part, Mistake> {
        let mut left = match self.term()? {
            Part::Operand(left) => left,
            truth => return Ok(truth),
        };
        loop {
            let sign = if self.takes("*") {
                '*'
            } else if self.takes("/") {
                '/'
            } else {
                return Ok(Part::Operand(left));
            };
            let Part::Operand(right) = self.term()? else { return Err(self.unexpected("a value")) };
            left = Operand::Sum(Box::new(left), sign, Box::new(right));
        }
    }

    fn term(&mut self) -> Result<Part, Mistake> {
        if self.takes("(") {
            return self.parenthesis();
        }
        let Some(((_, token), rest)) = self.tokens.split_first() else {
            return Err(self.unexpected("a value"));
        };
        let literal = |value| Ok(Part::Operand(Operand::Literal(value)));
        let before = std::mem::replace(&mut self.tokens, rest);
        match token {
            Token::Text(text) => literal(Value::Text(Cow::Owned(text.clone()))),
            Token::Int(number) => literal(Value::Int(*number)),
            Token::Double(number) => literal(Value::Double(*number)),
            Token::Bytes(bytes) => literal(Value::Bytes(Cow::Owned(bytes.clone()))),
            Token::Sign(sign @ ("-" | "+")) => {
                let negative = *sign == "-";
                match self.tokens.split_first() {
                    Some(((_, Token::Int(number)), rest)) => {
                        self.tokens = rest;
                        literal(Value::Int(if negative { -number } else { *number }))
                    }
                    Some(((_, Token::Double(number)), rest)) => {
                        self.tokens = rest;
                        literal(Value::Double(if negative { -number } else { *number }))
                    }
                    _ => Err(self.unexpected("a number")),
                }
            }
            Token::Name(name) => self.named(name.clone()).map(Part::Operand),
            Token::Sign(_) => {
                self.tokens = before;
                Err(self.unexpected("a value"))
            }
        }
    }

    /// What stands in parentheses is a condition, or a value.
    fn parenthesis(&mut self) -> Result<Part, Mistake> {
        self.deeper()?;
        let before = self.tokens;
        let part = match self.any() {
            Ok(truth) => Part::Truth(truth),
            Err(mistake) => {
                self.tokens = before;
                match self.sum() {
                    Ok(part) if matches!(self.tokens.first(), Some((_, Token::Sign(")")))) => part,
                    _ => return Err(mistake),
                }
            }
        };
        self.expect(")")?;
        self.depth -= 1;
        Ok(match part {
            // a path or converter alone is both
            Part::Truth(Truth::Holds(operand)) => Part::Operand(operand),
            part => part,
        })
    }

    fn named(&mut self, first: String) -> Result<Operand, Mistake> {
        match first.as_str() {
            "true" => return Ok(Operand::Literal(Value::Bool(true))),
            "false" => return Ok(Operand::Literal(Value::Bool(false))),
            "nil" => return Ok(Operand::Literal(Value::Nil)),
            _ => {}
        }
        if self.takes("(") {
            let arguments = self.arguments()?;
            return functions::call(&first, arguments, self.context);
        }
        if first.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') {
            return constant(&first);
        }
        let mut names = vec![first];
        while self.takes(".") {
            let Some(((_, Token::Name(name)), rest)) = self.tokens.split_first() else {
                return Err(self.unexpected("a name"));
            };
            self.tokens = rest;
            names.push(name.clone());
        }
        let keys = self.keys()?;
        Path::resolve(&names, keys, self.context).map(Operand::Path)
    }

    fn arguments(&mut self) -> Result<Vec<Operand>, Mistake> {
        self.deeper()?;
        let mut arguments = Vec::new();
        while !self.takes(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            let Part::Operand(argument) = self.sum()? else { return Err(self.unexpected("a value")) };
            arguments.push(argument);
        }
        self.depth -= 1;
        Ok(arguments)
    }

    fn keys(&mut self) -> Result<Vec<Key>, Mistake> {
        let mut keys = Vec::new();
        while self.takes("[") {
            let key = match self.tokens.first() {
                Some((_, Token::Text(name))) => Key::Name(name.clone()),
                Some((_, Token::Int(at))) => Key::At(usize::try_from(*at).unwrap_or(usize::MAX)),
                _ => return Err(self.unexpected("a key in double quotes, or a number")),
            };
            self.tokens = &self.tokens[1..];
            self.expect("]")?;
            keys.push(key);
        }
        Ok(keys)
    }
}

const SEVERITIES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const ENUMS: [(&str, i64); 23] = [
    ("SPAN_KIND_UNSPECIFIED", 0),
    ("SPAN_KIND_INTERNAL", 1),
    ("SPAN_KIND_SERVER", 2),
    ("SPAN_KIND_CLIENT", 3),
    ("SPAN_KIND_PRODUCER", 4),
    ("SPAN_KIND_CONSUMER", 5),
    ("STATUS_CODE_UNSET", 0),
    ("STATUS_CODE_OK", 1),
    ("STATUS_CODE_ERROR", 2),
    ("SEVERITY_NUMBER_UNSPECIFIED", 0),
    ("METRIC_DATA_TYPE_NONE", 0),
    ("METRIC_DATA_TYPE_GAUGE", 1),
    ("METRIC_DATA_TYPE_SUM", 2),
    ("METRIC_DATA_TYPE_HISTOGRAM", 3),
    ("METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM", 4),
    ("METRIC_DATA_TYPE_SUMMARY", 5),
    ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
    ("AGGREGATION_TEMPORALITY_DELTA", 1),
    ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
    ("FLAG_NONE", 0),
    ("FLAG_NO_RECORDED_VALUE", 1),
    ("FLAG_SAMPLED", 1),
    ("FLAG_RANDOM", 2),
];

fn constant(name: &str) -> Result<Operand, Mistake> {
    let severity = || {
        let (at, rest) = SEVERITIES.iter().enumerate().find_map(|(at, severity)| {
            Some((at as i64, name.strip_prefix("SEVERITY_NUMBER_")?.strip_prefix(severity)?))
        })?;
        match rest {
            "" => Some(4 * at + 1),
            "2" | "3" | "4" => rest.parse::<i64>().ok().map(|step| 4 * at + step),
            _ => None,
        }
    };
    let known = ENUMS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number);
    known.or_else(severity).map(|number| Operand::Literal(Value::Int(number))).ok_or_else(|| {
        let help = suggest(name, ENUMS.iter().map(|(name, _)| *name));
        let help = help.map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
        Mistake::new(format!("there is no constant `{name}`"), help)
    })
}
