//! The app killed in the midst of notifications: nothing lost, nothing doubled, no toast twice.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use dealbell_tests::recorder::TrayItem;
use dealbell_tests::{
    App, Browser, CentreProgram, DesktopOptions, Ending, PrivateDesktop, eventually, own_address,
};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Row};

const USER: &str = "anna@firm.ru";
/// Published while one life of the app runs, and how far that has come when it is killed.
const LIVES: [(usize, usize); 3] = [(60, 1), (60, 30), (50, 49)];
/// Published to the last life, which stays.
const AFTER: usize = 30;
const ALL: usize = 200;

/// An integration that publishes «Заявка 1», «Заявка 2» and so on.
struct Integration {
    centre: CentreProgram,
    key: String,
    published: AtomicUsize,
}

impl Integration {
    async fn publish(&self, count: usize) {
        for _ in 0..count {
            let number = self.published.load(Ordering::Relaxed) + 1;
            let body = json!({"users": [USER], "title": format!("Заявка {number}")});
            let (status, answer) = self.centre.publish(&self.key, &body).await.unwrap();
            assert_eq!(status, 201, "{answer}");
            self.published.store(number, Ordering::Relaxed);
        }
    }

    async fn wait_published(&self, count: usize) {
        let reached = async || {
            let enough = self.published.load(Ordering::Relaxed) >= count;
            Ok(enough.then_some(()))
        };
        eventually("the publishing", reached).await.unwrap();
    }
}

/// Waits until the app that comes after so many lives is in the tray.
async fn registered(desktop: &PrivateDesktop, lives: usize) {
    let registered = desktop.recorder.wait("the tray item", |seen| {
        (seen.items.len() > lives).then_some(())
    });
    registered.await.unwrap();
}

async fn connected(desktop: &PrivateDesktop, lives: usize, app: &App) -> TrayItem {
    registered(desktop, lives).await;
    let item = desktop.recorder.wait_item().await.unwrap();
    let online = item.wait(|view| {
        view.tooltip_text == "Всё разобрано" || view.tooltip_text.contains("непрочитанн")
    });
    let shown = online.await;
    shown.unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
    item
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_amid_200_notifications_it_has_each_once() {
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
    let integration = Integration {
        centre,
        key,
        published: AtomicUsize::new(0),
    };
    let url = integration.centre.url();
    let entries = [
        ("DEALBELL_CENTRE_URL", url.as_str()),
        ("DEALBELL_TOKEN", token.as_str()),
    ];

    for (life, (count, kill_after)) in LIVES.into_iter().enumerate() {
        let app = desktop.app(&[], &entries).unwrap();
        connected(&desktop, life, &app).await;
        let before = integration.published.load(Ordering::Relaxed);
        tokio::join!(integration.publish(count), async {
            integration.wait_published(before + kill_after).await;
            app.kill9().await.unwrap();
        });
    }
    // Once more at its start, before it has caught up.
    let app = desktop.app(&[], &entries).unwrap();
    registered(&desktop, LIVES.len()).await;
    app.kill9().await.unwrap();
    let app = desktop.app(&[], &entries).unwrap();
    let item = connected(&desktop, LIVES.len() + 1, &app).await;
    integration.publish(AFTER).await;

    let counted = item.wait(|view| view.tooltip_text == "200 непрочитанных");
    let counted = counted.await;
    counted.unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
    let feed = integration.centre.feed(&token).await.unwrap();
    assert_eq!(feed.unread.count, 200);

    let store = inbox(&desktop.home());
    eventually("an outcome of every toast", async || {
        let told = told(&store).await?;
        Ok((told.len() == ALL && told.values().all(Option::is_some)).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(app.terminate().await.unwrap(), Ending::Code(0));

    let mut wanted: Vec<String> = (1..=ALL).map(|number| format!("Заявка {number}")).collect();
    wanted.sort();
    assert_eq!(titles(&store).await, wanted, "each is in the list once");
    assert_eq!(counter(&store).await, 200);

    let mut rung: BTreeMap<String, usize> = BTreeMap::new();
    for call in desktop.recorder.recorded().calls {
        if call.title.starts_with("Заявка ") {
            *rung.entry(call.title).or_default() += 1;
        }
    }
    assert!(!rung.is_empty(), "some came alone, before the crowd");
    let doubled: Vec<_> = rung.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_made_offline_survives_the_kill() {
    let desktop = PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap();
    let browser = Browser::install(&desktop.home()).unwrap();
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
    let item = connected(&desktop, 0, &app).await;
    for number in 1..=2 {
        let link = format!("https://a.amocrm.ru/leads/detail/{number}");
        let body = json!({"users": [USER], "title": format!("Заявка {number}"), "link": link});
        let (status, answer) = centre.publish(&key, &body).await.unwrap();
        assert_eq!(status, 201, "{answer}");
    }
    let toast = desktop.recorder.wait_toast(|call| call.title == "Заявка 2");
    let toast = toast.await.unwrap();
    centre.stop().await.unwrap();
    let offline = item.wait(|view| view.tooltip_text.starts_with("Нет связи"));
    offline.await.unwrap();

    desktop.recorder.click(toast.id).await.unwrap();
    browser
        .wait_opened("https://a.amocrm.ru/leads/detail/2")
        .await
        .unwrap();
    // It leaves the menu once it is on the disk (STREAM 7).
    let marked = item.wait_menu(|menu| {
        let entries = menu.flat();
        !entries.iter().any(|entry| entry.label == "Заявка 2")
    });
    marked.await.unwrap();
    app.kill9().await.unwrap();

    centre.serve().await.unwrap();
    assert_eq!(centre.feed(&token).await.unwrap().unread.count, 2);
    let app = desktop.app(&[], &entries).unwrap();
    let item = connected(&desktop, 1, &app).await;
    eventually("the mark at the centre", async || {
        let feed = centre.feed(&token).await?;
        let unread = feed.items.iter().filter(|item| item.is_unread());
        let titles: Vec<_> = unread.map(|item| item.title.clone()).collect();
        Ok((titles == ["Заявка 1"] && feed.unread.count == 1).then_some(()))
    })
    .await
    .unwrap();
    let one = item.wait(|view| view.tooltip_text == "1 непрочитанное");
    one.await.unwrap();
    let calls = desktop.recorder.recorded().calls;
    assert_eq!(calls.len(), 2, "no toast again: {calls:?}");
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

async fn open(store: &Path) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(store).read_only(true);
    options.connect().await
}

async fn titles(store: &Path) -> Vec<String> {
    let mut db = open(store).await.unwrap();
    let rows = sqlx::query(
        "SELECT json_extract(body, '$.title') FROM notifications JOIN bodies USING (seq) ORDER BY 1",
    );
    let rows = rows.fetch_all(&mut db).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn counter(store: &Path) -> i64 {
    let mut db = open(store).await.unwrap();
    let row = sqlx::query("SELECT unread_count FROM state").fetch_one(&mut db);
    row.await.unwrap().get(0)
}

/// What became of the toast of each notification, by id; none while that is open.
async fn told(store: &Path) -> anyhow::Result<BTreeMap<Vec<u8>, Option<String>>> {
    let mut db = open(store).await?;
    let rows = sqlx::query(
        "SELECT notification, outcome FROM attempts WHERE notification IS NOT NULL ORDER BY id",
    );
    let rows = rows.fetch_all(&mut db).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
