//! `POST /v1/notifications/{id}/act`, `POST /v1/act`, `GET /v1/tasks`, `POST /v1/test`: what a user
//! has to do, does, and tries out.

use super::{
    Device, Served,
    answer::{Problem, problem},
    feed::parse,
};
use crate::refusal::Refusal;
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
};
use dealbell_protocol::{
    ApiError, ErrorCode, NotificationId,
    act::Deed,
    rest::{ActOn, Tasks, TestChannel},
};
use serde::Serialize;

/// `{}`: done.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Done {}

/// Does the deed and answers when it is done.
#[utoipa::path(
    post,
    path = "/v1/notifications/{id}/act",
    tag = "list",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of a notification")),
    request_body = Deed,
    responses(
        (status = 200, description = "Done", body = Done),
        (status = 404, description = "There is no such notification, or nobody who can do it", body = ApiError),
        (status = 502, description = "The CRM declined or does not answer", body = ApiError),
    ),
)]
pub(crate) async fn act(
    State(served): State<Served>,
    Device(session): Device,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Done>, Problem> {
    let deed: Deed = parse(&body?)?;
    // What is no id is nobody's.
    let id: NotificationId = id.parse().map_err(|_| {
        let message = "you have no such notification";
        Refusal::from(ApiError::new(ErrorCode::NotFound, message))
    })?;
    served.centre.act(session.user, id, deed).await?;
    Ok(Json(Done {}))
}

/// Does a deed to a thing itself and answers when it is done.
#[utoipa::path(
    post,
    path = "/v1/act",
    tag = "list",
    security(("device" = [])),
    request_body = ActOn,
    responses(
        (status = 200, description = "Done", body = Done),
        (status = 404, description = "Nobody here knows it", body = ApiError),
        (status = 502, description = "The CRM declined or does not answer", body = ApiError),
    ),
)]
pub(crate) async fn act_on(
    State(served): State<Served>,
    Device(session): Device,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Done>, Problem> {
    let act: ActOn = parse(&body?)?;
    served.centre.act_on(session.user, act).await?;
    Ok(Json(Done {}))
}

/// The user's open tasks up to the end of his day.
#[utoipa::path(
    get,
    path = "/v1/tasks",
    tag = "list",
    security(("device" = [])),
    responses((status = 200, description = "Soonest deadline first", body = Tasks)),
)]
pub(crate) async fn tasks(State(served): State<Served>, Device(session): Device) -> Json<Tasks> {
    Json(served.centre.tasks(session.user).await)
}

/// Sends the user a test of one channel.
#[utoipa::path(
    post,
    path = "/v1/test",
    tag = "settings",
    security(("device" = [])),
    request_body = TestChannel,
    responses(
        (status = 200, description = "Sent", body = Done),
        (status = 409, description = "This centre does not deliver on this channel", body = ApiError),
    ),
)]
pub(crate) async fn try_channel(
    State(served): State<Served>,
    Device(session): Device,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Done>, Problem> {
    let TestChannel { channel } = parse(&body?)?;
    let tried = served.centre.try_channel(session.user, channel).await;
    tried.map_err(|refusal| match refusal {
        // It will not be able to in a minute either.
        Refusal::Api(error) if error.code == ErrorCode::Unavailable => {
            problem(StatusCode::CONFLICT, error.code, &error.message).of_field("channel")
        }
        refusal => refusal.into(),
    })?;
    Ok(Json(Done {}))
}
