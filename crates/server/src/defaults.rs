//! `defaults`: what holds for everybody who has not chosen.

use crate::command::Database;
use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use dealbell_centre::{Actor, Centre};
use dealbell_protocol::{ChannelSet, Kind, KindChannels, ProviderId, rest::Defaults};

#[derive(Debug, Subcommand)]
pub(crate) enum Line {
    /// List what was decided.
    Show {
        #[command(flatten)]
        database: Database,
    },
    /// Decide on a provider's channels, for whoever has not chosen; or with --kind where one of its
    /// kinds may go at all. A channel that is not named stays as it is.
    Set(Set),
    /// Take a decision back.
    Clear {
        #[command(flatten)]
        what: What,
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Debug, Args)]
pub(crate) struct What {
    /// The provider's short name: tasks, chats, calls, requests, deals, system or an integration's.
    provider: String,
    /// One of its kinds: task_new, task_due, chat_message…
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    #[command(flatten)]
    what: What,
    /// Native toasts.
    #[arg(long)]
    desktop: Option<Switch>,
    /// Letters.
    #[arg(long)]
    email: Option<Switch>,
    /// Push to a phone.
    #[arg(long)]
    mobile: Option<Switch>,
    /// Push to a browser.
    #[arg(long)]
    browser: Option<Switch>,
    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Switch {
    On,
    Off,
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::from_name(name).ok_or_else(|| {
        let names = Kind::ALL.map(Kind::name).join(", ");
        format!("the kinds are {names}")
    })
}

/// Does what the line says; returns what goes to standard output.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Line) -> Result<String> {
    match line {
        Line::Show { database } => Ok(list(&database.open().await?.defaults().await?)),
        Line::Set(line) => set(&line.database.open().await?, &line).await,
        Line::Clear { what, database } => clear(&database.open().await?, &what).await,
    }
}

fn list(decided: &Defaults) -> String {
    let providers = decided.providers.iter();
    let providers = providers.map(|(provider, channels)| row(provider, "", *channels));
    let kinds = decided.kinds.iter();
    let kinds = kinds.map(|rule| row(rule.provider.as_str(), rule.kind.name(), rule.channels));
    providers.chain(kinds).collect::<Vec<_>>().join("\n")
}

fn row(provider: &str, kind: &str, channels: ChannelSet) -> String {
    let switch = |on| if on { "on" } else { "off" };
    format!(
        "{provider}\t{kind}\tdesktop {}\temail {}\tmobile {}\tbrowser {}",
        switch(channels.desktop),
        switch(channels.email),
        switch(channels.mobile),
        switch(channels.browser),
    )
}

async fn set(centre: &Centre, line: &Set) -> Result<String> {
    let mut decided = centre.defaults().await?;
    let What { provider, kind } = &line.what;
    let channels = match kind {
        None => decided.providers.entry(provider.clone()).or_default(),
        Some(kind) => {
            let known = find(&decided, provider, *kind);
            let place = known.unwrap_or_else(|| {
                decided.kinds.push(KindChannels {
                    provider: ProviderId::new(provider),
                    kind: *kind,
                    channels: ChannelSet::ALL,
                });
                decided.kinds.len() - 1
            });
            &mut decided.kinds[place].channels
        }
    };
    let switches = [
        (&mut channels.desktop, line.desktop),
        (&mut channels.email, line.email),
        (&mut channels.mobile, line.mobile),
        (&mut channels.browser, line.browser),
    ];
    for (channel, wanted) in switches {
        match wanted {
            Some(Switch::On) => *channel = true,
            Some(Switch::Off) => *channel = false,
            None => {}
        }
    }
    let said = row(provider, kind.map_or("", Kind::name), *channels);
    centre.set_defaults(decided, Actor::command_line()).await?;
    Ok(said)
}

fn find(decided: &Defaults, provider: &str, kind: Kind) -> Option<usize> {
    let is = |rule: &KindChannels| rule.provider.as_str() == provider && rule.kind == kind;
    decided.kinds.iter().position(is)
}

async fn clear(centre: &Centre, what: &What) -> Result<String> {
    let mut decided = centre.defaults().await?;
    let gone = match what.kind {
        None => decided.providers.remove(&what.provider).is_some(),
        Some(kind) => {
            let place = find(&decided, &what.provider, kind);
            place.map(|place| decided.kinds.remove(place)).is_some()
        }
    };
    if !gone {
        bail!("nothing was decided there: `defaults show` lists what was");
    }
    centre.set_defaults(decided, Actor::command_line()).await?;
    Ok(String::new())
}
