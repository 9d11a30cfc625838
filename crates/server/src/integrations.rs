//! `integration …`: programs that publish, and their keys.

use crate::command::Database;
use anyhow::{Context as _, Result};
use clap::Subcommand;
use dealbell_centre::Actor;
use dealbell_protocol::{
    Millis, ProviderId,
    integration::{IntegrationRow, KeyKind, KeyRow, NewKey},
};

/// What can be done about integrations.
#[derive(Debug, Subcommand)]
pub(crate) enum Line {
    /// Add an integration and print its first key, which cannot be shown again.
    Add {
        /// What it calls itself; its id, by which it is named below, is made of it.
        name: String,
        #[command(flatten)]
        database: Database,
    },
    /// List the integrations and their keys.
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Take an integration away: its keys are good no more and no settings list it. What it said
    /// stays to be read. Adding one of the same name takes it up again.
    Revoke {
        /// The integration's id.
        id: String,
        #[command(flatten)]
        database: Database,
    },
    /// Keys: several are good at once, so that one can follow another without a gap.
    #[command(subcommand)]
    Key(Key),
}

/// What can be done about keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Add a key to an integration and print it; it cannot be shown again.
    Add {
        /// The integration's id.
        id: String,
        /// What you call the key.
        #[arg(long, default_value = "")]
        label: String,
        /// A key to sign requests with, after Standard Webhooks, instead of one to send along.
        #[arg(long)]
        signing: bool,
        #[command(flatten)]
        database: Database,
    },
    /// Revoke a key: what comes with it is refused from now on.
    Revoke {
        /// The key's id, as `list` prints it.
        key: String,
        #[command(flatten)]
        database: Database,
    },
}

/// Does what the line says.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Line) -> Result<()> {
    match line {
        Line::Add { name, database } => {
            let centre = database.open().await?;
            let added = centre.integrate(Actor::command_line(), &name).await?;
            eprintln!(
                "the key of the integration {}; it cannot be shown again",
                added.id
            );
            println!("{}", added.key.secret);
        }
        Line::List { database } => {
            for row in database.open().await?.integrations().await? {
                print!("{}", described(&row));
            }
        }
        Line::Revoke { id, database } => {
            let centre = database.open().await?;
            let id = ProviderId(id);
            centre.remove_integration(Actor::command_line(), id).await?;
            eprintln!("it is gone from every settings page; what it said stays");
        }
        Line::Key(Key::Add {
            id,
            label,
            signing,
            database,
        }) => {
            let centre = database.open().await?;
            let kind = match signing {
                true => KeyKind::Signing,
                false => KeyKind::Bearer,
            };
            let new = NewKey { label, kind };
            let key = centre.add_key(Actor::command_line(), ProviderId(id), new);
            let key = key.await?;
            eprintln!("the key {}; it cannot be shown again", key.id);
            println!("{}", key.secret);
        }
        Line::Key(Key::Revoke { key, database }) => {
            let centre = database.open().await?;
            let revoked = centre.revoke_key(Actor::command_line(), &key).await;
            revoked.context("nothing was revoked")?;
            eprintln!("what comes with it is refused from now on");
        }
    }
    Ok(())
}

/// An integration and its keys, each on a line of its own: id, what it is, since when, last use.
fn described(row: &IntegrationRow) -> String {
    let mut lines = format!("{}\t{}\n", row.id, row.name);
    for key in &row.keys {
        lines.push_str(&about(key));
    }
    lines
}

fn about(key: &KeyRow) -> String {
    let kind = match key.kind {
        KeyKind::Bearer => "key",
        KeyKind::Signing => "signs",
    };
    let state = match (key.revoked_at, key.last_used_at) {
        (Some(at), _) => format!("revoked {}", day(at)),
        (None, Some(at)) => format!("last used {}", day(at)),
        (None, None) => "never used".to_owned(),
    };
    let label = match key.label.as_str() {
        "" => String::new(),
        label => format!("\t{label}"),
    };
    let (id, hint, since) = (&key.id, &key.hint, day(key.created_at));
    format!("  {id}\t{kind} {hint}…\tsince {since}\t{state}{label}\n")
}

/// A time as people at a terminal read it, UTC.
fn day(at: Millis) -> String {
    let time = jiff::Timestamp::from_millisecond(at).ok();
    time.map_or_else(String::new, |time| {
        time.strftime("%Y-%m-%d %H:%M").to_string()
    })
}
