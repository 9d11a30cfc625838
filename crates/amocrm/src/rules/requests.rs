//! Incoming leads ("Неразобранное"): to everybody who may see them, until one is accepted or
//! declined.

use super::happened::Scene;
use super::{About, News, Say};
use crate::model::{CrmUserId, Request, Seconds};
use dealbell_protocol::ingest::Again;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The provider of every notice about requests (RULES C1).
pub const REQUESTS: &str = "requests";

/// A request that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRequest {
    /// Its name.
    pub uid: String,
    /// The deals it would become: those are nobody's assignments.
    pub leads: Vec<u64>,
    /// Whether somebody was told; not what was there before the account was read first.
    pub told: bool,
}

/// Requests that wait, by uid.
pub type Requests = BTreeMap<String, KnownRequest>;

/// The subject of what is said about a request.
pub fn request_subject(uid: &str) -> String {
    format!("request:{uid}")
}

/// What follows from the list as it reads now; `sees` says who may see a pipeline. In a baseline
/// nothing is told that came before `baseline` (RULES T12).
pub fn requests(
    known: &Requests,
    list: &[Request],
    baseline: Option<Seconds>,
    sees: impl Fn(CrmUserId, u64) -> bool,
    scene: &Scene,
) -> (Vec<Say>, BTreeMap<String, Option<KnownRequest>>) {
    let mut says = Vec::new();
    let mut changed = BTreeMap::new();
    let waiting: BTreeSet<&str> = list.iter().map(|request| request.uid.as_str()).collect();
    for (uid, request) in known {
        if waiting.contains(uid.as_str()) {
            continue;
        }
        if request.told {
            says.push(Say::TakeBack {
                user: None,
                provider: REQUESTS,
                subject: request_subject(uid),
                kinds: Vec::new(),
            });
        }
        changed.insert(uid.clone(), None);
    }
    for request in list.iter().filter(|r| !known.contains_key(&r.uid)) {
        let told = baseline.is_none_or(|began| request.created_at >= began);
        if told {
            let people = scene.people.iter();
            let seeing = people.filter(|&(&id, _)| sees(id, request.pipeline_id));
            says.extend(seeing.map(|(_, &user)| {
                Say::News(Box::new(News {
                    user,
                    key: request_subject(&request.uid),
                    about: About::Request(request.clone()),
                    again: Again::Any,
                    silent: false,
                }))
            }));
        }
        let waiting = KnownRequest {
            uid: request.uid.clone(),
            leads: request.leads.clone(),
            told,
        };
        changed.insert(request.uid.clone(), Some(waiting));
    }
    (says, changed)
}
