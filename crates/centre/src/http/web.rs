//! Browsers sign in and out: `/v1/sign-in-links`, `/v1/web/sign-in`, `/v1/web/sign-out`.

use super::{
    Device, Served,
    act::Done,
    administrator::From,
    answer::Problem,
    feed::parse,
    me_of,
    site::{Door, Site},
};
use crate::{devices::Session, refusal::Refusal};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header::SET_COOKIE, request::Parts},
};
use dealbell_protocol::{
    ApiError, ErrorCode,
    rest::Me,
    web::{SignInLink, WebSignIn},
};
use std::convert::Infallible;

/// A way into the web inbox for another browser of the user's, once.
#[utoipa::path(
    post,
    path = "/v1/sign-in-links",
    tag = "settings",
    security(("device" = [])),
    responses(
        (status = 201, description = "Made; good for ten minutes", body = SignInLink),
        (status = 503, description = "No browser could reach this centre", body = ApiError),
    ),
)]
pub(crate) async fn link(
    State(served): State<Served>,
    Device(session): Device,
) -> Result<(StatusCode, Json<SignInLink>), Problem> {
    // Before anything is made: a link that leads nowhere helps nobody.
    let base = served.site.base().ok_or_else(|| unreachable(&served))?;
    let (code, expires_at) = served.centre.sign_in_link(&session).await?;
    let link = SignInLink::new(base, &code, expires_at);
    Ok((
        StatusCode::CREATED,
        Json(link.ok_or_else(|| unreachable(&served))?),
    ))
}

/// Signs this browser in: sets its cookie.
#[utoipa::path(
    post,
    path = "/v1/web/sign-in",
    tag = "other",
    request_body = WebSignIn,
    responses(
        (status = 200, description = "Signed in; the cookie says so from now on", body = Me),
        (status = 404, description = "There is no such link or invitation", body = ApiError),
        (status = 410, description = "It is used or too old", body = ApiError),
        (status = 429, description = "Too many tries", body = ApiError),
        (status = 503, description = "No browser can be signed in here", body = ApiError),
    ),
)]
pub(crate) async fn sign_in(
    State(served): State<Served>,
    Guest { door, before }: Guest,
    From(from): From,
    body: Result<Bytes, BytesRejection>,
) -> Result<(HeaderMap, Json<Me>), Problem> {
    let by: WebSignIn = parse(&body?)?;
    let instead = before.map(|before| before.device);
    let signed_in = served.centre.sign_browser_in(by, instead).await;
    let signed_in = served.centre.tried(from, signed_in)?;
    let mut headers = HeaderMap::new();
    if let Some(cookie) = door.keep(&signed_in.token) {
        headers.append(SET_COOKIE, cookie);
    }
    Ok((headers, Json(me_of(&served, signed_in.user).await?)))
}

/// Signs this browser out: its connections end, and its cookie is good no more.
#[utoipa::path(
    post,
    path = "/v1/web/sign-out",
    tag = "other",
    responses(
        (status = 200, description = "Signed out", body = Done),
        (status = 503, description = "No browser can be signed in here", body = ApiError),
    ),
)]
pub(crate) async fn sign_out(
    State(served): State<Served>,
    Guest { before, .. }: Guest,
) -> Result<(HeaderMap, Json<Done>), Problem> {
    if let Some(before) = before {
        served.centre.sign_browser_out(before.device).await?;
    }
    let goodbye = served.site.farewell().map(|cookie| (SET_COOKIE, cookie));
    let headers = goodbye.fold(HeaderMap::new(), |mut headers, (name, cookie)| {
        headers.append(name, cookie);
        headers
    });
    Ok((headers, Json(Done {})))
}

/// Whoever comes to our own door, signed in or not.
pub(crate) struct Guest {
    door: Door,
    /// As whom this browser was signed in.
    before: Option<Session>,
}

impl FromRequestParts<Served> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        if served.options.embedded {
            return Err(unreachable(served).into());
        }
        let site: &Site = &served.site;
        let door = site.not_foreign(parts)?.clone();
        let token = site
            .visitor(parts)
            .ok()
            .flatten()
            .map(|visitor| visitor.token);
        let before = match token {
            // One that is good no more is no hindrance to a new one.
            Some(token) => served.centre.session(token).await.ok(),
            None => None,
        };
        Ok(Self { door, before })
    }
}

/// The cookie of whoever asks by one, renewed; nothing for anybody else.
pub(crate) struct Renewal(pub(crate) HeaderMap);

impl FromRequestParts<Served> for Renewal {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Infallible> {
        let visitor = match parts
            .headers
            .contains_key(axum::http::header::AUTHORIZATION)
        {
            true => None,
            false => served.site.visitor(parts).ok().flatten(),
        };
        let mut headers = HeaderMap::new();
        if let Some(cookie) = visitor.and_then(|visitor| visitor.keep()) {
            headers.append(SET_COOKIE, cookie);
        }
        Ok(Self(headers))
    }
}

fn unreachable(served: &Served) -> Refusal {
    let message = match served.options.embedded {
        true => "the centre inside the app has no pages for browsers",
        false => "no browser can reach this centre: start it with --public-url https://…",
    };
    ApiError::new(ErrorCode::Unavailable, message).into()
}
