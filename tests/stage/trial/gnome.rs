//! GNOME Shell with its indicator extension, drawn by the processor for a monitor that is not there.

use super::{Desk, Pixels};
use crate::camera::Area;
use anyhow::{Context, Result, bail};
use dealbell_tests::{Environment, PATIENCE, PrivateBus, Process, eventually};
use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::Command;

/// The right end of the bar at the top, clear of the clock in its middle.
const TRAY: Area = Area::new(820, 0, 460, 32);
/// Where banners come down.
const CORNER: Area = Area::new(380, 33, 520, 200);

const SHELL: &str = "org.gnome.Shell";
/// Its first start compiles its shaders and scripts.
const FIRST: Duration = Duration::from_secs(90);

pub(super) struct Gnome {
    bus: zbus::Connection,
    environment: Environment,
    shell: Process,
    _session: Process,
    _system: PrivateBus,
    folder: TempDir,
}

impl Gnome {
    /// Starts the desktop.
    ///
    /// # Errors
    /// When a program is missing or does not come up.
    pub(super) async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("dealbell-gnome-")
            .tempdir()?;
        let mut environment = environment(folder.path())?;
        // Nobody of a whole system is there, which the shell takes well.
        let system = PrivateBus::start().await?;
        let address = system.address().into();
        environment.insert("DBUS_SYSTEM_BUS_ADDRESS".into(), address);
        let address = format!("unix:path={}", folder.path().join("bus").display());
        environment.insert("DBUS_SESSION_BUS_ADDRESS".into(), address.clone().into());
        // Unlike a test's bus it starts services: GNOME's notifications are one.
        let listen = format!("--address={address}");
        let words = [
            "--session",
            &listen,
            "--nofork",
            "--nopidfile",
            "--print-address",
        ];
        let session = Process::start(Path::new("dbus-daemon"), words, &environment)?;
        let listening = |line: &str| line.starts_with("unix:").then_some(());
        session.wait_stdout(listening).await?;

        let words = "--headless --wayland --no-x11 --unsafe-mode --virtual-monitor 1280x800";
        let words = words.split(' ').chain(["--wayland-display", DISPLAY]);
        let shell = Process::start(Path::new("gnome-shell"), words, &environment)?;
        let bus = zbus::connection::Builder::address(address.as_str())?;
        let desktop = Self {
            bus: bus.build().await?,
            environment,
            shell,
            _session: session,
            _system: system,
            folder,
        };
        desktop
            .settle()
            .await
            .with_context(|| desktop.shell.log())?;
        Ok(desktop)
    }

    /// Until the session is up, its overview away and the extension serves.
    async fn settle(&self) -> Result<()> {
        let up = async {
            while !self
                .eval("Main.layoutManager._startingUp === false")
                .await
                .is_ok_and(|told| told == "true")
            {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let up = tokio::time::timeout(FIRST, up).await;
        up.context("the shell does not come up")?;
        self.eval("Main.overview.hide()").await?;
        self.wait("a desktop without the overview", "!Main.overview.visible")
            .await?;
        if rustix::process::geteuid().is_root() {
            let greeted = "Main.messageTray.getSources().length > 0";
            self.wait("the shell's warning to root", greeted).await?;
        }
        let dismissed = "const tray = Main.messageTray; \
             tray.getSources().forEach(source => source.destroy()); tray._notificationState === 0";
        self.wait("a screen without banners", dismissed).await?;
        let dbus = zbus::fdo::DBusProxy::new(&self.bus).await?;
        for name in [
            "org.kde.StatusNotifierWatcher",
            "org.freedesktop.Notifications",
        ] {
            eventually(name, async || {
                Ok(dbus.name_has_owner(name.try_into()?).await?.then_some(()))
            })
            .await?;
        }
        Ok(())
    }

    /// Has the shell work a line of JavaScript out; JSON.
    async fn eval(&self, script: &str) -> Result<String> {
        let script = format!("const Main = imports.ui.main; {script}");
        let body = (script,);
        let reply =
            self.bus
                .call_method(Some(SHELL), "/org/gnome/Shell", Some(SHELL), "Eval", &body);
        let reply = tokio::time::timeout(PATIENCE, reply).await??;
        let (went, told): (bool, String) = reply.body().deserialize()?;
        if went {
            return Ok(told);
        }
        bail!("the shell says {told}")
    }

    async fn wait(&self, what: &str, condition: &str) -> Result<()> {
        eventually(what, async || {
            Ok((self.eval(condition).await? == "true").then_some(()))
        })
        .await
    }

    async fn pixels(&self, area: Area) -> Result<Pixels> {
        let file = self.folder.path().join("look.png");
        self.picture(&file).await?;
        let output = Command::new("convert")
            .arg(&file)
            .args(["-crop", &area.as_crop(), "+repage", "-depth", "8", "rgb:-"])
            .env_clear()
            .envs(&self.environment)
            .output()
            .await
            .context("convert did not start")?;
        if !output.status.success() {
            bail!("convert: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(Pixels(output.stdout))
    }
}

/// A pointer of our own, at the banner that is shown.
const POINT: &str = r"
    const {Clutter, GLib} = imports.gi;
    const banner = Main.messageTray._banner;
    if (!banner) throw new Error('no banner is on the screen');
    const [left, top] = banner.get_transformed_position();
    const [width] = banner.get_transformed_size();
    const seat = Clutter.get_default_backend().get_default_seat();
    global.pointerOfTrial ??= seat.create_virtual_device(Clutter.InputDeviceType.POINTER_DEVICE);
    global.pointerOfTrial.notify_absolute_motion(GLib.get_monotonic_time(), left + width / 2, top + 20);
    true
";
const HOVERS: &str = "Main.messageTray._banner?.hover === true";
const CLICK: &str = r"
    const {Clutter, GLib} = imports.gi;
    for (const state of [Clutter.ButtonState.PRESSED, Clutter.ButtonState.RELEASED])
        global.pointerOfTrial.notify_button(GLib.get_monotonic_time(), Clutter.BUTTON_PRIMARY, state);
    true
";
const GOES: &str = "!Main.messageTray._banner";
const AWAY: &str = r"
    const time = imports.gi.GLib.get_monotonic_time();
    global.pointerOfTrial.notify_absolute_motion(time, 640, 700);
    true
";

impl Desk for Gnome {
    fn environment(&self) -> &Environment {
        &self.environment
    }

    fn bus(&self) -> &zbus::Connection {
        &self.bus
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    async fn tray(&self) -> Result<Pixels> {
        self.pixels(TRAY).await
    }

    async fn corner(&self) -> Result<Pixels> {
        self.pixels(CORNER).await
    }

    async fn picture(&self, file: &Path) -> Result<()> {
        let body = (false, false, file.to_string_lossy());
        let reply = self.bus.call_method(
            Some("org.gnome.Shell.Screenshot"),
            "/org/gnome/Shell/Screenshot",
            Some("org.gnome.Shell.Screenshot"),
            "Screenshot",
            &body,
        );
        let reply = tokio::time::timeout(PATIENCE, reply).await??;
        let (taken, _): (bool, String) = reply.body().deserialize()?;
        if !taken {
            bail!("the shell took no picture");
        }
        Ok(())
    }

    async fn wait_toast(&self, title: &str) -> Result<()> {
        let title = serde_json::to_string(title)?;
        let shown = format!(
            "const tray = Main.messageTray; \
             tray._notificationState === 2 && tray._notification.title.includes({title})"
        );
        self.wait("the banner", &shown).await
    }

    async fn click_toast(&self) -> Result<()> {
        self.eval(POINT).await?;
        self.wait("the pointer on the banner", HOVERS).await?;
        self.eval(CLICK).await?;
        self.wait("the banner's end at the click", GOES).await?;
        self.eval(AWAY).await.map(|_| ())
    }
}

const DISPLAY: &str = "dealbell-0";

fn environment(folder: &Path) -> Result<Environment> {
    let mut environment = Environment::new();
    let mut set = |name: &str, value: OsString| environment.insert(name.into(), value);
    for kept in ["PATH", "RUST_LOG", "RUST_BACKTRACE"] {
        if let Some(value) = std::env::var_os(kept) {
            set(kept, value);
        }
    }
    let home = folder.join("home");
    for (name, path) in [
        ("HOME", home.clone()),
        ("XDG_CONFIG_HOME", home.join(".config")),
        ("XDG_DATA_HOME", home.join(".local/share")),
        ("XDG_CACHE_HOME", home.join(".cache")),
        ("XDG_STATE_HOME", home.join(".local/state")),
        ("TMPDIR", folder.join("tmp")),
    ] {
        fs::create_dir_all(&path)?;
        set(name, path.into());
    }
    let runtime = folder.join("run");
    DirBuilder::new().mode(0o700).create(&runtime)?;
    set("XDG_RUNTIME_DIR", runtime.into());
    for (name, value) in [
        ("XDG_SESSION_TYPE", "wayland"),
        ("XDG_CURRENT_DESKTOP", "GNOME"),
        ("WAYLAND_DISPLAY", DISPLAY),
        ("LANG", "ru_RU.UTF-8"),
        ("NO_AT_BRIDGE", "1"),
        ("LIBGL_ALWAYS_SOFTWARE", "1"),
        ("GSETTINGS_BACKEND", "keyfile"),
    ] {
        set(name, value.into());
    }
    let settings = home.join(".config/glib-2.0/settings");
    fs::create_dir_all(&settings)?;
    fs::write(settings.join("keyfile"), SETTINGS)?;
    Ok(environment)
}

/// The extension is on, Debian's or its authors' own; nothing moves, greets or goes dark.
const SETTINGS: &str = "[org/gnome/shell]
enabled-extensions=['ubuntu-appindicators@ubuntu.com', 'appindicatorsupport@rgcjonas.gmail.com']
welcome-dialog-last-shown-version='999'

[org/gnome/desktop/interface]
enable-animations=false

[org/gnome/desktop/session]
idle-delay=uint32 0

[org/gnome/desktop/screensaver]
lock-enabled=false
";
