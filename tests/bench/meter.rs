//! What a sandbox in this process has let through, by resource. It names each admitted request in
//! its log; what came beyond that it has refused.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// How many requests, by path under `/api/v4/`.
pub(crate) type Counts = BTreeMap<String, u64>;

/// Admitted requests since the process began; clones show the same.
#[derive(Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Counts>>);

impl Meter {
    /// Begins to count; once in a process.
    ///
    /// # Errors
    /// When somebody else listens to the log.
    pub(crate) fn install() -> Result<Self> {
        let meter = Self::default();
        let only = Targets::new().with_target("dealbell_sandbox::api", LevelFilter::DEBUG);
        let counting = meter.clone().with_filter(only);
        tracing_subscriber::registry().with(counting).try_init()?;
        Ok(meter)
    }

    /// How many so far.
    pub(crate) fn counts(&self) -> Counts {
        self.lock().clone()
    }

    /// How many since it showed `before`.
    pub(crate) fn since(&self, before: &Counts) -> Counts {
        let mut counts = self.counts();
        for (path, count) in &mut counts {
            *count -= before.get(path).copied().unwrap_or_default();
        }
        counts.retain(|_, count| *count > 0);
        counts
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most frequent first: `` `tasks` 41, `events` 1``.
pub(crate) fn listed(counts: &Counts) -> String {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let each: Vec<String> = counts
        .iter()
        .map(|(path, count)| format!("`{path}` {count}"))
        .collect();
    each.join(", ")
}

impl<S: Subscriber> Layer<S> for Meter {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut path = Path(None);
        event.record(&mut path);
        if let Some(path) = path.0 {
            *self.lock().entry(path).or_default() += 1;
        }
    }
}

/// The path in an event's `uri`.
struct Path(Option<String>);

impl Visit for Path {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "uri" {
            let uri = format!("{value:?}");
            let path = uri.split('?').next().unwrap_or_default();
            self.0 = Some(path.trim_start_matches("/api/v4/").to_owned());
        }
    }
}
