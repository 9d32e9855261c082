//! A clock that jumps under a running process.

use std::process::Command;

use tempfile::TempDir;

/// The time of day of the processes that are started with [`Clock::environment`]. It needs a C compiler.
pub struct Clock {
    folder: TempDir,
}

impl Clock {
    /// A clock that is right.
    pub fn right() -> Self {
        let clock = Clock { folder: tempfile::tempdir().unwrap() };
        clock.jump(0);
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/clock.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", source, "-o", &clock.path("clock.so")])
            .status();
        assert!(compiled.unwrap().success());
        clock
    }

    /// Sets it so many seconds off.
    pub fn jump(&self, seconds: i64) {
        use std::io::Write;
        // in place: the processes have it mapped
        let path = self.path("jump");
        let mut file = std::fs::File::options().create(true).truncate(false).write(true).open(path).unwrap();
        file.write_all(&seconds.to_ne_bytes()).unwrap();
    }

    /// What a process needs to have this clock.
    pub fn environment(&self) -> [(String, String); 2] {
        [("LD_PRELOAD", "clock.so"), ("CLOCK_JUMP", "jump")]
            .map(|(name, file)| (name.to_owned(), self.path(file)))
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join(file).display().to_string()
    }
}
