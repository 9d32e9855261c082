//! Files that were put aside: `data.json` becomes `data-2022-09-14T05-02-14.173.json`, in UTC, as in the Collector.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::config::Rotation;
use crate::exporters::calendar::date;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Renames the file at `path`. No file is no error.
pub(super) fn put_aside(path: &Path) -> io::Result<()> {
    let mut now = SystemTime::now();
    let mut aside = name(path, now);
    while aside.exists() {
        now += Duration::from_millis(1);
        aside = name(path, now);
    }
    match fs::rename(path, aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Removes what is over the number or the age.
pub(super) fn remove_old(path: &Path, rotation: &Rotation) -> io::Result<()> {
    let mut kept = found(path)?;
    kept.sort();
    let surplus = match rotation.max_backups {
        0 => 0,
        most => kept.len().saturating_sub(most),
    };
    let days = u32::try_from(rotation.max_days).unwrap_or(u32::MAX);
    let oldest = SystemTime::now().checked_sub(DAY.saturating_mul(days)).filter(|_| days > 0);
    let oldest = oldest.map(|oldest| name(path, oldest));
    for (at, file) in kept.iter().enumerate() {
        // the time is in the name, so names compare as times do
        if at < surplus || oldest.as_ref().is_some_and(|oldest| file < oldest) {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// All files that were put aside for `path`.
fn found(path: &Path) -> io::Result<Vec<PathBuf>> {
    let (before, after) = around(path);
    let mut found = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let name = entry.file_name();
        let time = name.to_str().and_then(|name| name.strip_prefix(&before)?.strip_suffix(&after));
        if time.is_some_and(is_time) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn name(path: &Path, at: SystemTime) -> PathBuf {
    let (before, after) = around(path);
    path.with_file_name(format!("{before}{}{after}", time(at)))
}

/// What stands before and after the time.
fn around(path: &Path) -> (String, String) {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    (format!("{stem}-"), extension.unwrap_or_default())
}

/// `2022-09-14T05-02-14.173`
fn time(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}-{minute:02}-{second:02}.{:03}", since.subsec_millis())
}

fn is_time(text: &str) -> bool {
    let like = "0000-00-00T00-00-00.000";
    let digits_as_zeros = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
    text.bytes().map(digits_as_zeros).eq(like.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        let cases = [
            (0, "1970-01-01T00-00-00.000"),
            (951_782_400, "2000-02-29T00-00-00.000"),
            (1_663_131_734, "2022-09-14T05-02-14.000"),
            (4_107_542_399, "2100-02-28T23-59-59.000"),
            (4_107_542_400, "2100-03-01T00-00-00.000"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(time(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn only_files_that_were_put_aside_are_removed_oldest_first() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data.json");
        let old = ["data-2020-01-01T00-00-00.000.json", "data-2021-01-01T00-00-00.000.json"];
        let others = ["data.json", "data-x.json", "data-2020-01-01T00-00-00.000.txt", "my-data-2020.json"];
        for file in old.iter().chain(&others) {
            fs::write(directory.path().join(file), "x").unwrap();
        }
        put_aside(&path).unwrap();
        fs::write(&path, "new").unwrap();
        put_aside(&path).unwrap();
        assert_eq!(found(&path).unwrap().len(), 4);
        let rotation = |max_backups, max_days| Rotation { max_backups, max_days, ..Rotation::default() };
        for (rotation, left) in
            [(rotation(0, 0), 4), (rotation(3, 0), 3), (rotation(0, 30), 2), (rotation(1, 30), 1)]
        {
            remove_old(&path, &rotation).unwrap();
            assert_eq!(found(&path).unwrap().len(), left);
        }
        let last = fs::read_to_string(&found(&path).unwrap()[0]).unwrap();
        assert_eq!(last, "new");
        for other in &others[1..] {
            assert!(directory.path().join(other).exists(), "{other}");
        }
    }
}
