//! Reloads: the new configuration is read, checked and built beside the running one, then takes over whole or
//! not at all.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use codeagent_components::net::pages::Guard;
use codeagent_config::{Diagnostics, Document, Section};
use codeagent_pipeline::Host;
use codeagent_semconv::value::ReloadOutcome;

use super::Setup;
use super::collector::{Changes, Collector, Failure};
use super::greeting;
use super::orders::Orders;
use super::pages::Pages;
use super::reloads::Reloads;
use super::report::Ending;
use crate::commands;
use crate::graph::Graph;
use crate::telemetry::Page;

/// A running collector, and all that it takes to read its configuration again.
pub(super) struct Reloader {
    setup: Setup,
    document: Document,
    collector: Collector,
    page: Option<Page>,
    pages: Pages,
    reloads: Arc<Reloads>,
    orders: Arc<Orders>,
}

impl Reloader {
    /// Starts all of `graph`, which was built from `document`, and the own pages; or nothing.
    pub async fn start(
        document: Document,
        graph: Graph,
        page: Option<Page>,
        setup: Setup,
    ) -> anyhow::Result<Self> {
        let reloads = Reloads::new(&graph.host.metrics);
        let orders = Orders::new(graph.host.ledger.clone());
        let pages = Pages::open(page.as_ref(), &graph.host, &reloads, &orders).await?;
        let collector = Collector::start(graph, *setup.options.drain_timeout).await?;
        orders.are_about(collector.queues(), collector.holds());
        Ok(Reloader { setup, document, collector, page, pages, reloads, orders })
    }

    /// What all components share.
    pub fn host(&self) -> &Host {
        self.collector.host()
    }

    /// What components get to deliver what they hold when they stop.
    pub fn drain(&self) -> Duration {
        *self.setup.options.drain_timeout
    }

    /// Says what listens where.
    pub fn greet(&self, kept: Option<&Path>) {
        greeting::greet(
            self.collector.receivers(),
            self.page.as_ref().map(|page| page.address.as_str()),
            kept,
        );
    }

    /// Whether a reload may begin now.
    pub fn may_reload(&self) -> bool {
        self.collector.may_be_replaced()
    }

    /// Waits until something that a reload replaced has ended.
    pub async fn retired(&mut self) {
        self.collector.retired().await;
    }

    /// Takes nothing new, delivers what is held, and says how that went.
    pub async fn stop(&mut self) -> Ending {
        self.collector.stop().await
    }

    /// Reads the configuration again and runs it. What came of it is logged and counted.
    ///
    /// # Errors
    /// When what had to make room for the new did not start again: the collector must stop.
    pub async fn reload(&mut self, cause: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        tracing::info!(cause, "reading the configuration again");
        let (document, page, diagnostics) = match self.read().await {
            Ok(read) => read,
            Err(problems) => {
                tracing::error!("the new configuration is refused, nothing changed:\n{problems}");
                self.reloads.record(ReloadOutcome::Invalid, &problems);
                return Ok(());
            }
        };
        if !diagnostics.is_empty() {
            tracing::warn!("the new configuration:\n{}", diagnostics.render(false));
        }
        if document.is_same(&self.document) {
            tracing::info!("the configuration says what it said before, nothing changed");
            self.reloads.record(ReloadOutcome::Unchanged, "");
            return Ok(());
        }
        match self.replace(document, page).await {
            Ok(changes) => self.tell(&changes, begun.elapsed()),
            Err(Failure::Unchanged(message)) => {
                tracing::error!(message, "the new configuration does not start, the old one runs on");
                self.reloads.record(ReloadOutcome::Failed, &message);
            }
            Err(broken @ Failure::Broken { .. }) => {
                self.reloads.record(ReloadOutcome::Failed, &broken.to_string());
                return Err(broken).context("a reload failed half way, the collector stops");
            }
        }
        Ok(())
    }

    /// The new configuration, all of it built once to find its mistakes. It is built apart from all that runs.
    async fn read(&self) -> Result<(Document, Option<Page>, Diagnostics), String> {
        let (sources, data_dir) = (self.setup.options.sources.clone(), self.setup.data_dir.clone());
        let threads = self.setup.threads;
        // files are read and patterns compiled meanwhile, which the data need not wait for
        let checking = tokio::task::spawn_blocking(move || {
            let mut diagnostics = Diagnostics::new();
            let checked = commands::check(&sources, &data_dir, threads, &mut diagnostics);
            match checked.filter(|_| !diagnostics.has_errors()) {
                Some(checked) => Ok((checked.document, checked.settings.page, diagnostics)),
                None => Err(diagnostics.render(false)),
            }
        });
        checking.await.unwrap_or_else(|error| Err(format!("reading it failed: {error}")))
    }

    async fn replace(&mut self, document: Document, page: Option<Page>) -> Result<Changes, Failure> {
        let address = |page: &Option<Page>| page.as_ref().map(|page| page.address.clone());
        let tls = page.as_ref().map(|page| page.tls(&self.host().metrics)).transpose();
        let tls = tls.map_err(|error| Failure::Unchanged(error.message))?.flatten();
        let pages = if address(&page) == address(&self.page) {
            None
        } else {
            let pages = Pages::open(page.as_ref(), self.host(), &self.reloads, &self.orders).await;
            Some(pages.map_err(|error| Failure::Unchanged(format!("{error:#}")))?)
        };
        let changes = self.collector.replace(&document, &self.document).await?;
        self.orders.are_about(self.collector.queues(), self.collector.holds());
        let is_moved = page != self.page;
        if let Some(pages) = pages {
            self.pages = pages;
        }
        if let Some(page) = &page {
            // Also where the page is as it was: its authenticator may have another password now.
            self.pages.guard(Guard { authenticator: page.authenticator(self.host()), tls });
        }
        warn_of_telemetry(&self.document.service.telemetry, &document.service.telemetry, is_moved);
        (self.page, self.document) = (page, document);
        Ok(changes)
    }

    fn tell(&self, changes: &Changes, elapsed: Duration) {
        let Changes { started, stopped, kept } = changes;
        let (started, stopped) = (started.join(", "), stopped.join(", "));
        tracing::info!(kept, started, stopped, ?elapsed, "the new configuration runs");
        self.reloads.record(ReloadOutcome::Applied, "");
    }
}

/// What the collector sends of itself is set up once.
fn warn_of_telemetry(before: &Section, now: &Section, is_page_moved: bool) {
    let changed = |key: &str| match (before.at(key), now.at(key)) {
        (Some(before), Some(now)) => !before.is_same(&now),
        (before, now) => before.is_some() != now.is_some(),
    };
    let changed =
        before.keys().chain(now.keys()).find(|key| changed(key) && !(is_page_moved && *key == "metrics"));
    if let Some(key) = changed {
        tracing::warn!(
            changed = format!("service::telemetry::{key}"),
            "needs a restart: of the collector's own telemetry a reload changes only the page"
        );
    }
}
