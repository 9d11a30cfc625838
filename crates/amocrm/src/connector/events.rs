//! Events of one reading: one request for all kinds, and what must be read to understand them.

use super::reading::OVERLAP;
use crate::client::{Client, ClientError};
use crate::memory::Checkpoint;
use crate::model::{Card, CrmUserId, Entity, EntityType, Event, Seconds};
use crate::rules::Handed;
use crate::rules::calls::Notes;
use crate::rules::happened::{
    EVENTS, HANDED, Happened, Happening, SMS, Stamp, TASK_COMPLETED, TASK_DELETED,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Events older than this are not read any more: after months without a right to them, only the
/// last week is news.
const OLDEST: Seconds = 7 * 86_400;

/// What the events of one reading tell.
#[derive(Default)]
pub(super) struct Events {
    /// Tasks that were deleted.
    pub(super) deleted: BTreeSet<u64>,
    /// Who completed which task.
    pub(super) completed: BTreeMap<u64, CrmUserId>,
    /// Who gave which task to whom has it now.
    pub(super) handed: BTreeMap<u64, Handed>,
    /// What happened to cards, oldest first.
    pub(super) happened: Vec<Happened>,
    /// The cards concerned, read after the events. Those that are gone, or out of this token's
    /// sight, are nobody's.
    pub(super) cards: HashMap<Entity, Card>,
    /// The notes of calls and SMS.
    pub(super) notes: Notes,
}

/// What is known already that events may concern.
#[derive(Clone, Default)]
pub(super) struct Waiting {
    /// Cards of conversations and calls that wait.
    pub(super) cards: BTreeSet<Entity>,
    /// Cards whose owners are looked up now, for those that left this token's sight.
    pub(super) look_up: BTreeSet<Entity>,
}

impl Waiting {
    fn has_deals(&self) -> bool {
        self.cards.iter().any(|card| card.kind == EntityType::Leads)
    }

    /// The deals of these contacts, as far as something waits on them. Hundreds may wait in all.
    async fn deals_of(
        &self,
        client: &Client,
        contacts: &BTreeSet<u64>,
    ) -> Result<Vec<Entity>, ClientError> {
        let contacts: Vec<u64> = contacts.iter().copied().collect();
        let deals = match client.deals_of(&contacts).await {
            Ok(deals) => deals,
            Err(ClientError::Forbidden | ClientError::Refused { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let deals = deals.into_iter().map(|id| Entity {
            kind: EntityType::Leads,
            id,
        });
        Ok(deals.filter(|deal| self.cards.contains(deal)).collect())
    }
}

impl Events {
    /// Reads what happened since `checkpoint`, and moves it on. None where events are denied.
    pub(super) async fn read(
        client: &Client,
        checkpoint: &mut Checkpoint,
        begun: Seconds,
        waiting: &Waiting,
    ) -> Result<Option<Self>, ClientError> {
        let last = checkpoint.events.unwrap_or(checkpoint.at);
        let from = last.saturating_sub(OVERLAP).max(begun - OLDEST);
        let read = match client.events(&EVENTS, from).await {
            Ok(read) => read,
            // Not everybody may read events: then editors count as completers, what is deleted is
            // found by the look-up, and there is nothing to tell of chats, calls and deals.
            Err(ClientError::Forbidden | ClientError::Refused { .. }) => {
                tracing::warn!("the CRM gives no events; going on without");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let mut events = Self::default();
        events.sort_out(&read, checkpoint);
        let newest = read.iter().map(|event| event.created_at).max();
        let newest = newest.unwrap_or(last).min(begun.max(last)).max(last);
        checkpoint.events = Some(newest);
        checkpoint.seen = events
            .happened
            .iter()
            .map(|event| event.stamp.clone())
            .filter(|stamp| stamp.at >= newest - OVERLAP)
            .collect();
        events.read_notes(client).await?;
        events.read_cards(client, waiting).await?;
        Ok(Some(events))
    }

    /// What has happened already in the second in which an account's first reading begins: times
    /// alone do not tell it from what comes later (RULES T12).
    pub(super) async fn before(
        client: &Client,
        checkpoint: &mut Checkpoint,
    ) -> Result<(), ClientError> {
        match client.events(&EVENTS, checkpoint.begun).await {
            Ok(read) => checkpoint.seen = read.iter().map(Stamp::of).collect(),
            Err(ClientError::Forbidden | ClientError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether a deal was made: perhaps one of Incoming leads.
    pub(super) fn has_new_deal(&self) -> bool {
        let made = |event: &Happened| event.fresh && event.what == Happening::LeadAdded;
        self.happened.iter().any(made)
    }

    fn sort_out(&mut self, read: &[Event], checkpoint: &Checkpoint) {
        let told = |event: &&Event| event.created_at >= checkpoint.begun;
        for event in read.iter().filter(told) {
            let is_task = event.entity_type == "task";
            match event.kind.as_str() {
                TASK_DELETED if is_task => drop(self.deleted.insert(event.entity_id)),
                // Events come newest first; the newest completion is the one that counts.
                TASK_COMPLETED if is_task => {
                    let by = self.completed.entry(event.entity_id);
                    by.or_insert(event.created_by);
                }
                HANDED if is_task => {
                    let (by, at) = (event.created_by, event.created_at);
                    let handed = self.handed.entry(event.entity_id);
                    handed.or_insert(Handed { by, at });
                }
                _ => {
                    let fresh = !checkpoint.seen.contains(&Stamp::of(event));
                    self.happened.extend(Happened::read(event, fresh));
                }
            }
        }
        self.happened.sort_by(|a, b| a.stamp.cmp(&b.stamp));
    }

    async fn read_notes(&mut self, client: &Client) -> Result<(), ClientError> {
        let mut wanted: BTreeMap<EntityType, BTreeSet<u64>> = BTreeMap::new();
        for event in self.happened.iter().filter(|event| event.fresh) {
            let note = match &event.what {
                Happening::CallIn(note) => Some(*note),
                Happening::MessageIn(written) => written.note,
                Happening::MessageOut(_)
                | Happening::CallOut
                | Happening::Responsible { .. }
                | Happening::LeadAdded => None,
            };
            let notes = wanted.entry(event.card.kind).or_default();
            notes.extend(note.filter(|&note| note != 0));
        }
        for (kind, ids) in wanted {
            let ids: Vec<u64> = ids.into_iter().collect();
            if ids.is_empty() {
                continue;
            }
            match client.notes(kind, &ids).await {
                Ok(notes) => self.notes.extend(notes.into_iter().map(|n| (n.id, n))),
                Err(ClientError::Forbidden | ClientError::Refused { .. }) => {
                    tracing::debug!(kind = kind.name(), "no notes for this token");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn read_cards(&mut self, client: &Client, waiting: &Waiting) -> Result<(), ClientError> {
        let mut wanted = waiting.look_up.clone();
        let mut answered: BTreeSet<u64> = BTreeSet::new();
        for event in self.happened.iter().filter(|event| event.fresh) {
            let is_deal = event.card.kind == EntityType::Leads;
            match &event.what {
                Happening::MessageIn(_) | Happening::CallIn(_) | Happening::LeadAdded => {
                    wanted.insert(event.card);
                }
                Happening::Responsible { .. } => {
                    if is_deal || waiting.cards.contains(&event.card) {
                        wanted.insert(event.card);
                    }
                }
                // An answer on a deal may be to one of its contacts, and the other way round.
                Happening::MessageOut(written) if written.talk != 0 => {}
                Happening::MessageOut(_) | Happening::CallOut => match event.card.kind {
                    EntityType::Leads if !waiting.cards.is_empty() => {
                        wanted.insert(event.card);
                    }
                    EntityType::Contacts if waiting.has_deals() => {
                        answered.insert(event.card.id);
                    }
                    EntityType::Leads
                    | EntityType::Contacts
                    | EntityType::Companies
                    | EntityType::Customers => {}
                },
            }
        }
        wanted.extend(waiting.deals_of(client, &answered).await?);
        self.cards = read_owners(client, &wanted).await?;
        Ok(())
    }

    /// What SMS say, by the names of their messages.
    pub(super) fn texts(&self) -> impl Iterator<Item = (String, &str)> {
        let notes = self.notes.values();
        notes.map(|note| (format!("{SMS}:{}", note.id), note.params.text.as_str()))
    }
}

/// These cards as they are now; one that is not to be had is nobody's.
async fn read_owners(
    client: &Client,
    wanted: &BTreeSet<Entity>,
) -> Result<HashMap<Entity, Card>, ClientError> {
    let mut cards = HashMap::new();
    let mut ids: BTreeMap<EntityType, Vec<u64>> = BTreeMap::new();
    for card in wanted {
        ids.entry(card.kind).or_default().push(card.id);
    }
    for (kind, ids) in ids {
        match client.cards(kind, &ids).await {
            Ok(found) => {
                cards.extend(ids.into_iter().map(|id| (Entity { kind, id }, nobody(id))));
                let found = found.into_iter();
                cards.extend(found.map(|card| (Entity { kind, id: card.id }, card)));
            }
            Err(ClientError::Forbidden | ClientError::Refused { .. }) => {
                tracing::debug!(kind = kind.name(), "no cards for this token");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(cards)
}

fn nobody(id: u64) -> Card {
    Card {
        id,
        ..Card::default()
    }
}
