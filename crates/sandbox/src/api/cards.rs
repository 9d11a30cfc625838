//! `leads`, `contacts`, `companies` and `customers`: lists with their filters, and one by one.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::Caller;
use super::page::Page;
use super::problem::Problem;
use super::query::Query;
use crate::account::ACCOUNT_ID;
use crate::books::{Books, Card, Deal, Entity, EntityKind};
use crate::office::Office;

const FILTERS: [&str; 8] = [
    "id",
    "responsible_user_id",
    "created_by",
    "updated_by",
    "created_at",
    "updated_at",
    "closed_at",
    "name",
];
/// What only deals are filtered by.
const LEAD_FILTERS: [&str; 2] = ["pipeline_id", "statuses"];
const ORDERS: [&str; 3] = ["id", "created_at", "updated_at"];

/// `GET {kind}`.
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    let kind = named(&kind)?;
    let query = Query::of(&caller.uri)?;
    match kind {
        EntityKind::Leads => query.only(&[&FILTERS[..], &LEAD_FILTERS].concat(), &ORDERS)?,
        EntityKind::Contacts | EntityKind::Companies | EntityKind::Customers => {
            query.only(&FILTERS, &ORDERS)?;
        }
    }
    let page = Page::asked(&query, 250)?;
    let ids = query.ids(&["filter", "id"])?;
    let updated_at = query.span(&["filter", "updated_at"])?;
    let wanted = filter(&query)?;
    let order = query.order()?;
    let with = query.words(&["with"]);

    Ok(office.read(|books| {
        let mut cards = books.cards_among(kind, ids.as_deref(), &updated_at);
        cards.retain(|card| wanted(card) && caller.member.sees_card(card));
        if let Some((field, descending)) = order {
            // They come in order of ids, which a stable sort keeps among equals.
            match field {
                "created_at" => cards.sort_by_key(|card| card.created_at),
                "updated_at" => cards.sort_by_key(|card| card.updated_at),
                // The field names were checked before.
                _ => {}
            }
            if descending {
                cards.reverse();
            }
        }
        page.answer(&caller, kind.name(), &cards, |card| {
            draw(&caller, card, &with)
        })
    }))
}

/// `GET {kind}/{id}`.
pub(crate) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let kind = named(&kind)?;
    let query = Query::of(&caller.uri)?;
    let with = query.words(&["with"]);
    let id: u64 = id.parse().map_err(|_| no_such_card())?;
    office
        .read(|books| {
            let card = seen(&caller, books, Entity { kind, id });
            card.map(|card| Json(draw(&caller, card, &with)))
        })
        .ok_or_else(no_such_card)
}

/// The kind a path segment names.
pub(crate) fn named(kind: &str) -> Result<EntityKind, Problem> {
    EntityKind::named(kind).ok_or_else(|| Problem::not_found("Метод не найден"))
}

/// The card, if there is one and the caller may look at it.
pub(crate) fn seen<'b>(caller: &Caller, books: &'b Books, entity: Entity) -> Option<&'b Card> {
    let card = books.card(entity);
    card.filter(|card| caller.member.sees_card(card))
}

pub(crate) fn no_such_card() -> Problem {
    Problem::not_found("Сущность не найдена")
}

/// The cards that match every filter of the query but those of ids and update.
fn filter(query: &Query) -> Result<impl Fn(&Card) -> bool, Problem> {
    let responsible = query.ids(&["filter", "responsible_user_id"])?;
    let created_by = query.ids(&["filter", "created_by"])?;
    let updated_by = query.ids(&["filter", "updated_by"])?;
    let created_at = query.span(&["filter", "created_at"])?;
    let closed_at = query.span(&["filter", "closed_at"])?;
    let names: Vec<String> = query
        .list(&["filter", "name"])
        .into_iter()
        .map(str::to_owned)
        .collect();
    let pipelines = query.ids(&["filter", "pipeline_id"])?;
    let stages = stages(query)?;
    let words = query.scalar(&["query"]).map(str::to_lowercase);

    let among = |ids: &Option<Vec<u64>>, id: u64| ids.as_ref().is_none_or(|ids| ids.contains(&id));
    Ok(move |card: &Card| {
        let in_stage = |deal: &Deal| {
            among(&pipelines, deal.pipeline)
                && (stages.is_empty() || stages.contains(&(deal.pipeline, deal.status)))
        };
        let closed = card.deal.and_then(|deal| deal.closed_at);
        among(&responsible, card.responsible)
            && among(&created_by, card.created_by)
            && among(&updated_by, card.updated_by)
            && created_at.contains(&card.created_at)
            && (closed_at == (i64::MIN..=i64::MAX)
                || closed.is_some_and(|at| closed_at.contains(&at)))
            && (names.is_empty() || names.contains(&card.name))
            && card.deal.as_ref().is_none_or(in_stage)
            && words.as_ref().is_none_or(|words| says(card, words))
    })
}

/// Whether the search field would find this card.
fn says(card: &Card, words: &str) -> bool {
    let phone = card.person.as_ref().map(|person| person.phone.as_str());
    card.name.to_lowercase().contains(words)
        || phone.is_some_and(|phone| phone.contains(words))
        || card.entity.id.to_string() == words
}

/// `filter[statuses][0][pipeline_id]` and `[status_id]`, as pairs.
fn stages(query: &Query) -> Result<Vec<(u64, u64)>, Problem> {
    let mut stages = Vec::new();
    for place in 0.. {
        let place = place.to_string();
        let part = |name| query.ids(&["filter", "statuses", &place, name]);
        match (
            part("pipeline_id")?.as_deref(),
            part("status_id")?.as_deref(),
        ) {
            (Some([pipeline]), Some([status])) => stages.push((*pipeline, *status)),
            (None, None) => break,
            _ => return Err(Problem::bad_request("Invalid value of filter.statuses")),
        }
    }
    Ok(stages)
}

/// A card with what its kind has; the people and deals it hangs together with on request.
fn draw(caller: &Caller, card: &Card, with: &[&str]) -> Value {
    let Entity { kind, id } = card.entity;
    let mut drawn = json!({
        "id": id,
        "name": card.name,
        "responsible_user_id": card.responsible,
        "group_id": 0,
        "created_by": card.created_by,
        "updated_by": card.updated_by,
        "created_at": card.created_at,
        "updated_at": card.updated_at,
        "closest_task_at": null,
        "is_deleted": false,
        "custom_fields_values": null,
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&format!("{}/{id}", kind.name()))}},
        "_embedded": {"tags": []},
    });
    if let Some(deal) = card.deal {
        drawn["price"] = json!(deal.price);
        drawn["status_id"] = json!(deal.status);
        drawn["pipeline_id"] = json!(deal.pipeline);
        drawn["closed_at"] = json!(deal.closed_at);
        for field in ["loss_reason_id", "score", "labor_cost"] {
            drawn[field] = Value::Null;
        }
    }
    if let Some(person) = &card.person {
        drawn["first_name"] = json!(person.first);
        drawn["last_name"] = json!(person.last);
        drawn["is_unsorted"] = json!(false);
        if !person.phone.is_empty() {
            drawn["custom_fields_values"] = phone(&person.phone);
        }
    }

    let references = |kind: EntityKind, ids: &[u64]| -> Vec<Value> {
        let ids = ids.iter();
        ids.map(|&id| reference(caller, Entity { kind, id }))
            .collect()
    };
    let embedded = &mut drawn["_embedded"];
    if matches!(kind, EntityKind::Leads | EntityKind::Contacts) {
        let company: Vec<u64> = card.company.into_iter().collect();
        embedded["companies"] = json!(references(EntityKind::Companies, &company));
    }
    if with.contains(&"contacts") && kind != EntityKind::Contacts {
        let mut contacts = references(EntityKind::Contacts, &card.contacts);
        if kind == EntityKind::Leads {
            for (place, contact) in contacts.iter_mut().enumerate() {
                contact["is_main"] = json!(place == 0);
            }
        }
        embedded["contacts"] = json!(contacts);
    }
    if with.contains(&"leads") && matches!(kind, EntityKind::Contacts | EntityKind::Companies) {
        embedded["leads"] = json!(references(EntityKind::Leads, &card.leads));
    }
    drawn
}

/// A card's id with its address.
pub(crate) fn reference(caller: &Caller, Entity { kind, id }: Entity) -> Value {
    let href = caller.link(&format!("{}/{id}", kind.name()));
    json!({"id": id, "_links": {"self": {"href": href}}})
}

fn phone(number: &str) -> Value {
    json!([{
        "field_id": 410_001,
        "field_name": "Телефон",
        "field_code": "PHONE",
        "field_type": "multitext",
        "values": [{"value": number, "enum_id": 510_001, "enum_code": "WORK"}],
    }])
}
