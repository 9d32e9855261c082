//! What is recorded within a helper belongs to it, by whatever library it is recorded.

use std::future::Future;

use opentelemetry::context::FutureExt;
use opentelemetry::{Context, ContextGuard};

/// Something that other spans, log records and metrics happen within.
pub trait Scope {
    /// The context with its span.
    fn context(&self) -> Context;

    /// Runs `work` within it.
    fn run<T>(&self, work: impl FnOnce() -> T) -> T
    where
        Self: Sized,
    {
        let _within = self.context().attach();
        work()
    }

    /// Makes each poll of `work` happen within it.
    fn wrap<F: Future>(&self, work: F) -> impl Future<Output = F::Output>
    where
        Self: Sized,
    {
        work.with_context(self.context())
    }

    /// Enters it on this thread, until the guard is dropped. Not across an `await`: that is what [`wrap`](Self::wrap) is for.
    #[must_use]
    fn enter(&self) -> ContextGuard {
        self.context().attach()
    }
}

/// For the helpers that hold a `Stretch` while there is somebody to tell of it.
macro_rules! scope {
    ($helper:ty) => {
        impl crate::record::Scope for $helper {
            fn context(&self) -> opentelemetry::Context {
                self.inner
                    .as_ref()
                    .map_or_else(opentelemetry::Context::current, |inner| inner.node.context.clone())
            }
        }
    };
}

pub(super) use scope;
