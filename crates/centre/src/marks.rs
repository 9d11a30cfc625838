//! What a user says of his notifications: read, unread, all read.

use crate::{
    Centre,
    refusal::Refusal,
    store::{
        log::{self, Head},
        notifications,
    },
};
use dealbell_protocol::{
    ApiError, Cursor, ErrorCode, NotificationId, UserId, stream::MAX_MARK_IDS,
};

/// A mark. Marking what is marked already changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// These are read.
    Read(Vec<NotificationId>),
    /// These are unread again.
    Unread(Vec<NotificationId>),
    /// Everything created up to and including this place is read (STREAM 6).
    ReadAll(Cursor),
}

impl Centre {
    /// Commits a mark and says where the log and the counter are then.
    pub(crate) async fn mark(&self, user: UserId, mark: Mark) -> Result<Head, Refusal> {
        if let Mark::Read(ids) | Mark::Unread(ids) = &mark
            && ids.len() > MAX_MARK_IDS
        {
            let message = format!("at most {MAX_MARK_IDS} ids at once");
            return Err(Refusal::field("ids", message));
        }
        let marked = self.writer().write(move |step| {
            Box::pin(async move {
                match mark {
                    Mark::Read(ids) => notifications::mark_read(step, user, &ids).await?,
                    Mark::Unread(ids) => notifications::mark_unread(step, user, &ids).await?,
                    Mark::ReadAll(upto) => {
                        let head = log::head(&mut step.db, user).await?;
                        let head = head.ok_or(Refusal::UnknownUser(user))?;
                        if upto.epoch != head.cursor.epoch || upto.seq > head.cursor.seq {
                            let message = "this place belongs to another history of the log";
                            return Err(ApiError::new(ErrorCode::NotFound, message).into());
                        }
                        notifications::mark_all_read(step, user, upto.seq).await?;
                    }
                }
                let head = log::head(&mut step.db, user).await?;
                head.ok_or(Refusal::UnknownUser(user))
            })
        });
        marked.await
    }
}
