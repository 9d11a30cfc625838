//! OAuth 2: the consent page, the token endpoint, and where the account lives now.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::host_of;
use super::problem::Problem;
use crate::account::{ACCOUNT_ID, ACCOUNT_NAME, SUBDOMAIN};
use crate::form;
use crate::oauth::{ACCESS_LIFE, Exchange, Refused};
use crate::office::Office;
use crate::wire::Scissors;

/// What an integration sends people to the consent page with.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    client_id: String,
    #[serde(default)]
    state: String,
}

/// `GET /oauth`: asks whether the integration may act for somebody of the account.
pub(crate) async fn consent(
    State(office): State<Arc<Office>>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Problem> {
    let integration = office
        .integration(&asked.client_id)
        .ok_or_else(no_such_integration)?;
    let people: String = office
        .users()
        .iter()
        .map(|user| {
            format!(
                r#"<option value="{}">{}</option>"#,
                user.id,
                escaped(&user.name)
            )
        })
        .collect();
    Ok(Html(format!(
        r#"<!doctype html><html lang="ru"><meta charset="utf-8"><title>Доступ к аккаунту</title>
<h1>{account}</h1><p>Интеграция {id} просит доступ к данным аккаунта.</p>
<form method="post" action="/oauth">
<input type="hidden" name="client_id" value="{id}"><input type="hidden" name="state" value="{state}">
<p><label>Сотрудник <select name="user">{people}</select></label></p>
<button name="decision" value="allow">Разрешить</button>
<button name="decision" value="deny">Отказать</button>
</form></html>
"#,
        account = escaped(ACCOUNT_NAME),
        id = escaped(&integration.id),
        state = escaped(&asked.state),
    )))
}

/// What somebody chose on the consent page.
#[derive(Debug, Deserialize)]
pub(crate) struct Decided {
    client_id: String,
    #[serde(default)]
    state: String,
    /// Who grants; the first user without it.
    user: Option<u64>,
    decision: String,
}

/// `POST /oauth`: back to the integration with a code, or with `error=access_denied`.
pub(crate) async fn decide(
    State(office): State<Arc<Office>>,
    headers: HeaderMap,
    Form(decided): Form<Decided>,
) -> Result<Response, Problem> {
    let integration = office
        .integration(&decided.client_id)
        .ok_or_else(no_such_integration)?;
    let user = match decided.user {
        Some(id) => office.user(id),
        None => office.users().first(),
    };
    let user = user.ok_or_else(|| Problem::bad_request("Пользователь не найден"))?;
    let mut back = vec![("state", decided.state)];
    if decided.decision == "allow" {
        back.push(("code", office.issue_code(user.id, &integration.id)));
        back.push(("referer", host_of(&headers)));
        back.push(("platform", "1".to_owned()));
        back.push(("client_id", integration.id.clone()));
    } else {
        back.push(("error", "access_denied".to_owned()));
    }
    let query = form::encoded(back.iter().map(|(name, value)| (*name, value.as_str())));
    let address = &integration.redirect_uri;
    let joint = if address.contains('?') { '&' } else { '?' };
    let location = [(LOCATION, format!("{address}{joint}{query}"))];
    Ok((StatusCode::FOUND, location).into_response())
}

/// `POST /oauth2/access_token`: JSON or a form.
pub(crate) async fn access_token(
    State(office): State<Arc<Office>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = match read(&headers, &body) {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    let pair = match office.exchange(&asked, &host_of(&headers)) {
        Ok(pair) => pair,
        Err(refused) => return refusal(refused),
    };
    if office.loses_this_token_answer() {
        scissors.cut();
    }
    Json(json!({
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFE,
        "access_token": pair.access,
        "refresh_token": pair.refresh,
    }))
    .into_response()
}

/// `GET /oauth2/account/current/subdomain` with `X-Refresh-Token`: where the account lives, at its
/// former address too.
pub(crate) async fn subdomain(
    State(office): State<Arc<Office>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let token = headers
        .get("X-Refresh-Token")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !office.is_live_refresh(token) {
        return Err(Problem::unauthorized());
    }
    let host = office.home();
    // On loopback there is no domain above the account's own host.
    Ok(Json(json!({
        "id": ACCOUNT_ID,
        "subdomain": SUBDOMAIN,
        "domain": host,
        "top_level_domain": host,
    })))
}

fn read(headers: &HeaderMap, body: &Bytes) -> Result<Exchange, Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    if content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        let query = String::from_utf8_lossy(body);
        return format!("/?{query}")
            .parse::<Uri>()
            .ok()
            .and_then(|uri| Query::try_from_uri(&uri).ok())
            .map(|Query(asked)| asked)
            .ok_or_else(|| Problem::bad_request("The body is not a form"));
    }
    serde_json::from_slice(body).map_err(|_| Problem::bad_request("The body is not JSON"))
}

/// amoCRM's own form of an OAuth error.
fn refusal(refused: Refused) -> Response {
    const BAD: (&str, &str) = (
        "Некорректный запрос",
        "В запросе отсутствует ряд параметров или параметры невалидны",
    );
    const CLIENT: (&str, &str) = ("Некорректный клиент", "Авторизация клиента не прошла");
    let (status, (title, detail), hint) = match refused {
        Refused::Client => (401, CLIENT, None),
        Refused::UnknownGrantType => (400, BAD, Some("Check the `grant_type` parameter")),
        Refused::MissingCode => (400, BAD, Some("Check the `code` parameter")),
        Refused::MissingRefreshToken => (400, BAD, Some("Check the `refresh_token` parameter")),
        Refused::UnknownCode => (400, BAD, Some("Cannot decrypt the authorization code")),
        Refused::ForeignCode => (
            400,
            BAD,
            Some("Authorization code was not issued to this client"),
        ),
        Refused::ExpiredCode => (400, BAD, Some("Authorization code has expired")),
        Refused::SpentCode => (400, BAD, Some("Authorization code has been revoked")),
        Refused::UnknownRefresh => (401, BAD, Some("Cannot decrypt the refresh token")),
        Refused::ForeignRefresh => (401, BAD, Some("Token is not linked to client")),
        Refused::ExpiredRefresh => (401, BAD, Some("Token has expired")),
        Refused::RevokedRefresh => (401, BAD, Some("Token has been revoked")),
    };
    let mut body = json!({
        "title": title,
        "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
        "status": status,
        "detail": detail,
    });
    if let Some(hint) = hint {
        body["hint"] = json!(hint);
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let kind = [(CONTENT_TYPE, "application/problem+json")];
    (status, kind, body.to_string()).into_response()
}

fn no_such_integration() -> Problem {
    Problem::not_found("Интеграция не найдена")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
