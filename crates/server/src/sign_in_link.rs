//! `user link`: a way into the web inbox for whoever has no app to ask for one.

use crate::{audit::time, command::Database, public_url::PublicUrl};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use dealbell_protocol::web::{SignInLink, page};
use std::net::SocketAddr;
use url::Url;

#[derive(Debug, Args)]
pub(crate) struct Link {
    /// Whose.
    email: String,
    /// Where the world reaches this centre. Without it the link is for this machine.
    #[arg(long, env = "DEALBELL_PUBLIC_URL", value_parser = PublicUrl::parse)]
    public_url: Option<PublicUrl>,
    /// Where `serve` listens, for a link on this machine.
    #[arg(long, env = "DEALBELL_LISTEN", default_value = "127.0.0.1:7780")]
    listen: SocketAddr,
    #[command(flatten)]
    database: Database,
}

/// Makes a link; returns it.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Link) -> Result<String> {
    let base = match &line.public_url {
        Some(url) => url.base().clone(),
        None => Url::parse(&format!("http://{}", line.listen))?,
    };
    if page(&base).is_none() {
        bail!("give --public-url: where people reach this centre, with https");
    }
    let centre = line.database.open().await?;
    let (code, expires_at) = centre.add_sign_in_link(&line.email).await?;
    let link = SignInLink::new(&base, &code, expires_at);
    let link = link.context("the address is no base of links")?;
    eprintln!(
        "good once, until {}; it cannot be shown again",
        time(link.expires_at)
    );
    Ok(link.url)
}
