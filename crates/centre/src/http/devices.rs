//! `GET /v1/devices`, `DELETE /v1/devices/{id}`: one's own, and for administrators anybody's.

use super::{Served, act::Done, administrator::Asker, answer::Problem};
use crate::refusal::Refusal;
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use dealbell_protocol::{
    ApiError, DeviceId, ErrorCode,
    rest::{DeviceQuery, DeviceRow},
};

/// The devices that are signed in.
#[utoipa::path(
    get,
    path = "/v1/devices",
    tag = "settings",
    security(("device" = [])),
    params(("user" = Option<String>, Query, description = "Another user, for administrators")),
    responses(
        (status = 200, description = "The devices that are signed in", body = Vec<DeviceRow>),
        (status = 400, description = "A parameter is wrong", body = ApiError),
        (status = 404, description = "There is no such user", body = ApiError),
    ),
)]
pub(crate) async fn list(
    State(served): State<Served>,
    asker: Asker,
    query: Result<Query<DeviceQuery>, QueryRejection>,
) -> Result<Json<Vec<DeviceRow>>, Problem> {
    let DeviceQuery { user } = parsed(query)?;
    let (own, this) = (asker.session.user, asker.session.device);
    let user = user.unwrap_or(own);
    if user != own {
        asker.into_administrator(&served).await?;
        served.centre.role(user).await?;
    }
    Ok(Json(served.centre.devices_of(user, Some(this)).await?))
}

/// Signs a device out for good, with it what it has made: browsers signed in by its links, its open
/// invitations; the calendar gets another address where that device knew it.
#[utoipa::path(
    delete,
    path = "/v1/devices/{id}",
    tag = "settings",
    security(("device" = [])),
    params(
        ("id" = String, Path, description = "The id of a device"),
        ("user" = Option<String>, Query, description = "Whose it is, for administrators"),
    ),
    responses(
        (status = 200, description = "Signed out", body = Done),
        (status = 400, description = "A parameter is wrong", body = ApiError),
        (status = 404, description = "There is no such device", body = ApiError),
    ),
)]
pub(crate) async fn revoke(
    State(served): State<Served>,
    asker: Asker,
    Path(id): Path<String>,
    query: Result<Query<DeviceQuery>, QueryRejection>,
) -> Result<Json<Done>, Problem> {
    let DeviceQuery { user } = parsed(query)?;
    let id: DeviceId = id.parse().map_err(|_| {
        let message = "there is no such device";
        Refusal::from(ApiError::new(ErrorCode::NotFound, message).of_field("id"))
    })?;
    let (own, this) = (asker.session.user, asker.session.device);
    let user = user.unwrap_or(own);
    let actor = match user == own {
        true => asker.himself(),
        false => asker.into_administrator(&served).await?,
    };
    let revoked = served.centre.revoke_of(actor, Some(user), id, Some(this));
    revoked.await?;
    Ok(Json(Done {}))
}

fn parsed(query: Result<Query<DeviceQuery>, QueryRejection>) -> Result<DeviceQuery, Refusal> {
    let query = query.map_err(|_| Refusal::field("user", "user is the id of a user"));
    Ok(query?.0)
}
