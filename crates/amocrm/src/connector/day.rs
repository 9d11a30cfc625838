//! What everybody has to do: up to the end of his day, and altogether, ready to be shown.

use super::cards;
use crate::address::CrmAddress;
use crate::client::Client;
use crate::clock::Clock;
use crate::model::{CrmUserId, Entity, EntityType, Seconds};
use crate::rules::{KnownTask, People, TaskSettings};
use crate::wording::{self, Words};
use dealbell_protocol::UserId;
use dealbell_protocol::act::AgendaTask;
use dealbell_protocol::rest::OpenTask;
use dealbell_protocol::window::Language;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So far ahead tasks are made ready: a day may end, and another begin, before the next reading.
const AHEAD: Seconds = 2 * 86_400;
/// Tasks of one user's day at most, the soonest.
const MOST: usize = 500;
/// Tasks of one user's calendar at most, the soonest.
const MOST_AHEAD: usize = 2_000;
/// The list waits no longer than this for the names of its cards.
const PATIENCE: Duration = Duration::from_secs(2);

/// The open tasks: ready where they are overdue or due soon, as they are known where they are not,
/// since they are many and asked for seldom.
pub(super) struct Day {
    rows: Vec<Row>,
    ahead: Vec<(UserId, KnownTask)>,
    languages: BTreeMap<UserId, Language>,
    names: HashMap<CrmUserId, String>,
    address: CrmAddress,
    settings: TaskSettings,
    currency: String,
}

struct Row {
    user: UserId,
    id: u64,
    deadline: Seconds,
    entity: Option<Entity>,
    task: AgendaTask,
}

/// Of one user, soonest first.
pub(super) struct OfUser {
    tasks: Vec<(Option<Entity>, OpenTask)>,
    currency: String,
}

impl Day {
    /// Of all these tasks, as far as they are somebody's here.
    pub(super) fn of<'a>(
        tasks: impl Iterator<Item = &'a KnownTask>,
        people: &People,
        words: &Words,
    ) -> Self {
        let soon = words.now.saturating_add(AHEAD);
        let (mut rows, mut ahead) = (Vec::new(), Vec::new());
        for task in tasks.filter(|task| !task.completed) {
            let Some(&user) = people.get(&task.responsible) else {
                continue;
            };
            if task.deadline >= soon {
                ahead.push((user, task.clone()));
                continue;
            }
            rows.push(Row {
                user,
                id: task.id,
                deadline: task.deadline,
                entity: task.entity,
                task: wording::agenda_task(task, user, words),
            });
        }
        rows.sort_by_key(|row| (row.deadline, row.id));
        ahead.sort_by_key(|(_, task)| (task.deadline, task.id));
        Self {
            rows,
            ahead,
            languages: words.languages.clone(),
            names: words.names.clone(),
            address: words.address.clone(),
            settings: words.settings.clone(),
            currency: words.currency.to_owned(),
        }
    }

    /// What `user` has to do up to the end of the account's day at `now`, but for what `is_done`.
    pub(super) fn of_user(
        &self,
        user: UserId,
        now: Seconds,
        is_done: impl Fn(u64) -> bool,
    ) -> OfUser {
        let end = self.end(now);
        let his = self.rows.iter().filter(|row| row.user == user);
        let his = his.filter(|row| row.deadline <= end && !is_done(row.id));
        OfUser {
            tasks: his
                .take(MOST)
                .map(|row| (row.entity, row.task.task.clone()))
                .collect(),
            currency: self.currency.clone(),
        }
    }

    /// Everything that `user` has to do, but for what `is_done`. Cards that nothing was told about
    /// have no names here: a calendar asks for all at once, and often.
    pub(super) fn agenda(&self, user: UserId, is_done: impl Fn(u64) -> bool) -> Vec<AgendaTask> {
        let words = Words {
            languages: &self.languages,
            names: &self.names,
            cards: &HashMap::new(),
            currency: &self.currency,
            address: &self.address,
            settings: &self.settings,
            now: 0,
        };
        let soon = self.rows.iter().filter(|row| row.user == user);
        let soon = soon.filter(|row| !is_done(row.id));
        let ahead = self.ahead.iter().filter(|(whose, _)| *whose == user);
        let ahead = ahead.filter(|(_, task)| !is_done(task.id));
        soon.map(|row| row.task.clone())
            .chain(ahead.map(|(_, task)| wording::agenda_task(task, user, &words)))
            .take(MOST_AHEAD)
            .collect()
    }

    /// The last second of the day.
    fn end(&self, now: Seconds) -> Seconds {
        let end = || {
            let now = Timestamp::from_second(now).ok()?;
            let now = now.to_zoned(self.settings.time_zone.clone());
            Some(now.end_of_day().ok()?.timestamp().as_second())
        };
        end().unwrap_or(now)
    }
}

/// What cards are called that nothing was told about. They are read when somebody looks.
#[derive(Clone)]
pub(super) struct Labels {
    clock: Clock,
    known: Arc<Mutex<HashMap<Entity, Label>>>,
}

struct Label {
    text: Option<String>,
    /// By the clock's `elapsed`.
    read_at: Duration,
}

impl Labels {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            known: Arc::default(),
        }
    }

    /// The tasks with the labels of their cards, as far as they are to be had at once.
    pub(super) async fn put_on(&self, of_user: OfUser, client: &Client) -> Vec<OpenTask> {
        let OfUser {
            mut tasks,
            currency,
        } = of_user;
        let mut missing: BTreeMap<EntityType, Vec<u64>> = BTreeMap::new();
        for entity in self.unknown(&tasks) {
            missing.entry(entity.kind).or_default().push(entity.id);
        }
        if !missing.is_empty() {
            let reading = self.read(client, missing, &currency);
            if tokio::time::timeout(PATIENCE, reading).await.is_err() {
                tracing::debug!("no names for the list of a day for now");
            }
        }
        let known = self.known();
        for (entity, task) in tasks.iter_mut().filter(|(_, task)| task.context.is_none()) {
            let label = entity.and_then(|entity| known.get(&entity));
            task.context = label.and_then(|label| label.text.clone());
        }
        tasks.into_iter().map(|(_, task)| task).collect()
    }

    fn unknown(&self, tasks: &[(Option<Entity>, OpenTask)]) -> Vec<Entity> {
        let now = self.clock.elapsed();
        let known = self.known();
        let nameless = tasks.iter().filter(|(_, task)| task.context.is_none());
        let mut unknown: Vec<Entity> = nameless.filter_map(|(entity, _)| *entity).collect();
        unknown.retain(|entity| {
            let label = known.get(entity);
            label.is_none_or(|label| now.saturating_sub(label.read_at) > cards::FRESH)
        });
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    async fn read(&self, client: &Client, missing: BTreeMap<EntityType, Vec<u64>>, currency: &str) {
        for (kind, ids) in missing {
            let Ok(cards) = client.urgent().cards(kind, &ids).await else {
                continue;
            };
            let read_at = self.clock.elapsed();
            let mut known = self.known();
            if known.len() > cards::MOST {
                known.clear();
            }
            // A card that is not in the answer is not asked for again at once either.
            let nameless = |id| {
                (
                    Entity { kind, id },
                    Label {
                        text: None,
                        read_at,
                    },
                )
            };
            known.extend(ids.into_iter().map(nameless));
            known.extend(cards.iter().map(|card| {
                let text = wording::label(card, currency);
                (Entity { kind, id: card.id }, Label { text, read_at })
            }));
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Entity, Label>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
