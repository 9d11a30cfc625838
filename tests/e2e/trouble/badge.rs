//! The number outside the window: on the tray and on the launcher, the same.

use dealbell_tests::recorder::LauncherEntry;
use serde_json::json;

use crate::{Department, QUIET, desktop, tray_says};

/// EXAMPLES: a badge that stays.
#[tokio::test(flavor = "multi_thread")]
async fn the_launcher_counts_what_the_tray_counts_and_both_go_when_all_is_read() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    let tray = tray_says(&desktop, &app, QUIET).await;
    assert_eq!(desktop.recorder.recorded().launcher, [], "nothing to count");

    let shows = |count: i64| {
        move |entry: &LauncherEntry| entry.count == Some(count) && entry.visible == Some(count > 0)
    };
    for count in 1..=3 {
        let title = format!("Заявка {count}");
        department.publish(json!({ "title": title })).await;
        let entry = desktop.recorder.wait_launcher(shows(count)).await.unwrap();
        assert_eq!(entry.app, "application://dealbell.desktop");
        // One that asks hears the same.
        let answered = desktop.recorder.query_launcher(&entry).await.unwrap();
        assert_eq!(answered, entry);
    }
    tray_says(&desktop, &app, "3 непрочитанных").await;

    // One that comes late hears it unasked.
    desktop.recorder.start_launcher().await.unwrap();
    desktop.recorder.wait_launcher(shows(3)).await.unwrap();

    tray.click_menu("Отметить всё прочитанным").await.unwrap();
    desktop.recorder.wait_launcher(shows(0)).await.unwrap();
    tray_says(&desktop, &app, QUIET).await;
}
