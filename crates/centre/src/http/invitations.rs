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
pub(crate) async fn invite(
    State(served): State<Served>,
    Administrator { actor }: Administrator,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    let new: NewInvitation = parse(&body?)?;
    // Before anything is made: a link that leads nowhere helps nobody.
    let base = base(&served).ok_or_else(|| {
        let message = "this centre has no public address: start it with --public-url";
        Refusal::from(ApiError::new(ErrorCode::Unavailable, message))
    })?;
    let made = served.centre.invite_as(actor, new).await?;
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
pub(crate) async fn list(
    State(served): State<Served>,
    _: Administrator,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<Page<InvitationRow>>, Problem> {
    let query = page_query(query)?;
    Ok(Json(served.centre.invitation_page(query).await?))
}

/// Takes one back.
pub(crate) async fn revoke(
    State(served): State<Served>,
    Administrator { actor }: Administrator,
    Path(id): Path<String>,
) -> Result<Json<Done>, Problem> {
    served.centre.uninvite_as(actor, &id).await?;
    Ok(Json(Done {}))
}

/// What the invitation of a code is about. Uses nothing up.
pub(crate) async fn see(
    State(served): State<Served>,
    From(from): From,
    Path(code): Path<String>,
) -> Result<Json<InvitationSeen>, Problem> {
    served.centre.knock(from)?;
    Ok(Json(served.centre.see_invitation(&code).await?))
}

/// Signs a device in by a code.
pub(crate) async fn redeem(
    State(served): State<Served>,
    From(from): From,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Redeemed>), Problem> {
    served.centre.knock(from)?;
    let redeem: Redeem = parse(&body?)?;
    let redeemed = served.centre.redeem(redeem).await?;
    Ok((StatusCode::CREATED, Json(redeemed)))
}

/// Where links lead: the public address, or this machine for trying out.
fn base(served: &Served) -> Option<Url> {
    let here = || served.local.ip().is_loopback();
    let public = served.options.public_url.clone();
    let base = public.or_else(|| here().then(|| format!("http://{}", served.local)));
    Url::parse(&base?).ok()
}
