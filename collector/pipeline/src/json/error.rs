//! What can be wrong with a body, said so that its sender can mend it.

use std::fmt;

/// A body that is not OTLP/JSON. The sender must change it: answer HTTP 400, or 413 when [`Problem::TooLarge`].
/// No value of the body is repeated in it, since values can be secrets; keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// Byte offset into the body.
    pub offset: usize,
    /// Where in the document, as `resourceSpans[0].scopeSpans[1].spans[7].spanId`; empty at the top.
    pub path: String,
    /// What was expected there.
    pub problem: Problem,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} (byte {})", self.problem, self.offset)
    }
}

impl std::error::Error for JsonError {}

/// What was expected, and what stood there instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// JSON is UTF-8 (RFC 8259, section 8.1).
    #[error("invalid UTF-8: JSON must be UTF-8")]
    InvalidUtf8,
    /// RFC 8259 forbids senders to add one.
    #[error("the body begins with a byte order mark: send the JSON without it")]
    ByteOrderMark,
    /// Another token was needed.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// The token that would have been right.
        expected: &'static str,
        /// The kind of token that stood there.
        found: &'static str,
    },
    /// A trace or span id that is neither empty nor of its length.
    #[error(
        "expected {digits} hex digits or an empty string, found {found} characters (OTLP/JSON writes ids in hex, not base64)"
    )]
    IdLength {
        /// Hex digits of an id of this kind.
        digits: usize,
        /// Bytes of the string that stood there.
        found: usize,
    },
    /// A character in an id that is no hex digit.
    #[error("expected hex digits")]
    NotHex,
    /// Bytes that are neither standard nor URL-safe base64.
    #[error("expected base64")]
    NotBase64,
    /// Not a number by JSON's grammar.
    #[error("expected a number by JSON's grammar")]
    NotANumber,
    /// A fraction where only integers can stand.
    #[error("expected an integer, found a fraction")]
    NotWhole,
    /// A number that the field's type cannot hold.
    #[error("the number is out of range for {0}")]
    OutOfRange(&'static str),
    /// A string that is no name of the enum's values.
    #[error("expected an integer or a name of the enum, such as \"{0}\"")]
    UnknownName(&'static str),
    /// The same known field twice in one object.
    #[error("the key occurs twice in its object")]
    DuplicateKey,
    /// Two members of a oneof.
    #[error("a second value: only one of the object's alternatives may be given")]
    SecondChoice,
    /// `\ud800` without its other half.
    #[error("a lone surrogate in an escape: characters beyond U+FFFF are written as a pair \\ud83d\\ude00")]
    LoneSurrogate,
    /// A backslash before something that JSON does not know.
    #[error("an unknown escape after a backslash")]
    BadEscape,
    /// A control character that was not escaped.
    #[error("a control character in a string: write it as an escape")]
    ControlCharacter,
    /// Something after the end of the document.
    #[error("expected the end of the body: something follows the request")]
    TrailingData,
    /// Objects and arrays in each other beyond the limit.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// The protobuf of the request exceeds the limit.
    #[error("the request is larger than {0} bytes")]
    TooLarge(usize),
}

/// A `JsonError` on its way up: each level adds where it was, so that the path costs nothing while all is well.
#[derive(Debug)]
pub(super) struct Failure {
    offset: usize,
    problem: Problem,
    /// Innermost first.
    path: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Key(&'static str),
    Unknown(String),
    Index(usize),
}

/// Boxed, so that the path of success carries one word.
pub(super) type Outcome<T = ()> = Result<T, Box<Failure>>;

/// Keys of a sender are repeated up to this length.
const KEY_BYTES_MAX: usize = 64;

impl Failure {
    #[cold]
    pub(super) fn new(offset: usize, problem: Problem) -> Box<Self> {
        Box::new(Self { offset, problem, path: Vec::new() })
    }

    #[cold]
    pub(super) fn at_key(mut self: Box<Self>, key: &'static str) -> Box<Self> {
        self.path.push(Segment::Key(key));
        self
    }

    #[cold]
    pub(super) fn at_unknown_key(mut self: Box<Self>, key: &[u8]) -> Box<Self> {
        let short = &key[..key.len().min(KEY_BYTES_MAX)];
        self.path.push(Segment::Unknown(String::from_utf8_lossy(short).into_owned()));
        self
    }

    #[cold]
    pub(super) fn at_index(mut self: Box<Self>, index: usize) -> Box<Self> {
        self.path.push(Segment::Index(index));
        self
    }

    pub(super) fn into_error(self) -> JsonError {
        let mut path = String::new();
        for segment in self.path.iter().rev() {
            let dot = if path.is_empty() { "" } else { "." };
            match segment {
                Segment::Key(key) => path.extend([dot, key]),
                Segment::Unknown(key) => path.extend([dot, key]),
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        JsonError { offset: self.offset, path, problem: self.problem }
    }
}

/// The kind of the token that begins the rest of the body.
pub(super) fn found(rest: &[u8]) -> &'static str {
    match rest {
        [] => "the end of the body",
        [b'{', ..] => "an object",
        [b'[', ..] => "an array",
        [b'"', ..] => "a string",
        [b'-' | b'0'..=b'9', ..] => "a number",
        [b'n', b'u', b'l', b'l', ..] => "null",
        [b't', b'r', b'u', b'e', ..] | [b'f', b'a', b'l', b's', b'e', ..] => "a boolean",
        [b',', ..] => "a comma",
        [b':', ..] => "a colon",
        [b'}', ..] => "a closing brace",
        [b']', ..] => "a closing bracket",
        _ => "something that is not JSON",
    }
}
