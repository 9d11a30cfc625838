//! Waiting on conditions.

use std::time::Duration;

use anyhow::{Result, anyhow};

/// How long anything may take before a test calls it missing; slow machines included.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How often a condition that nothing announces is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Waits for a condition that nothing announces: asks until there is something. A question that
/// fails is not yet the end.
///
/// # Errors
/// After [`PATIENCE`], with the last question's own failure where it had one.
pub async fn eventually<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let mut last = None;
    let search = async {
        loop {
            match look().await {
                Ok(Some(found)) => return found,
                Ok(None) => last = None,
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, search).await;
    found.map_err(|_| match last {
        Some(error) => error.context(format!("{what} did not come")),
        None => anyhow!("{what} did not come"),
    })
}
