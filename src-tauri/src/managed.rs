//! What the administrator of a machine decides for everybody on it: choices that are locked, and
//! choices to begin with.
//!
//! A section `locked` and a section `defaults`, each with the same keys (`docs/installing.md`). What
//! makes no sense is left out and told; the rest counts. Nothing here can keep Dealbell from starting.

mod refusing;
mod source;

use dealbell_inbox::Address;
use dealbell_protocol::window::{
    ContentLevel, DeviceSettings, LanguageChoice, LogLevel, ProxyChoice, SettingName,
};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use url::Url;

/// The administrator's decisions; nothing where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Managed {
    /// The user sees these and cannot change them.
    pub(crate) locked: Choices,
    /// These are there until the user chooses otherwise.
    pub(crate) defaults: Choices,
}

/// What can be decided; none leaves it to the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choices {
    /// `centre`: the department's centre, as `--centre` takes it.
    pub(crate) centre: Option<String>,
    /// `language`: `system`, `ru` or `en`.
    pub(crate) language: Option<LanguageChoice>,
    /// `start_at_login`: yes or no.
    pub(crate) start_at_login: Option<bool>,
    /// `content`: `all`, `sender` or `nothing`.
    pub(crate) content: Option<ContentLevel>,
    /// `proxy`: `system`, `direct` or an address.
    pub(crate) proxy: Option<ProxyChoice>,
    /// `ca_file`: an absolute path.
    pub(crate) ca_file: Option<String>,
    /// `updates`: no, where the administrator brings new versions himself.
    pub(crate) updates: Option<bool>,
    /// `log_level`: `warn`, `info` or `debug`.
    pub(crate) log_level: Option<LogLevel>,
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// `locked.content`, or the file where it is about the whole of it.
    pub(crate) place: String,
    /// What is wrong with it.
    pub(crate) why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// A value as the system's own place for it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Raw {
    Text(String),
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "the registry has numbers in their place")
    )]
    Flag(bool),
    /// The Windows registry has no flags.
    Number(u64),
    /// What no choice can be, by its name.
    Other(&'static str),
}

/// Section → key → value.
type Sections = BTreeMap<String, BTreeMap<String, Raw>>;

impl Managed {
    /// Reads the system's place for it: `/etc/dealbell/managed.toml`, the policies of the Windows
    /// registry, the managed preferences of macOS. Every problem is one for the log; any at all is
    /// `Trouble::ManagedWrong`.
    pub(crate) fn load() -> (Self, Vec<Problem>) {
        Self::of(source::read())
    }

    fn of(read: Result<Sections, Problem>) -> (Self, Vec<Problem>) {
        let sections = match read {
            Ok(sections) => sections,
            Err(problem) => return (Self::default(), vec![problem]),
        };
        let mut managed = Self::default();
        let mut problems = Vec::new();
        for (section, values) in sections {
            let choices = match section.as_str() {
                "locked" => &mut managed.locked,
                "defaults" => &mut managed.defaults,
                _ => {
                    let why = "no such section; there are locked and defaults".to_owned();
                    problems.push(Problem {
                        place: section,
                        why,
                    });
                    continue;
                }
            };
            for (key, raw) in values {
                if key.is_empty() {
                    let why = "a section is wanted".to_owned();
                    problems.push(Problem {
                        place: section.clone(),
                        why,
                    });
                    continue;
                }
                if let Err(why) = choices.take(&key, &raw) {
                    let place = format!("{section}.{key}");
                    problems.push(Problem { place, why });
                }
            }
        }
        (managed, problems)
    }

    /// The choices of somebody who has not chosen anything yet.
    pub(crate) fn first_choices(&self) -> (DeviceSettings, LanguageChoice) {
        let mut settings = DeviceSettings::default();
        let mut language = LanguageChoice::default();
        self.defaults.put(&mut settings, &mut language);
        self.enforce(&mut settings, &mut language);
        (settings, language)
    }

    /// Puts what is locked over what the user chose.
    pub(crate) fn enforce(&self, settings: &mut DeviceSettings, language: &mut LanguageChoice) {
        self.locked.put(settings, language);
    }

    /// What the user cannot change, for `WindowState::managed`.
    pub(crate) fn names(&self) -> Vec<SettingName> {
        let locked = &self.locked;
        let is_locked = |name: &SettingName| match name {
            SettingName::Language => locked.language.is_some(),
            SettingName::Centre => locked.centre.is_some(),
            SettingName::Content => locked.content.is_some(),
            SettingName::StartAtLogin => locked.start_at_login.is_some(),
            SettingName::Proxy => locked.proxy.is_some(),
            SettingName::CaFile => locked.ca_file.is_some(),
            SettingName::LogLevel => locked.log_level.is_some(),
            // To look for them is no choice that could be locked; not to look is.
            SettingName::Updates => locked.updates == Some(false),
        };
        EVERY_NAME.into_iter().filter(is_locked).collect()
    }

    /// Whether the start at login is decided: for good, or for somebody who is new here.
    pub(crate) fn start_at_login(&self, is_new: bool) -> Option<bool> {
        let first = self.defaults.start_at_login.filter(|_| is_new);
        self.locked.start_at_login.or(first)
    }

    /// The centre to offer, or the only one.
    pub(crate) fn centre(&self) -> Option<&str> {
        let centre = self
            .locked
            .centre
            .as_ref()
            .or(self.defaults.centre.as_ref());
        centre.map(String::as_str)
    }

    /// Whether Dealbell may look for newer versions by itself.
    pub(crate) fn lets_update(&self) -> bool {
        let updates = self.locked.updates.or(self.defaults.updates);
        updates.unwrap_or(true)
    }
}

const EVERY_NAME: [SettingName; 8] = [
    SettingName::Language,
    SettingName::Centre,
    SettingName::Content,
    SettingName::StartAtLogin,
    SettingName::Proxy,
    SettingName::CaFile,
    SettingName::LogLevel,
    SettingName::Updates,
];

impl Choices {
    fn take(&mut self, key: &str, raw: &Raw) -> Result<(), String> {
        match key {
            "centre" => self.centre = Some(centre(raw)?),
            "language" => {
                let words = [
                    ("system", LanguageChoice::System),
                    ("ru", LanguageChoice::Ru),
                    ("en", LanguageChoice::En),
                ];
                self.language = Some(one_of(raw, &words)?);
            }
            "start_at_login" => self.start_at_login = Some(flag(raw)?),
            "content" => {
                let words = [
                    ("all", ContentLevel::All),
                    ("sender", ContentLevel::Sender),
                    ("nothing", ContentLevel::Nothing),
                ];
                self.content = Some(one_of(raw, &words)?);
            }
            "proxy" => self.proxy = Some(proxy(raw)?),
            "ca_file" => {
                let path = text(raw)?;
                if !Path::new(path).is_absolute() {
                    return Err("not an absolute path".to_owned());
                }
                self.ca_file = Some(path.to_owned());
            }
            "updates" => self.updates = Some(flag(raw)?),
            "log_level" => {
                let words = [
                    ("warn", LogLevel::Warn),
                    ("info", LogLevel::Info),
                    ("debug", LogLevel::Debug),
                ];
                self.log_level = Some(one_of(raw, &words)?);
            }
            _ => return Err("no such key".to_owned()),
        }
        Ok(())
    }

    fn put(&self, settings: &mut DeviceSettings, language: &mut LanguageChoice) {
        fn set<T: Clone>(place: &mut T, choice: Option<&T>) {
            if let Some(choice) = choice {
                *place = choice.clone();
            }
        }
        set(language, self.language.as_ref());
        set(&mut settings.start_at_login, self.start_at_login.as_ref());
        set(&mut settings.content, self.content.as_ref());
        set(&mut settings.proxy, self.proxy.as_ref());
        set(&mut settings.log_level, self.log_level.as_ref());
        if self.ca_file.is_some() {
            settings.ca_file.clone_from(&self.ca_file);
        }
    }
}

fn text(raw: &Raw) -> Result<&str, String> {
    match raw {
        Raw::Text(text) => Ok(text),
        Raw::Flag(_) => Err("a text is wanted, not true or false".to_owned()),
        Raw::Number(_) => Err("a text is wanted, not a number".to_owned()),
        Raw::Other(kind) => Err(format!("a text is wanted, not {kind}")),
    }
}

fn flag(raw: &Raw) -> Result<bool, String> {
    match raw {
        Raw::Flag(flag) => Ok(*flag),
        Raw::Number(0) => Ok(false),
        Raw::Number(1) => Ok(true),
        Raw::Text(_) | Raw::Number(_) | Raw::Other(_) => {
            Err("true or false is wanted (0 or 1 in the registry)".to_owned())
        }
    }
}

fn one_of<T: Copy>(raw: &Raw, words: &[(&str, T)]) -> Result<T, String> {
    let said = text(raw)?;
    let found = words.iter().find(|(word, _)| *word == said);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        format!("{said:?} is none of {}", known.join(", "))
    })
}

fn centre(raw: &Raw) -> Result<String, String> {
    let said = text(raw)?;
    Address::parse(said, false).map_err(|error| error.to_string())?;
    Ok(said.to_owned())
}

fn proxy(raw: &Raw) -> Result<ProxyChoice, String> {
    let said = text(raw)?;
    match said {
        "system" => return Ok(ProxyChoice::System),
        "direct" => return Ok(ProxyChoice::Direct),
        _ => {}
    }
    let known = ["http", "https", "socks5", "socks5h"];
    let is_proxy =
        Url::parse(said).is_ok_and(|url| url.has_host() && known.contains(&url.scheme()));
    if is_proxy {
        Ok(ProxyChoice::Through {
            url: said.to_owned(),
        })
    } else {
        // It may carry a password, so it is not repeated.
        Err("neither system nor direct nor an address such as http://host:port".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Managed, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("managed.toml");
        std::fs::write(&file, text).unwrap();
        let (managed, problems) = Managed::of(source::toml(&file));
        (managed, problems.iter().map(Problem::to_string).collect())
    }

    /// The example that is packed with Dealbell shows every key, and every one is understood.
    #[test]
    fn the_example_is_understood_to_the_last_key() {
        let example = include_str!("../../packaging/managed.example.toml");
        let all: String = example
            .lines()
            .map(|line| line.strip_prefix("#= ").unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let (managed, problems) = read(&all);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(managed.names(), EVERY_NAME, "every key is shown");
        let (as_it_is, problems) = read(example);
        assert!(problems.is_empty(), "{problems:?}");
        assert_ne!(as_it_is, Managed::default());
    }

    #[test]
    fn what_makes_no_sense_is_told_and_the_rest_counts() {
        let (managed, problems) = read(
            "colour = 'red'\n[locked]\ncontent = 'secret'\nupdates = 'no'\nlanguage = 'ru'\n\
             centre = 'http://bell.example.org'\nproxy = 'http://me:secret@'\nca_file = 'ca.pem'\n\
             sounds = true\nstart_at_login = true\n[users]\nolga = 1\n",
        );
        assert_eq!(
            problems,
            [
                "colour: no such section; there are locked and defaults",
                "locked.ca_file: not an absolute path",
                "locked.centre: the centre's address is on the network without TLS",
                "locked.content: \"secret\" is none of all, sender, nothing",
                "locked.proxy: neither system nor direct nor an address such as http://host:port",
                "locked.sounds: no such key",
                "locked.updates: true or false is wanted (0 or 1 in the registry)",
                "users: no such section; there are locked and defaults",
            ]
        );
        assert_eq!(
            managed.names(),
            [SettingName::Language, SettingName::StartAtLogin]
        );
        assert_eq!(read("locked = 5").1, ["locked: a section is wanted"]);
        assert!(managed.lets_update());
    }

    #[test]
    fn a_broken_file_decides_nothing_and_says_where_it_broke() {
        let (managed, problems) = read("[locked\ncontent = 'all'");
        assert_eq!(managed, Managed::default());
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("line 1"), "{problems:?}");

        let missing = Managed::of(source::toml(Path::new("/nowhere/managed.toml")));
        assert_eq!(missing, (Managed::default(), Vec::new()));
    }

    #[test]
    fn what_is_locked_wins_and_what_is_a_default_only_begins() {
        let (managed, problems) = read(
            "[locked]\ncontent = 'sender'\nproxy = 'socks5://proxy.example.org:1080'\n\
             updates = false\n[defaults]\nlanguage = 'en'\ncontent = 'nothing'\nlog_level = 'warn'\n",
        );
        assert!(problems.is_empty(), "{problems:?}");
        let (first, language) = managed.first_choices();
        assert_eq!(language, LanguageChoice::En);
        assert_eq!(first.content, ContentLevel::Sender);
        assert_eq!(first.log_level, LogLevel::Warn);

        let mut chosen = DeviceSettings {
            content: ContentLevel::All,
            log_level: LogLevel::Debug,
            ..DeviceSettings::default()
        };
        let mut language = LanguageChoice::Ru;
        managed.enforce(&mut chosen, &mut language);
        let through = "socks5://proxy.example.org:1080".to_owned();
        assert_eq!(chosen.proxy, ProxyChoice::Through { url: through });
        assert_eq!(chosen.content, ContentLevel::Sender);
        assert_eq!(chosen.log_level, LogLevel::Debug);
        assert_eq!(language, LanguageChoice::Ru);
        assert!(!managed.lets_update());
    }

    /// As the Windows registry has it: no flags, sections by key.
    #[test]
    fn zero_and_one_are_no_and_yes() {
        let section = |value| BTreeMap::from([("updates".to_owned(), Raw::Number(value))]);
        let read = |value| Managed::of(Ok(Sections::from([("locked".to_owned(), section(value))])));
        assert!(!read(0).0.lets_update());
        assert!(read(1).0.lets_update());
        assert_eq!(read(2).1.len(), 1);
    }
}
