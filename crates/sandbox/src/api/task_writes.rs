//! Writing tasks: `POST` of a batch, `PATCH` of a batch or of one. A batch is taken whole or not
//! at all.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Caller;
use super::batch::{Errors, Item, NOT_A_CHOICE, author, batch, each, parsed, request_id};
use super::problem::{FieldError, Problem};
use super::tasks::{may_see, no_such_task};
use crate::books::{Changes, Entity, EntityKind, NewTask, Task};
use crate::office::Office;

/// `POST tasks`.
pub(crate) async fn create(
    State(office): State<Arc<Office>>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let items = batch(&body)?;
    let wanted = each(&items, |item| new_task(&office, &caller, item))?;
    let mut made = Vec::new();
    for (item, (by, task)) in items.iter().zip(wanted) {
        let id = office
            .create(by, task, office.now())
            .map_err(|refusal| Problem::bad_request(&refusal.to_string()))?;
        made.push(json!({
            "id": id,
            "request_id": request_id(item, made.len()),
            "_links": self_link(&caller, id),
        }));
    }
    Ok(answer(&caller, made))
}

/// `PATCH tasks`: each item names its task by `id`.
pub(crate) async fn change_many(
    State(office): State<Arc<Office>>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let items = batch(&body)?;
    let wanted = each(&items, |item| {
        let id = item.get("id").and_then(Value::as_u64);
        let known = id.filter(|&id| office.task(id).is_some_and(|t| may_see(&caller.user, &t)));
        let mut errors = Errors::default();
        if known.is_none() {
            errors.add("NotFound", "id", "Element not found.");
        }
        let changes = changes(&office, item, &mut errors);
        let by = author(&office, &caller, item, "updated_by", &mut errors);
        errors.or((known.unwrap_or_default(), by, changes))
    })?;
    let mut changed = Vec::new();
    for (item, (id, by, changes)) in items.iter().zip(wanted) {
        // A task deleted in between is not an error of the request's form.
        let task = office
            .change(by, id, changes, office.now())
            .map_err(|_| no_such_task())?;
        let mut reference = reference(&caller, &task);
        reference["request_id"] = json!(request_id(item, changed.len()));
        changed.push(reference);
    }
    Ok(answer(&caller, changed))
}

/// `PATCH tasks/{id}`.
pub(crate) async fn change_one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let id: u64 = id.parse().map_err(|_| no_such_task())?;
    office
        .task(id)
        .filter(|task| may_see(&caller.user, task))
        .ok_or_else(no_such_task)?;
    let Value::Object(item) = parsed(&body)? else {
        return Err(Problem::bad_request("The body is not an object"));
    };
    let mut wanted = each(&[item], |item| {
        let mut errors = Errors::default();
        let changes = changes(&office, item, &mut errors);
        let by = author(&office, &caller, item, "updated_by", &mut errors);
        errors.or((by, changes))
    })?;
    let (by, changes) = wanted.pop().ok_or_else(no_such_task)?;
    let task = office
        .change(by, id, changes, office.now())
        .map_err(|_| no_such_task())?;
    Ok(Json(reference(&caller, &task)))
}

/// Reads a task to be set and who sets it: `created_by` 0 makes it a robot's.
fn new_task(
    office: &Office,
    caller: &Caller,
    item: &Item,
) -> Result<(u64, NewTask), Vec<FieldError>> {
    let mut errors = Errors::default();
    for name in ["text", "complete_till"] {
        if item.get(name).is_none_or(Value::is_null) {
            errors.add("FieldMissing", name, "This field is missing.");
        }
    }
    let by = author(office, caller, item, "created_by", &mut errors);
    let given = changes(office, item, &mut errors);
    let mut task = NewTask::new(
        given.responsible.unwrap_or(caller.user.id),
        &given.text.unwrap_or_default(),
        given.complete_till.unwrap_or_default(),
    );
    task.entity = given.entity;
    task.task_type = given.task_type.unwrap_or(task.task_type);
    task.duration = given.duration.unwrap_or(task.duration);
    errors.or((by, task))
}

/// Reads the fields that both a new task and a change may have.
fn changes(office: &Office, item: &Item, errors: &mut Errors) -> Changes {
    let text = errors.read(item, "text", Value::as_str);
    if text.is_some_and(|text| text.trim().is_empty()) {
        errors.add("NotBlank", "text", "This value should not be blank.");
    }
    let responsible = errors.read(item, "responsible_user_id", Value::as_u64);
    if responsible.is_some_and(|id| office.user(id).is_none()) {
        errors.add("NotSupportedChoice", "responsible_user_id", NOT_A_CHOICE);
    }
    let result = errors.read(item, "result", result_text);
    Changes {
        text: text.map(str::to_owned),
        complete_till: errors.read(item, "complete_till", Value::as_i64),
        responsible,
        entity: entity(office, item, errors),
        task_type: errors.read(item, "task_type_id", Value::as_u64),
        duration: errors.read(item, "duration", Value::as_i64),
        is_completed: errors.read(item, "is_completed", Value::as_bool),
        result: result.flatten(),
    }
}

/// `{"text": …}`; an empty one, also as PHP's `[]`, is no result.
fn result_text(value: &Value) -> Option<Option<String>> {
    match value {
        Value::Array(list) if list.is_empty() => Some(None),
        Value::Object(result) => {
            let text = result.get("text")?.as_str()?;
            Some((!text.is_empty()).then(|| text.to_owned()))
        }
        _ => None,
    }
}

fn entity(office: &Office, item: &Item, errors: &mut Errors) -> Option<Entity> {
    let id = errors.read(item, "entity_id", Value::as_u64);
    let kind = errors.read(item, "entity_type", |value| {
        value.as_str().and_then(EntityKind::named)
    });
    match (kind, id) {
        (Some(kind), Some(id)) => {
            let entity = Entity { kind, id };
            if !office.read(|books| books.has(entity)) {
                errors.add("NotFound", "entity_id", "Element not found.");
            }
            Some(entity)
        }
        (None, None) => None,
        (None, Some(_)) => {
            errors.add("FieldMissing", "entity_type", "This field is missing.");
            None
        }
        (Some(_), None) => {
            errors.add("FieldMissing", "entity_id", "This field is missing.");
            None
        }
    }
}

fn reference(caller: &Caller, task: &Task) -> Value {
    json!({"id": task.id, "updated_at": task.updated_at, "_links": self_link(caller, task.id)})
}

fn self_link(caller: &Caller, id: u64) -> Value {
    json!({"self": {"href": caller.link(&format!("tasks/{id}"))}})
}

fn answer(caller: &Caller, tasks: Vec<Value>) -> Json<Value> {
    Json(json!({
        "_links": {"self": {"href": caller.link("tasks")}},
        "_embedded": {"tasks": tasks},
    }))
}
