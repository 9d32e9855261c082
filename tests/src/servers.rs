//! The real servers: those that `tests/run` started, and ones that a test starts for itself to do it harm.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Where the shared server of this name listens: `http://127.0.0.1:port`, for Kafka `127.0.0.1:port`.
///
/// # Panics
/// When the tests were not started by `tests/run`.
pub fn shared(name: &str) -> String {
    let variable = format!("CODEAGENT_TEST_{}", name.to_uppercase());
    std::env::var(&variable).unwrap_or_else(|_| panic!("{variable} is not set: run this through tests/run"))
}

/// A server of one test alone. It is stopped when dropped.
pub struct Server {
    name: &'static str,
    folder: TempDir,
    endpoint: String,
}

impl Server {
    /// Starts it, with no data.
    pub fn start(name: &'static str) -> Self {
        Self::start_with(name, &[])
    }

    /// Starts it, with no data but these files in its folder, which say more about it.
    pub fn start_with(name: &'static str, files: &[(&str, &str)]) -> Self {
        let mut server = Server { name, folder: tempfile::tempdir().unwrap(), endpoint: String::new() };
        for (file, text) in files {
            std::fs::write(server.folder.path().join(file), text).unwrap();
        }
        server.start_again();
        server
    }

    /// Where it listens; the same after [`Server::start_again`].
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The text of a file in its folder, without the white space around it.
    pub fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap().trim().to_owned()
    }

    /// Ends it at once (SIGKILL).
    pub fn kill(&self) {
        assert!(script(self.name, "kill", self.folder.path()).status().unwrap().success());
    }

    /// Stops it as its operator does.
    pub fn stop(&self) {
        assert!(script(self.name, "stop", self.folder.path()).status().unwrap().success());
    }

    /// Starts it again after [`Server::kill`] or [`Server::stop`], with its data and on its port.
    pub fn start_again(&mut self) {
        let output =
            script(self.name, "start", self.folder.path()).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{} does not start", self.name);
        let line = String::from_utf8(output.stdout).unwrap();
        let endpoint = line.split_whitespace().find_map(|word| word.strip_prefix("endpoint="));
        self.endpoint = endpoint.expect("an endpoint").to_owned();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = script(self.name, "stop", self.folder.path()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            eprintln!("{} in {} was not stopped", self.name, self.folder.path().display());
        }
    }
}

fn script(name: &str, action: &str, folder: &Path) -> Command {
    let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "servers", "server"].iter().collect();
    let mut command = Command::new(script);
    command.arg(name).arg(action).arg(folder);
    command
}
