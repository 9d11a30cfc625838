//! `/v1/push-subscriptions`: the browsers and phones that one is pushed to.

use super::{
    Device, Name, Served,
    act::Done,
    answer::{Problem, problem},
    feed::parse,
};
use crate::refusal::Refusal;
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::StatusCode,
};
use dealbell_protocol::{
    ApiError, ErrorCode, PushSubscriptionId,
    push::{ChangePushSubscription, NewPushSubscription, PushDevices, PushSubscriptionRow},
};

/// The browsers and phones that are pushed to, and the key to subscribe with.
#[utoipa::path(
    get,
    path = "/v1/push-subscriptions",
    tag = "settings",
    security(("device" = [])),
    responses((status = 200, description = "The browsers and phones", body = PushDevices)),
)]
pub(crate) async fn list(
    State(served): State<Served>,
    Device(session): Device,
) -> Result<Json<PushDevices>, Problem> {
    Ok(Json(served.centre.push_devices(&session).await?))
}

/// Registers a browser or phone, or renews the one of the same endpoint. It belongs to the device
/// that asks, and goes with it.
#[utoipa::path(
    post,
    path = "/v1/push-subscriptions",
    tag = "settings",
    security(("device" = [])),
    request_body = NewPushSubscription,
    responses(
        (status = 201, description = "Registered", body = PushSubscriptionRow),
        (status = 409, description = "This centre does not push", body = ApiError),
    ),
)]
pub(crate) async fn subscribe(
    State(served): State<Served>,
    Device(session): Device,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<PushSubscriptionRow>), Problem> {
    let new: NewPushSubscription = parse(&body?)?;
    check_name(&new.name)?;
    let added = served.centre.add_push(&session, new).await;
    Ok((StatusCode::CREATED, Json(added.map_err(conflict)?)))
}

/// Switches one on or off, or gives it another name.
#[utoipa::path(
    patch,
    path = "/v1/push-subscriptions/{id}",
    tag = "settings",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of a browser or phone")),
    request_body = ChangePushSubscription,
    responses(
        (status = 200, description = "As it is now", body = PushSubscriptionRow),
        (status = 404, description = "There is no such browser or phone", body = ApiError),
    ),
)]
pub(crate) async fn change(
    State(served): State<Served>,
    Device(session): Device,
    Name(id): Name,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<PushSubscriptionRow>, Problem> {
    let change: ChangePushSubscription = parse(&body?)?;
    check_name(change.name.as_deref().unwrap_or_default())?;
    let changed = served.centre.change_push(&session, named(&id)?, change);
    Ok(Json(changed.await?))
}

/// Pushes to one no more.
#[utoipa::path(
    delete,
    path = "/v1/push-subscriptions/{id}",
    tag = "settings",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of a browser or phone")),
    responses(
        (status = 200, description = "It is pushed to no more", body = Done),
        (status = 404, description = "There is no such browser or phone", body = ApiError),
    ),
)]
pub(crate) async fn remove(
    State(served): State<Served>,
    Device(session): Device,
    Name(id): Name,
) -> Result<Json<Done>, Problem> {
    served.centre.remove_push(session.user, named(&id)?).await?;
    Ok(Json(Done {}))
}

/// Sends one a test, whatever is switched off. How it went is told by the list.
#[utoipa::path(
    post,
    path = "/v1/push-subscriptions/{id}/test",
    tag = "settings",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of a browser or phone")),
    responses(
        (status = 200, description = "It is on its way", body = Done),
        (status = 404, description = "There is no such browser or phone", body = ApiError),
        (status = 409, description = "This centre does not push", body = ApiError),
    ),
)]
pub(crate) async fn test(
    State(served): State<Served>,
    Device(session): Device,
    Name(id): Name,
) -> Result<Json<Done>, Problem> {
    let tested = served.centre.test_push(session.user, named(&id)?).await;
    tested.map_err(conflict)?;
    Ok(Json(Done {}))
}

/// What is no id names nothing.
fn named(id: &str) -> Result<PushSubscriptionId, Refusal> {
    id.parse().map_err(|_| {
        let message = "you have no such browser or phone";
        ApiError::new(ErrorCode::NotFound, message)
            .of_field("id")
            .into()
    })
}

fn check_name(name: &str) -> Result<(), Refusal> {
    if name.chars().count() > crate::push::subscriptions::MAX_NAME {
        return Err(Refusal::field("name", "a name has at most 200 characters"));
    }
    Ok(())
}

/// A centre that does not push will not do so in a minute either.
fn conflict(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Api(error) if error.code == ErrorCode::Unavailable => {
            problem(StatusCode::CONFLICT, error.code, &error.message)
        }
        refusal => refusal.into(),
    }
}
