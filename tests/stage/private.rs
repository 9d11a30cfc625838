//! The show on a private desktop: Xvfb, openbox, dunst and xfce4-panel, as real as without a screen.

use crate::camera::Camera;
use crate::{end_of_show, unread_in};
use anyhow::{Context, Result, bail};
use dealbell_tests::{App, DesktopOptions, PrivateDesktop, Process, RecorderOptions};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long toasts and window take to be drawn once they are there.
const DRAWN: Duration = Duration::from_millis(900);

/// A theme and a language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    dark: bool,
    russian: bool,
}

impl Look {
    /// Light and Russian.
    pub(crate) const PLAIN: Self = Self {
        dark: false,
        russian: true,
    };

    /// Reads `light-ru`, `dark-en` and the like.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (theme, language) = text.split_once('-').context("a look is such as light-ru")?;
        let dark = match theme {
            "light" => false,
            "dark" => true,
            other => bail!("{other} is no theme: light or dark"),
        };
        let russian = match language {
            "ru" => true,
            "en" => false,
            other => bail!("{other} is no language: ru or en"),
        };
        Ok(Self { dark, russian })
    }

    fn name(self) -> String {
        let theme = if self.dark { "dark" } else { "light" };
        let language = if self.russian { "ru" } else { "en" };
        format!("{theme}-{language}")
    }
}

/// Runs the app until it ends, Ctrl-C, or the time is over, printing toasts and the unread number.
pub(crate) async fn show(
    app: &Path,
    arguments: &[String],
    pictures: &Path,
    look: Option<Look>,
    time: Option<Duration>,
) -> Result<()> {
    let shown = look.unwrap_or(Look::PLAIN);
    let language = if shown.russian {
        "ru_RU.UTF-8"
    } else {
        "en_US.UTF-8"
    };
    let nobody = RecorderOptions {
        daemon: false,
        tray: false,
        ..RecorderOptions::default()
    };
    let desktop = PrivateDesktop::start(DesktopOptions {
        recorder: nobody,
        window_manager: true,
        language: language.into(),
        ..DesktopOptions::default()
    })
    .await?;
    let suffix = look
        .map(|look| format!("-{}", look.name()))
        .unwrap_or_default();
    let camera = Camera::new(desktop.environment().clone(), pictures, suffix)?;
    let furniture = Furniture::start(&desktop, shown, Clock::There).await?;
    if look.is_some() {
        settle(&desktop, shown)?;
    }

    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut environment = desktop.environment().clone();
    for (name, value) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEALBELL_") {
            environment.insert(name, value);
        }
    }
    let app = App::start_binary(app, &arguments, &environment)?;
    let (news, toasts) = mpsc::channel(64);
    let reporting = report(&furniture.dunst, &app, news);
    let outcome = tokio::select! {
        reported = reporting => reported,
        filmed = film(&camera, toasts) => filmed,
        ended = app.wait_within(Duration::MAX) => {
            bail!("the app ended by itself with {:?}:\n{}", ended?, app.log())
        }
        ended = end_of_show(time) => ended,
    };
    app.terminate().await?;
    outcome?;
    println!("Pictures are in {}", pictures.display());
    Ok(())
}

/// Whether the panel has a clock, which changes its picture every minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    There,
    Absent,
}

/// What stands on a desktop besides us.
pub(crate) struct Furniture {
    /// Prints every toast it is given.
    pub(crate) dunst: Process,
    _others: Vec<Process>,
}

impl Furniture {
    /// Starts panel and daemon and waits until both serve.
    ///
    /// # Errors
    /// When one is missing or does not come up.
    pub(crate) async fn start(desktop: &PrivateDesktop, look: Look, clock: Clock) -> Result<Self> {
        let environment = desktop.environment();
        let config = desktop.home().join(".config");
        let panel = config.join("xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml");
        write(&panel, &panel_config(look.dark, clock))?;
        let dunstrc = config.join("dunst/dunstrc");
        write(&dunstrc, &dunst_config(look.dark))?;
        let paper = desktop.folder().join("paper.png");
        let colours = if look.dark {
            "gradient:#2b3140-#14171d"
        } else {
            "gradient:#e3e9f4-#b7c5e0"
        };
        let paper = paper.to_string_lossy().into_owned();
        let start = |program: &str, arguments: &[&str]| {
            Process::start(Path::new(program), arguments, environment)
        };
        start("convert", &["-size", "1280x800", colours, &paper])?
            .wait()
            .await?;
        start("display", &["-window", "root", &paper])?
            .wait()
            .await?;
        let xfconf = start(&xfconfd()?.to_string_lossy(), &[])?;
        let dunst = start("dunst", &["-print", "-config", &dunstrc.to_string_lossy()])?;
        wait_for_name(desktop, "org.xfce.Xfconf").await?;
        let panel = start("xfce4-panel", &["--disable-wm-check"])?;
        wait_for_name(desktop, "org.kde.StatusNotifierWatcher").await?;
        wait_for_name(desktop, "org.freedesktop.Notifications").await?;
        Ok(Self {
            dunst,
            _others: vec![xfconf, panel],
        })
    }
}

/// Prints each toast and the unread number as they come; never ends by itself.
async fn report(dunst: &Process, app: &App, news: mpsc::Sender<()>) -> Result<()> {
    let (mut toasts, mut log) = (dunst.stdout_lines(), app.stderr_lines());
    let (mut seen_toasts, mut seen_log, mut unread) = (0, 0, None);
    loop {
        tokio::select! {
            changed = toasts.changed() => changed.context("dunst is gone")?,
            changed = log.changed() => changed.context("the app is gone")?,
        }
        let lines = toasts.borrow_and_update().clone();
        for line in &lines[seen_toasts..] {
            if let Some(title) = line.trim().strip_prefix("summary: ") {
                println!("toast:  {}", title.trim_matches('\''));
                let _ = news.try_send(());
            }
        }
        seen_toasts = lines.len();
        let lines = log.borrow_and_update().clone();
        for line in &lines[seen_log..] {
            if let Some(number) = unread_in(line).filter(|&number| unread != Some(number)) {
                unread = Some(number);
                println!("unread: {number}");
            }
        }
        seen_log = lines.len();
    }
}

/// Takes the pictures anew after each toast, so that the last ones show the most; never ends.
async fn film(camera: &Camera, mut toasts: mpsc::Receiver<()>) -> Result<()> {
    while toasts.recv().await.is_some() {
        tokio::time::sleep(DRAWN).await;
        while toasts.try_recv().is_ok() {}
        camera.screen("desktop").await?;
        if let Some(toast) = camera.windows(&["--class", "Dunst"]).await?.first() {
            camera.area("toast", toast.with_margin(12)).await?;
        }
        if let Some(panel) = camera.windows(&["--class", "xfce4-panel"]).await?.first() {
            camera.area("tray", panel.right_end(140)).await?;
        }
        camera.window("window", &["--name", "Dealbell$"]).await?;
    }
    std::future::pending().await
}

/// The settings of somebody who chose theme and language.
fn settle(desktop: &PrivateDesktop, look: Look) -> Result<()> {
    let theme = if look.dark { "dark" } else { "light" };
    let language = if look.russian { "ru" } else { "en" };
    let settings = serde_json::json!({
        "settings": {"language": language, "theme": theme, "account": null, "token_in_file": false}
    });
    let file = desktop
        .home()
        .join(".local/share/com.dealbell.desktop/settings.json");
    write(&file, &settings.to_string())
}

/// Until somebody owns the name on the desktop's bus.
async fn wait_for_name(desktop: &PrivateDesktop, name: &str) -> Result<()> {
    use futures_util::StreamExt;
    let bus = desktop.bus.connect().await?;
    let dbus = zbus::fdo::DBusProxy::new(&bus).await?;
    let mut changes = dbus
        .receive_name_owner_changed_with_args(&[(0, name)])
        .await?;
    if dbus.name_has_owner(name.try_into()?).await? {
        return Ok(());
    }
    let owned = tokio::time::timeout(dealbell_tests::PATIENCE, changes.next()).await;
    owned
        .ok()
        .flatten()
        .map(|_| ())
        .with_context(|| format!("nobody took the name {name}"))
}

fn write(file: &Path, content: &str) -> Result<()> {
    fs::create_dir_all(file.parent().context("no folder")?)?;
    Ok(fs::write(file, content)?)
}

/// Where Debian keeps the daemon that the panel reads its settings from.
fn xfconfd() -> Result<PathBuf> {
    let libraries = fs::read_dir("/usr/lib")?.filter_map(Result::ok);
    let mut places = libraries.map(|entry| entry.path().join("xfce4/xfconf/xfconfd"));
    places
        .find(|path| path.is_file())
        .context("xfconfd is missing: apt-get install xfconf")
}

/// A panel at the bottom with a tray and perhaps a clock.
fn panel_config(dark: bool, clock: Clock) -> String {
    let clock = match clock {
        Clock::There => r#"<value type="int" value="4"/>"#,
        Clock::Absent => "",
    };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="{dark}"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=10;x=640;y=784"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="icon-size" type="uint" value="22"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
        {clock}
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist">
      <property name="flat-buttons" type="bool" value="true"/>
    </property>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
    <property name="plugin-4" type="string" value="clock">
      <property name="digital-layout" type="uint" value="3"/>
      <property name="digital-time-format" type="string" value="%H:%M"/>
    </property>
  </property>
</channel>
"#
    )
}

/// Toasts at the lower right, in colours that fit.
fn dunst_config(dark: bool) -> String {
    let (back, text, frame) = if dark {
        ("#23272f", "#eceef2", "#3a404b")
    } else {
        ("#ffffff", "#16181d", "#d5dae3")
    };
    let colours = format!(
        "    background = \"{back}\"\n    foreground = \"{text}\"\n    frame_color = \"{frame}\"\n"
    );
    format!(
        "[global]\n    width = 360\n    height = 200\n    origin = bottom-right\n    offset = 16x48\n    \
         font = \"Sans 10\"\n    padding = 14\n    horizontal_padding = 16\n    frame_width = 1\n    \
         corner_radius = 10\n    gap_size = 0\n    separator_height = 1\n    separator_color = frame\n    icon_position = left\n    min_icon_size = 36\n    max_icon_size = 36\n    icon_corner_radius = 8\n    \
         show_indicators = no\n    mouse_left_click = do_action, close_current\n    markup = full\n    format = \"<b>%s</b>\\n%b\"\n    \
         idle_threshold = 0\n    notification_limit = 3\n\
         [urgency_low]\n{colours}[urgency_normal]\n{colours}[urgency_critical]\n{colours}"
    )
}
