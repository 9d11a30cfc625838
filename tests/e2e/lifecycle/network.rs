//! Another network. It is the whole machine's, so the test runs once more in a network of its own.

use std::env;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use dealbell_tests::{DesktopOptions, Ending, Environment, PrivateDesktop, Program};

use crate::team::Team;
use crate::wire::Wire;
use crate::{QUIET, tray_says};

/// Set where the network is our own.
const OWN: &str = "DEALBELL_OWN_NETWORK";
/// How long a link may be silent before it is given up (STREAM).
const SILENCE: Duration = Duration::from_secs(33);

/// EXAMPLES: a half-open socket after a VPN or Wi-Fi change.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_died_with_its_network_is_left_at_once() -> Result<()> {
    if env::var_os(OWN).is_none() {
        return in_own_network("network::a_socket_that_died_with_its_network_is_left_at_once")
            .await;
    }
    let team = Team::start().await?;
    let wire = Wire::to(&team.url).await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let signed_in = [
        ("DEALBELL_CENTRE_URL", wire.url()),
        ("DEALBELL_TOKEN", &team.token),
    ];
    let app = desktop.app(&[], &signed_in)?;
    tray_says(&desktop, 1, QUIET).await?;

    wire.go_dead();
    team.say("Пока меняли сеть").await?;
    let changed = Instant::now();
    ip(&desktop, &["address", "add", "10.77.0.1/24", "dev", "lo"]).await?;
    let told = |line: &str| line.contains("NetworkChanged").then_some(());
    app.wait_stderr(told).await?;
    let toast = desktop
        .recorder
        .wait_toast(|call| format!("{}\n{}", call.title, call.body).contains("Пока меняли сеть"));
    toast.await.with_context(|| app.log())?;
    assert!(changed.elapsed() < SILENCE, "{:?}", changed.elapsed());
    Ok(())
}

/// EXAMPLES: giving up before the VPN is up.
#[tokio::test(flavor = "multi_thread")]
async fn it_waits_without_a_network_and_is_connected_when_there_is_one() -> Result<()> {
    if env::var_os(OWN).is_none() {
        let name = "network::it_waits_without_a_network_and_is_connected_when_there_is_one";
        return in_own_network(name).await;
    }
    let team = Team::start().await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    ip(&desktop, &["link", "set", "lo", "down"]).await?;
    let app = desktop.app(&[], &team.entries())?;
    // Nobody answers, and nobody says that nobody will.
    let trying = tray_says(&desktop, 1, "Подключаемся…").await;
    trying.with_context(|| app.log())?;

    ip(&desktop, &["link", "set", "lo", "up"]).await?;
    let told = |line: &str| line.contains("NetworkChanged").then_some(());
    app.wait_stderr(told).await?;
    let online = tray_says(&desktop, 1, QUIET).await;
    online.with_context(|| app.log())?;
    Ok(())
}

/// Runs this test again where nobody else's programs notice a change. Where the system does not
/// let us have such a place, it says so and nothing was tried.
async fn in_own_network(test: &str) -> Result<()> {
    let mut environment: Environment = env::vars_os().collect();
    let unshare = Path::new("unshare");
    let tried = Program::start(unshare, ["--net", "true"], &environment)?;
    if tried.wait().await? != Ending::Code(0) {
        eprintln!("skipped: no network of one's own here: {}", tried.log());
        return Ok(());
    }
    environment.insert(OWN.into(), "1".into());
    let this = env::current_exe()?;
    let begin = "ip link set lo up && exec \"$0\" --exact \"$1\" --nocapture";
    let words = ["--net", "sh", "-c", begin, &this.to_string_lossy(), test];
    let run = Program::start(unshare, words, &environment)?;
    // Several waits, each as patient as any.
    let ending = run.wait_within(Duration::from_secs(120)).await?;
    ensure!(ending == Ending::Code(0), "{}", run.log());
    // It ran, and was not merely unknown by this name.
    let passed = |line: &str| line.contains(" 1 passed").then_some(());
    run.wait_stdout(passed).await?;
    Ok(())
}

async fn ip(desktop: &PrivateDesktop, words: &[&str]) -> Result<()> {
    let program = desktop.program(Path::new("ip"), words)?;
    let ending = program.wait().await?;
    ensure!(ending == Ending::Code(0), "{}", program.log());
    Ok(())
}
