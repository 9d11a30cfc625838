//! The values every system shares: a toast, what became of it, what the user did with it.

use tokio::sync::mpsc;

/// How loudly a toast asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Urgency {
    /// May go straight to the system's list.
    Low,
    /// Asks as toasts do.
    #[default]
    Normal,
    /// Asks loudly: may pass what holds ordinary toasts back, where the system lets it.
    High,
}

/// What a toast sounds like. Where a system has fewer sounds, its own takes their place; [`Sound::Silent`] is silent everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sound {
    /// The system's sound for toasts.
    #[default]
    Default,
    /// Somebody writes.
    Message,
    /// Something is due.
    Bell,
    /// Something is done.
    Complete,
    /// None.
    Silent,
}

/// Whether the system lets this app show toasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// The user said yes, now or earlier.
    Granted,
    /// The user or an administrator said no.
    Denied,
    /// This system asks nobody.
    NotNeeded,
}

/// A visible button beside the toast's own click.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Button {
    /// Comes back in [`ToastEvent::Clicked`]; must not be `default`, which is the toast itself.
    pub id: String,
    /// What the user reads.
    pub label: String,
}

/// One toast as it should look. Texts are plain: whatever a system takes for markup is shown literally.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Toast {
    /// The notification's id. Showing another toast with the same key replaces this one.
    pub key: String,
    /// One line; line breaks become spaces, the rest is cut at [`crate::MAX_TITLE_CHARS`].
    pub title: String,
    /// May have several lines; cut at [`crate::MAX_BODY_CHARS`].
    pub body: String,
    /// How loudly it asks.
    pub urgency: Urgency,
    /// What it sounds like, where the system lets us say so.
    pub sound: Sound,
    /// Stays on the screen until the user has seen to it, where the system can do that.
    pub stay: bool,
    /// Toasts of one group stand together in the system's list, where a list has more than one (macOS).
    pub group: Option<String>,
    /// It is kept nowhere: the system's list forgets it as soon as it leaves the screen, where the system can do that.
    pub transient: bool,
    /// What a click on the toast does, for systems that show it as words; empty takes the title's place silently.
    pub default_label: String,
    /// Buttons; systems that have none leave them out.
    pub buttons: Vec<Button>,
    /// An icon's name in the icon theme or an absolute path; `None` leaves it to the system.
    pub icon: Option<String>,
}

/// What became of a toast that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shown {
    /// A toast of its own.
    New,
    /// It took the place of the earlier toast with the same key.
    Replaced,
}

/// Why a toast was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToastError {
    /// Nobody shows toasts here now: no session bus, or no notification daemon on it. Later calls try again.
    #[error("no notification daemon")]
    NoDaemon,
    /// The daemon took the call and did not answer; the toast may still appear, and its click will then count.
    #[error("the notification daemon does not answer")]
    TimedOut,
    /// The system said no, with its own words.
    #[error("the system refused the toast: {0}")]
    Refused(String),
    /// The user or an administrator switched toasts of this app off.
    #[error("toasts of this app are switched off in the system")]
    NotPermitted,
    /// The system gives toasts only to an installed app (macOS: one with a bundle id).
    #[error("the system gives toasts only to an installed app")]
    NotInstalled,
    /// This system's toasts cannot do that.
    #[error("toasts of this system cannot {0}")]
    Unsupported(&'static str),
}

/// Why a toast went away without a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DismissReason {
    /// Its time on the screen was over.
    Expired,
    /// The user closed it.
    ByUser,
    /// Somebody other than this app's `withdraw` closed it over the system's interface.
    ByCall,
    /// The system gave no reason it has a name for.
    Unknown,
}

/// What happened to toasts after they were shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToastEvent {
    /// The user acted on the toast.
    Clicked {
        /// The toast's key.
        key: String,
        /// The button's id; `None` is the toast itself.
        button: Option<String>,
        /// What a window opened now needs to come to the front (Wayland and X11 startup notification).
        activation_token: Option<String>,
    },
    /// The toast went away unclicked. Not sent for a toast that was clicked, withdrawn or replaced.
    Dismissed {
        /// The toast's key.
        key: String,
        /// Why.
        reason: DismissReason,
    },
    /// The notification daemon or the bus went away, and all toasts with it.
    DaemonGone,
    /// A notification daemon appeared, the first or a new one; it knows none of the earlier toasts.
    DaemonBack,
    /// What the user is at, as far as the system tells: once after the first [`ToastBackend::probe`], and with every
    /// change. Unknown counts as off.
    Focus {
        /// The system's own do-not-disturb; `None` is unknown.
        quiet: Option<bool>,
        /// The screen is shared or projected; `None` is unknown.
        sharing: Option<bool>,
    },
}

/// Where a backend's events arrive, in the order they happened. Ends when the backend is dropped.
pub type ToastEvents = mpsc::UnboundedReceiver<ToastEvent>;

/// Shows toasts and takes them away again. Calls are served one after the other, in the order they were made.
#[async_trait::async_trait]
pub trait ToastBackend: Send + Sync {
    /// Hands a toast to the system; one with the same key is replaced.
    ///
    /// # Errors
    /// A [`ToastError`] says why nothing is on the screen; [`ToastError::NoDaemon`] comes within
    /// milliseconds and heals by itself.
    async fn show(&self, toast: &Toast) -> Result<Shown, ToastError>;

    /// Takes a toast away. One that is gone already, or never was, is a success.
    ///
    /// # Errors
    /// [`ToastError::TimedOut`] or [`ToastError::Unsupported`]: it may still be on the screen.
    async fn withdraw(&self, key: &str) -> Result<(), ToastError>;

    /// Whether toasts can be shown now. Worth a call at start: from then on
    /// [`ToastEvent::DaemonGone`] and [`ToastEvent::DaemonBack`] tell of changes.
    ///
    /// # Errors
    /// What [`ToastBackend::show`] would say now.
    async fn probe(&self) -> Result<(), ToastError>;

    /// Asks the user to allow toasts, on systems where he must be asked; the first time that is a dialog, later an answer
    /// at once. Worth a call at the first run.
    ///
    /// # Errors
    /// [`ToastError::NotInstalled`] where only an installed app may ask, or the system's own words.
    async fn ask_permission(&self) -> Result<Permission, ToastError>;
}
