//! Starts: with the session, with no tray yet.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use dealbell_tests::{DesktopOptions, Ending, PrivateDesktop, descendants, eventually};

use crate::page::Window;
use crate::team::Team;
use crate::{QUIET, desktop_of, signed_in, tray_says, window_below};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_switch_writes_starts_it_hidden_and_switched_off_nothing_is_left() -> Result<()> {
    let team = Team::start().await?;
    let window = Window::open_on(desktop_of(&team).await?, &[]).await?;
    window.click("to-channels").await?;
    window.click("tab-settings").await?;
    let entry = window
        .desktop
        .home()
        .join(".config/autostart/dealbell.desktop");
    ensure!(!entry.exists(), "nobody has asked for it");
    for (state, there) in [
        (":checked", true),
        (":not(:checked)", false),
        (":checked", true),
    ] {
        window.click("start-at-login").await?;
        window.wait("start-at-login", state).await?;
        assert_eq!(entry.exists(), there);
    }
    let desktop = window.leave().await?;

    // As a desktop starts it: by the entry alone.
    let launched = desktop.program(Path::new("gio"), [Path::new("launch"), &entry])?;
    assert_eq!(
        launched.wait().await?,
        Ending::Code(0),
        "{}",
        launched.log()
    );
    tray_says(&desktop, 2, QUIET).await?;
    let app = last_item_process(&desktop).await?;
    assert_eq!(
        descendants(app),
        Vec::<u32>::new(),
        "no window, and none to come"
    );

    // Once more, by the user: he sees it.
    let again = desktop.program(Path::new("gio"), [Path::new("launch"), &entry])?;
    assert_eq!(again.wait().await?, Ending::Code(0), "{}", again.log());
    eventually("the window", async || Ok(window_below(app))).await?;
    Ok(())
}

/// EXAMPLES: a tray that is not there at login, with the app unreachable.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_tray_the_window_says_so_until_there_is_one() -> Result<()> {
    let mut options = DesktopOptions::default();
    options.recorder.tray = false;
    let team = Team::start().await?;
    let window = Window::open_on(signed_in(&team, options).await?, &[]).await?;
    window.see("trouble-no_tray").await?;
    window.desktop.recorder.start_tray().await?;
    window.gone("trouble-no_tray").await?;
    tray_says(&window.desktop, 1, QUIET).await?;
    Ok(())
}

/// The process whose tray item registered last.
async fn last_item_process(desktop: &PrivateDesktop) -> Result<u32> {
    let items = desktop.recorder.recorded().items;
    let (service, _) = items.last().context("no tray item")?;
    let bus = desktop.bus.connect().await?;
    let bus = zbus::fdo::DBusProxy::new(&bus).await?;
    let name = zbus::names::BusName::try_from(service.as_str())?;
    Ok(bus.get_connection_unix_process_id(name).await?)
}
