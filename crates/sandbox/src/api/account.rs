//! `account` and `users`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Caller;
use super::page::Page;
use super::problem::Problem;
use super::query::Query;
use crate::account::{ACCOUNT_ID, ACCOUNT_NAME, MEASURING, OPENED_AT, SUBDOMAIN, TIME_ZONE};
use crate::office::Office;
use crate::rights::Member;

/// The only group of users.
const GROUP: &str = "Отдел продаж";

/// `GET account`, with whatever `with` asks for.
pub(crate) async fn account(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    let query = Query::of(&caller.uri)?;
    let owner = office.users().first().map(|user| user.id);
    let mut account = json!({
        "id": ACCOUNT_ID,
        "name": ACCOUNT_NAME,
        "subdomain": SUBDOMAIN,
        "created_at": OPENED_AT,
        "created_by": owner,
        "updated_at": OPENED_AT,
        "updated_by": owner,
        "current_user_id": caller.user.id,
        "country": "RU",
        "currency": "RUB",
        "currency_symbol": "₽",
        "customers_mode": "segments",
        "is_unsorted_on": true,
        "is_loss_reason_enabled": true,
        "is_helpbot_enabled": false,
        "is_technical_account": false,
        "contact_name_display_order": 1,
        "_links": {"self": {"href": caller.link("account")}},
    });

    let mut embedded = Map::new();
    for word in query.words(&["with"]) {
        match word {
            "task_types" => {
                embedded.insert(word.to_owned(), task_types());
            }
            "datetime_settings" => {
                embedded.insert(word.to_owned(), datetime_settings());
            }
            "users_groups" => {
                let group = json!([{"id": 0, "name": GROUP, "uuid": null}]);
                embedded.insert(word.to_owned(), group);
            }
            "amojo_rights" => {
                let rights = json!({"can_direct": true, "can_create_groups": true});
                embedded.insert(word.to_owned(), rights);
            }
            "entity_names" => {
                embedded.insert(word.to_owned(), entity_names());
            }
            "amojo_id" => account[word] = json!(uuid(ACCOUNT_ID)),
            "version" => account[word] = json!(16),
            "drive_url" => account[word] = json!(caller.origin),
            "is_api_filter_enabled" => account[word] = json!(true),
            // amoCRM leaves out what it does not know.
            _ => {}
        }
    }
    // PHP writes an empty associative array as a list.
    account["_embedded"] = if embedded.is_empty() {
        json!([])
    } else {
        Value::Object(embedded)
    };
    Ok(Json(account))
}

/// `GET users` with `role`, `group`, `uuid` and `amojo_id` on request, for administrators only.
pub(crate) async fn users(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Result<Response, Problem> {
    let query = Query::of(&caller.uri)?;
    administrator(&caller)?;
    let page = Page::asked(&query, 250)?;
    let with = query.words(&["with"]);
    Ok(page.answer(&caller, "users", &office.members(), |member| {
        draw(&caller, member, &with)
    }))
}

/// `GET users/{id}`, for administrators only.
pub(crate) async fn user(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    administrator(&caller)?;
    let query = Query::of(&caller.uri)?;
    let member = id.parse().ok().and_then(|id| office.member(id));
    member
        .map(|member| Json(draw(&caller, &member, &query.words(&["with"]))))
        .ok_or_else(|| Problem::not_found("Пользователь не найден"))
}

fn administrator(caller: &Caller) -> Result<(), Problem> {
    if caller.user.is_admin {
        Ok(())
    } else {
        Err(Problem::forbidden())
    }
}

fn draw(caller: &Caller, member: &Member, with: &[&str]) -> Value {
    let user = &member.user;
    let mut drawn = json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "lang": "ru",
        "rights": member.rights(),
        "_links": {"self": {"href": caller.link(&format!("users/{}", user.id))}},
    });
    let mut embedded = Map::new();
    for &word in with {
        match word {
            "role" => {
                embedded.insert("roles".to_owned(), json!([]));
            }
            "group" => {
                let group = json!([{"id": 0, "name": GROUP}]);
                embedded.insert("groups".to_owned(), group);
            }
            "uuid" | "amojo_id" => drawn[word] = json!(uuid(user.id)),
            _ => {}
        }
    }
    if !embedded.is_empty() {
        drawn["_embedded"] = Value::Object(embedded);
    }
    drawn
}

/// An id of the other form, the same whenever it is asked for.
fn uuid(id: u64) -> String {
    format!("5d0c1a7e-8b42-4f39-9e61-{id:012x}")
}

fn task_types() -> Value {
    let task_type = |id: u64, name: &str, code: Option<&str>| json!({"id": id, "name": name, "color": null, "icon_id": null, "code": code});
    json!([
        task_type(1, "Связаться", Some("FOLLOW_UP")),
        task_type(2, "Встреча", Some("MEETING")),
        task_type(MEASURING, "Замер", None),
    ])
}

fn entity_names() -> Value {
    let names = |singular: &str, plural: &str| json!({"ru": {"gender": "f", "singular_form": {"default": singular}, "plural_form": {"default": plural}}});
    json!({"leads": names("Сделка", "Сделки")})
}

fn datetime_settings() -> Value {
    json!({
        "date_pattern": "d.m.Y H:i",
        "short_date_pattern": "d.m.Y",
        "short_time_pattern": "H:i",
        "date_format": "d.m.Y",
        "time_format": "H:i:s",
        "timezone": TIME_ZONE,
        "timezone_offset": "+03:00",
    })
}
