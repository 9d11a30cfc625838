//! The account's cards: deals, people, companies and customers, who looks after them and how they
//! hang together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::card::{Card, CardChanges, Deal, NewCard, NewLead, Person};
use super::pipelines::{LOST, MAIN_PIPELINE, NEGOTIATION, PIPELINES, WON, pipeline};
use super::{Books, Entity, EntityKind, Refusal};
use crate::account::OPENED_AT;
use crate::cast;
use crate::events::{Happening, Stage, Subject};

/// Every card, by id and by when it was last touched.
#[derive(Debug, Default)]
pub(super) struct Cards {
    by_id: BTreeMap<Entity, Card>,
    by_update: BTreeSet<(EntityKind, i64, u64)>,
}

const FIRST_LEAD: u64 = 7_500_000;
const FIRST_CONTACT: u64 = 5_300_000;
const FIRST_COMPANY: u64 = 6_400_000;
const FIRST_CUSTOMER: u64 = 8_600_000;

impl Cards {
    /// The cast, each card in the care of one of these users in turn.
    pub(super) fn of_the_cast(users: &[u64]) -> Self {
        let mut cards = Self::default();
        let blank = |kind: EntityKind, place: usize, id: u64, name: String| {
            let keeper = users.get(place % users.len().max(1)).copied();
            blank(
                Entity { kind, id },
                name,
                keeper.unwrap_or_default(),
                OPENED_AT,
            )
        };
        for (place, contact) in cast::CONTACTS.iter().enumerate() {
            let name = format!("{} {}", contact.first, contact.last);
            let mut card = blank(EntityKind::Contacts, place, contact.id, name);
            card.person = Some(Person {
                first: contact.first.to_owned(),
                last: contact.last.to_owned(),
                phone: format!("+7921555{:04}", contact.id % 10_000),
            });
            cards.put(card);
        }
        for (place, company) in cast::COMPANIES.iter().enumerate() {
            let name = company.name.to_owned();
            cards.put(blank(EntityKind::Companies, place, company.id, name));
        }
        for (place, customer) in cast::CUSTOMERS.iter().enumerate() {
            let name = customer.name.to_owned();
            cards.put(blank(EntityKind::Customers, place, customer.id, name));
        }
        for (place, lead) in cast::LEADS.iter().enumerate() {
            let mut card = blank(EntityKind::Leads, place, lead.id, lead.name.to_owned());
            card.deal = Some(Deal {
                price: lead.price,
                pipeline: MAIN_PIPELINE,
                status: NEGOTIATION,
                closed_at: None,
            });
            card.contacts = vec![cast::CONTACTS[lead.contact].id];
            card.company = lead.company.map(|place| cast::COMPANIES[place].id);
            cards.tie(&card);
            cards.put(card);
        }
        cards
    }

    /// Writes a deal into the cards it is made with.
    fn tie(&mut self, lead: &Card) {
        let company = lead.company.map(Entity::company);
        for &contact in &lead.contacts {
            if let Some(card) = self.by_id.get_mut(&Entity::contact(contact)) {
                card.leads.push(lead.entity.id);
                card.company = card.company.or(lead.company);
            }
        }
        if let Some(card) = company.and_then(|company| self.by_id.get_mut(&company)) {
            card.leads.push(lead.entity.id);
            for contact in &lead.contacts {
                if !card.contacts.contains(contact) {
                    card.contacts.push(*contact);
                }
            }
        }
    }

    fn put(&mut self, card: Card) {
        let Entity { kind, id } = card.entity;
        let updated_at = card.updated_at;
        if let Some(before) = self.by_id.insert(card.entity, card) {
            self.by_update.remove(&(kind, before.updated_at, id));
        }
        self.by_update.insert((kind, updated_at, id));
    }
}

fn blank(entity: Entity, name: String, keeper: u64, now: i64) -> Card {
    Card {
        entity,
        name,
        responsible: keeper,
        created_by: keeper,
        updated_by: keeper,
        created_at: now,
        updated_at: now,
        deal: None,
        person: None,
        contacts: Vec::new(),
        company: None,
        leads: Vec::new(),
    }
}

impl Books {
    /// The card, if there is one.
    pub(crate) fn card(&self, entity: Entity) -> Option<&Card> {
        self.cards.by_id.get(&entity)
    }

    /// The cards of a kind among `ids` (all when `None`) last touched within the span, by id.
    pub(crate) fn cards_among(
        &self,
        kind: EntityKind,
        ids: Option<&[u64]>,
        updated_at: &RangeInclusive<i64>,
    ) -> Vec<&Card> {
        let all = Entity { kind, id: 0 }..=Entity { kind, id: u64::MAX };
        let ids: BTreeSet<u64> = match ids {
            Some(ids) => ids.iter().copied().collect(),
            None if *updated_at == (i64::MIN..=i64::MAX) => {
                return self.cards.by_id.range(all).map(|(_, card)| card).collect();
            }
            None if updated_at.is_empty() => return Vec::new(),
            None => {
                let span = (kind, *updated_at.start(), 0)..=(kind, *updated_at.end(), u64::MAX);
                let updates = self.cards.by_update.range(span);
                updates.map(|&(_, _, id)| id).collect()
            }
        };
        ids.into_iter()
            .filter_map(|id| self.card(Entity { kind, id }))
            .filter(|card| updated_at.contains(&card.updated_at))
            .collect()
    }

    /// An id for a card of this kind that nobody has had.
    pub(super) fn next_card(&mut self, kind: EntityKind) -> Entity {
        let first = match kind {
            EntityKind::Leads => FIRST_LEAD,
            EntityKind::Contacts => FIRST_CONTACT,
            EntityKind::Companies => FIRST_COMPANY,
            EntityKind::Customers => FIRST_CUSTOMER,
        };
        let id = first + self.next_serial();
        Entity { kind, id }
    }

    /// Adds a deal and returns its id.
    ///
    /// # Errors
    /// [`Refusal`] when its pipeline, status, contact or company does not exist.
    pub(crate) fn add_lead(&mut self, by: u64, new: NewLead, now: i64) -> Result<u64, Refusal> {
        let entity = self.next_card(EntityKind::Leads);
        self.add_lead_as(entity, by, new, now)?;
        Ok(entity.id)
    }

    pub(super) fn add_lead_as(
        &mut self,
        entity: Entity,
        by: u64,
        new: NewLead,
        now: i64,
    ) -> Result<(), Refusal> {
        if let Some(contact) = new.contact {
            self.known(Entity::contact(contact))?;
        }
        if let Some(company) = new.company {
            self.known(Entity::company(company))?;
        }
        let stage = stage(new.pipeline, new.status)?;
        let mut card = blank(entity, new.name, new.responsible, now);
        (card.created_by, card.updated_by) = (by, by);
        card.deal = Some(Deal {
            price: new.price,
            pipeline: stage.pipeline,
            status: stage.status,
            closed_at: is_closed(stage).then_some(now),
        });
        card.contacts = new.contact.into_iter().collect();
        card.company = new.company;
        self.cards.tie(&card);
        self.cards.put(card);
        let note = self.next_note();
        self.record(
            Happening::LeadAdded { note },
            Subject::Card(entity),
            by,
            now,
        );
        Ok(())
    }

    /// Adds a person, company or customer and returns the id.
    pub(crate) fn add_card(&mut self, by: u64, new: NewCard, now: i64) -> u64 {
        let entity = self.next_card(new.kind);
        self.add_card_as(entity, by, new, now);
        entity.id
    }

    pub(super) fn add_card_as(&mut self, entity: Entity, by: u64, new: NewCard, now: i64) {
        let note = self.next_note();
        let mut card = blank(entity, new.name, new.responsible, now);
        (card.created_by, card.updated_by) = (by, by);
        let happening = match new.kind {
            EntityKind::Contacts => {
                let (first, last) = card.name.split_once(' ').unwrap_or((&card.name, ""));
                card.person = Some(Person {
                    first: first.to_owned(),
                    last: last.to_owned(),
                    phone: new.phone,
                });
                Some(Happening::ContactAdded { note })
            }
            EntityKind::Companies => Some(Happening::CompanyAdded { note }),
            // The account keeps no record of these two being added this way.
            EntityKind::Leads | EntityKind::Customers => None,
        };
        self.cards.put(card);
        if let Some(happening) = happening {
            self.record(happening, Subject::Card(entity), by, now);
        }
    }

    /// Changes a card, recording a new keeper and a new stage. Returns it as it is now.
    ///
    /// # Errors
    /// [`Refusal`] when the card, or the pipeline or status it should go to, does not exist.
    pub(crate) fn change_card(
        &mut self,
        by: u64,
        entity: Entity,
        changes: CardChanges,
        now: i64,
    ) -> Result<Card, Refusal> {
        let before = self.known(entity)?.clone();
        let mut after = before.clone();
        let mut happened = Vec::new();
        if let (Some(was), Some(deal)) = (before.deal, &mut after.deal) {
            deal.price = changes.price.unwrap_or(was.price);
            let from = Stage {
                status: was.status,
                pipeline: was.pipeline,
            };
            let to = match (changes.pipeline, changes.status) {
                (None, None) => from,
                (Some(pipeline), status) => stage(pipeline, status)?,
                (None, Some(status)) => stage_of(was.pipeline, status)?,
            };
            if from != to {
                (deal.pipeline, deal.status) = (to.pipeline, to.status);
                deal.closed_at = is_closed(to).then_some(now);
                happened.push(Happening::StatusChanged {
                    before: from,
                    after: to,
                });
            }
        }
        if let Some(name) = changes.name {
            after.name = name;
        }
        if let Some(to) = changes.responsible.filter(|&to| to != before.responsible) {
            after.responsible = to;
            happened.push(Happening::ResponsibleChanged {
                before: before.responsible,
                after: to,
            });
        }
        (after.updated_by, after.updated_at) = (by, now);
        for happening in happened {
            self.record(happening, Subject::Card(entity), by, now);
        }
        self.cards.put(after.clone());
        Ok(after)
    }
}

/// The stage of a pipeline, its first when none is named.
fn stage(id: u64, status: Option<u64>) -> Result<Stage, Refusal> {
    let pipeline = pipeline(id).ok_or(Refusal::NoSuchPipeline(id))?;
    let status = match status {
        None => pipeline.first(),
        Some(status) => pipeline
            .stage(status)
            .ok_or(Refusal::NoSuchStatus(status))?,
    };
    Ok(Stage {
        status: status.id,
        pipeline: id,
    })
}

/// A status of the pipeline a deal is in, else of the one that has it.
fn stage_of(current: u64, status: u64) -> Result<Stage, Refusal> {
    let others = PIPELINES.iter().map(|pipeline| pipeline.id);
    std::iter::once(current)
        .chain(others)
        .find_map(|pipeline| stage(pipeline, Some(status)).ok())
        .ok_or(Refusal::NoSuchStatus(status))
}

fn is_closed(stage: Stage) -> bool {
    [WON, LOST].contains(&stage.status)
}
