//! What the centre counts while it runs, and what it looks up when it is asked, for a Prometheus.
//!
//! What happens often is a counter or histogram held here; what a table knows anyway (queues, sizes)
//! is read at the moment of the question, so that nobody keeps it up to date in vain.

mod look;

use crate::{Centre, CentreError};
use dealbell_protocol::{Millis, stream::ResumeMode};
use prometheus_client::{
    encoding::text::{encode_eof, encode_registry},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
    time::Duration,
};

/// The `Content-Type` of the figures: OpenMetrics, which Prometheus has read since 2.5.
pub const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How an event reached a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// As it was committed.
    Live,
    /// Out of the log, after an absence or a burst.
    Backlog,
}

type Labels<const N: usize> = [(&'static str, String); N];
type Fraction = Gauge<f64, AtomicU64>;

/// The figures of one centre. A handle of it is shared by whoever counts.
pub struct Metrics {
    registry: Registry,
    /// Whose names every program shares, so without our prefix.
    process: Registry,
    live: Counter,
    backlog: Counter,
    starts: Family<Labels<1>, Counter>,
    commits: Histogram,
    groups: Histogram,
    failed_commits: Counter,
    requests: Family<Labels<3>, Counter>,
    connectors: Family<Labels<2>, Gauge>,
    states: Mutex<BTreeMap<String, &'static str>>,
    read_at: Family<Labels<1>, Fraction>,
    behind: Family<Labels<1>, Fraction>,
    looked: look::Gauges,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("dealbell");
        let mut process = Registry::default();
        let events = Family::<Labels<1>, Counter>::default();
        registry.register(
            "stream_events",
            "Events sent to connections, as they happened (live) or out of the log (backlog)",
            events.clone(),
        );
        let starts = Family::default();
        registry.register(
            "stream_starts",
            "Connections that got to the present, by how: resumed, snapshot, reset",
            starts.clone(),
        );
        // 50 µs to 3 s: a good disk takes 0.15 ms.
        let commits = Histogram::new(exponential_buckets(0.000_05, 3.0, 11));
        registry.register_with_unit(
            "commit_duration",
            "How long commits took, from their first step to the disk",
            Unit::Seconds,
            commits.clone(),
        );
        let groups = Histogram::new(exponential_buckets(1.0, 2.0, 9));
        registry.register("commit_steps", "Steps of one commit", groups.clone());
        let failed_commits = Counter::default();
        registry.register(
            "commits_failed",
            "Commits that the disk did not take",
            failed_commits.clone(),
        );
        let requests = Family::default();
        registry.register(
            "http_requests",
            "Requests by method, route and status; publishes are POST /v1/notifications",
            requests.clone(),
        );
        let connectors = Family::default();
        registry.register(
            "connector_state",
            "1 for the state in which each account's connector is",
            connectors.clone(),
        );
        let read_at = Family::default();
        registry.register_with_unit(
            "connector_read_timestamp",
            "When each account was last read, Unix time",
            Unit::Seconds,
            read_at.clone(),
        );
        let behind = Family::default();
        registry.register_with_unit(
            "connector_behind",
            "How old the oldest of what was last read was by then",
            Unit::Seconds,
            behind.clone(),
        );
        let looked = look::Gauges::register(&mut registry, &mut process);
        let way = |name: &str| events.get_or_create_owned(&[("way", name.to_owned())]);
        let (live, backlog) = (way("live"), way("backlog"));
        Self {
            registry,
            process,
            live,
            backlog,
            starts,
            commits,
            groups,
            failed_commits,
            requests,
            connectors,
            states: Mutex::default(),
            read_at,
            behind,
            looked,
        }
    }

    /// Says how the connector of `account` is doing, in one word, and of its last reading when that
    /// was and how old the oldest of it.
    pub fn connector(&self, account: &str, state: &'static str, read: Option<(Millis, Duration)>) {
        let labels = |state: &str| [("account", account.to_owned()), ("state", state.to_owned())];
        // No code panics while it holds this lock, so a poisoned one is as good as any.
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = states.insert(account.to_owned(), state) {
            self.connectors.remove(&labels(earlier));
        }
        self.connectors.get_or_create(&labels(state)).set(1);
        if let Some((at, behind)) = read {
            let of = [("account", account.to_owned())];
            let at = Duration::from_millis(u64::try_from(at).unwrap_or(0));
            self.read_at.get_or_create(&of).set(at.as_secs_f64());
            self.behind.get_or_create(&of).set(behind.as_secs_f64());
        }
    }

    /// Forgets an account that is read no more.
    pub fn forget_connector(&self, account: &str) {
        let of = [("account", account.to_owned())];
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = states.remove(account) {
            let [of] = of.clone();
            self.connectors.remove(&[of, ("state", state.to_owned())]);
        }
        self.read_at.remove(&of);
        self.behind.remove(&of);
    }

    pub(crate) fn committed(&self, took: Duration, steps: usize) {
        self.commits.observe(took.as_secs_f64());
        self.groups.observe(steps as f64);
    }

    pub(crate) fn commit_failed(&self) {
        self.failed_commits.inc();
    }

    pub(crate) fn started(&self, mode: ResumeMode) {
        let mode = match mode {
            ResumeMode::Resumed => "resumed",
            ResumeMode::Snapshot => "snapshot",
            ResumeMode::Reset => "reset",
        };
        self.starts
            .get_or_create(&[("mode", mode.to_owned())])
            .inc();
    }

    pub(crate) fn sent(&self, way: Way) {
        match way {
            Way::Live => self.live.inc(),
            Way::Backlog => self.backlog.inc(),
        };
    }

    /// A route is a template, so no secret and no end of values.
    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16) {
        let labels = [
            ("method", method.to_owned()),
            ("route", route.to_owned()),
            ("status", status.to_string()),
        ];
        self.requests.get_or_create(&labels).inc();
    }
}

impl Centre {
    /// The figures of this centre, for whoever has something to count.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.inner.metrics
    }

    /// All figures of this moment, of the type [`METRICS_TYPE`].
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn metrics_text(&self) -> Result<String, CentreError> {
        let metrics = self.metrics();
        metrics.looked.look(self).await?;
        let mut text = String::new();
        encode_registry(&mut text, &metrics.registry)
            .and_then(|()| encode_registry(&mut text, &metrics.process))
            .and_then(|()| encode_eof(&mut text))
            .expect("a String takes everything");
        Ok(text)
    }
}
