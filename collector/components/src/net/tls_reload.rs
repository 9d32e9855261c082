//! TLS settings that follow their files: what is in use is replaced as a whole, or stays.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use codeagent_pipeline::telemetry::{Counter, Registry};
use codeagent_semconv::metric;
use parking_lot::{Mutex, RwLock};

use super::tls_expiry::not_after;
use super::tls_files::{Look, Pem, PemFiles, PemSource};

/// Makes TLS settings of PEM texts, given in the order of the sources.
type Build<T> = Box<dyn Fn(&[Option<Pem>]) -> Result<T, String> + Send + Sync>;

/// No certificate is in use.
const NO_EXPIRY: i64 = i64::MIN;

/// TLS settings of type `T`, made of PEM texts.
pub(super) struct Reloading<T> {
    current: RwLock<Arc<T>>,
    files: Mutex<PemFiles>,
    build: Build<T>,
    metrics: TlsMetrics,
}

/// What is told about one `tls` section.
pub(super) struct TlsMetrics {
    path: String,
    reloads: Counter,
    failures: Counter,
    not_after: Arc<AtomicI64>,
}

impl TlsMetrics {
    /// Registers the metrics of the section `path`.
    pub fn register(metrics: &Registry, path: &str) -> Self {
        let labels = [("path", path)];
        let ends = Arc::new(AtomicI64::new(NO_EXPIRY));
        let read = ends.clone();
        metrics.gauge(&metric::CODEAGENT_TLS_CERTIFICATE_EXPIRY, &labels, move || {
            Some(read.load(Ordering::Relaxed)).filter(|ends| *ends != NO_EXPIRY).map(|ends| ends as f64)
        });
        TlsMetrics {
            path: path.to_owned(),
            reloads: metrics.counter(&metric::CODEAGENT_TLS_RELOADS, &labels),
            failures: metrics.counter(&metric::CODEAGENT_TLS_RELOAD_FAILURES, &labels),
            not_after: ends,
        }
    }

    /// A chain ends with its first certificate to end.
    fn in_use(&self, chain: Option<&Pem>) {
        let chain = chain.and_then(|pem| pem.certificates().ok()).unwrap_or_default();
        let ends = chain.iter().filter_map(not_after).min();
        self.not_after.store(ends.unwrap_or(NO_EXPIRY), Ordering::Relaxed);
    }
}

impl<T> Reloading<T> {
    /// Reads the sources for the first time. The first one is the certificate chain.
    pub fn read(sources: Vec<PemSource>, build: Build<T>, metrics: TlsMetrics) -> Result<Self, String> {
        let files = PemFiles::read(sources)?;
        let current = RwLock::new(Arc::new(build(files.used())?));
        metrics.in_use(files.used()[0].as_ref());
        Ok(Reloading { current, files: Mutex::new(files), build, metrics })
    }

    /// What is in use.
    pub fn current(&self) -> Arc<T> {
        self.current.read().clone()
    }

    /// When to [`Reloading::look`] next; never where nothing is to be read again.
    pub fn next_look(&self) -> Option<Instant> {
        self.files.lock().next_look()
    }

    /// Reads the files that are due. What is wrong is said once, and what was in use stays: it may still be valid,
    /// so that nobody is sent away.
    pub fn look(&self) {
        let mut files = self.files.lock();
        let (path, failures) = (&self.metrics.path, &self.metrics.failures);
        let found = match files.look() {
            Look::Same => return,
            Look::Changed(found) => found,
            Look::Failed(error) => {
                failures.add(1);
                return tracing::warn!(path, error, "cannot read TLS files again, the old ones stay in use");
            }
        };
        match (self.build)(&found) {
            Ok(made) => {
                *self.current.write() = Arc::new(made);
                self.metrics.in_use(found[0].as_ref());
                self.metrics.reloads.add(1);
                files.use_these(found);
                tracing::info!(path, "TLS files have changed: new connections use the new ones");
            }
            Err(error) => {
                if files.refuse_these(found) {
                    failures.add(1);
                    tracing::warn!(path, error, "changed TLS files cannot be used, the old ones stay in use");
                }
            }
        }
    }
}
