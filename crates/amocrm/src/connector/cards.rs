//! Names of deals and contacts, remembered for a while.

use crate::client::Client;
use crate::clock::Clock;
use crate::model::{Card, Entity, EntityType};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// A name is asked for again after this.
pub(super) const FRESH: Duration = Duration::from_secs(600);
/// More names than this are not kept.
pub(super) const MOST: usize = 5_000;
/// A notice waits no longer than this for the name of its card.
const PATIENCE: Duration = Duration::from_secs(3);

/// The names known now.
#[derive(Debug)]
pub(super) struct Cards {
    clock: Clock,
    known: HashMap<Entity, Card>,
    /// By the clock's `elapsed`.
    read_at: HashMap<Entity, Duration>,
}

impl Cards {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            known: HashMap::new(),
            read_at: HashMap::new(),
        }
    }

    /// Takes over cards that were read for another reason. Those without a name were not to be had.
    pub(super) fn learn(&mut self, cards: HashMap<Entity, Card>) {
        let now = self.clock.elapsed();
        for (entity, card) in cards {
            if !card.name.is_empty() {
                self.known.insert(entity, card);
                self.read_at.insert(entity, now);
            }
        }
    }

    /// What is known of every card.
    pub(super) fn known(&self) -> &HashMap<Entity, Card> {
        &self.known
    }

    /// Reads the names that are missing or old. A name is worth a moment, but no notice: where the
    /// CRM does not give it, the old one or none is shown.
    pub(super) async fn read(&mut self, client: &Client, wanted: &BTreeSet<Entity>) {
        let now = self.clock.elapsed();
        let mut missing: BTreeMap<EntityType, Vec<u64>> = BTreeMap::new();
        for entity in wanted {
            let age = self.read_at.get(entity).map(|&at| now.saturating_sub(at));
            if age.is_none_or(|age| age > FRESH) {
                missing.entry(entity.kind).or_default().push(entity.id);
            }
        }
        if self.known.len() > MOST {
            self.known.clear();
            self.read_at.clear();
        }
        for (kind, ids) in missing {
            let asked = tokio::time::timeout(PATIENCE, client.cards(kind, &ids)).await;
            let Ok(Ok(cards)) = asked else {
                tracing::debug!(kind = kind.name(), "no names for now");
                continue;
            };
            // A card that is not in the answer is not asked for again at once either.
            self.read_at
                .extend(ids.into_iter().map(|id| (Entity { kind, id }, now)));
            let named = cards
                .into_iter()
                .map(|card| (Entity { kind, id: card.id }, card));
            self.known.extend(named);
        }
    }
}
