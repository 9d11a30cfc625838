//! Tokens: in the system's keyring, or where there is none and the user agrees, in a file that only
//! he can read: an account's name and its token, line by line.
//!
//! A locked keyring may block for ever, so every call has its own thread and a deadline. One that is
//! let through after its deadline must not undo a later one: see [`crate::latest`].

use crate::latest::Latest;
use crate::system::privacy;
use dealbell_protocol::secret::Secret as SecretText;
use keyring_core::{CredentialStore, Error as KeyringError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io};
use tokio::sync::oneshot;

const SERVICE: &str = "dealbell";
/// A user who is asked to unlock the keyring needs a moment.
const DEADLINE: Duration = Duration::from_secs(20);

/// Why the keyring did not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    /// There is none, or it did not answer in time.
    #[error("no keyring answers: {0}")]
    NoKeyring(String),
    /// The file could not be written or read.
    #[error("the token file: {0}")]
    File(#[from] io::Error),
}

/// Where tokens are kept.
#[derive(Clone)]
pub(crate) struct Secrets {
    folder: PathBuf,
    /// What the keyring shall hold.
    keyring: Latest,
    /// Held while the file is changed: accounts share it.
    changing: Arc<Mutex<()>>,
}

impl Secrets {
    /// Tokens of this user; `folder` holds the file, where he agrees to one.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            keyring: Latest::default(),
            changing: Arc::default(),
        }
    }

    /// The token of `account`, from the keyring, else from the file.
    pub(crate) async fn get(&self, account: &str) -> Result<Option<SecretText>, SecretError> {
        if let Some(token) = self.read_file(account)? {
            return Ok(Some(token));
        }
        let account = account.to_owned();
        in_keyring(
            move |store| match store.build(SERVICE, &account, None)?.get_password() {
                Ok(token) => Ok(Some(token.into())),
                Err(KeyringError::NoEntry) => Ok(None),
                Err(error) => Err(error),
            },
        )
        .await
    }

    /// Whether the token of `account` is in the file.
    pub(crate) fn is_in_file(&self, account: &str) -> bool {
        self.read_file(account).is_ok_and(|token| token.is_some())
    }

    /// Keeps the token in the keyring; an older one in the file goes. Nothing is written where it is not
    /// `still` wanted.
    pub(crate) async fn keep(
        &self,
        account: &str,
        token: &SecretText,
        still: impl Fn() -> bool,
    ) -> Result<(), SecretError> {
        self.write_keyring(account, Some(token.clone()), &still)
            .await?;
        Ok(self.change_file(account, None, still)?)
    }

    /// Keeps the token in the file, readable to the user alone, where it is `still` wanted.
    pub(crate) fn keep_in_file(
        &self,
        account: &str,
        token: &SecretText,
        still: impl Fn() -> bool,
    ) -> Result<(), SecretError> {
        Ok(self.change_file(account, Some(token), still)?)
    }

    /// Forgets the token, wherever it is.
    pub(crate) async fn forget(&self, account: &str) -> Result<(), SecretError> {
        let file = self.change_file(account, None, || true);
        self.write_keyring(account, None, || true).await?;
        Ok(file?)
    }

    async fn write_keyring(
        &self,
        account: &str,
        token: Option<SecretText>,
        still: impl FnOnce() -> bool,
    ) -> Result<(), SecretError> {
        if !self.keyring.want(account, token, still) {
            return Ok(());
        }
        let (latest, account) = (self.keyring.clone(), account.to_owned());
        in_keyring(move |store| {
            let entry = store.build(SERVICE, &account, None)?;
            latest.settle(&account, |token| match token {
                Some(token) => entry.set_password(token),
                None => match entry.delete_credential() {
                    Err(KeyringError::NoEntry) => Ok(()),
                    other => other,
                },
            })
        })
        .await
    }

    fn read_file(&self, account: &str) -> Result<Option<SecretText>, SecretError> {
        let kept = self.file_entries()?.into_iter();
        Ok(kept
            .into_iter()
            .find(|(name, _)| name == account)
            .map(|(_, token)| token))
    }

    fn file_entries(&self) -> io::Result<Vec<(String, SecretText)>> {
        let content = match fs::read_to_string(self.file()) {
            Ok(content) => SecretText::from(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut lines = content.lines().map(str::to_owned);
        let entries = std::iter::from_fn(|| lines.next().zip(lines.next()));
        Ok(entries.map(|(name, token)| (name, token.into())).collect())
    }

    /// Sets or removes the token of `account`, where that is `still` wanted. A file without tokens goes.
    fn change_file(
        &self,
        account: &str,
        token: Option<&SecretText>,
        still: impl Fn() -> bool,
    ) -> io::Result<()> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if !still() {
            return Ok(());
        }
        let before = self.file_entries()?;
        let mut entries = before.clone();
        entries.retain(|(name, _)| name != account);
        entries.extend(token.map(|token| (account.to_owned(), token.clone())));
        if entries == before {
            return Ok(());
        }
        if entries.is_empty() {
            return fs::remove_file(self.file());
        }
        fs::create_dir_all(&self.folder)?;
        let draft = self.folder.join("token.draft");
        let _ = fs::remove_file(&draft);
        let mut file = privacy::new_file(&draft)?;
        for (name, token) in entries {
            writeln!(file, "{name}\n{}", &*token)?;
        }
        file.sync_all()?;
        fs::rename(draft, self.file())?;
        // Else a power cut could bring back a refresh token that is dead by then.
        #[cfg(unix)]
        fs::File::open(&self.folder)?.sync_all()?;
        Ok(())
    }

    fn file(&self) -> PathBuf {
        self.folder.join("token")
    }
}

/// Runs `work` on a thread of its own and waits for it no longer than the deadline.
async fn in_keyring<T: Send + 'static>(
    work: impl FnOnce(&Arc<CredentialStore>) -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, SecretError> {
    let (tell, told) = oneshot::channel();
    std::thread::Builder::new()
        .name("keyring".into())
        .spawn(move || {
            let _ = tell.send(system_keyring().and_then(|store| work(&store)));
        })
        .map_err(SecretError::File)?;
    match tokio::time::timeout(DEADLINE, told).await {
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(error))) => Err(SecretError::NoKeyring(error.to_string())),
        Ok(Err(_)) => Err(SecretError::NoKeyring("its thread ended".into())),
        Err(_) => Err(SecretError::NoKeyring("it did not answer in time".into())),
    }
}

#[cfg(target_os = "linux")]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(windows)]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> SecretText {
        text.to_owned().into()
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_the_users_alone_and_keeps_accounts_apart() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::new(folder.path());
        let kept = |account: &str| secrets.read_file(account).unwrap();
        // As a version for one account left it.
        fs::write(secrets.file(), "team:https://a\nt0ken\n").unwrap();
        secrets
            .keep_in_file("solo:b", &token("b1"), || true)
            .unwrap();
        secrets
            .keep_in_file("solo:b", &token("b2"), || true)
            .unwrap();
        let mode = fs::metadata(secrets.file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(kept("team:https://a").as_deref(), Some("t0ken"));
        assert_eq!(kept("solo:b").as_deref(), Some("b2"));
        assert_eq!(kept("solo:c"), None);

        secrets
            .change_file("team:https://a", None, || true)
            .unwrap();
        assert!(!secrets.is_in_file("team:https://a") && secrets.is_in_file("solo:b"));
        secrets.change_file("solo:b", None, || true).unwrap();
        assert!(!secrets.file().exists());
    }
}
