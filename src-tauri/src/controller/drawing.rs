//! What is shown: one state, and the views of tray and window drawn from it.

use super::Controller;
use super::quieting::told;
use super::settling::language;
use super::together::together;
use dealbell_inbox::State;
use dealbell_inbox::view::{TraySituation, TrayView};
use dealbell_protocol::window::{Connection, SignedOutReason, WindowEvent, WindowState};
use std::time::Duration;

impl Controller {
    /// Draws what changed: one state, one unread value, every view of it.
    pub(super) async fn draw(&mut self) {
        self.teach_manners();
        self.look_at_links();
        let whole = self.whole();
        if self.logged_unread != Some(whole.unread) {
            self.logged_unread = Some(whole.unread);
            tracing::info!(unread = whole.unread, "counted");
        }
        self.dock.show(whole.unread);
        let language = language(self.settings.current().language);
        let situation = self.situation();
        self.tray
            .show(TrayView::of(&whole, &situation, language))
            .await;
        if self.window.is_running() {
            self.draw_window();
        }
    }

    /// A link that holds proves its secret; one that is refused needs another.
    fn look_at_links(&mut self) {
        let links: Vec<(String, Connection)> = self
            .seats
            .listed()
            .filter(|seat| seat.line.is_some())
            .map(|seat| (seat.account.tag(), seat.whole_way().connection))
            .collect();
        for (tag, connection) in links {
            if connection == Connection::Online {
                self.secret_works(&tag, false);
            }
            let shut_out = matches!(connection, Connection::SignedOut { .. });
            let Some(seat) = self.seats.get_mut(&tag) else {
                continue;
            };
            let asked = std::mem::replace(&mut seat.asked_for_token, shut_out);
            if shut_out && !asked {
                self.ask_for_token(&tag);
            }
        }
    }

    fn draw_window(&mut self) {
        let state = self.state();
        let window = self.window_state(&state);
        if self.told.as_ref() != Some(&window) {
            self.window.send(&WindowEvent::State {
                state: window.clone(),
            });
            self.told = Some(window);
        }
        let Some(tag) = self.seats.shown_tag() else {
            return;
        };
        let list = (tag.clone(), state.list_version);
        if self.told_list.as_ref() != Some(&list) {
            self.told_list = Some(list);
            self.window.send(&WindowEvent::ListChanged {
                version: state.list_version,
            });
        }
        if let Some(channels) = state.channels {
            let revision = (tag, channels.revision);
            if self.told_channels.as_ref() != Some(&revision) {
                self.told_channels = Some(revision);
                self.window.send(&WindowEvent::ChannelsChanged { channels });
            }
        }
    }

    fn situation(&self) -> TraySituation {
        TraySituation::here(self.user_quiet())
    }

    /// Waits until the tray reads differently though nothing happened: a countdown, the end of quiet.
    pub(super) async fn time_to_draw(&self) {
        let situation = self.situation();
        let Some(at) = TrayView::changes_at(&self.whole(), &situation) else {
            return std::future::pending().await;
        };
        let wait = u64::try_from(at - situation.now).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    /// All accounts as one, for the tray.
    fn whole(&self) -> State {
        let accounts = self.seats.listed().map(|seat| seat.whole_way()).collect();
        together(accounts, self.nobody())
    }

    /// The state of the account in the window.
    pub(super) fn state(&self) -> State {
        self.seats.shown().map_or_else(
            || State {
                connection: self.nobody(),
                ..State::default()
            },
            |seat| seat.state(),
        )
    }

    /// The link while there is no account.
    fn nobody(&self) -> Connection {
        match self.seats.is_opening() {
            true => Connection::Connecting,
            false => Connection::SignedOut {
                reason: SignedOutReason::NoAccount,
            },
        }
    }

    pub(super) fn window_state(&self, state: &State) -> WindowState {
        let settings = self.settings.current();
        let seat = self.seats.shown();
        let mut troubles = self.troubles.clone();
        troubles.extend(seat.iter().flat_map(|seat| seat.troubles(state)));
        WindowState {
            way: seat.map(|seat| seat.account.way),
            account: seat.map(|seat| seat.account.label()).unwrap_or_default(),
            access: seat.and_then(|seat| seat.line.as_ref()?.access),
            connection: state.connection,
            unread: state.unread,
            language: language(settings.language),
            language_choice: settings.language,
            theme: settings.theme,
            troubles: troubles.into_iter().collect(),
            reading: seat.and_then(|seat| seat.reading()),
            accounts: self.seats.listed().map(|seat| seat.row()).collect(),
            current: self.seats.shown_tag(),
            providers: state
                .channels
                .iter()
                .flat_map(|channels| &channels.providers)
                .map(|row| row.provider.clone())
                .collect(),
            quiet: state.quiet.or_else(|| self.user_quiet().map(told)),
            settings: settings.device.clone(),
            managed: self.managed.names(),
            managed_centre: self.managed.centre().map(str::to_owned),
            update: self.updating.view.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
