//! One account being read: what is known of it, and each step from reading to commit.

use super::cards::Cards;
use super::roster::Roster;
use super::{AccountInfo, ConnectorStatus, Settings, Trouble};
use crate::client::{Client, ClientError};
use crate::memory::{Checkpoint, Memory, checkpoint_entry, task_entry};
use crate::model::{Account, CrmUserId, Entity, Event, Seconds, Task};
use crate::rules::{self, Context, KnownTask, Say, TaskSettings};
use crate::wording::{self, Words};
use dealbell_protocol::ingest::{Batch, Ingest};
use dealbell_protocol::{Millis, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Each reading begins this long before the newest change seen, since the CRM may show a change
/// later than it dates it. What is met again is known and says nothing.
const OVERLAP: Seconds = 30;
/// The most tasks looked up by id in one reading, after the first.
const LOOK_UP: usize = 500;
/// Events that were denied are asked for again after so many readings.
const EVENTS_RETRY: u32 = 720;
const DELETED: &str = "task_deleted";
const COMPLETED: &str = "task_completed";

/// An account being read.
pub(super) struct Session {
    client: Client,
    ingest: Arc<dyn Ingest>,
    reconcile_every: u32,
    tasks: TaskSettings,
    account: Account,
    info: AccountInfo,
    roster: Roster,
    memory: Memory,
    cards: Cards,
    readings: u32,
    /// Where the look-up by id goes on.
    looked_up: u64,
    events_from: u32,
    reachable: bool,
}

/// What is read of one task in one step.
struct Reading {
    task: Option<Task>,
    completed_by: Option<CrmUserId>,
    baseline: bool,
}

impl Session {
    pub(super) async fn open(
        client: Client,
        ingest: &Arc<dyn Ingest>,
        settings: &Settings,
    ) -> Result<Self, Trouble> {
        let account = client.account().await?;
        let users = client.users().await?.unwrap_or_default();
        Ok(Self {
            info: AccountInfo::new(client.address(), &account, &users),
            tasks: TaskSettings {
                all_day_hour: settings.all_day_hour,
                ..TaskSettings::new(account.zone.time_zone())
            },
            ingest: Arc::clone(ingest),
            reconcile_every: settings.reconcile_every.max(1),
            roster: Roster::new(settings, account.current_user_id, users),
            memory: Memory::read(ingest.memory(&source(&account)).await?),
            cards: Cards::default(),
            readings: 0,
            looked_up: 0,
            events_from: 0,
            reachable: true,
            account,
            client,
        })
    }

    pub(super) fn info(&self) -> &AccountInfo {
        &self.info
    }

    /// Reads what is new, compares and commits.
    pub(super) async fn read(
        &mut self,
        now: Millis,
        status: &watch::Sender<ConnectorStatus>,
    ) -> Result<(), Trouble> {
        self.reachable = false;
        self.roster.meet(&self.client, self.ingest.as_ref()).await?;
        if self.roster.people.is_empty() {
            // Nobody to tell yet: whoever comes first gets his baseline then.
            self.reachable = true;
            return Ok(());
        }
        let begun = self.client.crm_now();
        let known = self.memory.checkpoint.clone();
        let mut readings = BTreeMap::new();

        self.read_baseline(&mut readings, status).await?;
        let mut checkpoint = known.clone().unwrap_or_else(|| Checkpoint {
            at: begun,
            begun,
            people: BTreeSet::new(),
        });
        if known.is_some() {
            let newest = self.read_changes(&mut readings, &checkpoint).await?;
            checkpoint.at = newest.min(begun.max(checkpoint.at));
        }
        checkpoint.people = self.roster.people.keys().copied().collect();
        self.reachable = true;
        self.readings = self.readings.wrapping_add(1);
        self.commit(readings, Some(checkpoint), now).await
    }

    /// Looks at the clock alone.
    pub(super) async fn tick(&mut self, now: Millis) -> Result<(), Trouble> {
        if self.until_wake(now).is_zero() {
            self.commit(BTreeMap::new(), None, now).await?;
        }
        Ok(())
    }

    /// How long until the clock has something to say.
    pub(super) fn until_wake(&self, now: Millis) -> Duration {
        let next = self.memory.tasks.values();
        let next = next.filter_map(|task| rules::wake(task, &self.tasks)).min();
        next.map_or(Duration::MAX, |at| {
            let left = at.saturating_mul(1_000).saturating_sub(now).max(0);
            Duration::from_millis(left.unsigned_abs())
        })
    }

    /// The open tasks of those who are read for the first time, and the tasks whose memory was
    /// not readable (RULES T12).
    async fn read_baseline(
        &self,
        readings: &mut BTreeMap<u64, Reading>,
        status: &watch::Sender<ConnectorStatus>,
    ) -> Result<(), ClientError> {
        let known = self.memory.checkpoint.as_ref().map(|c| &c.people);
        let is_new = |id: &CrmUserId| known.is_none_or(|known| !known.contains(id));
        let new: Vec<CrmUserId> = self.roster.people.keys().copied().filter(is_new).collect();
        if !new.is_empty() {
            status.send_replace(ConnectorStatus::Baseline { done: 0 });
            let progress = |done| drop(status.send_replace(ConnectorStatus::Baseline { done }));
            let open = self.client.open_tasks(&new, progress).await?;
            take(readings, open, true);
        }
        if !self.memory.unreadable.is_empty() {
            let ids: Vec<u64> = self.memory.unreadable.iter().copied().collect();
            let found = self.client.tasks(&ids).await?;
            readings.extend(ids.into_iter().map(|id| (id, Reading::gone())));
            take(readings, found, true);
        }
        Ok(())
    }

    /// What was edited, completed, deleted or has vanished. Returns the newest change seen.
    async fn read_changes(
        &mut self,
        readings: &mut BTreeMap<u64, Reading>,
        checkpoint: &Checkpoint,
    ) -> Result<Seconds, ClientError> {
        let from = checkpoint.at.saturating_sub(OVERLAP);
        let edited = self.client.tasks_updated(from).await?;
        let newest = edited.last().map_or(0, |task| task.updated_at);
        take(readings, edited, false);
        // Events after tasks, so that whatever is completed here has its event there.
        let events = self.read_events(from).await?;

        let every = self.reconcile_every;
        let wanted = match self.readings {
            0 => self.open_ids(usize::MAX),
            n if n % every == 0 => self.open_ids(LOOK_UP),
            _ => Vec::new(),
        };
        if !wanted.is_empty() {
            let found = self.client.tasks(&wanted).await?;
            let seen: BTreeSet<u64> = found.iter().map(|task| task.id).collect();
            let vanished = wanted.iter().filter(|id| !seen.contains(id));
            let vanished: Vec<u64> = vanished.copied().collect();
            self.looked_up = wanted.last().copied().unwrap_or_default();
            take(readings, found, false);
            readings.extend(vanished.into_iter().map(|id| (id, Reading::gone())));
        }
        for event in events
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

    async fn read_events(&mut self, from: Seconds) -> Result<Vec<Event>, ClientError> {
        if self.readings < self.events_from {
            return Ok(Vec::new());
        }
        match self.client.events(&[DELETED, COMPLETED], from).await {
            Ok(mut events) => {
                events.retain(|event| event.entity_type == "task");
                Ok(events)
            }
            // Not everybody may read events: then editors count as completers, and what is
            // deleted is found by the look-up.
            Err(ClientError::Forbidden | ClientError::Refused { .. }) => {
                self.events_from = self.readings.saturating_add(EVENTS_RETRY);
                tracing::warn!("the CRM gives no events; going on without");
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    /// Known open tasks, at most so many, going round.
    fn open_ids(&self, most: usize) -> Vec<u64> {
        let open = self.memory.tasks.values().filter(|task| !task.completed);
        let (behind, ahead): (Vec<u64>, Vec<u64>) = open
            .map(|task| task.id)
            .partition(|&id| id <= self.looked_up);
        ahead.into_iter().chain(behind).take(most).collect()
    }

    /// Compares, words and commits one step; only then it is known.
    async fn commit(
        &mut self,
        readings: BTreeMap<u64, Reading>,
        checkpoint: Option<Checkpoint>,
        now: Millis,
    ) -> Result<(), Trouble> {
        let seconds = now.div_euclid(1_000);
        let (says, changed) = self.compare(readings, checkpoint.as_ref(), seconds);
        let mut memory: Vec<_> = changed
            .iter()
            .map(|(&id, task)| task_entry(id, task.as_ref()))
            .collect();
        if let Some(checkpoint) = &checkpoint {
            if self.memory.checkpoint.as_ref() != Some(checkpoint) {
                memory.push(checkpoint_entry(checkpoint));
            }
            let strange = self.memory.strange.iter().cloned();
            memory.extend(strange.map(|key| (key, None)));
        }
        if says.is_empty() && memory.is_empty() {
            return Ok(());
        }
        self.read_names(&says).await;
        let words = self.words(seconds);
        let acts = says
            .into_iter()
            .map(|say| wording::act(say, &words))
            .collect();
        let batch = Batch {
            source: source(&self.account),
            acts,
            memory,
        };
        self.ingest.commit(batch).await?;

        for (id, task) in changed {
            match task {
                Some(task) => drop(self.memory.tasks.insert(id, task)),
                None => drop(self.memory.tasks.remove(&id)),
            }
        }
        if let Some(checkpoint) = checkpoint {
            self.memory.checkpoint = Some(checkpoint);
            self.memory.strange.clear();
            self.memory.unreadable.clear();
        }
        Ok(())
    }

    /// What to say, and what is known of which task from now on.
    fn compare(
        &self,
        readings: BTreeMap<u64, Reading>,
        checkpoint: Option<&Checkpoint>,
        now: Seconds,
    ) -> (Vec<Say>, BTreeMap<u64, Option<KnownTask>>) {
        let last = self.memory.checkpoint.as_ref();
        let since = last.map_or(0, |c| c.at.saturating_sub(OVERLAP).max(c.begun));
        let context = |baseline| Context {
            people: &self.roster.people,
            settings: &self.tasks,
            now,
            baseline,
            since,
        };
        let mut says = Vec::new();
        let mut changed: BTreeMap<u64, Option<KnownTask>> = BTreeMap::new();
        for (&id, reading) in &readings {
            let before = self.memory.tasks.get(&id);
            let context = context(reading.baseline);
            let task = reading.task.as_ref();
            let outcome = rules::change(before, task, reading.completed_by, &context);
            says.extend(outcome.says);
            if outcome.known.as_ref() != before || self.memory.unreadable.contains(&id) {
                changed.insert(id, outcome.known);
            }
        }
        let context = context(false);
        for (&id, task) in &self.memory.tasks {
            let silent = rules::wake(task, &self.tasks).is_none_or(|at| at > now);
            let old = checkpoint.is_some_and(|c| task.updated_at < c.at - 2 * OVERLAP);
            if task.completed && old {
                changed.entry(id).or_insert(None);
            } else if !silent && !readings.contains_key(&id) {
                let outcome = rules::ring(task.clone(), &context);
                says.extend(outcome.says);
                changed.insert(id, outcome.known);
            }
        }
        let overdue_before = self.overdue(self.memory.tasks.values());
        let after = self
            .memory
            .tasks
            .iter()
            .filter(|(id, _)| !changed.contains_key(id));
        let after = after
            .map(|(_, task)| task)
            .chain(changed.values().flatten());
        says.extend(rules::cleared(&overdue_before, &self.overdue(after)));
        (rules::summarise(says, now), changed)
    }

    fn overdue<'a>(&self, tasks: impl Iterator<Item = &'a KnownTask>) -> BTreeSet<UserId> {
        let overdue = tasks.filter(|task| rules::is_overdue(task));
        overdue
            .filter_map(|task| self.roster.people.get(&task.responsible).copied())
            .collect()
    }

    async fn read_names(&mut self, says: &[Say]) {
        let wanted: BTreeSet<Entity> = says
            .iter()
            .filter_map(|say| match say {
                Say::Tell(tell) => tell.task.entity,
                Say::Overview { .. } | Say::TakeBack { .. } => None,
            })
            .collect();
        if self.reachable {
            self.cards.read(&self.client, &wanted).await;
        }
    }

    fn words(&self, now: Seconds) -> Words<'_> {
        Words {
            languages: &self.roster.languages,
            names: &self.roster.names,
            cards: self.cards.known(),
            currency: &self.account.currency_symbol,
            address: self.client.address(),
            settings: &self.tasks,
            now,
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

fn source(account: &Account) -> String {
    format!("amocrm:{}", account.id)
}
