//! Attributes as they are written.

use serde::Deserialize;

/// The definition of an attribute.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name on the wire.
    pub key: String,
    /// What it holds.
    pub r#type: Type,
    /// One sentence.
    pub brief: String,
    /// More sentences.
    #[serde(default)]
    pub note: String,
    /// How much it may still change.
    pub stability: Stability,
    /// Values as they occur.
    #[serde(default)]
    pub examples: Vec<Scalar>,
    /// What only our generator reads.
    #[serde(default)]
    pub annotations: AttributeAnnotations,
}

/// What an attribute holds.
#[derive(Clone, Debug, Deserialize)]
pub enum Type {
    /// Text.
    #[serde(rename = "string")]
    Text,
    /// A signed 64-bit integer.
    #[serde(rename = "int")]
    Int,
    /// A 64-bit floating-point number.
    #[serde(rename = "double")]
    Double,
    /// True or false.
    #[serde(rename = "boolean")]
    Boolean,
    /// One of a list of texts.
    #[serde(rename = "members")]
    Enum(Vec<Member>),
}

/// A value of an enum.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name in code.
    pub id: String,
    /// Its text on the wire.
    pub value: String,
    /// One sentence.
    pub brief: String,
    /// How much it may still change.
    pub stability: Stability,
}

/// How much a definition may still change.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stability {
    /// Anything may change.
    Development,
    /// Early use.
    Alpha,
    /// Wide use.
    Beta,
    /// About to be stable.
    ReleaseCandidate,
    /// Only additions.
    Stable,
}

impl Stability {
    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::ReleaseCandidate => "release_candidate",
            Self::Stable => "stable",
        }
    }
}

/// Annotations of an attribute.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttributeAnnotations {
    /// How the code is generated.
    pub code_generation: EnumCode,
    /// How the attribute looks on a Prometheus page.
    pub prometheus: PrometheusLabel,
    /// How many values it can have.
    pub cardinality: Cardinality,
}

/// How the code of an enum is generated.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnumCode {
    /// We are the only ones who emit it: no value outside the list can occur.
    pub closed: bool,
    /// The name of the type, where the one derived from the key is bad.
    pub type_name: Option<String>,
}

/// How an attribute looks on a Prometheus page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrometheusLabel {
    /// The label, where it is not the key with underscores.
    pub label: Option<String>,
}

/// How many values an attribute can have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cardinality {
    /// Whether it identifies single things. Unset: if its key ends in `.id`.
    pub identifier: Option<bool>,
}

impl Attribute {
    /// Whether it has so many values that it must stay off metrics.
    #[must_use]
    pub fn is_identifier(&self) -> bool {
        self.annotations.cardinality.identifier.unwrap_or_else(|| self.key.ends_with(".id"))
    }
}

/// A value in `examples`.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A signed 64-bit integer.
    Int(i64),
    /// A 64-bit floating-point number.
    Double(f64),
    /// True or false.
    Boolean(bool),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Scalar;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, a number or a boolean")
            }
            fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_owned()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Int(value))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Scalar, E> {
                i64::try_from(value).map(Scalar::Int).map_err(|_| E::custom("an integer above 2^63 - 1"))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Double(value))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Boolean(value))
            }
        }
        from.deserialize_any(Visitor)
    }
}
