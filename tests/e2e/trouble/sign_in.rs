//! Tokens that are wrong, or were revoked.

use dealbell_centre::{Centre, Options, ServeOptions};
use dealbell_tests::{Crm, own_address};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::{
    Department, QUIET, SIGNED_OUT, USER, assert_lives, desktop, tray_says, wait_window, window_of,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_device_token_asks_to_sign_in() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let entries = [
        ("DEALBELL_CENTRE_URL", department.url.as_str()),
        ("DEALBELL_TOKEN", "dbd_wrong"),
    ];
    let app = desktop.app(&[], &entries).unwrap();
    tray_says(&desktop, &app, SIGNED_OUT).await;
    wait_window(&app).await;
    assert_lives(&app);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_crm_token_asks_to_sign_in() {
    let desktop = desktop().await;
    let crm = Crm::start(own_address(), "T", desktop.environment())
        .await
        .unwrap();
    let entries = [
        ("DEALBELL_CRM_URL", crm.url.as_str()),
        ("DEALBELL_CRM_TOKEN", "wrong"),
    ];
    let app = desktop.app(&[], &entries).unwrap();
    tray_says(&desktop, &app, SIGNED_OUT).await;
    wait_window(&app).await;
    assert_lives(&app);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_revoked_asks_to_sign_in() {
    let desktop = desktop().await;
    let database = desktop.folder().join("centre.sqlite");
    let database = database.to_string_lossy().into_owned();
    let centre = Centre::open(Options::new(database)).await.unwrap();
    centre.add_user(USER, "", "ru").await.unwrap();
    let token = centre.add_device(USER, "").await.unwrap();
    let listener = TcpListener::bind(own_address()).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (_stop, stopped) = oneshot::channel::<()>();
    let serving = centre.clone();
    tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        serving
            .serve(listener, ServeOptions::default(), stopped)
            .await
    });

    let entries = [
        ("DEALBELL_CENTRE_URL", url.as_str()),
        ("DEALBELL_TOKEN", token.as_str()),
    ];
    let app = desktop.app(&[], &entries).unwrap();
    tray_says(&desktop, &app, QUIET).await;
    assert_eq!(window_of(&app), None);
    centre.revoke_device(&token).await.unwrap();
    tray_says(&desktop, &app, SIGNED_OUT).await;
    wait_window(&app).await;
    assert_lives(&app);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_token_that_is_revoked_asks_to_sign_in() {
    let desktop = desktop().await;
    let address = own_address();
    let crm = Crm::start(address, "T", desktop.environment())
        .await
        .unwrap();
    let url = crm.url.clone();
    let entries = [
        ("DEALBELL_CRM_URL", url.as_str()),
        ("DEALBELL_CRM_TOKEN", "T"),
    ];
    let app = desktop.app(&[], &entries).unwrap();
    tray_says(&desktop, &app, QUIET).await;
    crm.wait_requests("/api/v4/tasks?", 2).await.unwrap();
    assert_eq!(window_of(&app), None);
    crm.stop().await.unwrap();
    let _crm = Crm::start(address, "ANOTHER", desktop.environment())
        .await
        .unwrap();
    tray_says(&desktop, &app, SIGNED_OUT).await;
    wait_window(&app).await;
    assert_lives(&app);
}
