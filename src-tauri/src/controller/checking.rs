//! Trying out a way in, before anything is kept: what is there, and whether it lets us in.

use super::calls::refused;
use super::joining;
use super::opening::Key;
use super::{Controller, Input};
use crate::account::Account;
use crate::window::Caller;
use dealbell_amocrm::{Access, CrmAddress, Integration, Token};
use dealbell_inbox::{CheckError, Network, NetworkError, RestError};
use dealbell_protocol::ErrorCode;
use dealbell_protocol::secret::Secret as SecretText;
use dealbell_protocol::window::{
    CrmAccess, CrmRights, Found, SignIn, WindowAnswer, WindowErrorCode,
};
use std::time::Duration;

/// How long what was found can be entered. As long as an OAuth code lives: who comes back later
/// begins anew anyway.
const EXPIRES: Duration = Duration::from_secs(20 * 60);

/// A way in that works.
pub(crate) struct Checked {
    way: SignIn,
    account: Account,
    /// What lets us in, as it will be kept; none for the demo.
    secret: Option<SecretText>,
    found: Found,
}

/// What became of a check.
pub(crate) struct CheckEnded {
    caller: Caller,
    turn: u64,
    outcome: Result<Checked, WindowErrorCode>,
}

/// Something found that the user said yes to.
pub(crate) struct Entry {
    /// The call that said it.
    pub(super) caller: Caller,
    turn: u64,
    checked: Checked,
}

impl Entry {
    /// The same with what lets us in, so that it is not asked for twice.
    pub(super) fn with_secret(mut self, secret: SecretText) -> Self {
        self.checked.secret = Some(secret);
        self
    }
}

impl Controller {
    /// The window wants a way tried out. The line in use is not touched.
    pub(super) fn check(&mut self, caller: Caller, way: SignIn) {
        if let SignIn::Invitation { link } = &way
            && self.is_in_already(link)
        {
            return self
                .window
                .answer(caller, refused(WindowErrorCode::AlreadyIn));
        }
        // A code is good once: asked again, the CRM would call it used.
        let known = self.checked.of(&caller.page);
        if let Some(known) = known.filter(|known| is_oauth(&way) && known.way == way) {
            let found = known.found.clone();
            return self.window.answer(caller, WindowAnswer::Checked { found });
        }
        let turn = self.checked.begin();
        let (inputs, network) = (self.inputs.clone(), self.network());
        tokio::spawn(async move {
            let outcome = try_out(way, &network).await;
            let ended = CheckEnded {
                caller,
                turn,
                outcome,
            };
            let _ = inputs.send(Input::Checked(Box::new(ended))).await;
            tokio::time::sleep(EXPIRES).await;
            let _ = inputs.send(Input::CheckExpired(turn)).await;
        });
    }

    /// Keeps what was found for [`Controller::enter`], where no later check has begun.
    pub(super) fn check_ended(&mut self, ended: CheckEnded) {
        let checked = match ended.outcome {
            Ok(checked) => checked,
            Err(code) => return self.window.answer(ended.caller, refused(code)),
        };
        let found = checked.found.clone();
        let answer = match self.checked.keep(ended.turn, ended.caller.page, checked) {
            true => WindowAnswer::Checked { found },
            false => refused(WindowErrorCode::CheckAgain),
        };
        self.window.answer(ended.caller, answer);
    }

    /// The user says yes to what was found last.
    pub(super) async fn enter(&mut self, caller: Caller) {
        let Some((turn, checked)) = self.checked.take(&caller.page) else {
            // Entered already, or too long ago.
            return self
                .window
                .answer(caller, refused(WindowErrorCode::CheckAgain));
        };
        let entry = Entry {
            caller,
            turn,
            checked,
        };
        if let SignIn::Invitation { link } = &entry.checked.way
            && entry.checked.secret.is_none()
        {
            let link = link.clone();
            return self.redeem(entry, &link);
        }
        self.enter_with(entry).await;
    }

    /// The same, with what lets us in.
    pub(super) async fn enter_with(&mut self, entry: Entry) {
        let (account, secret) = (entry.checked.account.clone(), entry.checked.secret.clone());
        let key = secret.map_or(Key::None, Key::New);
        self.want_line(Some(entry), account, key).await;
    }

    /// What was to be entered could not be: the page is told, and may try again.
    pub(super) fn not_entered(&mut self, entry: Entry, code: WindowErrorCode) {
        let page = entry.caller.page;
        self.checked.keep(entry.turn, page, entry.checked);
        self.window.answer(entry.caller, refused(code));
    }
}

fn is_oauth(way: &SignIn) -> bool {
    match way {
        SignIn::Solo { access, .. } => matches!(access, CrmAccess::Oauth { .. }),
        SignIn::Demo | SignIn::Team { .. } | SignIn::Invitation { .. } => false,
    }
}

/// What is there, and whether it lets us in.
async fn try_out(way: SignIn, network: &Network) -> Result<Checked, WindowErrorCode> {
    let (account, secret, found) = match &way {
        SignIn::Demo => {
            let account = Account::demo();
            let found = found_at("demo".to_owned());
            (account, None, found)
        }
        SignIn::Solo { address, access } => crm(address, access, network).await?,
        SignIn::Team { centre, token } => {
            let account = Account::team(centre);
            let token: SecretText = token.split_whitespace().collect::<String>().into();
            let me = dealbell_inbox::check(&account.address, &token, network).await;
            let me = me.map_err(|error| centre_code(&error))?;
            let found = Found {
                user: me.name,
                email: me.email,
                ..found_at(account.label())
            };
            (account, Some(token), found)
        }
        SignIn::Invitation { link } => {
            let (account, found) = joining::look(link, network).await?;
            (account, None, found)
        }
    };
    Ok(Checked {
        way,
        account,
        secret,
        found,
    })
}

async fn crm(
    typed: &str,
    access: &CrmAccess,
    network: &Network,
) -> Result<(Account, Option<SecretText>, Found), WindowErrorCode> {
    let address = CrmAddress::parse(typed).map_err(|_| WindowErrorCode::AddressWrong)?;
    let access = match access {
        CrmAccess::Token { token } => Access::Token(Token::new(token)),
        CrmAccess::Oauth {
            integration,
            secret,
            redirect_uri,
            code,
        } => Access::Code {
            integration: Integration {
                id: integration.trim().to_owned(),
                secret: secret.trim().to_owned(),
                redirect_uri: redirect_uri.trim().to_owned(),
            },
            code: code.clone(),
        },
    };
    let checked = dealbell_amocrm::check::check(address, access, network).await;
    let checked = checked.map_err(|error| {
        tracing::info!(%error, "the account was not entered");
        error.code()
    })?;
    let info = checked.account;
    let found = Found {
        account: info.name,
        user: info.user.name.unwrap_or_default(),
        email: info.user.email.unwrap_or_default(),
        time_zone: info.time_zone,
        rights: Some(match checked.is_admin {
            true => CrmRights::Administrator,
            false => CrmRights::Manager,
        }),
        expires_at: checked.expires_at.map(|at| at.saturating_mul(1_000)),
        ..found_at(info.host)
    };
    let account = Account::solo(checked.address.url().as_str());
    Ok((account, Some(checked.credentials.to_text().into()), found))
}

/// Something at this host, and not a word more about it.
pub(super) fn found_at(host: String) -> Found {
    Found {
        account: String::new(),
        host,
        user: String::new(),
        email: String::new(),
        time_zone: String::new(),
        rights: None,
        invited_by: None,
        expires_at: None,
    }
}

/// What refuses a centre, in the window's words.
pub(super) fn centre_code(error: &CheckError) -> WindowErrorCode {
    let refused = match error {
        CheckError::Address(_) => return WindowErrorCode::AddressWrong,
        CheckError::Rest(RestError::NotACentre) => return WindowErrorCode::NotACentre,
        CheckError::Rest(RestError::Network(NetworkError::Proxy)) => {
            return WindowErrorCode::ProxyWrong;
        }
        CheckError::Rest(RestError::Network(_)) => return WindowErrorCode::CaWrong,
        CheckError::Rest(RestError::Unreachable(error)) => {
            return if says(error, "proxy auth") {
                WindowErrorCode::ProxyAsks
            } else if error.is_connect() {
                // Nobody answers there: at sign-in that is about the address first.
                WindowErrorCode::AddressWrong
            } else {
                WindowErrorCode::Offline
            };
        }
        CheckError::Rest(RestError::Refused { status, code, .. }) => (*status, *code),
    };
    match refused {
        (_, Some(ErrorCode::TokenInvalid | ErrorCode::TokenRevoked)) | (401, _) => {
            WindowErrorCode::TokenRefused
        }
        (_, Some(ErrorCode::Forbidden)) => WindowErrorCode::NoRights,
        (407, _) => WindowErrorCode::ProxyAsks,
        (429 | 500.., _) => WindowErrorCode::Offline,
        _ => WindowErrorCode::NotACentre,
    }
}

/// Whether an error, or one that led to it, says `words`.
fn says(error: &dyn std::error::Error, words: &str) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .into_iter()
        .any(|error| error.to_string().contains(words))
}
