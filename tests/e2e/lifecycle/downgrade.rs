//! Local data that a newer version has written.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use dealbell_tests::{Crm, DesktopOptions, Ending, PrivateDesktop, own_address};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::page::Window;
use crate::team::Team;
use crate::{QUIET, account_file, desktop_of, tray_says};

/// What the older version cannot read it does not know to have told: of what is still unread it says
/// so once, and toasts none of it a second time.
#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_of_a_newer_version_begins_anew_with_one_summary() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&team).await?;
    let app = desktop.app(&[], &[])?;
    tray_says(&desktop, 1, QUIET).await?;
    team.say("Давно сказано").await?;
    desktop
        .recorder
        .wait_toast(|call| call.title == "Давно сказано")
        .await?;
    assert_eq!(app.terminate().await?, Ending::Code(0));

    let store = account_file(&desktop, "team", "inbox.sqlite")?;
    change(&store, "PRAGMA user_version = 9999").await?;
    let app = desktop.app(&[], &[])?;
    let counted = tray_says(&desktop, 2, "1 непрочитанное").await;
    counted.with_context(|| app.log())?;
    let aside = account_file(&desktop, "team", "inbox.sqlite.damaged-1")?;
    ensure!(aside.exists(), "what the newer one wrote is kept");
    team.say("Только что сказано").await?;
    let news = desktop
        .recorder
        .wait_toast(|call| call.title == "Только что сказано");
    news.await.with_context(|| app.log())?;
    let calls = desktop.recorder.recorded().calls;
    let titles: Vec<&str> = calls.iter().map(|call| &*call.title).collect();
    let told = [
        "Давно сказано",
        "Пока вас не было: 1 уведомление",
        "Только что сказано",
    ];
    assert_eq!(titles, told);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_a_newer_version_stays_closed_and_whole_and_says_why() -> Result<()> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let crm = Crm::start(own_address(), "T", desktop.environment()).await?;
    let signed_in = [("DEALBELL_CRM_URL", &*crm.url), ("DEALBELL_CRM_TOKEN", "T")];
    let app = desktop.app(&[], &signed_in)?;
    tray_says(&desktop, 1, QUIET)
        .await
        .with_context(|| app.log())?;
    assert_eq!(app.terminate().await?, Ending::Code(0));

    let database = account_file(&desktop, "solo", "centre.sqlite")?;
    let later = "INSERT INTO _sqlx_migrations VALUES (9999, 'later', 0, 1, x'00', 0)";
    change(&database, later).await?;
    let before = std::fs::read(&database)?;
    let window = Window::open_on(desktop, &signed_in).await?;
    window.see("trouble-newer_data").await?;
    window.picture("newer-data").await?;
    let desktop = window.leave().await?;
    assert_eq!(
        before,
        std::fs::read(&database)?,
        "not a byte of it was touched"
    );

    // The newer version is back.
    change(
        &database,
        "DELETE FROM _sqlx_migrations WHERE version = 9999",
    )
    .await?;
    let window = Window::open_on(desktop, &signed_in).await?;
    window.wait("connection", "[data-state=online]").await?;
    window.gone("trouble-newer_data").await
}

/// Does this to a database that nobody uses.
async fn change(file: &Path, what: &'static str) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(file);
    let mut database = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql(what).execute(&mut database).await?;
    // Into the file itself, so that it can be compared.
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut database)
        .await?;
    Ok(database.close().await?)
}
