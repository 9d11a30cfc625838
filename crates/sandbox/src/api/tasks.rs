//! Reading tasks: the list with its filters and orders, and one by id.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::Caller;
use super::page::Page;
use super::problem::Problem;
use super::query::Query;
use crate::account::{ACCOUNT_ID, User};
use crate::books::{EntityKind, Task};
use crate::office::Office;

const FILTERS: [&str; 8] = [
    "responsible_user_id",
    "is_completed",
    "task_type",
    "task_type_id",
    "entity_type",
    "entity_id",
    "id",
    "updated_at",
];
const ORDERS: [&str; 4] = ["updated_at", "complete_till", "created_at", "id"];

/// `GET tasks`.
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Result<Response, Problem> {
    let query = Query::of(&caller.uri)?;
    query.only(&FILTERS, &ORDERS)?;
    let page = Page::asked(&query, 250)?;
    let ids = query.ids(&["filter", "id"])?;
    let updated_at = query.span(&["filter", "updated_at"])?;
    let wanted = filter(&query)?;
    let order = query.order()?;

    Ok(office.read(|books| {
        let mut tasks: Vec<&Task> = books.tasks_among(ids.as_deref(), &updated_at);
        tasks.retain(|task| may_see(&caller.user, task) && wanted(task));
        if let Some((field, descending)) = order {
            // They come in order of ids, which a stable sort keeps among equals.
            tasks.sort_by_key(|task| sort_key(task, field));
            if descending {
                tasks.reverse();
            }
        }
        page.answer(&caller, "tasks", &tasks, |task| draw(&caller, task))
    }))
}

/// `GET tasks/{id}`.
pub(crate) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let task = id.parse().ok().and_then(|id| office.task(id));
    task.filter(|task| may_see(&caller.user, task))
        .map(|task| Json(draw(&caller, &task)))
        .ok_or_else(no_such_task)
}

/// An administrator sees every task, a manager those he does or has set.
pub(crate) fn may_see(user: &User, task: &Task) -> bool {
    user.is_admin || task.concerns(user.id)
}

pub(crate) fn no_such_task() -> Problem {
    Problem::not_found("Задача не найдена")
}

/// The tasks that match every filter of the query but those of ids and update.
fn filter(query: &Query) -> Result<impl Fn(&Task) -> bool, Problem> {
    let responsible = query.ids(&["filter", "responsible_user_id"])?;
    let is_completed = query.flag(&["filter", "is_completed"])?;
    let entity_ids = query.ids(&["filter", "entity_id"])?;
    let kind = match query.list(&["filter", "entity_type"]).first() {
        None => None,
        Some(name) => Some(
            EntityKind::named(name)
                .ok_or_else(|| Problem::bad_request("Invalid value of filter.entity_type"))?,
        ),
    };
    if entity_ids.is_some() && kind.is_none() {
        return Err(Problem::bad_request(
            "filter.entity_id needs filter.entity_type",
        ));
    }
    // The older name of the same filter.
    let types = match query.ids(&["filter", "task_type_id"])? {
        Some(types) => Some(types),
        None => query.ids(&["filter", "task_type"])?,
    };

    let among = |ids: &Option<Vec<u64>>, id: u64| ids.as_ref().is_none_or(|ids| ids.contains(&id));
    Ok(move |task: &Task| {
        among(&responsible, task.responsible)
            && among(&types, task.task_type)
            && is_completed.is_none_or(|wanted| wanted == task.is_completed)
            && kind.is_none_or(|kind| task.entity.is_some_and(|entity| entity.kind == kind))
            && (entity_ids.is_none() || task.entity.is_some_and(|e| among(&entity_ids, e.id)))
    })
}

fn sort_key(task: &Task, field: &str) -> i64 {
    match field {
        "updated_at" => task.updated_at,
        "complete_till" => task.complete_till,
        "created_at" => task.created_at,
        // Ids are far below the limit; the field names were checked before.
        _ => i64::try_from(task.id).unwrap_or(i64::MAX),
    }
}

fn draw(caller: &Caller, task: &Task) -> Value {
    json!({
        "id": task.id,
        "created_by": task.created_by,
        "updated_by": task.updated_by,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "responsible_user_id": task.responsible,
        "group_id": 0,
        "entity_id": task.entity.map(|entity| entity.id),
        "entity_type": task.entity.map(|entity| entity.kind.name()),
        "duration": task.duration,
        "is_completed": task.is_completed,
        "task_type_id": task.task_type,
        "text": task.text,
        // PHP writes an empty associative array as a list.
        "result": task.result.as_ref().map_or_else(|| json!([]), |text| json!({"text": text})),
        "complete_till": task.complete_till,
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&format!("tasks/{}", task.id))}},
    })
}
