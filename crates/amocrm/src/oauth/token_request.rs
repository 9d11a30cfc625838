//! `POST oauth2/access_token`: one request, and what its answer means for the token it spent.

use crate::address::CrmAddress;
use crate::client::{Cause, Failure, read_answer};
use crate::clock::Clock;
use crate::credentials::{Integration, TokenPair};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a token request came to.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A new pair; what was spent for it is dead.
    Granted(TokenPair),
    /// The CRM knows the request and will never grant it.
    Refused {
        /// HTTP status.
        status: u16,
        /// Its reason.
        reason: String,
    },
    /// It was not granted, and what it would have spent is not spent.
    NotDone(Failure),
    /// It may have been granted; the answer did not come.
    Unclear(Failure),
}

/// Spends a code.
pub(crate) async fn ask_code(
    http: &reqwest::Client,
    address: &CrmAddress,
    integration: &Integration,
    code: &str,
    clock: &Clock,
) -> Answer {
    let spent = json!({"grant_type": "authorization_code", "code": code});
    ask(http, address, integration, spent, clock).await
}

/// Spends a refresh token.
pub(crate) async fn ask_renewal(
    http: &reqwest::Client,
    address: &CrmAddress,
    integration: &Integration,
    refresh: &str,
    clock: &Clock,
) -> Answer {
    let spent = json!({"grant_type": "refresh_token", "refresh_token": refresh});
    ask(http, address, integration, spent, clock).await
}

async fn ask(
    http: &reqwest::Client,
    address: &CrmAddress,
    integration: &Integration,
    mut body: Value,
    clock: &Clock,
) -> Answer {
    body["client_id"] = json!(integration.id);
    body["client_secret"] = json!(integration.secret);
    body["redirect_uri"] = json!(integration.redirect_uri);
    let url = address.join("oauth2/access_token");
    let asked_at = clock.seconds();
    let _works = clock.network_works();
    let response = match http.post(url).json(&body).send().await {
        Ok(response) => response,
        Err(error) => return failed(error.into()),
    };
    let status = response.status().as_u16();
    match read_answer(response).await {
        Ok(answer) => granted(answer, asked_at, status),
        Err(failure) => failed(failure),
    }
}

fn granted(answer: Option<Value>, issued_at: i64, status: u16) -> Answer {
    #[derive(Deserialize)]
    struct Granted {
        access_token: String,
        refresh_token: String,
        expires_in: i64,
    }
    let granted = answer.and_then(|answer| serde_json::from_value::<Granted>(answer).ok());
    match granted {
        // Counted from the asking, so that it is never thought to live longer than it does.
        Some(granted) => Answer::Granted(TokenPair {
            access: granted.access_token,
            refresh: granted.refresh_token,
            issued_at,
            expires_at: issued_at.saturating_add(granted.expires_in.max(0)),
        }),
        None => Answer::Unclear(Failure::no_tokens(status)),
    }
}

fn failed(failure: Failure) -> Answer {
    if failure.is_unsent() {
        return Answer::NotDone(failure);
    }
    let Cause::Answered { status, json, said } = &failure.cause else {
        return Answer::Unclear(failure);
    };
    match (*status, *json) {
        (400 | 401, true) => Answer::Refused {
            status: *status,
            reason: said.clone(),
        },
        // Too many, blocked, not paid for, not here: nobody looked at it who could grant it.
        (300..=407 | 410..=499, _) => Answer::NotDone(failure),
        _ => Answer::Unclear(failure),
    }
}
