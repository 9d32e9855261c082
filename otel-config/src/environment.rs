//! Where `${env:NAME}` and `${file:path}` are looked up.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;

/// A text from outside has at most this many bytes.
pub(crate) const LARGEST_TEXT: usize = 2 * 1024 * 1024;

/// The variables and files that a configuration can refer to.
#[derive(Clone, Debug)]
pub struct Environment {
    /// `None`: the process's.
    variables: Option<HashMap<String, String>>,
    /// `None`: the disk's.
    files: Option<HashMap<String, String>>,
}

impl Environment {
    /// The process's variables and the disk.
    #[must_use]
    pub fn process() -> Self {
        Self { variables: None, files: None }
    }

    /// No variable and no file.
    #[must_use]
    pub fn empty() -> Self {
        Self { variables: Some(HashMap::new()), files: Some(HashMap::new()) }
    }

    /// These variables and no file.
    pub fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let variables = variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self { variables: Some(variables), files: Some(HashMap::new()) }
    }

    /// The same, with these files instead of the disk.
    #[must_use]
    pub fn with_files<K: Into<String>, V: Into<String>>(
        mut self,
        files: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.files = Some(files.into_iter().map(|(k, v)| (k.into(), v.into())).collect());
        self
    }

    /// A variable's value. `Ok(None)`: not set.
    pub(crate) fn variable(&self, name: &str) -> Result<Option<String>, String> {
        let value = match &self.variables {
            Some(map) => map.get(name).cloned(),
            None => match std::env::var(name) {
                Ok(value) => Some(value),
                Err(std::env::VarError::NotPresent) => None,
                Err(std::env::VarError::NotUnicode(_)) => {
                    return Err(format!("the environment variable `{name}` is not UTF-8"));
                }
            },
        };
        match value {
            Some(value) if value.len() > LARGEST_TEXT => {
                Err(format!("the environment variable `{name}` is larger than {LARGEST_TEXT} bytes"))
            }
            value => Ok(value),
        }
    }

    /// A file's text, without a byte order mark. The error is a sentence.
    pub(crate) fn file(&self, path: &str) -> Result<String, String> {
        let bytes = match &self.files {
            Some(map) => match map.get(path) {
                Some(text) => text.clone().into_bytes(),
                None => return Err(format!("cannot read `{path}`: no such file")),
            },
            None => read_bounded(path).map_err(|error| format!("cannot read `{path}`: {error}"))?,
        };
        if bytes.len() > LARGEST_TEXT {
            return Err(format!("`{path}` is larger than {LARGEST_TEXT} bytes"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = valid.iter().filter(|b| **b == b'\n').count() + 1;
            format!("`{path}` is not UTF-8: bad byte in line {line}")
        })?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }
}

/// At most one byte more than allowed, so that a device without an end does not fill the memory.
fn read_bounded(path: &str) -> std::io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::Error::other("it is a directory"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_TEXT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
