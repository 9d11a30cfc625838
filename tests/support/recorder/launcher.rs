//! The recording launcher: hears the numbers that apps put on their icons.

use std::collections::HashMap;

use anyhow::{Context, Result};
use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zbus::message::Type;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::Recorded;

const INTERFACE: &str = "com.canonical.Unity.LauncherEntry";
/// The name of whoever shows launchers.
pub(super) const NAME: &str = "com.canonical.Unity";

/// What an app says of its launcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LauncherEntry {
    /// The unique name of the connection that said it.
    pub sender: String,
    /// The object that answers questions about it.
    pub path: String,
    /// Of which launcher: `application://NAME.desktop`.
    pub app: String,
    /// The number.
    pub count: Option<i64>,
    /// Whether it is to be seen.
    pub visible: Option<bool>,
}

type Told = (String, HashMap<String, OwnedValue>);

impl LauncherEntry {
    fn new(message: &Message, (app, properties): Told) -> Self {
        let header = message.header();
        let property = |name: &str| properties.get(name);
        Self {
            sender: header.sender().map(ToString::to_string).unwrap_or_default(),
            path: header.path().map(ToString::to_string).unwrap_or_default(),
            app,
            count: property("count").and_then(|value| value.downcast_ref::<i64>().ok()),
            visible: property("count-visible").and_then(|value| value.downcast_ref::<bool>().ok()),
        }
    }
}

/// Records every `Update` on the bus until the task is aborted.
pub(super) async fn listen(
    connection: &Connection,
    recorded: watch::Sender<Recorded>,
) -> Result<JoinHandle<()>> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(INTERFACE)?
        .member("Update")?
        .build();
    let mut updates = MessageStream::for_match_rule(rule, connection, None).await?;
    Ok(tokio::spawn(async move {
        while let Some(Ok(message)) = updates.next().await {
            if let Ok(told) = message.body().deserialize::<Told>() {
                let entry = LauncherEntry::new(&message, told);
                recorded.send_modify(|recorded| recorded.launcher.push(entry));
            }
        }
    }))
}

/// Asks the app what its entry is now.
pub(super) async fn query(connection: &Connection, known: &LauncherEntry) -> Result<LauncherEntry> {
    let to = Some(known.sender.as_str());
    let reply = connection
        .call_method(to, known.path.as_str(), Some(INTERFACE), "Query", &())
        .await
        .context("the app's launcher entry")?;
    let told: Told = reply.body().deserialize()?;
    let answered = LauncherEntry::new(&reply, told);
    Ok(LauncherEntry {
        path: known.path.clone(),
        ..answered
    })
}
