//! What holds for everybody who has not chosen (RULES C3, T9).

use crate::{Actor, Centre, CentreError, audit, refusal::Refusal, store::defaults};
use dealbell_protocol::rest::Defaults;

impl Centre {
    /// What was decided for everybody.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn defaults(&self) -> Result<Defaults, CentreError> {
        Ok(self.read_defaults().await?)
    }

    pub(crate) async fn read_defaults(&self) -> Result<Defaults, Refusal> {
        // One transaction, so that all of it is of the same moment.
        let mut db = self.read().begin().await?;
        let decided = defaults::read(&mut db).await?;
        db.commit().await?;
        Ok(decided)
    }

    /// Puts `wanted` in its place, in the name of `actor`. Every user's devices hear of it; what users have chosen stays.
    ///
    /// # Errors
    /// When a provider is unknown or a row stands there twice; nothing changes then.
    pub async fn set_defaults(&self, wanted: Defaults, actor: Actor) -> Result<(), CentreError> {
        Ok(self.replace_defaults(wanted, actor).await?)
    }

    pub(crate) async fn replace_defaults(
        &self,
        wanted: Defaults,
        actor: Actor,
    ) -> Result<(), Refusal> {
        let deliverable = self.inner.deliverable.clone();
        let replaced = self.writer().write(move |step| {
            Box::pin(async move {
                let detail = serde_json::to_string(&wanted)?;
                audit::note(step, &actor, "defaults.set", "", detail).await?;
                defaults::replace(step, &wanted, &deliverable).await
            })
        });
        replaced.await
    }
}
