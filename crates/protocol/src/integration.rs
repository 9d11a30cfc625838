//! Integrations, as administrators see them, and as they see themselves.

use crate::{Millis, ProviderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest name of an integration and longest label of a key, characters.
pub const MAX_NAME: usize = 60;
/// Largest picture of an integration as it is handed in, bytes.
pub const MAX_ICON: usize = 64 * 1024;
/// Largest side of that picture, pixels.
pub const MAX_ICON_SIDE: u32 = 512;

/// `GET /v1/integrations`: a program that publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntegrationRow {
    /// Its provider.
    pub id: ProviderId,
    /// What it calls itself.
    pub name: String,
    /// Names its picture; none where it has none.
    pub icon: Option<String>,
    /// Since when it is known.
    pub created_at: Millis,
    /// Its keys, oldest first, the revoked ones included.
    pub keys: Vec<KeyRow>,
}

/// A key of an integration. What it is good for is shown once and not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRow {
    /// Names it; a ULID.
    pub id: String,
    /// What its owner calls it; may be empty.
    pub label: String,
    /// What it is.
    pub kind: KeyKind,
    /// Its first characters, to tell it from others.
    pub hint: String,
    /// Since when it is good.
    pub created_at: Millis,
    /// When it was last used, to the minute; none when never.
    pub last_used_at: Option<Millis>,
    /// Since when it is good no more.
    pub revoked_at: Option<Millis>,
}

/// How a key lets an integration in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// Sent along: `Authorization: Bearer dbi_…`.
    #[default]
    Bearer,
    /// Requests are signed with it, after Standard Webhooks: `whsec_…`.
    Signing,
}

/// `POST /v1/integrations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIntegration {
    /// What it calls itself; its short name is made of it.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
}

/// The answer to [`NewIntegration`], 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedIntegration {
    /// Its provider.
    pub id: ProviderId,
    /// Its first key.
    pub key: AddedKey,
}

/// `POST /v1/integrations/{id}/keys`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What its owner calls it.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub label: String,
    /// What it is.
    #[serde(default)]
    pub kind: KeyKind,
}

/// The answer to [`NewKey`], 201.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedKey {
    /// Names it.
    pub id: String,
    /// The key itself; it cannot be shown again.
    pub secret: String,
}

impl std::fmt::Debug for AddedKey {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddedKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// `PUT /v1/provider`: what an integration says of itself. What is missing stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveProvider {
    /// What it calls itself.
    #[schema(nullable = false, min_length = 1, max_length = 60)]
    pub name: Option<String>,
    /// Its picture: PNG, JPEG or WebP, at most 64 KiB and 512 × 512 pixels, as
    /// `data:image/png;base64,…` or as an https address that is fetched once. `null` takes it away.
    pub icon: Option<String>,
}
