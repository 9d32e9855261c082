//! What the collector's process costs, under the Collector's names.

use codeagent_pipeline::Host;
use codeagent_semconv::metric;

/// Registers the metrics; each is read when somebody looks. CPU time and memory are read on Linux only.
pub fn register(host: &Host) {
    let started = host.started;
    let uptime = move || started.elapsed().ok().map(|elapsed| elapsed.as_secs_f64());
    host.metrics.gauge(&metric::OTELCOL_PROCESS_UPTIME, &[], uptime);
    #[cfg(target_os = "linux")]
    {
        let status = |key| move || linux::status_bytes(&linux::read("/proc/self/status"), key);
        host.metrics.gauge(&metric::OTELCOL_PROCESS_MEMORY_RSS, &[], status("VmRSS:"));
        let total = &metric::OTELCOL_PROCESS_RUNTIME_TOTAL_SYS_MEMORY_BYTES;
        host.metrics.gauge(total, &[], status("RssAnon:"));
        let cpu = || linux::cpu_seconds(&linux::read("/proc/self/stat"));
        host.metrics.gauge(&metric::OTELCOL_PROCESS_CPU_SECONDS, &[], cpu);
    }
}

#[cfg(target_os = "linux")]
mod linux {
    /// `USER_HZ`: what the kernel counts in for programs, whatever its own clock is.
    const TICKS_PER_SECOND: f64 = 100.0;

    pub fn read(path: &str) -> String {
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// A line of `/proc/self/status`, which are in KiB.
    pub fn status_bytes(status: &str, key: &str) -> Option<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some((kib << 10) as f64)
    }

    /// User and system time of `/proc/self/stat`: fields 14 and 15, counted behind the name in parentheses, which
    /// may have spaces in it.
    pub fn cpu_seconds(stat: &str) -> Option<f64> {
        let (_, fields) = stat.rsplit_once(')')?;
        let mut fields = fields.split_ascii_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        Some((ticks()? + ticks()?) as f64 / TICKS_PER_SECOND)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_process_is_read_from_what_the_kernel_says() {
            let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 3 0 1 1 1";
            assert_eq!(cpu_seconds(stat), Some(3.0));
            assert_eq!(cpu_seconds(""), None);
            let status = "Name:\tx\nVmRSS:\t  12 kB\n";
            assert_eq!(status_bytes(status, "VmRSS:"), Some(12.0 * 1024.0));
            assert_eq!(status_bytes(status, "RssAnon:"), None);
        }

        #[test]
        fn this_process_has_memory_and_has_computed() {
            assert!(status_bytes(&read("/proc/self/status"), "VmRSS:") > Some(1e5));
            assert!(cpu_seconds(&read("/proc/self/stat")).is_some());
        }
    }
}
