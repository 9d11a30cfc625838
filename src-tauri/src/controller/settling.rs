//! What the user chooses for this device, applied at once.

use super::Controller;
use super::calls::refused;
use crate::system::shortcut::ShortcutError;
use crate::system::{autostart, journal};
use dealbell_inbox::{Network, NetworkError};
use dealbell_protocol::window::{
    Language, LanguageChoice, Setting, Sound, ThemeChoice, WindowAnswer, WindowErrorCode,
};
use std::path::PathBuf;

impl Controller {
    /// Looks and speaks as chosen, from now on.
    pub(super) async fn wear(
        &mut self,
        choice: LanguageChoice,
        theme: ThemeChoice,
    ) -> WindowAnswer {
        let changed = self.settings.change(|settings| {
            settings.language = choice;
            settings.theme = theme;
        });
        self.speaks.send_replace(language(choice));
        for line in self.seats.listed().filter_map(|seat| seat.line.as_ref()) {
            line.set_language(language(choice)).await;
        }
        kept(changed)
    }

    /// Changes one choice of this device: what the system must do for it is done first, so that
    /// nothing is remembered that does not hold.
    pub(super) async fn change(&mut self, setting: Setting) -> WindowAnswer {
        let reaches = matches!(setting, Setting::Proxy(_) | Setting::CaFile(_));
        if let Err(code) = self.apply(&setting) {
            return refused(code);
        }
        let changed = self.settings.change(|settings| {
            let device = &mut settings.device;
            match setting {
                Setting::Content(level) => device.content = level,
                Setting::HideWhileSharing(on) => device.hide_while_sharing = on,
                Setting::RespectSystemQuiet(on) => device.respect_system_quiet = on,
                Setting::StayWhenDue(on) => device.stay_when_due = on,
                Setting::Sounds(on) => device.sounds = on,
                Setting::SoundOf(provider, Sound::Default) => {
                    device.sound_of.remove(&provider);
                }
                Setting::SoundOf(provider, sound) => {
                    device.sound_of.insert(provider, sound);
                }
                Setting::StartAtLogin(on) => device.start_at_login = on,
                Setting::Shortcut(keys) => device.shortcut = keys,
                Setting::Proxy(proxy) => device.proxy = proxy,
                Setting::CaFile(file) => device.ca_file = file,
                Setting::KeepDays(days) => device.keep_days = days,
                Setting::LingerSecs(seconds) => device.linger_secs = seconds,
                Setting::LogLevel(level) => device.log_level = level,
            }
        });
        if reaches && changed.is_ok() {
            self.reopen_lines().await;
        }
        kept(changed)
    }

    /// How the network is reached.
    pub(super) fn network(&self) -> Network {
        let device = &self.settings.current().device;
        Network {
            proxy: device.proxy.clone(),
            ca_file: device.ca_file.as_ref().map(PathBuf::from),
        }
    }

    fn apply(&mut self, setting: &Setting) -> Result<(), WindowErrorCode> {
        match setting {
            Setting::StartAtLogin(on) => autostart::set(*on).map_err(|error| {
                tracing::warn!(%error, "the entry for the start at login was refused");
                WindowErrorCode::AutostartFailed
            }),
            Setting::Shortcut(None) => {
                self.shortcut = None;
                Ok(())
            }
            Setting::Shortcut(Some(keys)) => {
                self.take_shortcut(keys).map_err(|error| match error {
                    ShortcutError::Keys(_) => WindowErrorCode::ShortcutWrong,
                    ShortcutError::Taken => WindowErrorCode::ShortcutTaken,
                    ShortcutError::Unavailable => WindowErrorCode::Unavailable,
                })
            }
            Setting::KeepDays(days) => {
                for inbox in self.inboxes() {
                    let days = *days;
                    tokio::spawn(async move {
                        if let Err(error) = inbox.set_keep_days(days).await {
                            tracing::warn!(%error, "the days to keep were not taken");
                        }
                    });
                }
                Ok(())
            }
            Setting::LogLevel(level) => {
                journal::set_level(*level);
                Ok(())
            }
            Setting::Content(_)
            | Setting::HideWhileSharing(_)
            | Setting::RespectSystemQuiet(_)
            | Setting::StayWhenDue(_)
            | Setting::Sounds(_)
            | Setting::SoundOf(..)
            | Setting::LingerSecs(_) => Ok(()),
            Setting::Proxy(proxy) => can_follow(&Network {
                proxy: proxy.clone(),
                ..self.network()
            }),
            Setting::CaFile(file) => can_follow(&Network {
                ca_file: file.as_ref().map(PathBuf::from),
                ..self.network()
            }),
        }
    }
}

fn can_follow(network: &Network) -> Result<(), WindowErrorCode> {
    dealbell_inbox::check_network(network).map_err(|error| {
        tracing::info!(%error, "the network cannot be reached so");
        match error {
            NetworkError::Proxy => WindowErrorCode::ProxyWrong,
            NetworkError::CaUnreadable(_) | NetworkError::CaEmpty => WindowErrorCode::CaWrong,
        }
    })
}

fn kept(changed: anyhow::Result<()>) -> WindowAnswer {
    match changed {
        Ok(()) => WindowAnswer::Done,
        Err(error) => {
            tracing::warn!(%error, "the settings were not saved");
            refused(WindowErrorCode::Storage)
        }
    }
}

/// The language chosen, or the system's.
pub(super) fn language(choice: LanguageChoice) -> Language {
    match choice {
        LanguageChoice::Ru => Language::Ru,
        LanguageChoice::En => Language::En,
        LanguageChoice::System => {
            let russian = sys_locale::get_locale().is_some_and(|name| name.starts_with("ru"));
            if russian { Language::Ru } else { Language::En }
        }
    }
}
