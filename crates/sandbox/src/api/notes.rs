//! `{kind}/notes`: calls and short messages as they are noted on cards.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::Caller;
use super::cards::{named, no_such_card, seen};
use super::page::Page;
use super::problem::Problem;
use super::query::Query;
use crate::account::ACCOUNT_ID;
use crate::books::{Body, Books, Call, Entity, Note};
use crate::office::Office;

const FILTERS: [&str; 4] = ["id", "note_type", "updated_at", "entity_id"];
const ORDERS: [&str; 2] = ["id", "updated_at"];

/// `GET {kind}/notes`.
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    let kind = named(&kind)?;
    answer(&office, &caller, |note| note.on.kind == kind)
}

/// `GET {kind}/{id}/notes`.
pub(crate) async fn of_card(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (kind, id) = (named(&kind)?, id.parse().map_err(|_| no_such_card())?);
    let on = Entity { kind, id };
    if office.read(|books| seen(&caller, books, on).is_none()) {
        return Err(no_such_card());
    }
    answer(&office, &caller, |note| note.on == on)
}

/// `GET {kind}/notes/{id}`.
pub(crate) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let kind = named(&kind)?;
    let no_such_note = || Problem::not_found("Примечание не найдено");
    let id = id.parse().map_err(|_| no_such_note())?;
    office
        .read(|books| {
            let note = books
                .noted(id)
                .filter(|note| note.on.kind == kind && seen(&caller, books, note.on).is_some());
            note.map(|note| Json(draw(&caller, note)))
        })
        .ok_or_else(no_such_note)
}

fn answer(
    office: &Office,
    caller: &Caller,
    here: impl Fn(&Note) -> bool,
) -> Result<Response, Problem> {
    let query = Query::of(&caller.uri)?;
    query.only(&FILTERS, &ORDERS)?;
    let page = Page::asked(&query, 250)?;
    let ids = query.ids(&["filter", "id"])?;
    let cards = query.ids(&["filter", "entity_id"])?;
    let types = query.words(&["filter", "note_type"]);
    let updated_at = query.span(&["filter", "updated_at"])?;
    let order = query.order()?;

    let wanted = |note: &Note| {
        here(note)
            && cards.as_ref().is_none_or(|ids| ids.contains(&note.on.id))
            && (types.is_empty() || types.contains(&note.body.name()))
            && updated_at.contains(&note.created_at)
    };
    Ok(office.read(|books| {
        let mut notes = among(books, ids.as_deref());
        notes.retain(|note| wanted(note) && seen(caller, books, note.on).is_some());
        // Notes are never changed, so either order is that of ids.
        if let Some((_, true)) = order {
            notes.reverse();
        }
        page.answer(caller, "notes", &notes, |note| draw(caller, note))
    }))
}

fn among<'b>(books: &'b Books, ids: Option<&[u64]>) -> Vec<&'b Note> {
    match ids {
        None => books.notes().collect(),
        Some(ids) => {
            let mut notes: Vec<&Note> = ids.iter().filter_map(|&id| books.noted(id)).collect();
            notes.sort_by_key(|note| note.id);
            notes
        }
    }
}

fn draw(caller: &Caller, note: &Note) -> Value {
    let path = format!("{}/{}/notes/{}", note.on.kind.name(), note.on.id, note.id);
    json!({
        "id": note.id,
        "entity_id": note.on.id,
        "created_by": note.created_by,
        "updated_by": note.created_by,
        "created_at": note.created_at,
        "updated_at": note.created_at,
        "responsible_user_id": note.responsible,
        "group_id": 0,
        "note_type": note.body.name(),
        "params": params(note),
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&path)}},
    })
}

fn params(note: &Note) -> Value {
    match &note.body {
        Body::SmsIn { text } | Body::SmsOut { text } => json!({"text": text, "phone": note.phone}),
        Body::CallIn(call) | Body::CallOut(call) => telephoned(note, call),
    }
}

fn telephoned(note: &Note, call: &Call) -> Value {
    // 4 is "talked", 6 "not reached".
    let (status, result) = if call.answered {
        (4, "Разговор состоялся")
    } else {
        (6, "Не дозвонились")
    };
    json!({
        "uniq": call.uniq,
        "duration": call.duration,
        "source": "sandbox_telephony",
        "link": call.answered.then(|| format!("https://records.example/{}.mp3", call.uniq)),
        "phone": note.phone,
        "call_result": result,
        "call_status": status,
        "call_responsible": call.user,
    })
}
