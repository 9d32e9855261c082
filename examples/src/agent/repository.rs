//! A repository with a mistake: `sum.sh` subtracts, and `test.sh` says so.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder to work in.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// Makes it, with the mistake.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("sum.sh"), "#!/bin/sh\necho $(($1 - $2))\n")?;
        fs::write(
            folder.join("test.sh"),
            "[ \"$(sh sum.sh 2 3)\" = 5 ] && echo 1 passed || { echo 1 failed; exit 1; }\n",
        )?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// # Errors
    /// There is no such file.
    pub fn read(&self, file: &str) -> io::Result<String> {
        fs::read_to_string(self.folder.join(file))
    }

    /// Lines that were added and removed.
    ///
    /// # Errors
    /// The file is not there, or does not hold the text.
    pub fn replace(&self, file: &str, from: &str, to: &str) -> io::Result<(u64, u64)> {
        let text = self.read(file)?;
        if !text.contains(from) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the text to replace is not there"));
        }
        fs::write(self.folder.join(file), text.replacen(from, to, 1))?;
        Ok((to.lines().count() as u64, from.lines().count() as u64))
    }

    /// The command that runs the tests.
    #[must_use]
    pub fn tests(&self) -> Command {
        let mut command = Command::new("sh");
        command.arg("test.sh").current_dir(&self.folder);
        command
    }
}
