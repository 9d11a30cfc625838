//! What the user chooses for this device, applied at once.

use super::Controller;
use super::calls::refused;
use dealbell_protocol::window::{
    Language, LanguageChoice, Setting, ThemeChoice, WindowAnswer, WindowErrorCode,
};

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
        if let Some(line) = &self.line {
            line.set_language(language(choice)).await;
            self.speaks.send_replace(language(choice));
        }
        match changed {
            Ok(()) => WindowAnswer::Done,
            Err(error) => {
                tracing::warn!(%error, "the settings were not saved");
                refused(WindowErrorCode::Storage)
            }
        }
    }

    /// Changes one choice of this device.
    pub(super) fn change(&mut self, setting: Setting) -> WindowAnswer {
        match setting {
            Setting::Content(_)
            | Setting::HideWhileSharing(_)
            | Setting::RespectSystemQuiet(_)
            | Setting::StayWhenDue(_)
            | Setting::Sounds(_)
            | Setting::SoundOf(..)
            | Setting::StartAtLogin(_)
            | Setting::Shortcut(_)
            | Setting::Proxy(_)
            | Setting::CaFile(_)
            | Setting::KeepDays(_)
            | Setting::LingerSecs(_)
            | Setting::LogLevel(_) => refused(WindowErrorCode::Unknown),
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
