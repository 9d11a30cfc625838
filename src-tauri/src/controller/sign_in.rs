//! Opening and closing the line: at the start, at sign-in, at sign-out; and where tokens are kept.

use super::calls::refused;
use super::{Controller, Input, language, signed_out, watch_value};
use crate::bell;
use crate::cli::Cli;
use crate::line::{Line, LineError, Opening};
use crate::settings::Account;
use dealbell_amocrm::{ClientError, CrmAddress, Token};
use dealbell_inbox::{StartError, ToastAct};
use dealbell_protocol::window::{
    Page, SignIn, SignedOutReason, Trouble, Way, WindowAnswer, WindowErrorCode,
};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long the toasts of an account that goes may take to leave the screen.
const WITHDRAWN: Duration = Duration::from_secs(5);

/// What became of opening a line.
pub(crate) struct Opened {
    /// The call that asked for it, where the user did.
    call: Option<u64>,
    /// The token, where it is new and has to be kept.
    fresh_token: Option<String>,
    outcome: Result<(Line, mpsc::Receiver<ToastAct>), Refusal>,
}

/// An account that the user wants to sign in to.
pub(crate) struct TriedOut {
    call: u64,
    account: Account,
    token: String,
    verdict: Result<(), WindowErrorCode>,
}

/// Why no line was opened.
enum Refusal {
    /// There is an account, but its token was not kept.
    NoToken,
    /// For the sign-in page.
    Code(WindowErrorCode),
}

/// A token that no keyring took.
pub(crate) struct Unkept {
    name: String,
    token: String,
}

impl Controller {
    /// Opens the line of the command line and environment, else the one signed in to before.
    pub(super) fn open_wanted_line(&mut self, cli: &Cli) {
        let address = |text: &str| text.trim().to_owned();
        let (account, token) = if cli.demo {
            (
                Account {
                    way: Way::Demo,
                    address: String::new(),
                },
                Some(String::new()),
            )
        } else if let Some(centre) = &cli.centre {
            (
                Account {
                    way: Way::Team,
                    address: address(centre),
                },
                cli.device_token.clone(),
            )
        } else if let Some(account) = &cli.account {
            (
                Account {
                    way: Way::Solo,
                    address: address(account),
                },
                cli.crm_token.clone(),
            )
        } else if let Some(account) = self.settings.current().account.clone() {
            (account, None)
        } else {
            // Nothing to connect to: the only useful thing is to ask.
            self.window.show(Page::SignIn);
            return;
        };
        // A second start often repeats the first.
        let in_use = self.line.as_ref().map(|line| &line.account);
        if in_use != Some(&account) && self.opening.as_ref() != Some(&account) {
            self.open_line(None, account, token);
        }
    }

    /// Opens the line signed in to before, where none is in use: its token may have been behind a
    /// keyring that was locked then.
    pub(super) fn open_known_line(&mut self) {
        if let Some(account) = self.settings.current().account.clone()
            && self.line.is_none()
            && self.opening.is_none()
        {
            self.open_line(None, account, None);
        }
    }

    /// The user signs in from the window. The token is tried before anything is kept.
    pub(super) fn sign_in(&mut self, call: u64, way: SignIn) {
        let (account, token) = match way {
            SignIn::Demo => (
                Account {
                    way: Way::Demo,
                    address: String::new(),
                },
                String::new(),
            ),
            SignIn::Solo { address, token } => (
                Account {
                    way: Way::Solo,
                    address,
                },
                token,
            ),
            SignIn::Team { centre, token } => (
                Account {
                    way: Way::Team,
                    address: centre,
                },
                token,
            ),
        };
        let token = token.split_whitespace().collect::<String>();
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            let verdict = try_out(&account, &token).await;
            let tried = TriedOut {
                call,
                account,
                token,
                verdict,
            };
            let _ = inputs.send(Input::TriedOut(Box::new(tried))).await;
        });
    }

    /// A token was tried out. The line in use stays until another is known to work.
    pub(super) async fn tried_out(&mut self, tried: TriedOut) {
        match tried.verdict {
            Ok(()) => {
                self.close_line().await;
                self.open_line(Some(tried.call), tried.account, Some(tried.token));
            }
            Err(code) => self.reply(tried.call, refused(code)),
        }
    }

    /// Opens a line aside, so that a slow keyring or network holds nothing up.
    fn open_line(&mut self, call: Option<u64>, account: Account, given: Option<String>) {
        let (secrets, inputs, data) =
            (self.secrets.clone(), self.inputs.clone(), self.data.clone());
        let language = language(self.settings.current().language);
        self.opening = Some(account.clone());
        tokio::spawn(async move {
            let fresh_token = given.clone().filter(|_| account.way != Way::Demo);
            let outcome = async {
                let token = match given {
                    Some(token) => token,
                    None if account.way == Way::Demo => String::new(),
                    None => kept_token(&secrets, &account)
                        .await
                        .ok_or(Refusal::NoToken)?,
                };
                Line::open(Opening {
                    account,
                    token,
                    language,
                    data,
                })
                .await
                .map_err(|error| Refusal::Code(code_of(&error)))
            }
            .await;
            let opened = Opened {
                call,
                fresh_token,
                outcome,
            };
            let _ = inputs.send(Input::Opened(Box::new(opened))).await;
        });
    }

    /// Takes a new line into use, or tells why there is none.
    pub(super) async fn opened(&mut self, opened: Opened) {
        self.opening = None;
        let (line, acts) = match opened.outcome {
            Ok(line) => line,
            Err(refusal) => {
                let (reason, code) = match refusal {
                    Refusal::NoToken => (SignedOutReason::NoToken, WindowErrorCode::TokenRefused),
                    Refusal::Code(code @ WindowErrorCode::TokenRefused) => {
                        (SignedOutReason::TokenInvalid, code)
                    }
                    Refusal::Code(code) => (SignedOutReason::NoAccount, code),
                };
                tracing::warn!(?code, "no line");
                match opened.call {
                    Some(call) => self.reply(call, refused(code)),
                    None => {
                        self.signed_out = signed_out(reason);
                        self.window.show(Page::SignIn);
                    }
                }
                return;
            }
        };
        self.close_line().await;
        let account = line.account.clone();
        watch_value(line.inbox.state(), self.inputs.clone(), || Input::Inbox);
        if let Some(connector) = &line.connector {
            watch_value(connector.clone(), self.inputs.clone(), || Input::Connector);
        }
        let events = super::forward(&self.inputs, Input::Bell);
        let look = bell::Look::new(self.speaks.subscribe(), &self.data);
        let screen = self.toasts.clone();
        let ringing = bell::ring(line.inbox.clone(), acts, screen, look, events);
        self.ringing = Some(tokio::spawn(ringing));
        self.line = Some(line);
        self.connector_changed();
        if let Err(error) = self
            .settings
            .change(|settings| settings.account = Some(account.clone()))
        {
            tracing::warn!(%error, "the account was not remembered");
        }
        let in_file = self.secrets.is_in_file(&token_name(&account));
        self.set_trouble(Trouble::TokenInFile, in_file);
        self.unproved = opened.fresh_token;
        if opened.call.is_some() {
            // It was tried out before it came here.
            self.token_works(true).await;
        }
        if let Some(call) = opened.call {
            self.reply(call, WindowAnswer::Done);
            self.window.show(Page::List { at: None });
        }
    }

    /// Forgets the account: its toasts, its local data, its token. Answers when the token is gone,
    /// too, or could not be reached.
    pub(super) async fn sign_out(&mut self, call: u64) {
        let Some(line) = self.line.take() else {
            return self.reply(call, WindowAnswer::Done);
        };
        let account = line.account.clone();
        let wiped = line.wipe().await;
        if let Some(ringing) = self.ringing.take() {
            // The inbox has ended; what it wanted withdrawn still goes.
            let _ = tokio::time::timeout(WITHDRAWN, ringing).await;
        }
        self.close_line().await;
        self.signed_out = signed_out(SignedOutReason::NoAccount);
        let forgotten = self.settings.change(|settings| settings.account = None);
        let answer = match (wiped, forgotten) {
            (Ok(()), Ok(())) => WindowAnswer::Done,
            _ => refused(WindowErrorCode::Storage),
        };
        let (secrets, inputs) = (self.secrets.clone(), self.inputs.clone());
        tokio::spawn(async move {
            if let Err(error) = secrets.forget(&token_name(&account)).await {
                tracing::warn!(%error, "no keyring to forget the token in");
            }
            let _ = inputs.send(Input::Answer(call, answer)).await;
        });
    }

    /// The user's word on a token that no keyring took.
    pub(super) fn keep_token(&mut self, in_file: bool) -> WindowAnswer {
        self.troubles.remove(&Trouble::NoKeyring);
        let remembered = self
            .settings
            .change(|settings| settings.token_in_file = in_file);
        let Some(unkept) = self.unkept.take().filter(|_| in_file) else {
            return WindowAnswer::Done;
        };
        match self.secrets.keep_in_file(&unkept.name, &unkept.token) {
            Ok(()) if remembered.is_ok() => {
                self.troubles.insert(Trouble::TokenInFile);
                WindowAnswer::Done
            }
            _ => refused(WindowErrorCode::Storage),
        }
    }

    /// The token in use was accepted. One that is new is kept now: a mistaken one must not take the
    /// place of one that works. `typed` is one that came from the window.
    pub(super) async fn token_works(&mut self, typed: bool) {
        let account = self.line.as_ref().map(|line| line.account.clone());
        if let (Some(account), Some(token)) = (account, self.unproved.take()) {
            self.keep_fresh(&account, token, typed).await;
        }
    }

    /// Keeps a new token: in the keyring, in the file where the user agreed, or asks him.
    async fn keep_fresh(&mut self, account: &Account, token: String, typed: bool) {
        let name = token_name(account);
        let inputs = self.inputs.clone();
        let (secrets, in_file) = (self.secrets.clone(), self.settings.current().token_in_file);
        tokio::spawn(async move {
            let unkept = match secrets.keep(&name, &token).await {
                Ok(()) => None,
                Err(error) => {
                    tracing::info!(%error, "the keyring did not take the token");
                    if in_file && secrets.keep_in_file(&name, &token).is_ok() {
                        None
                    } else if !typed {
                        // It came with the environment, and will again.
                        None
                    } else {
                        Some(Unkept { name, token })
                    }
                }
            };
            let _ = inputs.send(Input::Kept(unkept)).await;
        });
    }

    /// A token was kept, or nobody took it: then the user is asked.
    pub(super) fn kept(&mut self, unkept: Option<Unkept>) {
        self.set_trouble(Trouble::NoKeyring, unkept.is_some());
        self.unkept = unkept;
    }

    /// Ends the line in use, and what it was in trouble with.
    pub(super) async fn close_line(&mut self) {
        if let Some(ringing) = self.ringing.take() {
            ringing.abort();
        }
        if let Some(line) = self.line.take() {
            line.close().await;
        }
        for trouble in [
            Trouble::CrmTokenRefused,
            Trouble::CrmUnreachable,
            Trouble::CrmBlocked,
            Trouble::StoreFailed,
            Trouble::NoKeyring,
            Trouble::TokenInFile,
        ] {
            self.troubles.remove(&trouble);
        }
        self.unproved = None;
        self.popup_links.clear();
        self.told_list = 0;
        self.told_channels = None;
    }
}

/// The name a token is kept under.
fn token_name(account: &Account) -> String {
    let way = match account.way {
        Way::Demo => "demo",
        Way::Solo => "solo",
        Way::Team => "team",
    };
    format!("{way}:{}", account.address)
}

async fn kept_token(secrets: &crate::secrets::Secrets, account: &Account) -> Option<String> {
    match secrets.get(&token_name(account)).await {
        Ok(token) => token,
        Err(error) => {
            tracing::warn!(%error, "the token could not be read");
            None
        }
    }
}

/// Whether the token works, before the account is taken into use.
async fn try_out(account: &Account, token: &str) -> Result<(), WindowErrorCode> {
    match account.way {
        Way::Demo => Ok(()),
        Way::Solo => {
            let address =
                CrmAddress::parse(&account.address).map_err(|_| WindowErrorCode::AddressWrong)?;
            match dealbell_amocrm::check(address, Token::new(token)).await {
                Ok(_) => Ok(()),
                Err(ClientError::TokenRefused | ClientError::Forbidden) => {
                    Err(WindowErrorCode::TokenRefused)
                }
                Err(ClientError::NotACrm(_)) => Err(WindowErrorCode::NotACentre),
                Err(
                    ClientError::Blocked
                    | ClientError::TooMany { .. }
                    | ClientError::Unreachable(_)
                    | ClientError::Refused { .. },
                ) => Err(WindowErrorCode::Offline),
            }
        }
        Way::Team => match dealbell_inbox::check(&account.address, token).await {
            Ok(_) => Ok(()),
            Err(error) => Err(centre_code(&error)),
        },
    }
}

fn centre_code(error: &dealbell_inbox::CheckError) -> WindowErrorCode {
    use dealbell_inbox::{CheckError, RestError};
    match error {
        // Nobody answers there: at sign-in that is about the address first.
        CheckError::Address(_) | CheckError::Rest(RestError::Unreachable(_)) => {
            WindowErrorCode::AddressWrong
        }
        CheckError::Rest(RestError::NotACentre) => WindowErrorCode::NotACentre,
        CheckError::Rest(RestError::Refused { .. }) => WindowErrorCode::TokenRefused,
    }
}

fn code_of(error: &LineError) -> WindowErrorCode {
    tracing::warn!(%error, "the line was not opened");
    match error {
        LineError::Address(_) | LineError::Inbox(StartError::Address(_)) => {
            WindowErrorCode::AddressWrong
        }
        LineError::Demo(_) => WindowErrorCode::NotACentre,
        LineError::Centre(_)
        | LineError::Inbox(StartError::Store(_))
        | LineError::SignOut(_)
        | LineError::System(_) => WindowErrorCode::Storage,
    }
}
