//! The accounts on this desktop, side by side: each has its line, or a reason why it has none; the
//! window shows one of them.

use super::opening::{Key, Wanted};
use super::order::OneByOne;
use crate::account::Account;
use crate::line::Line;
use crate::secret::Secret;
use dealbell_amocrm::ConnectorStatus;
use dealbell_inbox::{State, ToastKey};
use dealbell_protocol::window::{AccountRow, Connection, SignedOutReason, Trouble};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// One account.
pub(super) struct Seat {
    pub(super) account: Account,
    /// Its line, where it is open.
    pub(super) line: Option<Line>,
    /// Its lines are opened one after the other: two in one folder would fight over it.
    pub(super) openings: OneByOne<Wanted>,
    /// A line is being opened, and still wanted.
    pub(super) opening: bool,
    /// What the line had that made room for the one being opened.
    pub(super) previous: Option<Key>,
    /// Why there is no line.
    pub(super) signed_out: SignedOutReason,
    /// The user has just said yes to it: it is nobody's account until its line is open.
    pub(super) entering: bool,
    /// The user has signed out of it while its line was being opened.
    pub(super) leaving: bool,
    /// Brings its toasts to the screen; holds its inbox.
    pub(super) ringing: Option<JoinHandle<()>>,
    /// A new secret that nobody has accepted yet.
    pub(super) unproved: Option<Arc<Secret>>,
    /// A secret that no keyring took, until the user decides.
    pub(super) unkept: Option<Arc<Secret>>,
    /// Where the secret is kept, as far as that is a trouble.
    pub(super) troubles: BTreeSet<Trouble>,
    /// Pop-ups' links, which are kept nowhere else; the newest last.
    pub(super) popup_links: Vec<(ToastKey, String)>,
    /// The window has asked for a token since the last one stopped working.
    pub(super) asked_for_token: bool,
    /// A click on one of its toasts that started Dealbell: done when its line is open.
    pub(super) click: Option<Click>,
}

/// A click on a toast.
pub(super) struct Click {
    pub(super) key: ToastKey,
    /// The button's name; none is the toast itself.
    pub(super) button: Option<String>,
}

impl Seat {
    /// Whether its line is open, with a secret that works and is kept.
    fn comes_back_alone(&self) -> bool {
        let settled = self.line.is_some() && !self.opening && !self.asked_for_token;
        settled && self.unproved.is_none() && self.unkept.is_none() && self.openings.is_idle()
    }

    /// An account without a line yet.
    pub(super) fn new(account: Account) -> Self {
        Self {
            account,
            line: None,
            openings: OneByOne::idle(),
            opening: false,
            previous: None,
            signed_out: SignedOutReason::NoAccount,
            entering: false,
            leaving: false,
            ringing: None,
            unproved: None,
            unkept: None,
            troubles: BTreeSet::new(),
            popup_links: Vec::new(),
            asked_for_token: false,
            click: None,
        }
    }

    /// Whether it is one of the user's accounts.
    pub(super) fn is_listed(&self) -> bool {
        !self.entering && !self.leaving
    }

    /// The inbox's state, or that of nobody signed in.
    pub(super) fn state(&self) -> State {
        let connection = match &self.line {
            Some(line) => return line.inbox.state().borrow().clone(),
            None if self.opening => Connection::Connecting,
            None if self.troubles.contains(&Trouble::NewerData) => {
                Connection::Offline { retry_at: None }
            }
            None => Connection::SignedOut {
                reason: self.signed_out,
            },
        };
        State {
            connection,
            ..State::default()
        }
    }

    /// The state with the way from the CRM to here as one. Our own centre is always near: where there
    /// is one, what counts is how its connector reaches the CRM.
    pub(super) fn whole_way(&self) -> State {
        let mut state = self.state();
        let Some(status) = self
            .status()
            .filter(|_| state.connection == Connection::Online)
        else {
            return state;
        };
        state.connection = match status {
            ConnectorStatus::Starting | ConnectorStatus::Baseline { .. } => Connection::Connecting,
            ConnectorStatus::TokenRefused | ConnectorStatus::GrantLost => Connection::SignedOut {
                reason: SignedOutReason::TokenInvalid,
            },
            ConnectorStatus::Unreachable { retry_at }
            | ConnectorStatus::Blocked { retry_at }
            | ConnectorStatus::NotACrm { retry_at }
            | ConnectorStatus::Declined { retry_at, .. } => Connection::Offline {
                retry_at: Some(retry_at),
            },
            ConnectorStatus::Ok { .. } | ConnectorStatus::CentreFailed { .. } => Connection::Online,
        };
        state
    }

    /// How many tasks have been read, while the account is read for the first time.
    pub(super) fn reading(&self) -> Option<u32> {
        match self.status()? {
            ConnectorStatus::Baseline { done } => Some(u32::try_from(done).unwrap_or(u32::MAX)),
            ConnectorStatus::Starting
            | ConnectorStatus::Ok { .. }
            | ConnectorStatus::Unreachable { .. }
            | ConnectorStatus::TokenRefused
            | ConnectorStatus::GrantLost
            | ConnectorStatus::Blocked { .. }
            | ConnectorStatus::NotACrm { .. }
            | ConnectorStatus::Declined { .. }
            | ConnectorStatus::CentreFailed { .. } => None,
        }
    }

    /// What this account is in trouble with.
    pub(super) fn troubles(&self, state: &State) -> BTreeSet<Trouble> {
        let mut troubles = self.troubles.clone();
        if state.store_failed {
            troubles.insert(Trouble::StoreFailed);
        }
        troubles.extend(self.status().as_ref().and_then(trouble_of));
        troubles
    }

    /// For the switcher.
    pub(super) fn row(&self) -> AccountRow {
        let state = self.whole_way();
        AccountRow {
            key: self.account.tag(),
            label: self.account.label(),
            way: self.account.way,
            unread: state.unread,
            connection: state.connection,
        }
    }

    fn status(&self) -> Option<ConnectorStatus> {
        let connector = self.line.as_ref()?.connector.as_ref()?;
        Some(connector.borrow().clone())
    }
}

fn trouble_of(status: &ConnectorStatus) -> Option<Trouble> {
    match status {
        ConnectorStatus::TokenRefused | ConnectorStatus::GrantLost => {
            Some(Trouble::CrmTokenRefused)
        }
        ConnectorStatus::Blocked { .. } => Some(Trouble::CrmBlocked),
        ConnectorStatus::Unreachable { .. }
        | ConnectorStatus::NotACrm { .. }
        | ConnectorStatus::Declined { .. } => Some(Trouble::CrmUnreachable),
        ConnectorStatus::CentreFailed { .. } => Some(Trouble::StoreFailed),
        ConnectorStatus::Starting
        | ConnectorStatus::Baseline { .. }
        | ConnectorStatus::Ok { .. } => None,
    }
}

/// All accounts, in the order they were added, and which of them the window shows.
pub(super) struct Seats {
    all: Vec<Seat>,
    current: Option<String>,
}

impl Seats {
    /// These accounts, none of them open; `current` is the one last shown.
    pub(super) fn new(accounts: &[Account], current: Option<String>) -> Self {
        Self {
            all: accounts.iter().cloned().map(Seat::new).collect(),
            current,
        }
    }

    /// The account of this tag.
    pub(super) fn get(&self, tag: &str) -> Option<&Seat> {
        self.all.iter().find(|seat| seat.account.tag() == tag)
    }

    /// The same, to change it.
    pub(super) fn get_mut(&mut self, tag: &str) -> Option<&mut Seat> {
        self.all.iter_mut().find(|seat| seat.account.tag() == tag)
    }

    /// The account's seat; a new one where it has none.
    pub(super) fn of(&mut self, account: Account) -> &mut Seat {
        let at = self
            .all
            .iter()
            .position(|seat| seat.account.is_same(&account));
        let at = at.unwrap_or_else(|| {
            self.all.push(Seat::new(account));
            self.all.len() - 1
        });
        &mut self.all[at]
    }

    /// The account that `typed` means, as it is known here.
    pub(super) fn known(&self, typed: &Account) -> Option<&Account> {
        let accounts = self.all.iter().map(|seat| &seat.account);
        accounts.into_iter().find(|account| account.means(typed))
    }

    /// Lets an account go; its seat.
    pub(super) fn remove(&mut self, tag: &str) -> Option<Seat> {
        let at = self.all.iter().position(|seat| seat.account.tag() == tag)?;
        Some(self.all.remove(at))
    }

    /// The user's accounts.
    pub(super) fn listed(&self) -> impl Iterator<Item = &Seat> {
        self.all.iter().filter(|seat| seat.is_listed())
    }

    /// All seats, those that come and go included.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Seat> {
        self.all.iter_mut()
    }

    /// All seats, to be closed.
    pub(super) fn into_all(self) -> Vec<Seat> {
        self.all
    }

    /// The account in the window: the one chosen last, else the first.
    pub(super) fn shown(&self) -> Option<&Seat> {
        let chosen = self.current.as_deref();
        let chosen = self
            .listed()
            .find(|seat| Some(seat.account.tag().as_str()) == chosen);
        chosen.or_else(|| self.listed().next())
    }

    /// Its tag.
    pub(super) fn shown_tag(&self) -> Option<String> {
        self.shown().map(|seat| seat.account.tag())
    }

    /// Its line.
    pub(super) fn shown_line(&self) -> Option<&Line> {
        self.shown()?.line.as_ref()
    }

    /// Chooses the account to show. False where there is none of this tag.
    pub(super) fn choose(&mut self, tag: &str) -> bool {
        let known = self.listed().any(|seat| seat.account.tag() == tag);
        if known {
            self.current = Some(tag.to_owned());
        }
        known
    }

    /// Whether a new start of Dealbell would bring every account back and ask nobody anything.
    pub(super) fn come_back_alone(&self) -> bool {
        self.shown().is_some() && self.all.iter().all(Seat::comes_back_alone)
    }

    /// Whether the line of any account is being opened.
    pub(super) fn is_opening(&self) -> bool {
        self.all.iter().any(|seat| seat.opening)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(seats: &Seats) -> Option<String> {
        seats.shown().map(|seat| seat.account.label())
    }

    #[test]
    fn the_window_shows_the_account_chosen_last_and_after_it_has_gone_the_first() {
        let known = [Account::demo(), Account::solo("romashka")];
        let [demo, romashka] = known.clone().map(|account| account.tag());
        let mut seats = Seats::new(&known, Some(romashka.clone()));
        assert_eq!(shown(&seats).as_deref(), Some("romashka.amocrm.ru"));
        assert!(seats.choose(&demo) && !seats.choose("nobody"));
        assert_eq!(shown(&seats).as_deref(), Some("demo"));
        seats.remove(&demo);
        assert_eq!(shown(&seats).as_deref(), Some("romashka.amocrm.ru"));
        seats.remove(&romashka);
        assert_eq!(shown(&seats), None);
    }

    #[test]
    fn an_account_that_is_being_entered_is_nobodys_until_it_works() {
        let mut seats = Seats::new(&[], None);
        let seat = seats.of(Account::solo("romashka"));
        (seat.entering, seat.opening) = (true, true);
        let tag = seat.account.tag();
        assert!(seats.shown().is_none() && seats.is_opening() && !seats.choose(&tag));
        // However it is typed, it is the one that is there already.
        let again = seats.of(Account::solo("https://romashka.amocrm.ru/leads"));
        again.entering = false;
        assert_eq!(shown(&seats).as_deref(), Some("romashka.amocrm.ru"));
        assert_eq!(seats.listed().count(), 1);
    }

    #[test]
    fn an_account_whose_line_is_being_opened_is_on_the_way_and_not_signed_out() {
        // A slow keyring must not look like a first run.
        let mut seat = Seat::new(Account::demo());
        seat.opening = true;
        assert_eq!(seat.row().connection, Connection::Connecting);
        seat.opening = false;
        seat.signed_out = SignedOutReason::NoToken;
        let reason = SignedOutReason::NoToken;
        assert_eq!(seat.row().connection, Connection::SignedOut { reason });
    }
}
