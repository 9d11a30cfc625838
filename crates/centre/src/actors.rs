//! Who can act on what notifications are about, and the way from a user's deed to them.

use crate::{Centre, refusal::Refusal, store::notifications, uniform};
use dealbell_protocol::{
    ApiError, ErrorCode, NotificationId, ProviderId, UserId,
    act::{ActError, Actor, AgendaTask, Deed},
    rest::{ActOn, MAX_TEXT, OpenTask, Tasks},
    text,
};
use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// How long a deed may take; a desktop waits a little longer for the answer.
const DEADLINE: Duration = Duration::from_secs(15);
/// How long gathering the tasks of a day may take: they are known, nobody is asked.
const GATHERING: Duration = Duration::from_secs(5);
/// Tasks in one answer at most.
const MOST_TASKS: usize = 500;

/// Everybody who is registered, in order of coming.
#[derive(Default)]
pub(crate) struct Actors {
    list: Mutex<Vec<(u64, Arc<dyn Actor>)>>,
    next: AtomicU64,
}

impl Actors {
    /// No code panics while it holds this lock, so a poisoned one is as good as any.
    fn list(&self) -> MutexGuard<'_, Vec<(u64, Arc<dyn Actor>)>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps an actor registered for as long as it lives.
#[must_use = "dropping it takes the actor away again"]
pub struct Registration {
    actors: Weak<Actors>,
    number: u64,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registration({})", self.number)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(actors) = self.actors.upgrade() {
            actors.list().retain(|(number, _)| *number != self.number);
        }
    }
}

impl Centre {
    /// Lets `actor` be asked to act on what the CRM's own notifications are about, until the
    /// registration is dropped. Several are asked in order of coming, while each says
    /// [`ActError::Unknown`].
    pub fn register_actor(&self, actor: Arc<dyn Actor>) -> Registration {
        let actors = &self.inner.actors;
        let number = actors.next.fetch_add(1, Relaxed);
        actors.list().push((number, actor));
        Registration {
            actors: Arc::downgrade(actors),
            number,
        }
    }

    /// Does `deed` to the subject of a notification of `user`.
    pub(crate) async fn act(
        &self,
        user: UserId,
        id: NotificationId,
        deed: Deed,
    ) -> Result<(), Refusal> {
        let deed = clean(deed)?;
        let about = notifications::about(self.read(), user, id).await?;
        let about = about.ok_or_else(|| unknown("you have no such notification"))?;
        // An integration numbers its own things; its task 7 is not the CRM's.
        let subject = about
            .subject
            .filter(|_| ProviderId::BUILT_IN.contains(&about.provider.as_str()))
            .ok_or_else(|| unknown("nothing can be done about this notification"))?;
        self.ask(user, &subject, about.source.as_deref(), deed)
            .await
    }

    /// Does a deed to a thing itself, told of or not.
    pub(crate) async fn act_on(&self, user: UserId, act: ActOn) -> Result<(), Refusal> {
        let deed = clean(act.deed)?;
        uniform::key("subject", Some(&act.subject))?;
        let (subject, source) = match act.subject.split_once('@') {
            Some((subject, source)) => (subject, Some(source)),
            None => (act.subject.as_str(), None),
        };
        self.ask(user, subject, source, deed).await
    }

    /// The open tasks of `user` up to the end of his day, of all accounts.
    pub(crate) async fn tasks(&self, user: UserId) -> Tasks {
        let gather = async {
            let mut all = Vec::new();
            for actor in self.actors_of(None) {
                let source = actor.source();
                let of_account = |task: OpenTask| match &source {
                    Some(source) => OpenTask {
                        subject: format!("{}@{source}", task.subject),
                        ..task
                    },
                    None => task,
                };
                all.extend(actor.tasks(user).await.into_iter().map(of_account));
            }
            all
        };
        let mut tasks = match tokio::time::timeout(GATHERING, gather).await {
            Ok(tasks) => tasks,
            Err(_) => {
                tracing::warn!("the tasks of a day were not gathered in time");
                Vec::new()
            }
        };
        tasks.sort_by_key(|task| task.due_at);
        tasks.truncate(MOST_TASKS);
        Tasks { tasks }
    }

    /// All open tasks of `user`, each with its account; none where fewer accounts say theirs than
    /// the `accounts` that are connected.
    pub(crate) async fn agenda_of(
        &self,
        user: UserId,
        accounts: usize,
    ) -> Option<Vec<(String, AgendaTask)>> {
        let actors = self.actors_of(None);
        if actors.len() < accounts {
            return None;
        }
        let mut all = Vec::new();
        for actor in actors {
            let (source, tasks) = (actor.source()?, actor.agenda(user).await?);
            all.extend(tasks.into_iter().map(|task| (source.clone(), task)));
        }
        all.sort_by_key(|(_, agenda)| agenda.task.due_at);
        Some(all)
    }

    /// Asks one after the other until it is done, or refused for a reason that is final. Nothing was
    /// done by whoever says that the subject is not known to him, or not this user's.
    async fn ask(
        &self,
        user: UserId,
        subject: &str,
        source: Option<&str>,
        deed: Deed,
    ) -> Result<(), Refusal> {
        let actors = self.actors_of(source);
        let ask = async {
            let mut worst = ActError::Unknown;
            for actor in actors {
                match actor.act(user, subject, deed.clone()).await {
                    Err(ActError::Unknown) => {}
                    Err(ActError::Forbidden) => worst = ActError::Forbidden,
                    done => return done,
                }
            }
            Err(worst)
        };
        let done = tokio::time::timeout(DEADLINE, ask).await;
        done.unwrap_or(Err(ActError::Unreachable)).map_err(refusal)
    }

    /// Those of one account, and who does not say which is his; everybody where none is named.
    fn actors_of(&self, source: Option<&str>) -> Vec<Arc<dyn Actor>> {
        let is_of = |actor: &Arc<dyn Actor>| {
            let own = actor.source();
            source.is_none() || own.is_none() || own.as_deref() == source
        };
        let actors = self.inner.actors.list().clone();
        let actors = actors.into_iter().map(|(_, actor)| actor);
        actors.filter(is_of).collect()
    }
}

/// The deed within the limits of texts.
fn clean(deed: Deed) -> Result<Deed, Refusal> {
    let result = match deed {
        Deed::Complete { result } => result,
        Deed::Reopen => return Ok(Deed::Reopen),
    };
    let length = result.chars().count();
    if length > MAX_TEXT {
        let message = format!("result has {length} characters, at most {MAX_TEXT} fit");
        return Err(Refusal::field("result", message));
    }
    Ok(Deed::Complete {
        result: text::block(&result, MAX_TEXT),
    })
}

fn unknown(message: &str) -> Refusal {
    ApiError::new(ErrorCode::NotFound, message).into()
}

fn refusal(error: ActError) -> Refusal {
    let (code, message) = match error {
        ActError::Unknown => return unknown("nobody here knows what this is about"),
        ActError::Forbidden => (
            ErrorCode::Forbidden,
            "the CRM does not let you, or it is no longer yours".to_owned(),
        ),
        ActError::Unreachable => (
            ErrorCode::CrmUnreachable,
            "the CRM does not answer: nothing was done, try again".to_owned(),
        ),
        ActError::Refused(reason) => (ErrorCode::CrmRefused, text::block(&reason, MAX_TEXT)),
    };
    ApiError::new(code, message).into()
}
