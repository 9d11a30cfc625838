//! Showing, replacing and withdrawing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use windows::Data::Xml::Dom::XmlDocument;
use windows::Foundation::TypedEventHandler;
use windows::UI::Notifications::{
    NotificationSetting, ToastDismissalReason, ToastDismissedEventArgs, ToastNotification,
    ToastNotificationManager, ToastNotificationPriority, ToastNotifier,
};
use windows::core::{HSTRING, IInspectable, Ref};

use super::content::{tag, xml};
use super::{focus, registration};
use crate::link::LinkKey;
use crate::{
    DismissReason, Permission, Shown, Toast, ToastBackend, ToastError, ToastEvent, ToastEvents,
    Urgency,
};

/// All our toasts are of one group: with it and its tag each is replaced and withdrawn.
const GROUP: &str = "dealbell";
/// Windows keeps twenty toasts of an app; what is known of older ones is forgotten.
const MAX_KNOWN: usize = 256;

/// The toasts of one AppUserModelID, which is registered at the first call.
pub(crate) struct WindowsToasts {
    app_name: String,
    app_id: String,
    links: LinkKey,
    events: UnboundedSender<ToastEvent>,
    known: Known,
    /// With which icon, once it is.
    registered: Mutex<Option<Option<String>>>,
    focus: Mutex<Option<focus::Watch>>,
    /// Held for a whole call: two toasts with one key must not pass each other.
    order: tokio::sync::Mutex<()>,
}

/// The toasts that Windows may still have, by key. A toast that is let go of here tells no more.
type Known = Arc<Mutex<HashMap<String, ToastNotification>>>;

impl WindowsToasts {
    /// Registers and opens nothing yet.
    pub(crate) fn new(app_name: &str, app_id: &str, links: LinkKey) -> (Self, ToastEvents) {
        let (events, receiver) = unbounded_channel();
        let backend = Self {
            app_name: app_name.to_owned(),
            app_id: app_id.to_owned(),
            links,
            events,
            known: Known::default(),
            registered: Mutex::default(),
            focus: Mutex::default(),
            order: tokio::sync::Mutex::new(()),
        };
        (backend, receiver)
    }

    /// The way to the screen, or why there is none.
    fn notifier(&self, icon: Option<&str>) -> Result<ToastNotifier, ToastError> {
        self.register(icon)?;
        lock(&self.focus).get_or_insert_with(|| focus::Watch::start(self.events.clone()));
        let app_id = HSTRING::from(&self.app_id);
        let notifier =
            ToastNotificationManager::CreateToastNotifierWithId(&app_id).map_err(refusal)?;
        match notifier.Setting().map_err(refusal)? {
            NotificationSetting::Enabled => Ok(notifier),
            _ => Err(ToastError::NotPermitted),
        }
    }

    fn register(&self, icon: Option<&str>) -> Result<(), ToastError> {
        let mut registered = lock(&self.registered);
        let enough = registered
            .as_ref()
            .is_some_and(|with| icon.is_none() || with.as_deref() == icon);
        if !enough {
            registration::register(&self.app_name, &self.app_id, icon)
                .map_err(|error| ToastError::Refused(error.to_string()))?;
            *registered = Some(icon.map(str::to_owned));
        }
        Ok(())
    }

    fn made(&self, toast: &Toast) -> windows::core::Result<ToastNotification> {
        let document = XmlDocument::new()?;
        document.LoadXml(&HSTRING::from(xml(toast, &self.links)))?;
        let made = ToastNotification::CreateToastNotification(&document)?;
        made.SetTag(&HSTRING::from(tag(&toast.key)))?;
        made.SetGroup(&HSTRING::from(GROUP))?;
        made.SetPriority(match toast.urgency {
            Urgency::Low | Urgency::Normal => ToastNotificationPriority::Default,
            Urgency::High => ToastNotificationPriority::High,
        })?;
        made.SetSuppressPopup(toast.urgency == Urgency::Low)?;
        made.Dismissed(&self.dismissed(toast))?;
        made.Activated(&self.clicked(toast))?;
        Ok(made)
    }

    /// What to do when Windows says that a toast has gone.
    fn dismissed(
        &self,
        toast: &Toast,
    ) -> TypedEventHandler<ToastNotification, ToastDismissedEventArgs> {
        let (events, known) = (self.events.clone(), Arc::clone(&self.known));
        let (key, app_id, transient) = (toast.key.clone(), self.app_id.clone(), toast.transient);
        TypedEventHandler::new(move |said: Said<'_>, why: Why<'_>| {
            let reason = match why.as_ref().map(ToastDismissedEventArgs::Reason) {
                Some(Ok(ToastDismissalReason::UserCanceled)) => DismissReason::ByUser,
                Some(Ok(ToastDismissalReason::ApplicationHidden)) => DismissReason::ByCall,
                // Off the screen, and in the notification centre until it is seen to.
                Some(Ok(ToastDismissalReason::TimedOut)) if !transient => return Ok(()),
                Some(Ok(ToastDismissalReason::TimedOut)) => {
                    remove(&key, &app_id)?;
                    DismissReason::Expired
                }
                _ => DismissReason::Unknown,
            };
            if forget(&known, &key, said.as_ref()) {
                let key = key.clone();
                // Nobody listens any more: the app is leaving.
                let _ = events.send(ToastEvent::Dismissed { key, reason });
            }
            Ok(())
        })
    }

    /// A click is told by its link; here it only means that the toast is no longer there.
    fn clicked(&self, toast: &Toast) -> TypedEventHandler<ToastNotification, IInspectable> {
        let (known, key) = (Arc::clone(&self.known), toast.key.clone());
        TypedEventHandler::new(move |said: Said<'_>, _: Ref<'_, IInspectable>| {
            forget(&known, &key, said.as_ref());
            Ok(())
        })
    }
}

type Said<'a> = Ref<'a, ToastNotification>;
type Why<'a> = Ref<'a, ToastDismissedEventArgs>;

/// Whether this very toast was known, and not one that replaced it.
fn forget(known: &Known, key: &str, toast: Option<&ToastNotification>) -> bool {
    let mut known = lock(known);
    known.get(key) == toast && known.remove(key).is_some()
}

#[async_trait::async_trait]
impl ToastBackend for WindowsToasts {
    async fn show(&self, toast: &Toast) -> Result<Shown, ToastError> {
        let _order = self.order.lock().await;
        let notifier = self.notifier(toast.icon.as_deref())?;
        let made = self.made(toast).map_err(refusal)?;
        let earlier = {
            let mut known = lock(&self.known);
            if known.len() >= MAX_KNOWN {
                known.clear();
            }
            known.insert(toast.key.clone(), made.clone())
        };
        if let Err(error) = notifier.Show(&made) {
            lock(&self.known).remove(&toast.key);
            return Err(refusal(error));
        }
        Ok(match earlier {
            Some(_) => Shown::Replaced,
            None => Shown::New,
        })
    }

    async fn withdraw(&self, key: &str) -> Result<(), ToastError> {
        let _order = self.order.lock().await;
        lock(&self.known).remove(key);
        // Windows may have it from an earlier run, or not have it any more.
        if let Err(error) = remove(key, &self.app_id) {
            tracing::debug!(%error, "the toast was gone already");
        }
        Ok(())
    }

    async fn probe(&self) -> Result<(), ToastError> {
        let _order = self.order.lock().await;
        self.notifier(None).map(|_| ())
    }

    async fn ask_permission(&self) -> Result<Permission, ToastError> {
        match self.probe().await {
            Ok(()) => Ok(Permission::NotNeeded),
            Err(ToastError::NotPermitted) => Ok(Permission::Denied),
            Err(error) => Err(error),
        }
    }
}

fn remove(key: &str, app_id: &str) -> windows::core::Result<()> {
    ToastNotificationManager::History()?.RemoveGroupedTagWithId(
        &HSTRING::from(tag(key)),
        &HSTRING::from(GROUP),
        &HSTRING::from(app_id),
    )
}

fn refusal(error: windows::core::Error) -> ToastError {
    ToastError::Refused(error.to_string())
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
