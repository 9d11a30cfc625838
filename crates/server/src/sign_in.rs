//! `GET /v1/oauth/amocrm`: a browser comes back from the CRM's consent page. Anybody can open this
//! address with anything in it, so the state decides, and a code goes to the CRM's domains only.

use crate::{
    connect::{self, AMOCRM},
    page::Outcome,
    sheet::preferred,
};
use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, header::ACCEPT_LANGUAGE},
    response::Response,
    routing::get,
};
use dealbell_amocrm::{Access, CheckError, CrmAddress, Integration, Network, check::check};
use dealbell_centre::Centre;
use std::collections::HashMap;

/// The route to serve beside the centre's own.
pub(crate) fn router(centre: Centre) -> Router {
    Router::new()
        .route("/v1/oauth/amocrm", get(back))
        .with_state(centre)
}

async fn back(
    State(centre): State<Centre>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let accepted = headers.get(ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    let language = preferred(accepted.unwrap_or_default());
    let query = query.unwrap_or_default();
    let fields: HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    // To its end even if the browser goes away meanwhile: the code is good once.
    let ended = tokio::spawn(async move { end(&centre, &fields).await });
    let outcome = ended.await.unwrap_or(Outcome::Unsaved);
    outcome.page(language)
}

async fn end(centre: &Centre, fields: &HashMap<String, String>) -> Outcome {
    let Some(state) = fields.get("state") else {
        return Outcome::Stale;
    };
    // Before the state is used up: a forged link must not spoil an honest sign-in.
    let referer = match fields.get("referer").map(|typed| CrmAddress::parse(typed)) {
        Some(Err(_)) => return Outcome::Foreign,
        Some(Ok(address)) => Some(address),
        None => None,
    };
    let (about, secret) = match centre.take_sign_in(state).await {
        Ok(Some(begun)) if begun.0.kind == AMOCRM => begun,
        Ok(_) => return Outcome::Stale,
        Err(error) => {
            tracing::error!(%error, "a sign-in cannot be read");
            return Outcome::Unsaved;
        }
    };
    if fields.contains_key("error") {
        return Outcome::Denied;
    }
    let (Some(code), Some(referer)) = (fields.get("code"), referer) else {
        return Outcome::Incomplete;
    };
    let (Ok(asked), Ok(integration)) = (
        CrmAddress::parse(&about.url),
        serde_json::from_str::<Integration>(&secret),
    ) else {
        tracing::error!("a stored sign-in cannot be used");
        return Outcome::Unsaved;
    };
    if referer.is_loopback() && !asked.is_loopback() {
        return Outcome::Foreign;
    }
    if referer.host() != asked.host() {
        return Outcome::Other {
            asked: asked.host(),
            got: referer.host(),
        };
    }
    let code = code.clone();
    let host = referer.host();
    let checked = match check(
        referer,
        Access::Code { integration, code },
        &Network::default(),
    )
    .await
    {
        Ok(checked) => checked,
        Err(error) => {
            tracing::warn!(account = host, %error, "a sign-in failed");
            return failure(&error, host);
        }
    };
    let (address, credentials) = (&checked.address, &checked.credentials);
    match connect::keep(centre, address, credentials, about.connected_by).await {
        Ok(_) => {
            tracing::info!(account = host, "an account was connected");
            Outcome::Connected {
                account: checked.account.name,
                host,
            }
        }
        Err(error) => {
            tracing::error!(account = host, %error, "an account could not be stored");
            Outcome::Unsaved
        }
    }
}

fn failure(error: &CheckError, host: String) -> Outcome {
    match error {
        CheckError::CodeExpired | CheckError::NotGranted => Outcome::Code,
        CheckError::IntegrationWrong => Outcome::Integration,
        CheckError::AccountUnknown
        | CheckError::NoNetwork(_)
        | CheckError::ProxyAsks
        | CheckError::NotACrm(_) => Outcome::Silent { host },
        CheckError::TokenExpired
        | CheckError::TokenElsewhere
        | CheckError::TokenRefused
        | CheckError::NoRights
        | CheckError::Blocked
        | CheckError::NotPaid
        | CheckError::Refused { .. } => Outcome::Refused { host },
    }
}
