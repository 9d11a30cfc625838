//! `/v1/provider`, an integration about itself, and `/v1/providers/{id}/icon`, what clients show.

use super::{Device, Integration, Name, Served, answer::Problem};
use crate::{
    icon::{self, Source},
    integrations::named,
    refusal::Refusal,
    uniform::{nothing_else, object, optional},
};
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{
        HeaderMap, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse as _, Response},
};
use dealbell_protocol::integration::SaveProvider;
use dealbell_protocol::{ApiError, ErrorCode, Provider, ProviderId};
use serde_json::Value;

/// What the integration calls itself.
#[utoipa::path(
    get,
    path = "/v1/provider",
    tag = "notifications",
    security(("integration" = [])),
    responses((status = 200, description = "What the integration calls itself", body = Provider)),
)]
pub(crate) async fn read(
    State(served): State<Served>,
    Integration(caller): Integration,
) -> Result<Json<Provider>, Problem> {
    Ok(Json(served.centre.provider(&caller.provider).await?))
}

/// Another name or picture. An address is fetched once, before anything is stored.
#[utoipa::path(
    put,
    path = "/v1/provider",
    tag = "notifications",
    security(("integration" = [])),
    request_body = SaveProvider,
    responses((status = 200, description = "As it is now", body = Provider)),
)]
pub(crate) async fn save(
    State(served): State<Served>,
    Integration(caller): Integration,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Provider>, Problem> {
    served.limits.key(&caller.key, 1)?;
    let mut fields = object(&body?)?;
    if fields.get("name").is_some_and(Value::is_null) {
        return Err(Refusal::field("name", "a name cannot be taken away").into());
    }
    let name: Option<String> = optional(&mut fields, "name")?;
    let name = name.map(|name| named("name", &name)).transpose()?;
    let says_icon = fields.contains_key("icon");
    let given: Option<String> = optional(&mut fields, "icon")?;
    nothing_else(&fields)?;
    let source = given.as_deref().map(icon::source).transpose()?;
    let bytes = match source {
        Some(Source::Bytes(bytes)) => Some(bytes),
        Some(Source::Address(address)) => {
            let _errand = served.errands.begin(&caller.provider)?;
            Some(icon::fetch(&address).await?)
        }
        None => None,
    };
    let kept = match bytes {
        Some(bytes) => Some(decoded(bytes).await?),
        None => None,
    };
    let changed = says_icon.then_some(kept);
    let (id, limits) = (caller.provider.clone(), served.limits.clone());
    let presented = served.centre.present(caller, name, changed, limits);
    presented.await?;
    Ok(Json(served.centre.provider(&id).await?))
}

/// Decoding takes milliseconds, which nobody else's request should wait for.
async fn decoded(bytes: Vec<u8>) -> Result<(Vec<u8>, String), Refusal> {
    let decoded = tokio::task::spawn_blocking(move || icon::kept(&bytes)).await;
    decoded.unwrap_or_else(|_| Err(Refusal::field("icon", "the picture cannot be read")))
}

/// The picture of a provider, PNG. Its tag is in the settings, so that clients ask when it changed.
#[utoipa::path(
    get,
    path = "/v1/providers/{id}/icon",
    tag = "list",
    security(("device" = [])),
    params(
        ("id" = String, Path, description = "The id of a provider"),
        ("If-None-Match" = Option<String>, Header, description = "The tag of the picture that is known"),
    ),
    responses(
        (status = 200, description = "The picture, PNG, with its tag as ETag", body = Vec<u8>, content_type = "image/png"),
        (status = 304, description = "It is the known one"),
        (status = 404, description = "It has none", body = ApiError),
    ),
)]
pub(crate) async fn icon(
    State(served): State<Served>,
    _: Device,
    Name(id): Name,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let icon = served.centre.icon(&ProviderId(id)).await?;
    let Some((tag, png)) = icon else {
        let message = "this provider has no picture";
        return Err(Refusal::from(ApiError::new(ErrorCode::NotFound, message)).into());
    };
    let tag = format!("\"{tag}\"");
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let about = [
        (ETAG, tag),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'".to_owned()),
    ];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, [(CONTENT_TYPE, "image/png")], png).into_response())
}
