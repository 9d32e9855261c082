//! A small filesystem, so that a disk can be full in earnest.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Makes it for those inside, for all others its folder stays empty, and lives as long as its input.
const KEEPER: &str = "mount -t tmpfs -o size=$1 none $0 && echo mounted && exec cat";

/// A filesystem in memory with a size of its own. It lives in a mount namespace that a process of its own keeps, so that
/// it needs no rights of an administrator and outlives whoever writes to it. It is gone when dropped.
pub struct Volume {
    folder: TempDir,
    keeper: Child,
}

impl Volume {
    /// A filesystem of so many bytes.
    ///
    /// # Panics
    /// Where this user may not make namespaces.
    pub fn of(bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut keeper = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", KEEPER])
            .arg(folder.path())
            .arg(bytes.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "mounted\n", "no filesystem: this user may not make user and mount namespaces");
        Volume { folder, keeper }
    }

    /// Its path for a process that is started by [`Volume::command`].
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What a command begins with to see it.
    pub fn command(&self) -> Vec<String> {
        let target = self.keeper.id().to_string();
        ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", &target]
            .map(str::to_owned)
            .to_vec()
    }

    /// Takes all space that is left.
    pub fn fill(&self) {
        let mut ballast = File::options().create(true).append(true).open(self.ballast()).unwrap();
        let mut chunk = vec![0x42; 64 << 10];
        // smaller and smaller, to the last page
        while !chunk.is_empty() {
            match ballast.write(&chunk) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => chunk.truncate(chunk.len() / 2),
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Gives back what [`Volume::fill`] took.
    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        let inside = format!("/proc/{}/root{}", self.keeper.id(), self.path().display());
        Path::new(&inside).join("ballast")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // It ends with its input; a failure means that it is gone already.
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}
