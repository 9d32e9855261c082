//! A collector under measurement: pinned, its CPU time and memory read from the kernel.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Ticks a second in `/proc/PID/stat`; 100 on every Linux of today.
const TICKS: f64 = 100.0;

/// Pins this process. Where there is no second core, figures mix load and collector: a warning says so.
pub fn pin_to_core(core: usize) {
    let mine = std::process::id().to_string();
    let pinned =
        Command::new("taskset").args(["-cp", &core.to_string(), &mine]).stdout(Stdio::null()).status();
    if !pinned.is_ok_and(|status| status.success()) {
        eprintln!("warning: cannot pin to core {core}; figures include what runs beside the collector");
    }
}

/// A running collector; killed when dropped.
pub struct Collector {
    child: Child,
}

impl Collector {
    /// Starts `binary` on its cores and waits until `port` takes connections; the time that took.
    pub async fn start(
        binary: &Path,
        arguments: &[String],
        environment: &[(String, String)],
        cores: &str,
        port: u16,
    ) -> anyhow::Result<(Self, Duration)> {
        let begun = Instant::now();
        let child = Command::new("taskset")
            .args(["-c", cores])
            .arg(binary)
            .args(arguments)
            .envs(environment.iter().cloned())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut collector = Collector { child };
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if let Some(status) = collector.child.try_wait()? {
                bail!("{} ended with {status}; run it by hand to see why", binary.display());
            }
            if begun.elapsed() > Duration::from_secs(20) {
                bail!("{} does not listen on port {port}", binary.display());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok((collector, begun.elapsed()))
    }

    /// CPU seconds so far, user and system.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after_name = stat.rsplit_once(") ").context("unreadable stat")?.1;
        let ticks: u64 =
            after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(ticks as f64 / TICKS)
    }

    /// Memory in MiB: `VmRSS` now, or `VmHWM`, the peak.
    pub fn memory_mib(&self, field: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).context("no such field")?;
        let kib = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<f64>()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // It is only measured: nothing is lost with it. A failure means that it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
