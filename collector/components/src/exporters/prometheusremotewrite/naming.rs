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
#[path = "tests/naming.rs"]
mod tests;
