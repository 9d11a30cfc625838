//! Reading the CRM: what is asked for, and what came. Nothing is compared or kept here, so that the
//! clock can be watched meanwhile and a reading can be dropped at any moment.

use super::roster::Roster;
use super::{ConnectorStatus, Trouble};
use crate::client::{Client, ClientError};
use crate::memory::Checkpoint;
use crate::model::{CrmUserId, Event, Seconds, Task};
use dealbell_protocol::ingest::Ingest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::watch;

/// Each reading begins this long before the newest change seen, since the CRM may show a change
/// later than it dates it. What is met again is known and says nothing.
pub(super) const OVERLAP: Seconds = 30;
const DELETED: &str = "task_deleted";
const COMPLETED: &str = "task_completed";

/// What is to be read.
pub(super) struct Plan {
    pub(super) client: Client,
    pub(super) ingest: Arc<dyn Ingest>,
    pub(super) roster: Roster,
    /// How far the account has been read; none before its baseline.
    pub(super) checkpoint: Option<Checkpoint>,
    /// Tasks whose memory was not readable.
    pub(super) unreadable: Vec<u64>,
    /// Tasks to look up by id, for what vanished.
    pub(super) look_up: Vec<u64>,
    /// Whether events are asked for.
    pub(super) events: bool,
}

/// What was read.
pub(super) struct Harvest {
    pub(super) roster: Roster,
    /// None where there is nobody to tell.
    pub(super) news: Option<News>,
}

/// What was read of the tasks.
pub(super) struct News {
    pub(super) readings: BTreeMap<u64, Reading>,
    pub(super) checkpoint: Checkpoint,
    /// The last of the tasks looked up, where any were.
    pub(super) looked_up: Option<u64>,
    pub(super) events_denied: bool,
}

/// What is read of one task in one step.
pub(super) struct Reading {
    pub(super) task: Option<Task>,
    pub(super) completed_by: Option<CrmUserId>,
    pub(super) baseline: bool,
}

impl Plan {
    /// Reads it.
    pub(super) async fn read(
        mut self,
        status: &watch::Sender<ConnectorStatus>,
    ) -> Result<Harvest, Trouble> {
        self.roster.meet(&self.client, self.ingest.as_ref()).await?;
        if self.roster.people.is_empty() {
            return Ok(Harvest {
                roster: self.roster,
                news: None,
            });
        }
        let begun = self.client.crm_now();
        let known = self.checkpoint.take();
        let mut news = News {
            readings: BTreeMap::new(),
            checkpoint: known.clone().unwrap_or_else(|| Checkpoint {
                at: begun,
                begun,
                people: BTreeSet::new(),
            }),
            looked_up: None,
            events_denied: false,
        };
        self.read_baseline(&mut news.readings, known.as_ref(), status)
            .await?;
        if known.is_some() {
            let newest = self.read_changes(&mut news).await?;
            let at = &mut news.checkpoint.at;
            *at = newest.min(begun.max(*at));
        }
        news.checkpoint.people = self.roster.people.keys().copied().collect();
        Ok(Harvest {
            roster: self.roster,
            news: Some(news),
        })
    }

    /// The open tasks of those who are read for the first time, and the tasks whose memory was
    /// not readable (RULES T12).
    async fn read_baseline(
        &self,
        readings: &mut BTreeMap<u64, Reading>,
        known: Option<&Checkpoint>,
        status: &watch::Sender<ConnectorStatus>,
    ) -> Result<(), ClientError> {
        let is_new = |id: &CrmUserId| known.is_none_or(|known| !known.people.contains(id));
        let new: Vec<CrmUserId> = self.roster.people.keys().copied().filter(is_new).collect();
        if !new.is_empty() {
            status.send_replace(ConnectorStatus::Baseline { done: 0 });
            let progress = |done| drop(status.send_replace(ConnectorStatus::Baseline { done }));
            let open = self.client.open_tasks(&new, progress).await?;
            take(readings, open, true);
        }
        if !self.unreadable.is_empty() {
            let found = self.client.tasks(&self.unreadable).await?;
            readings.extend(self.unreadable.iter().map(|&id| (id, Reading::gone())));
            take(readings, found, true);
        }
        Ok(())
    }

    /// What was edited, completed, deleted or has vanished. Returns the newest change seen.
    async fn read_changes(&self, news: &mut News) -> Result<Seconds, ClientError> {
        let checkpoint = &news.checkpoint;
        let readings = &mut news.readings;
        let from = checkpoint.at.saturating_sub(OVERLAP);
        let edited = self.client.tasks_updated(from).await?;
        let newest = edited.last().map_or(0, |task| task.updated_at);
        take(readings, edited, false);
        // Events after tasks, so that whatever is completed here has its event there.
        let events = self.read_events(from).await?;
        news.events_denied = self.events && events.is_none();

        if !self.look_up.is_empty() {
            let found = self.client.tasks(&self.look_up).await?;
            let seen: BTreeSet<u64> = found.iter().map(|task| task.id).collect();
            let vanished = self.look_up.iter().filter(|id| !seen.contains(id));
            let vanished: Vec<u64> = vanished.copied().collect();
            news.looked_up = self.look_up.last().copied();
            take(readings, found, false);
            readings.extend(vanished.into_iter().map(|id| (id, Reading::gone())));
        }
        for event in events
            .unwrap_or_default()
            .iter()
            .filter(|event| event.created_at >= checkpoint.begun)
        {
            match event.kind.as_str() {
                DELETED => drop(readings.insert(event.entity_id, Reading::gone())),
                COMPLETED => {
                    if let Some(reading) = readings.get_mut(&event.entity_id) {
                        // Events come newest first; the newest completion is the one that counts.
                        reading.completed_by.get_or_insert(event.created_by);
                    }
                }
                _ => {}
            }
        }
        Ok(newest.max(checkpoint.at))
    }

    /// None where they are denied or not asked for.
    async fn read_events(&self, from: Seconds) -> Result<Option<Vec<Event>>, ClientError> {
        if !self.events {
            return Ok(None);
        }
        match self.client.events(&[DELETED, COMPLETED], from).await {
            Ok(mut events) => {
                events.retain(|event| event.entity_type == "task");
                Ok(Some(events))
            }
            // Not everybody may read events: then editors count as completers, and what is
            // deleted is found by the look-up.
            Err(ClientError::Forbidden | ClientError::Refused { .. }) => {
                tracing::warn!("the CRM gives no events; going on without");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Reading {
    fn gone() -> Self {
        Self {
            task: None,
            completed_by: None,
            baseline: false,
        }
    }
}

/// Notes what was read; of a task read twice in one step, the newer reading.
fn take(readings: &mut BTreeMap<u64, Reading>, tasks: Vec<Task>, baseline: bool) {
    for task in tasks {
        let earlier = readings.remove(&task.id);
        let baseline = baseline || earlier.as_ref().is_some_and(|r| r.baseline);
        let kept = earlier
            .and_then(|reading| reading.task)
            .filter(|earlier| earlier.updated_at > task.updated_at);
        let task = kept.unwrap_or(task);
        readings.insert(
            task.id,
            Reading {
                task: Some(task),
                completed_by: None,
                baseline,
            },
        );
    }
}
