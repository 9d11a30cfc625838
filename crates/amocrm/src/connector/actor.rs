//! What users do about their tasks, done in the CRM.

use super::Hint;
use super::reading::Reading;
use crate::client::{Client, ClientError};
use crate::model::CrmUserId;
use crate::rules::{KnownTask, People};
use async_trait::async_trait;
use dealbell_protocol::UserId;
use dealbell_protocol::act::{ActError, Actor, Deed};
use dealbell_protocol::rest::OpenTask;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Completes tasks of the account a connector reads, while it reads it.
#[derive(Clone)]
pub(super) struct Desk {
    hint: Hint,
    open: Arc<RwLock<Option<Open>>>,
    /// Who completed which task here, until it is read. To the CRM it was the token's owner.
    done: Arc<Mutex<HashMap<u64, CrmUserId>>>,
}

/// What the connector knows now.
struct Open {
    client: Client,
    tasks: HashMap<u64, Task>,
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
    pub(super) fn new(hint: Hint) -> Self {
        Self {
            hint,
            open: Arc::default(),
            done: Arc::default(),
        }
    }

    /// These tasks can be acted on, through this client.
    pub(super) fn open<'a>(
        &self,
        client: &Client,
        tasks: impl Iterator<Item = &'a KnownTask>,
        people: &People,
    ) {
        let ours = |id: CrmUserId| people.get(&id).map(|&user| (user, id));
        let whose = |task: &KnownTask| Task {
            responsible: ours(task.responsible),
            author: ours(task.author),
            completed: task.completed,
        };
        let tasks: HashMap<u64, Task> = tasks.map(|task| (task.id, whose(task))).collect();
        let is_open = |id: &u64| tasks.get(id).is_some_and(|task| !task.completed);
        self.done().retain(|id, _| is_open(id));
        self.set(Some(Open {
            client: client.clone(),
            tasks,
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
    /// it was done with.
    pub(super) fn sign(&self, readings: &mut BTreeMap<u64, Reading>, owner: CrmUserId) {
        for (id, &by) in self.done().iter() {
            if let Some(reading) = readings.get_mut(id)
                && let Some(task) = reading.task.as_ref().filter(|task| task.is_completed)
                && reading.deeds.completed_by.unwrap_or(task.updated_by) == owner
            {
                reading.deeds.completed_by = Some(by);
            }
        }
    }

    fn done(&self) -> MutexGuard<'_, HashMap<u64, CrmUserId>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: u64) -> Option<(Client, Task)> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let open = open.as_ref()?;
        Some((open.client.clone(), *open.tasks.get(&id)?))
    }

    /// Until it is read: a second click completes nothing twice.
    fn note_completed(&self, id: u64) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = open.as_mut().and_then(|open| open.tasks.get_mut(&id)) {
            task.completed = true;
        }
    }
}

#[async_trait]
impl Actor for Desk {
    async fn act(&self, user: UserId, subject: &str, deed: Deed) -> Result<(), ActError> {
        let id = subject.strip_prefix("task:").and_then(|id| id.parse().ok());
        let id: u64 = id.ok_or(ActError::Unknown)?;
        let (client, task) = self.find(id).ok_or(ActError::Unknown)?;
        let by = task.is_of(user).ok_or(ActError::Forbidden)?;
        let Deed::Complete { result } = deed else {
            return Err(ActError::Unknown);
        };
        if task.completed {
            return Ok(());
        }
        // Before it is sent: it may be read before its answer comes.
        self.done().insert(id, by);
        let done = client.complete(id, &result).await;
        // Also after a failure: what the CRM made of it is seen then.
        self.hint.changed();
        done.inspect_err(|error| {
            // Where no answer came, it may have been done.
            if !matches!(error, ClientError::Unreachable(_)) {
                self.done().remove(&id);
            }
        })
        .map_err(why)?;
        self.note_completed(id);
        Ok(())
    }

    async fn tasks(&self, _user: UserId) -> Vec<OpenTask> {
        Vec::new()
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
