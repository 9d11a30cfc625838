//! `GET /v1/notifications` and marks for clients without a stream.

use super::{Device, Served, answer::Problem};
use crate::{
    marks::Mark,
    refusal::Refusal,
    store::{log, notifications},
};
use axum::{
    Json,
    body::Bytes,
    extract::{
        Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
};
use dealbell_protocol::{
    ApiError, Cursor, ErrorCode, NotificationId, Unread,
    rest::{FeedPage, FeedQuery, MAX_PAGE},
};
use serde::{Deserialize, Serialize};

/// A page of the list, newest first.
#[utoipa::path(
    get,
    path = "/v1/notifications",
    tag = "list",
    security(("device" = [])),
    params(FeedQuery),
    responses(
        (status = 200, description = "A page, newest first", body = FeedPage),
        (status = 400, description = "A parameter is wrong", body = ApiError),
        (status = 404, description = "`as_of` belongs to another history", body = ApiError),
    ),
)]
pub(crate) async fn page(
    State(served): State<Served>,
    Device(session): Device,
    query: Result<Query<FeedQuery>, QueryRejection>,
) -> Result<Json<FeedPage>, Problem> {
    let Query(query) = query.map_err(|rejection| {
        let message = format!("a parameter cannot be read: {}", rejection.body_text());
        Refusal::field("query", message)
    })?;
    let limit = query.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
    let page = read_page(&served, &session.user, query, limit).await?;
    Ok(Json(page))
}

async fn read_page(
    served: &Served,
    user: &dealbell_protocol::UserId,
    query: FeedQuery,
    limit: u32,
) -> Result<FeedPage, Refusal> {
    // One transaction, so that rows and counter are of the same moment.
    let mut db = served.centre.read().begin().await?;
    let head = log::head(&mut db, *user).await?;
    let head = head.ok_or(Refusal::UnknownUser(*user))?;
    let as_of = query.as_of.unwrap_or_else(|| head.cursor.clone());
    if as_of.epoch != head.cursor.epoch || as_of.seq > head.cursor.seq {
        let message = "as_of belongs to another history of the log: start anew";
        return Err(ApiError::new(ErrorCode::NotFound, message)
            .of_field("as_of")
            .into());
    }
    let unread_only = query.unread.unwrap_or_default();
    let mut items = notifications::page(
        &mut db,
        *user,
        as_of.seq,
        query.before,
        unread_only,
        limit + 1,
    )
    .await?;
    db.commit().await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    Ok(FeedPage {
        next: items.last().filter(|_| more).map(|last| last.created_seq),
        items,
        as_of,
        unread: head.unread,
    })
}

/// The body of `read` and `unread`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Ids {
    ids: Vec<NotificationId>,
}

/// The body of `read-all`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Upto {
    upto: Cursor,
}

/// Where log and counter are after a mark.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Marked {
    cursor: Cursor,
    unread: Unread,
}

/// `POST /v1/notifications/read` with `{"ids":[…]}`.
#[utoipa::path(
    post,
    path = "/v1/notifications/read",
    tag = "list",
    security(("device" = [])),
    request_body = Ids,
    responses((status = 200, description = "Marked", body = Marked)),
)]
pub(crate) async fn read(
    State(served): State<Served>,
    Device(session): Device,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Marked>, Problem> {
    let Ids { ids } = parse(&body?)?;
    mark(&served, session.user, Mark::Read(ids)).await
}

/// `POST /v1/notifications/unread` with `{"ids":[…]}`.
#[utoipa::path(
    post,
    path = "/v1/notifications/unread",
    tag = "list",
    security(("device" = [])),
    request_body = Ids,
    responses((status = 200, description = "Marked", body = Marked)),
)]
pub(crate) async fn unread(
    State(served): State<Served>,
    Device(session): Device,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Marked>, Problem> {
    let Ids { ids } = parse(&body?)?;
    mark(&served, session.user, Mark::Unread(ids)).await
}

/// `POST /v1/notifications/read-all` with `{"upto":"e7.57"}`.
#[utoipa::path(
    post,
    path = "/v1/notifications/read-all",
    tag = "list",
    security(("device" = [])),
    request_body = Upto,
    responses(
        (status = 200, description = "Marked", body = Marked),
        (status = 404, description = "`upto` belongs to another history", body = ApiError),
    ),
)]
pub(crate) async fn read_all(
    State(served): State<Served>,
    Device(session): Device,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Marked>, Problem> {
    let Upto { upto } = parse(&body?)?;
    mark(&served, session.user, Mark::ReadAll(upto)).await
}

async fn mark(
    served: &Served,
    user: dealbell_protocol::UserId,
    mark: Mark,
) -> Result<Json<Marked>, Problem> {
    let head = served.centre.mark(user, mark).await?;
    Ok(Json(Marked {
        cursor: head.cursor,
        unread: head.unread,
    }))
}

/// A body of a fixed shape: an object, since a list would be taken for its fields in order.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let wrong = |why: String| {
        let message = format!("the body does not have the expected shape: {why}");
        Refusal::from(ApiError::new(ErrorCode::BodyInvalid, message))
    };
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(wrong("it is no JSON object".to_owned()));
    }
    serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))
}
