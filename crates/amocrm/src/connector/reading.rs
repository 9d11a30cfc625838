//! Reading the CRM: what is asked for, and what came. Nothing is compared or kept here, so that the
//! clock can be watched meanwhile and a reading can be dropped at any moment.

use super::events::{Events, Waiting};
use super::roster::Roster;
use super::{ConnectorStatus, Trouble};
use crate::client::{Client, ClientError};
use crate::memory::Checkpoint;
use crate::model::{Account, CrmUserId, Request, Seconds, Task};
use crate::rules::Deeds;
use dealbell_protocol::ingest::Ingest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tokio::sync::watch;

/// Each reading begins this long before the newest change seen, since the CRM may show a change
/// later than it dates it. What is met again is known and says nothing.
pub(super) const OVERLAP: Seconds = 30;

/// A reading starts no further back than this before the last one, and takes no longer.
const STEADY: Seconds = 300;

/// A part that fails so often in a row holds up the tasks no more, which answer.
const PATIENCE: u32 = 3;

/// How often in a row parts of the CRM did not answer, though the tasks did.
#[derive(Debug, Default)]
pub(super) struct Late {
    events: AtomicU32,
    requests: AtomicU32,
}

impl Late {
    /// Whether the account is read without a part for now.
    pub(super) fn is_without(&self) -> bool {
        [&self.events, &self.requests]
            .iter()
            .any(|failed| failed.load(Relaxed) >= PATIENCE)
    }
}

/// What is to be read.
pub(super) struct Plan {
    pub(super) client: Client,
    pub(super) ingest: Arc<dyn Ingest>,
    pub(super) roster: Roster,
    /// Whether the account itself is asked for: its time zone may be another now.
    pub(super) account: bool,
    /// How far the account has been read; none before its baseline.
    pub(super) checkpoint: Option<Checkpoint>,
    /// Tasks whose memory was not readable.
    pub(super) unreadable: Vec<u64>,
    /// Tasks to look up by id, for what vanished; none where it is not time for that.
    pub(super) look_up: Option<Vec<u64>>,
    /// Whether events are asked for.
    pub(super) events: bool,
    /// What is known that events may concern.
    pub(super) waiting: Waiting,
    /// When Incoming leads are asked for.
    pub(super) requests: Ask,
    /// What does not answer.
    pub(super) late: Arc<Late>,
}

/// When something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Now.
    Now,
    /// Where an event speaks for it.
    IfNeeded,
    /// Not at all: it was denied lately.
    No,
}

/// What was read.
pub(super) struct Harvest {
    /// The account, where it was asked for.
    pub(super) account: Option<Account>,
    pub(super) roster: Roster,
    /// None where there is nobody to tell.
    pub(super) news: Option<News>,
}

/// What was read.
pub(super) struct News {
    pub(super) readings: BTreeMap<u64, Reading>,
    pub(super) checkpoint: Checkpoint,
    /// The last of the tasks looked up, where it was time for that.
    pub(super) looked_up: Option<u64>,
    pub(super) events_denied: bool,
    /// They did not answer, and are asked for from where they were read.
    pub(super) events_late: bool,
    pub(super) events: Events,
    /// Incoming leads; none where they were not asked for.
    pub(super) requests: Option<Vec<Request>>,
    pub(super) requests_denied: bool,
    pub(super) requests_late: bool,
}

/// What is read of one task in one step.
pub(super) struct Reading {
    pub(super) task: Option<Task>,
    pub(super) deeds: Deeds,
    pub(super) baseline: bool,
}

impl News {
    /// Nothing was read yet.
    fn since(checkpoint: Checkpoint) -> Self {
        Self {
            readings: BTreeMap::new(),
            checkpoint,
            looked_up: None,
            events_denied: false,
            events_late: false,
            events: Events::default(),
            requests: None,
            requests_denied: false,
            requests_late: false,
        }
    }
}

impl Plan {
    /// Reads it.
    pub(super) async fn read(
        mut self,
        status: &watch::Sender<ConnectorStatus>,
    ) -> Result<Harvest, Trouble> {
        let account = match self.account {
            true => Some(self.client.account().await?),
            false => None,
        };
        if let Some(account) = &account {
            self.roster.set_owner(account.current_user_id);
        }
        self.roster.meet(&self.client, self.ingest.as_ref()).await?;
        if self.roster.people.is_empty() {
            // Whoever was read and left gets a baseline when he returns.
            let left = self.checkpoint.take().filter(|c| !c.people.is_empty());
            let news = left.map(|checkpoint| {
                News::since(Checkpoint {
                    people: BTreeSet::new(),
                    ..checkpoint
                })
            });
            return Ok(Harvest {
                account,
                roster: self.roster,
                news,
            });
        }
        let begun = self.client.crm_now();
        let known = self.checkpoint.take();
        let mut news = News::since(known.clone().unwrap_or_else(|| Checkpoint {
            at: begun,
            begun,
            events: Some(begun),
            ..Checkpoint::default()
        }));
        if known.is_none() && self.events {
            let read = Events::before(&self.client, &mut news.checkpoint).await;
            or_without(read, &self.late.events)?;
        }
        self.read_baseline(&mut news.readings, known.as_ref(), status)
            .await?;
        if known.is_some() {
            let newest = self.read_changes(&mut news, begun).await?;
            let at = &mut news.checkpoint.at;
            // Also where nothing changes: what changed by the thousand is not read for ever. But
            // not by a clock that was put forward since the CRM told its time last.
            let steady = (begun..=begun + STEADY).contains(&self.client.crm_now());
            let quiet = if steady { begun - STEADY } else { newest };
            *at = newest.max(quiet).min(begun.max(*at));
        } else {
            // Tasks may be known all the same, where only the checkpoint was not readable.
            self.read_known(&mut news).await?;
        }
        self.read_requests(&mut news).await?;
        news.checkpoint.people = self.roster.people.keys().copied().collect();
        Ok(Harvest {
            account,
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
    async fn read_changes(&self, news: &mut News, begun: Seconds) -> Result<Seconds, ClientError> {
        let readings = &mut news.readings;
        let from = news.checkpoint.at.saturating_sub(OVERLAP);
        let edited = self.client.tasks_updated(from).await?;
        let newest = edited.last().map_or(0, |task| task.updated_at);
        let newest = newest.max(news.checkpoint.at);
        take(readings, edited, false);
        // Events after tasks, so that whatever is completed here has its event there.
        if self.events {
            let mut checkpoint = news.checkpoint.clone();
            let read = Events::read(&self.client, &mut checkpoint, begun, &self.waiting).await;
            match or_without(read, &self.late.events)? {
                Some(read) => {
                    news.checkpoint = checkpoint;
                    news.events_denied = read.is_none();
                    news.events = read.unwrap_or_default();
                }
                None => news.events_late = true,
            }
        }
        self.read_known(news).await?;
        let readings = &mut news.readings;
        for &id in &news.events.deleted {
            readings.insert(id, Reading::gone());
        }
        for (id, &by) in &news.events.completed {
            if let Some(reading) = readings.get_mut(id) {
                reading.deeds.completed_by = Some(by);
            }
        }
        for (id, &handed) in &news.events.handed {
            if let Some(reading) = readings.get_mut(id) {
                reading.deeds.handed = Some(handed);
            }
        }
        Ok(newest)
    }

    /// The known tasks whose turn it is, for what vanished.
    async fn read_known(&self, news: &mut News) -> Result<(), ClientError> {
        let Some(ids) = &self.look_up else {
            return Ok(());
        };
        let found = match ids.is_empty() {
            true => Vec::new(),
            false => self.client.tasks(ids).await?,
        };
        news.looked_up = Some(ids.last().copied().unwrap_or_default());
        looked_up(&mut news.readings, ids, found);
        Ok(())
    }

    /// Incoming leads, at their own pace: at once where a deal was made that may be one of them.
    async fn read_requests(&self, news: &mut News) -> Result<(), ClientError> {
        let wanted = match self.requests {
            Ask::Now => true,
            Ask::IfNeeded => news.events.has_new_deal(),
            Ask::No => false,
        };
        if !wanted {
            return Ok(());
        }
        match or_without(self.client.unsorted().await, &self.late.requests) {
            Ok(Some(requests)) => news.requests = Some(requests),
            Ok(None) => news.requests_late = true,
            // An account without them, or a user who may not see them.
            Err(ClientError::Forbidden | ClientError::Refused { .. }) => {
                tracing::warn!("the CRM gives no Incoming leads; going on without");
                news.requests_denied = true;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Without what does not answer again and again; none then. Once may be the whole CRM.
fn or_without<T>(
    read: Result<T, ClientError>,
    failed: &AtomicU32,
) -> Result<Option<T>, ClientError> {
    match read {
        Ok(read) => {
            failed.store(0, Relaxed);
            Ok(Some(read))
        }
        Err(ClientError::Unreachable(why)) => {
            let failed = failed.fetch_add(1, Relaxed).saturating_add(1);
            if failed < PATIENCE {
                return Err(ClientError::Unreachable(why));
            }
            tracing::warn!(why, "a part of the CRM does not answer; going on without");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl Reading {
    fn gone() -> Self {
        Self {
            task: None,
            deeds: Deeds::default(),
            baseline: false,
        }
    }
}

/// Notes what was found of the tasks asked for by id; the others are gone.
pub(super) fn looked_up(readings: &mut BTreeMap<u64, Reading>, asked: &[u64], found: Vec<Task>) {
    let seen: BTreeSet<u64> = found.iter().map(|task| task.id).collect();
    take(readings, found, false);
    let vanished = asked.iter().filter(|id| !seen.contains(id));
    readings.extend(vanished.map(|&id| (id, Reading::gone())));
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
                deeds: Deeds::default(),
                baseline,
            },
        );
    }
}
