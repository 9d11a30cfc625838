//! Adding and changing cards on behalf of somebody, and telling the hooks.

use super::Office;
use crate::account::ACCOUNT_ID;
use crate::books::{Card, CardChanges, Deal, Entity, NewCard, NewLead, Refusal};
use crate::hooks::Announcement;

impl Office {
    /// Adds a deal as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn add_lead(&self, by: u64, new: NewLead, at: i64) -> Result<u64, Refusal> {
        self.known_actor(by)?;
        self.known_user(new.responsible)?;
        let id = self.desk().books.add_lead(by, new, at)?;
        self.announce_new(Entity::lead(id));
        Ok(id)
    }

    /// Adds a person or company as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn add_card(&self, by: u64, new: NewCard, at: i64) -> Result<u64, Refusal> {
        self.known_actor(by)?;
        self.known_user(new.responsible)?;
        let kind = new.kind;
        let id = self.desk().books.add_card(by, new, at);
        self.announce_new(Entity { kind, id });
        Ok(id)
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
        let (before, after) = {
            let mut desk = self.desk();
            let before = desk.books.card(entity).cloned();
            let before = before.ok_or(Refusal::NoSuchEntity(entity))?;
            (before, desk.books.change_card(by, entity, changes, at)?)
        };
        self.announce(told("update", &after));
        if before.responsible != after.responsible {
            let given = told("responsible", &after);
            self.announce(given.with("old_responsible_user_id", before.responsible));
        }
        if let (Some(was), Some(is)) = (before.deal, after.deal)
            && (was.pipeline, was.status) != (is.pipeline, is.status)
        {
            let moved = told("status", &after)
                .with("old_status_id", was.status)
                .with("old_pipeline_id", was.pipeline);
            self.announce(moved);
        }
        Ok(after)
    }

    /// Tells that there is a new card.
    pub(super) fn announce_new(&self, entity: Entity) {
        let card = self.read(|books| books.card(entity).cloned());
        if let Some(card) = card {
            self.announce(told("add", &card));
        }
    }
}

/// What happened to a card, with the fields amoCRM sends.
fn told(action: &'static str, card: &Card) -> Announcement {
    let announcement = Announcement::new(card.entity.kind.name(), action)
        .with("id", card.entity.id)
        .with("name", &card.name)
        .with("responsible_user_id", card.responsible)
        .with("created_user_id", card.created_by)
        .with("modified_user_id", card.updated_by)
        .with("date_create", card.created_at)
        .with("last_modified", card.updated_at)
        .with("created_at", card.created_at)
        .with("updated_at", card.updated_at)
        .with("account_id", ACCOUNT_ID);
    match card.deal {
        None => announcement.with("type", card.entity.kind.singular()),
        Some(Deal {
            price,
            pipeline,
            status,
            ..
        }) => announcement
            .with("price", price)
            .with("pipeline_id", pipeline)
            .with("status_id", status),
    }
}
