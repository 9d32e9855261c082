//! The forms of secrets.
//!
//! Every rule works in time that grows with the text only: no pattern needs an end that may be missing (a private key that was cut is masked
//! to the end of the text). ASCII classes and boundaries throughout, because Unicode's make the automaton give up on texts that are not
//! ASCII. No pattern wants an exact length, and none matches what another one leaves behind: what is masked once stays as it is.

/// What stands for a secret.
pub(super) const MARK: &str = "[redacted]";

/// A name that tells, then what separates it from its value, in `key=value`, YAML, JSON, escaped JSON, headers and Rust's `Debug`.
macro_rules! names {
    () => {
        r"(?i-u:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|account[_-]?key|auth[_-]?key|private[_-]?key|signing[_-]?key|secret[_-]?key|credentials?|authorization)"
    };
}

/// In the order in which they are applied: what says more of its surroundings goes first. The groups `before`, `open` and `after`, where a
/// pattern has them, stay; the rest is masked.
pub(super) const RULES: &[&str] = &[
    // Private key.
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?s-u:[\x00-\x7f])*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z|[^\x00-\x7f])",
    // Cookie.
    r#"(?<before>(?i-u:\bcookie)\\?["']?[ \t]*[:=][ \t]*\\?["']?)[^"'\r\n\\]+"#,
    // Value of a telling name.
    concat!(
        "(?<before>",
        names!(),
        r#"\\?["']?[ \t]*[:=]>?[ \t]*(?:[A-Za-z_]+\()*(?:(?i-u:bearer|basic|digest|token|apikey)[ \t]+)?)(?:(?<open>\\?["'])[^"'\\\r\n]*|[^ \t\r\n"',;&\\]+)"#
    ),
    // Value of a telling flag.
    concat!(r"(?<before>(?-u:\B)--?(?:[A-Za-z0-9]+-)*", names!(), r#"[ \t]+)[^- \t\r\n"'][^ \t\r\n"']*"#),
    // Pwd of a connection string.
    r#"(?<before>(?i-u:\bpwd)[ \t]*=[ \t]*)[^/~. \t\r\n;,"'][^ \t\r\n;,"']*"#,
    // Password in a URL.
    r#"(?<before>://[^ \t\r\n/:"'<>]*:)[^ \t\r\n/"'<>@][^ \t\r\n/"'<>]*(?<after>@)"#,
    // Token in a URL.
    r"(?<before>://)[A-Za-z0-9_%~.-]{20,}(?<after>@)",
    // Signed URL.
    r"(?<before>[?&](?i-u:x-amz-signature|x-goog-signature|signature|sig)=)[A-Za-z0-9%_.~+/=-]+",
    // Bearer token.
    r"(?<before>(?i-u:\bbearer)[ \t]+)[A-Za-z0-9._~+/=-]{16,}",
    // JWT.
    r"(?-u:\b)eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?",
    // AWS.
    r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}",
    // GitHub.
    r"(?-u:\b)(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
    // GitLab.
    r"(?-u:\b)gl(?:pat|ptt|rt|dt|cbt|soat)-[A-Za-z0-9_.-]{16,}",
    // Slack.
    r"(?-u:\b)(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}|hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]+",
    // OpenAI, Anthropic and others.
    r"(?-u:\b)sk-[A-Za-z0-9_-]{16,}",
    // Stripe.
    r"(?-u:\b)(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}",
    // Google.
    r"(?-u:\b)(?:AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,})",
    // Providers with a prefix and letters.
    r"(?-u:\b)(?:hf_|npm_|gsk_|r8_|dop_v1_|lin_api_|shp(?:at|ca|pa|ss)_|sbp_|rubygems_|NRAK-)[A-Za-z0-9]{20,}",
    // Providers with a prefix and more than letters.
    r"(?-u:\b)(?:xai-|pplx-|tvly-|dckr_pat_|glsa_|glc_|sntry[su]_|hv[sb]\.|pypi-AgE|AGE-SECRET-KEY-)[A-Za-z0-9_+/=-]{20,}",
    // SendGrid.
    r"(?-u:\b)SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    // Telegram.
    r"(?-u:\b)[0-9]{8,}:AA[A-Za-z0-9_-]{30,}",
];

/// An e-mail address, as most people write theirs.
pub(super) const EMAIL: &str =
    r"(?-u:\b)[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,}";
