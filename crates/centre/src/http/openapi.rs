//! `GET /openapi.json`: every address of the centre, for programs; `GET /docs`: the same for people.

use super::Served;
use axum::{
    Json,
    extract::State,
    http::{
        HeaderName,
        header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{Html, IntoResponse},
};
use dealbell_protocol::ApiError;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// Nothing is loaded from anywhere.
const HEADERS: [(HeaderName, &str); 3] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Whether a refusal can meet an operation.
type Concerns = fn(&Map<String, Value>) -> bool;

/// Refusals of any request: status, what it means, and of which requests.
const COMMON: [(&str, &str, Concerns); 6] = [
    ("400", "A field is wrong; `field` names it", has_body),
    ("401", "No token, or one that is good no more", has_token),
    (
        "403",
        "The token is not for this, or the request comes from a foreign page",
        |_| true,
    ),
    ("413", "The body is too large", has_body),
    (
        "429",
        "Too much at once; `retry_ms` and Retry-After say when to come back",
        has_token,
    ),
    ("503", "The centre cannot store it now", |_| true),
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dealbell",
        description = "The notification centre: integrations publish, users read, administrators \
                       arrange. Every refusal is an `ApiError`; programs decide by its `code`."
    ),
    paths(
        description,
        page,
        crate::stream::upgrade,
super::act::act,
super::act::act_on,
super::act::tasks,
super::act::try_channel,
super::audit::page,
super::calendar::feed,
super::calendar::link,
super::calendar::renew,
super::channels::read,
super::channels::save,
super::defaults::read,
super::defaults::replace,
super::devices::list,
super::devices::revoke,
super::feed::page,
super::feed::read,
super::feed::read_all,
super::feed::unread,
super::health::health,
super::integrations::add,
super::integrations::add_key,
super::integrations::list,
super::integrations::remove,
super::integrations::revoke_key,
super::invitations::invite,
super::invitations::list,
super::invitations::redeem,
super::invitations::revoke,
super::invitations::see,
super::letters::dead,
super::letters::retry,
super::list::slice,
super::me,
super::people::add,
super::people::add_group,
super::people::change,
super::people::groups,
super::people::join,
super::people::leave,
super::people::remove,
super::people::remove_group,
super::people::user,
super::people::users,
super::provider::icon,
super::provider::read,
super::provider::save,
super::publish::bulk,
super::publish::publish,
super::publish::revise,
super::publish::signed,
super::publish::signed_bulk,
super::publish::withdraw,
super::push::change,
super::push::list,
super::push::remove,
super::push::subscribe,
super::push::test,
super::web::link,
super::web::sign_in,
super::web::sign_out),
    tags(
        (name = "notifications", description = "For integrations: publish, say anew, take back"),
        (name = "list", description = "For a user's devices: his list and what he does with it"),
        (name = "settings", description = "For a user's devices: what reaches him, and how"),
        (name = "integrations", description = "For administrators: programs that publish; and for \
                                               those: what they are called"),
        (name = "administration", description = "For administrators: people and their defaults"),
        (name = "other", description = "Without a token")
    ),
    components(schemas(ApiError))
)]
struct Api;

/// The description of the centre's addresses and of those beside them.
pub(crate) fn described(beside: &Value) -> Value {
    let mut all = serde_json::to_value(Api::openapi()).unwrap_or_default();
    all["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    for part in ["/paths", "/components/schemas"] {
        let more = beside.pointer(part).and_then(Value::as_object);
        let known = all.pointer_mut(part).and_then(Value::as_object_mut);
        if let (Some(known), Some(more)) = (known, more) {
            known.extend(more.clone());
        }
    }
    all["components"]["securitySchemes"] = json!({
        "device": {"type": "http", "scheme": "bearer",
            "description": "A device token, `dbd_…`; for what administrators do, one of theirs. The \
                            centre's own pages have a cookie in its place"},
        "integration": {"type": "http", "scheme": "bearer",
            "description": "A key of an integration, `dbi_…`"},
        "signature": {"type": "apiKey", "in": "header", "name": "webhook-signature",
            "description": "Signed after Standard Webhooks with a key `whsec_…`: the body, the id and the time"},
    });
    let paths = all["paths"].as_object_mut().into_iter().flatten();
    for operation in paths.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        let Some(operation) = operation.1.as_object_mut() else {
            continue;
        };
        let missing: Vec<_> = COMMON.iter().filter(|(.., of)| of(operation)).collect();
        let Some(responses) = operation["responses"].as_object_mut() else {
            continue;
        };
        for (status, description, _) in missing {
            responses
                .entry(*status)
                .or_insert_with(|| refusal(description));
        }
    }
    all
}

fn refusal(description: &str) -> Value {
    let schema = json!({"$ref": "#/components/schemas/ApiError"});
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}

fn has_body(operation: &Map<String, Value>) -> bool {
    operation.contains_key("requestBody")
}

fn has_token(operation: &Map<String, Value>) -> bool {
    operation.contains_key("security")
}

/// This description, OpenAPI.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "other",
    responses((status = 200, description = "The description", body = Object)),
)]
pub(crate) async fn description(State(served): State<Served>) -> Json<Value> {
    Json(Value::clone(&served.described))
}

/// This description, for people.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "other",
    responses((status = 200, description = "A page", body = String, content_type = "text/html; charset=utf-8")),
)]
pub(crate) async fn page(State(served): State<Served>) -> impl IntoResponse {
    (HEADERS, Html(super::docs::page(&served.described)))
}
