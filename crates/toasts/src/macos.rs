//! Toasts on macOS through the User Notifications interface.
//!
//! The system gives them only to a signed app with a bundle id and after the user said yes; without
//! a bundle id its centre would throw, so that is looked at before every first call.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mac_usernotifications::{
    AuthorizationStatus, CloseReason, NotificationResponse, close_delivered, sound,
};
use notify_rust::{
    InterruptionLevel, Notification, NotificationId, check_bundle, get_notification_settings,
    request_auth,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::{
    DismissReason, Permission, Shown, Sound, Toast, ToastBackend, ToastError, ToastEvent,
    ToastEvents, Urgency, text,
};

/// "Clear all" reports nothing, so waits can stay behind; they cost little, and only so many are kept.
const MAX_WAITING: usize = 512;

/// The toasts of the bundle this runs from.
pub(crate) struct UserNotifications {
    events: UnboundedSender<ToastEvent>,
    waiting: Mutex<HashMap<String, AbortHandle>>,
    permitted: tokio::sync::OnceCell<()>,
    focus_told: AtomicBool,
    /// Held for a whole call: two toasts with one key must not pass each other.
    order: tokio::sync::Mutex<()>,
}

impl UserNotifications {
    pub(crate) fn new() -> (Self, ToastEvents) {
        let (events, receiver) = unbounded_channel();
        let backend = Self {
            events,
            waiting: Mutex::default(),
            permitted: tokio::sync::OnceCell::new(),
            focus_told: AtomicBool::new(false),
            order: tokio::sync::Mutex::new(()),
        };
        (backend, receiver)
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, AbortHandle>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, wait| !wait.is_finished());
        waiting
    }

    /// Asks the user once; a no is asked about again at the next toast, which shows no dialog.
    async fn ask(&self) -> Result<(), ToastError> {
        self.permitted
            .get_or_try_init(|| async {
                check_bundle().map_err(|_| ToastError::NotInstalled)?;
                match request_auth().await {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(ToastError::NotPermitted),
                    Err(error) => Err(ToastError::Refused(error.to_string())),
                }
            })
            .await
            .copied()
    }

    /// What the user said earlier; where he was never asked, nothing is in the way yet.
    async fn permission(&self) -> Result<(), ToastError> {
        check_bundle().map_err(|_| ToastError::NotInstalled)?;
        let settings = get_notification_settings()
            .await
            .map_err(|error| ToastError::Refused(error.to_string()))?;
        match settings.authorization_status {
            AuthorizationStatus::Denied => Err(ToastError::NotPermitted),
            AuthorizationStatus::NotDetermined
            | AuthorizationStatus::Authorized
            | AuthorizationStatus::Provisional
            | AuthorizationStatus::Ephemeral
            | AuthorizationStatus::Unknown => Ok(()),
        }
    }
}

/// The toast as the crate beneath sends it. Staying on the screen is the user's own choice in the system's settings.
fn content(toast: &Toast) -> mac_usernotifications::Notification {
    let mut content = Notification::new();
    content
        .id(NotificationId::Mac(toast.key.clone()))
        .summary(&text::title(&toast.title))
        .body(&text::body(&toast.body))
        .interruption_level(match toast.urgency {
            Urgency::Low => InterruptionLevel::Passive,
            Urgency::Normal => InterruptionLevel::Active,
            Urgency::High => InterruptionLevel::TimeSensitive,
        });
    for button in &toast.buttons {
        content.action(&button.id, &text::title(&button.label));
    }
    let mut content = mac_usernotifications::Notification::from(&content);
    if let Some(group) = &toast.group {
        content = content.thread_id(group);
    }
    match toast.sound {
        Sound::Default => content.default_sound(),
        Sound::Message => content.sound(sound::PING),
        Sound::Bell => content.sound(sound::GLASS),
        Sound::Complete => content.sound(sound::HERO),
        Sound::Silent => content,
    }
}

fn event(key: String, response: &NotificationResponse) -> ToastEvent {
    if let Some(reason) = response.close_reason {
        let reason = match reason {
            CloseReason::Expired => DismissReason::Expired,
            _ => DismissReason::ByUser,
        };
        return ToastEvent::Dismissed { key, reason };
    }
    if response.is_dismiss_action() {
        return ToastEvent::Dismissed {
            key,
            reason: DismissReason::ByUser,
        };
    }
    let button = (!response.is_default_action()).then(|| response.action_identifier.clone());
    ToastEvent::Clicked {
        key,
        button,
        activation_token: None,
    }
}

#[async_trait::async_trait]
impl ToastBackend for UserNotifications {
    async fn show(&self, toast: &Toast) -> Result<Shown, ToastError> {
        let _order = self.order.lock().await;
        self.ask().await?;
        let sent = content(toast).send().await;
        let handle = sent.map_err(|error| ToastError::Refused(error.to_string()))?;
        let (key, events) = (toast.key.clone(), self.events.clone());
        let wait = tokio::spawn(async move {
            if let Ok(response) = handle.response().await {
                // Nobody listens any more: the app is leaving.
                let _ = events.send(event(key, &response));
            }
        });
        let mut waiting = self.waiting();
        if waiting.len() >= MAX_WAITING {
            tracing::warn!("too many toasts are waiting; a click on this one will not be heard");
            wait.abort();
            return Ok(Shown::New);
        }
        match waiting.insert(toast.key.clone(), wait.abort_handle()) {
            Some(earlier) => {
                earlier.abort();
                Ok(Shown::Replaced)
            }
            None => Ok(Shown::New),
        }
    }

    async fn withdraw(&self, key: &str) -> Result<(), ToastError> {
        let _order = self.order.lock().await;
        let earlier = self.waiting().remove(key);
        if check_bundle().is_ok() {
            close_delivered(key).await;
        }
        if let Some(wait) = earlier {
            wait.abort();
        }
        Ok(())
    }

    async fn probe(&self) -> Result<(), ToastError> {
        let _order = self.order.lock().await;
        if !self.focus_told.swap(true, Ordering::Relaxed) {
            // The system gives neither to an app without a special right, and silences toasts by itself.
            let (quiet, sharing) = (None, None);
            let _ = self.events.send(ToastEvent::Focus { quiet, sharing });
        }
        self.permission().await
    }

    async fn ask_permission(&self) -> Result<Permission, ToastError> {
        match self.ask().await {
            Ok(()) => Ok(Permission::Granted),
            Err(ToastError::NotPermitted) => Ok(Permission::Denied),
            Err(error) => Err(error),
        }
    }
}

impl Drop for UserNotifications {
    fn drop(&mut self) {
        for wait in self.waiting().values() {
            wait.abort();
        }
    }
}
