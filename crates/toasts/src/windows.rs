//! Toasts on Windows through notify-rust, with its limits.
//!
//! It neither replaces nor withdraws, and once a toast has left the screen for the notification
//! list its click is lost. Each toast on the screen takes a small waiting thread, which ends with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use notify_rust::{CloseReason, Notification, NotificationHandle, NotificationResponse};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::{
    DismissReason, Permission, Shown, Toast, ToastBackend, ToastError, ToastEvent, ToastEvents,
    Urgency, text,
};

/// Windows shows a few toasts at a time; more waiting threads than this mean that something went wrong.
const MAX_WAITING: usize = 64;

/// The toasts of one AppUserModelID, which must be registered (an installer's shortcut does that).
pub(crate) struct WindowsToasts {
    app_id: String,
    events: UnboundedSender<ToastEvent>,
    waiting: Arc<AtomicUsize>,
}

impl WindowsToasts {
    pub(crate) fn new(app_id: &str) -> (Self, ToastEvents) {
        let (events, receiver) = unbounded_channel();
        (
            Self {
                app_id: app_id.to_owned(),
                events,
                waiting: Arc::default(),
            },
            receiver,
        )
    }

    fn content(&self, toast: &Toast) -> Notification {
        let mut content = Notification::new();
        content
            .app_id(&self.app_id)
            .summary(&text::title(&toast.title));
        content
            .body(&text::body(&toast.body))
            .urgency(match toast.urgency {
                Urgency::Low => notify_rust::Urgency::Low,
                Urgency::Normal => notify_rust::Urgency::Normal,
                Urgency::High => notify_rust::Urgency::Critical,
            });
        for button in &toast.buttons {
            content.action(&button.id, &text::title(&button.label));
        }
        content
    }

    /// Waits for the one answer a toast gives.
    fn wait(&self, key: String, handle: NotificationHandle) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            tracing::warn!("too many toasts are waiting; a click on this one will not be heard");
            return;
        }
        let (events, waiting) = (self.events.clone(), Arc::clone(&self.waiting));
        let started = std::thread::Builder::new()
            .name("toast".into())
            .spawn(move || {
                let heard = handle.wait_for_response(|response: &NotificationResponse| {
                    // Nobody listens any more: the app is leaving.
                    let _ = events.send(event(key, response));
                });
                if let Err(error) = heard {
                    tracing::debug!(%error, "a toast went away without a word");
                }
                waiting.fetch_sub(1, Ordering::Relaxed);
            });
        if let Err(error) = started {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            tracing::warn!(%error, "a click on this toast will not be heard");
        }
    }
}

fn event(key: String, response: &NotificationResponse) -> ToastEvent {
    let clicked = |button| ToastEvent::Clicked {
        key: key.clone(),
        button,
        activation_token: None,
    };
    match response {
        NotificationResponse::Default | NotificationResponse::Reply(_) => clicked(None),
        NotificationResponse::Action(id) => clicked(Some(id.clone())),
        NotificationResponse::Closed(reason) => {
            let reason = match reason {
                CloseReason::Expired => DismissReason::Expired,
                CloseReason::Dismissed => DismissReason::ByUser,
                CloseReason::CloseAction => DismissReason::ByCall,
                CloseReason::Other(_) => DismissReason::Unknown,
            };
            ToastEvent::Dismissed { key, reason }
        }
    }
}

#[async_trait::async_trait]
impl ToastBackend for WindowsToasts {
    async fn show(&self, toast: &Toast) -> Result<Shown, ToastError> {
        let handle = self
            .content(toast)
            .show()
            .map_err(|error| ToastError::Refused(error.to_string()))?;
        self.wait(toast.key.clone(), handle);
        Ok(Shown::New)
    }

    async fn withdraw(&self, _key: &str) -> Result<(), ToastError> {
        Err(ToastError::Unsupported("be taken away"))
    }

    async fn probe(&self) -> Result<(), ToastError> {
        Ok(())
    }

    async fn ask_permission(&self) -> Result<Permission, ToastError> {
        Ok(Permission::NotNeeded)
    }
}
