//! How this desktop behaves: what its user and its system want of toasts.

use dealbell_protocol::window::{ContentLevel, DeviceSettings, Quiet, Sound};
use dealbell_protocol::{ChannelSettings, Millis, Priority, ProviderId};
use std::collections::BTreeMap;

/// What user and system want of toasts now. A plain value: change it and hand it to
/// [`crate::Inbox::set_manners`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// How much a toast says.
    pub content: ContentLevel,
    /// Says nothing while [`Self::sharing`].
    pub hide_while_sharing: bool,
    /// A toast of a task that is due stays until seen.
    pub stay_when_due: bool,
    /// Sounds at all.
    pub sounds: bool,
    /// The sound of a provider; one that is missing has [`Sound::Default`].
    pub sound_of: BTreeMap<ProviderId, Sound>,
    /// Whether [`Self::system_quiet`] counts.
    pub respect_system_quiet: bool,
    /// The user does not want to be disturbed.
    pub user_quiet: Option<UserQuiet>,
    /// The system's own do-not-disturb is on; unknown is off.
    pub system_quiet: bool,
    /// The screen is being shared; unknown is not.
    pub sharing: bool,
}

/// The user's do-not-disturb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserQuiet {
    /// Its end; none lasts until switched off.
    pub until: Option<Millis>,
}

impl Default for Manners {
    fn default() -> Self {
        Self::of(&DeviceSettings::default())
    }
}

impl Manners {
    /// As the user chose them, on a system that says nothing.
    pub fn of(settings: &DeviceSettings) -> Self {
        Self {
            content: settings.content,
            hide_while_sharing: settings.hide_while_sharing,
            stay_when_due: settings.stay_when_due,
            sounds: settings.sounds,
            sound_of: settings.sound_of.clone(),
            respect_system_quiet: settings.respect_system_quiet,
            user_quiet: None,
            system_quiet: false,
            sharing: false,
        }
    }

    /// How much a toast may say now.
    pub fn level(&self) -> ContentLevel {
        match self.sharing && self.hide_while_sharing {
            true => ContentLevel::Nothing,
            false => self.content,
        }
    }

    /// Whether toasts may say less by these than by `others`.
    pub(crate) fn says_less_than(&self, others: &Self) -> bool {
        let said = |level| match level {
            ContentLevel::All => 2,
            ContentLevel::Sender => 1,
            ContentLevel::Nothing => 0,
        };
        said(self.level()) < said(others.level())
    }

    /// What a new notification of `provider` sounds like; none is a summary's.
    pub(crate) fn sound(&self, provider: Option<&ProviderId>, priority: Priority) -> Sound {
        if !self.sounds || priority == Priority::Low {
            return Sound::Silent;
        }
        let own = provider.and_then(|provider| self.sound_of.get(provider));
        own.copied().unwrap_or_default()
    }

    /// Why nothing rings at `at`: the user's word first, then the weekly hours (RULES C11), then
    /// the system's.
    pub(crate) fn quiet(&self, channels: Option<&ChannelSettings>, at: Millis) -> Option<Quiet> {
        let user = self
            .user_quiet
            .filter(|quiet| quiet.until.is_none_or(|end| end > at));
        if let Some(UserQuiet { until }) = user {
            return Some(Quiet::User { until });
        }
        if let Some(until) = channels.and_then(|channels| channels.quiet.quiet_until(at)) {
            return Some(Quiet::Hours { until });
        }
        (self.system_quiet && self.respect_system_quiet).then_some(Quiet::System)
    }
}
