//! Opening a line: the one wanted at the start, the one signed in to before, the one just checked.

use super::checking::Entry;
use super::feeding::{forward, watch_value};
use super::order::Turn;
use super::settling::language;
use super::{Controller, Input, signed_out};
use crate::account::Account;
use crate::bell;
use crate::cli::Cli;
use crate::line::{Line, LineError, Opening};
use crate::secret::Secret;
use dealbell_amocrm::CrmAddress;
use dealbell_inbox::{StartError, ToastAct};
use dealbell_protocol::window::{Page, SignedOutReason, Way, WindowAnswer, WindowErrorCode};
use std::sync::Arc;
use tokio::sync::mpsc;

/// A line that is wanted.
pub(crate) struct Wanted {
    /// What the user said yes to, where he did.
    entry: Option<Entry>,
    account: Account,
    key: Key,
}

/// What lets us into an account.
pub(super) enum Key {
    /// Nothing is needed.
    None,
    /// What was kept.
    Kept,
    /// A new one, not kept yet.
    New(String),
    /// The one that was in use.
    InUse(Arc<Secret>),
}

/// A line that made room for another one of its account, and comes back if that one fails.
pub(crate) struct Previous {
    account: Account,
    key: Key,
}

/// What became of opening a line.
pub(crate) struct Opened {
    entry: Option<Entry>,
    /// The secret, where it is new and has to be kept.
    fresh: Option<Arc<Secret>>,
    outcome: Result<(Line, mpsc::Receiver<ToastAct>), Refusal>,
}

/// Why no line was opened.
enum Refusal {
    /// There is an account, but its token was not kept.
    NoToken,
    /// For the sign-in page.
    Code(WindowErrorCode),
}

impl Controller {
    /// Opens the line of the command line and environment, else the one signed in to before.
    pub(super) async fn open_wanted_line(&mut self, cli: &Cli) {
        let given = |token: &Option<String>| token.clone().map_or(Key::Kept, Key::New);
        let (account, key) = if cli.demo {
            (Account::demo(), Key::None)
        } else if let Some(centre) = &cli.centre {
            (Account::team(centre), given(&cli.device_token))
        } else if let Some(account) = &cli.account {
            (Account::solo(account), given(&cli.crm_token))
        } else if let Some(account) = self.settings.current().account.clone() {
            let key = key_of(&account);
            (account, key)
        } else {
            // Nothing to connect to: the only useful thing is to ask.
            self.window.show(Page::SignIn);
            return;
        };
        // A second start often repeats the first.
        let in_use = self.line.as_ref().map(|line| &line.account);
        let known = in_use.into_iter().chain(&self.opening_account);
        if !known.into_iter().any(|known| known.is_same(&account)) {
            self.want_line(None, account, key).await;
        }
    }

    /// Opens the line signed in to before, where none is in use: its token may have been behind a
    /// keyring that was locked then.
    pub(super) async fn open_known_line(&mut self) {
        if let Some(account) = self.settings.current().account.clone()
            && self.line.is_none()
            && self.openings.is_idle()
        {
            let key = key_of(&account);
            self.want_line(None, account, key).await;
        }
    }

    /// Opens a line as soon as no other one is being opened.
    pub(super) async fn want_line(&mut self, entry: Option<Entry>, account: Account, key: Key) {
        // What is remembered of it may know where it has moved.
        let remembered = self.settings.current().account.clone();
        let account = remembered
            .filter(|remembered| remembered.means(&account))
            .unwrap_or(account);
        let wanted = Wanted {
            entry,
            account,
            key,
        };
        match self.openings.want(wanted) {
            Turn::Begin(wanted) => self.begin_opening(wanted).await,
            Turn::Waits { displaced } => self.not_opened(displaced),
        }
    }

    /// Nobody wants what is being opened, or waits for it, any more.
    pub(super) fn give_up_opening(&mut self) {
        self.opening_account = None;
        self.previous = None;
        let waiting = self.openings.clear();
        self.not_opened(waiting);
    }

    fn not_opened(&mut self, wanted: Option<Wanted>) {
        if let Some(entry) = wanted.and_then(|wanted| wanted.entry) {
            self.not_entered(entry, WindowErrorCode::Unknown);
        }
    }

    /// Opens a line aside, so that a slow keyring or network holds nothing up.
    async fn begin_opening(&mut self, wanted: Wanted) {
        let Wanted {
            entry,
            account,
            key,
        } = wanted;
        // Two lines in one folder would fight over it.
        let in_use = self.line.as_ref();
        let in_the_way = in_use.filter(|line| line.account.is_same(&account));
        let previous = in_the_way.map(|line| Previous {
            account: line.account.clone(),
            key: line.secret.clone().map_or(Key::None, Key::InUse),
        });
        if previous.is_some() {
            self.close_line().await;
            self.previous = previous;
        }
        let (secrets, inputs, data) =
            (self.secrets.clone(), self.inputs.clone(), self.data.clone());
        let language = language(self.settings.current().language);
        self.opening_account = Some(account.clone());
        let moving = account.clone();
        let moved = forward(&self.inputs, move |address| {
            Input::Moved(moving.clone(), address)
        });
        tokio::spawn(async move {
            let name = account.secret_name();
            let mut fresh = None;
            let outcome = async {
                let secret = match key {
                    Key::None => None,
                    Key::InUse(secret) => Some(secret),
                    Key::New(text) => {
                        fresh = Some(Arc::new(Secret::new(secrets, name, text)));
                        fresh.clone()
                    }
                    Key::Kept => {
                        let kept = Secret::kept(secrets, name).await;
                        Some(Arc::new(kept.ok_or(Refusal::NoToken)?))
                    }
                };
                Line::open(Opening {
                    account,
                    secret,
                    language,
                    moved,
                    data,
                })
                .await
                .map_err(|error| Refusal::Code(code_of(&error)))
            }
            .await;
            let opened = Opened {
                entry,
                fresh,
                outcome,
            };
            let _ = inputs.send(Input::Opened(Box::new(opened))).await;
        });
    }

    /// Takes a new line into use, or tells why there is none; then it is the next one's turn.
    pub(super) async fn opened(&mut self, opened: Opened) {
        let wanted = self.opening_account.take().is_some();
        match opened.outcome {
            Ok((line, acts)) if wanted => {
                self.use_line(line, acts, opened.entry, opened.fresh).await;
            }
            Ok((line, _)) => {
                // Signed out meanwhile.
                line.close().await;
                if let Some(entry) = opened.entry {
                    self.not_entered(entry, WindowErrorCode::Unknown);
                }
            }
            Err(refusal) => self.line_refused(opened.entry, &refusal),
        }
        match (self.openings.ended(), self.previous.take()) {
            (Some(next), previous) => {
                self.previous = previous;
                self.begin_opening(next).await;
            }
            (None, Some(Previous { account, key })) => self.want_line(None, account, key).await,
            (None, None) => {}
        }
    }

    /// An account has moved: it is remembered at its new address.
    pub(super) fn moved(&mut self, account: &Account, address: &CrmAddress) {
        let moved = account.clone().moved(address);
        if let Some(line) = &mut self.line
            && line.account.is_same(account)
        {
            line.account = moved.clone();
            line.label = moved.label();
        }
        let known = self.settings.current().account.as_ref();
        if !known.is_some_and(|known| known.is_same(account)) {
            return;
        }
        if let Err(error) = self
            .settings
            .change(|settings| settings.account = Some(moved))
        {
            tracing::warn!(%error, "the account's new address was not remembered");
        }
    }

    /// The line that made room for `line` does not come back; its secret is not the account's any
    /// more where that is a new one.
    fn give_up_previous(&mut self, line: &Line) {
        let previous = self.previous.take().map(|previous| previous.key);
        if let Some(Key::InUse(old)) = previous
            && !(line.secret.as_ref()).is_some_and(|new| Arc::ptr_eq(new, &old))
        {
            old.give_up();
        }
    }

    fn line_refused(&mut self, entry: Option<Entry>, refusal: &Refusal) {
        let (reason, code) = match refusal {
            Refusal::NoToken => (SignedOutReason::NoToken, WindowErrorCode::TokenRefused),
            Refusal::Code(code @ WindowErrorCode::TokenRefused) => {
                (SignedOutReason::TokenInvalid, *code)
            }
            Refusal::Code(code) => (SignedOutReason::NoAccount, *code),
        };
        tracing::warn!(?code, "no line");
        if let Some(entry) = entry {
            self.not_entered(entry, code);
        } else if self.previous.is_none() {
            self.signed_out = signed_out(reason);
            self.window.show(Page::SignIn);
        }
    }

    async fn use_line(
        &mut self,
        line: Line,
        acts: mpsc::Receiver<ToastAct>,
        entry: Option<Entry>,
        fresh: Option<Arc<Secret>>,
    ) {
        self.close_line().await;
        self.give_up_previous(&line);
        let account = line.account.clone();
        watch_value(line.inbox.state(), self.inputs.clone(), || Input::Inbox);
        if let Some(connector) = &line.connector {
            watch_value(connector.clone(), self.inputs.clone(), || Input::Connector);
        }
        let events = forward(&self.inputs, Input::Bell);
        let look = bell::Look::new(self.speaks.subscribe(), &self.data);
        let screen = self.toasts.clone();
        let ringing = bell::ring(line.inbox.clone(), acts, screen, look, events);
        self.ringing = Some(tokio::spawn(ringing));
        self.line = Some(line);
        self.connector_changed();
        if let Err(error) = self
            .settings
            .change(|settings| settings.account = Some(account))
        {
            tracing::warn!(%error, "the account was not remembered");
        }
        self.tell_where_it_is();
        self.unproved = fresh;
        if let Some(entry) = entry {
            // It was tried out before it came here.
            self.secret_works(true);
            self.window.answer(entry.caller, WindowAnswer::Done);
            self.window.show(Page::List { at: None });
        }
    }
}

fn key_of(account: &Account) -> Key {
    match account.way {
        Way::Demo => Key::None,
        Way::Solo | Way::Team => Key::Kept,
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
