//! What is shown: one state, and the views of tray and window drawn from it.

use super::settling::language;
use super::{Controller, signed_out};
use dealbell_amocrm::ConnectorStatus;
use dealbell_inbox::State;
use dealbell_inbox::view::{TraySituation, TrayView};
use dealbell_protocol::window::{
    Connection, Page, SignedOutReason, Trouble, WindowEvent, WindowState,
};
use std::time::Duration;

impl Controller {
    /// Draws what changed: one state, one unread value, every view of it.
    pub(super) async fn draw(&mut self) {
        let state = self.state();
        if self.logged_unread != Some(state.unread) {
            self.logged_unread = Some(state.unread);
            tracing::info!(unread = state.unread, "counted");
        }
        let connection = self.whole_way(&state);
        let shut_out = self.line.is_some() && matches!(connection, Connection::SignedOut { .. });
        if shut_out && !self.asked_for_token {
            self.window.show(Page::SignIn);
        }
        self.asked_for_token = shut_out;
        if connection == Connection::Online {
            self.secret_works(false);
        }
        let in_tray = State {
            connection,
            ..state.clone()
        };
        let language = language(self.settings.current().language);
        let situation = self.situation();
        self.tray
            .show(TrayView::of(&in_tray, &situation, language))
            .await;
        if !self.window.is_running() {
            return;
        }
        let window = self.window_state(&state);
        if self.told.as_ref() != Some(&window) {
            self.window.send(&WindowEvent::State {
                state: window.clone(),
            });
            self.told = Some(window);
        }
        if self.told_list != state.list_version {
            self.told_list = state.list_version;
            self.window.send(&WindowEvent::ListChanged {
                version: state.list_version,
            });
        }
        if let Some(channels) = state.channels
            && self.told_channels != Some(channels.revision)
        {
            self.told_channels = Some(channels.revision);
            self.window.send(&WindowEvent::ChannelsChanged { channels });
        }
    }

    fn situation(&self) -> TraySituation {
        TraySituation::here(None)
    }

    /// Waits until the tray reads differently though nothing happened: a countdown, the end of quiet.
    pub(super) async fn time_to_draw(&self) {
        let state = self.state();
        let in_tray = State {
            connection: self.whole_way(&state),
            ..state
        };
        let situation = self.situation();
        let Some(at) = TrayView::changes_at(&in_tray, &situation) else {
            return std::future::pending().await;
        };
        let wait = u64::try_from(at - situation.now).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    /// The way from the CRM to here as one. Our own centre is always near: where there is one, what
    /// counts is how its connector reaches the CRM.
    fn whole_way(&self, state: &State) -> Connection {
        let connector = self.line.as_ref().and_then(|line| line.connector.as_ref());
        let Some(connector) = connector.filter(|_| state.connection == Connection::Online) else {
            return state.connection;
        };
        match *connector.borrow() {
            ConnectorStatus::Starting | ConnectorStatus::Baseline { .. } => Connection::Connecting,
            ConnectorStatus::TokenRefused | ConnectorStatus::GrantLost => {
                signed_out(SignedOutReason::TokenInvalid)
            }
            ConnectorStatus::Unreachable { retry_at }
            | ConnectorStatus::Blocked { retry_at }
            | ConnectorStatus::NotACrm { retry_at }
            | ConnectorStatus::Declined { retry_at, .. } => Connection::Offline {
                retry_at: Some(retry_at),
            },
            ConnectorStatus::Ok { .. } | ConnectorStatus::CentreFailed { .. } => Connection::Online,
        }
    }

    /// How many tasks have been read, while an account is read for the first time.
    fn reading(&self) -> Option<u32> {
        let connector = self
            .line
            .as_ref()
            .and_then(|line| line.connector.as_ref())?;
        match *connector.borrow() {
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

    /// The inbox's state, or that of nobody signed in.
    pub(super) fn state(&self) -> State {
        let connection = match &self.line {
            Some(line) => return line.inbox.state().borrow().clone(),
            None if self.opening_account.is_some() => Connection::Connecting,
            None => self.signed_out,
        };
        State {
            connection,
            ..State::default()
        }
    }

    pub(super) fn window_state(&self, state: &State) -> WindowState {
        let settings = self.settings.current();
        let mut troubles = self.troubles.clone();
        if state.store_failed {
            troubles.insert(Trouble::StoreFailed);
        }
        WindowState {
            way: self.line.as_ref().map(|line| line.account.way),
            account: self
                .line
                .as_ref()
                .map(|line| line.label.clone())
                .unwrap_or_default(),
            access: self.line.as_ref().and_then(|line| line.access),
            connection: state.connection,
            unread: state.unread,
            language: language(settings.language),
            language_choice: settings.language,
            theme: settings.theme,
            troubles: troubles.into_iter().collect(),
            reading: self.reading(),
            accounts: Vec::new(),
            current: None,
            providers: state
                .channels
                .iter()
                .flat_map(|channels| &channels.providers)
                .map(|row| row.provider.clone())
                .collect(),
            quiet: None,
            settings: settings.device.clone(),
            managed: Vec::new(),
            update: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// What the connector is in trouble with.
    pub(super) fn connector_changed(&mut self) {
        let status = self.line.as_ref().and_then(|line| line.connector.as_ref());
        let Some(status) = status.map(|status| status.borrow().clone()) else {
            return;
        };
        let trouble = match status {
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
        };
        for known in [
            Trouble::CrmTokenRefused,
            Trouble::CrmBlocked,
            Trouble::CrmUnreachable,
            Trouble::StoreFailed,
        ] {
            self.set_trouble(known, trouble == Some(known));
        }
    }
}
