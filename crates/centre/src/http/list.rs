//! `GET /v1/list`: a slice of the list as it is now.

use super::{Device, Served, answer::Problem};
use crate::{
    refusal::Refusal,
    store::{log, slice::Asked},
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use dealbell_protocol::{
    ApiError, UserId,
    rest::{MAX_PAGE, Slice, SliceQuery},
};

/// A slice of the list as it is now, for whoever keeps no copy of it.
#[utoipa::path(
    get,
    path = "/v1/list",
    tag = "list",
    security(("device" = [])),
    params(SliceQuery),
    responses(
        (status = 200, description = "The rows, newest first", body = Slice),
        (status = 400, description = "A parameter is wrong", body = ApiError),
    ),
)]
pub(crate) async fn slice(
    State(served): State<Served>,
    Device(session): Device,
    query: Result<Query<SliceQuery>, QueryRejection>,
) -> Result<Json<Slice>, Problem> {
    let Query(query) = query.map_err(|rejection| {
        let message = format!("a parameter cannot be read: {}", rejection.body_text());
        Refusal::field("query", message)
    })?;
    Ok(Json(read(&served, session.user, &query).await?))
}

async fn read(served: &Served, user: UserId, query: &SliceQuery) -> Result<Slice, Refusal> {
    let limit = query.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
    // One transaction, so that rows, place and counter are of the same moment.
    let mut db = served.centre.read().begin().await?;
    let head = log::head(&mut db, user).await?;
    let head = head.ok_or(Refusal::UnknownUser(user))?;
    let asked = Asked::new(user, head.shelf, query);
    let (items, total) = asked.slice(&mut db, query.offset, limit).await?;
    db.commit().await?;
    Ok(Slice {
        total,
        offset: query.offset,
        items,
        cursor: head.cursor,
        unread: head.unread,
    })
}
