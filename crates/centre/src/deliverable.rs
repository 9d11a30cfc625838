//! What the centre is able to deliver on: whoever serves it knows, all others that open the same
//! file (the command line) do as he does, and users hear of it when it changes.

use crate::{Centre, CentreError, Options, refusal::Refusal, store::settings};
use dealbell_protocol::Channel;
use sqlx::SqliteConnection;

/// Of a centre that never said otherwise.
pub(crate) const USUAL: [Channel; 2] = [Channel::Interface, Channel::Desktop];

impl Centre {
    /// Opens the centre as it was served last: [`Options::deliverable`] is what it was then.
    ///
    /// # Errors
    /// As [`Centre::open`].
    pub async fn open_beside(options: Options) -> Result<Self, CentreError> {
        let centre = Self::open(options.clone()).await?;
        let deliverable = known(&mut *centre.read().acquire().await?).await?;
        if deliverable == options.deliverable {
            return Ok(centre);
        }
        drop(centre);
        Self::open(Options {
            deliverable,
            ..options
        })
        .await
    }

    /// Keeps what this process is able to deliver on, and tells every user where it was something
    /// else before.
    pub(crate) async fn keep_deliverable(&self) -> Result<(), Refusal> {
        let deliverable = self.inner.deliverable.clone();
        let kept = self.writer().write(move |step| {
            Box::pin(async move {
                if known(&mut step.db).await? == deliverable {
                    return Ok(());
                }
                sqlx::query(
                    "INSERT INTO deliverable (one, channels) VALUES (1, ?1)
                     ON CONFLICT DO UPDATE SET channels = ?1",
                )
                .bind(serde_json::to_string(&deliverable)?)
                .execute(&mut step.db)
                .await?;
                settings::tell_all(step, &deliverable).await
            })
        });
        kept.await
    }
}

async fn known(db: &mut SqliteConnection) -> Result<Vec<Channel>, sqlx::Error> {
    let kept: Option<String> = sqlx::query_scalar("SELECT channels FROM deliverable")
        .fetch_optional(db)
        .await?;
    // What a newer version delivers on is not known here.
    let kept = kept.and_then(|text| serde_json::from_str(&text).ok());
    Ok(kept.unwrap_or_else(|| USUAL.to_vec()))
}
