//! `/v1/users` and `/v1/groups`, for administrators.

use super::{Administrator, Served, act::Done, answer::Problem, feed::parse};
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
    ApiError, ErrorCode, UserId,
    people::{ChangeUser, GroupRow, NewGroup, NewUser, Page, PageQuery, UserRow},
};

/// A page of the users, by address.
#[utoipa::path(
    get,
    path = "/v1/users",
    tag = "administration",
    security(("device" = [])),
    params(
        ("after" = Option<String>, Query, description = "Goes on where a page ended: its `next`"),
        ("limit" = Option<u32>, Query, description = "Page size, at most 200"),
    ),
    responses(
        (status = 200, description = "A page, by address", body = Page<UserRow>),
        (status = 400, description = "A parameter is wrong", body = ApiError),
    ),
)]
pub(crate) async fn users(
    State(served): State<Served>,
    _: Administrator,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<Page<UserRow>>, Problem> {
    Ok(Json(served.centre.user_page(page_query(query)?).await?))
}

/// Adds a user.
#[utoipa::path(
    post,
    path = "/v1/users",
    tag = "administration",
    security(("device" = [])),
    request_body = NewUser,
    responses((status = 201, description = "Added", body = UserRow)),
)]
pub(crate) async fn add(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<UserRow>), Problem> {
    let new: NewUser = parse(&body?)?;
    let user = served.centre.add_as(actor, new).await?;
    let row = served.centre.user_row(user).await?;
    Ok((StatusCode::CREATED, Json(row)))
}

/// One user.
#[utoipa::path(
    get,
    path = "/v1/users/{id}",
    tag = "administration",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of a user")),
    responses(
        (status = 200, description = "The user", body = UserRow),
        (status = 404, description = "There is no such user", body = ApiError),
    ),
)]
pub(crate) async fn user(
    State(served): State<Served>,
    _: Administrator,
    Path(id): Path<String>,
) -> Result<Json<UserRow>, Problem> {
    Ok(Json(served.centre.user_row(user_id(&id)?).await?))
}

/// Changes what is said of a user.
#[utoipa::path(
    patch,
    path = "/v1/users/{id}",
    tag = "administration",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of a user")),
    request_body = ChangeUser,
    responses(
        (status = 200, description = "As he is now", body = UserRow),
        (status = 404, description = "There is no such user", body = ApiError),
    ),
)]
pub(crate) async fn change(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<UserRow>, Problem> {
    let user = user_id(&id)?;
    let change: ChangeUser = parse(&body?)?;
    served.centre.change_as(actor, user, change).await?;
    Ok(Json(served.centre.user_row(user).await?))
}

/// Removes a user with all that is kept of him.
#[utoipa::path(
    delete,
    path = "/v1/users/{id}",
    tag = "administration",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of a user")),
    responses(
        (status = 200, description = "Gone", body = Done),
        (status = 400, description = "He is the last administrator", body = ApiError),
        (status = 404, description = "There is no such user", body = ApiError),
    ),
)]
pub(crate) async fn remove(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Path(id): Path<String>,
) -> Result<Json<Done>, Problem> {
    served.centre.remove_as(actor, user_id(&id)?).await?;
    Ok(Json(Done {}))
}

/// A page of the groups, by name.
#[utoipa::path(
    get,
    path = "/v1/groups",
    tag = "administration",
    security(("device" = [])),
    params(
        ("after" = Option<String>, Query, description = "Goes on where a page ended: its `next`"),
        ("limit" = Option<u32>, Query, description = "Page size, at most 200"),
    ),
    responses(
        (status = 200, description = "A page, by name", body = Page<GroupRow>),
        (status = 400, description = "A parameter is wrong", body = ApiError),
    ),
)]
pub(crate) async fn groups(
    State(served): State<Served>,
    _: Administrator,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<Page<GroupRow>>, Problem> {
    Ok(Json(served.centre.group_page(page_query(query)?).await?))
}

/// Adds a group.
#[utoipa::path(
    post,
    path = "/v1/groups",
    tag = "administration",
    security(("device" = [])),
    request_body = NewGroup,
    responses((status = 201, description = "Added", body = Done)),
)]
pub(crate) async fn add_group(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    let NewGroup { name } = parse(&body?)?;
    served.centre.add_group_as(actor, &name).await?;
    Ok((StatusCode::CREATED, Json(Done {})))
}

/// Removes a group.
#[utoipa::path(
    delete,
    path = "/v1/groups/{name}",
    tag = "administration",
    security(("device" = [])),
    params(("name" = String, Path, description = "The name of a group")),
    responses(
        (status = 200, description = "Gone", body = Done),
        (status = 404, description = "There is no such group", body = ApiError),
    ),
)]
pub(crate) async fn remove_group(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Path(name): Path<String>,
) -> Result<Json<Done>, Problem> {
    served.centre.remove_group_as(actor, &name).await?;
    Ok(Json(Done {}))
}

/// Makes a user a member.
#[utoipa::path(
    put,
    path = "/v1/groups/{name}/members/{user}",
    tag = "administration",
    security(("device" = [])),
    params(
        ("name" = String, Path, description = "The name of a group"),
        ("user" = String, Path, description = "The id of a user"),
    ),
    responses(
        (status = 200, description = "A member", body = Done),
        (status = 404, description = "There is no such group or user", body = ApiError),
    ),
)]
pub(crate) async fn join(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Path((name, user)): Path<(String, String)>,
) -> Result<Json<Done>, Problem> {
    let user = user_id(&user)?;
    served.centre.member_as(actor, &name, user, true).await?;
    Ok(Json(Done {}))
}

/// Takes a user out.
#[utoipa::path(
    delete,
    path = "/v1/groups/{name}/members/{user}",
    tag = "administration",
    security(("device" = [])),
    params(
        ("name" = String, Path, description = "The name of a group"),
        ("user" = String, Path, description = "The id of a user"),
    ),
    responses(
        (status = 200, description = "No member", body = Done),
        (status = 404, description = "There is no such group or user", body = ApiError),
    ),
)]
pub(crate) async fn leave(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Path((name, user)): Path<(String, String)>,
) -> Result<Json<Done>, Problem> {
    let user = user_id(&user)?;
    served.centre.member_as(actor, &name, user, false).await?;
    Ok(Json(Done {}))
}

/// What is no id is nobody's.
fn user_id(id: &str) -> Result<UserId, Refusal> {
    id.parse().map_err(|_| {
        let error = ApiError::new(ErrorCode::NotFound, "no such user");
        error.of_field("id").into()
    })
}

/// The parameters of a list.
pub(crate) fn page_query(
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<PageQuery, Refusal> {
    let query = query.map_err(|rejection| {
        let message = format!("a parameter cannot be read: {}", rejection.body_text());
        Refusal::field("query", message)
    });
    Ok(query?.0)
}
