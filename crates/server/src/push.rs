//! Push to browsers and phones: its options, and who brings it.

use crate::public_url::PublicUrl;
use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use dealbell_centre::Centre;
use dealbell_push::{Contact, Reachable, SenderKey, WebCourier};
use std::{sync::Arc, time::Duration};

/// How long a push service may take for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether there is push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    /// Where there is a public address: browsers subscribe under one alone.
    Auto,
    /// In any case.
    On,
    /// Never.
    Off,
}

/// How browsers and phones are pushed to.
#[derive(Debug, Args)]
pub(crate) struct Push {
    /// Push to browsers and phones: auto does where there is --public-url.
    #[arg(
        long,
        env = "DEALBELL_PUSH",
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    push: When,
    /// Whom push services may turn to about our pushes: mailto:it@firm.example or
    /// https://firm.example; if nothing is said, the host of --public-url.
    #[arg(long, env = "DEALBELL_PUSH_SUBJECT", value_name = "CONTACT")]
    push_subject: Option<Contact>,
    /// Take push services of the own network, too, such as an ntfy server of the firm's; on this
    /// machine without TLS as well. Whoever is signed in can then make the centre ask there.
    #[arg(long, env = "DEALBELL_PUSH_ALLOW_PRIVATE")]
    push_allow_private: bool,
}

impl Push {
    /// Whether there is push.
    pub(crate) fn is_on(&self, public_url: Option<&PublicUrl>) -> bool {
        match self.push {
            When::Auto => public_url.is_some(),
            When::On => true,
            When::Off => false,
        }
    }

    /// Whether push services of the own network are taken.
    pub(crate) fn allows_private(&self) -> bool {
        self.push_allow_private
    }

    /// Lets `centre` push, by its own key, made the first time.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub(crate) async fn set_up(
        &self,
        centre: &Centre,
        public_url: Option<&PublicUrl>,
    ) -> Result<()> {
        let key = centre.push_key(|| SenderKey::generate().to_secret()).await;
        let key = key.context("the key of pushes cannot be read")?;
        let courier = WebCourier::new(
            SenderKey::from_secret(&key)?,
            self.contact(public_url)?,
            match self.push_allow_private {
                true => Reachable::All,
                false => Reachable::Public,
            },
            PATIENCE,
        )?;
        centre.push_by(Arc::new(courier));
        Ok(())
    }

    /// Whom push services turn to.
    ///
    /// # Errors
    /// Where nobody is named.
    pub(crate) fn contact(&self, public_url: Option<&PublicUrl>) -> Result<Contact> {
        if let Some(contact) = &self.push_subject {
            return Ok(contact.clone());
        }
        let host = public_url.and_then(|url| url.base().host_str());
        let host = host.context(
            "--push on without --public-url needs --push-subject: whom push services turn to",
        )?;
        Ok(format!("https://{host}/").parse()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(when: When, subject: Option<&str>) -> Push {
        Push {
            push: when,
            push_subject: subject.map(|subject| subject.parse().unwrap()),
            push_allow_private: false,
        }
    }

    #[test]
    fn push_needs_a_public_address_and_somebody_to_turn_to() {
        let url = PublicUrl::parse("https://bell.firm.ru/dealbell").unwrap();
        assert!(push(When::Auto, None).is_on(Some(&url)));
        assert!(!push(When::Auto, None).is_on(None));
        assert!(push(When::On, None).is_on(None));
        assert!(!push(When::Off, None).is_on(Some(&url)));
        let named = |push: &Push, url| push.contact(url).ok();
        let host = "https://bell.firm.ru/".parse().ok();
        assert_eq!(named(&push(When::Auto, None), Some(&url)), host);
        let own = "mailto:it@firm.ru";
        assert_eq!(named(&push(When::On, Some(own)), None), own.parse().ok());
        assert_eq!(named(&push(When::On, None), None), None);
    }
}
