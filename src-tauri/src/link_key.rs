//! What the links of our toasts are sealed with: made once in this installation, in a file of the
//! user's alone.

use crate::system::privacy;
use dealbell_toasts::link::LinkKey;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

const FILE: &str = "link.key";

/// The key of the installation whose data are in `folder`. Where it cannot be kept, links are good until the
/// end of this run.
pub(crate) fn of(folder: &Path) -> LinkKey {
    let kept = kept(folder).unwrap_or_else(|error| {
        tracing::warn!(%error, "links of toasts will not outlive this run");
        rand::random()
    });
    LinkKey::new(&kept, &rand::random())
}

/// What is in the file; made where there is none, or nothing that is a key.
fn kept(folder: &Path) -> io::Result<[u8; 32]> {
    let file = folder.join(FILE);
    match fs::read(&file) {
        Ok(content) => {
            if let Ok(key) = content.try_into() {
                return Ok(key);
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let key: [u8; 32] = rand::random();
    let draft = folder.join("link.key.draft");
    let _ = fs::remove_file(&draft);
    let mut written = privacy::new_file(&draft)?;
    written.write_all(&key)?;
    written.sync_all()?;
    fs::rename(draft, file)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dealbell_toasts::Toast;

    fn link(key: &LinkKey) -> String {
        let toast = Toast {
            key: "tag.summary".into(),
            ..Toast::default()
        };
        key.link(&toast, Some("read"))
    }

    #[test]
    fn links_are_good_at_the_next_start_and_in_no_other_installation() {
        let [ours, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let link = link(&of(ours.path()));
        assert!(of(ours.path()).read(&link).is_some());
        assert!(of(other.path()).read(&link).is_none());
        // Torn by a power cut: a new one, not a short one.
        fs::write(ours.path().join(FILE), "short").unwrap();
        assert!(of(ours.path()).read(&link).is_none());
        assert_eq!(fs::read(ours.path().join(FILE)).unwrap().len(), 32);
    }

    #[cfg(unix)]
    #[test]
    fn the_key_of_links_is_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        of(folder.path());
        let mode = fs::metadata(folder.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
