//! Secrets at rest: sealed in the database, the key in a file of its own. Who gets hold of the
//! database alone, as a copy or a backup, has no secret.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

const KEY: usize = 32;
const NONCE: usize = 24;

/// Why secrets can be neither sealed nor opened. Nothing was overwritten.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There are sealed secrets, or there is to be one, but no key.
    #[error(
        "the key of the stored secrets, {path}, is missing: put it back from a backup; if it is \
         lost, `dealbell-centre connect forget --all` gives up the connected accounts, to be \
         connected anew"
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is a key, but not the one.
    #[error(
        "{path} is not the key that the stored secrets were sealed with: put the right one there; \
         if it is lost, `dealbell-centre connect forget --all` gives up the connected accounts, to \
         be connected anew"
    )]
    Wrong {
        /// Which file.
        path: PathBuf,
    },
    /// It cannot be read or written, or is no key.
    #[error("the key file {path} cannot be used: {reason}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// One value does not open although the key is the right one: somebody changed the database.
    #[error("a stored secret was changed outside Dealbell: connect its account again")]
    Tampered,
}

/// The key: its file, and the key itself once it was needed.
pub(crate) struct Sealer {
    path: PathBuf,
    /// Given by the owner, who provides it; else it lies beside the database and we make it.
    given: bool,
    cipher: RwLock<Option<Arc<XChaCha20Poly1305>>>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({})", self.path.display())
    }
}

impl Sealer {
    /// The key in `given`, or else in a file beside `database`. Nothing is read yet: a centre
    /// without secrets needs no key.
    pub(crate) fn new(given: Option<PathBuf>, database: &Path) -> Self {
        let beside = || {
            let mut name = database.as_os_str().to_owned();
            name.push(".key");
            PathBuf::from(name)
        };
        Self {
            given: given.is_some(),
            path: given.unwrap_or_else(beside),
            cipher: RwLock::default(),
        }
    }

    /// Where the key is, or would be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the key.
    pub(crate) fn load(&self) -> Result<(), KeyError> {
        self.cipher().map(drop)
    }

    /// Reads the key, or makes it where it is ours to make. To be called by one process at a time.
    pub(crate) fn load_or_make(&self) -> Result<(), KeyError> {
        match self.load() {
            Err(KeyError::Missing { .. }) if !self.given => {
                let mut key = [0; KEY];
                rand::fill(&mut key);
                write_private(&self.path, &key).map_err(|error| self.unusable(&error))?;
                self.load()
            }
            loaded => loaded,
        }
    }

    /// That this is not the key of what is sealed.
    pub(crate) fn wrong(&self) -> KeyError {
        let path = self.path.clone();
        KeyError::Wrong { path }
    }

    /// Seals `text`; it opens under the same `about` only.
    pub(crate) fn seal(&self, about: &[&str], text: &str) -> Result<Vec<u8>, KeyError> {
        let mut nonce = [0; NONCE];
        rand::fill(&mut nonce);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: &bound(about),
        };
        let sealed = self.cipher()?.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("a text in memory is far below the cipher's limit");
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Sealer::seal`] made.
    pub(crate) fn open(&self, about: &[&str], sealed: &[u8]) -> Result<String, KeyError> {
        if let Some(text) = opened(&*self.cipher()?, about, sealed) {
            return Ok(text);
        }
        // Another process may have given up all secrets, and made a new key.
        let anew = self.read()?;
        let text = opened(&anew, about, sealed).ok_or(KeyError::Tampered)?;
        self.take(anew);
        Ok(text)
    }

    fn cipher(&self) -> Result<Arc<XChaCha20Poly1305>, KeyError> {
        // No code panics while it holds this lock, so a poisoned one is as good as any.
        let known = self.cipher.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(cipher) = &*known {
            return Ok(Arc::clone(cipher));
        }
        drop(known);
        Ok(self.take(self.read()?))
    }

    fn take(&self, cipher: XChaCha20Poly1305) -> Arc<XChaCha20Poly1305> {
        let cipher = Arc::new(cipher);
        let mut known = self.cipher.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.insert(cipher))
    }

    fn read(&self) -> Result<XChaCha20Poly1305, KeyError> {
        let bytes = fs::read(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => KeyError::Missing {
                path: self.path.clone(),
            },
            _ => self.unusable(&error),
        })?;
        XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| {
            let length = bytes.len();
            self.unusable(&format!(
                "it has {length} bytes, a key has {KEY} (head -c 32 /dev/urandom makes one)"
            ))
        })
    }

    fn unusable(&self, reason: &impl ToString) -> KeyError {
        KeyError::Unusable {
            path: self.path.clone(),
            reason: reason.to_string(),
        }
    }
}

/// What `cipher` makes of a sealed text; none where it was not sealed with it for `about`.
fn opened(cipher: &XChaCha20Poly1305, about: &[&str], sealed: &[u8]) -> Option<String> {
    let (nonce, msg) = sealed.split_first_chunk::<NONCE>()?;
    let aad = &bound(about);
    let opened = cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad });
    String::from_utf8(opened.ok()?).ok()
}

/// The parts with their lengths, so that no two lists read the same.
fn bound(about: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in about {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        bytes.extend(length.to_le_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}

/// Writes a file for its owner alone, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    // A file that is there keeps its mode and whoever has it open.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    #[cfg(unix)]
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        // Else a power cut could leave sealed secrets whose key never reached the disk.
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(folder: &Path, name: &str) -> Sealer {
        let sealer = Sealer::new(None, &folder.join(name));
        sealer.load_or_make().unwrap();
        sealer
    }

    #[test]
    fn a_secret_opens_with_its_key_for_what_it_was_sealed_for() {
        let folder = tempfile::tempdir().unwrap();
        let sealer = sealer(folder.path(), "a.db");
        let sealed = sealer.seal(&["amocrm", "https://a/"], "hush").unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"hush"));
        assert_ne!(
            sealed,
            sealer.seal(&["amocrm", "https://a/"], "hush").unwrap()
        );
        let again = Sealer::new(None, &folder.path().join("a.db"));
        let opened = again.open(&["amocrm", "https://a/"], &sealed);
        assert_eq!(opened, Ok("hush".to_owned()));

        for about in [["amocrm", "https://b/"], ["amocrmh", "ttps://a/"]] {
            assert_eq!(sealer.open(&about, &sealed), Err(KeyError::Tampered));
        }
        let other = super::tests::sealer(folder.path(), "b.db");
        let about = ["amocrm", "https://a/"];
        assert_eq!(other.open(&about, &sealed), Err(KeyError::Tampered));
        for bad in [&sealed[..10], &sealed[..sealed.len() - 1], &[]] {
            assert_eq!(sealer.open(&about, bad), Err(KeyError::Tampered));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_its_owners_alone_whatever_lay_in_its_place() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let draft = folder.path().join("a.db.key.new");
        fs::write(&draft, "what a crash or a neighbour left").unwrap();
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o666)).unwrap();
        sealer(folder.path(), "a.db");
        let key = fs::metadata(folder.path().join("a.db.key")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
        assert!(!draft.exists());
    }

    #[test]
    fn a_key_of_the_owner_is_never_made_and_a_file_that_is_none_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credential");
        let given = Sealer::new(Some(path.clone()), Path::new("centre.db"));
        let missing = KeyError::Missing { path: path.clone() };
        assert_eq!(given.load_or_make(), Err(missing));
        assert!(!path.exists());
        fs::write(&path, "too short").unwrap();
        let error = given.load_or_make().unwrap_err();
        assert!(error.to_string().contains("has 9 bytes"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"too short");
    }
}
