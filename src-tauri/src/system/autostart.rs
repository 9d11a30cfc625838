//! Starting with the session, hidden.
//!
//! On Linux the entry is our own: it names the program in `TryExec` too, so that a desktop passes
//! over it once Dealbell is removed; when a package is purged, its entry goes, too.

use std::io;

/// Puts the entry there or takes it away.
///
/// # Errors
/// What the system said.
pub(crate) fn set(wanted: bool) -> io::Result<()> {
    entry::set(wanted)
}

#[cfg(target_os = "linux")]
mod entry {
    use crate::updates::{OwnFile, own_file};
    use std::path::{Path, PathBuf};
    use std::{env, fs, io};

    const NAME: &str = "dealbell.desktop";

    pub(super) fn set(wanted: bool) -> io::Result<()> {
        let file = folder()?.join(NAME);
        if wanted {
            let text = text(&program()?);
            fs::create_dir_all(folder()?)?;
            fs::write(file, text)
        } else {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        }
    }

    fn folder() -> io::Result<PathBuf> {
        let home = |name, below: &str| env::var_os(name).map(|path| Path::new(&path).join(below));
        home("XDG_CONFIG_HOME", "autostart")
            .filter(|path| path.is_absolute())
            .or_else(|| home("HOME", ".config/autostart"))
            .ok_or_else(|| io::Error::other("neither XDG_CONFIG_HOME nor HOME is set"))
    }

    /// An AppImage runs from a mount of its own; what is to be started is the file.
    fn program() -> io::Result<PathBuf> {
        match env::var_os("APPIMAGE") {
            Some(image) => Ok(image.into()),
            // After an upgrade the file we run has lost its name; the new one bears it.
            None => match own_file() {
                OwnFile::Replaced(program) => Ok(program),
                OwnFile::Same | OwnFile::Gone => env::current_exe(),
            },
        }
    }

    /// The entry (Desktop Entry Specification 1.5).
    fn text(program: &Path) -> String {
        let program = program.display().to_string();
        // In Exec these have a meaning; a value's backslashes are doubled once more.
        let quoted: String = program
            .chars()
            .flat_map(|c| match c {
                '"' | '`' | '$' => vec!['\\', '\\', c],
                '\\' => vec!['\\'; 4],
                '%' => vec!['%', '%'],
                _ => vec![c],
            })
            .collect();
        let plain = program.replace('\\', "\\\\");
        format!(
            "[Desktop Entry]\nType=Application\nName=Dealbell\nIcon=dealbell\nTryExec={plain}\nExec=\"{quoted}\"\n\
             Terminal=false\nStartupNotify=false\nX-GNOME-Autostart-enabled=true\n"
        )
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_odd_path_stays_one_word() {
            let text = text(Path::new("/opt/a b/100%/\"x\"/dealbell"));
            assert!(
                text.contains("TryExec=/opt/a b/100%/\"x\"/dealbell\n"),
                "{text}"
            );
            assert!(
                text.contains("Exec=\"/opt/a b/100%%/\\\\\"x\\\\\"/dealbell\"\n"),
                "{text}"
            );
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod entry {
    use auto_launch::AutoLaunchBuilder;
    use std::{env, io};

    pub(super) fn set(wanted: bool) -> io::Result<()> {
        let program = env::current_exe()?;
        let entry = AutoLaunchBuilder::new()
            .set_app_name("Dealbell")
            .set_app_path(&program.to_string_lossy())
            .build()
            .map_err(io::Error::other)?;
        let done = if wanted {
            entry.enable()
        } else {
            entry.disable()
        };
        done.map_err(io::Error::other)
    }
}
