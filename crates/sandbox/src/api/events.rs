//! `events`: newest first, as far as the caller may see the task they are about.

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
use crate::books::Books;
use crate::events::{Event, Happening};
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
    query.only(&FILTERS, &[])?;
    let page = Page::asked(&query, 100)?;
    let ids = query.words(&["filter", "id"]);
    let types = query.words(&["filter", "type"]);
    let entities = query.words(&["filter", "entity"]);
    let created_at = query.span(&["filter", "created_at"])?;
    let authors = query.ids(&["filter", "created_by"])?;
    let tasks = query.ids(&["filter", "entity_id"])?;

    let events: Vec<Event> = office.read(|books| {
        books
            .events()
            .filter(|event| visible(&caller, books, event))
            .filter(|event| ids.is_empty() || ids.contains(&event.id.as_str()))
            .filter(|event| types.is_empty() || types.contains(&event.happening.name()))
            .filter(|_| entities.is_empty() || entities.contains(&"task"))
            .filter(|event| created_at.contains(&event.created_at))
            .filter(|event| {
                authors
                    .as_ref()
                    .is_none_or(|by| by.contains(&event.created_by))
            })
            .filter(|event| {
                tasks
                    .as_ref()
                    .is_none_or(|ids| ids.contains(&event.task.id))
            })
            .cloned()
            .collect()
    });
    Ok(page.answer(&caller, "events", &events, |event| draw(&caller, event)))
}

/// `GET events/{id}`.
pub(crate) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    office
        .read(|books| {
            let mut events = books.events().filter(|event| event.id == id);
            events.find(|event| visible(&caller, books, event)).cloned()
        })
        .map(|event| Json(draw(&caller, &event)))
        .ok_or_else(|| Problem::not_found("Событие не найдено"))
}

/// The rights on the task as it is now decide; on a deleted one, as it last was.
fn visible(caller: &Caller, books: &Books, event: &Event) -> bool {
    may_see(
        &caller.user,
        books.task(event.task.id).unwrap_or(&event.task),
    )
}

fn draw(caller: &Caller, event: &Event) -> Value {
    let (after, before) = values(&event.happening);
    let task = caller.link(&format!("tasks/{}", event.task.id));
    json!({
        "id": event.id,
        "type": event.happening.name(),
        "entity_id": event.task.id,
        "entity_type": "task",
        "created_by": event.created_by,
        "created_at": event.created_at,
        "value_after": after,
        "value_before": before,
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&format!("events/{}", event.id))}},
        "_embedded": {"entity": {"id": event.task.id, "_links": {"self": {"href": task}}}},
    })
}

/// `value_after` and `value_before`: arrays of one-key objects, or empty.
fn values(happening: &Happening) -> (Value, Value) {
    match happening {
        Happening::Added | Happening::Deleted | Happening::Completed => (json!([]), json!([])),
        Happening::TextChanged { before, after } => (
            json!([{"task": {"text": after}}]),
            json!([{"task": {"text": before}}]),
        ),
        Happening::DeadlineChanged { before, after } => (
            json!([{"task_deadline": {"timestamp": after}}]),
            json!([{"task_deadline": {"timestamp": before}}]),
        ),
        Happening::ResultAdded { note } => (json!([{"note": {"id": note}}]), json!([])),
        Happening::ResponsibleChanged { before, after } => (
            json!([{"responsible_user": {"id": after}}]),
            json!([{"responsible_user": {"id": before}}]),
        ),
    }
}
