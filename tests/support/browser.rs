//! The user's browser on a private desktop: the default handler of web links and calendars, which
//! writes down what it opens.

use std::fs::{self, create_dir_all};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::eventually;

/// A browser that keeps a list.
pub struct Browser {
    list: PathBuf,
}

impl Browser {
    /// Makes it the default browser of the user whose home this is.
    ///
    /// # Errors
    /// When the home cannot be written.
    pub fn install(home: &Path) -> Result<Self> {
        let list = home.join("opened");
        let program = home.join("browser");
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n", list.display());
        fs::write(&program, script)?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        let applications = home.join(".local/share/applications");
        create_dir_all(&applications)?;
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Browser\nExec={} %u\nMimeType=x-scheme-handler/http;x-scheme-handler/https;x-scheme-handler/webcal;\n",
            program.display()
        );
        fs::write(applications.join("browser.desktop"), entry)?;
        let defaults = "[Default Applications]\nx-scheme-handler/http=browser.desktop\nx-scheme-handler/https=browser.desktop\nx-scheme-handler/webcal=browser.desktop\n";
        create_dir_all(home.join(".config"))?;
        fs::write(home.join(".config/mimeapps.list"), defaults)?;
        Ok(Self { list })
    }

    /// Every link it was given, in order.
    pub fn opened(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.list).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Waits until it has been given this link.
    ///
    /// # Errors
    /// After [`crate::PATIENCE`].
    pub async fn wait_opened(&self, link: &str) -> Result<()> {
        eventually("the link in the browser", async || {
            Ok(self
                .opened()
                .iter()
                .any(|opened| opened == link)
                .then_some(()))
        })
        .await
    }
}
