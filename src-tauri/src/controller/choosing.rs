//! What the user chooses in the tray.

use super::Controller;
use dealbell_inbox::view::MenuAct;
use dealbell_protocol::window::{ListQuery, Page};

impl Controller {
    /// Does what the user chose in the tray.
    pub(super) async fn choose(&mut self, act: MenuAct) {
        match act {
            MenuAct::Open => {
                self.open_known_line().await;
                self.window.show(self.first_page());
            }
            MenuAct::Notification(id) => self.follow(id).await,
            MenuAct::ReadAll => self.read_all().await,
            MenuAct::Reconnect => {
                if let Some(line) = &self.line {
                    line.reconnect_now();
                }
            }
            MenuAct::Settings => self.window.show(Page::Channels),
            MenuAct::QuietHour
            | MenuAct::QuietTomorrow
            | MenuAct::QuietUntilOff
            | MenuAct::QuietOff => {}
            MenuAct::Quit => {}
        }
    }

    /// The list, or the page to sign in at while there is nothing to list.
    pub(super) fn first_page(&self) -> Page {
        if self.line.is_some() || self.opening_account.is_some() {
            Page::List { at: None }
        } else {
            Page::SignIn
        }
    }

    async fn read_all(&self) {
        let Some(line) = &self.line else { return };
        let upto = match line.inbox.list(ListQuery::unread(), 0, 1).await {
            Ok(page) => page.cursor,
            Err(error) => return tracing::warn!(%error, "the list could not be read"),
        };
        if let Some(upto) = upto
            && let Err(error) = line.inbox.mark_all(upto).await
        {
            tracing::warn!(%error, "the mark was not kept");
        }
    }
}
