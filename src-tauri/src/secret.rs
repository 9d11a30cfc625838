//! The secret of an account in use: what it is now, and where it is kept.

use crate::secrets::{SecretError, Secrets};
use dealbell_protocol::secret::Secret as SecretText;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::sync::Mutex;

/// A token or a pair of them, as text. Whoever changes or keeps it does so alone.
pub(crate) struct Secret {
    store: Secrets,
    name: String,
    /// It is another one's turn under this name, or nobody's.
    given_up: AtomicBool,
    state: Mutex<State>,
}

struct State {
    text: SecretText,
    place: Place,
}

/// Where it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In this process alone: it is new, or the user wants it kept nowhere.
    Memory,
    /// In the system's keyring.
    Keyring,
    /// In the file, as the user agreed.
    File,
}

impl Secret {
    /// A new one, kept nowhere yet.
    pub(crate) fn new(store: Secrets, name: String, text: SecretText) -> Self {
        Self::placed(store, name, text, Place::Memory)
    }

    /// The one that was kept under this name.
    pub(crate) async fn kept(store: Secrets, name: String) -> Option<Self> {
        let place = match store.is_in_file(&name) {
            true => Place::File,
            false => Place::Keyring,
        };
        match store.get(&name).await {
            Ok(text) => text.map(|text| Self::placed(store, name, text, place)),
            Err(error) => {
                tracing::warn!(%error, "the token could not be read");
                None
            }
        }
    }

    fn placed(store: Secrets, name: String, text: SecretText, place: Place) -> Self {
        let state = Mutex::new(State { text, place });
        Self {
            store,
            name,
            given_up: AtomicBool::new(false),
            state,
        }
    }

    /// Another one takes its place, or the account goes: from now on it is kept nowhere any more,
    /// however late a renewal that is under way comes to its end.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Relaxed);
    }

    /// What it is now.
    pub(crate) async fn text(&self) -> SecretText {
        self.state.lock().await.text.clone()
    }

    /// Keeps it in the keyring, else in the file where the user has agreed to that. False where
    /// nobody took it.
    pub(crate) async fn keep(&self, file_agreed: bool) -> bool {
        let mut state = self.state.lock().await;
        if !self.counts() {
            return true;
        }
        let kept = self.store.keep(&self.name, &state.text, || self.counts());
        match kept.await {
            Ok(()) => {
                state.place = Place::Keyring;
                return true;
            }
            Err(error) => tracing::info!(%error, "the keyring did not take the token"),
        }
        // The keyring may have taken its time, and the user has signed out meanwhile.
        if !self.counts() {
            return true;
        }
        file_agreed && self.write_file(&mut state).is_ok()
    }

    /// Takes the place of what it was, wherever that is kept. In memory it is changed even where
    /// keyring or file refuse, since what it was may be dead by now.
    pub(crate) async fn renew(&self, text: SecretText) -> Result<(), SecretError> {
        let mut state = self.state.lock().await;
        state.text = text;
        match state.place {
            Place::Memory => Ok(()),
            Place::Keyring => {
                let kept = self.store.keep(&self.name, &state.text, || self.counts());
                kept.await
            }
            Place::File => self.write_file(&mut state),
        }
    }

    /// Keeps it in the file: the user has just agreed.
    pub(crate) async fn keep_in_file(&self) -> Result<(), SecretError> {
        self.write_file(&mut *self.state.lock().await)
    }

    /// Whether the keyring has it, and so has to let it go at sign-out.
    pub(crate) async fn is_in_keyring(&self) -> bool {
        self.state.lock().await.place == Place::Keyring
    }

    fn write_file(&self, state: &mut State) -> Result<(), SecretError> {
        let text = &state.text;
        self.store
            .keep_in_file(&self.name, text, || self.counts())?;
        state.place = Place::File;
        Ok(())
    }

    /// Whether it is the account's still: asked at every write, since the one before may have waited
    /// for the keyring.
    fn counts(&self) -> bool {
        !self.given_up.load(Relaxed)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> SecretText {
        text.to_owned().into()
    }

    #[tokio::test]
    async fn a_renewed_one_is_kept_where_the_old_one_was() {
        let folder = tempfile::tempdir().unwrap();
        let store = Secrets::new(folder.path());
        let name = "solo:romashka.amocrm.ru";
        let secret = Secret::new(store.clone(), name.into(), token("first"));
        secret.renew(token("second")).await.unwrap();
        assert!(!store.is_in_file(name), "nobody has agreed to a file yet");
        // What is kept is what it is by then, not what was there when the user was asked.
        secret.keep_in_file().await.unwrap();
        secret.renew(token("third")).await.unwrap();
        let kept = Secret::kept(store, name.into()).await.unwrap();
        assert_eq!(
            (kept.text().await, secret.text().await),
            (token("third"), token("third"))
        );
    }

    #[tokio::test]
    async fn one_that_was_given_up_comes_back_by_no_late_renewal() {
        let folder = tempfile::tempdir().unwrap();
        let store = Secrets::new(folder.path());
        let name = "solo:romashka.amocrm.ru";
        let old = Secret::new(store.clone(), name.into(), token("old"));
        old.keep_in_file().await.unwrap();
        let new = Secret::new(store.clone(), name.into(), token("new"));
        old.give_up();
        new.keep_in_file().await.unwrap();
        old.renew(token("old, renewed")).await.unwrap();
        let kept = Secret::kept(store, name.into()).await.unwrap();
        assert_eq!(kept.text().await, token("new"));
    }

    #[tokio::test]
    async fn after_a_sign_out_a_yes_to_the_file_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Secrets::new(folder.path());
        let name = "team:https://bell.example.org";
        let secret = Secret::new(store.clone(), name.into(), token("t0ken"));
        // Signed out while the window still asked where to keep it.
        secret.give_up();
        secret.keep_in_file().await.unwrap();
        assert!(secret.keep(true).await, "there is nobody to ask any more");
        assert!(!store.is_in_file(name));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
