//! The files of `/proc`, as far as they are of use here. What is not there or has another form is nothing.

use std::fs::read_to_string;

/// The kernel counts time in ticks of a hundredth of a second for programs, on every architecture that Rust runs on.
const TICKS: f64 = 100.0;
/// The unit of `/proc/diskstats`.
const SECTOR: u64 = 512;

/// `/proc/self/stat`, behind the name of the program, which may hold anything.
pub(super) struct Stat {
    fields: Vec<u64>,
}

impl Stat {
    pub(super) fn read() -> Option<Self> {
        Self::parse(&read_to_string("/proc/self/stat").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(')')?;
        // Some are negative; none of ours.
        Some(Self { fields: rest.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect() })
    }

    /// By its number in proc(5), where the state is the third.
    fn field(&self, number: usize) -> u64 {
        self.fields.get(number - 3).copied().unwrap_or(0)
    }

    /// User and system time of the process, in seconds.
    pub(super) fn own(&self) -> [f64; 2] {
        [ticks(self.field(14)), ticks(self.field(15))]
    }

    /// The same of the children that have ended.
    pub(super) fn children(&self) -> [f64; 2] {
        [ticks(self.field(16)), ticks(self.field(17))]
    }

    pub(super) fn threads(&self) -> u64 {
        self.field(20)
    }

    pub(super) fn virtual_bytes(&self) -> u64 {
        self.field(23)
    }

    /// Since the machine started, in seconds.
    pub(super) fn started(&self) -> f64 {
        ticks(self.field(22))
    }
}

#[expect(clippy::cast_precision_loss, reason = "2^53 hundredths of a second")]
fn ticks(count: u64) -> f64 {
    count as f64 / TICKS
}

/// A line `Name:   123 kB`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|value| value * 1024)
}

pub(super) fn resident_bytes() -> Option<u64> {
    kilobytes(&read_to_string("/proc/self/status").ok()?, "VmRSS")
}

/// Read and written by the process, from and to disks.
pub(super) fn own_disk() -> Option<[u64; 2]> {
    let text = read_to_string("/proc/self/io").ok()?;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().parse().ok())
    };
    Some([value("read_bytes:")?, value("write_bytes:")?])
}

pub(super) fn descriptors() -> Option<u64> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count() as u64)
}

pub(super) fn machine_uptime() -> Option<f64> {
    read_to_string("/proc/uptime").ok()?.split_whitespace().next()?.parse().ok()
}

/// Seconds of all processors: user, nice, system, idle, iowait, interrupts, steal.
pub(super) fn machine_cpu() -> Option<[f64; 7]> {
    parse_cpu(&read_to_string("/proc/stat").ok()?)
}

fn parse_cpu(text: &str) -> Option<[f64; 7]> {
    let fields: Vec<u64> = text
        .lines()
        .next()?
        .strip_prefix("cpu ")?
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    let field = |number: usize| ticks(fields.get(number).copied().unwrap_or(0));
    Some([field(0), field(1), field(2), field(3), field(4), field(5) + field(6), field(7)])
}

/// Used, free, buffers, cached.
pub(super) fn machine_memory() -> Option<[u64; 4]> {
    parse_memory(&read_to_string("/proc/meminfo").ok()?)
}

fn parse_memory(text: &str) -> Option<[u64; 4]> {
    let [total, free, buffers, cached] =
        ["MemTotal", "MemFree", "Buffers", "Cached"].map(|name| kilobytes(text, name));
    let (total, free, buffers, cached) = (total?, free?, buffers?, cached?);
    Some([total.saturating_sub(free + buffers + cached), free, buffers, cached])
}

/// Read and written by all whole disks.
pub(super) fn machine_disk() -> Option<[u64; 2]> {
    Some(parse_disk(&read_to_string("/proc/diskstats").ok()?, &|name| {
        std::path::Path::new("/sys/block").join(name).exists()
    }))
}

fn parse_disk(text: &str, is_whole: &dyn Fn(&str) -> bool) -> [u64; 2] {
    let mut sum = [0; 2];
    for line in text.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let Some(name) = fields.get(2) else { continue };
        // Parts of disks, and disks made of files or of other disks, would count twice.
        let is_made = ["loop", "ram", "dm-", "md", "zram"].iter().any(|kind| name.starts_with(kind));
        if is_made || !is_whole(name) {
            continue;
        }
        for (sum, at) in sum.iter_mut().zip([5, 9]) {
            *sum += fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0) * SECTOR;
        }
    }
    sum
}

/// Received and sent, without loopback.
pub(super) fn machine_network() -> Option<[u64; 2]> {
    Some(parse_network(&read_to_string("/proc/net/dev").ok()?))
}

fn parse_network(text: &str) -> [u64; 2] {
    let mut sum = [0; 2];
    for (name, rest) in text.lines().filter_map(|line| line.split_once(':')) {
        if name.trim() == "lo" {
            continue;
        }
        let fields: Vec<u64> = rest.split_whitespace().filter_map(|field| field.parse().ok()).collect();
        for (sum, at) in sum.iter_mut().zip([0, 8]) {
            *sum += fields.get(at).copied().unwrap_or(0);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_may_hold_anything() {
        let text = "12 (a) b) 3 (c) R 1 2 3 4 5 6 7 8 9 10 250 50 30 10 20 0 7 0 1000 4096000 99";
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.own(), stat.children()), ([2.5, 0.5], [0.3, 0.1]));
        assert_eq!((stat.threads(), stat.started(), stat.virtual_bytes()), (7, 10.0, 4_096_000));
    }

    #[test]
    fn the_files_of_the_machine_are_read() {
        assert_eq!(
            parse_cpu("cpu  100 200 300 400 500 60 40 700 0 0\ncpu0 1"),
            Some([1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 7.0])
        );
        let memory = "MemTotal:  100 kB\nMemFree: 40 kB\nBuffers: 10 kB\nCached: 20 kB\n";
        assert_eq!(parse_memory(memory), Some([30 * 1024, 40 * 1024, 10 * 1024, 20 * 1024]));
        let disks = "8 0 sda 1 0 10 0 1 0 20 0 0 0 0\n8 1 sda1 1 0 10 0 1 0 20 0 0 0 0\n7 0 loop0 1 0 9 0 1 0 9 0 0 0 0\n";
        assert_eq!(parse_disk(disks, &|name| name == "sda" || name == "loop0"), [5120, 10240]);
        let network =
            "Inter-| Receive\n face |bytes\n    lo: 5 0 0 0 0 0 0 0 5 0\n  eth0: 70 0 0 0 0 0 0 0 30 0\n";
        assert_eq!(parse_network(network), [70, 30]);
        assert_eq!(parse_network(""), [0, 0]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_threads_and_descriptors() {
        let stat = Stat::read().unwrap();
        assert!(stat.threads() > 0 && stat.virtual_bytes() > resident_bytes().unwrap());
        assert!(descriptors().unwrap() > 2);
        assert!(machine_uptime().unwrap() >= stat.started());
        assert!(machine_cpu().unwrap()[3] > 0.0 && machine_memory().unwrap()[0] > 0);
    }
}
