//! `dealbell://` links while it runs and while it does not.

use anyhow::{Context, Result};
use dealbell_tests::{
    App, Browser, Ending, PrivateDesktop, Program, binary, eventually, toast_link,
};
use serde_json::json;

use crate::team::Team;
use crate::{QUIET, desktop_of, tray_says, wait_window, window_below};

const CARD: &str = "https://romashka.amocrm.ru/leads/detail/7";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_window_whether_it_runs_or_not() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&team).await?;
    let app = desktop.app(&["dealbell://open"], &[])?;
    tray_says(&desktop, 1, QUIET).await?;
    wait_window(&app).await?;
    app.terminate().await?;

    let app = desktop.app(&[], &[])?;
    tray_says(&desktop, 2, QUIET).await?;
    assert_eq!(window_below(app.pid()), None);
    second_start(&desktop, "dealbell://open").await?;
    wait_window(&app).await?;
    Ok(())
}

/// EXAMPLES: a click opens the app but not the item.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_toast_opens_its_card_whether_it_runs_or_not() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&team).await?;
    let browser = Browser::install(&desktop.home())?;
    let app = desktop.app(&[], &[])?;
    tray_says(&desktop, 1, QUIET).await?;
    let id = team
        .publish(json!({ "title": "Котова ждёт счёт", "link": CARD }))
        .await?;
    desktop
        .recorder
        .wait_toast(|call| call.title == "Котова ждёт счёт")
        .await?;
    let name = format!("{}.{id}", tag(&team));
    let link = toast_link(&desktop.home(), &name, None)?;
    second_start(&desktop, &link).await?;
    opened(&browser, 1, &app).await?;
    team.wait_read(id, true).await?;
    assert_eq!(
        window_below(app.pid()),
        None,
        "the card is all he asked for"
    );
    app.terminate().await?;

    let app = desktop.app(&[&link], &[])?;
    opened(&browser, 2, &app).await?;
    assert_eq!(browser.opened(), [CARD, CARD]);
    Ok(())
}

async fn second_start(desktop: &PrivateDesktop, link: &str) -> Result<()> {
    let second = Program::start(&binary("dealbell")?, [link], desktop.environment())?;
    assert_eq!(second.wait().await?, Ending::Code(0), "{}", second.log());
    Ok(())
}

async fn opened(browser: &Browser, times: usize, app: &App) -> Result<()> {
    let cards = eventually("the card in the browser", async || {
        Ok((browser.opened().len() == times).then_some(()))
    });
    cards.await.with_context(|| app.log())
}

/// The account in the names of its toasts. Those still on the screen carry it from version to
/// version, so it is worked out here once more: FNV-1a of the account's folder.
fn tag(team: &Team) -> String {
    let bare = team.url.trim_start_matches("http://").replace(':', "_");
    let hash = format!("team/{bare}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}
