//! Writing cards: `POST` of a batch, `PATCH` of a batch or of one. A batch is taken whole or not
//! at all.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Caller;
use super::batch::{Errors, Item, NOT_A_CHOICE, author, batch, each, parsed, request_id};
use super::cards::{named, no_such_card, reference, seen};
use super::problem::{FieldError, Problem};
use crate::books::{
    Card, CardChanges, Entity, EntityKind, MAIN_PIPELINE, NewCard, NewLead, PIPELINES, pipeline,
};
use crate::office::Office;

/// A card to be added.
enum New {
    Lead(NewLead),
    Other(NewCard),
}

/// `POST {kind}`.
pub(crate) async fn create(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(kind): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let kind = named(&kind)?;
    let items = batch(&body)?;
    let wanted = each(&items, |item| new_card(&office, &caller, kind, item))?;
    let mut made = Vec::new();
    for (item, (by, new)) in items.iter().zip(wanted) {
        let now = office.now();
        let id = match new {
            New::Lead(new) => office.add_lead(by, new, now),
            New::Other(new) => office.add_card(by, new, now),
        };
        let id = id.map_err(|refusal| Problem::bad_request(&refusal.to_string()))?;
        let mut reference = reference(&caller, Entity { kind, id });
        reference["request_id"] = json!(request_id(item, made.len()));
        made.push(reference);
    }
    Ok(answer(&caller, kind, made))
}

/// `PATCH {kind}`: each item names its card by `id`.
pub(crate) async fn change_many(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(kind): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let kind = named(&kind)?;
    let items = batch(&body)?;
    let wanted = each(&items, |item| {
        let id = item.get("id").and_then(Value::as_u64);
        let known = id.is_some_and(|id| is_seen(&office, &caller, Entity { kind, id }));
        let mut errors = Errors::default();
        if !known {
            errors.add("NotFound", "id", "Element not found.");
        }
        let changes = changes(&office, item, &mut errors);
        let by = author(&office, &caller, item, "updated_by", &mut errors);
        errors.or((id.unwrap_or_default(), by, changes))
    })?;
    let mut changed = Vec::new();
    for (item, (id, by, changes)) in items.iter().zip(wanted) {
        let card = office
            .change_card(by, Entity { kind, id }, changes, office.now())
            .map_err(|refusal| Problem::bad_request(&refusal.to_string()))?;
        let mut told = told(&caller, &card);
        told["request_id"] = json!(request_id(item, changed.len()));
        changed.push(told);
    }
    Ok(answer(&caller, kind, changed))
}

/// `PATCH {kind}/{id}`.
pub(crate) async fn change_one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let kind = named(&kind)?;
    let id = id.parse().map_err(|_| no_such_card())?;
    let entity = Entity { kind, id };
    if !is_seen(&office, &caller, entity) {
        return Err(no_such_card());
    }
    let Value::Object(item) = parsed(&body)? else {
        return Err(Problem::bad_request("The body is not an object"));
    };
    let mut wanted = each(&[item], |item| {
        let mut errors = Errors::default();
        let changes = changes(&office, item, &mut errors);
        let by = author(&office, &caller, item, "updated_by", &mut errors);
        errors.or((by, changes))
    })?;
    let (by, changes) = wanted.pop().ok_or_else(no_such_card)?;
    let card = office
        .change_card(by, entity, changes, office.now())
        .map_err(|refusal| Problem::bad_request(&refusal.to_string()))?;
    Ok(Json(told(&caller, &card)))
}

fn is_seen(office: &Office, caller: &Caller, entity: Entity) -> bool {
    office.read(|books| seen(caller, books, entity).is_some())
}

/// Reads a card to be added and who adds it: `created_by` 0 makes it a robot's.
fn new_card(
    office: &Office,
    caller: &Caller,
    kind: EntityKind,
    item: &Item,
) -> Result<(u64, New), Vec<FieldError>> {
    let mut errors = Errors::default();
    let by = author(office, caller, item, "created_by", &mut errors);
    let given = changes(office, item, &mut errors);
    let responsible = given.responsible.unwrap_or(caller.user.id);
    let new = match kind {
        EntityKind::Leads => {
            let home = given.pipeline.unwrap_or(MAIN_PIPELINE);
            let home = match given.status {
                Some(status) if given.pipeline.is_none() => home_of(status).unwrap_or(home),
                Some(_) | None => home,
            };
            New::Lead(NewLead {
                name: given.name.unwrap_or_else(|| "Сделка".to_owned()),
                price: given.price.unwrap_or_default(),
                responsible,
                pipeline: home,
                status: given.status,
                contact: linked(office, caller, item, EntityKind::Contacts, &mut errors),
                company: linked(office, caller, item, EntityKind::Companies, &mut errors),
            })
        }
        EntityKind::Contacts | EntityKind::Companies | EntityKind::Customers => {
            let given_name = given.name.unwrap_or_else(|| {
                let part = |field| item.get(field).and_then(Value::as_str).unwrap_or_default();
                let whole = format!("{} {}", part("first_name"), part("last_name"));
                whole.trim().to_owned()
            });
            New::Other(NewCard {
                kind,
                name: given_name,
                responsible,
                phone: phone(item).unwrap_or_default().to_owned(),
            })
        }
    };
    errors.or((by, new))
}

/// Reads the fields that both a new card and a change may have.
fn changes(office: &Office, item: &Item, errors: &mut Errors) -> CardChanges {
    let responsible = errors.read(item, "responsible_user_id", Value::as_u64);
    if responsible.is_some_and(|id| office.user(id).is_none()) {
        errors.add("NotSupportedChoice", "responsible_user_id", NOT_A_CHOICE);
    }
    let wanted = errors.read(item, "pipeline_id", Value::as_u64);
    if wanted.is_some_and(|id| pipeline(id).is_none()) {
        errors.add("NotSupportedChoice", "pipeline_id", NOT_A_CHOICE);
    }
    let status = errors.read(item, "status_id", Value::as_u64);
    let fits = |status: u64| match wanted.and_then(pipeline) {
        Some(wanted) => wanted.stage(status).is_some(),
        None => home_of(status).is_some(),
    };
    if status.is_some_and(|status| !fits(status)) {
        errors.add("NotSupportedChoice", "status_id", NOT_A_CHOICE);
    }
    CardChanges {
        name: errors.read(item, "name", Value::as_str).map(str::to_owned),
        responsible,
        price: errors.read(item, "price", Value::as_u64),
        pipeline: wanted,
        status,
    }
}

/// The pipeline that has this status.
fn home_of(status: u64) -> Option<u64> {
    let mut having = PIPELINES.iter().filter(|p| p.stage(status).is_some());
    having.next().map(|pipeline| pipeline.id)
}

/// The first card of this kind under `_embedded`.
fn linked(
    office: &Office,
    caller: &Caller,
    item: &Item,
    kind: EntityKind,
    errors: &mut Errors,
) -> Option<u64> {
    let list = item.get("_embedded")?.get(kind.name())?.as_array()?;
    let id = list.first()?.get("id")?.as_u64()?;
    if !is_seen(office, caller, Entity { kind, id }) {
        errors.add("NotFound", "_embedded", "Element not found.");
    }
    Some(id)
}

/// The value of the field with the code `PHONE`.
fn phone(item: &Item) -> Option<&str> {
    let fields = item.get("custom_fields_values")?.as_array()?;
    let field = fields.iter().find(|field| field["field_code"] == "PHONE")?;
    field["values"][0]["value"].as_str()
}

fn told(caller: &Caller, card: &Card) -> Value {
    let mut told = reference(caller, card.entity);
    told["updated_at"] = json!(card.updated_at);
    told
}

fn answer(caller: &Caller, kind: EntityKind, cards: Vec<Value>) -> Json<Value> {
    let mut embedded = serde_json::Map::new();
    embedded.insert(kind.name().to_owned(), Value::Array(cards));
    Json(json!({
        "_links": {"self": {"href": caller.link(kind.name())}},
        "_embedded": embedded,
    }))
}
