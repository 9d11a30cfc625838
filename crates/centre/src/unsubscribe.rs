//! Switching letters off from a letter, without signing in (RFC 8058): tokens that say whose and
//! which, and that nobody else can make. They are good as long as user and provider exist.

use crate::{
    Centre, CentreError,
    refusal::Refusal,
    store::{settings, writer::Step},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use dealbell_protocol::{ChannelSet, Provider, ProviderId, UserId, rest::SaveChannels};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::{collections::BTreeMap, fmt};
use ulid::Ulid;

/// Bytes of a user's id.
const USER: usize = 16;
/// Bytes of the proof that a token is ours.
const PROOF: usize = 16;

/// Makes the tokens of one centre.
#[derive(Clone)]
pub struct Unsubscribing {
    key: Hmac<Sha256>,
}

impl fmt::Debug for Unsubscribing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unsubscribing")
    }
}

/// Which letters a token is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Whose.
    pub user: UserId,
    /// Of which provider; none for all letters.
    pub provider: Option<Provider>,
}

impl Unsubscribing {
    /// The token of `user`'s letters of `provider`, or of all his letters: the same for the same,
    /// fit for a part of a path.
    pub fn token(&self, user: UserId, provider: Option<&ProviderId>) -> String {
        let name = provider.map_or("", ProviderId::as_str);
        let about = [user.0.to_bytes().as_slice(), name.as_bytes()].concat();
        let proof = self.key.clone().chain_update(&about).finalize();
        let bytes = [&proof.into_bytes()[..PROOF], &about].concat();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token is about; none where it is not one of ours.
    fn read(&self, token: &str) -> Option<(UserId, Option<ProviderId>)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (proof, about) = bytes.split_at_checked(PROOF)?;
        let proven = self.key.clone().chain_update(about);
        // In time that does not tell how much of it was right.
        proven.verify_truncated_left(proof).ok()?;
        let (user, name) = about.split_first_chunk::<USER>()?;
        let name = std::str::from_utf8(name).ok()?;
        let provider = (!name.is_empty()).then(|| ProviderId::new(name));
        Some((UserId(Ulid::from_bytes(*user)), provider))
    }
}

impl Centre {
    /// What makes the tokens of this centre's letters.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn unsubscribing(&self) -> Result<Unsubscribing, CentreError> {
        let key: Vec<u8> = sqlx::query_scalar("SELECT key FROM unsubscribe_key")
            .fetch_one(self.read())
            .await?;
        let key = Hmac::new_from_slice(&key).expect("it takes keys of any length");
        Ok(Unsubscribing { key })
    }

    /// Which letters a token is about; none where it is not one of ours, or user or provider are
    /// gone.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn subscription(&self, token: &str) -> Result<Option<Subscription>, CentreError> {
        let Some((user, of)) = self.unsubscribing().await?.read(token) else {
            return Ok(None);
        };
        let mut db = self.read().acquire().await?;
        let settings = settings::of_user(&mut db, user, &self.inner.deliverable).await?;
        let Some(settings) = settings else {
            return Ok(None);
        };
        let mut rows = settings.providers.into_iter().map(|row| row.provider);
        Ok(match of {
            None => Some(Subscription {
                user,
                provider: None,
            }),
            Some(id) => rows
                .find(|known| known.id == id)
                .map(|provider| Subscription {
                    user,
                    provider: Some(provider),
                }),
        })
    }

    /// Switches off the letters that a token is about, as if their user had saved his channels: all
    /// his devices hear of it (RULES C6). Which they were; none as in [`Centre::subscription`].
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn unsubscribe(&self, token: &str) -> Result<Option<Subscription>, CentreError> {
        // Anybody can ask: whoever has no token does not reach the writer.
        let Some(subscription) = self.subscription(token).await? else {
            return Ok(None);
        };
        let (user, deliverable) = (subscription.user, self.inner.deliverable.clone());
        let of = subscription.provider.clone().map(|provider| provider.id);
        let switched = self.writer().write(move |step| {
            Box::pin(async move { switch_off(step, user, of.as_ref(), &deliverable).await })
        });
        switched.await?;
        Ok(Some(subscription))
    }
}

/// Nothing is written where it is off already: whoever presses twice hears of it once.
async fn switch_off(
    step: &mut Step,
    user: UserId,
    of: Option<&ProviderId>,
    deliverable: &[dealbell_protocol::Channel],
) -> Result<(), Refusal> {
    let settings = settings::of_user(&mut step.db, user, deliverable).await?;
    let settings = settings.ok_or(Refusal::UnknownUser(user))?;
    let on = settings
        .providers
        .into_iter()
        .filter(|row| row.channels.email && of.is_none_or(|provider| *provider == row.provider.id));
    let providers: BTreeMap<String, ChannelSet> = on
        .map(|row| {
            let channels = ChannelSet {
                email: false,
                ..row.channels
            };
            (row.provider.id.0, channels)
        })
        .collect();
    if providers.is_empty() {
        return Ok(());
    }
    let chosen = SaveChannels {
        receive: settings.receive,
        providers,
        quiet: None,
        email: None,
        push: None,
    };
    settings::save(step, user, settings.revision, chosen, deliverable).await?;
    Ok(())
}
