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
const FRESH: Duration = Duration::from_secs(300);
/// Somebody whom the CRM did not know is looked for no more often than this.
const RETRY: Duration = Duration::from_secs(60);

/// Who can be told, and how.
#[derive(Clone)]
pub(super) struct Roster {
    recipients: Recipients,
    fallback: Language,
    /// The token's owner.
    me: CrmUserId,
    /// Whoever connected the account.
    connected_by: Option<UserId>,
    clock: Clock,
    /// None before they were read; nobody where the token may not see them.
    users: Option<Vec<User>>,
    /// By the clock's `elapsed`.
    read_at: Duration,
    /// Who of the CRM was met as whom, whatever he is called now.
    pub(super) met: People,
    /// Names of the CRM's users, as far as the token may see them.
    pub(super) names: HashMap<CrmUserId, String>,
    /// Who of the CRM is whom in the centre, those alone who may still sign in there.
    pub(super) people: People,
    /// What each of the centre reads.
    pub(super) languages: BTreeMap<UserId, Language>,
}

impl Roster {
    /// Those of the centre's `recipients` who were met before; the CRM is asked when it is read.
    pub(super) fn new(
        settings: &Settings,
        me: CrmUserId,
        met: People,
        recipients: &[Recipient],
    ) -> Self {
        let mut roster = Self {
            recipients: settings.recipients,
            fallback: settings.language,
            me,
            connected_by: settings.connected_by,
            clock: settings.clock.clone(),
            users: None,
            read_at: Duration::ZERO,
            met,
            names: HashMap::new(),
            people: People::new(),
            languages: BTreeMap::new(),
        };
        roster.match_with(recipients);
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
        self.match_with(&recipients);
        Ok(())
    }

    /// The token is another user's now.
    pub(super) fn set_owner(&mut self, me: CrmUserId) {
        if self.me != me {
            self.me = me;
            self.users = None;
        }
    }

    /// The CRM's users, as far as they were read and the token may see them.
    pub(super) fn users(&self) -> &[User] {
        self.users.as_deref().unwrap_or_default()
    }

    /// Whom trouble with the account concerns: its administrators; where they cannot be told from
    /// others, everybody who was met.
    pub(super) fn administrators(&self) -> BTreeSet<UserId> {
        let admins: BTreeSet<CrmUserId> = self
            .users()
            .iter()
            .filter(|user| user.rights.is_admin)
            .map(|user| user.id)
            .collect();
        let solo = self.recipients != Recipients::ByEmail || self.users().is_empty();
        self.people
            .iter()
            .filter(|(id, _)| solo || admins.contains(id))
            .map(|(_, &user)| user)
            .collect()
    }

    /// Whether the token is an administrator's, which shows colleagues and all their work.
    pub(super) fn sees_everybody(&self) -> bool {
        !self.users().is_empty()
    }

    /// Whether somebody may see what waits in a pipeline. Where the token shows no rights, it is
    /// its owner's, and shows what he may see.
    pub(super) fn sees(&self, id: CrmUserId, pipeline: u64) -> bool {
        let user = self.users().iter().find(|user| user.id == id);
        user.is_none_or(|user| user.rights.is_active && user.rights.sees_pipeline(pipeline))
    }

    async fn read_users(
        &mut self,
        client: &Client,
        recipients: &[Recipient],
    ) -> Result<(), ClientError> {
        let known: BTreeSet<UserId> = self.met.values().copied().collect();
        let stranger = self.recipients == Recipients::ByEmail
            && recipients.iter().any(|r| !known.contains(&r.id));
        let age = self.clock.elapsed().saturating_sub(self.read_at);
        if self.users.is_none() || age > FRESH || (stranger && age > RETRY) {
            let users = client.users().await?.unwrap_or_default();
            self.names = users
                .iter()
                .map(|user| (user.id, user.name.clone()))
                .collect();
            self.users = Some(users);
            self.read_at = self.clock.elapsed();
        }
        Ok(())
    }

    fn match_with(&mut self, recipients: &[Recipient]) {
        self.languages = recipients
            .iter()
            .map(|r| (r.id, language(&r.language, self.fallback)))
            .collect();
        let present = |user: &UserId| recipients.iter().any(|r| r.id == *user);
        let users = self.users.as_deref();
        self.people = match (self.recipients, users) {
            (Recipients::Only(user), _) => present(&user)
                .then_some((self.me, user))
                .into_iter()
                .collect(),
            (Recipients::ByEmail, None) => {
                let met = self.met.iter().filter(|(_, user)| present(user));
                met.map(|(&id, &user)| (id, user)).collect()
            }
            (Recipients::ByEmail, Some([])) => {
                let owner = self.owner(recipients);
                owner.map(|user| (self.me, user)).into_iter().collect()
            }
            (Recipients::ByEmail, Some(users)) => {
                self.met = matched(users, recipients, &self.met);
                let active = users.iter().filter(|user| user.rights.is_active);
                active
                    .filter_map(|user| Some((user.id, *self.met.get(&user.id)?)))
                    .collect()
            }
        };
        if users.is_some() {
            self.met.extend(&self.people);
        }
    }

    /// Whose a plain manager's token is, which shows no colleagues and no addresses: as whom he was
    /// met; else the only one there is, or whoever connected the account, unless that is somebody
    /// else for sure.
    fn owner(&self, recipients: &[Recipient]) -> Option<UserId> {
        let present = |user: &UserId| recipients.iter().any(|r| r.id == *user);
        if let Some(user) = self.met.get(&self.me).copied().filter(present) {
            return Some(user);
        }
        let likely = match recipients {
            [only] => Some(only.id),
            _ => self.connected_by.filter(present),
        };
        likely.filter(|user| !self.met.values().any(|met| met == user))
    }
}

/// Who is whom: by equal addresses; then whoever was met before stays who he was, under whatever
/// name and address. Who is not listed now keeps his place for when he returns.
fn matched(users: &[User], recipients: &[Recipient], met: &People) -> People {
    let by_email: HashMap<&str, UserId> = recipients
        .iter()
        .map(|r| (r.email.as_str(), r.id))
        .collect();
    let mut found = People::new();
    for user in users {
        let email = user.email.trim().to_lowercase();
        if let Some(&recipient) = by_email.get(email.as_str()) {
            found.insert(user.id, recipient);
        }
    }
    let mut taken: BTreeSet<UserId> = found.values().copied().collect();
    for (&id, &recipient) in met {
        let present = recipients.iter().any(|r| r.id == recipient);
        if present && !found.contains_key(&id) && taken.insert(recipient) {
            found.insert(id, recipient);
        }
    }
    found
}

pub(super) fn language(code: &str, fallback: Language) -> Language {
    match code {
        "ru" => Language::Ru,
        "en" => Language::En,
        _ => fallback,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    fn crm(id: u64, email: &str) -> User {
        User {
            id,
            email: email.to_owned(),
            ..User::default()
        }
    }

    fn centre(id: u128, email: &str) -> Recipient {
        Recipient {
            id: UserId(Ulid(id)),
            email: email.to_owned(),
            language: "ru".to_owned(),
            connected: false,
        }
    }

    fn people(pairs: &[(u64, u128)]) -> People {
        let pair = |&(id, user)| (id, UserId(Ulid(user)));
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn whoever_was_met_is_followed_under_another_address() {
        let recipients = [centre(1, "anna@x.ru"), centre(2, "boris@x.ru")];
        let first = [crm(7, " Anna@X.ru"), crm(8, "boris@x.ru")];
        let met = matched(&first, &recipients, &People::new());
        assert_eq!(met, people(&[(7, 1), (8, 2)]));

        let married = [crm(7, "petrova@x.ru")];
        assert_eq!(matched(&married, &recipients, &met), met, "8 may return");
        let left = [centre(1, "anna@x.ru")];
        assert_eq!(matched(&married, &left, &met), people(&[(7, 1)]));
    }

    #[test]
    fn an_address_that_is_somebody_elses_now_is_his() {
        let recipients = [centre(1, "sales@x.ru"), centre(2, "boris@x.ru")];
        let met = people(&[(7, 1)]);
        let handed_over = [crm(7, "anna@x.ru"), crm(9, "sales@x.ru")];
        assert_eq!(matched(&handed_over, &recipients, &met), people(&[(9, 1)]));
        let renamed = [crm(7, "boris@x.ru")];
        assert_eq!(matched(&renamed, &recipients, &met), people(&[(7, 2)]));
    }
}
