//! What the window asks for in vain, because the administrator has decided it.

use super::Managed;
use crate::account::Account;
use dealbell_protocol::join::JoinLink;
use dealbell_protocol::window::{LanguageChoice, Setting, SettingName, SignIn, Way, WindowRequest};

impl Managed {
    /// Whether a request would change what is locked. Where the language stays as it is, `current`,
    /// the theme may change.
    pub(crate) fn refuses(&self, request: &WindowRequest, current: LanguageChoice) -> bool {
        if let WindowRequest::Change { setting } = request {
            return name(setting).is_some_and(|name| self.is_locked(name));
        }
        if let WindowRequest::Appearance { language, .. } = request {
            return *language != current && self.is_locked(SettingName::Language);
        }
        if let WindowRequest::Check {
            way: SignIn::Team { centre, .. },
        } = request
        {
            return self.forbids(&Account::team(centre));
        }
        if let WindowRequest::Check {
            way: SignIn::Invitation { link },
        } = request
        {
            let led = JoinLink::parse(link);
            let led = led.map(|link| Account::team(link.centre().as_str()));
            return self.locked.centre.is_some() && led.is_none_or(|led| self.forbids(&led));
        }
        let updates = matches!(
            request,
            WindowRequest::CheckForUpdate | WindowRequest::InstallUpdate
        );
        updates && self.is_locked(SettingName::Updates)
    }

    /// Whether an account is of another centre than the only one, whoever names it. The user's own CRM
    /// account and the demo are of none.
    pub(crate) fn forbids(&self, account: &Account) -> bool {
        let only = self.locked.centre.as_deref().map(Account::team);
        account.way == Way::Team && only.is_some_and(|only| !only.means(account))
    }

    fn is_locked(&self, name: SettingName) -> bool {
        self.names().contains(&name)
    }
}

/// The name under which a choice can be locked; some are always the user's.
fn name(setting: &Setting) -> Option<SettingName> {
    match setting {
        Setting::Content(_) => Some(SettingName::Content),
        Setting::StartAtLogin(_) => Some(SettingName::StartAtLogin),
        Setting::Proxy(_) => Some(SettingName::Proxy),
        Setting::CaFile(_) => Some(SettingName::CaFile),
        Setting::LogLevel(_) => Some(SettingName::LogLevel),
        Setting::HideWhileSharing(_)
        | Setting::RespectSystemQuiet(_)
        | Setting::StayWhenDue(_)
        | Setting::Sounds(_)
        | Setting::SoundOf(..)
        | Setting::Shortcut(_)
        | Setting::KeepDays(_)
        | Setting::LingerSecs(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Choices;
    use super::*;
    use dealbell_protocol::window::{ContentLevel, ThemeChoice};

    fn locked(locked: Choices) -> Managed {
        Managed {
            locked,
            defaults: Choices::default(),
        }
    }

    fn refuses(managed: &Managed, request: &WindowRequest) -> bool {
        managed.refuses(request, LanguageChoice::Ru)
    }

    #[test]
    fn only_what_is_locked_cannot_be_changed() {
        let content = WindowRequest::Change {
            setting: Setting::Content(ContentLevel::All),
        };
        let sounds = WindowRequest::Change {
            setting: Setting::Sounds(false),
        };
        let managed = locked(Choices {
            content: Some(ContentLevel::Nothing),
            updates: Some(false),
            ..Choices::default()
        });
        assert!(refuses(&managed, &content));
        assert!(!refuses(&managed, &sounds));
        assert!(refuses(&managed, &WindowRequest::CheckForUpdate));
        assert!(!refuses(&Managed::default(), &content));
        let looks = locked(Choices {
            updates: Some(true),
            ..Choices::default()
        });
        assert!(!refuses(&looks, &WindowRequest::InstallUpdate));
    }

    #[test]
    fn the_theme_is_the_users_where_the_language_is_not() {
        let managed = locked(Choices {
            language: Some(LanguageChoice::Ru),
            ..Choices::default()
        });
        let wear = |language| WindowRequest::Appearance {
            language,
            theme: ThemeChoice::Dark,
        };
        assert!(!refuses(&managed, &wear(LanguageChoice::Ru)));
        assert!(refuses(&managed, &wear(LanguageChoice::En)));
    }

    #[test]
    fn a_locked_centre_is_the_only_one() {
        let managed = locked(Choices {
            centre: Some("https://bell.example.org".to_owned()),
            ..Choices::default()
        });
        let invited = |centre: &str| WindowRequest::Check {
            way: SignIn::Invitation {
                link: format!("{centre}/join/{}", "0".repeat(64)),
            },
        };
        assert!(!refuses(&managed, &invited("https://bell.example.org")));
        assert!(refuses(&managed, &invited("https://evil.example.org")));
        assert!(refuses(&managed, &invited("http://bell.example.org")));
        let team = |centre: &str| WindowRequest::Check {
            way: SignIn::Team {
                centre: centre.to_owned(),
                token: "T".to_owned(),
            },
        };
        assert!(!refuses(&managed, &team(" https://BELL.example.org/ ")));
        assert!(refuses(&managed, &team("https://bell.example.com")));
        assert!(refuses(&managed, &team("bell")));
        let demo = WindowRequest::Check { way: SignIn::Demo };
        assert!(!refuses(&managed, &demo));
        // Nor is another one opened that stands on the command line, in the environment, or was
        // signed in to before.
        assert!(!managed.forbids(&Account::team("https://bell.example.org/")));
        for other in [
            "https://bell.example.org/other",
            "https://evil.example.org",
            "bell",
        ] {
            assert!(managed.forbids(&Account::team(other)), "{other}");
            assert!(!Managed::default().forbids(&Account::team(other)));
        }
        assert!(!managed.forbids(&Account::solo("romashka")) && !managed.forbids(&Account::demo()));
    }
}
