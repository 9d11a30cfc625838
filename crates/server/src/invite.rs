//! `invite` and `invitation`: links that sign people in.

use crate::{audit::time, command::Database, people::RoleName, public_url::PublicUrl};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use dealbell_centre::{Actor, Centre};
use dealbell_protocol::{
    join::JoinLink,
    people::{InvitationState, NewInvitation, PageQuery},
};
use std::net::SocketAddr;
use url::Url;

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// Whom; a user of this address is added where there is none.
    email: String,
    /// How a new user is called.
    #[arg(long, default_value = "")]
    name: String,
    /// What a new user may do.
    #[arg(long, value_enum, default_value_t)]
    role: RoleName,
    /// Language of what a new user is told: ru or en.
    #[arg(long, default_value = "ru")]
    language: String,
    /// Where the world reaches this centre. Without it the link is for this machine.
    #[arg(long, env = "DEALBELL_PUBLIC_URL", value_parser = PublicUrl::parse)]
    public_url: Option<PublicUrl>,
    /// Where `serve` listens, for a link on this machine.
    #[arg(long, env = "DEALBELL_LISTEN", default_value = "127.0.0.1:7780")]
    listen: SocketAddr,
    #[command(flatten)]
    database: Database,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Invitations {
    /// List the invitations of the last month: id, address, state, until when.
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Take an invitation back.
    Revoke {
        /// Its id, as `list` shows it.
        id: String,
        #[command(flatten)]
        database: Database,
    },
}

/// Invites somebody; returns the link.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn invite(line: Invite) -> Result<String> {
    let base = match &line.public_url {
        Some(url) => url.base().clone(),
        None if line.listen.ip().is_loopback() => Url::parse(&format!("http://{}", line.listen))?,
        None => bail!("give --public-url: where people reach this centre, with https"),
    };
    let centre = line.database.open().await?;
    let new = NewInvitation {
        email: line.email,
        name: line.name,
        role: line.role.role(),
        language: line.language,
    };
    let made = centre.invite(Actor::command_line(), new).await?;
    let link = JoinLink::new(&base, &made.code).context("the address is no base of links")?;
    eprintln!(
        "good once, until {}; it cannot be shown again",
        time(made.expires_at)
    );
    Ok(match line.public_url {
        Some(_) => link.page().into(),
        None => link.app(),
    })
}

/// Does what the line says; returns what goes to standard output.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Invitations) -> Result<String> {
    match line {
        Invitations::List { database } => list(&database.open().await?).await,
        Invitations::Revoke { id, database } => {
            let centre = database.open().await?;
            centre.uninvite(Actor::command_line(), &id).await?;
            Ok(String::new())
        }
    }
}

async fn list(centre: &Centre) -> Result<String> {
    let mut lines = Vec::new();
    let mut query = PageQuery::default();
    loop {
        let page = centre.invitations(query).await?;
        lines.extend(page.items.iter().map(|row| {
            let state = match row.state {
                InvitationState::Open => "open",
                InvitationState::Used => "used",
                InvitationState::Expired => "expired",
            };
            let until = time(row.used_at.unwrap_or(row.expires_at));
            format!("{}\t{}\t{state}\t{until}", row.id, row.email)
        }));
        let Some(next) = page.next else { break };
        query = PageQuery {
            after: Some(next),
            limit: None,
        };
    }
    Ok(lines.join("\n"))
}
