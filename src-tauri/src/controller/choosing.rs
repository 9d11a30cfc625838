//! What the user chooses in the tray, and which account the window shows.

use super::Controller;
use dealbell_inbox::Inbox;
use dealbell_inbox::view::MenuAct;
use dealbell_protocol::NotificationId;
use dealbell_protocol::window::{ListQuery, Page, QuietChoice, WindowAnswer, WindowErrorCode};

impl Controller {
    /// Does what the user chose in the tray.
    pub(super) async fn choose(&mut self, act: MenuAct) {
        match act {
            MenuAct::Open => {
                self.open_known_lines().await;
                self.window.show(self.first_page());
            }
            MenuAct::Notification(id) => self.follow_anywhere(id).await,
            MenuAct::ReadAll => {
                for inbox in self.inboxes() {
                    read_all(&inbox).await;
                }
            }
            MenuAct::Reconnect => {
                for line in self.seats.listed().filter_map(|seat| seat.line.as_ref()) {
                    line.reconnect_now();
                }
            }
            MenuAct::Settings => self.window.show(Page::Channels),
            MenuAct::QuietHour => {
                self.be_quiet(QuietChoice::Hour);
            }
            MenuAct::QuietTomorrow => {
                self.be_quiet(QuietChoice::Tomorrow);
            }
            MenuAct::QuietUntilOff => {
                self.be_quiet(QuietChoice::UntilOff);
            }
            MenuAct::QuietOff => {
                self.be_quiet(QuietChoice::Off);
            }
            MenuAct::Quit => {}
        }
    }

    /// The list, or the page to sign in at while there is nothing to list.
    pub(super) fn first_page(&self) -> Page {
        let shown = self.seats.shown();
        if shown.is_some_and(|seat| seat.line.is_some() || seat.opening) || self.seats.is_opening()
        {
            Page::List { at: None }
        } else {
            Page::SignIn
        }
    }

    /// Shows an account in the window from now on.
    pub(super) fn show_account(&mut self, tag: &str) -> bool {
        if !self.seats.choose(tag) {
            return false;
        }
        let remembered = self
            .settings
            .change(|settings| settings.current = Some(tag.to_owned()));
        if let Err(error) = remembered {
            tracing::warn!(%error, "the account shown was not remembered");
        }
        true
    }

    /// The user wants to see another account.
    pub(super) fn use_account(&mut self, tag: &str) -> WindowAnswer {
        if self.show_account(tag) {
            WindowAnswer::Done
        } else {
            super::calls::refused(WindowErrorCode::Gone)
        }
    }

    /// The inbox of every account.
    pub(super) fn inboxes(&self) -> Vec<Inbox> {
        let lines = self.seats.listed().filter_map(|seat| seat.line.as_ref());
        lines.map(|line| line.inbox.clone()).collect()
    }

    /// Follows a notification of the tray's, whosever it is.
    async fn follow_anywhere(&mut self, id: NotificationId) {
        let newest = |seat: &&super::seats::Seat| {
            let state = seat.state();
            state.newest.iter().any(|newest| newest.id == id)
        };
        let owner = self.seats.listed().find(newest);
        let owner = owner.or_else(|| self.seats.shown());
        match owner.map(|seat| seat.account.tag()) {
            Some(tag) => self.follow(&tag, id).await,
            None => self.window.show(self.first_page()),
        }
    }
}

async fn read_all(inbox: &Inbox) {
    let upto = match inbox.list(ListQuery::unread(), 0, 1).await {
        Ok(page) => page.cursor,
        Err(error) => return tracing::warn!(%error, "the list could not be read"),
    };
    if let Some(upto) = upto
        && let Err(error) = inbox.mark_all(upto).await
    {
        tracing::warn!(%error, "the mark was not kept");
    }
}
