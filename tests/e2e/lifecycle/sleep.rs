//! Sleep and wake, told by a logind of the test's own.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use dealbell_tests::{DesktopOptions, Logind, PrivateDesktop};

use crate::team::Team;
use crate::wire::Wire;
use crate::{QUIET, tray_says};

/// How long a link may be silent before it is given up (STREAM): what a wake must not wait for.
const SILENCE: Duration = Duration::from_secs(33);

/// EXAMPLES: silent after suspend; a storm of toasts after standby; a half-open socket.
#[tokio::test(flavor = "multi_thread")]
async fn after_standby_it_is_connected_at_once_and_one_summary_tells_of_everything() -> Result<()> {
    let (team, logind) = (Team::start().await?, Logind::start().await?);
    let wire = Wire::to(&team.url).await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let signed_in = [
        ("DEALBELL_CENTRE_URL", wire.url()),
        ("DEALBELL_TOKEN", &team.token),
    ];
    let app = desktop.app(&[], &[&signed_in[..], &logind.entries()].concat())?;
    tray_says(&desktop, 1, QUIET).await?;
    let listens = |line: &str| {
        line.contains("the system tells when it sleeps")
            .then_some(())
    };
    app.wait_stderr(listens).await?;

    logind.sleep().await?;
    wire.go_dead();
    for number in 1..=7 {
        team.say(&format!("Заявка {number}")).await?;
    }
    logind.wake().await?;
    let woken = Instant::now();
    let summary = desktop.recorder.wait_toast(|_| true).await;
    let summary = summary.with_context(|| app.log())?;
    assert!(woken.elapsed() < SILENCE, "{:?}", woken.elapsed());
    let words = format!("{}\n{}", summary.title, summary.body);
    assert!(words.contains('7'), "{words}");
    let tray = tray_says(&desktop, 1, "7 непрочитанных").await;
    tray.with_context(|| app.log())?;

    // What comes now rings by itself, and once: only the new link is listened to.
    team.say("Уже за столом").await?;
    let own = desktop
        .recorder
        .wait_toast(|call| call.title == "Уже за столом");
    own.await.with_context(|| app.log())?;
    let calls = desktop.recorder.recorded().calls;
    assert_eq!(calls.len(), 2, "{calls:#?}");
    Ok(())
}
