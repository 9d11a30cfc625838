//! A desktop, a backup, a hundred more notifications, a restore: the desktop starts over, shows what
//! the centre has, and rings for nothing old.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

use dealbell_tests::recorder::TrayItem;
use dealbell_tests::{
    App, CentreProgram, DesktopOptions, Ending, PrivateDesktop, eventually, own_address,
};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Row as _};
use std::path::{Path, PathBuf};

const USER: &str = "anna@firm.ru";

async fn publish(centre: &CentreProgram, key: &str, title: &str) {
    let body = json!({"users": [USER], "title": title});
    let (status, answer) = centre.publish(key, &body).await.unwrap();
    assert_eq!(status, 201, "{answer}");
}

async fn shows(item: &TrayItem, app: &App, tooltip: &str) {
    let shown = item.wait(|view| view.tooltip_text == tooltip).await;
    shown.unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_the_desktop_starts_over_and_rings_for_nothing_old() {
    let desktop = PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap();
    let mut centre =
        CentreProgram::new(desktop.folder(), own_address(), desktop.environment()).unwrap();
    let token = centre.user_with_device(USER).await.unwrap();
    let key = centre
        .command(&["integration", "add", "Сайт"])
        .await
        .unwrap();
    centre.serve().await.unwrap();
    let url = centre.url();
    let entries = [
        ("DEALBELL_CENTRE_URL", url.as_str()),
        ("DEALBELL_TOKEN", token.as_str()),
    ];
    let app = desktop.app(&[], &entries).unwrap();
    let item = desktop.recorder.wait_item().await.unwrap();
    shows(&item, &app, "Всё разобрано").await;
    for number in 1..=3 {
        publish(&centre, &key, &format!("Заявка {number}")).await;
    }
    shows(&item, &app, "3 непрочитанных").await;

    let copy = desktop.folder().join("copy.db");
    let to = copy.to_str().unwrap();
    let line = ["backup", "--to", to];
    assert_eq!(centre.command(&line).await.unwrap(), to);
    for number in 4..=103 {
        publish(&centre, &key, &format!("Заявка {number}")).await;
    }
    shows(&item, &app, "103 непрочитанных").await;
    let restore = ["restore", "--from", to];
    let refused = centre.command(&restore).await.unwrap_err().to_string();
    assert!(refused.contains("stop the server first"), "{refused}");

    centre.stop().await.unwrap();
    let aside = centre.command(&restore).await.unwrap();
    assert!(Path::new(&aside).is_file(), "{aside}");
    let before = desktop.recorder.recorded().calls.len();
    centre.serve().await.unwrap();
    shows(&item, &app, "3 непрочитанных").await;

    // What comes now rings, so what came before had its chance to.
    publish(&centre, &key, "Свежая заявка").await;
    let fresh = desktop
        .recorder
        .wait_toast(|call| call.title == "Свежая заявка");
    fresh
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
    shows(&item, &app, "4 непрочитанных").await;
    let calls = desktop.recorder.recorded().calls.split_off(before);
    let old: Vec<_> = calls
        .iter()
        .filter(|call| call.title.starts_with("Заявка "))
        .collect();
    assert!(old.is_empty(), "{old:?}");

    let store = inbox(&desktop.home());
    let listed = eventually("the centre's list on the desktop", async || {
        let listed = titles(&store).await?;
        Ok((listed.len() == 4).then_some(listed))
    });
    let wanted = ["Заявка 1", "Заявка 2", "Заявка 3", "Свежая заявка"];
    assert_eq!(listed.await.unwrap(), wanted);
    let feed = centre.feed(&token).await.unwrap();
    let told: Vec<_> = feed.items.iter().rev().map(|item| &item.title).collect();
    assert_eq!(told, wanted);
    assert_eq!(feed.unread.count, 4);
    assert_eq!(app.terminate().await.unwrap(), Ending::Code(0));
}

/// The app's own store of the department's notifications.
fn inbox(home: &Path) -> PathBuf {
    let folder = home.join(".local/share/com.dealbell.desktop/team");
    let centres: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().collect();
    let [centre] = centres.as_slice() else {
        panic!("not one centre: {centres:?}")
    };
    centre.path().join("inbox.sqlite")
}

/// What it lists, oldest first.
async fn titles(store: &Path) -> anyhow::Result<Vec<String>> {
    let options = SqliteConnectOptions::new().filename(store).read_only(true);
    let mut db: SqliteConnection = options.connect().await?;
    let rows = sqlx::query(
        "SELECT json_extract(body, '$.title') FROM notifications JOIN bodies USING (seq) ORDER BY seq",
    );
    let rows = rows.fetch_all(&mut db).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
