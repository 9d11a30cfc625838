//! The handle of a desktop to its inbox.

use crate::driver::{Command, Driver};
use crate::engine::{Engine, MarkedAll, Setup};
use crate::pictures::Pictures;
use crate::rest::Rest;
use crate::session::{Input, Mark};
use crate::toast::{Attempt, AttemptId, Manners, ToastAct, ToastKey, ToastOutcome};
use crate::{Address, AddressError, RestError, State, StoreError};
use dealbell_network::{Network, NetworkError};
use dealbell_protocol::act::Deed;
use dealbell_protocol::push::{ChangePushSubscription, PushDevices};
use dealbell_protocol::rest::{ActOn, CalendarLink, DeviceRow, SaveChannels, Tasks, TestChannel};
use dealbell_protocol::stream::{ClientInfo, MAX_MARK_IDS};
use dealbell_protocol::web::SignInLink;
use dealbell_protocol::window::{ConnectionRecord, Language, ListPage, ListQuery, ToastRecord};
use dealbell_protocol::{
    Channel, ChannelSettings, Cursor, DeviceId, Millis, Notification, NotificationId, ProviderId,
    PushSubscriptionId,
};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// How many toast acts may wait for the desktop.
const ACTS: usize = 256;

/// What an inbox needs to know.
#[derive(Clone)]
pub struct Config {
    /// The centre's address, `http(s)` or `ws(s)`.
    pub centre: String,
    /// Plain `http` may leave this machine. The token is readable on the way then.
    pub allow_plain: bool,
    /// The device's token; secret.
    pub token: String,
    /// The database file; its folder exists.
    pub store: PathBuf,
    /// Whom the store belongs to, such as centre and account; under another owner it is emptied.
    pub owner: String,
    /// The language of summaries.
    pub language: Language,
    /// Dealbell's version.
    pub version: String,
    /// `linux`, `windows`, `macos`.
    pub platform: String,
    /// What this device calls itself, for the list of devices; may be empty.
    pub device: String,
    /// How many days read notifications stay on this device; 0 is for ever.
    pub keep_days: u32,
    /// Proxy and certificates.
    pub network: Network,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("centre", &self.centre)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// An inbox that cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The proxy.
    #[error("{0}")]
    Proxy(NetworkError),
    /// The file of certificates.
    #[error("{0}")]
    Ca(NetworkError),
    /// The local store, which could not be begun anew either.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NetworkError> for StartError {
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::Proxy => Self::Proxy(error),
            NetworkError::CaUnreadable(_) | NetworkError::CaEmpty => Self::Ca(error),
        }
    }
}

/// A request to the inbox that failed.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The local store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The centre did not do it.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// The centre names an address that leads elsewhere, or there without TLS.
    #[error("the centre's link leads elsewhere")]
    Elsewhere,
    /// It cannot be taken back any more.
    #[error("it is too late to take that back")]
    TooLate,
    /// The account was signed out.
    #[error("the inbox has ended")]
    Ended,
}

/// A running inbox. Clones are handles to the same; it ends when the last is dropped.
#[derive(Clone)]
pub struct Inbox {
    commands: mpsc::UnboundedSender<Command>,
    state: watch::Receiver<State>,
    rest: Arc<Rest>,
    manners: watch::Sender<Manners>,
    pictures: Arc<Pictures>,
}

impl Inbox {
    /// Opens the store and connects; must be called within a Tokio runtime. The second part is the
    /// stream of toasts to show and withdraw: an attempt is on the disk before it comes out there.
    pub async fn start(config: Config) -> Result<(Self, mpsc::Receiver<ToastAct>), StartError> {
        Self::start_with(config, Manners::default()).await
    }

    /// As [`Self::start`], with these manners from the first toast on.
    pub async fn start_with(
        config: Config,
        manners: Manners,
    ) -> Result<(Self, mpsc::Receiver<ToastAct>), StartError> {
        let address = Address::parse(&config.centre, config.allow_plain)?;
        config.network.check()?;
        let engine = Engine::open(Setup {
            path: config.store,
            owner: config.owner,
            client: ClientInfo {
                version: config.version,
                platform: config.platform,
                device: config.device,
            },
            language: config.language,
            manners: manners.clone(),
            seed: rand::random(),
            keep_days: config.keep_days,
        })
        .await?;
        let rest = Arc::new(Rest::new(
            address.clone(),
            config.token.clone(),
            config.network.clone(),
        ));
        let (acts, toasts) = mpsc::channel(ACTS);
        let (commands, state) = Driver::start(
            engine,
            address,
            (config.token.into(), config.network),
            rest.clone(),
            acts,
        );
        let inbox = Self {
            commands,
            state,
            rest,
            manners: watch::Sender::new(manners),
            pictures: Arc::default(),
        };
        Ok((inbox, toasts))
    }

    /// What the desktop shows, now and with every change.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Marks read or unread. When this returns, the mark is on the disk and in the list; the centre
    /// hears of it as soon as there is a link (STREAM 7).
    pub async fn mark(&self, ids: &[NotificationId], read: bool) -> Result<(), InboxError> {
        for ids in ids.chunks(MAX_MARK_IDS) {
            let ids = ids.to_vec();
            let mark = match read {
                true => Mark::Read { ids },
                false => Mark::Unread { ids },
            };
            self.ask(|reply| Command::Mark(mark, reply)).await?;
        }
        Ok(())
    }

    /// Marks read everything up to a list's own cursor (STREAM 6), so that it can be taken back.
    pub async fn mark_all(&self, upto: Cursor) -> Result<MarkedAll, InboxError> {
        self.ask(|reply| Command::MarkAll(upto, reply)).await
    }

    /// Makes unread again what the last mark-all has read, within ten minutes, without a
    /// connection as well. What was removed meanwhile is gone, and what was read by itself since,
    /// here or on another device, stays read.
    ///
    /// # Errors
    /// [`InboxError::TooLate`] after ten minutes, after another mark-all and the second time.
    pub async fn undo_mark_all(&self, undo: u64) -> Result<(), InboxError> {
        match self.ask(|reply| Command::UndoMarkAll(undo, reply)).await? {
            true => Ok(()),
            false => Err(InboxError::TooLate),
        }
    }

    /// How many days read notifications stay on this device from now on; 0 is for ever. Older ones
    /// leave it now and every day; the centre keeps them, and unread ones stay. With more days than
    /// before, what had left comes back from the centre.
    pub async fn set_keep_days(&self, days: u32) -> Result<(), InboxError> {
        self.ask(|reply| Command::KeepDays(days, reply)).await
    }

    /// How the link to the centre went, and what was decided about toasts; each newest first, at
    /// most `limit` (200 of the former and about 1,000 of the latter are kept).
    pub async fn diagnostics(
        &self,
        limit: u32,
    ) -> Result<(Vec<ConnectionRecord>, Vec<ToastRecord>), InboxError> {
        self.ask(|reply| Command::Diagnostics(limit, reply)).await
    }

    /// A slice of the list, newest first; at most 200 rows.
    pub async fn list(
        &self,
        query: ListQuery,
        offset: u32,
        limit: u32,
    ) -> Result<ListPage, InboxError> {
        self.ask(|reply| Command::List(query, offset, limit, reply))
            .await
    }

    /// One notification; none if it is gone.
    pub async fn notification(
        &self,
        id: NotificationId,
    ) -> Result<Option<Notification>, InboxError> {
        self.ask(|reply| Command::Notification(id, reply)).await
    }

    /// Acts on what a notification is about; returns when it is done in the CRM. Nothing of it is
    /// kept for later: a failure is the user's to see.
    ///
    /// # Errors
    /// [`RestError::Refused`] with the centre's code: `not_found`, `forbidden`,
    /// `crm_unreachable`, `crm_refused` (its message is the CRM's reason).
    pub async fn act(&self, id: NotificationId, deed: Deed) -> Result<(), InboxError> {
        Ok(self.rest.act(id, &deed).await?)
    }

    /// Acts on a thing itself (`task:123`), told of it or not; fails as [`Self::act`] does.
    ///
    /// # Errors
    /// As those of [`Self::act`].
    pub async fn act_on(&self, subject: &str, deed: Deed) -> Result<(), InboxError> {
        let act = ActOn {
            subject: subject.to_owned(),
            deed,
        };
        Ok(self.rest.act_on(&act).await?)
    }

    /// The user's open tasks up to the end of his day, fresh from the centre.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn tasks(&self) -> Result<Tasks, InboxError> {
        Ok(self.rest.tasks().await?)
    }

    /// The devices that are signed in as this user: this one first, then the last used.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn devices(&self) -> Result<Vec<DeviceRow>, InboxError> {
        Ok(self.rest.devices().await?)
    }

    /// The picture of a provider, PNG: fetched once for each `tag`, which changes with it
    /// (`Provider::icon`).
    ///
    /// # Errors
    /// [`RestError::Refused`] with `not_found` where it has none any more.
    pub async fn provider_icon(
        &self,
        provider: &ProviderId,
        tag: &str,
    ) -> Result<Arc<[u8]>, InboxError> {
        if let Some(known) = self.pictures.of(provider, tag) {
            return Ok(known);
        }
        let png: Arc<[u8]> = self.rest.icon(provider).await?.into();
        self.pictures.keep(provider, tag, &png);
        Ok(png)
    }

    /// Signs a device of this user out for good; this one, too.
    ///
    /// # Errors
    /// [`RestError::Refused`] with `not_found` where there is no such device any more.
    pub async fn revoke_device(&self, id: DeviceId) -> Result<(), InboxError> {
        Ok(self.rest.revoke(id).await?)
    }

    /// Where the user's tasks can be subscribed to (RULES T11); no address where the centre has none
    /// that a calendar could reach.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn calendar(&self) -> Result<CalendarLink, InboxError> {
        Ok(self.rest.calendar().await?)
    }

    /// The same with a new address; the old one ends.
    ///
    /// # Errors
    /// As those of [`Self::calendar`].
    pub async fn renew_calendar(&self) -> Result<CalendarLink, InboxError> {
        Ok(self.rest.renew_calendar().await?)
    }

    /// A way into the web inbox for a browser of the user's own, once; a secret.
    ///
    /// # Errors
    /// [`InboxError::Elsewhere`] where it does not lead to the centre; [`RestError::Refused`] with
    /// `unavailable` where the centre has no public address.
    pub async fn sign_in_link(&self) -> Result<SignInLink, InboxError> {
        let link = self.rest.sign_in_link().await?;
        match self.rest.is_own(&link.url) {
            true => Ok(link),
            false => Err(InboxError::Elsewhere),
        }
    }

    /// The browsers and phones that are pushed to (RULES C9), the oldest first.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn push_devices(&self) -> Result<PushDevices, InboxError> {
        Ok(self.rest.push_devices().await?)
    }

    /// Switches a browser or phone on or off.
    ///
    /// # Errors
    /// [`RestError::Refused`] with `not_found` where it is not registered any more.
    pub async fn switch_push(&self, id: PushSubscriptionId, on: bool) -> Result<(), InboxError> {
        let change = ChangePushSubscription {
            on: Some(on),
            name: None,
        };
        Ok(self.rest.change_push(id, &change).await?)
    }

    /// Pushes to it no more.
    ///
    /// # Errors
    /// As those of [`Self::switch_push`].
    pub async fn remove_push(&self, id: PushSubscriptionId) -> Result<(), InboxError> {
        Ok(self.rest.remove_push(id).await?)
    }

    /// Has the centre push a test to it.
    ///
    /// # Errors
    /// As those of [`Self::switch_push`].
    pub async fn test_push(&self, id: PushSubscriptionId) -> Result<(), InboxError> {
        Ok(self.rest.test_push(id).await?)
    }

    /// Has the centre send this user a test of `channel`.
    ///
    /// # Errors
    /// [`RestError::Refused`] with `unavailable` where the centre cannot deliver on it.
    pub async fn test(&self, channel: Channel) -> Result<(), InboxError> {
        Ok(self.rest.test(&TestChannel { channel }).await?)
    }

    /// What user and system want of toasts, from the next one on. Quiet begins and ends with it.
    pub fn set_manners(&self, manners: Manners) {
        self.manners.send_replace(manners.clone());
        self.tell(Command::Manners(Box::new(manners)));
    }

    /// What user and system want of toasts now.
    pub fn manners(&self) -> Manners {
        self.manners.borrow().clone()
    }

    /// Puts a notification off on this device: its toast goes, and comes back at `until`, even
    /// after a restart. It stays unread and counted; reading it ends the snooze. Now or earlier
    /// takes a snooze back. False where the notification is read or gone.
    ///
    /// # Errors
    /// When the local store refuses.
    pub async fn snooze(&self, id: NotificationId, until: Millis) -> Result<bool, InboxError> {
        self.ask(|reply| Command::Snooze(id, until, reply)).await
    }

    /// A toast or one of its buttons was clicked, and it is off the screen. Answers what it spoke
    /// for, newest first: to open the first, to mark or put off all of them. Empty for pop-ups.
    ///
    /// # Errors
    /// [`InboxError::Ended`].
    pub async fn toast_clicked(&self, key: ToastKey) -> Result<Vec<NotificationId>, InboxError> {
        self.ask(|reply| Command::Clicked(key, reply)).await
    }

    /// The channels, fresh from the centre.
    pub async fn channels(&self) -> Result<ChannelSettings, InboxError> {
        let channels = self.rest.channels().await?;
        self.tell(Command::Channels(channels.clone()));
        Ok(channels)
    }

    /// Saves the channels as changed from `revision` (RULES C6); a stale one is refused with
    /// [`dealbell_protocol::ErrorCode::RevisionConflict`].
    pub async fn save_channels(
        &self,
        revision: u64,
        settings: &SaveChannels,
    ) -> Result<ChannelSettings, InboxError> {
        let channels = self.rest.save_channels(revision, settings).await?;
        self.tell(Command::Channels(channels.clone()));
        Ok(channels)
    }

    /// The user does not want to wait (STREAM 9).
    pub fn reconnect_now(&self) {
        self.tell(Command::Input(Input::ReconnectNow));
    }

    /// The machine woke from sleep (STREAM 8).
    pub fn wake(&self) {
        self.tell(Command::Input(Input::Wake));
    }

    /// The network changed or came back (STREAM 8).
    pub fn network_changed(&self) {
        self.tell(Command::Input(Input::NetworkChanged));
    }

    /// The language of summaries from now on.
    pub fn set_language(&self, language: Language) {
        self.tell(Command::Language(language));
    }

    /// Reports what became of an attempt. One that is never reported counts as unconfirmed at the
    /// next start (STREAM 4).
    pub fn toast_outcome(&self, attempt: AttemptId, outcome: ToastOutcome) {
        self.tell(Command::Outcome(attempt, outcome));
    }

    /// Reports that a toast is off the screen, so that it is neither renewed nor withdrawn.
    pub fn toast_closed(&self, key: ToastKey) {
        self.tell(Command::Closed(key));
    }

    /// Reports that whatever showed toasts went away, and all of them with it: none is renewed or
    /// withdrawn any more.
    pub fn screen_gone(&self) {
        self.tell(Command::ScreenGone);
    }

    /// The newest toast attempts, for the diagnostics.
    pub async fn attempts(&self, limit: u32) -> Result<Vec<Attempt>, InboxError> {
        self.ask(|reply| Command::Attempts(limit, reply)).await
    }

    /// Gives this device's access up at the centre: its token is nobody's from then on. Works after
    /// [`Inbox::sign_out`], too.
    ///
    /// # Errors
    /// When the centre cannot be reached, or refuses.
    pub async fn give_up_access(&self) -> Result<(), InboxError> {
        let devices = self.rest.devices().await?;
        if let Some(this) = devices.into_iter().find(|device| device.this) {
            self.rest.revoke(this.id).await?;
        }
        Ok(())
    }

    /// Withdraws every toast, deletes the account's local data and ends the inbox.
    pub async fn sign_out(&self) -> Result<(), InboxError> {
        self.ask(Command::SignOut).await
    }

    fn tell(&self, command: Command) {
        // After sign-out there is nobody to tell, and nothing to be told.
        let _ = self.commands.send(command);
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command,
    ) -> Result<T, InboxError> {
        let (reply, answer) = oneshot::channel();
        self.tell(command(reply));
        Ok(answer.await.map_err(|_| InboxError::Ended)??)
    }
}
