//! Letters that are tried no more, for administrators: `GET /v1/letters/dead`,
//! `POST /v1/letters/{id}/retry`.

use crate::{Kind, Millis, ProviderId, UserId};
use serde::{Deserialize, Serialize};

/// A letter that is tried no more until somebody says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeadLetter {
    /// Names it; the left part of its `Message-ID`.
    pub id: String,
    /// To whom.
    pub user: UserId,
    /// His email address.
    pub email: String,
    /// What kind of letter.
    pub content: LetterKind,
    /// Who says what it is about; none for a digest and a test, and once it was withdrawn.
    pub provider: Option<ProviderId>,
    /// What it is about; none likewise.
    pub kind: Option<Kind>,
    /// The day of a digest: `2026-11-21`.
    pub day: Option<String>,
    /// Why it is tried no more, for programs.
    pub cause: DeadCause,
    /// What went wrong last, for whoever runs the centre.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was to be written.
    pub at: Millis,
    /// Since when it is tried no more.
    pub dead_at: Millis,
}

/// What kind of letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// About one notification, at once (RULES C7).
    One,
    /// The daily digest (RULES C8).
    Digest,
    /// Somebody tried whether letters arrive.
    Test,
}

/// Why a letter is tried no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeadCause {
    /// The mail server refuses this letter or this address for good.
    Refused,
    /// It was tried for three days.
    Exhausted,
    /// A digest that may have arrived: it is not known whether the mail server had taken it over
    /// when the centre, or the connection, ended (RULES C8). Sent again, it may come twice.
    Doubtful,
}

/// The parameters of `GET /v1/letters/dead`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeadLettersQuery {
    /// Goes on where a page ended: its `next`.
    pub before: Option<String>,
    /// Page size, at most 200.
    pub limit: Option<u32>,
}

/// A page of dead letters, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeadLetters {
    /// The letters.
    pub items: Vec<DeadLetter>,
    /// For the next page's `before`; none on the last.
    pub next: Option<String>,
}
