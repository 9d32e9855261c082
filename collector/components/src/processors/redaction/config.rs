//! What a user writes: the Collector's keys.

use codeagent_config::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Config {
    /// Keep every key; `allowed_keys` then says nothing.
    pub allow_all_keys: bool,
    /// Keys that stay. With an empty list and without `allow_all_keys` none does.
    pub allowed_keys: Vec<String>,
    /// Keys that stay and whose values are not looked at.
    pub ignored_keys: Vec<String>,
    /// The same, as regular expressions.
    pub ignored_key_patterns: Vec<String>,
    /// Look at numbers, truth values and bytes too, as text; what is masked becomes text.
    pub redact_all_types: bool,
    /// Regular expressions: values of keys that match are masked whole.
    pub blocked_key_patterns: Vec<String>,
    /// Regular expressions: the parts of values that match are masked.
    pub blocked_values: Vec<String>,
    /// Regular expressions: values that match are left alone.
    pub allowed_values: Vec<String>,
    /// What is written in place of what is masked; `****` without.
    pub hash_function: HashFunction,
    /// The key of the HMAC functions: at least 32 bytes for SHA-256, 64 for SHA-512.
    pub hmac_key: Secret,
    /// Which attributes tell of the changes.
    pub summary: Summary,
}

/// What is written in place of what is masked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum HashFunction {
    /// `****`.
    #[default]
    #[serde(rename = "")]
    None,
    /// MD5, in hex.
    #[serde(rename = "md5", alias = "MD5")]
    Md5,
    /// SHA-1, in hex.
    #[serde(rename = "sha1", alias = "SHA1")]
    Sha1,
    /// SHA3-256, in hex.
    #[serde(rename = "sha3", alias = "SHA3")]
    Sha3,
    /// HMAC with SHA-256, in hex.
    #[serde(rename = "hmac-sha256", alias = "HMAC-SHA256")]
    HmacSha256,
    /// HMAC with SHA-512, in hex.
    #[serde(rename = "hmac-sha512", alias = "HMAC-SHA512")]
    HmacSha512,
}

/// Which attributes tell of the changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Summary {
    /// None.
    #[default]
    #[serde(alias = "")]
    Silent,
    /// How many keys.
    Info,
    /// How many keys, and which.
    Debug,
}

pub(super) const UNSUPPORTED: &[(&str, &str)] = &[
    ("url_sanitizer", "rewriting URLs is not supported yet; mask their changing parts with `blocked_values`"),
    ("db_sanitizer", "rewriting database queries is not supported yet; mask literals with `blocked_values`"),
];
