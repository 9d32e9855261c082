//! The real binary as a child process.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::http;
use crate::patience::{PATIENCE, eventually};
use crate::ports::free_port;
use crate::status::{Reload, Status};
use crate::volume::Volume;

/// What every test's configuration is merged over: the OTLP receiver, health and own metrics on free ports.
const BASE: &str = r#"
receivers:
  otlp:
    protocols:
      grpc: {endpoint: "127.0.0.1:${env:OTLP_GRPC_PORT}"}
      http: {endpoint: "127.0.0.1:${env:OTLP_HTTP_PORT}"}
extensions:
  health_check: {endpoint: "127.0.0.1:${env:HEALTH_PORT}"}
service:
  extensions: [health_check]
  telemetry:
    metrics:
      readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: "${env:METRICS_PORT}"}}}}]
"#;

/// A collector at work; it is killed when dropped.
pub struct Collector {
    child: Child,
    folder: TempDir,
    ports: Ports,
    launch: Launch,
}

/// How it is started, the first time and again.
#[derive(Default)]
struct Launch {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    /// A command that becomes the one behind it.
    through: Vec<String>,
}

impl Launch {
    fn new(arguments: &[&str]) -> Self {
        Launch { arguments: arguments.iter().map(ToString::to_string).collect(), ..Launch::default() }
    }

    /// With the configuration of a test.
    fn merged(more: &[&str]) -> Self {
        Launch::new(&[&["run", "--config", "base.yaml", "--config", "test.yaml"], more].concat())
    }
}

/// Where it listens; kept over a restart.
#[derive(Clone, Copy)]
struct Ports {
    grpc: u16,
    http: u16,
    health: u16,
    metrics: u16,
}

impl Ports {
    fn free() -> Self {
        Ports { grpc: free_port(), http: free_port(), health: free_port(), metrics: free_port() }
    }
}

/// The binary that was built beside the tests, or that of `CODEAGENT_COLLECTOR`.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("CODEAGENT_COLLECTOR") {
        return path.into();
    }
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join("codeagent-collector");
    assert!(path.exists(), "{} is missing: cargo build --package codeagent-collector", path.display());
    path
}

/// Runs the binary to its end, in a folder of its own.
pub async fn run_to_end(arguments: &[&str], files: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(folder.path()).env("CODEAGENT_DATA_DIR", folder.path().join("data"));
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    tokio::time::timeout(PATIENCE, output).await.expect("it ends").unwrap()
}

impl Collector {
    /// Starts it with this configuration merged over a base that has the receiver `otlp`, and waits until it is ready.
    pub async fn start(config: &str) -> Self {
        Self::start_more(config, &[]).await
    }

    /// [`Collector::start`] with more arguments.
    pub async fn start_more(config: &str, more: &[&str]) -> Self {
        Self::start_merged(config, Launch::merged(more)).await
    }

    /// [`Collector::start_more`] with more variables in its environment.
    pub async fn start_in(config: &str, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
        let environment = environment.iter().map(owned).collect();
        Self::start_merged(config, Launch { environment, ..Launch::merged(more) }).await
    }

    /// [`Collector::start`], deaf to this signal, such as `XFSZ`: the one for a file over [`Collector::limit_files`].
    pub async fn start_deaf(config: &str, signal: &'static str) -> Self {
        // what a shell ignores is ignored by what it becomes
        let ignore = format!("trap '' {signal}; exec \"$0\" \"$@\"");
        let through = ["sh", "-c", &ignore].map(str::to_owned).to_vec();
        Self::start_merged(config, Launch { through, ..Launch::merged(&[]) }).await
    }

    /// [`Collector::start`] where it sees this filesystem.
    pub async fn start_on(config: &str, volume: &Volume) -> Self {
        // who enters a namespace stands at its root
        let enter = "cd \"$COLLECTOR_FOLDER\" && exec \"$0\" \"$@\"".to_owned();
        let through = [volume.command(), vec!["sh".to_owned(), "-c".to_owned(), enter]].concat();
        Self::start_merged(config, Launch { through, ..Launch::merged(&[]) }).await
    }

    /// Starts it with these arguments and files alone, and waits until it is ready. Its configuration takes the ports
    /// from `${env:OTLP_GRPC_PORT}`, `OTLP_HTTP_PORT`, `HEALTH_PORT` and `METRICS_PORT`.
    pub async fn start_with(arguments: &[&str], files: &[(&str, &str)]) -> Self {
        Self::launch(Launch::new(arguments), files).await
    }

    async fn start_merged(config: &str, launch: Launch) -> Self {
        Self::launch(launch, &[("base.yaml", BASE), ("test.yaml", config)]).await
    }

    async fn launch(launch: Launch, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let ports = Ports::free();
        let child = spawn(folder.path(), ports, &launch);
        let mut collector = Collector { child, folder, ports, launch };
        collector.wait_until_ready().await;
        collector
    }

    async fn wait_until_ready(&mut self) {
        let health = format!("http://127.0.0.1:{}/", self.ports.health);
        let child = &mut self.child;
        let folder = self.folder.path();
        eventually("the collector is ready", async || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("it ended with {status}: {}", log_of(folder));
            }
            http::get_json(&health).await.map(drop)
        })
        .await;
    }

    /// Kills it at once (SIGKILL), as the kernel does when memory is short.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Starts it again after [`Collector::kill`], with the same folder, ports and arguments.
    pub async fn restart(&mut self) {
        self.begin_restart();
        self.wait_until_ready().await;
    }

    /// [`Collector::restart`] without waiting for anything.
    pub fn begin_restart(&mut self) {
        self.child = spawn(self.folder.path(), self.ports, &self.launch);
    }

    /// Puts another `test.yaml` in the place of the one that it runs.
    pub fn write_config(&self, config: &str) {
        let path = self.folder.path();
        fs::write(path.join("next.yaml"), config).unwrap();
        fs::rename(path.join("next.yaml"), path.join("test.yaml")).unwrap();
    }

    /// Lets it reload, with this configuration in the place of the one of [`Collector::start`]; what became of it.
    pub async fn reload(&self, config: &str) -> Reload {
        let before = self.last_reload().await.map(|reload| reload.time);
        self.write_config(config);
        self.signal("-HUP").await;
        self.reloaded_since(before).await
    }

    /// What became of the last reload, if there was one.
    pub async fn last_reload(&self) -> Option<Reload> {
        self.status().await.configuration.last_reload
    }

    /// Waits for a reload after the one of this time, if there was one.
    pub async fn reloaded_since(&self, before: Option<f64>) -> Reload {
        eventually("it reloads", async || {
            let reload = self.last_reload().await.filter(|reload| Some(reload.time) != before);
            reload.ok_or_else(|| "no reload yet".to_owned())
        })
        .await
    }

    /// Stops all its threads in the middle of what they do (SIGSTOP), until [`Collector::wake`].
    pub async fn freeze(&self) {
        self.signal("-STOP").await;
    }

    /// Lets it go on after [`Collector::freeze`].
    pub async fn wake(&self) {
        self.signal("-CONT").await;
    }

    async fn signal(&self, signal: &str) {
        let id = self.child.id().expect("it runs").to_string();
        // Through a program, since sending a signal to another process takes unsafe code here.
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
    }

    /// Lets no file grow beyond so many bytes, or `unlimited`.
    pub async fn limit_files(&self, bytes: &str) {
        let process = self.child.id().expect("it runs").to_string();
        let limit = format!("--fsize={bytes}:");
        let output = Command::new("prlimit").args(["--pid", &process, &limit]).output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// `http://127.0.0.1:port` of OTLP over gRPC.
    pub fn grpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.grpc)
    }

    /// `http://127.0.0.1:port` of OTLP over HTTP.
    pub fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.http)
    }

    /// `host:port` of its own metrics and its status.
    pub fn own_endpoint(&self) -> String {
        format!("127.0.0.1:{}", self.ports.metrics)
    }

    /// The most memory that it ever had resident, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let id = self.child.id().expect("it runs");
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
    }

    /// Its own folder; `data` in it is the collector's.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// All that it printed so far.
    pub fn log(&self) -> String {
        log_of(self.folder.path())
    }

    /// Its own metrics, as Prometheus text.
    pub async fn metrics(&self) -> String {
        let url = format!("http://127.0.0.1:{}/metrics", self.ports.metrics);
        let answer = http::send("GET", &url, &[], Default::default()).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    /// The ledger as it is now.
    pub async fn status(&self) -> Status {
        let url = format!("http://127.0.0.1:{}/status", self.ports.metrics);
        let value = http::get_json(&url).await.unwrap();
        serde_json::from_value(value).unwrap()
    }

    /// The ledger once nothing is in flight, balanced.
    pub async fn settled(&self) -> Status {
        eventually("nothing is in flight", async || {
            let status = self.status().await;
            let busy = status.nodes.iter().filter(|node| node.in_flight > 0).count();
            if busy == 0 { Ok(status) } else { Err(format!("{busy} nodes hold items: {status:?}")) }
        })
        .await
    }

    /// Lets it come to rest, checks its ledger, stops it as an operator does, and checks that it ended well.
    pub async fn finish(self) -> Status {
        let status = self.settled().await;
        status.assert_balanced();
        let (exit, log) = self.stop().await;
        assert!(exit.success(), "it ended with {exit}: {log}");
        status
    }

    /// SIGTERM, and how it ended, with all that it printed.
    pub async fn stop(mut self) -> (ExitStatus, String) {
        let exit = self.terminate().await;
        (exit, self.log())
    }

    /// [`Collector::stop`], after which it can be started again.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.signal("-TERM").await;
        let exit = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let exit = exit.unwrap_or_else(|_| panic!("it does not stop: {}", self.log())).unwrap();
        assert_eq!(exit.signal(), None, "SIGTERM is handled: {}", self.log());
        exit
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the collector's log\n{}", self.log());
        }
    }
}

fn spawn(folder: &Path, ports: Ports, launch: &Launch) -> Child {
    let log = File::options().create(true).append(true).open(folder.join("log")).unwrap();
    let mut words = launch.through.iter().map(OsString::from).chain([binary().into()]);
    let mut command = Command::new(words.next().expect("the binary at least"));
    command.args(words);
    command
        .args(&launch.arguments)
        .current_dir(folder)
        .envs(launch.environment.iter().map(|(name, value)| (name, value)))
        .env("COLLECTOR_FOLDER", folder)
        .env("CODEAGENT_DATA_DIR", folder.join("data"))
        .env("OTLP_GRPC_PORT", ports.grpc.to_string())
        .env("OTLP_HTTP_PORT", ports.http.to_string())
        .env("HEALTH_PORT", ports.health.to_string())
        .env("METRICS_PORT", ports.metrics.to_string())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

fn log_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}
