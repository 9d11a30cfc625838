//! `/v1/invitations`: made, listed and taken back by administrators; seen and redeemed by whoever
//! has the code.

use super::{
    Administrator, Served, act::Done, administrator::From, answer::Problem, feed::parse,
    people::page_query,
};
use crate::refusal::Refusal;
use axum::{
    Json,
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
    http::StatusCode,
};
use dealbell_protocol::{
    ApiError, ErrorCode,
    join::JoinLink,
    people::{
        InvitationRow, InvitationSeen, Invited, NewInvitation, Page, PageQuery, Redeem, Redeemed,
    },
};
use url::Url;

/// Invites somebody.
#[utoipa::path(
    post,
    path = "/v1/invitations",
    tag = "administration",
    security(("device" = [])),
    request_body = NewInvitation,
    responses((status = 201, description = "Made", body = Invited)),
)]
pub(crate) async fn invite(
    State(served): State<Served>,
    Administrator { actor, device }: Administrator,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    let new: NewInvitation = parse(&body?)?;
    // Before anything is made: a link that leads nowhere helps nobody.
    let base = base(&served).ok_or_else(|| {
        let message = "this centre has no public address: start it with --public-url";
        Refusal::from(ApiError::new(ErrorCode::Unavailable, message))
    })?;
    let made = served.centre.invite_as(actor, new, Some(device)).await?;
    let link = JoinLink::new(&base, &made.code);
    let link = link.ok_or_else(|| Refusal::Storage(format!("{base} is no base of links")))?;
    let invited = Invited {
        id: made.id,
        user: made.user,
        link: link.page().into(),
        app_link: link.app(),
        expires_at: made.expires_at,
    };
    Ok((StatusCode::CREATED, Json(invited)))
}

/// A page of the invitations, newest first.
#[utoipa::path(
    get,
    path = "/v1/invitations",
    tag = "administration",
    security(("device" = [])),
    params(
        ("after" = Option<String>, Query, description = "Goes on where a page ended: its `next`"),
        ("limit" = Option<u32>, Query, description = "Page size, at most 200"),
    ),
    responses(
        (status = 200, description = "A page, newest first", body = Page<InvitationRow>),
        (status = 400, description = "A parameter is wrong", body = ApiError),
    ),
)]
pub(crate) async fn list(
    State(served): State<Served>,
    _: Administrator,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<Page<InvitationRow>>, Problem> {
    let query = page_query(query)?;
    Ok(Json(served.centre.invitation_page(query).await?))
}

/// Takes one back.
#[utoipa::path(
    delete,
    path = "/v1/invitations/{id}",
    tag = "administration",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of an invitation")),
    responses(
        (status = 200, description = "Taken back", body = Done),
        (status = 404, description = "There is no such invitation", body = ApiError),
    ),
)]
pub(crate) async fn revoke(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Path(id): Path<String>,
) -> Result<Json<Done>, Problem> {
    served.centre.uninvite_as(actor, &id).await?;
    Ok(Json(Done {}))
}

/// What the invitation of a code is about. Uses nothing up.
#[utoipa::path(
    get,
    path = "/v1/invitations/{id}",
    tag = "other",
    params(("id" = String, Path, description = "The code of an invitation")),
    responses(
        (status = 200, description = "What it is about", body = InvitationSeen),
        (status = 404, description = "There is no such invitation", body = ApiError),
        (status = 429, description = "Too many tries", body = ApiError),
    ),
)]
pub(crate) async fn see(
    State(served): State<Served>,
    From(from): From,
    Path(code): Path<String>,
) -> Result<Json<InvitationSeen>, Problem> {
    Ok(Json(served.centre.try_invitation(&code, from).await?))
}

/// Signs a device in by a code.
#[utoipa::path(
    post,
    path = "/v1/invitations/redeem",
    tag = "other",
    request_body = Redeem,
    responses(
        (status = 201, description = "Signed in", body = Redeemed),
        (status = 404, description = "There is no such invitation", body = ApiError),
        (status = 429, description = "Too many tries", body = ApiError),
    ),
)]
pub(crate) async fn redeem(
    State(served): State<Served>,
    From(from): From,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Redeemed>), Problem> {
    let redeem: Redeem = parse(&body?)?;
    let redeemed = served.centre.redeem(redeem).await;
    let redeemed = served.centre.tried(from, redeemed)?;
    Ok((StatusCode::CREATED, Json(redeemed)))
}

/// Where links lead: the public address, or this machine for trying out.
fn base(served: &Served) -> Option<Url> {
    let here = || served.local.ip().is_loopback();
    let public = served.options.public_url.clone();
    let base = public.or_else(|| here().then(|| format!("http://{}", served.local)));
    Url::parse(&base?).ok()
}
