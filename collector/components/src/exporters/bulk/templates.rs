//! Index templates: installed at start where nothing else says how the documents are to be indexed.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::endpoints::Endpoints;
use super::mapping::Mode;
use crate::net::http_client::{Body, HttpResponse};

/// The version of what is below. A template of an older version on the server is replaced.
const VERSION: u64 = 1;

/// Below the built-in templates of Elasticsearch for the same names (100 to 120), so that those go first wherever they
/// come to be installed.
const PRIORITY: u64 = 90;

/// Which server it is for: their field types differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Elasticsearch.
    Elasticsearch,
    /// OpenSearch.
    OpenSearch,
}

/// A template that is wanted.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// The names of indices that it is for.
    pub pattern: String,
    /// A name that matches the pattern: what the server already has for it goes first.
    pub example: String,
    /// Added to the priority: a server takes no two templates of one priority whose patterns overlap.
    pub rank: u64,
    /// Whether they are data streams.
    pub data_stream: bool,
    /// What documents look like.
    pub mode: Mode,
    /// For whom.
    pub dialect: Dialect,
}

/// Installs those that are missing or older.
///
/// # Errors
/// When the server cannot be asked. What it refuses is logged and left: documents can be stored all the same.
pub async fn install(endpoints: &Endpoints, templates: &[Template]) -> Result<(), String> {
    for template in templates {
        if let Err(refusal) = template.install(endpoints).await? {
            tracing::warn!(template = template.name, reason = refusal, "the index template is not installed");
        }
    }
    Ok(())
}

/// What the server refuses, said in its words.
type Refusal = Result<(), String>;

impl Template {
    async fn install(&self, endpoints: &Endpoints) -> Result<Refusal, String> {
        let path = format!("/_index_template/{}", self.name);
        let present = ask(endpoints, Method::GET, &path, None).await?;
        match present.status {
            StatusCode::OK if installed_version(&present) < VERSION => {}
            StatusCode::OK => return Ok(Ok(())),
            StatusCode::NOT_FOUND => {
                let path = format!("/_index_template/_simulate_index/{}", self.example);
                let other = ask(endpoints, Method::POST, &path, None).await?;
                if other.status.is_success() && has_template(&other) {
                    return Ok(Ok(()));
                }
            }
            _ => return Ok(Err(refusal(&present))),
        }
        let answer = ask(endpoints, Method::PUT, &path, Some(self.body())).await?;
        if answer.status.is_success() {
            tracing::info!(template = self.name, version = VERSION, "installed the index template");
            return Ok(Ok(()));
        }
        Ok(Err(refusal(&answer)))
    }

    fn body(&self) -> Value {
        let mut body = json!({
            "index_patterns": [self.pattern],
            "priority": PRIORITY + self.rank,
            "_meta": {"description": "installed by codeagent-collector", "version": VERSION},
            "template": {
                // a value of another type than the first one costs its field, not its document
                "settings": {"index.mapping.ignore_malformed": true, "index.mapping.total_fields.limit": 5000},
                "mappings": self.mappings(),
            }
        });
        if self.data_stream {
            body["data_stream"] = json!({});
        }
        if self.dialect == Dialect::Elasticsearch {
            // what is too much for the mapping is kept in the document without an index
            body["template"]["settings"]["index.mapping.total_fields.ignore_dynamic_beyond_limit"] =
                json!(true);
        }
        body
    }

    fn mappings(&self) -> Value {
        let mut templates = vec![];
        if self.dialect == Dialect::Elasticsearch && self.mode == Mode::Otel {
            let paths = ["attributes.*", "resource.attributes.*", "scope.attributes.*"];
            templates.push(json!({"objects": {"path_match": paths, "match_mapping_type": "object",
                "mapping": {"type": "flattened"}}}));
        }
        templates.push(json!({"texts": {"match_mapping_type": "string",
            "mapping": {"type": "keyword", "ignore_above": 1024}}}));
        let mut mappings =
            json!({"date_detection": false, "dynamic_templates": templates, "properties": self.properties()});
        if self.mode != Mode::Otel {
            // names with dots rather than objects, however documents have them: so `a` and `a.b` can be in one index
            merge(
                &mut mappings,
                match self.dialect {
                    Dialect::Elasticsearch => json!({"subobjects": false}),
                    Dialect::OpenSearch => json!({"disable_objects": true}),
                },
            );
        }
        mappings
    }

    fn properties(&self) -> Value {
        match self.mode {
            Mode::Otel => self.otel(),
            Mode::Ecs => ecs(),
            Mode::Ss4o => ss4o(),
        }
    }

    fn otel(&self) -> Value {
        let keyword = || json!({"type": "keyword", "ignore_above": 1024});
        let origin = |more: Value, priority| {
            let mut properties = json!({
                "schema_url": keyword(), "dropped_attributes_count": {"type": "long"},
                "attributes": self.attributes(priority),
            });
            merge(&mut properties, more);
            json!({"properties": properties})
        };
        json!({
            "@timestamp": {"type": "date_nanos"},
            "observed_timestamp": {"type": "date_nanos"},
            "data_stream": {"properties": {"type": keyword(), "dataset": keyword(), "namespace": keyword()}},
            "trace_id": keyword(), "span_id": keyword(), "parent_span_id": keyword(), "trace_state": keyword(),
            "name": keyword(), "kind": keyword(), "event_name": keyword(),
            "duration": {"type": "long"},
            "severity_text": keyword(), "severity_number": {"type": "integer"},
            "dropped_attributes_count": {"type": "long"}, "dropped_events_count": {"type": "long"},
            "dropped_links_count": {"type": "long"},
            "status": {"properties": {"code": keyword(), "message": keyword()}},
            "body": {"properties": {"text": {"type": "text"}, "structured": {"type": self.flat()}}},
            "links": {"properties": {"trace_id": keyword(), "span_id": keyword(), "trace_state": keyword(),
                "attributes": {"type": self.flat()}}},
            "attributes": self.attributes(30),
            "resource": origin(json!({}), 20),
            "scope": origin(json!({"name": keyword(), "version": keyword()}), 10),
        })
    }

    /// Attributes are names with dots, not objects: so `a` and `a.b` can be in one index.
    fn attributes(&self, priority: u64) -> Value {
        match self.dialect {
            Dialect::Elasticsearch => json!({"type": "passthrough", "dynamic": true, "priority": priority}),
            Dialect::OpenSearch => json!({"type": "object", "dynamic": true, "disable_objects": true}),
        }
    }

    /// The type of a field for objects of any shape.
    fn flat(&self) -> &'static str {
        match self.dialect {
            Dialect::Elasticsearch => "flattened",
            Dialect::OpenSearch => "flat_object",
        }
    }
}

/// Of Elastic Common Schema only what dynamic mapping would get wrong.
fn ecs() -> Value {
    json!({
        "@timestamp": {"type": "date_nanos"},
        "EndTimestamp": {"type": "date_nanos"},
        "message": {"type": "text"},
    })
}

/// Of the Simple Schema for Observability only what dynamic mapping would get wrong.
fn ss4o() -> Value {
    let time = || json!({"type": "date_nanos"});
    json!({
        "@timestamp": time(), "observedTimestamp": time(), "startTime": time(), "endTime": time(),
        "body": {"type": "text"},
    })
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

async fn ask(
    endpoints: &Endpoints,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<HttpResponse, String> {
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let (headers, body) = match body {
        None => (&headers[..0], Body::default()),
        Some(body) => (&headers[..], Body::from(Bytes::from(body.to_string()))),
    };
    let answer = endpoints.send(method, path, headers, body).await.map_err(|error| error.to_string())?;
    match answer.status.as_u16() {
        429 | 500.. => Err(refusal(&answer)),
        _ => Ok(answer),
    }
}

fn refusal(answer: &HttpResponse) -> String {
    format!("{}: {}", answer.status, answer.excerpt())
}

/// The version of ours on the server. One without a version is somebody else's: it is left alone.
fn installed_version(answer: &HttpResponse) -> u64 {
    let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let version = answer.pointer("/index_templates/0/index_template/_meta/version");
    version.and_then(Value::as_u64).unwrap_or(u64::MAX)
}

/// Whether the answer to a simulation has anything in it.
fn has_template(answer: &HttpResponse) -> bool {
    let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    ["/template/mappings", "/template/settings"]
        .iter()
        .any(|part| answer.pointer(part).and_then(Value::as_object).is_some_and(|part| !part.is_empty()))
}
