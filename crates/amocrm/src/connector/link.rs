//! The connection itself: what is remembered of it, whether or not the account answers, and what is
//! told of it. Kept under the account's host, which is known before anything was read.

use super::roster::language;
use super::{Recipients, Settings};
use crate::memory::{decode, encode};
use crate::model::{Account, Seconds};
use crate::rules::{self, Standing, TaskSettings, Told, Topic};
use crate::wording::{Connection, system_act};
use dealbell_protocol::UserId;
use dealbell_protocol::ingest::{Batch, Ingest, IngestError};
use jiff::tz::TimeZone;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use url::Url;

const ACCOUNT: &str = "account";
const AUDIENCE: &str = "audience";
const HOOK: &str = "hook";
const SYSTEM: &str = "system:";

/// What is remembered of the connection.
pub(super) struct Link {
    ingest: Arc<dyn Ingest>,
    host: String,
    fallback: dealbell_protocol::window::Language,
    connected_by: Option<UserId>,
    /// The account as it was read last.
    account: Option<Account>,
    audience: BTreeSet<UserId>,
    hook: Option<Hook>,
    told: BTreeMap<Topic, Told>,
}

/// Our webhook. Its address is secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hook {
    /// The last part of its address, which nobody can guess.
    pub(super) secret: String,
    /// The whole address, as it was registered last.
    pub(super) registered: Option<Url>,
}

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    kept: T,
}

impl Link {
    /// Reads what is remembered. What is not readable is made anew.
    pub(super) async fn open(
        ingest: &Arc<dyn Ingest>,
        settings: &Settings,
    ) -> Result<Self, IngestError> {
        let mut link = Self {
            ingest: Arc::clone(ingest),
            host: settings.address.host(),
            fallback: settings.language,
            connected_by: settings.connected_by,
            account: None,
            audience: BTreeSet::new(),
            hook: None,
            told: BTreeMap::new(),
        };
        for (key, value) in ingest.memory(&link.source()).await? {
            match key.as_str() {
                ACCOUNT => link.account = kept::<Value>(&value).as_ref().and_then(as_account),
                AUDIENCE => link.audience = kept(&value).unwrap_or_default(),
                HOOK => link.hook = decode(&value),
                _ => {
                    let name = key.strip_prefix(SYSTEM);
                    let topic = Topic::ALL.into_iter().find(|t| Some(t.name()) == name);
                    if let Some((topic, told)) = topic.zip(decode(&value)) {
                        link.told.insert(topic, told);
                    }
                }
            }
        }
        if let Recipients::Only(user) = settings.recipients {
            link.audience.insert(user);
        }
        link.audience.extend(settings.connected_by);
        Ok(link)
    }

    /// The account as it was read last.
    pub(super) fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// Another account answers here now: nothing of the old one counts.
    pub(super) fn forget_account(&mut self) {
        self.account = None;
    }

    pub(super) fn hook(&self) -> Option<&Hook> {
        self.hook.as_ref()
    }

    /// Remembers the account, and whom trouble with it concerns.
    pub(super) async fn keep_account(
        &mut self,
        account: &Account,
        administrators: BTreeSet<UserId>,
    ) -> Result<(), IngestError> {
        let mut audience = administrators;
        audience.extend(self.connected_by);
        let mut memory = Vec::new();
        if self.account.as_ref() != Some(account) {
            memory.push((ACCOUNT.to_owned(), Some(keep(&as_value(account)))));
        }
        if self.audience != audience {
            memory.push((AUDIENCE.to_owned(), Some(keep(&audience))));
        }
        self.commit(memory).await?;
        self.account = Some(account.clone());
        self.audience = audience;
        Ok(())
    }

    /// The webhook's secret, made once.
    pub(super) async fn hook_secret(&mut self) -> Result<String, IngestError> {
        if let Some(hook) = &self.hook {
            return Ok(hook.secret.clone());
        }
        let bytes: [u8; 32] = rand::rng().random();
        let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.keep_hook(Some(Hook {
            secret: secret.clone(),
            registered: None,
        }))
        .await?;
        Ok(secret)
    }

    /// Remembers our webhook, or none.
    pub(super) async fn keep_hook(&mut self, hook: Option<Hook>) -> Result<(), IngestError> {
        if self.hook == hook {
            return Ok(());
        }
        let entry = (HOOK.to_owned(), hook.as_ref().map(encode));
        self.commit(vec![entry]).await?;
        self.hook = hook;
        Ok(())
    }

    /// Tells what is wrong with the connection, and takes back what is mended.
    pub(super) async fn attend(
        &mut self,
        standing: &Standing,
        now: Seconds,
    ) -> Result<(), IngestError> {
        let nothing =
            |outcome: &rules::SystemOutcome| outcome.says.is_empty() && outcome.told.is_empty();
        if nothing(&rules::attend(&self.told, standing, &self.audience, now)) {
            return Ok(());
        }
        let recipients = self.ingest.recipients().await?;
        self.audience
            .retain(|user| recipients.iter().any(|r| r.id == *user));
        let outcome = rules::attend(&self.told, standing, &self.audience, now);
        if nothing(&outcome) {
            return Ok(());
        }
        let languages = recipients
            .iter()
            .map(|r| (r.id, language(&r.language, self.fallback)))
            .collect();
        let zone = self.account.as_ref().map(|a| a.zone.time_zone());
        let connection = Connection {
            host: &self.host,
            languages: &languages,
            settings: &TaskSettings::new(zone.unwrap_or(TimeZone::UTC)),
            now,
        };
        let acts = outcome.says.iter();
        let acts = acts.map(|say| system_act(*say, &connection)).collect();
        let told = outcome.told.iter();
        let memory = told.map(|(topic, told)| {
            let key = format!("{SYSTEM}{}", topic.name());
            (key, told.as_ref().map(encode))
        });
        let batch = Batch {
            source: self.source(),
            acts,
            memory: memory.collect(),
        };
        self.ingest.commit(batch).await?;
        for (topic, told) in outcome.told {
            match told {
                Some(told) => drop(self.told.insert(topic, told)),
                None => drop(self.told.remove(&topic)),
            }
        }
        Ok(())
    }

    async fn commit(&self, memory: Vec<(String, Option<String>)>) -> Result<(), IngestError> {
        if memory.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            source: self.source(),
            acts: Vec::new(),
            memory,
        };
        self.ingest.commit(batch).await
    }

    /// An account's own memory is under its number, which no host looks like.
    fn source(&self) -> String {
        format!("amocrm:{}", self.host)
    }
}

fn keep<T: Serialize>(value: &T) -> String {
    encode(&Kept { kept: value })
}

fn kept<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    decode::<Kept<T>>(text).map(|kept| kept.kept)
}

/// The account in the API's own form, so that it is read back as its answer is.
fn as_value(account: &Account) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "subdomain": account.subdomain,
        "current_user_id": account.current_user_id,
        "currency_symbol": account.currency_symbol,
        "_embedded": {"datetime_settings": {
            "timezone": account.zone.name,
            "timezone_offset": account.zone.offset,
        }},
    })
}

fn as_account(value: &Value) -> Option<Account> {
    Account::deserialize(value).ok()
}
