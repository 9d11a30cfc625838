//! Who is who: users of the CRM, users of the centre, and what each is called and reads.

use super::{Recipients, Settings, Trouble};
use crate::client::{Client, ClientError};
use crate::clock::Clock;
use crate::model::{CrmUserId, User};
use crate::rules::People;
use dealbell_protocol::UserId;
use dealbell_protocol::ingest::{Ingest, Recipient};
use dealbell_protocol::window::Language;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// Users are read again after this.
const FRESH: Duration = Duration::from_secs(3_600);
/// Somebody whom the CRM did not know is looked for no more often than this.
const RETRY: Duration = Duration::from_secs(60);

/// Who can be told, and how.
#[derive(Clone)]
pub(super) struct Roster {
    recipients: Recipients,
    fallback: Language,
    /// The token's owner.
    me: CrmUserId,
    users: Vec<User>,
    clock: Clock,
    /// By the clock's `elapsed`.
    read_at: Duration,
    /// Names of the CRM's users, as far as the token may see them.
    pub(super) names: HashMap<CrmUserId, String>,
    /// Who of the CRM is whom in the centre.
    pub(super) people: People,
    /// What each of the centre reads.
    pub(super) languages: BTreeMap<UserId, Language>,
}

impl Roster {
    /// The CRM's `users`; nobody of the centre yet.
    pub(super) fn new(settings: &Settings, me: CrmUserId, users: Vec<User>) -> Self {
        let mut roster = Self {
            recipients: settings.recipients,
            fallback: settings.language,
            me,
            users: Vec::new(),
            clock: settings.clock.clone(),
            read_at: Duration::ZERO,
            names: HashMap::new(),
            people: People::new(),
            languages: BTreeMap::new(),
        };
        roster.take(users);
        roster
    }

    /// Asks the centre who is there now, and the CRM again where that is of use.
    pub(super) async fn meet(
        &mut self,
        client: &Client,
        ingest: &dyn Ingest,
    ) -> Result<(), Trouble> {
        let recipients = ingest.recipients().await?;
        self.read_users(client, &recipients).await?;
        self.people = self.people_among(&recipients);
        self.languages = recipients
            .iter()
            .map(|r| (r.id, language(&r.language, self.fallback)))
            .collect();
        Ok(())
    }

    async fn read_users(
        &mut self,
        client: &Client,
        recipients: &[Recipient],
    ) -> Result<(), ClientError> {
        let known: BTreeSet<&str> = self.users.iter().map(|user| user.email.as_str()).collect();
        let stranger = self.recipients == Recipients::ByEmail
            && recipients.iter().any(|r| !known.contains(r.email.as_str()));
        let age = self.clock.elapsed().saturating_sub(self.read_at);
        if age > FRESH || (stranger && age > RETRY) {
            let users = client.users().await?.unwrap_or_default();
            self.take(users);
        }
        Ok(())
    }

    fn people_among(&self, recipients: &[Recipient]) -> People {
        match self.recipients {
            Recipients::Only(user) => recipients
                .iter()
                .filter(|r| r.id == user)
                .map(|r| (self.me, r.id))
                .collect(),
            // A plain manager's token shows no colleagues: its owner can only be the one there is.
            Recipients::ByEmail if self.users.is_empty() => match recipients {
                [only] => People::from([(self.me, only.id)]),
                _ => People::new(),
            },
            Recipients::ByEmail => recipients
                .iter()
                .filter_map(|r| {
                    let user = self.users.iter().find(|user| user.email == r.email)?;
                    Some((user.id, r.id))
                })
                .collect(),
        }
    }

    /// Whether the token is an administrator's, which shows colleagues and all their work.
    pub(super) fn sees_everybody(&self) -> bool {
        !self.users.is_empty()
    }

    /// Whether somebody may see what waits in a pipeline. Where the token shows no rights, it is
    /// its owner's, and shows what he may see.
    pub(super) fn sees(&self, id: CrmUserId, pipeline: u64) -> bool {
        let user = self.users.iter().find(|user| user.id == id);
        user.is_none_or(|user| user.rights.is_active && user.rights.sees_pipeline(pipeline))
    }

    fn take(&mut self, mut users: Vec<User>) {
        for user in &mut users {
            user.email = user.email.trim().to_lowercase();
        }
        self.names = users
            .iter()
            .map(|user| (user.id, user.name.clone()))
            .collect();
        self.users = users;
        self.read_at = self.clock.elapsed();
    }
}

fn language(code: &str, fallback: Language) -> Language {
    match code {
        "ru" => Language::Ru,
        "en" => Language::En,
        _ => fallback,
    }
}
