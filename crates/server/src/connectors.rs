//! One connector for each account that is kept. Accounts come, change and go by the command line,
//! which is another process on the same file, while this one serves.

use crate::{hooks::Hooks, public_url::PublicUrl, running};
use dealbell_centre::{Centre, CentreError};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle, time::MissedTickBehavior};

/// How often the file is asked for changes.
const LOOK: Duration = Duration::from_secs(2);

/// What every connector of this process shares.
#[derive(Clone)]
pub(crate) struct Common {
    /// Where notices go and secrets are kept.
    pub(crate) centre: Centre,
    /// Who takes which webhooks.
    pub(crate) hooks: Arc<Hooks>,
    /// Where webhooks reach us; without it none are registered.
    pub(crate) public_url: Option<PublicUrl>,
}

/// A connector that was started for a revision of an account.
struct Started {
    revision: u64,
    /// Dropping it ends the connector; what is sent before says that the account was forgotten.
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Keeps one connector running for each account, until `stopped` has no sender left.
pub(crate) async fn run(common: Common, mut stopped: watch::Receiver<()>) {
    let mut started = BTreeMap::new();
    let mut said = String::new();
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            // Nothing is ever sent: it fails when the sender is gone, which is the signal.
            _ = stopped.changed() => break,
        }
        match follow(&common, &mut started).await {
            Ok(()) => said.clear(),
            Err(error) => {
                let error = error.to_string();
                if error != said {
                    tracing::error!(error, "the kept accounts cannot be read, trying again");
                    said = error;
                }
            }
        }
    }
    for (_, one) in started {
        end(one).await;
    }
}

/// Ends the connectors of accounts that are kept no more or were connected again, and starts those
/// that are missing.
async fn follow(
    common: &Common,
    started: &mut BTreeMap<String, Started>,
) -> Result<(), CentreError> {
    let now = common.centre.connection_revisions().await?;
    let current = started.iter().map(|(id, one)| (id, one.revision));
    if current.eq(now.iter().map(|(id, revision)| (id, *revision))) {
        return Ok(());
    }
    // Read first: while the file cannot be read, whoever runs goes on.
    let kept = common.centre.connections_kept().await?;
    let outdated: Vec<String> = started
        .iter()
        .filter(|(id, one)| now.get(*id) != Some(&one.revision))
        .map(|(id, _)| id.clone())
        .collect();
    for id in outdated {
        if let Some(one) = started.remove(&id) {
            // By what was read last: it may have been forgotten since the revisions were.
            one.stop
                .send_replace(!kept.iter().any(|kept| kept.id == id));
            // One after the other: two would renew the same tokens.
            end(one).await;
        }
    }
    for connection in kept {
        if started.contains_key(&connection.id) {
            continue;
        }
        let (id, revision) = (connection.id.clone(), connection.revision);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(running::run(common.clone(), connection, stopped));
        let one = Started {
            revision,
            stop,
            task,
        };
        started.insert(id, one);
    }
    Ok(())
}

async fn end(one: Started) {
    drop(one.stop);
    // A connector that broke has said so in the log.
    let _ = one.task.await;
}
