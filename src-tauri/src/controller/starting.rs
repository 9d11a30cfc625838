//! Dealbell started while it runs, by the user or by a link.
//!
//! Anybody can write a link, a web page included. So it only ever shows the window, there asking
//! about an invitation; what a click on a toast would do takes the seal that we put on that toast.

use super::Controller;
use super::seats::Click;
use super::toasting::toast_of;
use crate::cli::Cli;
use dealbell_protocol::join::JoinLink;
use dealbell_protocol::window::Page;

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
    /// shows the window, and one that names a toast without our seal does no more than that.
    pub(super) async fn follow_link(&mut self, link: &str) {
        self.open_known_lines().await;
        if JoinLink::parse(link).is_some() {
            let link = link.to_owned().into();
            return self.window.show(Page::Join { link });
        }
        let click = self.link_key.read(link).and_then(|(name, button)| {
            let (tag, key) = toast_of(&name)?;
            Some((tag.to_owned(), Click { key, button }))
        });
        let Some((tag, click)) = click else {
            return self.window.show(self.first_page());
        };
        match self.seats.get_mut(&tag) {
            Some(seat) if seat.line.is_some() => {
                self.toast_clicked(&tag, click.key, click.button.as_deref())
                    .await;
            }
            Some(seat) if seat.opening => seat.click = Some(click),
            Some(_) | None => self.window.show(self.first_page()),
        }
    }
}
