//! The PEM texts that TLS settings name: files are read again when they change, and taken only as a whole.

use std::fs;
use std::time::{Duration, Instant, SystemTime};

use codeagent_config::Secret;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The largest PEM file that is read, in bytes.
const PEM_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Files are looked at so often at most; and again after so long when they were not fit for use.
pub(super) const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A file that was written this shortly ago may still be being written, or its pair may.
const SETTLED_AFTER: Duration = Duration::from_secs(1);

/// A PEM text, or the file that holds it.
#[derive(Clone, Debug)]
pub(super) struct PemSource {
    /// Its key in the configuration, without `_file` or `_pem`.
    pub key: &'static str,
    pub file: String,
    pub text: Secret,
    /// How old it may become before its file is read again; 0 for ever.
    pub reload: Duration,
}

/// What was read, and how to call it in a message.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Pem {
    pub name: String,
    bytes: Vec<u8>,
}

impl Pem {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All certificates in it: at least one.
    pub fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, String> {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.bytes).collect();
        match found {
            Ok(found) if !found.is_empty() => Ok(found),
            Ok(_) => Err(format!("there is no certificate in {}", self.name)),
            Err(error) => Err(format!("{} is not PEM: {error}", self.name)),
        }
    }
}

impl PemSource {
    /// Whether the configuration gives neither text nor file.
    pub fn is_absent(&self) -> bool {
        self.file.is_empty() && self.text.is_empty()
    }

    fn name(&self) -> String {
        match self.text.is_empty() {
            false => format!("{}_pem", self.key),
            true => format!("{}_file {}", self.key, self.file),
        }
    }

    fn read(&self) -> Result<Pem, String> {
        let name = self.name();
        if !self.text.is_empty() {
            return Ok(Pem { name, bytes: self.text.expose().as_bytes().to_vec() });
        }
        let cannot = |error: std::io::Error| format!("cannot read {name}: {error}");
        if fs::metadata(&self.file).map_err(cannot)?.len() > PEM_BYTES_MAX {
            return Err(format!("{name} is larger than {PEM_BYTES_MAX} bytes"));
        }
        let bytes = fs::read(&self.file).map_err(cannot)?;
        Ok(Pem { name, bytes })
    }

    fn is_settled(&self) -> bool {
        let written = fs::metadata(&self.file).and_then(|file| file.modified());
        let age = written.map(|written| SystemTime::now().duration_since(written));
        // A time in the future is a clock that was set: nothing follows from it.
        !matches!(age, Ok(Ok(age)) if age < SETTLED_AFTER)
    }
}

/// What settings named when they were last used, and when to look again.
pub(super) struct PemFiles {
    files: Vec<(PemSource, Option<Instant>)>,
    used: Vec<Option<Pem>>,
    /// What was wrong at the last look, so that it is told once.
    refused: Option<Vec<Option<Pem>>>,
    unreadable: Option<String>,
}

/// What a look found.
pub(super) enum Look {
    /// Nothing new, or not yet whole.
    Same,
    /// Other texts than those in use, in the order of the sources.
    Changed(Vec<Option<Pem>>),
    /// A file that cannot be read, which was not said before.
    Failed(String),
}

impl PemFiles {
    /// Reads everything for the first time.
    pub fn read(sources: Vec<PemSource>) -> Result<Self, String> {
        let present = |source: &PemSource| (!source.is_absent()).then(|| source.read()).transpose();
        let used = sources.iter().map(present).collect::<Result<_, _>>()?;
        let now = Instant::now();
        let files = sources.into_iter().map(|source| (next_look(&source, now), source));
        let files = files.map(|(next, source)| (source, next)).collect();
        Ok(PemFiles { files, used, refused: None, unreadable: None })
    }

    /// The texts in use, in the order of the sources; nothing where the configuration gives none.
    pub fn used(&self) -> &[Option<Pem>] {
        &self.used
    }

    /// When to look again; never where nothing is to be read again.
    pub fn next_look(&self) -> Option<Instant> {
        self.files.iter().filter_map(|(_, next)| *next).min()
    }

    /// Reads the files that are due.
    pub fn look(&mut self) -> Look {
        let now = Instant::now();
        let mut found = self.used.clone();
        let mut failure = None;
        for (index, (source, next)) in self.files.iter_mut().enumerate() {
            if next.is_none_or(|next| next > now) {
                continue;
            }
            *next = next_look(source, now);
            match source.read() {
                Ok(pem) if found[index].as_ref() == Some(&pem) => {}
                Ok(pem) => found[index] = Some(pem),
                Err(error) => failure = Some(error),
            }
        }
        if let Some(error) = failure {
            self.look_again(now);
            let is_news = self.unreadable.replace(error.clone()).as_ref() != Some(&error);
            return if is_news { Look::Failed(error) } else { Look::Same };
        }
        self.unreadable = None;
        if found == self.used {
            self.refused = None;
            return Look::Same;
        }
        if self.files.iter().any(|(source, next)| next.is_some() && !source.is_settled()) {
            self.look_again(now);
            return Look::Same;
        }
        Look::Changed(found)
    }

    /// These texts are in use from now on.
    pub fn use_these(&mut self, found: Vec<Option<Pem>>) {
        (self.used, self.refused) = (found, None);
    }

    /// These texts cannot be used. Whether that is news.
    pub fn refuse_these(&mut self, found: Vec<Option<Pem>>) -> bool {
        self.look_again(Instant::now());
        let is_news = self.refused.as_ref() != Some(&found);
        self.refused = Some(found);
        is_news
    }

    fn look_again(&mut self, now: Instant) {
        for next in self.files.iter_mut().filter_map(|(_, next)| next.as_mut()) {
            *next = (*next).min(now + LOOK_AGAIN);
        }
    }
}

fn next_look(source: &PemSource, now: Instant) -> Option<Instant> {
    let is_reread = !source.file.is_empty() && !source.reload.is_zero();
    // A date beyond all clocks is never.
    is_reread.then(|| now.checked_add(source.reload.max(LOOK_AGAIN))).flatten()
}
