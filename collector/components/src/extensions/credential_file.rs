//! Files that hold secrets, read again when they change.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use codeagent_pipeline::auth::AuthError;
use codeagent_pipeline::{BoxFuture, Receiver, Running, StartError, Stop};
use parking_lot::Mutex;

/// How often a file is looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The largest file that is read, in bytes.
const BYTES_MAX: u64 = 1024 * 1024;

/// A text file, as it is on the disk within a second.
#[derive(Debug)]
pub(super) struct CredentialFile {
    path: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    looked: Option<Instant>,
    seen: Option<(SystemTime, u64)>,
    text: Option<Arc<str>>,
}

impl CredentialFile {
    pub fn new(path: impl Into<String>) -> Self {
        CredentialFile { path: path.into(), state: Mutex::default() }
    }

    /// The text. When the file is gone or broken, what it held last stays in use. An unchanged file is the same
    /// `Arc`.
    pub fn read(&self) -> Result<Arc<str>, AuthError> {
        let mut state = self.state.lock();
        let is_fresh = state.looked.is_some_and(|looked| looked.elapsed() < LOOK_EVERY);
        match (&state.text, is_fresh) {
            (Some(text), true) => Ok(text.clone()),
            _ => self.look(&mut state),
        }
    }

    fn look(&self, state: &mut State) -> Result<Arc<str>, AuthError> {
        state.looked = Some(Instant::now());
        let seen = fs::metadata(&self.path).and_then(|file| Ok((file.modified()?, file.len())));
        if let (Some(text), Ok(seen)) = (&state.text, &seen)
            && state.seen == Some(*seen)
        {
            return Ok(text.clone());
        }
        let read = match &seen {
            Ok((_, length)) if *length > BYTES_MAX => Err(format!("it is larger than {BYTES_MAX} bytes")),
            Ok(_) => fs::read_to_string(&self.path).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match (read, &state.text) {
            (Ok(text), _) => {
                state.seen = seen.ok();
                Ok(state.text.insert(text.into()).clone())
            }
            (Err(cause), None) => Err(AuthError(format!("cannot read {}: {cause}", self.path))),
            (Err(cause), Some(text)) => {
                tracing::warn!(path = %self.path, cause, "cannot read credentials, the last ones stay in use");
                Ok(text.clone())
            }
        }
    }
}

/// Reads credentials once at the start, so that a mistake shows then and not with the first request.
pub(super) struct ReadAtStart<F>(pub F);

impl<F: FnOnce() -> Result<(), AuthError> + Send + 'static> Receiver for ReadAtStart<F> {
    fn start(self: Box<Self>, mut stop: Stop) -> BoxFuture<'static, Result<Running, StartError>> {
        Box::pin(async move {
            (self.0)().map_err(|AuthError(message)| StartError::new(message))?;
            let task = tokio::spawn(async move {
                stop.requested().await;
            });
            Ok(Running { task, endpoints: Vec::new() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_read_again_and_a_lost_one_stays_in_use() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        let file = CredentialFile::new(path.to_str().unwrap());
        assert!(file.read().unwrap_err().0.starts_with("cannot read "));
        let look_again = || file.state.lock().looked = None;
        for text in ["one", "other"] {
            fs::write(&path, text).unwrap();
            look_again();
            assert_eq!(&*file.read().unwrap(), text);
            assert_eq!(&*file.read().unwrap(), text);
        }
        let before = file.read().unwrap();
        look_again();
        assert!(Arc::ptr_eq(&before, &file.read().unwrap()));
        fs::remove_file(&path).unwrap();
        look_again();
        assert_eq!(&*file.read().unwrap(), "other");
    }
}
