//! A condition as words.

use super::Mistake;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name or keyword.
    Name(String),
    /// `"text"`.
    Text(String),
    /// `5`.
    Int(i64),
    /// `0.5`.
    Double(f64),
    /// `0x0a1b`.
    Bytes(Vec<u8>),
    /// `==`, `(` and the like.
    Sign(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Name(name) => write!(f, "`{name}`"),
            Token::Text(text) => write!(f, "{text:?}"),
            Token::Int(number) => write!(f, "`{number}`"),
            Token::Double(number) => write!(f, "`{number}`"),
            Token::Bytes(_) => f.write_str("a `0x` literal"),
            Token::Sign(sign) => write!(f, "`{sign}`"),
        }
    }
}

/// Longer signs stand before their beginnings.
const SIGNS: [&str; 17] =
    ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ".", ",", "+", "-", "*", "/", "="];

/// Takes a condition apart: each word, and at which byte it stands.
pub fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Mistake> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let (token, length) = match first {
            '"' => quoted(rest)?,
            '0'..='9' => number(rest)?,
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = word(rest, |c| c.is_ascii_alphanumeric() || c == '_');
                (Token::Name(rest[..length].to_owned()), length)
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
                let sign = sign.ok_or_else(|| {
                    let message = format!("`{first}` has no meaning in a condition");
                    Mistake::new(message, "texts stand in double quotes")
                })?;
                (Token::Sign(sign), sign.len())
            }
        };
        tokens.push((text.len() - rest.len(), token));
        rest = &rest[length..];
    }
}

fn word(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn quoted(text: &str) -> Result<(Token, usize), Mistake> {
    let (mut out, mut chars) = (String::new(), text.char_indices().skip(1));
    while let Some((at, character)) = chars.next() {
        match character {
            '"' => return Ok((Token::Text(out), at + 1)),
            '\\' => match chars.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 't')) => out.push('\t'),
                Some((_, 'r')) => out.push('\r'),
                Some((_, escaped @ ('"' | '\\'))) => out.push(escaped),
                // a pattern's own escape, such as \d
                Some((_, other)) => out.extend(['\\', other]),
                None => break,
            },
            character => out.push(character),
        }
    }
    Err(Mistake::new(format!("the text that begins with {text:.20?} has no end"), "close it with `\"`"))
}

fn number(text: &str) -> Result<(Token, usize), Mistake> {
    if let Some(digits) = text.strip_prefix("0x") {
        let digits = &digits[..word(digits, |c| c.is_ascii_alphanumeric())];
        return Ok((Token::Bytes(hex(digits)?), digits.len() + 2));
    }
    let whole = word(text, |c| c.is_ascii_digit());
    let fraction =
        text[whole..].strip_prefix('.').map_or(0, |rest| match word(rest, |c| c.is_ascii_digit()) {
            0 => 0,
            digits => digits + 1,
        });
    let written = &text[..whole + fraction];
    let read = match fraction {
        0 => written.parse().ok().map(Token::Int),
        _ => written.parse().ok().map(Token::Double),
    };
    let token =
        read.ok_or_else(|| Mistake::new(format!("`{written}` is too large"), "64 bits hold a number"))?;
    Ok((token, written.len()))
}

/// Bytes written in hexadecimal.
pub fn hex(digits: &str) -> Result<Vec<u8>, Mistake> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect::<Option<_>>().ok_or_else(|| {
        Mistake::new(format!("`{digits}` is not hexadecimal"), "write two digits for each byte")
    })
}
