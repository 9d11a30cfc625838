//! The folder of our data, and files with secrets: other users of the machine have no business in them.

use std::path::Path;
use std::{fs, io};

/// Makes the folder, or closes one that is there to everybody but its owner: it holds what customers
/// write, and an earlier version left it open. On Windows the user's own folders are his alone.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn keep_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if let Err(error) = fs::set_permissions(folder, fs::Permissions::from_mode(0o700)) {
            tracing::warn!(%error, "the folder of our data may be readable by others");
        }
    }
    Ok(())
}

/// Makes a file that its owner alone can read. The user's own folder on Windows is readable to him and
/// administrators alone.
///
/// # Errors
/// When it is there already, or cannot be made.
pub(crate) fn new_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_folder_of_our_data_is_the_users_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("com.dealbell.desktop");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        for folder in [&folder, &folder.join("of/another/version")] {
            keep_folder(folder).unwrap();
            let mode = fs::metadata(folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
    }
}
