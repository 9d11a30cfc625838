//! Names of deals and contacts, remembered for a while.

use crate::client::Client;
use crate::model::{Card, Entity, EntityType};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::time::Instant;

/// A name is asked for again after this.
const FRESH: Duration = Duration::from_secs(600);
/// More names than this are not kept.
const MOST: usize = 5_000;
/// A notice waits no longer than this for the name of its card.
const PATIENCE: Duration = Duration::from_secs(3);

/// The names known now.
#[derive(Debug, Default)]
pub(super) struct Cards {
    known: HashMap<Entity, Card>,
    read_at: HashMap<Entity, Instant>,
}

impl Cards {
    /// What is known of every card.
    pub(super) fn known(&self) -> &HashMap<Entity, Card> {
        &self.known
    }

    /// Reads the names that are missing or old. A name is worth a moment, but no notice: where the
    /// CRM does not give it, the old one or none is shown.
    pub(super) async fn read(&mut self, client: &Client, wanted: &BTreeSet<Entity>) {
        let now = Instant::now();
        let mut missing: BTreeMap<EntityType, Vec<u64>> = BTreeMap::new();
        for entity in wanted {
            let age = self.read_at.get(entity).map(|&at| now.duration_since(at));
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
