//! What users do about their tasks, done in the CRM.

use super::Hint;
use crate::client::{Client, ClientError};
use crate::rules::{KnownTask, People};
use async_trait::async_trait;
use dealbell_protocol::UserId;
use dealbell_protocol::act::{ActError, Actor, Deed};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Completes tasks of the account a connector reads, while it reads it.
#[derive(Clone)]
pub(super) struct Desk {
    hint: Hint,
    open: Arc<RwLock<Option<Open>>>,
}

/// What the connector knows now.
struct Open {
    client: Client,
    tasks: HashMap<u64, Task>,
}

#[derive(Clone, Copy)]
struct Task {
    responsible: Option<UserId>,
    author: Option<UserId>,
    completed: bool,
}

impl Desk {
    pub(super) fn new(hint: Hint) -> Self {
        Self {
            hint,
            open: Arc::default(),
        }
    }

    /// These tasks can be acted on, through this client.
    pub(super) fn open<'a>(
        &self,
        client: &Client,
        tasks: impl Iterator<Item = &'a KnownTask>,
        people: &People,
    ) {
        let whose = |task: &KnownTask| Task {
            responsible: people.get(&task.responsible).copied(),
            author: people.get(&task.author).copied(),
            completed: task.completed,
        };
        let tasks = tasks.map(|task| (task.id, whose(task))).collect();
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
        if task.responsible != Some(user) && task.author != Some(user) {
            return Err(ActError::Forbidden);
        }
        let Deed::Complete { result } = deed;
        if task.completed {
            return Ok(());
        }
        let done = client.complete(id, &result).await;
        // Also after a failure: what the CRM made of it is seen then.
        self.hint.now();
        done.map_err(why)?;
        self.note_completed(id);
        Ok(())
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
