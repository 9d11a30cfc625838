//! The controls of deals, people and companies.

use super::Sandbox;
use crate::books::{Card, CardChanges, Entity, EntityKind, NewCard, NewLead, Refusal};

impl Sandbox {
    /// Adds a deal and returns its id.
    ///
    /// # Errors
    /// [`Refusal`] when a user, the pipeline, the status, the contact or the company does not
    /// exist.
    pub fn create_lead(&self, by: u64, lead: NewLead) -> Result<u64, Refusal> {
        self.office.add_lead(by, lead, self.office.now())
    }

    /// Adds a person with a telephone number (empty for none) and returns the id.
    ///
    /// # Errors
    /// [`Refusal`] when a user does not exist.
    pub fn create_contact(
        &self,
        by: u64,
        name: &str,
        phone: &str,
        responsible: u64,
    ) -> Result<u64, Refusal> {
        let new = NewCard {
            kind: EntityKind::Contacts,
            name: name.to_owned(),
            responsible,
            phone: phone.to_owned(),
        };
        self.office.add_card(by, new, self.office.now())
    }

    /// Gives a deal to somebody else.
    ///
    /// # Errors
    /// [`Refusal`] when a user or the deal does not exist.
    pub fn assign_lead(&self, by: u64, lead: u64, to: u64) -> Result<(), Refusal> {
        self.assign(by, Entity::lead(lead), to)
    }

    /// Gives any card to somebody else.
    ///
    /// # Errors
    /// [`Refusal`] when a user or the card does not exist.
    pub fn assign(&self, by: u64, card: Entity, to: u64) -> Result<(), Refusal> {
        let changes = CardChanges {
            responsible: Some(to),
            ..CardChanges::default()
        };
        self.change_card(by, card, changes)
    }

    /// Moves a deal to a status of its pipeline, else of the pipeline that has it.
    ///
    /// # Errors
    /// [`Refusal`] when the user, the deal or the status does not exist.
    pub fn move_lead(&self, by: u64, lead: u64, status: u64) -> Result<(), Refusal> {
        let changes = CardChanges {
            status: Some(status),
            ..CardChanges::default()
        };
        self.change_card(by, Entity::lead(lead), changes)
    }

    /// A card as it is now.
    #[must_use]
    pub fn card(&self, card: Entity) -> Option<Card> {
        self.office.read(|books| books.card(card).cloned())
    }

    fn change_card(&self, by: u64, card: Entity, changes: CardChanges) -> Result<(), Refusal> {
        let now = self.office.now();
        self.office.change_card(by, card, changes, now).map(|_| ())
    }
}
