//! The JSON Schema of a whole configuration, for editors.

use schemars::Schema;
use serde_json::Value;

use crate::kind::Kind;

/// One component's contribution.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Under which key it is configured.
    pub kind: Kind,
    /// Its type, such as `otlp`.
    pub name: &'a str,
    /// Other accepted types, such as `otlp_http` for `otlphttp`.
    pub aliases: &'a [&'a str],
    /// Its configuration: `schemars::schema_for!(Config)`.
    pub schema: Schema,
}

/// The schema of a configuration file that uses these components.
#[must_use]
pub fn document(parts: &[Part<'_>]) -> Value {
    let _ = parts;
    Value::Null
}
