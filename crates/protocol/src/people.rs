//! Users, groups and invitations as administrators see them, and what is kept of administrative acts.

use crate::{DeviceId, Millis, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// What a user may do in the centre.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, for everybody.
    Administrator,
    /// What concerns himself.
    #[default]
    Member,
}

impl Role {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Member => "member",
        }
    }

    /// The role of this name; none for one that is not ours.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Administrator, Self::Member]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// `GET /v1/audit`: an administrative act, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRow {
    /// Names it, and grows.
    pub id: u64,
    /// When.
    pub at: Millis,
    /// Whose act it was; none for the command line's.
    pub by: Option<UserId>,
    /// His email address, while there is such a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where he asked from: an address of the network; empty for the command line.
    pub from: String,
    /// What: `user.add`, `invitation.revoke`, …
    pub act: String,
    /// On what: `user:01J…`, `integration:telephony`, …
    pub on: String,
    /// The email address of the user it was done to, while there is such a one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_email: Option<String>,
    /// What changed; may be empty.
    pub detail: String,
}

/// The parameters of `GET /v1/audit`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Leaves out what is older, RFC 3339.
    pub since: Option<String>,
    /// Goes on where a page ended: its `next`.
    pub before: Option<u64>,
    /// Page size, at most 200.
    pub limit: Option<u32>,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The acts.
    pub items: Vec<AuditRow>,
    /// For the next page's `before`; none on the last.
    pub next: Option<u64>,
}

/// A user, as administrators see him: `GET /v1/users`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UserRow {
    /// Names him.
    pub id: UserId,
    /// Matches him to the user of the CRM; lower case.
    pub email: String,
    /// How he is called; may be empty.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// `ru` or `en`.
    pub language: String,
    /// The names of his groups.
    pub groups: Vec<String>,
    /// How many devices he is signed in on.
    pub devices: u32,
    /// Since when there is such a user.
    pub created_at: Millis,
}

/// `POST /v1/users`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// His email address.
    pub email: String,
    /// How he is called.
    #[serde(default)]
    pub name: String,
    /// What he may do; [`Role::Member`] where it is missing.
    #[serde(default)]
    pub role: Role,
    /// Language of what he is told, `ru` or `en`; `ru` where it is missing.
    #[serde(default = "russian")]
    pub language: String,
}

fn russian() -> String {
    "ru".to_owned()
}

/// `PATCH /v1/users/{id}`; what is missing stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// How he is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// His email address. Connectors know him by it: what they tell goes to the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What he may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// `ru` or `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// The parameters of `GET /v1/users`, `GET /v1/groups` and `GET /v1/invitations`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageQuery {
    /// Goes on where a page ended: its `next`.
    pub after: Option<String>,
    /// Page size, at most 200.
    pub limit: Option<u32>,
}

/// A page of users, groups or invitations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// For the next page's `after`; none on the last.
    pub next: Option<String>,
}

/// A group of users that an integration can name together: `GET /v1/groups`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GroupRow {
    /// As requests name it.
    pub name: String,
    /// The email addresses of its members.
    pub members: Vec<String>,
    /// Since when there is such a group.
    pub created_at: Millis,
}

/// `POST /v1/groups`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// 1 to 60 characters, as requests will name it.
    pub name: String,
}

/// `POST /v1/invitations`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Whom: a user of this address is added where there is none. The other fields are for a new
    /// user; one that exists stays as he is.
    pub email: String,
    /// How he is called.
    #[serde(default)]
    pub name: String,
    /// What he may do; [`Role::Member`] where it is missing.
    #[serde(default)]
    pub role: Role,
    /// Language of what he is told, `ru` or `en`; `ru` where it is missing.
    #[serde(default = "russian")]
    pub language: String,
}

/// The answer to [`NewInvitation`]. The links cannot be shown again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Invited {
    /// Names the invitation.
    pub id: String,
    /// Who is invited.
    pub user: UserId,
    /// The page for his browser; secret.
    pub link: String,
    /// What the app follows; secret.
    pub app_link: String,
    /// How long the links are good.
    pub expires_at: Millis,
}

impl std::fmt::Debug for Invited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invited")
            .field("id", &self.id)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Whether an invitation can still be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// It can.
    Open,
    /// Somebody did.
    Used,
    /// Nobody did in time.
    Expired,
}

/// `GET /v1/invitations`: one of them, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InvitationRow {
    /// Names it.
    pub id: String,
    /// Who is invited.
    pub user: UserId,
    /// His email address.
    pub email: String,
    /// The email address of who invited him; none for the command line, and who is gone.
    pub by: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// How long it is good.
    pub expires_at: Millis,
    /// Whether it can still be followed.
    pub state: InvitationState,
    /// When somebody did.
    pub used_at: Option<Millis>,
}

/// `GET /v1/invitations/{code}`, for whoever has the code: what it is about. Asking uses nothing up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InvitationSeen {
    /// Who is invited.
    pub email: String,
    /// How he is called; may be empty.
    pub name: String,
    /// Who invites him; empty where it is the command line.
    pub by: String,
    /// How long it is good.
    pub expires_at: Millis,
}

/// `POST /v1/invitations/redeem`: signs a device in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// Of the link; secret.
    pub code: String,
    /// What is signed in.
    pub device: NewDevice,
}

impl std::fmt::Debug for Redeem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redeem")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// A device to be signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDevice {
    /// What it calls itself; may be empty.
    #[serde(default)]
    pub name: String,
    /// `linux`, `windows`, `macos`, `web`.
    #[serde(default)]
    pub platform: String,
}

/// The answer to [`Redeem`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Redeemed {
    /// The device's token, which cannot be shown again; secret.
    pub token: String,
    /// Names the device.
    pub device: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// His email address.
    pub email: String,
    /// How he is called; may be empty.
    pub name: String,
}

impl std::fmt::Debug for Redeemed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redeemed")
            .field("device", &self.device)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
