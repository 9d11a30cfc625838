//! Deals: given to somebody by somebody else.
//!
//! Decisions where RULES leave room: several changes met in one reading count as the last of them;
//! whoever had the deal only in between hears nothing, and whoever has it back is told anew. A deal that came out of Incoming leads is
//! told as a request, not as an assignment.

use super::happened::{Happened, Happening, Scene, Stamp};
use super::{About, News, Say};
use crate::model::{CrmUserId, Entity, EntityType, Seconds};
use dealbell_protocol::ingest::Again;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The provider of every notice about deals (RULES C1).
pub const DEALS: &str = "deals";
/// Who was told of a deal is forgotten after so many seconds.
const FORGET: Seconds = 90 * 86_400;

/// A deal that somebody was told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownDeal {
    /// Its number.
    pub lead: u64,
    /// Who was told.
    pub owner: CrmUserId,
    /// Of what: the event that gave it to him.
    pub stamp: Stamp,
}

/// A deal given to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealGiven {
    /// The deal.
    pub lead: u64,
    /// Who gave it; 0 is a robot.
    pub by: CrmUserId,
    /// Whether it was made for him, rather than passed on.
    pub fresh: bool,
}

/// Deals somebody was told of, by number.
pub type Deals = BTreeMap<u64, KnownDeal>;

/// The subject of what is said about a deal.
pub fn deal_subject(lead: u64) -> String {
    format!("deal:{lead}")
}

/// What follows from the events of one step, oldest first; `requested` are the deals that came
/// out of Incoming leads.
pub fn deals(
    known: &Deals,
    events: &[Happened],
    requested: &BTreeSet<u64>,
    scene: &Scene,
) -> (Vec<Say>, BTreeMap<u64, Option<KnownDeal>>) {
    let mut says = Vec::new();
    let mut changed = BTreeMap::new();
    for (lead, deal) in known {
        if deal.stamp.at <= scene.now - FORGET {
            changed.insert(*lead, None);
        }
    }
    let mut last: BTreeMap<u64, &Happened> = BTreeMap::new();
    for event in events.iter().filter(|event| event.fresh && is_given(event)) {
        last.insert(event.card.id, event);
    }
    for lead in last.keys().chain(known.keys()).collect::<BTreeSet<_>>() {
        let (event, before) = (last.get(lead).copied(), known.get(lead));
        let Some(owner) = owner(*lead, event, scene) else {
            continue;
        };
        let kept = before.filter(|before| before.owner == owner && !was_away(before, events));
        if let (Some(before), None) = (before, kept) {
            says.extend(take_back(before, scene));
            changed.insert(*lead, None);
        }
        let Some(event) = event.filter(|event| kept.is_none() && gives(event, owner)) else {
            continue;
        };
        let from_request = event.what == Happening::LeadAdded && requested.contains(lead);
        let Some(user) = scene.user(owner).filter(|_| !from_request) else {
            continue;
        };
        says.push(Say::News(Box::new(News {
            user,
            key: format!("{}:{}", deal_subject(*lead), event.stamp.id),
            about: About::Deal(DealGiven {
                lead: *lead,
                by: event.by,
                fresh: event.what == Happening::LeadAdded,
            }),
            again: Again::Any,
            silent: false,
        })));
        let told = KnownDeal {
            lead: *lead,
            owner,
            stamp: event.stamp.clone(),
        };
        changed.insert(*lead, Some(told));
    }
    (says, changed)
}

fn is_given(event: &Happened) -> bool {
    let given = matches!(
        event.what,
        Happening::Responsible { .. } | Happening::LeadAdded
    );
    given && event.card.kind == EntityType::Leads
}

/// Who has the deal now: by its card, else by the event.
fn owner(lead: u64, event: Option<&Happened>, scene: &Scene) -> Option<CrmUserId> {
    let card = Entity {
        kind: EntityType::Leads,
        id: lead,
    };
    if let Some(owner) = scene.responsible(card) {
        return Some(owner);
    }
    match event?.what {
        Happening::Responsible { after } => Some(after),
        Happening::MessageIn(_)
        | Happening::MessageOut(_)
        | Happening::CallIn(_)
        | Happening::CallOut
        | Happening::LeadAdded => None,
    }
}

/// Whether it is by this event that `owner` has the deal, and by somebody else's hand. One that
/// shows late, when the deal has moved on, is none.
fn gives(event: &Happened, owner: CrmUserId) -> bool {
    let to_him = match event.what {
        Happening::Responsible { after } => after == owner,
        Happening::LeadAdded => true,
        Happening::MessageIn(_)
        | Happening::MessageOut(_)
        | Happening::CallIn(_)
        | Happening::CallOut => false,
    };
    to_him && event.by != owner
}

/// Whether somebody else had the deal since it was told: then it is given to him anew.
fn was_away(told: &KnownDeal, events: &[Happened]) -> bool {
    events.iter().any(|event| {
        let elsewhere =
            matches!(event.what, Happening::Responsible { after } if after != told.owner);
        let same = event.card.kind == EntityType::Leads && event.card.id == told.lead;
        same && elsewhere && event.stamp > told.stamp
    })
}

fn take_back(deal: &KnownDeal, scene: &Scene) -> Option<Say> {
    Some(Say::TakeBack {
        user: Some(scene.user(deal.owner)?),
        provider: DEALS,
        subject: deal_subject(deal.lead),
        kinds: Vec::new(),
    })
}
