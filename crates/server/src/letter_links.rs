//! Where the links of letters lead: `GET` and `POST /v1/unsubscribe/{token}`, and `GET /inbox`.
//!
//! Programs that look at the links of a letter before its reader does change nothing by it: only
//! `POST` switches letters off (RFC 8058). No sign-in: the token is the proof.

use crate::{
    public_url::PublicUrl,
    sheet::{Button, Mark, Sheet, preferred},
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::ACCEPT_LANGUAGE},
    response::Response,
    routing::get,
};
use dealbell_centre::{Centre, CentreError, Subscription, Unsubscribing};
use dealbell_letters::provider_name;
use dealbell_protocol::{ProviderId, UserId, letter::LetterLinks, window::Language};
use dealbell_texts::{Value, text};

/// What opens the app's window.
const APP: &str = "dealbell://open";

/// The links of this centre's letters.
#[derive(Debug)]
pub(crate) struct Links {
    public_url: PublicUrl,
    tokens: Unsubscribing,
}

impl Links {
    /// Links under `public_url`.
    ///
    /// # Errors
    /// When the storage fails.
    pub(crate) async fn new(public_url: PublicUrl, centre: &Centre) -> Result<Self, CentreError> {
        let tokens = centre.unsubscribing().await?;
        Ok(Self { public_url, tokens })
    }
}

impl LetterLinks for Links {
    fn unsubscribe(&self, user: UserId, provider: Option<&ProviderId>) -> Option<String> {
        let token = self.tokens.token(user, provider);
        let url = self.public_url.below(&format!("v1/unsubscribe/{token}"));
        Some(url.into())
    }

    fn inbox(&self, _user: UserId) -> Option<String> {
        Some(self.public_url.below("inbox").into())
    }
}

/// The routes to serve beside the centre's own.
pub(crate) fn router(centre: Centre) -> Router {
    Router::new()
        .route("/v1/unsubscribe/{token}", get(ask).post(switch_off))
        .route("/inbox", get(inbox))
        .with_state(centre)
}

async fn ask(
    State(centre): State<Centre>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer("off-ask", centre.subscription(&token).await, &headers)
}

async fn switch_off(
    State(centre): State<Centre>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    // To its end even if whoever asked goes away meanwhile.
    let done = tokio::spawn(async move { centre.unsubscribe(&token).await }).await;
    let done = done.unwrap_or_else(|error| Err(CentreError::Storage(error.to_string())));
    if let Ok(Some(subscription)) = &done {
        let of = subscription.provider.as_ref().map(|of| of.id.as_str());
        tracing::info!(user = %subscription.user, of, "letters were switched off from a letter");
    }
    answer("off-done", done, &headers)
}

fn answer(
    id: &str,
    found: Result<Option<Subscription>, CentreError>,
    headers: &HeaderMap,
) -> Response {
    let language = language(headers);
    let (status, mark, id, of) = match found {
        Ok(Some(Subscription { provider, .. })) => {
            let mark = match id {
                "off-ask" => Mark::Ask,
                _ => Mark::Good,
            };
            let id = match provider {
                Some(_) => id.to_owned(),
                None => format!("{id}-all"),
            };
            (StatusCode::OK, mark, id, provider)
        }
        Ok(None) => (
            StatusCode::NOT_FOUND,
            Mark::Bad,
            "off-stale".to_owned(),
            None,
        ),
        Err(error) => {
            tracing::error!(%error, "letters cannot be switched off");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            (status, Mark::Bad, "off-failed".to_owned(), None)
        }
    };
    let of = of.map(|of| provider_name(&of.id, &of.name, language));
    let args: Vec<(&str, Value)> = of.into_iter().map(|of| ("provider", of.into())).collect();
    let say = |part: &str| text(language, &format!("{id}-{part}"), &args);
    let sheet = Sheet {
        status,
        mark,
        title: say("title"),
        text: say("text"),
        tip: None,
        other: None,
        button: (mark == Mark::Ask).then(|| Button::Do(text(language, "off-ask-button", &[]))),
        link: None,
    };
    sheet.answer(language)
}

async fn inbox(headers: HeaderMap) -> Response {
    let language = language(&headers);
    let sheet = Sheet {
        status: StatusCode::OK,
        mark: Mark::Bell,
        title: text(language, "inbox-title", &[]),
        text: text(language, "inbox-text", &[]),
        tip: None,
        other: None,
        button: Some(Button::Go(
            text(language, "inbox-open", &[]),
            APP.to_owned(),
        )),
        link: None,
    };
    sheet.answer(language)
}

/// The language of whoever sends these headers.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    preferred(accepted.unwrap_or_default())
}
