//! One account being read: what is known of it, and each step from what was read to commit.

mod alarms;
mod kinds;
mod tasks;

use super::cards::Cards;
use super::day::Day;
use super::events::Events;
use super::reading::{self, Ask, Harvest, Late, Plan, Reading};
use super::roster::Roster;
use super::{AccountInfo, Heard, INTERVAL, Settings, Trouble};
use crate::address::CrmAddress;
use crate::client::Client;
use crate::clock::Clock;
use crate::memory::{Checkpoint, Learned, Memory};
use crate::model::{Account, Entity, Request, Seconds};
use crate::rules::{KnownTask, Say, TaskSettings};
use crate::wording::{self, Words};
use alarms::Alarms;
use dealbell_protocol::Millis;
use dealbell_protocol::ingest::{Batch, Ingest};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The most tasks looked up by id in one reading, after the first.
const LOOK_UP: usize = 500;
/// What was denied is asked for again after so many readings.
const RETRY: u32 = 720;
/// What does not answer is asked for again after so many readings.
const LATER: u32 = 6;
/// The account itself is read at every so-many-th reading: its time zone may change.
const ACCOUNT_EVERY: u32 = 120;
/// Incoming leads are asked for so often: nothing says when one is taken in.
const REQUESTS_EVERY: Duration = Duration::from_secs(30);
/// With events, which tell of what was deleted, and an administrator's sight, which nothing leaves,
/// look-ups by id are so many times rarer.
const RARER: u32 = 10;
/// A deadline waits no longer than this for what the CRM says of its task now.
const PATIENCE: Duration = Duration::from_secs(1);
/// What fell due while nobody looked waits so long for the first reading: it may be done or gone.
const FIRST_READING: Duration = Duration::from_secs(15);

/// An account being read.
pub(super) struct Session {
    client: Client,
    /// Where it is: it may move.
    address: CrmAddress,
    ingest: Arc<dyn Ingest>,
    clock: Clock,
    heard: Heard,
    /// Pause between two look-ups by id.
    look_up_every: Duration,
    tasks: TaskSettings,
    account: Account,
    info: AccountInfo,
    roster: Roster,
    memory: Memory,
    alarms: Alarms,
    cards: Cards,
    readings: u32,
    /// Until when the clock is not heeded, by its `elapsed`; none once the CRM was asked.
    unsure_until: Option<Duration>,
    /// Where the look-up by id goes on.
    looked_up: u64,
    /// When the last one was, by the clock's `elapsed`.
    looked_up_at: Duration,
    /// From which reading on events are asked for again.
    events_from: u32,
    /// The same for Incoming leads.
    requests_from: u32,
    /// When they were read last, by the clock's `elapsed`.
    requests_at: Option<Duration>,
    /// Somebody says that there is something to read.
    hinted: bool,
    reachable: bool,
    late: Arc<Late>,
}

/// What is compared in one step.
#[derive(Default)]
struct Step {
    /// What was read of the tasks.
    readings: BTreeMap<u64, Reading>,
    /// How far the account has been read with it; none where only the clock is looked at.
    checkpoint: Option<Checkpoint>,
    events: Events,
    requests: Option<Vec<Request>>,
}

impl Session {
    /// The account as it was read last, now or in another life: what falls due rings also where
    /// the CRM does not answer.
    pub(super) async fn open(
        client: Client,
        ingest: &Arc<dyn Ingest>,
        settings: &Settings,
        heard: Heard,
        account: Account,
    ) -> Result<Self, Trouble> {
        let memory = Memory::read(ingest.memory(&source(&account)).await?);
        let recipients = ingest.recipients().await?;
        let read = memory.checkpoint.as_ref().map(|c| &c.people);
        let mut met = memory.people.clone();
        met.retain(|id, _| read.is_some_and(|read| read.contains(id)));
        let mut roster = Roster::new(settings, account.current_user_id, met, &recipients);
        roster.met.clone_from(&memory.people);
        let tasks = TaskSettings {
            all_day_hour: settings.all_day_hour,
            ..TaskSettings::new(account.zone.time_zone())
        };
        Ok(Self {
            info: AccountInfo::new(&client.address(), &account, &[]),
            alarms: Alarms::of(memory.tasks.values(), &tasks),
            unsure_until: Some(settings.clock.elapsed() + FIRST_READING),
            tasks,
            ingest: Arc::clone(ingest),
            look_up_every: settings
                .poll_interval
                .unwrap_or(INTERVAL)
                .saturating_mul(settings.reconcile_every),
            clock: settings.clock.clone(),
            heard,
            roster,
            memory,
            cards: Cards::new(settings.clock.clone()),
            readings: 0,
            looked_up: 0,
            looked_up_at: Duration::ZERO,
            events_from: 0,
            requests_from: 0,
            requests_at: None,
            hinted: false,
            reachable: false,
            late: Arc::default(),
            address: client.address(),
            account,
            client,
        })
    }

    /// The account as it was read last.
    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// What is known of the tasks.
    pub(super) fn known(&self) -> impl Iterator<Item = &KnownTask> {
        self.memory.tasks.values()
    }

    /// Names it in a batch.
    pub(super) fn source(&self) -> String {
        source(&self.account)
    }

    /// What everybody has to do.
    pub(super) fn day(&self, now: Seconds) -> Day {
        let words = self.words(now);
        Day::of(self.known(), &self.roster.people, &words)
    }

    /// Whether a part of the account is not read for now, since it does not answer.
    pub(super) fn is_without(&self) -> bool {
        self.late.is_without()
    }

    /// Who is who.
    pub(super) fn roster(&self) -> &Roster {
        &self.roster
    }

    pub(super) fn info(&self) -> &AccountInfo {
        &self.info
    }

    /// What is to be read now.
    pub(super) fn plan(&self) -> Plan {
        let events = self.readings >= self.events_from;
        let look_up = match self.readings {
            0 => Some(usize::MAX),
            _ => self.is_look_up_due(events).then_some(LOOK_UP),
        };
        let begun = self.memory.checkpoint.is_some();
        let is_fresh = |at| self.clock.elapsed().saturating_sub(at) < REQUESTS_EVERY;
        let requests = match self.requests_at {
            // First things first: the tasks of a whole department take seconds.
            _ if !begun || self.readings < self.requests_from => Ask::No,
            Some(at) if is_fresh(at) && !self.hinted => Ask::IfNeeded,
            Some(_) | None => Ask::Now,
        };
        Plan {
            client: self.client.clone(),
            ingest: Arc::clone(&self.ingest),
            roster: self.roster.clone(),
            // Before its baseline it was read a moment ago.
            account: begun && self.readings.is_multiple_of(ACCOUNT_EVERY),
            checkpoint: self.memory.checkpoint.clone(),
            unreadable: self.memory.unreadable.iter().copied().collect(),
            look_up: look_up.map(|most| self.open_ids(most)),
            events,
            waiting: self.waiting(look_up.is_some()),
            requests,
            late: Arc::clone(&self.late),
        }
    }

    fn is_look_up_due(&self, events: bool) -> bool {
        let rarer = match events && self.roster.sees_everybody() {
            true => RARER,
            false => 1,
        };
        let since = self.clock.elapsed().saturating_sub(self.looked_up_at);
        since >= self.look_up_every.saturating_mul(rarer)
    }

    /// Somebody says that there is something to read: the next reading asks for everything.
    pub(super) fn hint(&mut self) {
        self.hinted = true;
    }

    /// Compares what was read with what is known, and commits. Whether something was said.
    pub(super) async fn take(&mut self, harvest: Harvest, now: Millis) -> Result<bool, Trouble> {
        if let Some(account) = harvest.account {
            if account.id != self.account.id {
                return Err(Trouble::AnotherAccount);
            }
            let zone = account.zone.time_zone();
            if self.tasks.time_zone != zone {
                self.tasks.time_zone = zone;
                self.alarms = Alarms::of(self.memory.tasks.values(), &self.tasks);
            }
            self.account = account;
        }
        self.roster = harvest.roster;
        self.address = self.client.address();
        self.info = AccountInfo::new(&self.address, &self.account, self.roster.users());
        self.reachable = true;
        self.unsure_until = None;
        // Nobody to tell yet: whoever comes first gets his baseline then.
        let Some(news) = harvest.news else {
            return Ok(false);
        };
        self.readings = self.readings.wrapping_add(1);
        let later = self.readings.saturating_add(RETRY);
        let soon = self.readings.saturating_add(LATER);
        if news.events_denied {
            self.events_from = later;
        } else if news.events_late {
            self.events_from = soon;
        }
        if news.requests_denied {
            self.requests_from = later;
        } else if news.requests_late {
            self.requests_from = soon;
        }
        if news.requests.is_some() {
            self.hinted = false;
            self.requests_at = Some(self.clock.elapsed());
        }
        if let Some(looked_up) = news.looked_up {
            self.looked_up = looked_up;
            self.looked_up_at = self.clock.elapsed();
        }
        let step = Step {
            readings: news.readings,
            checkpoint: Some(news.checkpoint),
            events: news.events,
            requests: news.requests,
        };
        self.commit(step, now).await
    }

    /// The CRM gives nothing for now: what is to be worded does without it.
    pub(super) fn out_of_reach(&mut self) {
        self.reachable = false;
        self.unsure_until = None;
    }

    /// Looks at the clock, and at the texts heard meanwhile.
    pub(super) async fn tick(&mut self, now: Millis) -> Result<(), Trouble> {
        let mut step = Step::default();
        if self.until_wake(now).is_zero() {
            step.readings = self.ask_again(now).await;
        } else if !self.has_heard() {
            return Ok(());
        }
        self.commit(step, now).await.map(drop)
    }

    /// What is about to ring may have been moved or done since it was read last: the CRM is asked,
    /// and where it does not answer at once, the clock decides.
    async fn ask_again(&mut self, now: Millis) -> BTreeMap<u64, Reading> {
        let mut readings = BTreeMap::new();
        let ids = self.stirring(now.div_euclid(1_000));
        if !self.reachable || ids.is_empty() || ids.len() > LOOK_UP {
            return readings;
        }
        match tokio::time::timeout(PATIENCE, self.client.tasks(&ids)).await {
            Ok(Ok(found)) => reading::looked_up(&mut readings, &ids, found),
            Ok(Err(_)) | Err(_) => self.reachable = false,
        }
        readings
    }

    /// How long until the clock has something to say.
    pub(super) fn until_wake(&self, now: Millis) -> Duration {
        if self.roster.people.is_empty() {
            // Nobody is known who could be told: it rings when somebody is.
            return Duration::MAX;
        }
        let left = self.alarms.next().map_or(Duration::MAX, |at| {
            let left = at.saturating_mul(1_000).saturating_sub(now).max(0);
            Duration::from_millis(left.unsigned_abs())
        });
        let unsure = self.unsure_until.unwrap_or_default();
        left.max(unsure.saturating_sub(self.clock.elapsed()))
    }

    /// Compares, words and commits one step; only then it is known.
    async fn commit(&mut self, step: Step, now: Millis) -> Result<bool, Trouble> {
        let seconds = now.div_euclid(1_000);
        let (says, learned) = self.compare(&step, seconds);
        let memory = self.memory.entries(&learned);
        if says.is_empty() && memory.is_empty() {
            return Ok(false);
        }
        let news = !says.is_empty() || !learned.tasks.is_empty();
        self.cards.learn(step.events.cards);
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
        for (id, after) in &learned.tasks {
            let before = self.memory.tasks.get(id);
            self.alarms.change(before, after.as_ref(), &self.tasks);
        }
        self.memory.learn(learned);
        Ok(news)
    }

    /// What to say, and what is known from now on.
    fn compare(&self, step: &Step, now: Seconds) -> (Vec<Say>, Learned) {
        let mut learned = Learned {
            checkpoint: step.checkpoint.clone(),
            people: self.memory.people_to(&self.roster.met),
            ..Learned::default()
        };
        let mut says = self.compare_tasks(step, now, &mut learned);
        says.extend(self.compare_kinds(step, now, &mut learned));
        (says, learned)
    }

    async fn read_names(&mut self, says: &[Say]) {
        if !self.reachable {
            return;
        }
        // Twice: a deal tells who its first contact is.
        for _ in 0..2 {
            let read = self.cards.known();
            let wanted = says.iter().flat_map(|say| wording::cards(say, read));
            let wanted: BTreeSet<Entity> = wanted.collect();
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
