//! What the user chose, in tauri-plugin-store. Never a secret.
//!
//! The plugin writes its file in place, so a crash can tear it. Before it is loaded it is checked;
//! a torn one is set aside and the last good copy takes its place.

use crate::account::Account;
use crate::managed::Managed;
use dealbell_inbox::view::QuietUntil;
use dealbell_protocol::Millis;
use dealbell_protocol::window::{DeviceSettings, LanguageChoice, ThemeChoice};
use serde::{Deserialize, Deserializer, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt};

const FILE: &str = "settings.json";
const GOOD_COPY: &str = "settings.good.json";
const TORN: &str = "settings.torn.json";
const KEY: &str = "settings";

/// Everything that is remembered between starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Language of tray, toasts and window.
    pub(crate) language: LanguageChoice,
    /// Theme of the window.
    pub(crate) theme: ThemeChoice,
    /// Where we are signed in, in the order it was added. Earlier versions knew one account.
    #[serde(alias = "account", deserialize_with = "one_or_many")]
    pub(crate) accounts: Vec<Account>,
    /// The tag of the account that the window shows.
    pub(crate) current: Option<String>,
    /// How long the user wants not to be disturbed.
    pub(crate) quiet: Option<QuietUntil>,
    /// Where no keyring answers, the user let us keep the token in a file of his own.
    pub(crate) token_in_file: bool,
    /// When we last asked for a newer version and got an answer.
    pub(crate) looked_for_update: Option<Millis>,
    /// The choices of this device.
    pub(crate) device: DeviceSettings,
}

impl Settings {
    /// What holds where the user chose this, or nothing yet.
    fn under(managed: &Managed, chosen: Option<Self>) -> Self {
        let mut settings = chosen.unwrap_or_else(|| {
            let (device, language) = managed.first_choices();
            Self {
                language,
                device,
                ..Self::default()
            }
        });
        managed.enforce(&mut settings.device, &mut settings.language);
        settings
    }
}

/// Accounts as this version writes them, or the one account or none of an earlier one.
fn one_or_many<'de, D: Deserializer<'de>>(settings: D) -> Result<Vec<Account>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept {
        Many(Vec<Account>),
        One(Option<Account>),
    }
    Ok(match Kept::deserialize(settings)? {
        Kept::Many(accounts) => accounts,
        Kept::One(account) => account.into_iter().collect(),
    })
}

/// The settings on disk.
pub(crate) struct SettingsFile {
    store: Arc<Store<Wry>>,
    folder: PathBuf,
    current: Settings,
    /// The file was damaged when we came.
    pub(crate) damaged: bool,
    /// Nobody has chosen anything yet.
    pub(crate) is_new: bool,
}

impl SettingsFile {
    /// Loads the settings from `folder`, creating it where it is missing. A damaged file costs at
    /// most what was changed since the last good copy. What the administrator decided stands over
    /// what the user chose.
    pub(crate) fn load(app: &AppHandle, folder: &Path, managed: &Managed) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let damaged = mend(folder)?;
        let store = app
            .store_builder(folder.join(FILE))
            .disable_auto_save()
            .build()?;
        let chosen = store
            .get(KEY)
            .and_then(|value| serde_json::from_value(value).ok());
        Ok(Self {
            store,
            folder: folder.to_owned(),
            is_new: chosen.is_none(),
            current: Settings::under(managed, chosen),
            damaged,
        })
    }

    /// The settings as they are.
    pub(crate) fn current(&self) -> &Settings {
        &self.current
    }

    /// Changes and saves them, first in the plugin's file, then as the good copy.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Settings)) -> anyhow::Result<()> {
        let mut next = self.current.clone();
        change(&mut next);
        if next == self.current {
            return Ok(());
        }
        self.store.set(KEY, serde_json::to_value(&next)?);
        self.store.save()?;
        keep_good_copy(&self.folder)?;
        self.current = next;
        Ok(())
    }
}

impl SettingsFile {
    /// A damaged file that was set aside names accounts: it goes where one of them does.
    pub(crate) fn forget_torn(&self) {
        let _ = fs::remove_file(self.folder.join(TORN));
    }
}

/// Puts the last good copy in the place of a torn file. True where one was torn.
fn mend(folder: &Path) -> io::Result<bool> {
    let file = folder.join(FILE);
    match fs::read(&file) {
        Ok(bytes) if is_whole(&bytes) => {
            // A full disk keeps nobody from being told: an older copy stays.
            if let Err(error) = keep_good_copy(folder) {
                tracing::warn!(%error, "no copy of the settings was kept");
            }
            Ok(false)
        }
        Ok(_) => {
            fs::rename(&file, folder.join(TORN))?;
            let good = folder.join(GOOD_COPY);
            if fs::read(&good).is_ok_and(|bytes| is_whole(&bytes)) {
                // Taking its place needs no room on a full disk.
                fs::copy(&good, &file).or_else(|_| fs::rename(&good, &file).map(|()| 0))?;
            }
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .ok()
        .and_then(|file| file.get(KEY).cloned())
        .is_some_and(|settings| serde_json::from_value::<Settings>(settings).is_ok())
}

fn keep_good_copy(folder: &Path) -> io::Result<()> {
    let draft = folder.join("settings.good.draft");
    fs::copy(folder.join(FILE), &draft)?;
    // Windows brings to the disk only what is open for writing.
    fs::File::options().write(true).open(&draft)?.sync_all()?;
    fs::rename(draft, folder.join(GOOD_COPY))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str =
        r#"{"settings":{"language":"ru","theme":"dark","account":null,"token_in_file":false}}"#;

    #[test]
    fn a_file_torn_at_any_byte_is_mended_from_the_good_copy() {
        for cut in 0..WHOLE.len() {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(FILE), WHOLE).unwrap();
            assert!(!mend(folder.path()).unwrap());
            fs::write(folder.path().join(FILE), &WHOLE[..cut]).unwrap();
            assert!(mend(folder.path()).unwrap(), "cut at {cut}");
            assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), WHOLE);
            assert_eq!(
                fs::read_to_string(folder.path().join(TORN)).unwrap(),
                &WHOLE[..cut]
            );
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn on_a_full_disk_the_settings_are_read_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), WHOLE).unwrap();
        let draft = folder.path().join("settings.good.draft");
        std::os::unix::fs::symlink("/dev/full", draft).unwrap();
        assert!(keep_good_copy(folder.path()).is_err());
        assert!(!mend(folder.path()).unwrap());
    }

    #[test]
    fn the_one_account_of_an_earlier_version_is_the_first_of_many() {
        let earlier = r#"{"account":{"way":"solo","address":"romashka.amocrm.ru"}}"#;
        let mut settings: Settings = serde_json::from_str(earlier).unwrap();
        assert_eq!(settings.accounts, [Account::solo("romashka")]);
        settings.accounts.push(Account::demo());
        settings.current = Some(Account::demo().tag());
        let written = serde_json::to_string(&settings).unwrap();
        assert_eq!(
            serde_json::from_str::<Settings>(&written).unwrap(),
            settings
        );
        let nobody: Settings = serde_json::from_str(r#"{"account":null}"#).unwrap();
        assert_eq!(nobody, Settings::default());
    }

    #[test]
    fn a_torn_file_without_a_copy_leaves_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{\"settings\":{\"langu").unwrap();
        assert!(mend(folder.path()).unwrap());
        assert!(!folder.path().join(FILE).exists());
    }
}
