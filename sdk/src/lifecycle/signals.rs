//! Which signals we look after: those that would end the process, and that nobody handles when the SDK is installed.

/// The numbers of SIGHUP, SIGINT and SIGTERM, without those that somebody handles or ignores already.
#[cfg(unix)]
pub(crate) fn ours() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let taken = mask(&status, "SigCgt:") | mask(&status, "SigIgn:");
    [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|number| taken & (1 << (number - 1)) == 0).collect()
}

#[cfg(not(unix))]
pub(crate) fn ours() -> Vec<i32> {
    Vec::new()
}

/// A line of `/proc/self/status`: signals as bits, in hexadecimal. Where there is no such file no signal counts as taken.
#[cfg(unix)]
fn mask(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|text| u64::from_str_radix(text.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(all(test, unix))]
mod tests {
    use super::mask;

    #[test]
    fn the_mask_of_handled_signals_is_read() {
        let status = "Name:\tsh\nSigIgn:\t0000000000000001\nSigCgt:\t0000000000004002\n";
        assert_eq!(mask(status, "SigCgt:"), 1 << 14 | 1 << 1);
        assert_eq!(mask(status, "SigIgn:"), 1);
        assert_eq!(mask("", "SigCgt:"), 0);
    }
}
