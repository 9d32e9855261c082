//! Numbers and messages as people read them.

use std::time::{SystemTime, UNIX_EPOCH};

/// Characters of a destination's message that are shown.
const MESSAGE_MAX: usize = 80;

/// `1.2 MiB`
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    // what would be rounded to 1024.0 is 1.0 of the next
    while size >= 1023.95 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

/// `3m 2s`
pub fn age(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m {}s", seconds % 60),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

/// Seconds since a time in Unix milliseconds; none where the clock has gone back since.
pub fn seconds_since(unix_ms: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    u64::try_from(now).unwrap_or(u64::MAX).saturating_sub(unix_ms) / 1000
}

/// `1 item`, `2 items`
pub fn count(count: u64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The first line of a message, and not too much of it.
pub fn shortened(message: &str) -> String {
    let line: String =
        message.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(MESSAGE_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ages_have_the_unit_that_fits() {
        let sizes = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1 << 20, "1.0 MiB"),
            ((1 << 30) - 1, "1.0 GiB"),
        ];
        for (size, text) in sizes {
            assert_eq!(bytes(size), text);
        }
        for (seconds, text) in [(0, "0s"), (59, "59s"), (182, "3m 2s"), (7_260, "2h 1m"), (90_000, "1d 1h")] {
            assert_eq!(age(seconds), text);
        }
    }
}
