//! `leads`, `contacts`, `companies` and `customers`: lists by id, and one by one, for their names.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::Caller;
use super::page::Page;
use super::problem::Problem;
use super::query::Query;
use crate::account::{ACCOUNT_ID, OPENED_AT};
use crate::books::EntityKind;
use crate::cast::{COMPANIES, CONTACTS, CUSTOMERS, Contact, LEADS, Lead, Named};
use crate::office::Office;

const PIPELINE: u64 = 3_600_001;
const NEGOTIATION: u64 = 34_000_003;

/// `GET {kind}` with `filter[id]`.
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    let kind = named(&kind)?;
    let query = Query::of(&caller.uri)?;
    query.only(&["id"], &["id", "created_at", "updated_at"])?;
    let page = Page::asked(&query, 250)?;
    let ids = query.ids(&["filter", "id"])?;

    let mut cards = drawn(kind, &caller, &office);
    cards.retain(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(id)));
    // The cards are of one age, so every order is that of ids.
    if let Some((_, true)) = query.order()? {
        cards.reverse();
    }
    Ok(page.answer(&caller, kind.name(), &cards, |(_, card)| card.clone()))
}

/// `GET {kind}/{id}`.
pub(crate) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let cards = drawn(named(&kind)?, &caller, &office);
    let id: Option<u64> = id.parse().ok();
    cards
        .into_iter()
        .find(|(card, _)| Some(*card) == id)
        .map(|(_, card)| Json(card))
        .ok_or_else(|| Problem::not_found("Сущность не найдена"))
}

fn named(kind: &str) -> Result<EntityKind, Problem> {
    EntityKind::named(kind).ok_or_else(|| Problem::not_found("Метод не найден"))
}

/// Every card of a kind with its id, each in the care of a colleague.
fn drawn(kind: EntityKind, caller: &Caller, office: &Office) -> Vec<(u64, Value)> {
    let users = office.users();
    let keeper = |index: usize| {
        users
            .get(index % users.len().max(1))
            .map_or(0, |user| user.id)
    };
    let card =
        |index: usize, id: u64, own: Value| (id, common(kind, caller, id, keeper(index), own));
    match kind {
        EntityKind::Leads => (0..)
            .zip(&LEADS)
            .map(|(n, lead)| card(n, lead.id, draw_lead(caller, lead)))
            .collect(),
        EntityKind::Contacts => (0..)
            .zip(&CONTACTS)
            .map(|(n, contact)| card(n, contact.id, draw_contact(contact)))
            .collect(),
        EntityKind::Companies => (0..)
            .zip(&COMPANIES)
            .map(|(n, company)| card(n, company.id, draw_named(company)))
            .collect(),
        EntityKind::Customers => (0..)
            .zip(&CUSTOMERS)
            .map(|(n, customer)| card(n, customer.id, draw_named(customer)))
            .collect(),
    }
}

/// The fields every kind has, with the kind's own laid over them.
fn common(kind: EntityKind, caller: &Caller, id: u64, keeper: u64, own: Value) -> Value {
    let mut card = json!({
        "id": id,
        "responsible_user_id": keeper,
        "group_id": 0,
        "created_by": keeper,
        "updated_by": keeper,
        "created_at": OPENED_AT,
        "updated_at": OPENED_AT,
        "closest_task_at": null,
        "is_deleted": false,
        "custom_fields_values": null,
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&format!("{}/{id}", kind.name()))}},
        "_embedded": {"tags": []},
    });
    if let (Some(card), Value::Object(own)) = (card.as_object_mut(), own) {
        card.extend(own);
    }
    card
}

fn draw_lead(caller: &Caller, lead: &Lead) -> Value {
    let reference = |kind: EntityKind, id: u64| {
        let href = caller.link(&format!("{}/{id}", kind.name()));
        json!({"id": id, "_links": {"self": {"href": href}}})
    };
    let company = lead
        .company
        .map(|n| reference(EntityKind::Companies, COMPANIES[n].id));
    let mut contact = reference(EntityKind::Contacts, CONTACTS[lead.contact].id);
    contact["is_main"] = json!(true);
    json!({
        "name": lead.name,
        "price": lead.price,
        "status_id": NEGOTIATION,
        "pipeline_id": PIPELINE,
        "loss_reason_id": null,
        "closed_at": null,
        "score": null,
        "labor_cost": null,
        "_embedded": {
            "tags": [],
            "companies": company.into_iter().collect::<Vec<_>>(),
            "contacts": [contact],
        },
    })
}

fn draw_contact(contact: &Contact) -> Value {
    json!({
        "name": format!("{} {}", contact.first, contact.last),
        "first_name": contact.first,
        "last_name": contact.last,
        "is_unsorted": false,
    })
}

fn draw_named(card: &Named) -> Value {
    json!({"name": card.name})
}
