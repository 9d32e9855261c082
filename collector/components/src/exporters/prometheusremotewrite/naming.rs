//! Names of metrics, units and labels: OpenTelemetry's into Prometheus'.
//!
//! Rules: OpenTelemetry's "Prometheus and OpenMetrics compatibility" and Prometheus' own translation library,
//! whose answers the tables in the tests hold.

/// What the suffix of a name depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A monotonic sum: `_total`.
    Counter,
    /// A gauge: `_ratio` for the unit `1`.
    Gauge,
    /// Everything else.
    Other,
}

/// How names are translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Whether characters outside `[a-zA-Z0-9_:]` become `_`.
    pub escape: bool,
    /// Whether unit and type are appended.
    pub suffixes: bool,
    /// Goes before each metric name; empty for none.
    pub namespace: String,
}

impl Naming {
    /// The metric's name; nothing where no usable character is left.
    pub fn metric(&self, name: &str, unit: &str, role: Role) -> Option<String> {
        let built = match (self.escape, self.suffixes) {
            (true, true) => self.tokenised(name, unit, role),
            (true, false) => self.escaped(name),
            (false, true) => self.suffixed(name, unit, role),
            (false, false) => self.prefixed(name),
        };
        (!name.is_empty() && (built == name || built.bytes().any(|byte| byte != b'_'))).then_some(built)
    }

    /// The label's name; nothing for an empty one.
    pub fn label(&self, name: &str) -> Option<String> {
        if !self.escape || name.is_empty() {
            return (!name.is_empty()).then(|| name.to_owned());
        }
        let reserved = name.len() >= 4 && name.starts_with("__") && name.ends_with("__");
        let inner = if reserved { &name[2..name.len() - 2] } else { name };
        let mut built = String::with_capacity(name.len() + 4);
        for character in inner.chars() {
            if character.is_ascii_alphanumeric() {
                built.push(character);
            } else if !built.ends_with('_') {
                built.push('_');
            }
        }
        if reserved {
            return Some(format!("__{built}__"));
        }
        if built.starts_with(|first: char| first.is_ascii_digit()) {
            built.insert_str(0, "key_");
        }
        Some(built)
    }

    /// The unit in Prometheus' words: `By/s` becomes `bytes_per_second`; empty where there is none.
    pub fn unit(unit: &str) -> String {
        let (main, per) = unit_words(unit);
        let (main, per) = (clean(&main), clean(&per));
        let joined = if main.is_empty() || per.is_empty() { main + &per } else { format!("{main}_{per}") };
        joined.trim_matches('_').to_owned()
    }

    fn prefixed(&self, name: &str) -> String {
        if self.namespace.is_empty() { name.to_owned() } else { format!("{}_{name}", self.namespace) }
    }

    fn escaped(&self, name: &str) -> String {
        let joined = |text: &str| {
            let tokens = text.split(|c: char| !is_metric_character(c) && c != '_');
            tokens.filter(|token| !token.is_empty()).collect::<Vec<_>>().join("_")
        };
        let name = joined(name);
        if name.is_empty() {
            return name;
        }
        if !self.namespace.is_empty() {
            return format!("{}_{name}", joined(&self.namespace));
        }
        underscore_before_digit(name)
    }

    fn tokenised(&self, name: &str, unit: &str, role: Role) -> String {
        let tokens = name.split(|c: char| !is_metric_character(c));
        let mut tokens: Vec<&str> = tokens.filter(|token| !token.is_empty()).collect();
        if tokens.is_empty() {
            return String::new();
        }
        let (main, per) = unit_words(unit);
        let (main, per) = (clean(&main), clean(&per));
        let per = per.trim_end_matches('_');
        let main =
            if per.is_empty() || tokens.contains(&per) { &main[..] } else { main.trim_end_matches('_') };
        let (has_main, has_per) = (tokens.contains(&main), tokens.contains(&per));
        if !main.is_empty() && !has_main {
            tokens.push(main);
        }
        if !per.is_empty() && !has_per {
            tokens.push(per);
        }
        if let Some(suffix) = type_suffix(unit, role) {
            tokens.retain(|token| *token != suffix);
            tokens.push(suffix);
        }
        if !self.namespace.is_empty() {
            tokens.insert(0, &self.namespace);
        }
        underscore_before_digit(tokens.join("_"))
    }

    /// Suffixes are kept in the order name, unit, per-unit, type, also where the name has some already.
    fn suffixed(&self, name: &str, unit: &str, role: Role) -> String {
        let prefixed = self.prefixed(name);
        let mut built = prefixed.as_str();
        let type_suffix = type_suffix(unit, role);
        if let Some(suffix) = type_suffix {
            built = without_suffix(built, suffix);
        }
        let (main, per) = unit_words(unit);
        if !per.is_empty() {
            built = without_suffix(built, &per);
        }
        let mut built = built.to_owned();
        let main = if built.ends_with(&main) { "" } else { &main };
        for suffix in [main, &per, type_suffix.unwrap_or_default()] {
            if !suffix.is_empty() {
                built.push('_');
                built.push_str(suffix);
            }
        }
        built
    }
}

fn is_metric_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == ':'
}

/// `_ratio` for gauges only: many counters of things carry the unit `1`.
fn type_suffix(unit: &str, role: Role) -> Option<&'static str> {
    match role {
        Role::Counter => Some("total"),
        Role::Gauge if unit == "1" => Some("ratio"),
        Role::Gauge | Role::Other => None,
    }
}

fn underscore_before_digit(name: String) -> String {
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// `name` without `suffix` and the delimiter before it.
fn without_suffix<'a>(name: &'a str, suffix: &str) -> &'a str {
    match name.strip_suffix(suffix) {
        Some(rest) if rest.len() > 1 => {
            let mut characters = rest.chars();
            characters.next_back();
            characters.as_str()
        }
        _ => name,
    }
}

/// The words for what is before and after the slash; what is in braces is an annotation, not a unit.
fn unit_words(unit: &str) -> (String, String) {
    let (main, per) = unit.split_once('/').unwrap_or((unit, ""));
    let word = |text: &str, words: &[(&str, &str)]| {
        let text = text.trim();
        if text.contains(['{', '}']) {
            return String::new();
        }
        let found = words.iter().find(|(code, _)| *code == text);
        found.map_or(text, |(_, word)| word).to_owned()
    };
    let per = word(per, &PER_UNITS);
    (word(main, &UNITS), if per.is_empty() { per } else { format!("per_{per}") })
}

/// Characters that names cannot have become one `_`; a leading one goes.
fn clean(unit: &str) -> String {
    let mut built = String::with_capacity(unit.len());
    for character in unit.chars() {
        if is_metric_character(character) {
            built.push(character);
        } else if !built.ends_with('_') {
            built.push('_');
        }
    }
    built.strip_prefix('_').map(str::to_owned).unwrap_or(built)
}

/// UCUM codes, and how Prometheus names the unit.
const UNITS: [(&str, &str); 26] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tibibytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("1", ""),
    ("%", "percent"),
];

const PER_UNITS: [(&str, &str); 7] = [
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

#[cfg(test)]
mod tests {
    use super::Role::{Counter, Gauge, Other};
    use super::*;

    fn naming(escape: bool, suffixes: bool, namespace: &str) -> Naming {
        Naming { escape, suffixes, namespace: namespace.to_owned() }
    }

    #[test]
    fn metric_names_escape_and_get_unit_and_type() {
        let cases = [
            ("", "requests", "", Counter, "requests_total"),
            ("", "requests.total", "", Counter, "requests_total"),
            ("", "total.requests", "", Counter, "requests_total"),
            ("", "cpu_usage", "1", Gauge, "cpu_usage_ratio"),
            ("", "cpu_usage_ratio", "1", Gauge, "cpu_usage_ratio"),
            ("", "items", "1", Counter, "items_total"),
            ("", "response_time", "ms", Gauge, "response_time_milliseconds"),
            ("", "memory_usage", "By", Gauge, "memory_usage_bytes"),
            ("", "requests", "1/s", Gauge, "requests_per_second"),
            ("", "throughput", "By/s", Gauge, "throughput_bytes_per_second"),
            ("", "custom_metric", "custom_unit", Gauge, "custom_metric_custom_unit"),
            ("", "custom_metric", "{custom}", Gauge, "custom_metric"),
            ("", "custom_metric", "By/{custom}", Gauge, "custom_metric_bytes"),
            ("", "codeagent.cost.usage", "{USD}", Counter, "codeagent_cost_usage_total"),
            ("", "claude_code.cost.usage", "USD", Counter, "claude_code_cost_usage_USD_total"),
            ("", "http.server.request.duration", "s", Other, "http_server_request_duration_seconds"),
            ("", "response_time_seconds", "s", Gauge, "response_time_seconds"),
            ("", "system.filesystem.usage", "By", Other, "system_filesystem_usage_bytes"),
            ("", "speed", "m/s", Gauge, "speed_meters_per_second"),
            ("", "speed.meters.per.second", "m/s", Gauge, "speed_meters_per_second_per_second"),
            ("", "a", "  By  ", Gauge, "a_bytes"),
            ("", "a", "%", Gauge, "a_percent"),
            ("", "a", "°C", Gauge, "a_C"),
            ("", "a", "lines/min", Gauge, "a_lines_per_min"),
            ("", "a", "By/", Gauge, "a_bytes"),
            ("", "a..b__c", "", Other, "a_b_c"),
            ("", "a:b", "", Other, "a:b"),
            ("", "123_requests", "", Counter, "_123_requests_total"),
            ("app", "123_requests", "", Counter, "app_123_requests_total"),
            ("app", "requests", "1/s", Counter, "app_requests_per_second_total"),
        ];
        for (namespace, name, unit, role, expected) in cases {
            let built = naming(true, true, namespace).metric(name, unit, role);
            assert_eq!(built.as_deref(), Some(expected), "{name} in {unit}");
        }
    }

    #[test]
    fn metric_names_without_suffixes_are_only_escaped() {
        let cases = [
            ("", "simple_metric", "simple_metric"),
            ("", "metric@with#special$chars", "metric_with_special_chars"),
            ("", "metric@@##$$name", "metric_name"),
            ("", "123metric", "_123metric"),
            ("", "a__b", "a__b"),
            ("test@namespace!!??", "metric", "test_namespace_metric"),
        ];
        for (namespace, name, expected) in cases {
            let built = naming(true, false, namespace).metric(name, "s", Counter);
            assert_eq!(built.as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn metric_names_in_utf8_keep_their_characters() {
        let cases = [
            (true, "requests.total", "", Counter, "requests_total"),
            (true, "http.duration", "s", Other, "http.duration_seconds"),
            (true, "cpu_seconds_total", "s", Counter, "cpu_seconds_total"),
            (true, "cpu_usage_ratio", "1", Gauge, "cpu_usage_ratio"),
            (true, "throughput", "By/s", Counter, "throughput_bytes_per_second_total"),
            (true, "температура", "Cel", Gauge, "температура_celsius"),
            (false, "http.duration", "s", Counter, "http.duration"),
        ];
        for (suffixes, name, unit, role, expected) in cases {
            let built = naming(false, suffixes, "").metric(name, unit, role);
            assert_eq!(built.as_deref(), Some(expected), "{name} in {unit}");
        }
    }

    #[test]
    fn a_name_without_a_usable_character_is_none() {
        for (suffixes, name) in
            [(true, ""), (false, ""), (true, "@#$%"), (false, "@_#_$_%"), (true, "ようこそ")]
        {
            assert_eq!(naming(true, suffixes, "").metric(name, "s", Counter), None, "{name}");
        }
        assert_eq!(naming(false, true, "").metric("", "s", Counter), None);
    }

    #[test]
    fn label_names_escape() {
        let cases = [
            ("label:with:colons", "label_with_colons"),
            ("LabelWithCapitalLetters", "LabelWithCapitalLetters"),
            ("label!with&special$chars)", "label_with_special_chars_"),
            ("label_with_foreign_characters_字符", "label_with_foreign_characters_"),
            ("label.with.dots", "label_with_dots"),
            ("123label", "key_123label"),
            ("_label_starting_with_underscore", "_label_starting_with_underscore"),
            ("__label_starting_with_2underscores", "_label_starting_with_2underscores"),
            ("label.name__with&&special##chars", "label_name_with_special_chars"),
            ("__reserved__label__name__", "__reserved_label_name__"),
            ("trailing_underscores___", "trailing_underscores_"),
            ("ようこそ", "_"),
        ];
        for (name, expected) in cases {
            assert_eq!(naming(true, true, "").label(name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(naming(true, true, "").label(""), None);
        assert_eq!(naming(false, true, "").label("a.b").as_deref(), Some("a.b"));
    }

    #[test]
    fn units_get_prometheus_words() {
        let cases = [
            ("s", "seconds"),
            ("By/s", "bytes_per_second"),
            ("1/s", "per_second"),
            ("{call}", ""),
            ("1", ""),
        ];
        for (unit, expected) in cases {
            assert_eq!(Naming::unit(unit), expected, "{unit}");
        }
    }
}
