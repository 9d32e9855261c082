//! Where the spool lies.

use std::ffi::OsString;
use std::path::PathBuf;

use super::Settings;
use crate::spool::Limits;

/// The platform's folder for state; `None` where there is no home.
pub(super) fn usual_directory(read: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| read(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = path("XDG_STATE_HOME").or_else(|| Some(path("HOME")?.join(".local/state")));
    state.or_else(|| path("LOCALAPPDATA")).map(|state| state.join("codeagent-telemetry/spool"))
}

impl Settings {
    /// Each service and destination has a folder of its own: what was meant for one is never sent to another.
    pub(crate) fn spool(&self) -> Option<Limits> {
        let mut sum = crc32c::crc32c(self.service_name.as_bytes());
        for endpoint in self.endpoints.iter().flatten() {
            for text in [&endpoint.authority, &endpoint.path] {
                sum = crc32c::crc32c_append(sum, text.as_bytes());
            }
            for name in endpoint.headers.keys() {
                sum = crc32c::crc32c_append(sum, name.as_str().as_bytes());
            }
        }
        let letters = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        let name: String = self.service_name.chars().take(40).map(letters).collect();
        let directory = self.spool_directory.as_ref()?.join(format!("{name}-{sum:08x}"));
        Some(Limits { directory, bytes_max: self.spool_bytes, age_max: self.spool_age })
    }
}
