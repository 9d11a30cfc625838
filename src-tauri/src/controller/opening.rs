//! Opening lines: those wanted at the start, those signed in to before, the one just checked.

use super::checking::Entry;
use super::feeding::{forward, watch_value};
use super::order::Turn;
use super::settling::language;
use super::{Controller, Input};
use crate::account::Account;
use crate::bell;
use crate::cli::Cli;
use crate::line::{Line, LineError, Opening};
use crate::secret::Secret;
use dealbell_amocrm::CrmAddress;
use dealbell_centre::CentreError;
use dealbell_inbox::{StartError, ToastAct};
use dealbell_protocol::secret::Secret as SecretText;
use dealbell_protocol::window::{
    Page, SignedOutReason, Trouble, Way, WindowAnswer, WindowErrorCode,
};
use std::sync::Arc;
use tokio::sync::mpsc;

/// A line that is wanted for an account.
pub(super) struct Wanted {
    /// What the user said yes to, where he did.
    entry: Option<Entry>,
    key: Key,
}

/// What lets us into an account.
pub(super) enum Key {
    /// Nothing is needed.
    None,
    /// What was kept.
    Kept,
    /// A new one, not kept yet.
    New(SecretText),
    /// The one that was in use.
    InUse(Arc<Secret>),
}

/// What became of opening a line.
pub(crate) struct Opened {
    /// The account's.
    tag: String,
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
    /// Opens every account signed in to before, and the one of the command line and environment,
    /// which is then the one shown. Each for itself: the keyring of one may be slow.
    pub(super) async fn open_first_lines(&mut self, cli: &Cli) {
        self.open_named_line(cli).await;
        self.open_known_lines().await;
        if self.seats.shown().is_none() {
            // Nothing to connect to: the only useful thing is to ask.
            self.window.show(Page::SignIn);
        }
    }

    /// Shows the account that the command line or environment names, and opens its line where it is
    /// not open: a second start often repeats the first. False where none is named.
    pub(super) async fn open_named_line(&mut self, cli: &Cli) -> bool {
        let given = |token: &Option<SecretText>| token.clone().map_or(Key::Kept, Key::New);
        let (account, key) = if cli.demo {
            (Account::demo(), Key::None)
        } else if let Some(centre) = &cli.centre {
            (Account::team(centre), given(&cli.device_token))
        } else if let Some(account) = &cli.account {
            (Account::solo(account), given(&cli.crm_token))
        } else {
            return false;
        };
        let account = self.seats.known(&account).cloned().unwrap_or(account);
        if self.managed.forbids(&account) {
            tracing::warn!("the centre that was named is not the administrator's");
            return false;
        }
        let seat = self.seats.of(account.clone());
        let idle = seat.line.is_none() && !seat.opening;
        self.show_account(&account.tag());
        if idle {
            self.want_line(None, account, key).await;
        }
        true
    }

    /// Opens the line of every account that has none: its token may have been behind a keyring that
    /// was locked then.
    pub(super) async fn open_known_lines(&mut self) {
        let idle: Vec<Account> = self
            .seats
            .listed()
            .filter(|seat| seat.line.is_none() && seat.openings.is_idle())
            .filter(|seat| !self.managed.forbids(&seat.account))
            .map(|seat| seat.account.clone())
            .collect();
        for account in idle {
            let key = key_of(&account);
            self.want_line(None, account, key).await;
        }
    }

    /// Opens every open line anew: the network is reached in another way now. The demo's is all on
    /// this machine.
    pub(super) async fn reopen_lines(&mut self) {
        let far = self.seats.listed().filter_map(|seat| {
            let secret = seat.line.as_ref()?.secret.clone()?;
            let far = seat.account.way != Way::Demo;
            far.then(|| (seat.account.clone(), Key::InUse(secret)))
        });
        for (account, key) in far.collect::<Vec<_>>() {
            self.want_line(None, account, key).await;
        }
    }

    /// Opens a line as soon as no other one of its account is being opened.
    pub(super) async fn want_line(&mut self, entry: Option<Entry>, account: Account, key: Key) {
        // What is known of it may know where it has moved.
        let account = self.seats.known(&account).cloned().unwrap_or(account);
        let tag = account.tag();
        let other = self.seats.get(&tag).map(|seat| &seat.account);
        if other.is_some_and(|other| !other.is_same(&account)) {
            // One name for two accounts: neither gets what is the other's.
            tracing::error!("two accounts go by one name");
            return self.not_opened(Some(Wanted { entry, key }));
        }
        let is_new = self.seats.get(&tag).is_none_or(|seat| seat.leaving);
        let seat = self.seats.of(account);
        seat.leaving = false;
        if is_new {
            seat.entering = entry.is_some();
        }
        match seat.openings.want(Wanted { entry, key }) {
            Turn::Begin(wanted) => self.begin_opening(&tag, wanted).await,
            Turn::Waits { displaced } => self.not_opened(displaced),
        }
    }

    /// What was wanted is wanted no more.
    pub(super) fn not_opened(&mut self, wanted: Option<Wanted>) {
        if let Some(entry) = wanted.and_then(|wanted| wanted.entry) {
            self.not_entered(entry, WindowErrorCode::Unknown);
        }
    }

    /// Opens a line aside, so that a slow keyring or network holds nothing up.
    async fn begin_opening(&mut self, tag: &str, wanted: Wanted) {
        let (manners, network) = (self.manners(), self.network());
        let Some(seat) = self.seats.get_mut(tag) else {
            return self.not_opened(Some(wanted));
        };
        let Wanted { entry, key } = wanted;
        // Two lines in one folder would fight over it.
        if let Some(line) = &seat.line {
            let previous = line.secret.clone().map_or(Key::None, Key::InUse);
            seat.close().await;
            seat.previous = Some(previous);
        }
        seat.opening = true;
        let account = seat.account.clone();
        let (secrets, inputs, data) =
            (self.secrets.clone(), self.inputs.clone(), self.data.clone());
        let language = language(self.settings.current().language);
        let keep_days = self.settings.current().device.keep_days;
        let moving = account.clone();
        let moved = forward(&self.inputs, move |address| {
            Input::Moved(moving.clone(), address)
        });
        tokio::spawn(async move {
            let (tag, name) = (account.tag(), account.secret_name());
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
                    manners,
                    keep_days,
                    network,
                    moved,
                    data,
                })
                .await
                .map_err(|error| Refusal::Code(code_of(&error)))
            }
            .await;
            let opened = Opened {
                tag,
                entry,
                fresh,
                outcome,
            };
            let _ = inputs.send(Input::Opened(Box::new(opened))).await;
        });
    }

    /// Takes a new line into use, or tells why there is none; then it is the next one's turn.
    pub(super) async fn opened(&mut self, opened: Opened) {
        let tag = opened.tag;
        let Some(seat) = self.seats.get_mut(&tag) else {
            return;
        };
        let wanted = std::mem::take(&mut seat.opening);
        match opened.outcome {
            Ok((line, acts)) if wanted => {
                self.use_line(&tag, line, acts, opened.entry, opened.fresh)
                    .await;
            }
            Ok((line, _)) => {
                // Signed out meanwhile.
                let account = seat.account.clone();
                self.wipe_late(account, line).await;
                if let Some(entry) = opened.entry {
                    self.not_entered(entry, WindowErrorCode::Unknown);
                }
            }
            Err(refusal) => self.line_refused(&tag, opened.entry, &refusal),
        }
        let Some(seat) = self.seats.get_mut(&tag) else {
            return;
        };
        match (seat.openings.ended(), seat.previous.take()) {
            (Some(next), previous) => {
                seat.previous = previous;
                self.begin_opening(&tag, next).await;
            }
            (None, Some(key)) => {
                let account = seat.account.clone();
                self.want_line(None, account, key).await;
            }
            (None, None) => {
                if !seat.is_listed() {
                    self.seats.remove(&tag);
                }
            }
        }
    }

    /// An account has moved: it is remembered at its new address.
    pub(super) fn moved(&mut self, account: &Account, address: &CrmAddress) {
        let moved = account.clone().moved(address);
        if let Some(seat) = self.seats.get_mut(&account.tag()) {
            seat.account = moved.clone();
        }
        let changed = self.settings.change(|settings| {
            let known = settings.accounts.iter_mut();
            for known in known.filter(|known| known.is_same(account)) {
                *known = moved.clone();
            }
        });
        if let Err(error) = changed {
            tracing::warn!(%error, "the account's new address was not remembered");
        }
    }

    fn line_refused(&mut self, tag: &str, entry: Option<Entry>, refusal: &Refusal) {
        let (reason, code) = match refusal {
            Refusal::NoToken => (SignedOutReason::NoToken, WindowErrorCode::TokenRefused),
            Refusal::Code(code @ WindowErrorCode::TokenRefused) => {
                (SignedOutReason::TokenInvalid, *code)
            }
            Refusal::Code(code) => (SignedOutReason::NoAccount, *code),
        };
        tracing::warn!(?code, "no line");
        if let Some(entry) = entry {
            return self.not_entered(entry, code);
        }
        let Some(seat) = self.seats.get_mut(tag) else {
            return;
        };
        if code == WindowErrorCode::NewerData {
            // No sign-in mends that: it only has to be said.
            seat.troubles.insert(Trouble::NewerData);
            return self.window.show(Page::List { at: None });
        }
        if seat.previous.is_none() {
            seat.signed_out = reason;
            self.ask_for_token(tag);
        }
    }

    /// Asks for an account's token, but pulls nobody away from another account: there the switcher
    /// says so.
    pub(super) fn ask_for_token(&mut self, tag: &str) {
        let shown = self.seats.shown_tag();
        if shown.as_deref() != Some(tag) {
            if self.window.is_in_use() {
                return;
            }
            self.show_account(tag);
        }
        self.window.show(Page::SignIn);
    }

    async fn use_line(
        &mut self,
        tag: &str,
        line: Line,
        acts: mpsc::Receiver<ToastAct>,
        entry: Option<Entry>,
        fresh: Option<Arc<Secret>>,
    ) {
        let Some(seat) = self.seats.get_mut(tag) else {
            return line.close().await;
        };
        // The line that made room for this one does not come back; its secret is not the account's
        // any more where there is a new one.
        if let Some(Key::InUse(old)) = seat.previous.take()
            && !(line.secret.as_ref()).is_some_and(|new| Arc::ptr_eq(new, &old))
        {
            old.give_up();
        }
        watch_value(line.inbox.state(), self.inputs.clone(), || Input::Changed);
        if let Some(connector) = &line.connector {
            watch_value(connector.clone(), self.inputs.clone(), || Input::Changed);
        }
        let ringer = tag.to_owned();
        let events = forward(&self.inputs, move |event| {
            Input::Bell(ringer.clone(), event)
        });
        let look = bell::Look::new(self.speaks.subscribe(), &self.data);
        let ringing = bell::ring(
            bell::prefix(tag),
            line.inbox.clone(),
            acts,
            self.toasts.clone(),
            look,
            events,
        );
        // They may have changed while it was being opened.
        line.inbox.set_manners(self.manners.clone());
        seat.ringing = Some(tokio::spawn(ringing));
        seat.line = Some(line);
        seat.troubles.remove(&Trouble::NewerData);
        seat.entering = false;
        seat.unproved = fresh;
        seat.tell_where_it_is(&self.secrets);
        let click = seat.click.take();
        let account = seat.account.clone();
        let remembered = self.settings.change(|settings| {
            if !settings
                .accounts
                .iter()
                .any(|known| known.is_same(&account))
            {
                settings.accounts.push(account);
            }
        });
        if let Err(error) = remembered {
            tracing::warn!(%error, "the account was not remembered");
        }
        if let Some(entry) = entry {
            // It was tried out before it came here.
            self.secret_works(tag, true);
            self.show_account(tag);
            self.window.answer(entry.caller, WindowAnswer::Done);
            self.window.show(Page::List { at: None });
        }
        if let Some(click) = click {
            self.toast_clicked(tag, click.key, click.button.as_deref())
                .await;
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
        LineError::Inbox(StartError::Proxy(_)) => WindowErrorCode::ProxyWrong,
        LineError::Inbox(StartError::Ca(_)) => WindowErrorCode::CaWrong,
        LineError::Demo(_) => WindowErrorCode::NotACentre,
        LineError::Centre(CentreError::NewerSchema { .. }) => WindowErrorCode::NewerData,
        LineError::Centre(_)
        | LineError::Inbox(StartError::Store(_))
        | LineError::SignOut(_)
        | LineError::System(_) => WindowErrorCode::Storage,
    }
}
