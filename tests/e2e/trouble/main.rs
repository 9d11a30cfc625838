//! What goes wrong around the app: each gets a clear answer, nothing is lost, and what comes back
//! is used again without anybody's help.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod badge;
mod desk;
mod frames;
mod reach;
mod secrets;
mod sign_in;
mod words;

use dealbell_tests::recorder::{NotifyCall, TrayItem};
use dealbell_tests::{
    App, CentreProgram, DesktopOptions, PrivateDesktop, alive, eventually, own_address,
};
use serde_json::{Value, json};

const USER: &str = "anna@firm.ru";
/// What the tray says.
const QUIET: &str = "Всё разобрано";
/// How what the tray says begins; a countdown follows.
const OFFLINE: &str = "Нет связи.";
const SIGNED_OUT: &str = "Нужно войти";

/// A centre with one user, his device and an integration. It does not serve yet.
struct Department {
    centre: CentreProgram,
    url: String,
    token: String,
    key: String,
}

impl Department {
    async fn on(desktop: &PrivateDesktop) -> Self {
        let centre =
            CentreProgram::new(desktop.folder(), own_address(), desktop.environment()).unwrap();
        let token = centre.user_with_device(USER).await.unwrap();
        let added = centre.command(&["integration", "add", "Сайт"]).await;
        Self {
            url: centre.url(),
            token,
            key: added.unwrap(),
            centre,
        }
    }

    async fn serving_on(desktop: &PrivateDesktop) -> Self {
        let mut department = Self::on(desktop).await;
        department.centre.serve().await.unwrap();
        department
    }

    /// The environment that signs the app in.
    fn entries(&self) -> [(&str, &str); 2] {
        [
            ("DEALBELL_CENTRE_URL", &self.url),
            ("DEALBELL_TOKEN", &self.token),
        ]
    }

    async fn try_publish(&self, mut body: Value) -> (u16, Value) {
        body["users"] = json!([USER]);
        self.centre.publish(&self.key, &body).await.unwrap()
    }

    async fn publish(&self, body: Value) {
        let (status, answer) = self.try_publish(body).await;
        assert_eq!(status, 201, "{answer}");
    }

    /// Publishes a notification of this title and waits for its toast.
    async fn ring(&self, desktop: &PrivateDesktop, app: &App, title: &str) -> NotifyCall {
        self.publish(json!({ "title": title })).await;
        let toast = desktop.recorder.wait_toast(|call| call.title == title);
        let toast = toast.await;
        toast.unwrap_or_else(|error| panic!("{error}\n{}", app.log()))
    }
}

async fn desktop() -> PrivateDesktop {
    PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap()
}

/// The tray item, once its tooltip says this, or begins with it where it counts down.
async fn tray_says(desktop: &PrivateDesktop, app: &App, tooltip: &str) -> TrayItem {
    let item = desktop.recorder.wait_item().await.unwrap();
    let says = |text: &str| match tooltip {
        OFFLINE => text.starts_with(OFFLINE),
        _ => text == tooltip,
    };
    let said = item.wait(|view| says(&view.tooltip_text)).await;
    said.unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
    item
}

/// The process of the app's window, if it has one.
fn window_of(app: &App) -> Option<u32> {
    app.children().into_iter().find(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|arg| arg == b"--window")
    })
}

/// Waits until the app has a window, which is what asks the user to sign in.
async fn wait_window(app: &App) -> u32 {
    let window = eventually("the window", async || Ok(window_of(app))).await;
    window.unwrap_or_else(|error| panic!("{error}\n{}", app.log()))
}

fn assert_lives(app: &App) {
    assert!(alive(app.pid()), "{}", app.log());
}
