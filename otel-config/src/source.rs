//! The texts that a configuration is made of.

use crate::diagnostic::Diagnostic;
use crate::environment::Environment;

/// One text of YAML, and the name that diagnostics show for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// A file's path, `--set`, `embedded default` ...
    pub name: String,
    /// The YAML.
    pub text: String,
}

impl Source {
    /// A text with a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// What the Collector's `--config` accepts: a path, `file:path`, `env:NAME` (the YAML is in the variable) or
    /// `yaml:text` (the YAML is the argument, also `yaml:exporters::debug::verbosity: detailed`).
    ///
    /// # Errors
    /// When the file or variable cannot be read, or the scheme is unknown.
    pub fn from_location(location: &str, environment: &Environment) -> Result<Self, Diagnostic> {
        match scheme(location) {
            Some(("yaml", text)) => Ok(Self::new("--config yaml:", text)),
            Some(("env", name)) => match environment.variable(name) {
                Ok(Some(text)) => Ok(Self::new(format!("env:{name}"), text)),
                Ok(None) => Err(Diagnostic::error(format!("the environment variable `{name}` is not set"))
                    .help("set it to the YAML of the configuration, or use --config FILE")),
                Err(message) => Err(Diagnostic::error(message)),
            },
            Some(("file", path)) => Self::file(path, environment),
            Some(("http" | "https", _)) => {
                Err(Diagnostic::error(format!("the configuration cannot be fetched from `{location}`"))
                    .help("download it first; --config takes a path, file:, env: and yaml:"))
            }
            _ => Self::file(location, environment),
        }
    }

    /// The path that a location of [`Source::from_location`] names, if it is a file's.
    #[must_use]
    pub fn path_of(location: &str) -> Option<&str> {
        match scheme(location) {
            Some(("file", path)) => Some(path),
            Some(("yaml" | "env" | "http" | "https", _)) => None,
            _ => Some(location),
        }
    }

    /// A file.
    ///
    /// # Errors
    /// When it cannot be read, is not UTF-8, or is larger than 2 MiB.
    pub fn file(path: &str, environment: &Environment) -> Result<Self, Diagnostic> {
        let text = environment.file(path).map_err(|message| {
            Diagnostic::error(message).help("check the path after --config, and that the file may be read")
        })?;
        Ok(Self::new(path, text))
    }
}

/// `scheme:rest`, when the scheme is one: at least two characters, so that `C:\x` is a path.
pub(crate) fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let first = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let rest_ok = scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'));
    (scheme.len() >= 2 && first && rest_ok).then_some((scheme, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_path_or_has_one_of_the_collectors_schemes() {
        let environment = Environment::of([("CONFIG", "a: 1")]).with_files([("/x.yaml", "\u{feff}b: 2")]);
        let cases = [
            ("/x.yaml", "/x.yaml", "b: 2"),
            ("file:/x.yaml", "/x.yaml", "b: 2"),
            ("env:CONFIG", "env:CONFIG", "a: 1"),
            ("yaml:c: 3", "--config yaml:", "c: 3"),
        ];
        for (location, name, text) in cases {
            assert_eq!(Source::from_location(location, &environment), Ok(Source::new(name, text)));
            assert_eq!(Source::path_of(location), name.starts_with('/').then_some(name));
        }
        for (location, reason) in [
            ("env:UNSET", "not set"),
            ("/y.yaml", "no such file"),
            ("https://x/y.yaml", "cannot be fetched"),
            ("C:\\x.yaml", "no such file"),
        ] {
            let error = Source::from_location(location, &environment).unwrap_err();
            assert!(error.message.contains(reason), "{}", error.message);
        }
    }
}
