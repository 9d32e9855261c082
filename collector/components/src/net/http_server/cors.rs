//! Cross-origin requests: which web pages may send.
//! Source: <https://fetch.spec.whatwg.org/#http-cors-protocol>.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use http::{Method, request};

use super::config::Cors;

/// Headers that every page may set.
const USUAL_HEADERS: [&str; 4] = ["accept", "accept-language", "content-type", "content-language"];

/// Decides about cross-origin requests.
#[derive(Clone, Debug, Default)]
pub struct CorsPolicy {
    origins: Vec<String>,
    headers: Vec<String>,
    any_header: bool,
    max_age: u32,
}

impl CorsPolicy {
    /// The policy of a configuration. Without origins it permits nothing.
    pub fn new(cors: &Cors) -> Self {
        let lower = |texts: &[String]| texts.iter().map(|text| text.to_ascii_lowercase()).collect::<Vec<_>>();
        let mut headers = lower(&cors.allowed_headers);
        if headers.is_empty() {
            headers.push("x-requested-with".to_owned());
        }
        headers.extend(USUAL_HEADERS.map(str::to_owned));
        CorsPolicy {
            origins: lower(&cors.allowed_origins),
            any_header: headers.iter().any(|header| header == "*"),
            headers,
            max_age: cors.max_age,
        }
    }

    /// Whether this asks for permission rather than sending something.
    pub fn is_preflight(&self, head: &request::Parts) -> bool {
        !self.origins.is_empty()
            && head.method == Method::OPTIONS
            && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Adds to `answer` what lets the page read it.
    pub fn permit(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        if self.origins.is_empty() {
            return;
        }
        answer.append(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = request.get(ORIGIN).filter(|origin| self.allows(origin)) {
            let any = self.origins.iter().any(|allowed| allowed == "*");
            let shown = if any { HeaderValue::from_static("*") } else { origin.clone() };
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, shown);
            answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }

    /// Adds to `answer` what the page may send, if it may.
    pub fn preflight(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        let post = request.get(ACCESS_CONTROL_REQUEST_METHOD).is_some_and(|method| method == "POST");
        let origin = request.get(ORIGIN).is_some_and(|origin| self.allows(origin));
        let headers = request.get(ACCESS_CONTROL_REQUEST_HEADERS);
        if !post || !origin || !headers.is_none_or(|headers| self.allows_headers(headers)) {
            return;
        }
        self.permit(request, answer);
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        if let Some(headers) = headers {
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
        }
        if self.max_age > 0 {
            answer.insert(ACCESS_CONTROL_MAX_AGE, self.max_age.into());
        }
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let origin = origin.to_ascii_lowercase();
        self.origins.iter().any(|allowed| match allowed.split_once('*') {
            None => *allowed == origin,
            Some((start, end)) => {
                origin.len() >= start.len() + end.len() && origin.starts_with(start) && origin.ends_with(end)
            }
        })
    }

    fn allows_headers(&self, headers: &HeaderValue) -> bool {
        let Ok(headers) = headers.to_str() else {
            return false;
        };
        let known = |header: &str| self.headers.iter().any(|allowed| allowed.eq_ignore_ascii_case(header));
        self.any_header || headers.split(',').map(str::trim).all(|header| header.is_empty() || known(header))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(origins: &[&str], headers: &[&str]) -> CorsPolicy {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        CorsPolicy::new(&Cors {
            allowed_origins: owned(origins),
            allowed_headers: owned(headers),
            max_age: 5,
        })
    }

    #[test]
    fn origins_match_with_one_wildcard() {
        let policy = policy(&["https://*.example.com", "http://localhost"], &[]);
        for (origin, allowed) in [
            ("https://a.example.com", true),
            ("HTTPS://A.Example.COM", true),
            ("http://localhost", true),
            ("https://example.com", false),
            ("https://a.example.com.evil", false),
            ("https://.example.co", false),
        ] {
            assert_eq!(policy.allows(&HeaderValue::from_str(origin).unwrap()), allowed, "{origin}");
        }
    }

    #[test]
    fn a_preflight_permits_known_headers_only() {
        let ask = |policy: &CorsPolicy, headers: &'static str| {
            let mut request = HeaderMap::new();
            request.insert(ORIGIN, HeaderValue::from_static("http://a"));
            request.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
            request.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static(headers));
            let mut answer = HeaderMap::new();
            policy.preflight(&request, &mut answer);
            answer.contains_key(ACCESS_CONTROL_ALLOW_METHODS)
        };
        assert!(ask(&policy(&["*"], &[]), "content-type, X-Requested-With"));
        assert!(!ask(&policy(&["*"], &[]), "authorization"));
        assert!(ask(&policy(&["*"], &["authorization"]), "content-type,authorization"));
        assert!(ask(&policy(&["*"], &["*"]), "x-anything"));
        assert!(!ask(&policy(&["http://b"], &["*"]), "content-type"));
    }
}
