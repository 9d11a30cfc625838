//! The window's calls and their answers.

use super::toasting::CardError;
use super::{Controller, Input, asking, reaching};
use crate::window::Caller;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dealbell_inbox::{Inbox, InboxError, MarkedAll, NetworkError, RestError};
use dealbell_protocol::act::Deed;
use dealbell_protocol::window::{Way, WindowAnswer, WindowErrorCode, WindowRequest};
use dealbell_protocol::{ErrorCode, NotificationId};

/// The longest slice of the list that is answered.
const MAX_ROWS: u32 = 200;

impl Controller {
    /// Answers a call: at once, or through the queue where the answer is the network's.
    pub(super) async fn answer(&mut self, caller: Caller, request: WindowRequest) {
        let language = self.settings.current().language;
        if self.managed.refuses(&request, language) {
            return self
                .window
                .answer(caller, refused(WindowErrorCode::Managed));
        }
        let answer = match request {
            WindowRequest::Hello => {
                // A page that was loaded anew knows nothing yet.
                self.told_list = self.seats.shown_tag().map(|tag| (tag, 0));
                self.told_channels = None;
                self.checked.forget();
                let state = self.window_state(&self.state());
                self.told = Some(state.clone());
                WindowAnswer::State { state }
            }
            WindowRequest::List {
                query,
                offset,
                limit,
            } => match self.seats.shown_line() {
                Some(line) => match line.inbox.list(query, offset, limit.min(MAX_ROWS)).await {
                    Ok(page) => WindowAnswer::List { page },
                    Err(error) => failed(&error),
                },
                None => refused(WindowErrorCode::Offline),
            },
            WindowRequest::Open { id: notification } => match self.open_shown(notification).await {
                Ok(()) => WindowAnswer::Done,
                Err(CardError::Gone) => refused(WindowErrorCode::Gone),
                Err(CardError::Browser) => refused(WindowErrorCode::OpenFailed),
                Err(CardError::Storage) => refused(WindowErrorCode::Storage),
            },
            WindowRequest::Mark { ids, read } => match self.seats.shown_line() {
                Some(line) => done(line.inbox.mark(&ids, read).await),
                None => refused(WindowErrorCode::Offline),
            },
            WindowRequest::MarkAllRead { upto } => match self.seats.shown_line() {
                Some(line) => match line.inbox.mark_all(upto).await {
                    Ok(MarkedAll { count, undo }) => WindowAnswer::MarkedAll { count, undo },
                    Err(error) => failed(&error),
                },
                None => refused(WindowErrorCode::Offline),
            },
            WindowRequest::UndoMarkAll { undo } => match self.seats.shown_line() {
                Some(line) => done(line.inbox.undo_mark_all(undo).await),
                None => refused(WindowErrorCode::Offline),
            },
            WindowRequest::Channels => {
                return self.ask_inbox(caller, |inbox| async move {
                    let channels = inbox.channels().await?;
                    Ok(WindowAnswer::Channels { channels })
                });
            }
            WindowRequest::SaveChannels { revision, settings } => {
                return self.ask_inbox(caller, |inbox| async move {
                    let channels = inbox.save_channels(revision, &settings).await?;
                    Ok(WindowAnswer::Channels { channels })
                });
            }
            WindowRequest::Complete {
                id: notification,
                result,
            } => {
                return self.ask_inbox(caller, |inbox| async move {
                    let deed = Deed::Complete { result };
                    inbox.act(notification, deed).await?;
                    Ok(WindowAnswer::Done)
                });
            }
            WindowRequest::Devices => {
                return self.ask_team(caller, |inbox| async move {
                    let devices = inbox.devices().await?;
                    Ok(WindowAnswer::Devices { devices })
                });
            }
            WindowRequest::ProviderIcon { provider, icon } => {
                return self.ask_inbox(caller, move |inbox| async move {
                    let png = inbox.provider_icon(&provider, &icon).await?;
                    let data = format!("data:image/png;base64,{}", STANDARD.encode(png));
                    Ok(WindowAnswer::ProviderIcon { data })
                });
            }
            WindowRequest::RevokeDevice { id } => {
                return self.ask_team(caller, move |inbox| async move {
                    inbox.revoke_device(id).await?;
                    Ok(WindowAnswer::Done)
                });
            }
            WindowRequest::Calendar => {
                return self.ask_reach(caller, |inbox| async move {
                    let link = inbox.calendar().await?;
                    Ok(WindowAnswer::Calendar { link })
                });
            }
            WindowRequest::RenewCalendar => {
                return self.ask_reach(caller, |inbox| async move {
                    let link = inbox.renew_calendar().await?;
                    Ok(WindowAnswer::Calendar { link })
                });
            }
            WindowRequest::OpenCalendar => {
                return self.ask_reach(caller, reaching::open_calendar);
            }
            WindowRequest::SignInLink => {
                return self.ask_reach(caller, |inbox| async move {
                    let link = inbox.sign_in_link().await?;
                    Ok(WindowAnswer::SignInLink { link })
                });
            }
            WindowRequest::OpenInbox => {
                return self.ask_reach(caller, reaching::open_inbox);
            }
            WindowRequest::PushDevices => {
                return self.ask_reach(caller, |inbox| async move {
                    let push = inbox.push_devices().await?;
                    Ok(WindowAnswer::PushDevices { push })
                });
            }
            WindowRequest::SwitchPush { id, on } => {
                return self.ask_team(caller, move |inbox| async move {
                    inbox.switch_push(id, on).await?;
                    Ok(WindowAnswer::Done)
                });
            }
            WindowRequest::RemovePush { id } => {
                return self.ask_team(caller, move |inbox| async move {
                    inbox.remove_push(id).await?;
                    Ok(WindowAnswer::Done)
                });
            }
            WindowRequest::TestPush { id } => {
                return self.ask_team(caller, move |inbox| async move {
                    inbox.test_push(id).await?;
                    Ok(WindowAnswer::Done)
                });
            }
            WindowRequest::Reconnect => {
                if let Some(line) = self.seats.shown_line() {
                    line.reconnect_now();
                }
                WindowAnswer::Done
            }
            WindowRequest::AskPermission => return self.ask_permission(Some(caller)),
            WindowRequest::Dismiss { trouble } => self.dismiss(trouble),
            WindowRequest::Appearance { language, theme } => self.wear(language, theme).await,
            WindowRequest::Change { setting } => self.change(setting).await,
            WindowRequest::Diagnostics => return self.ask_diagnostics(caller),
            WindowRequest::Report => return self.ask_report(caller),
            WindowRequest::CheckForUpdate => return self.check_for_update(caller),
            WindowRequest::InstallUpdate => return self.install_update(caller),
            WindowRequest::Snooze { id, until } => match self.seats.shown_line() {
                Some(line) => match line.inbox.snooze(id, until).await {
                    Ok(true) => WindowAnswer::Done,
                    Ok(false) => refused(WindowErrorCode::Gone),
                    Err(error) => failed(&error),
                },
                None => refused(WindowErrorCode::Offline),
            },
            WindowRequest::Today => {
                return self.ask_inbox(caller, |inbox| async move {
                    let tasks = inbox.tasks().await?;
                    Ok(WindowAnswer::Tasks { tasks })
                });
            }
            WindowRequest::CompleteTask { subject, result } => {
                return self.ask_inbox(caller, |inbox| async move {
                    let deed = Deed::Complete { result };
                    inbox.act_on(&subject, deed).await?;
                    Ok(WindowAnswer::Done)
                });
            }
            WindowRequest::ReopenTask { subject } => {
                return self.ask_inbox(caller, |inbox| async move {
                    inbox.act_on(&subject, Deed::Reopen).await?;
                    Ok(WindowAnswer::Done)
                });
            }
            WindowRequest::OpenTask { subject } => {
                return self.ask_inbox(caller, |inbox| async move {
                    asking::open_task(&inbox, &subject).await
                });
            }
            WindowRequest::SendTest { channel } => {
                return self.ask_inbox(caller, |inbox| async move {
                    inbox.test(channel).await?;
                    Ok(WindowAnswer::Done)
                });
            }
            WindowRequest::Quiet { choice } => self.be_quiet(choice),
            WindowRequest::UseAccount { key } => self.use_account(&key),
            WindowRequest::Check { way } => return self.check(caller, way),
            WindowRequest::Enter => return self.enter(caller).await,
            WindowRequest::SignOut => return self.sign_out(caller).await,
            WindowRequest::KeepToken { in_file } => self.keep_token(in_file).await,
            // The window's own process and the controller's loop deal with these.
            WindowRequest::Close | WindowRequest::Shown | WindowRequest::Quit => WindowAnswer::Done,
        };
        self.window.answer(caller, answer);
    }

    async fn open_shown(&mut self, id: NotificationId) -> Result<(), CardError> {
        let tag = self.seats.shown_tag().ok_or(CardError::Gone)?;
        self.open_card(&tag, id).await
    }

    /// Asks the inbox of a department's centre; an embedded one has this device alone.
    pub(super) fn ask_team<W>(&mut self, caller: Caller, work: impl FnOnce(Inbox) -> W)
    where
        W: Future<Output = Result<WindowAnswer, InboxError>> + Send + 'static,
    {
        let way = self.seats.shown().map(|seat| seat.account.way);
        if way.is_some_and(|way| way != Way::Team) {
            let answer = refused(WindowErrorCode::Unavailable);
            return self.window.answer(caller, answer);
        }
        self.ask_inbox(caller, work);
    }

    /// Asks the inbox for what is the network's, and answers when it has come, while other inputs
    /// go on.
    fn ask_inbox<W>(&mut self, caller: Caller, work: impl FnOnce(Inbox) -> W)
    where
        W: Future<Output = Result<WindowAnswer, InboxError>> + Send + 'static,
    {
        let Some(line) = self.seats.shown_line() else {
            return self
                .window
                .answer(caller, refused(WindowErrorCode::Offline));
        };
        let (work, inputs) = (work(line.inbox.clone()), self.inputs.clone());
        tokio::spawn(async move {
            let answer = work.await.unwrap_or_else(|error| failed(&error));
            let _ = inputs.send(Input::Answer(caller, Box::new(answer))).await;
        });
    }
}

pub(super) fn refused(code: WindowErrorCode) -> WindowAnswer {
    WindowAnswer::Failed { code }
}

fn done(outcome: Result<(), InboxError>) -> WindowAnswer {
    match outcome {
        Ok(()) => WindowAnswer::Done,
        Err(error) => failed(&error),
    }
}

pub(super) fn failed(error: &InboxError) -> WindowAnswer {
    tracing::debug!(%error, "a call of the window failed");
    refused(match error {
        InboxError::Store(_) => WindowErrorCode::Storage,
        InboxError::TooLate => WindowErrorCode::Gone,
        InboxError::Elsewhere => WindowErrorCode::AddressWrong,
        InboxError::Ended | InboxError::Rest(RestError::Unreachable(_)) => WindowErrorCode::Offline,
        InboxError::Rest(RestError::Network(NetworkError::Proxy)) => WindowErrorCode::ProxyWrong,
        InboxError::Rest(RestError::Network(_)) => WindowErrorCode::CaWrong,
        InboxError::Rest(RestError::NotACentre) => WindowErrorCode::NotACentre,
        InboxError::Rest(RestError::Refused { code, retry_ms, .. }) => match code {
            Some(ErrorCode::RevisionConflict) => WindowErrorCode::Conflict,
            Some(ErrorCode::TokenInvalid | ErrorCode::TokenRevoked) => {
                WindowErrorCode::TokenRefused
            }
            Some(ErrorCode::CrmUnreachable) => WindowErrorCode::Offline,
            Some(ErrorCode::CrmRefused) => WindowErrorCode::CrmRefused,
            Some(ErrorCode::Forbidden) => WindowErrorCode::NoRights,
            Some(ErrorCode::NotFound) => WindowErrorCode::Gone,
            // What it cannot do now it wants asked for again; what it never does, not.
            Some(ErrorCode::Unavailable) if retry_ms.is_none() => WindowErrorCode::Unavailable,
            Some(ErrorCode::RateLimited | ErrorCode::Unavailable) => WindowErrorCode::Offline,
            Some(ErrorCode::InvitationUsed) => WindowErrorCode::InvitationUsed,
            Some(ErrorCode::InvitationExpired) => WindowErrorCode::InvitationExpired,
            Some(ErrorCode::InvitationUnknown) => WindowErrorCode::InvitationUnknown,
            Some(
                ErrorCode::ForeignOrigin
                | ErrorCode::FieldInvalid
                | ErrorCode::BodyInvalid
                | ErrorCode::RecipientUnknown
                | ErrorCode::IdempotencyConflict
                | ErrorCode::Protocol,
            )
            | None => WindowErrorCode::Unknown,
        },
    })
}
