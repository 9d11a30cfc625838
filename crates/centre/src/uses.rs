//! When devices were last used: gathered, and written many at once.

use crate::{Centre, refusal::Refusal};
use dealbell_protocol::{DeviceId, Millis, rest::DeviceRow};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How exact the last use of a device that stays connected is.
pub(crate) const EVERY: Duration = Duration::from_secs(10 * 60);
/// How long a use waits for others to be written with.
const GATHER: Duration = Duration::from_secs(1);

/// A use of a device, and what it said of itself, where it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) at: Millis,
    pub(crate) platform: Option<String>,
    pub(crate) name: Option<String>,
}

impl Use {
    /// Puts what is not written yet over what is.
    pub(crate) fn tell(&self, device: &mut DeviceRow) {
        device.last_used_at = device.last_used_at.max(Some(self.at));
        if let Some(platform) = &self.platform {
            device.platform.clone_from(platform);
        }
        if let Some(name) = self.name.as_ref().filter(|_| device.name.is_empty()) {
            device.name.clone_from(name);
        }
    }
}

/// Uses that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    waiting: Mutex<HashMap<DeviceId, Use>>,
}

impl Uses {
    /// What is not written yet of a device.
    pub(crate) fn of(&self, device: DeviceId) -> Option<Use> {
        self.locked().get(&device).cloned()
    }

    /// Adds a use. True for the first to wait, for which somebody has to come back.
    fn add(&self, device: DeviceId, newer: Use) -> bool {
        let mut waiting = self.locked();
        let first = waiting.is_empty();
        let known = waiting.entry(device).or_insert_with(|| newer.clone());
        known.at = newer.at;
        known.platform = newer.platform.or_else(|| known.platform.take());
        known.name = newer.name.or_else(|| known.name.take());
        first
    }

    fn all(&self) -> HashMap<DeviceId, Use> {
        self.locked().clone()
    }

    /// Forgets what was written. True where nothing came meanwhile.
    fn written(&self, written: &HashMap<DeviceId, Use>) -> bool {
        let mut waiting = self.locked();
        waiting.retain(|device, newer| written.get(device) != Some(newer));
        waiting.is_empty()
    }

    /// No code panics while it holds this lock, so a poisoned one is as good as any.
    fn locked(&self) -> MutexGuard<'_, HashMap<DeviceId, Use>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a use now is worth writing, after that of `last`.
pub(crate) fn is_due(last: Option<Millis>, now: Millis) -> bool {
    let every = Millis::try_from(EVERY.as_millis()).unwrap_or(Millis::MAX);
    last.is_none_or(|last| now.saturating_sub(last) >= every)
}

impl Centre {
    /// Remembers a use; all that come within a second are one write.
    pub(crate) fn gather_use(&self, device: DeviceId, newer: Use) {
        if !self.uses().add(device, newer) {
            return;
        }
        let centre = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(GATHER).await;
                match centre.write_uses().await {
                    Ok(true) => return,
                    Ok(false) => {}
                    // Who used what when is no reason to trouble anybody; the next use tells it.
                    Err(refusal) => tracing::debug!(reason = %refusal, "uses were not written"),
                }
            }
        });
    }

    /// Writes what waits. True where nothing came meanwhile.
    pub(crate) async fn write_uses(&self) -> Result<bool, Refusal> {
        let uses = self.uses().all();
        let rows = uses.clone();
        let written = self.writer().write(move |step| {
            Box::pin(async move {
                for (device, used) in rows {
                    sqlx::query(
                        "UPDATE devices SET last_used_at = max(coalesce(last_used_at, 0), ?),
                         platform = coalesce(?, platform),
                         name = CASE name WHEN '' THEN coalesce(?, '') ELSE name END WHERE id = ?",
                    )
                    .bind(used.at)
                    .bind(used.platform)
                    .bind(used.name)
                    .bind(device.to_string())
                    .execute(&mut step.db)
                    .await?;
                }
                Ok(())
            })
        });
        written.await?;
        Ok(self.uses().written(&uses))
    }
}
