//! Trying out what somebody typed to connect an account, keeping nothing: whose account it is, or a
//! reason that says what to do.

use crate::address::CrmAddress;
use crate::client::{Cause, Client, ClientError, Failure, Timeouts, Token};
use crate::clock::Clock;
use crate::connector::AccountInfo;
use crate::credentials::{Credentials, Integration};
use crate::model::{Account, Seconds};
use crate::oauth::{self, Back, BackError, Claims, ExchangeError};
use dealbell_network::Network;
use dealbell_protocol::window::WindowErrorCode;
use std::fmt;
use std::time::Duration;

/// Somebody sits in front of it and waits; three tries fit into half a minute.
const PATIENCE: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    whole: Duration::from_secs(10),
};

/// What somebody typed besides the address.
#[derive(Clone, PartialEq, Eq)]
pub enum Access {
    /// A long-lived token of a private integration.
    Token(Token),
    /// A private integration, and the code it was given.
    Code {
        /// The integration.
        integration: Integration,
        /// The code, or the whole address the browser was sent back to; secret.
        code: String,
    },
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(token) => write!(f, "Token({token:?})"),
            Self::Code { integration, .. } => write!(f, "Code({integration:?})"),
        }
    }
}

impl From<Token> for Access {
    fn from(token: Token) -> Self {
        Self::Token(token)
    }
}

/// It works; nothing is kept yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The account, and whose access this is.
    pub account: AccountInfo,
    /// Where it is.
    pub address: CrmAddress,
    /// What to keep. Of a code these are its tokens: the code itself is spent.
    pub credentials: Credentials,
    /// Whether it is an administrator's access: a plain manager's shows no colleagues' names.
    pub is_admin: bool,
    /// When the access ends for good; none where it is renewed, or does not say.
    pub expires_at: Option<Seconds>,
}

/// Why it does not work, told apart by what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The domain is right, but no account answers there: a typo in the name.
    #[error("there is no account at this address")]
    AccountUnknown,
    /// No connection, or no answer in time.
    #[error("the CRM does not answer: {0}")]
    NoNetwork(String),
    /// A proxy wants to be signed in to first.
    #[error("the proxy asks who we are")]
    ProxyAsks,
    /// Somebody else answers: a portal, a proxy's page, an intercepted connection.
    #[error("this is no CRM: {0}")]
    NotACrm(String),
    /// The token has expired, by its own word.
    #[error("the token has expired")]
    TokenExpired,
    /// The token is a good one by its looks, but of another account, or was revoked.
    #[error("the token is another account's, or was revoked")]
    TokenElsewhere,
    /// This is no token.
    #[error("the token is not accepted")]
    TokenRefused,
    /// The code has expired, was used, or is none.
    #[error("the code has expired or was used")]
    CodeExpired,
    /// The user did not agree, or pasted something without a code.
    #[error("access was not granted")]
    NotGranted,
    /// Integration id, secret key and redirect address do not belong together.
    #[error("integration id, secret key and redirect address do not belong together")]
    IntegrationWrong,
    /// The CRM does not let this user see his account by the API.
    #[error("this user may not use the API")]
    NoRights,
    /// The CRM has shut this address or integration out for asking too much.
    #[error("the CRM has blocked this address or integration")]
    Blocked,
    /// The CRM's account is not paid for.
    #[error("the account is not paid for")]
    NotPaid,
    /// The CRM declined for another reason.
    #[error("the CRM declined with {status}: {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its reason.
        detail: String,
    },
}

impl CheckError {
    /// As the window words it.
    pub fn code(&self) -> WindowErrorCode {
        match self {
            Self::AccountUnknown => WindowErrorCode::AccountUnknown,
            Self::NoNetwork(_) => WindowErrorCode::Offline,
            Self::ProxyAsks => WindowErrorCode::ProxyAsks,
            Self::NotACrm(_) => WindowErrorCode::NotACentre,
            Self::TokenExpired => WindowErrorCode::TokenExpired,
            Self::TokenElsewhere => WindowErrorCode::TokenElsewhere,
            Self::TokenRefused => WindowErrorCode::TokenRefused,
            Self::CodeExpired | Self::NotGranted => WindowErrorCode::CodeExpired,
            Self::IntegrationWrong => WindowErrorCode::IntegrationWrong,
            Self::NoRights => WindowErrorCode::NoRights,
            Self::Blocked => WindowErrorCode::Blocked,
            Self::NotPaid => WindowErrorCode::NotPaid,
            Self::Refused { .. } => WindowErrorCode::CrmRefused,
        }
    }
}

/// Tries out what somebody typed. A code is spent by it where it is good; before that it is made
/// sure that the account answers at all.
///
/// # Errors
/// [`CheckError`].
pub async fn check(
    address: CrmAddress,
    access: impl Into<Access>,
    network: &Network,
) -> Result<Checked, CheckError> {
    let clock = Clock::system();
    let credentials = match access.into() {
        Access::Token(token) => {
            look_at(&token, &address, clock.seconds())?;
            Credentials::LongLived(token)
        }
        Access::Code { integration, code } => {
            let code = code_for(&address, &code)?;
            anybody_there(&address, &clock, network).await?;
            let oauth = oauth::exchange(&address, integration, &code, &clock, network).await?;
            Credentials::OAuth(oauth)
        }
    };
    let client = client(&address, credentials, &clock, network)?;
    match client.account_closely().await {
        Ok(account) => Ok(checked(&client, &account).await),
        Err(failure) => Err(reason(failure, &address, Some(&client.credentials())).await),
    }
}

async fn checked(client: &Client, account: &Account) -> Checked {
    // Only an administrator may list users. Whatever else keeps them back now is no reason to turn
    // somebody away.
    let users = client.users().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the account's users could not be read");
        None
    });
    // Its tokens may have been renewed on the way.
    let credentials = client.credentials();
    let expires_at = match &credentials {
        Credentials::LongLived(token) => Claims::read(&token.0).and_then(|c| c.expires_at),
        Credentials::OAuth(_) => None,
    };
    let address = client.address();
    Checked {
        is_admin: users.is_some(),
        account: AccountInfo::new(&address, account, &users.unwrap_or_default()),
        address,
        credentials,
        expires_at,
    }
}

/// What can be said of a token before anybody is asked.
fn look_at(token: &Token, address: &CrmAddress, now: Seconds) -> Result<(), CheckError> {
    if token.0.is_empty() {
        return Err(CheckError::TokenRefused);
    }
    let Some(claims) = Claims::read(&token.0) else {
        return Ok(());
    };
    if claims.expires_at.is_some_and(|at| at <= now) {
        return Err(CheckError::TokenExpired);
    }
    let there = claims.base_domain.as_deref().and_then(is_russian);
    let here = address.domain().and_then(is_russian);
    match there.is_some() && here.is_some() && there != here {
        true => Err(CheckError::TokenElsewhere),
        false => Ok(()),
    }
}

/// Which of the vendor's two houses a domain belongs to: amoCRM's, or Kommo's, whose accounts answer
/// at their former `amocrm.com` as well.
fn is_russian(domain: &str) -> Option<bool> {
    match domain {
        "amocrm.ru" => Some(true),
        "amocrm.com" | "kommo.com" => Some(false),
        _ => None,
    }
}

/// The code out of what was pasted, where it is this account's.
fn code_for(address: &CrmAddress, pasted: &str) -> Result<String, CheckError> {
    let back = Back::parse(pasted, address)?;
    let elsewhere = back
        .referer
        .is_some_and(|referer| referer.label() != address.label());
    match elsewhere {
        true => Err(CheckError::TokenElsewhere),
        false => Ok(back.code),
    }
}

/// A code is good once: it is not spent before the account is seen to answer. Nobody is let in
/// without a token, so the answer wanted is a refusal.
async fn anybody_there(
    address: &CrmAddress,
    clock: &Clock,
    network: &Network,
) -> Result<(), CheckError> {
    let nobody = client(address, Token::new("none"), clock, network)?;
    let Err(failure) = nobody.account_closely().await else {
        return Ok(());
    };
    match failure.error {
        ClientError::TokenRefused => Ok(()),
        _ => Err(reason(failure, address, None).await),
    }
}

fn client(
    address: &CrmAddress,
    credentials: impl Into<Credentials>,
    clock: &Clock,
    network: &Network,
) -> Result<Client, CheckError> {
    Client::within(
        address.clone(),
        credentials,
        clock.clone(),
        PATIENCE,
        network,
    )
    .map(|client| client.urgent())
    .map_err(|error| CheckError::NoNetwork(error.to_string()))
}

/// What a failed request means for whoever typed.
async fn reason(failure: Failure, address: &CrmAddress, shown: Option<&Credentials>) -> CheckError {
    match failure.cause {
        Cause::ProxyAsks => return CheckError::ProxyAsks,
        Cause::WrongCertificate => return CheckError::NotACrm("its certificate".to_owned()),
        Cause::NoHost if is_online(address).await => return CheckError::AccountUnknown,
        Cause::Answered { status: 404, .. } => return CheckError::AccountUnknown,
        Cause::NoHost | Cause::NoConnection | Cause::Lost | Cause::Answered { .. } => {}
    }
    match failure.error {
        ClientError::TokenRefused => {
            // It was looked at before: a token of the CRM's making, and not expired.
            let looks_good = shown.is_some_and(|shown| Claims::read(shown.access()).is_some());
            match looks_good {
                true => CheckError::TokenElsewhere,
                false => CheckError::TokenRefused,
            }
        }
        // Of a pair that is a minute old: it is as good as refused.
        ClientError::GrantLost => CheckError::TokenElsewhere,
        ClientError::NotKept(what) => CheckError::NoNetwork(what),
        ClientError::Forbidden => CheckError::NoRights,
        ClientError::Blocked => CheckError::Blocked,
        ClientError::TooMany { .. } => CheckError::Refused {
            status: 429,
            detail: failure.error.to_string(),
        },
        ClientError::Unreachable(what) => CheckError::NoNetwork(what),
        ClientError::NotACrm(what) => CheckError::NotACrm(what),
        ClientError::Refused { status: 402, .. } => CheckError::NotPaid,
        ClientError::Refused { status, detail } => CheckError::Refused { status, detail },
    }
}

/// A name that leads nowhere is a typo only where the vendor's own name leads somewhere: offline,
/// none does. What resolvers say about it differs by system and language.
async fn is_online(address: &CrmAddress) -> bool {
    let site = address.site();
    let Some(host) = site.host_str() else {
        return false;
    };
    let port = site.port_or_known_default().unwrap_or(443);
    tokio::net::lookup_host((host, port)).await.is_ok()
}

impl From<BackError> for CheckError {
    fn from(error: BackError) -> Self {
        match error {
            BackError::NoCode | BackError::Denied => Self::NotGranted,
            BackError::ForeignReferer => Self::TokenElsewhere,
        }
    }
}

impl From<ExchangeError> for CheckError {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::CodeExpired => Self::CodeExpired,
            ExchangeError::IntegrationWrong => Self::IntegrationWrong,
            ExchangeError::Unreachable(what) => Self::NoNetwork(what),
            ExchangeError::NotACrm(what) => Self::NotACrm(what),
            ExchangeError::Refused { status, detail } => Self::Refused { status, detail },
        }
    }
}
