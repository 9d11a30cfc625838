//! How much memory it takes. The figures to quote are the benchmarks'; here only that it stays in
//! another class than what people complain of, in whatever build is tested.

use std::fs;

use anyhow::{Context, Result};
use dealbell_tests::{DesktopOptions, alive, descendants, ended, eventually};

use crate::hand::{close, shown};
use crate::team::Team;
use crate::{QUIET, signed_in, tray_says, wait_window};

/// Without a window, MiB.
const IDLE: u64 = 200;
/// With the window, its web engine included, MiB.
const OPEN: u64 = 500;

/// EXAMPLES: 900 MB of memory.
#[tokio::test(flavor = "multi_thread")]
async fn it_takes_little_memory_and_gives_the_windows_back() -> Result<()> {
    let team = Team::start().await?;
    let options = DesktopOptions {
        window_manager: true,
        ..DesktopOptions::default()
    };
    let desktop = signed_in(&team, options).await?;
    let app = desktop.app(&[], &[("DEALBELL_LINGER_MS", "300")])?;
    let item = tray_says(&desktop, 1, QUIET).await?;
    let idle = proportional(app.pid())?;
    assert!(idle < IDLE, "{idle} MiB");

    item.activate(5, 5).await?;
    let window = wait_window(&app).await?;
    let there = |line: &str| line.contains("the page is there").then_some(());
    app.wait_stderr(there).await?;
    let open = proportional(app.pid())?;
    assert!(open < OPEN, "{open} MiB");

    let below = descendants(app.pid());
    eventually("the window", async || {
        Ok(shown(&desktop).await.then_some(()))
    })
    .await?;
    close(&desktop).await?;
    for pid in below {
        assert!(ended(pid, dealbell_tests::PATIENCE).await, "{pid} stays");
    }
    assert!(!alive(window));
    let settled = eventually("what the window took", async || {
        let now = proportional(app.pid())?;
        Ok((now < IDLE).then_some(()))
    });
    settled.await.with_context(|| app.log())
}

/// What a process and all below it take, pages that several share counted by their share; MiB.
fn proportional(root: u32) -> Result<u64> {
    let mut kib = 0;
    for pid in [vec![root], descendants(root)].concat() {
        // One that has just ended takes nothing.
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let words = line.and_then(|line| line.split_whitespace().next());
        kib += words.map_or(Ok(0), str::parse::<u64>)?;
    }
    Ok(kib / 1024)
}
