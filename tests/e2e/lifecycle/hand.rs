//! The user's hand on the screen of a private desktop, and what he sees there.

use std::path::Path;

use anyhow::Result;
use dealbell_tests::{Ending, PrivateDesktop, Program, eventually};

/// Runs xdotool; the last line it says, or its failure.
pub(crate) async fn hand(desktop: &PrivateDesktop, words: &[&str]) -> Result<String> {
    Program::run(Path::new("xdotool"), words, desktop.environment()).await
}

/// Whether a window can be seen.
pub(crate) async fn shown(desktop: &PrivateDesktop) -> bool {
    hand(desktop, &["search", "--onlyvisible", "--name", "Dealbell$"])
        .await
        .is_ok()
}

/// Closes the window as its frame's button does; takes a window manager.
pub(crate) async fn close(desktop: &PrivateDesktop) -> Result<()> {
    let window = hand(desktop, &["search", "--onlyvisible", "--name", "Dealbell$"]).await?;
    let closing = Program::start(
        Path::new("wmctrl"),
        ["-i", "-c", &window],
        desktop.environment(),
    )?;
    assert_eq!(closing.wait().await?, Ending::Code(0), "{}", closing.log());
    eventually("the end of the window", async || {
        Ok((!shown(desktop).await).then_some(()))
    })
    .await
}
