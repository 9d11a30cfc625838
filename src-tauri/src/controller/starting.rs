//! Dealbell started while it runs, by the user or by a link.
//!
//! Anybody can write a link, a web page included. So it only ever shows the window, there asking
//! about an invitation, or does what a click on a toast of ours would, which nobody can name who has
//! not seen it.

use super::Controller;
use super::seats::Click;
use super::toasting::toast_of;
use crate::cli::Cli;
use dealbell_inbox::{Inbox, ToastKey, ToastOutcome};
use dealbell_protocol::join::JoinLink;
use dealbell_protocol::window::Page;
use dealbell_toasts::link::parse_toast_link;

/// How far back a toast is remembered, attempts.
const REMEMBERED: u32 = 1_000;

impl Controller {
    /// Shows the window, and the account that is named; or follows a link.
    pub(super) async fn second_start(&mut self, arguments: &[String]) {
        self.look_at_own_file();
        let cli = Cli::from_second_start(arguments);
        if let Some(link) = &cli.link {
            return self.follow_link(link).await;
        }
        if !self.open_named_line(&cli).await {
            self.open_known_lines().await;
        }
        self.window.show(self.first_page());
    }

    /// Does what the link of a toast stands for as soon as its account is there; any other link
    /// shows the window.
    pub(super) async fn follow_link(&mut self, link: &str) {
        self.open_known_lines().await;
        if JoinLink::parse(link).is_some() {
            let link = link.to_owned().into();
            return self.window.show(Page::Join { link });
        }
        let click = parse_toast_link(link).and_then(|(name, button)| {
            let (tag, key) = toast_of(&name)?;
            Some((tag.to_owned(), Click { key, button }))
        });
        let Some((tag, click)) = click else {
            return self.window.show(self.first_page());
        };
        match self.seats.get_mut(&tag) {
            Some(seat) if seat.line.is_some() => self.linked_click(&tag, click).await,
            Some(seat) if seat.opening => seat.click = Some(click),
            Some(_) | None => self.window.show(self.first_page()),
        }
    }

    /// A click that came as a link, on a toast of an account that is open.
    pub(super) async fn linked_click(&mut self, tag: &str, click: Click) {
        let line = self.seats.get(tag).and_then(|seat| seat.line.as_ref());
        let Some(inbox) = line.map(|line| line.inbox.clone()) else {
            return;
        };
        // To look is harmless; to act takes a toast that was there.
        let button = match was_shown(&inbox, click.key).await {
            true => click.button,
            false => None,
        };
        self.toast_clicked(tag, click.key, button.as_deref()).await;
    }
}

/// Whether a toast of this name was on the screen, in this run or an earlier one.
async fn was_shown(inbox: &Inbox, key: ToastKey) -> bool {
    let about = match key {
        ToastKey::Notification(id) => Some(id),
        ToastKey::Summary => None,
        // Of this run, and only there while they are known.
        ToastKey::Popup(_) | ToastKey::Deed(_) => return false,
    };
    let attempts = inbox.attempts(REMEMBERED).await.unwrap_or_default();
    attempts.iter().any(|attempt| {
        let shown = matches!(
            attempt.outcome,
            Some(ToastOutcome::Shown | ToastOutcome::Replaced)
        );
        shown && attempt.notification == about
    })
}
