//! `events`: newest first, as far as the caller may see what they are about.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::Caller;
use super::page::Page;
use super::problem::Problem;
use super::query::Query;
use super::tasks::may_see;
use crate::account::ACCOUNT_ID;
use crate::books::{Books, EntityKind};
use crate::events::{Event, Happening, MessageRef, Stage, Subject, TYPES};
use crate::office::Office;

const FILTERS: [&str; 6] = [
    "id",
    "type",
    "created_at",
    "created_by",
    "entity",
    "entity_id",
];

/// `GET events`.
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Result<Response, Problem> {
    let query = Query::of(&caller.uri)?;
    query.only(&FILTERS, &["created_at"])?;
    let page = Page::asked(&query, 100)?;
    let wanted = filter(&query)?;
    let created_at = query.span(&["filter", "created_at"])?;
    let with = query.words(&["with"]);

    Ok(office.read(|books| {
        let events = books.events(&created_at);
        let mut events: Vec<&Event> = events
            .filter(|event| wanted(event) && visible(&caller, books, event))
            .collect();
        if matches!(query.order(), Ok(Some((_, false)))) {
            events.reverse();
        }
        page.answer(&caller, "events", &events, |event| {
            draw(&caller, books, event, &with)
        })
    }))
}

/// `GET events/{id}`.
pub(crate) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let query = Query::of(&caller.uri)?;
    let with = query.words(&["with"]);
    office
        .read(|books| {
            let event = books.event(&id);
            event
                .filter(|event| visible(&caller, books, event))
                .map(|event| Json(draw(&caller, books, event, &with)))
        })
        .ok_or_else(|| Problem::not_found("Событие не найдено"))
}

/// `GET events/types`.
pub(crate) async fn types(caller: Caller) -> Json<Value> {
    let types: Vec<Value> = TYPES
        .iter()
        .map(|(key, number, title)| json!({"key": key, "type": number, "lang": title}))
        .collect();
    Json(json!({
        "_total_items": types.len(),
        "_links": {"self": {"href": caller.link("events/types")}},
        "_embedded": {"events_types": types},
    }))
}

/// The events that match every filter of the query but that of time.
fn filter<'q>(query: &'q Query) -> Result<impl Fn(&Event) -> bool + 'q, Problem> {
    let ids = query.words(&["filter", "id"]);
    let types = query.words(&["filter", "type"]);
    let entities = query.words(&["filter", "entity"]);
    let authors = query.ids(&["filter", "created_by"])?;
    let subjects = query.ids(&["filter", "entity_id"])?;
    if subjects.is_some() && entities.is_empty() {
        return Err(Problem::bad_request("filter.entity_id needs filter.entity"));
    }

    let among = |list: &[&str], name: &str| list.is_empty() || list.contains(&name);
    let one_of = |ids: &Option<Vec<u64>>, id: u64| ids.as_ref().is_none_or(|ids| ids.contains(&id));
    Ok(move |event: &Event| {
        among(&types, event.happening.name())
            && among(&entities, event.subject.name())
            && one_of(&authors, event.created_by)
            && one_of(&subjects, event.subject.id())
            && among(&ids, &event.id)
    })
}

/// The rights on the task or card as it is now decide; on a deleted one, as it last was.
fn visible(caller: &Caller, books: &Books, event: &Event) -> bool {
    match &event.subject {
        Subject::Task(task) => may_see(&caller.user, books.task(task.id).unwrap_or(task)),
        Subject::Card(entity) => books
            .card(*entity)
            .is_none_or(|card| caller.member.sees_card(card)),
    }
}

fn draw(caller: &Caller, books: &Books, event: &Event, with: &[&str]) -> Value {
    let (after, before) = values(&event.happening);
    let subject = &event.subject;
    let href = caller.link(&format!("{}/{}", subject.path(), subject.id()));
    let mut entity = json!({"id": subject.id(), "_links": {"self": {"href": href}}});
    if let Some(name) = name(books, subject, with) {
        entity["name"] = json!(name);
    }
    json!({
        "id": event.id,
        "type": event.happening.name(),
        "entity_id": subject.id(),
        "entity_type": subject.name(),
        "created_by": event.created_by,
        "created_at": event.created_at,
        "value_after": after,
        "value_before": before,
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&format!("events/{}", event.id))}},
        "_embedded": {"entity": entity},
    })
}

/// What the card of an event is called, if its kind's names were asked for.
fn name<'b>(books: &'b Books, subject: &Subject, with: &[&str]) -> Option<&'b str> {
    let Subject::Card(entity) = subject else {
        return None;
    };
    let word = match entity.kind {
        EntityKind::Leads => "lead_name",
        EntityKind::Contacts => "contact_name",
        EntityKind::Companies => "company_name",
        EntityKind::Customers => "customer_name",
    };
    let card = books.card(*entity).filter(|_| with.contains(&word));
    card.map(|card| card.name.as_str())
}

/// `value_after` and `value_before`: arrays of one-key objects, or empty.
fn values(happening: &Happening) -> (Value, Value) {
    match happening {
        Happening::TaskAdded | Happening::TaskDeleted | Happening::TaskCompleted => {
            (json!([]), json!([]))
        }
        Happening::TextChanged { before, after } => (
            json!([{"task": {"text": after}}]),
            json!([{"task": {"text": before}}]),
        ),
        Happening::DeadlineChanged { before, after } => (
            json!([{"task_deadline": {"timestamp": after}}]),
            json!([{"task_deadline": {"timestamp": before}}]),
        ),
        Happening::ResponsibleChanged { before, after } => (
            json!([{"responsible_user": {"id": after}}]),
            json!([{"responsible_user": {"id": before}}]),
        ),
        Happening::StatusChanged { before, after } => (stage(*after), stage(*before)),
        Happening::ResultAdded { note }
        | Happening::LeadAdded { note }
        | Happening::ContactAdded { note }
        | Happening::CompanyAdded { note }
        | Happening::SmsCame { note }
        | Happening::SmsWent { note }
        | Happening::CallCame { note }
        | Happening::CallWent { note } => (json!([{"note": {"id": note}}]), json!([])),
        Happening::MessageCame(MessageRef { id, origin, talk })
        | Happening::MessageWent(MessageRef { id, origin, talk }) => (
            json!([{"message": {"id": id, "origin": origin, "talk_id": talk}}]),
            json!([]),
        ),
    }
}

fn stage(Stage { status, pipeline }: Stage) -> Value {
    json!([{"lead_status": {"id": status, "pipeline_id": pipeline}}])
}
