//! Adding and changing cards on behalf of somebody.

use super::Office;
use crate::books::{Card, CardChanges, Entity, NewCard, NewLead, Refusal};

impl Office {
    /// Adds a deal as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn add_lead(&self, by: u64, new: NewLead, at: i64) -> Result<u64, Refusal> {
        self.known_actor(by)?;
        self.known_user(new.responsible)?;
        self.desk().books.add_lead(by, new, at)
    }

    /// Adds a person or company as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn add_card(&self, by: u64, new: NewCard, at: i64) -> Result<u64, Refusal> {
        self.known_actor(by)?;
        self.known_user(new.responsible)?;
        Ok(self.desk().books.add_card(by, new, at))
    }

    /// Changes a card as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn change_card(
        &self,
        by: u64,
        entity: Entity,
        changes: CardChanges,
        at: i64,
    ) -> Result<Card, Refusal> {
        self.known_actor(by)?;
        if let Some(responsible) = changes.responsible {
            self.known_user(responsible)?;
        }
        self.desk().books.change_card(by, entity, changes, at)
    }
}
