//! Our webhook in the account: there, switched on, calling for all we want; else repaired.

use crate::client::{Client, ClientError};
use url::Url;

/// What the CRM is to call us for: whatever may change what is told. Readings tell what it was.
const SETTINGS: [&str; 12] = [
    "add_task",
    "update_task",
    "delete_task",
    "responsible_task",
    "add_lead",
    "update_lead",
    "status_lead",
    "responsible_lead",
    "note_lead",
    "note_contact",
    "note_company",
    "add_message",
];

/// How our webhook was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::connector) enum Found {
    /// As it should be, or for the first time set so.
    Good,
    /// Switched off or gone; now it is set again.
    Repaired,
    /// The account's plan or the token's owner does not allow any.
    Denied,
}

/// Looks after the webhook at `ours`; `before` is the one that was registered before, if any.
///
/// # Errors
/// [`ClientError`], where asking again later may help.
pub(in crate::connector) async fn attend(
    client: &Client,
    ours: &Url,
    before: Option<&Url>,
) -> Result<Found, ClientError> {
    match look(client, ours, before).await {
        Err(ClientError::Forbidden | ClientError::Refused { .. }) => Ok(Found::Denied),
        other => other,
    }
}

async fn look(client: &Client, ours: &Url, before: Option<&Url>) -> Result<Found, ClientError> {
    let hooks = client.webhooks().await?;
    if let Some(old) = before.filter(|&old| old != ours)
        && hooks.iter().any(|hook| hook.destination == old.as_str())
    {
        // From before our address changed.
        client.remove_webhook(old).await?;
    }
    let found = hooks.iter().find(|hook| hook.destination == ours.as_str());
    let complete = |settings: &[String]| {
        SETTINGS
            .iter()
            .all(|wanted| settings.iter().any(|setting| setting == wanted))
    };
    match found {
        Some(hook) if !hook.disabled && complete(&hook.settings) => return Ok(Found::Good),
        Some(hook) if hook.disabled => client.remove_webhook(ours).await?,
        Some(_) | None => {}
    }
    client.add_webhook(ours, &SETTINGS).await?;
    let lost = before == Some(ours) && found.is_none_or(|hook| hook.disabled);
    Ok(match lost {
        true => Found::Repaired,
        false => Found::Good,
    })
}
