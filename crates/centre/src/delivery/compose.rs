//! From rows to letters.

use super::lease::{Lease, Said};
use crate::{refusal::Refusal, secret, store::writer::Step};
use dealbell_protocol::{
    EmailSettings, Notification, ProviderId, UserId,
    letter::{Letter, LetterContent},
    window::Language,
};
use sqlx::{Row as _, sqlite::SqliteRow};

/// Notifications that a digest shows (RULES C8).
const NEWEST: usize = 5;

/// A letter that is leased.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// The lease.
    pub(super) lease: Lease,
    pub(super) user: UserId,
    /// Whose letters its reader may want no more of; none for a digest.
    pub(super) provider: Option<ProviderId>,
    /// The letter, without its links.
    pub(super) letter: Letter,
}

/// Writes the letter of a row.
pub(super) async fn letter(
    step: &mut Step,
    row: &SqliteRow,
    user: UserId,
    said: Said,
    lease: Lease,
) -> Result<Taken, Refusal> {
    let reader =
        sqlx::query("SELECT email, name, language, email_settings FROM users WHERE id = ?")
            .bind(user.to_string())
            .fetch_optional(&mut step.db)
            .await?;
    let reader = reader.ok_or(Refusal::UnknownUser(user))?;
    let settings: EmailSettings = serde_json::from_str(reader.try_get("email_settings")?)?;
    let (provider, thread, content) = match said {
        Said::One(notification) => {
            let (provider, source) = spoken(step, &notification).await?;
            let thread = thread(user, &notification, source.as_deref());
            let id = notification.provider.clone();
            let content = LetterContent::One {
                notification,
                provider,
            };
            (Some(id), thread, content)
        }
        Said::Digest(mut unread) => {
            let total = unread.len() as u64;
            unread.truncate(NEWEST);
            let newest = unread;
            (None, None, LetterContent::Digest { newest, total })
        }
        Said::Test => (None, None, LetterContent::Test),
    };
    Ok(Taken {
        lease,
        user,
        provider,
        letter: Letter {
            id: row.try_get("id")?,
            thread,
            to: reader.try_get("email")?,
            name: reader.try_get("name")?,
            language: match reader.try_get("language")? {
                "ru" => Language::Ru,
                _ => Language::En,
            },
            zone: match settings.zone {
                zone if zone.is_empty() => step.ground.zone.clone(),
                zone => zone,
            },
            at: row.try_get("at")?,
            content,
            unsubscribe: None,
            inbox: None,
        },
    })
}

/// What the notification's provider calls itself, and which account's connector said it.
async fn spoken(
    step: &mut Step,
    notification: &Notification,
) -> Result<(String, Option<String>), Refusal> {
    let row = sqlx::query(
        "SELECT p.name, n.source FROM notifications n JOIN providers p ON p.id = n.provider
         WHERE n.id = ?",
    )
    .bind(notification.id.to_string())
    .fetch_one(&mut step.db)
    .await?;
    Ok((row.try_get("name")?, row.try_get("source")?))
}

/// Names what the notification is about, the same for all letters to this user about it.
fn thread(user: UserId, about: &Notification, source: Option<&str>) -> Option<String> {
    let subject = about.subject.as_deref()?;
    // A zero cannot be in any of them.
    let names = format!(
        "{user}\0{}\0{}\0{subject}",
        about.provider,
        source.unwrap_or_default()
    );
    let name = secret::hash(&names);
    let hex = name.iter().take(16).map(|byte| format!("{byte:02x}"));
    Some(format!("thread-{}", hex.collect::<String>()))
}
