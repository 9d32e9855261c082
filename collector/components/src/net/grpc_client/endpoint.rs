//! The forms in which gRPC clients take an address.
//! Source: <https://github.com/grpc/grpc/blob/master/doc/naming.md>.

use crate::net::connect::Target;

/// Reads an endpoint: `host:port`, `http://host:port`, `https://host:port`, `dns:///host:port`, `unix:/path`.
/// `plain`: no TLS where the scheme does not say.
///
/// # Errors
/// What is wrong with it, and what to write.
pub(super) fn parse(text: &str, plain: bool) -> Result<Target, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the endpoint is missing; write host:port, such as collector.example:4317".to_owned());
    }
    if let Some(path) = text.strip_prefix("unix:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return match path {
            "" => Err("the endpoint names no socket; write unix:/path".to_owned()),
            path => Ok(Target::Unix(path.to_owned())),
        };
    }
    let (rest, tls) = match text.split_once("://") {
        Some(("http", rest)) => (rest, false),
        Some(("https", rest)) => (rest, true),
        // dns://[server]/host:port; the server to ask cannot be chosen here
        Some(("dns", rest)) => (rest.split_once('/').map_or(rest, |(_, host)| host), !plain),
        Some(("passthrough", rest)) => (rest.trim_start_matches('/'), !plain),
        Some((scheme, _)) => {
            return Err(format!(
                "`{scheme}://` is not supported; use host:port, http://, https://, dns:/// or unix:"
            ));
        }
        None => (text.strip_prefix("dns:").unwrap_or(text), !plain),
    };
    let rest = rest.trim_end_matches('/');
    let (host, port) = rest.rsplit_once(':').ok_or_else(|| no_port(rest))?;
    let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(|| no_port(rest))?;
    let is_v6 = host.starts_with('[') && host.ends_with(']');
    if host.is_empty() || host.contains(['/', '@', ' ']) || (host.contains(':') && !is_v6) {
        return Err(format!("`{}` is not host:port", shown(rest)));
    }
    Ok(Target::Tcp { host: host.trim_matches(['[', ']']).to_owned(), port, tls })
}

fn no_port(rest: &str) -> String {
    format!("`{}` has no valid port; write host:port, such as collector.example:4317", shown(rest))
}

/// Without what could be a password.
fn shown(rest: &str) -> &str {
    rest.rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16, tls: bool) -> Target {
        Target::Tcp { host: host.to_owned(), port, tls }
    }

    #[test]
    fn every_form_of_the_collector_is_read() {
        let cases = [
            ("h:1", false, tcp("h", 1, true)),
            ("h:1", true, tcp("h", 1, false)),
            ("[::1]:4317", true, tcp("::1", 4317, false)),
            ("http://h:1", false, tcp("h", 1, false)),
            ("http://h:1/", false, tcp("h", 1, false)),
            ("https://h:1", true, tcp("h", 1, true)),
            ("dns:///h:1", true, tcp("h", 1, false)),
            ("dns://8.8.8.8/h:1", false, tcp("h", 1, true)),
            ("dns:h:1", false, tcp("h", 1, true)),
            ("passthrough:///h:1", true, tcp("h", 1, false)),
            ("unix:/run/x.sock", false, Target::Unix("/run/x.sock".to_owned())),
            ("unix:///run/x.sock", false, Target::Unix("/run/x.sock".to_owned())),
        ];
        for (text, plain, target) in cases {
            assert_eq!(parse(text, plain), Ok(target), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_to_write() {
        for text in
            ["", "h", "h:", "h:0", "h:99999", ":1", "::1", "xds:///h:1", "http://h/p:1", "unix:", "a b:1"]
        {
            assert!(parse(text, true).unwrap_err().contains("host:port") || text == "unix:", "{text}");
        }
        assert!(!parse("https://u:hunter2@h", true).unwrap_err().contains("hunter2"));
    }
}
