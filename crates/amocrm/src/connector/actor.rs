//! What users do about their tasks, done in the CRM.

use super::Hint;
use super::day::{Day, Labels};
use super::reading::Reading;
use super::session::Session;
use crate::client::{Client, ClientError};
use crate::clock::Clock;
use crate::model::{CrmUserId, Seconds};
use crate::rules::KnownTask;
use async_trait::async_trait;
use dealbell_protocol::UserId;
use dealbell_protocol::act::{ActError, Actor, AgendaTask, Deed};
use dealbell_protocol::rest::OpenTask;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// A completion can be taken back for so long, seconds.
pub(super) const UNDO: Seconds = 3_600;
/// A task that was opened again has been read by then, seconds: also at night, after a trouble.
const READ_BY_THEN: Seconds = 600;

/// Acts on tasks of the account a connector reads, while it reads it.
#[derive(Clone)]
pub(super) struct Desk {
    hint: Hint,
    clock: Clock,
    open: Arc<RwLock<Option<Open>>>,
    deeds: Arc<Mutex<Deeds>>,
    labels: Labels,
}

/// What the connector knows now.
struct Open {
    client: Client,
    source: String,
    tasks: HashMap<u64, Task>,
    day: Day,
}

/// What was done here.
#[derive(Default)]
struct Deeds {
    /// Who completed which task, until it is read. To the CRM it was the token's owner.
    done: HashMap<u64, CrmUserId>,
    /// Whose completion can be taken back.
    completed: HashMap<u64, Completed>,
    /// What was opened again when, by the clock's time.
    reopened: HashMap<u64, Seconds>,
}

/// A completion.
#[derive(Clone, Copy)]
struct Completed {
    user: UserId,
    at: Seconds,
}

#[derive(Clone, Copy)]
struct Task {
    responsible: Option<(UserId, CrmUserId)>,
    author: Option<(UserId, CrmUserId)>,
    completed: bool,
}

impl Task {
    /// Who somebody is in the CRM, where the task is his to complete.
    fn is_of(&self, user: UserId) -> Option<CrmUserId> {
        let mut own = [self.responsible, self.author].into_iter().flatten();
        own.find(|(own, _)| *own == user).map(|(_, id)| id)
    }
}

impl Desk {
    pub(super) fn new(hint: Hint, clock: Clock) -> Self {
        Self {
            hint,
            labels: Labels::new(clock.clone()),
            clock,
            open: Arc::default(),
            deeds: Arc::default(),
        }
    }

    /// The tasks of this session can be acted on, through this client.
    pub(super) fn open(&self, client: &Client, session: &Session, now: Seconds) {
        let people = &session.roster().people;
        let ours = |id: CrmUserId| people.get(&id).map(|&user| (user, id));
        let whose = |task: &KnownTask| Task {
            responsible: ours(task.responsible),
            author: ours(task.author),
            completed: task.completed,
        };
        let tasks = session.known().map(|task| (task.id, whose(task)));
        let tasks: HashMap<u64, Task> = tasks.collect();
        let is_open = |id: &u64| tasks.get(id).is_some_and(|task| !task.completed);
        let mut deeds = self.deeds();
        deeds.done.retain(|id, _| is_open(id));
        deeds.completed.retain(|_, done| now - done.at < UNDO);
        deeds.reopened.retain(|_, at| now - *at < READ_BY_THEN);
        drop(deeds);
        self.set(Some(Open {
            client: client.clone(),
            source: session.source(),
            tasks,
            day: session.day(now),
        }));
    }

    /// Nothing can be acted on: the connector does not run.
    pub(super) fn close(&self) {
        self.set(None);
    }

    fn set(&self, open: Option<Open>) {
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = open;
    }

    /// Puts the right names to what was completed here and reads as the work of `owner`, whose token
    /// it was done with; and says what was opened again here.
    pub(super) fn sign(&self, readings: &mut BTreeMap<u64, Reading>, owner: CrmUserId) {
        let deeds = self.deeds();
        for id in deeds.reopened.keys() {
            if let Some(reading) = readings.get_mut(id) {
                reading.deeds.reopened = true;
            }
        }
        for (id, &by) in &deeds.done {
            if let Some(reading) = readings.get_mut(id)
                && let Some(task) = reading.task.as_ref().filter(|task| task.is_completed)
                && reading.deeds.completed_by.unwrap_or(task.updated_by) == owner
            {
                reading.deeds.completed_by = Some(by);
            }
        }
    }

    fn deeds(&self) -> MutexGuard<'_, Deeds> {
        self.deeds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: u64) -> Option<(Client, Task)> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let open = open.as_ref()?;
        Some((open.client.clone(), *open.tasks.get(&id)?))
    }

    /// Until it is read: a second click completes nothing twice.
    fn note(&self, id: u64, completed: bool) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = open.as_mut().and_then(|open| open.tasks.get_mut(&id)) {
            task.completed = completed;
        }
    }

    async fn complete(&self, user: UserId, id: u64, result: &str) -> Result<(), ActError> {
        let (client, task) = self.find(id).ok_or(ActError::Unknown)?;
        let by = task.is_of(user).ok_or(ActError::Forbidden)?;
        // What was opened again may not have been read yet.
        if task.completed && !self.deeds().reopened.contains_key(&id) {
            return Ok(());
        }
        // Before it is sent: it may be read before its answer comes.
        self.deeds().done.insert(id, by);
        let done = client.complete(id, result).await;
        // Also after a failure: what the CRM made of it is seen then.
        self.hint.changed();
        done.inspect_err(|error| {
            // Where no answer came, it may have been done.
            if !matches!(error, ClientError::Unreachable(_)) {
                self.deeds().done.remove(&id);
            }
        })
        .map_err(why)?;
        self.note(id, true);
        let at = self.clock.seconds();
        let mut deeds = self.deeds();
        deeds.reopened.remove(&id);
        deeds.completed.insert(id, Completed { user, at });
        Ok(())
    }

    /// Takes a completion back: nobody else's, and only for a while.
    async fn reopen(&self, user: UserId, id: u64) -> Result<(), ActError> {
        let (client, known) = {
            let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
            let open = open.as_ref().ok_or(ActError::Unknown)?;
            (open.client.clone(), open.tasks.contains_key(&id))
        };
        let now = self.clock.seconds();
        let completed = self.deeds().completed.get(&id).copied();
        let Some(completed) = completed else {
            return Err(match known {
                true => ActError::Forbidden,
                false => ActError::Unknown,
            });
        };
        if completed.user != user || now - completed.at >= UNDO {
            return Err(ActError::Forbidden);
        }
        // Before it is sent, likewise.
        self.deeds().reopened.insert(id, now);
        let done = client.reopen(id).await;
        self.hint.changed();
        done.inspect_err(|error| {
            if !matches!(error, ClientError::Unreachable(_)) {
                self.deeds().reopened.remove(&id);
            }
        })
        .map_err(why)?;
        self.note(id, false);
        let mut deeds = self.deeds();
        deeds.done.remove(&id);
        deeds.completed.remove(&id);
        Ok(())
    }
}

#[async_trait]
impl Actor for Desk {
    async fn act(&self, user: UserId, subject: &str, deed: Deed) -> Result<(), ActError> {
        let id = subject.strip_prefix("task:").and_then(|id| id.parse().ok());
        let id: u64 = id.ok_or(ActError::Unknown)?;
        match deed {
            Deed::Complete { result } => self.complete(user, id, &result).await,
            Deed::Reopen => self.reopen(user, id).await,
        }
    }

    async fn tasks(&self, user: UserId) -> Vec<OpenTask> {
        let (client, of_user) = {
            let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
            let Some(open) = open.as_ref() else {
                return Vec::new();
            };
            let is_done = |id| open.tasks.get(&id).is_some_and(|task| task.completed);
            let of_user = open.day.of_user(user, self.clock.seconds(), is_done);
            (open.client.clone(), of_user)
        };
        self.labels.put_on(of_user, &client).await
    }

    async fn agenda(&self, user: UserId) -> Option<Vec<AgendaTask>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let open = open.as_ref()?;
        let is_done = |id| open.tasks.get(&id).is_some_and(|task| task.completed);
        Some(open.day.agenda(user, is_done))
    }

    fn source(&self) -> Option<String> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().map(|open| open.source.clone())
    }
}

fn why(error: ClientError) -> ActError {
    match error {
        ClientError::TokenRefused | ClientError::GrantLost | ClientError::Forbidden => {
            ActError::Forbidden
        }
        ClientError::Blocked
        | ClientError::TooMany { .. }
        | ClientError::Unreachable(_)
        | ClientError::NotKept(_)
        | ClientError::NotACrm(_) => ActError::Unreachable,
        ClientError::Refused { detail, .. } => ActError::Refused(detail),
    }
}
