//! `talks`: which customer writes about what in which messenger, never what he writes.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::Caller;
use super::cards::{reference, seen};
use super::page::Page;
use super::problem::Problem;
use super::query::Query;
use crate::account::ACCOUNT_ID;
use crate::books::{Entity, EntityKind, Talk};
use crate::office::Office;

const FILTERS: [&str; 6] = [
    "id",
    "contact_id",
    "entity_type",
    "entity_id",
    "is_in_work",
    "updated_at",
];

/// `GET talks`.
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Result<Response, Problem> {
    let query = Query::of(&caller.uri)?;
    query.only(&FILTERS, &["updated_at", "id"])?;
    let page = Page::asked(&query, 250)?;
    let ids = query.ids(&["filter", "id"])?;
    let contacts = query.ids(&["filter", "contact_id"])?;
    let cards = query.ids(&["filter", "entity_id"])?;
    let kinds = query.words(&["filter", "entity_type"]);
    let is_in_work = query.flag(&["filter", "is_in_work"])?;
    let updated_at = query.span(&["filter", "updated_at"])?;
    let order = query.order()?;

    let among = |ids: &Option<Vec<u64>>, id: u64| ids.as_ref().is_none_or(|ids| ids.contains(&id));
    let wanted = |talk: &Talk| {
        let kind = talk.on.kind;
        among(&ids, talk.id)
            && among(&contacts, talk.contact)
            && among(&cards, talk.on.id)
            && (kinds.is_empty()
                || kinds.contains(&kind.name())
                || kinds.contains(&kind.singular()))
            && is_in_work.is_none_or(|wanted| wanted == talk.is_in_work)
            && updated_at.contains(&talk.updated_at)
    };
    Ok(office.read(|books| {
        let mut talks: Vec<&Talk> = books
            .talks()
            .filter(|talk| wanted(talk) && seen(&caller, books, talk.on).is_some())
            .collect();
        if let Some((field, descending)) = order {
            if field == "updated_at" {
                talks.sort_by_key(|talk| talk.updated_at);
            }
            if descending {
                talks.reverse();
            }
        }
        page.answer(&caller, "talks", &talks, |talk| draw(&caller, talk))
    }))
}

/// `GET talks/{id}`.
pub(crate) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id = id.parse().map_err(|_| no_such_talk())?;
    let talk = visible(&office, &caller, id)?;
    Ok(Json(draw(&caller, &talk)))
}

/// `POST talks/{id}/close`: 202 when the talk is closed.
pub(crate) async fn close(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id.parse().map_err(|_| no_such_talk())?;
    visible(&office, &caller, id)?;
    office
        .close_talk(id, office.now())
        .map_err(|_| no_such_talk())?;
    Ok(StatusCode::ACCEPTED)
}

/// The talk, if there is one and the caller may look at what it is about.
fn visible(office: &Office, caller: &Caller, id: u64) -> Result<Talk, Problem> {
    office
        .read(|books| {
            let talk = books.talk(id);
            talk.filter(|talk| seen(caller, books, talk.on).is_some())
                .cloned()
        })
        .ok_or_else(no_such_talk)
}

fn no_such_talk() -> Problem {
    Problem::not_found("Беседа не найдена")
}

fn draw(caller: &Caller, talk: &Talk) -> Value {
    let leads: Vec<Value> = [talk.on]
        .into_iter()
        .filter(|on| on.kind == EntityKind::Leads)
        .map(|on| reference(caller, on))
        .collect();
    json!({
        "talk_id": talk.id,
        "created_at": talk.created_at,
        "updated_at": talk.updated_at,
        "rate": 0,
        "contact_id": talk.contact,
        "chat_id": talk.chat_id,
        "entity_id": talk.on.id,
        "entity_type": talk.on.kind.singular(),
        "is_in_work": talk.is_in_work,
        "is_read": talk.is_read,
        "origin": talk.origin,
        "missed_at": null,
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&format!("talks/{}", talk.id))}},
        "_embedded": {
            "contacts": [reference(caller, Entity::contact(talk.contact))],
            "leads": leads,
            "customers": [],
        },
    })
}
