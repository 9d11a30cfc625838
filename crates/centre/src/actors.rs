//! Who can act on what notifications are about, and the way from a user's deed to them.

use crate::{Centre, refusal::Refusal, store::notifications};
use dealbell_protocol::{
    ApiError, ErrorCode, NotificationId, ProviderId, UserId,
    act::{ActError, Actor, Deed},
    rest::MAX_TEXT,
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
        let actors: Vec<_> = self.inner.actors.list().clone();
        let ask = async {
            for (_, actor) in actors {
                let done = actor.act(user, &subject, deed.clone()).await;
                if done != Err(ActError::Unknown) {
                    return done;
                }
            }
            Err(ActError::Unknown)
        };
        let done = tokio::time::timeout(DEADLINE, ask).await;
        done.unwrap_or(Err(ActError::Unreachable)).map_err(refusal)
    }
}

/// The deed within the limits of texts.
fn clean(deed: Deed) -> Result<Deed, Refusal> {
    let Deed::Complete { result } = deed else {
        return Ok(deed);
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
        ActError::Unknown => return unknown("nobody here knows what this notification is about"),
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
