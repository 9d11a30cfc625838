//! Integrations and what users grant them: one-time codes, access tokens, rotating refresh tokens.
//! Time comes in as an argument, Unix seconds.

use std::collections::HashMap;

use crate::token::{Claims, jwt, secret};

/// An integration registered in the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    /// Its id, also the OAuth `client_id`.
    pub id: String,
    /// Its secret key.
    pub secret: String,
    /// Where people come back to after their consent.
    pub redirect_uri: String,
}

impl Default for Integration {
    /// The one every account has unless told otherwise.
    fn default() -> Self {
        Self {
            id: "6f7a1c52-3d84-4b1e-9c60-2a5e8d0b47f3".to_owned(),
            secret: "sandbox-integration-secret".to_owned(),
            redirect_uri: "http://127.0.0.1:7780/v1/amocrm/oauth".to_owned(),
        }
    }
}

/// How long a code is good, seconds.
const CODE_LIFE: i64 = 20 * 60;
/// How long an access token is good, seconds.
pub(crate) const ACCESS_LIFE: i64 = 24 * 3600;
/// How long a refresh token is good, seconds.
const REFRESH_LIFE: i64 = 90 * 24 * 3600;

/// What the token endpoint was asked for; absent fields are empty.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Exchange {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) grant_type: String,
    pub(crate) code: String,
    pub(crate) refresh_token: String,
    pub(crate) redirect_uri: String,
}

/// A fresh pair of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Why the token endpoint refuses; amoCRM says so in `hint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Wrong id, secret or redirect address.
    Client,
    UnknownGrantType,
    MissingCode,
    MissingRefreshToken,
    UnknownCode,
    ForeignCode,
    ExpiredCode,
    SpentCode,
    UnknownRefresh,
    ForeignRefresh,
    ExpiredRefresh,
    RevokedRefresh,
}

#[derive(Debug)]
struct Granted {
    user: u64,
    integration: String,
    expires_at: i64,
    /// Used up, or taken back.
    dead: bool,
}

#[derive(Debug)]
struct Access {
    user: u64,
    expires_at: i64,
    /// Made by hand rather than through a grant.
    long_lived: bool,
}

/// Every integration and everything granted so far.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    integrations: Vec<Integration>,
    codes: HashMap<String, Granted>,
    refreshes: HashMap<String, Granted>,
    access: HashMap<String, Access>,
    /// How many refresh tokens were used up.
    rotations: u64,
}

impl Grants {
    pub(crate) fn new(integrations: Vec<Integration>) -> Self {
        Self {
            integrations,
            ..Self::default()
        }
    }

    pub(crate) fn integration(&self, id: &str) -> Option<&Integration> {
        self.integrations.iter().find(|one| one.id == id)
    }

    pub(crate) fn first(&self) -> Option<&Integration> {
        self.integrations.first()
    }

    pub(crate) fn rotations(&self) -> u64 {
        self.rotations
    }

    /// A one-time code by which the integration acts for `user`.
    pub(crate) fn issue_code(&mut self, user: u64, integration: &str, now: i64) -> String {
        let code = secret();
        let granted = Granted {
            user,
            integration: integration.to_owned(),
            expires_at: now + CODE_LIFE,
            dead: false,
        };
        self.codes.insert(code.clone(), granted);
        code
    }

    /// A token of `user` that is good until `expires_at` and never refreshed.
    pub(crate) fn issue_long_lived(&mut self, claims: &Claims<'_>) -> String {
        let token = jwt(claims);
        let access = Access {
            user: claims.user,
            expires_at: claims.expires_at,
            long_lived: true,
        };
        self.access.insert(token.clone(), access);
        token
    }

    /// Trades a code or a refresh token, which is dead from then on, for a new pair.
    pub(crate) fn exchange(
        &mut self,
        asked: &Exchange,
        host: &str,
        now: i64,
    ) -> Result<Pair, Refused> {
        let known = self.integration(&asked.client_id).is_some_and(|known| {
            known.secret == asked.client_secret && known.redirect_uri == asked.redirect_uri
        });
        if !known {
            return Err(Refused::Client);
        }
        let user = match asked.grant_type.as_str() {
            "authorization_code" => self.spend_code(asked, now)?,
            "refresh_token" => self.spend_refresh(asked, now)?,
            _ => return Err(Refused::UnknownGrantType),
        };
        Ok(self.issue_pair(user, &asked.client_id, host, now))
    }

    /// Whose access token this is, while it is good.
    pub(crate) fn holder(&self, token: &str, now: i64) -> Option<u64> {
        let access = self.access.get(token)?;
        (now < access.expires_at).then_some(access.user)
    }

    /// Whether this refresh token could still be used.
    pub(crate) fn is_live_refresh(&self, token: &str, now: i64) -> bool {
        let granted = self.refreshes.get(token);
        granted.is_some_and(|granted| !granted.dead && now < granted.expires_at)
    }

    /// Takes back everything `user` granted; tokens made by hand stay.
    pub(crate) fn revoke(&mut self, user: u64) {
        let all = self.codes.values_mut().chain(self.refreshes.values_mut());
        for granted in all.filter(|granted| granted.user == user) {
            granted.dead = true;
        }
        self.access
            .retain(|_, access| access.long_lived || access.user != user);
    }

    /// Ends the access tokens of `user`; the refresh tokens stay good.
    pub(crate) fn expire_access(&mut self, user: u64) {
        self.access
            .retain(|_, access| access.long_lived || access.user != user);
    }

    /// Ends every token of `user` made by hand.
    pub(crate) fn revoke_long_lived(&mut self, user: u64) {
        self.access
            .retain(|_, access| !access.long_lived || access.user != user);
    }

    fn spend_code(&mut self, asked: &Exchange, now: i64) -> Result<u64, Refused> {
        if asked.code.is_empty() {
            return Err(Refused::MissingCode);
        }
        let code = self
            .codes
            .get_mut(&asked.code)
            .ok_or(Refused::UnknownCode)?;
        if now >= code.expires_at {
            return Err(Refused::ExpiredCode);
        }
        if code.dead {
            return Err(Refused::SpentCode);
        }
        if code.integration != asked.client_id {
            return Err(Refused::ForeignCode);
        }
        code.dead = true;
        Ok(code.user)
    }

    fn spend_refresh(&mut self, asked: &Exchange, now: i64) -> Result<u64, Refused> {
        if asked.refresh_token.is_empty() {
            return Err(Refused::MissingRefreshToken);
        }
        let granted = self
            .refreshes
            .get_mut(&asked.refresh_token)
            .ok_or(Refused::UnknownRefresh)?;
        if granted.integration != asked.client_id {
            return Err(Refused::ForeignRefresh);
        }
        if now >= granted.expires_at {
            return Err(Refused::ExpiredRefresh);
        }
        if granted.dead {
            return Err(Refused::RevokedRefresh);
        }
        granted.dead = true;
        self.rotations += 1;
        Ok(granted.user)
    }

    fn issue_pair(&mut self, user: u64, integration: &str, host: &str, now: i64) -> Pair {
        let expires_at = now + ACCESS_LIFE;
        let access = jwt(&Claims {
            user,
            integration,
            host,
            issued_at: now,
            expires_at,
        });
        let refresh = secret();
        let long_lived = false;
        self.access.insert(
            access.clone(),
            Access {
                user,
                expires_at,
                long_lived,
            },
        );
        self.refreshes.insert(
            refresh.clone(),
            Granted {
                user,
                integration: integration.to_owned(),
                expires_at: now + REFRESH_LIFE,
                dead: false,
            },
        );
        Pair { access, refresh }
    }
}
