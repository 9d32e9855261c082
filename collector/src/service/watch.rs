//! `--watch`: notices that a configuration file changed.
//!
//! By reading, once a second: a file replaced by rename, the swap of a symlink by which Kubernetes updates a ConfigMap, and a
//! network's file system all look the same to a reader, and differ for everything that is notified.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use codeagent_config::Source;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::cli::Sources;

/// The time between two readings.
const PERIOD: Duration = Duration::from_secs(1);
/// More than a configuration may have, so that what is refused for its size is noticed as well.
const BYTES_MAX: u64 = (2 << 20) + 1;

/// Files, and what they held when they were last acted upon.
pub struct Watch {
    files: Vec<PathBuf>,
    acted_upon: Contents,
    /// A change that is acted upon if the next reading finds the same: else somebody is still writing.
    fresh: Option<Contents>,
    ticks: Option<Interval>,
}

/// A hash of each file; nothing where it cannot be read.
type Contents = Vec<Option<u64>>;

impl Watch {
    /// Takes the first reading, against which changes are found: before the configuration is read.
    pub fn new(sources: &Sources) -> Self {
        let paths = sources.config.iter().filter_map(|location| Source::path_of(location));
        let files: Vec<PathBuf> = paths.map(PathBuf::from).collect();
        let acted_upon = read(&files);
        Watch { files, acted_upon, fresh: None, ticks: None }
    }

    /// Whether there is nothing to watch.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Waits until a file has changed and is still. Nothing is lost when the future is dropped.
    pub async fn changed(&mut self) {
        loop {
            let ticks = self.ticks.get_or_insert_with(|| {
                let mut ticks = interval(PERIOD);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                ticks
            });
            ticks.tick().await;
            let files = self.files.clone();
            let Ok(contents) = tokio::task::spawn_blocking(move || read(&files)).await else { continue };
            if self.is_change(contents) {
                return;
            }
        }
    }

    fn is_change(&mut self, contents: Contents) -> bool {
        if contents == self.acted_upon {
            self.fresh = None;
            return false;
        }
        let is_still = self.fresh.as_ref() == Some(&contents);
        if is_still {
            self.acted_upon = contents;
            self.fresh = None;
        } else {
            self.fresh = Some(contents);
        }
        is_still
    }
}

fn read(files: &[PathBuf]) -> Contents {
    files.iter().map(|path| hash(path).ok()).collect()
}

fn hash(path: &Path) -> std::io::Result<u64> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX).read_to_end(&mut bytes)?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A watch of one file, and what one look says.
    fn look(watch: &mut Watch) -> bool {
        let contents = read(&watch.files);
        watch.is_change(contents)
    }

    #[test]
    fn a_change_is_acted_upon_once_and_when_it_is_still() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.yaml");
        fs::write(&path, "a: 1").unwrap();
        let config = vec![format!("file:{}", path.display()), "env:NAME".to_owned(), "yaml:a".to_owned()];
        let mut watch = Watch::new(&Sources { config, set: Vec::new() });
        assert_eq!(watch.files, std::slice::from_ref(&path));
        assert!(!look(&mut watch));
        fs::write(&path, "a: 2").unwrap();
        assert!(!look(&mut watch), "it may be half written");
        fs::write(&path, "a: 23").unwrap();
        assert!(!look(&mut watch));
        assert!(look(&mut watch));
        assert!(!look(&mut watch));
        fs::write(&path, "a: 4").unwrap();
        assert!(!look(&mut watch));
        fs::write(&path, "a: 23").unwrap();
        assert!(!look(&mut watch), "what is taken back is no change");
        assert!(!look(&mut watch));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_replaced_by_rename_or_by_a_swapped_link_is_a_change_and_a_lost_one_too() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, text) in [("one", "a: 1"), ("two", "a: 2"), ("three", "a: 3")] {
            fs::write(at(name), text).unwrap();
        }
        std::os::unix::fs::symlink(at("one"), at("link")).unwrap();
        let config = vec![at("link").display().to_string()];
        let mut watch = Watch::new(&Sources { config, set: Vec::new() });
        std::os::unix::fs::symlink(at("two"), at("other")).unwrap();
        fs::rename(at("other"), at("link")).unwrap();
        assert_eq!([look(&mut watch), look(&mut watch)], [false, true]);
        fs::rename(at("three"), at("link")).unwrap();
        assert_eq!([look(&mut watch), look(&mut watch)], [false, true]);
        fs::remove_file(at("link")).unwrap();
        assert_eq!([look(&mut watch), look(&mut watch)], [false, true]);
    }
}
