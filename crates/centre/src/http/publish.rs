//! `/v1/notifications` for integrations: publish, say anew, take back. With a key, or signed.

use super::{Integration, Name, Served, answer::Problem};
use crate::{
    keys::{Caller, SigningKey},
    refusal::Refusal,
    signed::{self, Headers, Unbelieved},
    uniform,
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts, RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, request::Parts},
};
use dealbell_protocol::rest::Bulk;
use dealbell_protocol::rest::NewNotification;
use dealbell_protocol::rest::Revision;
use dealbell_protocol::{
    ApiError, ErrorCode, ProviderId,
    rest::{BulkPublished, MAX_KEY, Published, Updated, Withdrawn},
};

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const WEBHOOK_ID: &str = "webhook-id";

/// Publishes a notification to each user named.
#[utoipa::path(
    post,
    path = "/v1/notifications",
    tag = "notifications",
    security(("integration" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same request again under the same key within 24 hours is answered the same and done once"),
    ),
    request_body = NewNotification,
    responses(
        (status = 201, description = "Told", body = Published),
        (status = 409, description = "Another request came under this Idempotency-Key", body = ApiError),
        (status = 422, description = "A recipient nobody knows; `field` names him", body = ApiError),
    ),
)]
pub(crate) async fn publish(
    State(served): State<Served>,
    Integration(caller): Integration,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Published>), Problem> {
    served.limits.key(&caller.key, 1)?;
    let key = idempotency_key(&headers)?;
    one(&served, caller, key, &body?).await
}

/// Publishes many at once.
#[utoipa::path(
    post,
    path = "/v1/notifications/bulk",
    tag = "notifications",
    security(("integration" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same request again under the same key within 24 hours is answered the same and done once"),
    ),
    request_body = Bulk,
    responses(
        (status = 201, description = "All told", body = BulkPublished),
        (status = 409, description = "Another request came under this Idempotency-Key", body = ApiError),
        (status = 422, description = "A recipient nobody knows; `field` names him", body = ApiError),
    ),
)]
pub(crate) async fn bulk(
    State(served): State<Served>,
    Integration(caller): Integration,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<BulkPublished>), Problem> {
    served.limits.key(&caller.key, 1)?;
    let key = idempotency_key(&headers)?;
    many(&served, caller, key, &body?).await
}

/// Publishes what an integration signed.
#[utoipa::path(
    post,
    path = "/v1/providers/{id}/notifications",
    tag = "notifications",
    security(("signature" = [])),
    params(
        ("id" = String, Path, description = "The id of an integration"),
        ("webhook-id" = String, Header, description = "Names the message: every try of it carries the same, and it counts once"),
        ("webhook-timestamp" = String, Header, description = "Unix seconds of this try, at most 5 minutes off"),
        ("webhook-signature" = String, Header, description = "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces between"),
    ),
    request_body = NewNotification,
    responses(
        (status = 201, description = "Told", body = Published),
        (status = 409, description = "Another body came under this webhook-id", body = ApiError),
        (status = 422, description = "A recipient nobody knows; `field` names him", body = ApiError),
        (status = 401, description = "No key of this integration signed it, or not now", body = ApiError),
        (status = 404, description = "There is no such address", body = ApiError),
    ),
)]
pub(crate) async fn signed(
    State(served): State<Served>,
    signature: Signature,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Published>), Problem> {
    let body = body?;
    let (caller, key) = signature.of(&served, &body)?;
    served.limits.key(&caller.key, 1)?;
    one(&served, caller, Some(key), &body).await
}

/// Publishes many that an integration signed together.
#[utoipa::path(
    post,
    path = "/v1/providers/{id}/notifications/bulk",
    tag = "notifications",
    security(("signature" = [])),
    params(
        ("id" = String, Path, description = "The id of an integration"),
        ("webhook-id" = String, Header, description = "Names the message: every try of it carries the same, and it counts once"),
        ("webhook-timestamp" = String, Header, description = "Unix seconds of this try, at most 5 minutes off"),
        ("webhook-signature" = String, Header, description = "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces between"),
    ),
    request_body = Bulk,
    responses(
        (status = 201, description = "All told", body = BulkPublished),
        (status = 409, description = "Another body came under this webhook-id", body = ApiError),
        (status = 422, description = "A recipient nobody knows; `field` names him", body = ApiError),
        (status = 401, description = "No key of this integration signed it, or not now", body = ApiError),
        (status = 404, description = "There is no such address", body = ApiError),
    ),
)]
pub(crate) async fn signed_bulk(
    State(served): State<Served>,
    signature: Signature,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<BulkPublished>), Problem> {
    let body = body?;
    let (caller, key) = signature.of(&served, &body)?;
    served.limits.key(&caller.key, 1)?;
    many(&served, caller, Some(key), &body).await
}

async fn one(
    served: &Served,
    caller: Caller,
    key: Option<String>,
    body: &[u8],
) -> Result<(StatusCode, Json<Published>), Problem> {
    let request = uniform::check(&uniform::read(body)?, served.centre.now())?;
    let limits = served.limits.clone();
    let published = served.centre.publish(caller.provider, request, key, limits);
    Ok((StatusCode::CREATED, Json(published.await?)))
}

async fn many(
    served: &Served,
    caller: Caller,
    key: Option<String>,
    body: &[u8],
) -> Result<(StatusCode, Json<BulkPublished>), Problem> {
    let now = served.centre.now();
    let requests = uniform::read_bulk(body)?;
    // The first was counted before anything was read.
    if requests.len() > 1 {
        served.limits.key(&caller.key, requests.len() - 1)?;
    }
    let checked = requests.iter().enumerate().map(|(index, request)| {
        uniform::check(request, now).map_err(|refusal| uniform::within(refusal, index))
    });
    let checked = checked.collect::<Result<Vec<_>, _>>()?;
    let limits = served.limits.clone();
    let published = served
        .centre
        .publish_bulk(caller.provider, checked, key, limits);
    Ok((StatusCode::CREATED, Json(published.await?)))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let plain = value.to_str().ok();
    let fits = plain.filter(|key| !key.is_empty() && key.len() <= MAX_KEY);
    let Some(key) = fits else {
        let message = format!("an Idempotency-Key has 1 to {MAX_KEY} printable ASCII characters");
        return Err(Refusal::field(IDEMPOTENCY_KEY, message));
    };
    Ok(Some(key.to_owned()))
}

/// A request that is signed by somebody who could be who he says: what is to be believed before a
/// large body of it is read.
pub(crate) struct Signature {
    provider: ProviderId,
    keys: Vec<SigningKey>,
    id: String,
    timestamp: String,
    signature: String,
}

impl FromRequestParts<Served> for Signature {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let Name(provider) = Name::from_request_parts(parts, served).await?;
        let headers = &parts.headers;
        let id = signed_header(headers, WEBHOOK_ID)?;
        if id.len() > MAX_KEY {
            let message = format!("a {WEBHOOK_ID} has at most {MAX_KEY} characters");
            return Err(Refusal::field(WEBHOOK_ID, message).into());
        }
        let provider = ProviderId(provider);
        let signature = Self {
            id: id.to_owned(),
            timestamp: signed_header(headers, "webhook-timestamp")?.to_owned(),
            signature: signed_header(headers, "webhook-signature")?.to_owned(),
            keys: served.centre.signing_keys(&provider).await?,
            provider,
        };
        signed::plausible(&signature.keys, signature.headers(), served.centre.now())
            .map_err(unbelieved)?;
        Ok(signature)
    }
}

impl Signature {
    fn headers(&self) -> Headers<'_> {
        Headers {
            id: &self.id,
            timestamp: &self.timestamp,
            signature: &self.signature,
        }
    }

    /// Who has signed `body`, and the key under which the same message counts once: its id, which its
    /// signature covers, as it does not cover an `Idempotency-Key`.
    fn of(self, served: &Served, body: &[u8]) -> Result<(Caller, String), Refusal> {
        // An integration that nobody knows has no keys: who asks does not learn which there are.
        let key = signed::signer(&self.keys, self.headers(), body, served.centre.now());
        let key = key.map_err(unbelieved)?.id.clone();
        served.centre.key_used(&key);
        let caller = Caller {
            provider: self.provider,
            key,
        };
        Ok((caller, format!("webhook:{}", self.id)))
    }
}

fn unbelieved(why: Unbelieved) -> Refusal {
    let error = ApiError::new(ErrorCode::TokenInvalid, why.to_string());
    error.of_field(why.header()).into()
}

fn signed_header<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, Refusal> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.filter(|text| !text.is_empty()).ok_or_else(|| {
        let message = format!("{name} is missing: sign the request after Standard Webhooks");
        let error = ApiError::new(ErrorCode::TokenInvalid, message);
        error.of_field(name).into()
    })
}

/// Gives new words to what the integration said of `?subject=…`, to all or to `&user=EMAIL`.
#[utoipa::path(
    patch,
    path = "/v1/notifications",
    tag = "notifications",
    security(("integration" = [])),
    params(
        ("subject" = String, Query, description = "What it is about"),
        ("user" = Option<String>, Query, description = "One recipient, by email address; all where it is missing"),
    ),
    request_body = Revision,
    responses(
        (status = 200, description = "Said anew", body = Updated),
        (status = 422, description = "A recipient nobody knows", body = ApiError),
    ),
)]
pub(crate) async fn revise(
    State(served): State<Served>,
    Integration(caller): Integration,
    RawQuery(query): RawQuery,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Updated>, Problem> {
    served.limits.key(&caller.key, 1)?;
    let About { subject, user } = about(query)?;
    let (revised, limits) = (uniform::revision(&body?)?, served.limits.clone());
    let revised = served
        .centre
        .revise(caller.provider, subject, user, revised, limits);
    let updated = revised.await?;
    Ok(Json(Updated { updated }))
}

/// Takes back what the integration said of `?subject=…`, to all or to `&user=EMAIL`.
#[utoipa::path(
    delete,
    path = "/v1/notifications",
    tag = "notifications",
    security(("integration" = [])),
    params(
        ("subject" = String, Query, description = "What it is about"),
        ("user" = Option<String>, Query, description = "One recipient, by email address; all where it is missing"),
    ),
    responses(
        (status = 200, description = "Taken back", body = Withdrawn),
        (status = 400, description = "A field is wrong; `field` names it", body = ApiError),
        (status = 422, description = "A recipient nobody knows", body = ApiError),
    ),
)]
pub(crate) async fn withdraw(
    State(served): State<Served>,
    Integration(caller): Integration,
    RawQuery(query): RawQuery,
) -> Result<Json<Withdrawn>, Problem> {
    served.limits.key(&caller.key, 1)?;
    let About { subject, user } = about(query)?;
    let limits = served.limits.clone();
    let taken = served
        .centre
        .take_back(caller.provider, subject, user, limits);
    let removed = taken.await?;
    Ok(Json(Withdrawn { removed }))
}

/// Which of an integration's notifications.
struct About {
    subject: String,
    user: Option<String>,
}

fn about(query: Option<String>) -> Result<About, Refusal> {
    let (mut subject, mut user) = (None, None);
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "subject" => subject = uniform::key("subject", Some(&value))?,
            "user" => user = Some(value.trim().to_lowercase()),
            other => return Err(Refusal::field(other, "there is no such parameter")),
        }
    }
    let subject = subject.ok_or_else(|| Refusal::field("subject", "subject is missing"))?;
    Ok(About { subject, user })
}
