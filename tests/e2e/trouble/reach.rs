//! A CRM or centre that is not there yet, or goes and comes back.

use dealbell_tests::{Crm, own_address};

use crate::{Department, OFFLINE, QUIET, assert_lives, desktop, tray_says, window_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_comes_late_is_read() {
    let desktop = desktop().await;
    let address = own_address();
    let url = format!("http://{address}");
    let entries = [
        ("DEALBELL_CRM_URL", url.as_str()),
        ("DEALBELL_CRM_TOKEN", "T"),
    ];
    let app = desktop.app(&[], &entries).unwrap();
    let item = tray_says(&desktop, &app, OFFLINE).await;
    assert_eq!(window_of(&app), None, "nothing to ask: it only has to wait");

    let crm = Crm::start(address, "T", desktop.environment())
        .await
        .unwrap();
    item.click_menu("Подключиться сейчас").await.unwrap();
    tray_says(&desktop, &app, QUIET).await;
    // After the baseline, so that the task is news (RULES T12).
    crm.wait_requests("/api/v4/tasks?", 2).await.unwrap();
    let responsible = crm.users[0].id.to_string();
    let args = [
        "create",
        "--responsible",
        &responsible,
        "--text",
        "Перезвонить",
        "--complete-till",
        "1930737600",
    ];
    crm.act(&crm.users[1].token, &args).await.unwrap();
    let toast = desktop
        .recorder
        .wait_toast(|call| call.title.contains("Перезвонить"));
    toast
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
    assert_lives(&app);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_that_comes_late_and_comes_back_is_connected_to() {
    let desktop = desktop().await;
    let mut department = Department::on(&desktop).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    tray_says(&desktop, &app, OFFLINE).await;
    assert_eq!(window_of(&app), None, "nothing to ask: it only has to wait");

    department.centre.serve().await.unwrap();
    tray_says(&desktop, &app, QUIET).await;
    department.ring(&desktop, &app, "Первая заявка").await;

    department.centre.stop().await.unwrap();
    tray_says(&desktop, &app, OFFLINE).await;
    department.centre.serve().await.unwrap();
    tray_says(&desktop, &app, "1 непрочитанное").await;
    department.ring(&desktop, &app, "Вторая заявка").await;
    let calls = desktop.recorder.recorded().calls;
    assert_eq!(calls.len(), 2, "{calls:?}");
}
