//! Figures that are looked up when they are asked for.

use crate::{
    Centre, CentreError,
    store::{beside, log},
};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};
use sqlx::Row as _;
use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::SystemTime,
};

/// Gauges that are set just before they are read.
pub(super) struct Gauges {
    connections: Gauge,
    waiting: Gauge,
    entries: Gauge,
    unread: Gauge,
    users: Gauge,
    file: Gauge,
    side_file: Gauge,
    resident: Gauge,
    letters: Family<[(&'static str, &'static str); 1], Gauge>,
    pushes: Gauge,
    subscriptions: Family<[(&'static str, &'static str); 1], Gauge>,
    pushes_dropped: Family<[(&'static str, &'static str); 1], Counter>,
    deliveries: Family<[(&'static str, &'static str); 2], Counter>,
}

impl Gauges {
    pub(super) fn register(registry: &mut Registry, process: &mut Registry) -> Self {
        fn gauge(registry: &mut Registry, name: &str, help: &str) -> Gauge {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        }
        fn bytes(registry: &mut Registry, name: &str, help: &str) -> Gauge {
            let gauge = Gauge::default();
            registry.register_with_unit(name, help, Unit::Bytes, gauge.clone());
            gauge
        }
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "Which Dealbell this is", version);
        let started = Gauge::<f64, AtomicU64>::default();
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        started.set(since.unwrap_or_default().as_secs_f64());
        let name = "process_start_time";
        let help = "When the centre was opened, Unix time";
        process.register_with_unit(name, help, Unit::Seconds, started);
        let letters = Family::default();
        registry.register(
            "letters",
            "Letters that wait to be sent, and those that are tried no more",
            letters.clone(),
        );
        let subscriptions = Family::default();
        registry.register(
            "push_subscriptions",
            "Browsers and phones that are pushed to, by whether their last push was taken",
            subscriptions.clone(),
        );
        let pushes_dropped = Family::default();
        registry.register(
            "pushes_dropped",
            "Notifications that were not pushed after all, by reason",
            pushes_dropped.clone(),
        );
        let deliveries = Family::default();
        registry.register(
            "deliveries",
            "Attempts to deliver beyond the stream, by channel and how they ended",
            deliveries.clone(),
        );
        Self {
            letters,
            pushes: gauge(
                registry,
                "pushes_waiting",
                "Notifications that wait to be pushed, counted for each browser and phone",
            ),
            subscriptions,
            pushes_dropped,
            deliveries,
            connections: gauge(registry, "connections", "Open stream connections"),
            waiting: gauge(registry, "writer_queue", "Steps that wait for the writer"),
            entries: gauge(registry, "log_entries", "Entries of all logs together"),
            unread: gauge(registry, "unread", "Unread notifications of all users"),
            users: gauge(registry, "users", "Users"),
            file: bytes(registry, "database_size", "The database file"),
            side_file: bytes(
                registry,
                "database_wal_size",
                "The write-ahead log beside it",
            ),
            resident: bytes(
                process,
                "process_resident_memory",
                "Memory of the process in RAM",
            ),
        }
    }

    pub(super) async fn look(&self, centre: &Centre) -> Result<(), CentreError> {
        self.connections.set(signed(centre.connections()));
        self.waiting.set(signed(centre.writer().waiting()));
        // An entry for each number since the last deleted one: nothing has to be counted.
        let sums = sqlx::query(
            "SELECT count(*) AS users, coalesce(sum(seq - trimmed), 0) AS entries,
             coalesce(sum(unread), 0) AS unread FROM users",
        )
        .fetch_one(centre.read())
        .await?;
        self.users.set(sums.try_get("users")?);
        self.entries.set(sums.try_get("entries")?);
        self.unread.set(sums.try_get("unread")?);
        let counts = centre.letter_counts().await?;
        for (state, count) in [("waiting", counts.waiting), ("dead", counts.dead)] {
            let gauge = self.letters.get_or_create_owned(&[("state", state)]);
            gauge.set(log::signed(count));
        }
        for (outcome, count) in [
            ("sent", counts.sent),
            ("failed", counts.failed),
            ("dropped", counts.dropped),
        ] {
            let labels = [("channel", "email"), ("outcome", outcome)];
            let counter = self.deliveries.get_or_create_owned(&labels);
            counter.inner().fetch_max(count, Relaxed);
        }
        let pushes = centre.push_counts().await?;
        self.pushes.set(log::signed(pushes.waiting));
        let well = pushes.subscriptions - pushes.troubled;
        for (state, count) in [("well", well), ("troubled", pushes.troubled)] {
            let gauge = self.subscriptions.get_or_create_owned(&[("state", state)]);
            gauge.set(log::signed(count));
        }
        for (outcome, count) in [("sent", pushes.sent), ("failed", pushes.failed)] {
            let labels = [("channel", "push"), ("outcome", outcome)];
            let counter = self.deliveries.get_or_create_owned(&labels);
            counter.inner().fetch_max(count, Relaxed);
        }
        for (reason, count) in pushes.dropped {
            let counter = self
                .pushes_dropped
                .get_or_create_owned(&[("reason", reason)]);
            counter.inner().fetch_max(count, Relaxed);
        }
        let path = &centre.inner.store.path;
        self.file.set(size(path));
        self.side_file.set(size(&beside(path, "-wal")));
        if let Some(resident) = resident() {
            self.resident.set(resident);
        }
        Ok(())
    }
}

fn signed(count: usize) -> i64 {
    log::signed(u64::try_from(count).unwrap_or(u64::MAX))
}

fn size(path: &Path) -> i64 {
    std::fs::metadata(path).map_or(0, |about| log::signed(about.len()))
}

/// Bytes of this process in RAM, as Linux tells it; other systems have no such file.
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let resident: i64 = resident.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(resident * 1_024)
}
