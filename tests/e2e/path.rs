//! The whole path: a colleague sets a task in the CRM through a client nobody here wrote, and the
//! real app rings, opens the card, and takes back what is done or gone.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

use std::time::{Duration, Instant};

use dealbell_tests::recorder::{TrayItem, TrayView};
use dealbell_tests::{
    App, Browser, CentreProgram, Crm, CrmUser, DesktopOptions, PrivateDesktop, eventually,
    own_address,
};

/// A reading of the CRM every 5 seconds, and what a busy machine takes for everything around it.
const POLL_AND_SLACK: Duration = Duration::from_secs(5 + 7);
/// 8 March 2031, 15:00 in Moscow: far enough to be called by its date in any test.
const DEADLINE: &str = "1930737600";
const WHEN: &str = "8 марта 2031 года в 15:00";
/// «Детская „Бриз“», the sandbox's own.
const LEAD: &str = "7400009";
const QUIET: &str = "Всё разобрано";
const ONE: &str = "1 непрочитанное";

/// A desktop with the app on it, connected, with nothing unread.
struct Stage {
    desktop: PrivateDesktop,
    browser: Browser,
    crm: Crm,
    item: TrayItem,
    app: App,
    /// Whose desktop it is, and who works beside him.
    user: CrmUser,
    colleague: CrmUser,
}

impl Stage {
    async fn solo() -> Self {
        let (desktop, browser, crm) = around().await;
        // A manager's own token: he sees his tasks and nobody's name.
        let (user, colleague) = (crm.users[1].clone(), crm.users[0].clone());
        let entries = [
            // Dead, and no matter: nothing that is on this machine is asked for through it.
            ("ALL_PROXY", "http://127.0.0.1:9"),
            ("DEALBELL_CRM_URL", crm.url.as_str()),
            ("DEALBELL_CRM_TOKEN", user.token.as_str()),
        ];
        let app = desktop.app(&[], &entries).unwrap();
        Self::ready(desktop, browser, crm, app, user, colleague).await
    }

    /// The department's centre reads the CRM with the administrator's token.
    async fn team() -> (Self, CentreProgram, String) {
        let (desktop, browser, crm) = around().await;
        let (user, colleague) = (crm.users[1].clone(), crm.users[2].clone());
        let mut centre =
            CentreProgram::new(desktop.folder(), own_address(), desktop.environment()).unwrap();
        let token = centre.user_with_device(&user.email).await.unwrap();
        let connect = ["connect", "amocrm", "--url", &crm.url, "--token", "T"];
        centre.command(&connect).await.unwrap();
        centre.serve().await.unwrap();
        let url = centre.url();
        let entries = [
            ("DEALBELL_CENTRE_URL", url.as_str()),
            ("DEALBELL_TOKEN", token.as_str()),
        ];
        let app = desktop.app(&[], &entries).unwrap();
        let stage = Self::ready(desktop, browser, crm, app, user, colleague).await;
        (stage, centre, token)
    }

    async fn ready(
        desktop: PrivateDesktop,
        browser: Browser,
        crm: Crm,
        app: App,
        user: CrmUser,
        colleague: CrmUser,
    ) -> Self {
        let item = desktop.recorder.wait_item().await.unwrap();
        let quiet = item.wait(|view| view.tooltip_text == QUIET).await;
        quiet.unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
        // The first reading is a baseline: what is set before it is no news (RULES T12).
        crm.wait_requests("/api/v4/tasks?", 2).await.unwrap();
        Self {
            desktop,
            browser,
            crm,
            item,
            app,
            user,
            colleague,
        }
    }

    /// The colleague sets a task on the lead.
    async fn set_task(&self, text: &str) -> String {
        let responsible = self.user.id.to_string();
        let args = [
            "create",
            "--responsible",
            &responsible,
            "--text",
            text,
            "--complete-till",
            DEADLINE,
            "--lead",
            LEAD,
        ];
        let task = self.crm.act(&self.colleague.token, &args).await.unwrap();
        task.to_string()
    }

    async fn colleague_does(&self, args: &[&str]) {
        self.crm.act(&self.colleague.token, args).await.unwrap();
    }

    /// Whether the menu names this task, which is what the list's newest unread are.
    async fn wait_menu_entry(&self, text: &str, wanted: bool) {
        let there = self.item.wait_menu(|menu| {
            let entries = menu.flat();
            entries.iter().any(|entry| entry.label.contains(text)) == wanted
        });
        there.await.unwrap();
    }
}

async fn around() -> (PrivateDesktop, Browser, Crm) {
    let desktop = PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap();
    let browser = Browser::install(&desktop.home()).unwrap();
    let crm = Crm::start(own_address(), "T", desktop.environment())
        .await
        .unwrap();
    (desktop, browser, crm)
}

/// The first task: rings with the right words, is counted, opens its card at a click and is read.
async fn ring_and_click(stage: &Stage, title: &str) {
    let before = stage.item.view().await.unwrap();
    stage.set_task("Согласовать фасады").await;
    let set = Instant::now();
    let toast = stage
        .desktop
        .recorder
        .wait_toast(|call| call.title.contains("Согласовать фасады"))
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", stage.app.log()));
    let took = toast.at.saturating_duration_since(set);
    assert!(took < POLL_AND_SLACK, "{took:?}");
    assert_eq!(toast.title, title);
    assert_eq!(toast.body_read(), "Детская «Бриз» · 121\u{a0}000 ₽");
    assert_eq!(toast.app_name, "Dealbell");
    let actions = [
        ("default", "Открыть"),
        ("open", "Открыть"),
        ("done", "Готово"),
        ("snooze", "Через 15 минут"),
    ];
    let actions = actions.map(|(name, label)| (name.to_owned(), label.to_owned()));
    assert_eq!(toast.actions, actions);

    // Tooltip and icon are read one after the other, so both are waited for.
    let drawn = |view: &TrayView| view.icons != before.icons;
    let one = stage
        .item
        .wait(|view| view.tooltip_text == ONE && drawn(view));
    one.await.unwrap();
    stage.wait_menu_entry("Согласовать фасады", true).await;

    stage.desktop.recorder.click(toast.id).await.unwrap();
    let card = format!("{}/leads/detail/{LEAD}", stage.crm.url);
    stage.browser.wait_opened(&card).await.unwrap();
    let read = stage
        .item
        .wait(|view| view.tooltip_text == QUIET && !drawn(view));
    read.await.unwrap();
    stage.wait_menu_entry("Согласовать фасады", false).await;
    assert_eq!(stage.browser.opened(), [card], "once, and nothing else");
}

/// A task that rings, and goes off the screen and out of the list once `act` was done to it.
async fn taken_back(stage: &Stage, text: &str, act: &str, more: &[&str]) {
    let task = stage.set_task(text).await;
    let toast = stage
        .desktop
        .recorder
        .wait_toast(|call| call.title.contains(text))
        .await
        .unwrap();
    stage.wait_menu_entry(text, true).await;
    let args: Vec<&str> = [act, &task]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    stage.colleague_does(&args).await;
    stage
        .desktop
        .recorder
        .wait_withdrawn(toast.id)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", stage.app.log()));
    let quiet = stage.item.wait(|view| view.tooltip_text == QUIET).await;
    quiet.unwrap();
    stage.wait_menu_entry(text, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn solo_a_colleagues_task_rings_opens_and_goes() {
    let stage = Stage::solo().await;
    let title = format!("Новая задача: Согласовать фасады, {WHEN}");
    ring_and_click(&stage, &title).await;
    taken_back(&stage, "Выслать смету", "complete", &["--result", "Да"]).await;
    taken_back(&stage, "Замер на Лесной", "delete", &[]).await;
    assert_eq!(stage.desktop.recorder.recorded().calls.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn team_a_colleagues_task_rings_opens_and_goes() {
    let (stage, centre, token) = Stage::team().await;
    let title = format!("Новая задача от Марии: Согласовать фасады, {WHEN}");
    ring_and_click(&stage, &title).await;
    let feed = eventually("the mark at the centre", async || {
        let feed = centre.feed(&token).await?;
        Ok((feed.unread.count == 0).then_some(feed))
    });
    let feed = feed.await.unwrap();
    assert_eq!(feed.items.len(), 1, "{feed:?}");
    assert!(!feed.items[0].is_unread());

    taken_back(&stage, "Выслать смету", "complete", &["--result", "Да"]).await;
    taken_back(&stage, "Замер на Лесной", "delete", &[]).await;
    let feed = centre.feed(&token).await.unwrap();
    assert_eq!(feed.unread.count, 0);
    assert_eq!(feed.items.len(), 1, "the read one stays: {feed:?}");
    assert_eq!(stage.desktop.recorder.recorded().calls.len(), 3);
}
