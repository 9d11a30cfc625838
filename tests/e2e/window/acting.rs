//! Completing a task where it stands in the list.

use anyhow::{Context, Result};
use dealbell_protocol::window::Language;
use dealbell_tests::{Crm, DesktopOptions, PrivateDesktop, eventually, own_address};
use dealbell_texts::{Value, text};
use serde_json::json;

use crate::page::Window;

/// An account whose colleague has just set this task for the first user.
async fn with_task(task: &str) -> Result<(Window, Crm, u64)> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let crm = Crm::start(own_address(), "T", desktop.environment()).await?;
    let entries = [
        ("DEALBELL_CRM_URL", crm.url.as_str()),
        ("DEALBELL_CRM_TOKEN", "T"),
    ];
    let window = Window::open_on(desktop, &entries).await?;
    window.wait("connection", "[data-state=online]").await?;
    // After the baseline, so that the task is news (RULES T12).
    crm.wait_requests("/api/v4/tasks?", 2).await?;
    let responsible = crm.users[0].id.to_string();
    let args = [
        "create",
        "--responsible",
        &responsible,
        "--text",
        task,
        "--complete-till",
        "1930737600",
    ];
    let id = crm.act(&crm.users[1].token, &args).await?;
    let rows = window.wait_rows("the task", |rows| rows.len() == 1).await?;
    anyhow::ensure!(rows[0].title.contains(task), "{rows:?}");
    Ok((window, crm, id))
}

async fn complete(window: &Window, result: &str) -> Result<()> {
    window.click("complete").await?;
    window.fill("result", result).await?;
    window.picture("complete").await?;
    window.click("complete-now").await
}

#[tokio::test]
async fn a_task_is_completed_with_its_result_and_goes() -> Result<()> {
    let (window, crm, id) = with_task("Перезвонить в «Верону»").await?;
    complete(&window, "Договорились на вторник").await?;
    window
        .wait_rows("the end of the task", <[_]>::is_empty)
        .await?;
    window.wait_badge(0).await?;
    let task = crm.read(&format!("/api/v4/tasks/{id}")).await?;
    assert_eq!(task["is_completed"], true, "{task}");
    assert_eq!(task["result"]["text"], "Договорились на вторник");
    Ok(())
}

#[tokio::test]
async fn what_the_crm_declines_is_undone_with_its_reason() -> Result<()> {
    let (window, crm, id) = with_task("Выслать счёт").await?;
    let declines = json!({"kind": "status", "status": 400, "path": format!("/api/v4/tasks/{id}")});
    crm.fault(&declines).await?;
    complete(&window, "Выслан").await?;
    let why = window.see("complete-failed").await?.text().await?;
    let crm_name = Value::Text("amoCRM".to_owned());
    let wanted = text(Language::Ru, "error-crm-refused", &[("crm", crm_name)]);
    assert!(why.contains(&wanted), "{why:?} without {wanted:?}");
    window.picture("complete-failed").await?;
    let rows = window.rows().await?;
    assert_eq!(rows.len(), 1, "it is still there");

    crm.mend().await?;
    window.click("complete-again").await?;
    window
        .wait_rows("the end of the task", <[_]>::is_empty)
        .await?;
    eventually("the task in the CRM", async || {
        let task = crm.read(&format!("/api/v4/tasks/{id}")).await?;
        Ok((task["is_completed"] == true).then_some(()))
    })
    .await
    .context("it is completed with the same words")
}
