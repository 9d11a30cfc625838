//! A desktop that belongs to one test: display, session bus, folders, and nothing of the machine's.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, create_dir_all};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;

use crate::process::{Environment, Process, kill_marked};
use crate::recorder::{Recorder, RecorderOptions};
use crate::{App, PrivateBus, Program};

/// What the desktop consists of.
#[derive(Debug, Clone)]
pub struct DesktopOptions {
    /// What the recorder plays.
    pub recorder: RecorderOptions,
    /// A window manager (openbox); without one windows still open and WebDriver still works.
    pub window_manager: bool,
    /// The user's language, as in `LANG`.
    pub language: String,
    /// The screen, as Xvfb takes it: width, height, depth.
    pub screen: String,
}

impl Default for DesktopOptions {
    /// A recorder with everything, no window manager, Russian.
    fn default() -> Self {
        Self {
            recorder: RecorderOptions::default(),
            window_manager: false,
            language: "ru_RU.UTF-8".to_owned(),
            screen: "1280x800x24".to_owned(),
        }
    }
}

/// Xvfb, a bus, a recorder and a home of its own. Everything that runs in it ends with the value,
/// however far it detached itself, and the folders go.
pub struct PrivateDesktop {
    /// Plays the notification daemon and the tray.
    pub recorder: Recorder,
    /// The session bus.
    pub bus: PrivateBus,
    environment: Environment,
    display: String,
    _window_manager: Option<Process>,
    _screen: Process,
    folder: TempDir,
}

impl PrivateDesktop {
    /// Starts everything and waits until it is ready.
    ///
    /// # Errors
    /// When a program is missing or does not come up.
    pub async fn start(options: DesktopOptions) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("dealbell-desktop-")
            .tempdir()?;
        let mut environment = environment(folder.path(), &options.language)?;
        let bus = PrivateBus::start().await?;
        environment.insert("DBUS_SESSION_BUS_ADDRESS".into(), bus.address().into());
        let recorder = Recorder::start(&bus, options.recorder).await?;

        let args = [
            "-displayfd",
            "1",
            "-screen",
            "0",
            &options.screen,
            "-nolisten",
            "tcp",
            // A screen does not begin anew, and turn somebody away meanwhile, when its last program was killed.
            "-noreset",
        ];
        let screen = Process::start(Path::new("Xvfb"), args, &environment)?;
        let number = screen
            .wait_stdout(|line| line.trim().parse::<u32>().ok())
            .await?;
        let display = format!(":{number}");
        environment.insert("DISPLAY".into(), display.clone().into());

        let window_manager = if options.window_manager {
            Some(Process::start(
                Path::new("openbox"),
                ["--sm-disable"],
                &environment,
            )?)
        } else {
            None
        };
        Ok(Self {
            recorder,
            bus,
            environment,
            display,
            _window_manager: window_manager,
            _screen: screen,
            folder,
        })
    }

    /// The environment for programs on this desktop; add to a clone of it.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The same with more or other entries.
    pub fn environment_with(&self, entries: &[(&str, &str)]) -> Environment {
        let mut environment = self.environment.clone();
        environment.extend(
            entries
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        environment
    }

    /// As in `DISPLAY`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The user's home folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A folder for whatever a test keeps (databases, sockets); goes with the desktop.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the app here with more environment.
    ///
    /// # Errors
    /// As [`App::start`].
    pub fn app(&self, args: &[&str], entries: &[(&str, &str)]) -> Result<App> {
        App::start(args, &self.environment_with(entries))
    }

    /// Starts another program here.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn program<S: AsRef<OsStr>>(
        &self,
        path: &Path,
        args: impl IntoIterator<Item = S>,
    ) -> Result<Program> {
        Program::start(path, args, &self.environment)
    }
}

impl Drop for PrivateDesktop {
    fn drop(&mut self) {
        kill_marked(MARK, self.folder.path().as_os_str());
    }
}

/// Everybody on the desktop carries it, so that nobody is left behind.
const MARK: &str = "DEALBELL_TEST_DESKTOP";

fn environment(folder: &Path, language: &str) -> Result<Environment> {
    let mut environment = Environment::new();
    let mut set = |name: &str, value: &OsStr| {
        environment.insert(OsString::from(name), value.to_owned());
    };
    for kept in ["PATH", "RUST_LOG", "RUST_BACKTRACE"] {
        if let Some(value) = std::env::var_os(kept) {
            set(kept, &value);
        }
    }
    let home = folder.join("home");
    let own = [
        ("HOME", home.clone()),
        ("XDG_CONFIG_HOME", home.join(".config")),
        ("XDG_DATA_HOME", home.join(".local/share")),
        ("XDG_CACHE_HOME", home.join(".cache")),
        ("XDG_STATE_HOME", home.join(".local/state")),
        ("TMPDIR", folder.join("tmp")),
    ];
    for (name, path) in own {
        create_dir_all(&path)?;
        set(name, path.as_os_str());
    }
    let runtime = folder.join("run");
    DirBuilder::new().mode(0o700).create(&runtime)?;
    set("XDG_RUNTIME_DIR", runtime.as_os_str());
    set("XDG_SESSION_TYPE", OsStr::new("x11"));
    set("LANG", OsStr::new(language));
    set("NO_AT_BRIDGE", OsStr::new("1"));
    set("GSETTINGS_BACKEND", OsStr::new("memory"));
    set(MARK, folder.as_os_str());
    Ok(environment)
}
