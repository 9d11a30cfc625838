//! `leads/unsorted`: Incoming leads that wait, and what may be done with them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::Caller;
use super::batch::{Item, parsed};
use super::cards::reference;
use super::page::Page;
use super::problem::Problem;
use super::query::Query;
use super::sources;
use crate::account::ACCOUNT_ID;
use crate::books::{Category, Entity, EntityKind, Metadata, Outcome, Refusal, Request};
use crate::office::Office;

const FILTERS: [&str; 4] = ["uid", "category", "pipeline_id", "created_at"];
const ORDERS: [&str; 3] = ["created_at", "updated_at", "id"];

/// Every route of Incoming leads.
pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/api/v4/leads/unsorted", get(list))
        .route("/api/v4/leads/unsorted/summary", get(summary))
        .route("/api/v4/leads/unsorted/forms", post(sources::add_forms))
        .route("/api/v4/leads/unsorted/sip", post(sources::add_sip))
        .route("/api/v4/leads/unsorted/{uid}", get(one))
        .route("/api/v4/leads/unsorted/{uid}/accept", post(accept))
        .route("/api/v4/leads/unsorted/{uid}/decline", delete(decline))
        .route("/api/v4/leads/unsorted/{uid}/link", post(link))
}

/// `GET leads/unsorted`: those that wait, the newest last unless asked otherwise.
async fn list(State(office): State<Arc<Office>>, caller: Caller) -> Result<Response, Problem> {
    let query = Query::of(&caller.uri)?;
    query.only(&FILTERS, &ORDERS)?;
    let page = Page::asked(&query, 250)?;
    let wanted = filter(&query)?;
    let order = query.order()?;
    Ok(office.read(|books| {
        let requests = books.requests().iter();
        let mut requests: Vec<&Request> = requests
            .filter(|request| request.outcome.is_none() && wanted(request))
            .filter(|request| caller.member.sees_pipeline(request.pipeline))
            .collect();
        // They come in the order of coming and are never changed while they wait.
        if let Some((_, true)) = order {
            requests.reverse();
        }
        page.answer(&caller, "unsorted", &requests, |request| {
            draw(&caller, request)
        })
    }))
}

/// `GET leads/unsorted/{uid}`.
async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(uid): Path<String>,
) -> Result<Json<Value>, Problem> {
    let request = waiting(&office, &caller, &uid)?;
    Ok(Json(draw(&caller, &request)))
}

/// `POST leads/unsorted/{uid}/accept`.
async fn accept(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(uid): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    waiting(&office, &caller, &uid)?;
    let item = optional(&body)?;
    let keeper = number(&item, "user_id")?.unwrap_or(caller.user.id);
    let status = number(&item, "status_id")?;
    let now = office.now();
    let request = office
        .accept_request(caller.user.id, &uid, keeper, status, now)
        .map_err(refused)?;
    Ok(Json(settled(&caller, &request)))
}

/// `DELETE leads/unsorted/{uid}/decline`.
async fn decline(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(uid): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    waiting(&office, &caller, &uid)?;
    let item = optional(&body)?;
    let by = number(&item, "user_id")?.unwrap_or(caller.user.id);
    let request = office
        .decline_request(by, &uid, office.now())
        .map_err(refused)?;
    Ok(Json(settled(&caller, &request)))
}

/// `POST leads/unsorted/{uid}/link`, for requests from chats.
async fn link(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(uid): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    waiting(&office, &caller, &uid)?;
    let item = optional(&body)?;
    let by = number(&item, "user_id")?.unwrap_or(caller.user.id);
    let link = item.get("link").unwrap_or(&Value::Null);
    let kind = link["entity_type"].as_str().and_then(EntityKind::named);
    let (Some(kind), Some(id)) = (kind, link["entity_id"].as_u64()) else {
        return Err(Problem::bad_request("link needs entity_id and entity_type"));
    };
    let to = Entity { kind, id };
    let request = office
        .link_request(by, &uid, to, office.now())
        .map_err(refused)?;
    let mut embedded = Map::new();
    for kind in EntityKind::ALL {
        let linked = (kind == to.kind).then(|| reference(&caller, to));
        embedded.insert(kind.name().to_owned(), json!(Vec::from_iter(linked)));
    }
    Ok(Json(json!({"uid": request.uid, "_embedded": embedded})))
}

/// `GET leads/unsorted/summary`.
async fn summary(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    let query = Query::of(&caller.uri)?;
    query.only(&FILTERS, &[])?;
    let wanted = filter(&query)?;
    let all: Vec<Request> = office.read(|books| {
        let requests = books.requests().iter();
        requests
            .filter(|request| wanted(request) && caller.member.sees_pipeline(request.pipeline))
            .cloned()
            .collect()
    });
    let became = |outcome| {
        let ends = all.iter().filter_map(|request| request.outcome);
        ends.filter(|(became, _)| *became == outcome).count()
    };
    let times: Vec<i64> = all
        .iter()
        .filter_map(|request| request.outcome.map(|(_, at)| at - request.created_at))
        .collect();
    let count = i64::try_from(times.len()).unwrap_or(i64::MAX).max(1);
    let mut categories = Map::new();
    for category in Category::ALL {
        let of_it = all.iter().filter(|r| r.metadata.category() == category);
        categories.insert(category.name().to_owned(), json!({"total": of_it.count()}));
    }
    Ok(Json(json!({
        "total": all.len(),
        "accepted": became(Outcome::Accepted) + became(Outcome::Linked),
        "declined": became(Outcome::Declined),
        "average_sort_time": times.iter().sum::<i64>() / count,
        "categories": categories,
        "_links": {"self": {"href": caller.link("leads/unsorted/summary")}},
    })))
}

/// The requests that match every filter of the query.
fn filter(query: &Query) -> Result<impl Fn(&Request) -> bool, Problem> {
    let owned = |name| -> Vec<String> {
        let words = query.words(&["filter", name]).into_iter();
        words.map(str::to_owned).collect()
    };
    let (uids, categories) = (owned("uid"), owned("category"));
    let named = |name: &String| Category::ALL.iter().any(|category| category.name() == name);
    if !categories.iter().all(named) {
        return Err(Problem::bad_request("Invalid value of filter.category"));
    }
    let pipelines = query.ids(&["filter", "pipeline_id"])?;
    let created_at = query.span(&["filter", "created_at"])?;
    let among = |list: &[String], name: &str| list.is_empty() || list.iter().any(|n| n == name);
    Ok(move |request: &Request| {
        among(&uids, &request.uid)
            && among(&categories, request.metadata.category().name())
            && pipelines
                .as_ref()
                .is_none_or(|ids| ids.contains(&request.pipeline))
            && created_at.contains(&request.created_at)
    })
}

/// A body that may be absent altogether.
fn optional(body: &Bytes) -> Result<Item, Problem> {
    if body.is_empty() {
        return Ok(Item::new());
    }
    match parsed(body)? {
        Value::Object(item) => Ok(item),
        // PHP writes an empty associative array as a list.
        Value::Array(list) if list.is_empty() => Ok(Item::new()),
        _ => Err(Problem::bad_request("The body is not an object")),
    }
}

fn number(item: &Item, field: &str) -> Result<Option<u64>, Problem> {
    match item.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .map(Some)
            .ok_or_else(|| Problem::bad_request(&format!("Invalid value of {field}"))),
    }
}

/// The request, if it waits where the caller may look.
fn waiting(office: &Office, caller: &Caller, uid: &str) -> Result<Request, Problem> {
    office
        .read(|books| books.request(uid).cloned())
        .filter(|request| request.outcome.is_none())
        .filter(|request| caller.member.sees_pipeline(request.pipeline))
        .ok_or_else(no_such_request)
}

pub(super) fn refused(refusal: Refusal) -> Problem {
    if refusal == Refusal::NoSuchRequest {
        return no_such_request();
    }
    Problem::bad_request(&refusal.to_string())
}

pub(super) fn no_such_request() -> Problem {
    Problem::not_found("Заявка не найдена")
}

fn draw(caller: &Caller, request: &Request) -> Value {
    let path = format!("leads/unsorted/{}", request.uid);
    json!({
        "uid": request.uid,
        "source_uid": request.source_uid,
        "source_name": request.source_name,
        "category": request.metadata.category().name(),
        "pipeline_id": request.pipeline,
        "created_at": request.created_at,
        "metadata": metadata(request),
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&path)}},
        "_embedded": embedded(caller, request),
    })
}

/// What is told of a request that no longer waits.
fn settled(caller: &Caller, request: &Request) -> Value {
    json!({
        "uid": request.uid,
        "pipeline_id": request.pipeline,
        "category": request.metadata.category().name(),
        "created_at": request.created_at,
        "_embedded": embedded(caller, request),
    })
}

pub(super) fn embedded(caller: &Caller, request: &Request) -> Value {
    json!({
        "leads": [reference(caller, Entity::lead(request.lead))],
        "contacts": [reference(caller, Entity::contact(request.contact))],
        "companies": [],
    })
}

fn metadata(request: &Request) -> Value {
    let at = request.created_at;
    match &request.metadata {
        Metadata::Sip {
            phone,
            duration,
            service_code,
        } => json!({
            "from": phone,
            "phone": phone,
            "called_at": at,
            "duration": duration,
            "link": null,
            "service_code": service_code,
            "uniq": request.source_uid,
            "call_responsible": null,
        }),
        Metadata::Mail {
            email,
            name,
            subject,
            summary,
        } => json!({
            "from": {"email": email, "name": name},
            "received_at": at,
            "subject": subject,
            "thread_id": request.lead,
            "message_id": request.contact,
            "content_summary": summary,
        }),
        Metadata::Chats {
            client,
            service,
            text,
        } => json!({
            "from": client,
            "to": request.source_name,
            "received_at": at,
            "service": service,
            "client": {"name": client, "avatar": null},
            "origin": {"chat_id": request.source_uid, "ref": null, "visitor_uid": null},
            "last_message_text": text,
            "source_name": request.source_name,
        }),
        Metadata::Forms { name, page, .. } => json!({
            "form_id": "order",
            "form_name": name,
            "form_page": page,
            "ip": "203.0.113.7",
            "form_sent_at": at,
            "referer": null,
        }),
    }
}
