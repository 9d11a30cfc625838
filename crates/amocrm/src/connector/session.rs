//! One account being read: what is known of it, and each step from what was read to commit.

use super::cards::Cards;
use super::reading::{Harvest, OVERLAP, Plan, Reading};
use super::roster::Roster;
use super::{AccountInfo, Settings, Trouble};
use crate::address::CrmAddress;
use crate::client::Client;
use crate::memory::{Checkpoint, Memory, checkpoint_entry, task_entry};
use crate::model::{Account, Entity, Seconds};
use crate::rules::{self, Context, KnownTask, Say, TaskSettings};
use crate::wording::{self, Words};
use dealbell_protocol::ingest::{Batch, Ingest};
use dealbell_protocol::{Millis, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The most tasks looked up by id in one reading, after the first.
const LOOK_UP: usize = 500;
/// Events that were denied are asked for again after so many readings.
const EVENTS_RETRY: u32 = 720;

/// An account being read.
pub(super) struct Session {
    client: Client,
    /// Where it is: it may move.
    address: CrmAddress,
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

impl Session {
    pub(super) async fn open(
        client: Client,
        ingest: &Arc<dyn Ingest>,
        settings: &Settings,
    ) -> Result<Self, Trouble> {
        let account = client.account().await?;
        let users = client.users().await?.unwrap_or_default();
        let mut session = Self {
            info: AccountInfo::new(&client.address(), &account, &users),
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
            address: client.address(),
            account,
            client,
        };
        // Before the clock is looked at: what falls due must have somebody to be told to.
        let client = session.client.clone();
        session.roster.meet(&client, ingest.as_ref()).await?;
        Ok(session)
    }

    pub(super) fn info(&self) -> &AccountInfo {
        &self.info
    }

    /// What is to be read now.
    pub(super) fn plan(&self) -> Plan {
        let look_up = match self.readings {
            0 => self.open_ids(usize::MAX),
            n if n % self.reconcile_every == 0 => self.open_ids(LOOK_UP),
            _ => Vec::new(),
        };
        Plan {
            client: self.client.clone(),
            ingest: Arc::clone(&self.ingest),
            roster: self.roster.clone(),
            checkpoint: self.memory.checkpoint.clone(),
            unreadable: self.memory.unreadable.iter().copied().collect(),
            look_up,
            events: self.readings >= self.events_from,
        }
    }

    /// Compares what was read with what is known, and commits. Whether something was said.
    pub(super) async fn take(&mut self, harvest: Harvest, now: Millis) -> Result<bool, Trouble> {
        self.roster = harvest.roster;
        self.address = self.client.address();
        self.reachable = true;
        // Nobody to tell yet: whoever comes first gets his baseline then.
        let Some(news) = harvest.news else {
            return Ok(false);
        };
        self.readings = self.readings.wrapping_add(1);
        if news.events_denied {
            self.events_from = self.readings.saturating_add(EVENTS_RETRY);
        }
        if let Some(looked_up) = news.looked_up {
            self.looked_up = looked_up;
        }
        self.commit(news.readings, Some(news.checkpoint), now).await
    }

    /// The CRM gives nothing for now: what is to be worded does without it.
    pub(super) fn out_of_reach(&mut self) {
        self.reachable = false;
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
    ) -> Result<bool, Trouble> {
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
            return Ok(false);
        }
        let news = !changed.is_empty();
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
        Ok(news)
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
            address: &self.address,
            settings: &self.tasks,
            now,
        }
    }
}

fn source(account: &Account) -> String {
    format!("amocrm:{}", account.id)
}
