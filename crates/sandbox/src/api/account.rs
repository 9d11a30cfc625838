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
use crate::account::{ACCOUNT_ID, ACCOUNT_NAME, MEASURING, OPENED_AT, SUBDOMAIN, TIME_ZONE, User};
use crate::office::Office;

/// `GET account`, with `task_types`, `datetime_settings` and `users_groups` on request.
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
                let group = json!([{"id": 0, "name": "Отдел продаж", "uuid": null}]);
                embedded.insert(word.to_owned(), group);
            }
            // amoCRM has more of these; what is not here it leaves out, as for an older account.
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

/// `GET users`, for administrators only.
pub(crate) async fn users(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Result<Response, Problem> {
    let query = Query::of(&caller.uri)?;
    administrator(&caller)?;
    let page = Page::asked(&query, 250)?;
    Ok(page.answer(&caller, "users", office.users(), |user| draw(&caller, user)))
}

/// `GET users/{id}`, for administrators only.
pub(crate) async fn user(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    administrator(&caller)?;
    let user = id.parse().ok().and_then(|id| office.user(id));
    user.map(|user| Json(draw(&caller, user)))
        .ok_or_else(|| Problem::not_found("Пользователь не найден"))
}

fn administrator(caller: &Caller) -> Result<(), Problem> {
    if caller.user.is_admin {
        Ok(())
    } else {
        Err(Problem::forbidden())
    }
}

fn draw(caller: &Caller, user: &User) -> Value {
    let cards = json!({"view": "A", "edit": "A", "add": "A", "delete": "A", "export": "A"});
    json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "lang": "ru",
        "rights": {
            "leads": cards,
            "contacts": cards,
            "companies": cards,
            "tasks": {"edit": "A", "delete": "A"},
            "mail_access": false,
            "catalog_access": true,
            "status_rights": [],
            "is_admin": user.is_admin,
            "is_free": false,
            "is_active": true,
            "group_id": null,
            "role_id": null,
        },
        "_links": {"self": {"href": caller.link(&format!("users/{}", user.id))}},
    })
}

fn task_types() -> Value {
    let task_type = |id: u64, name: &str, code: Option<&str>| json!({"id": id, "name": name, "color": null, "icon_id": null, "code": code});
    json!([
        task_type(1, "Связаться", Some("FOLLOW_UP")),
        task_type(2, "Встреча", Some("MEETING")),
        task_type(MEASURING, "Замер", None),
    ])
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
