//! The command line. A secret or id stands alone on the last line of standard output; all else
//! goes to standard error.

use crate::{connectors, serve};
use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use dealbell_centre::{Centre, Options};
use std::net::SocketAddr;

/// The notification centre of Dealbell.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve desktops and integrations, and read the connected CRM accounts.
    Serve {
        /// Address and port to listen on.
        #[arg(long, default_value = "127.0.0.1:7780")]
        listen: SocketAddr,
        #[command(flatten)]
        database: Database,
    },
    /// Keep a CRM account to be read by `serve`.
    #[command(subcommand)]
    Connect(Connect),
    /// Users.
    #[command(subcommand)]
    User(User),
    /// Devices: each desktop signs in with its own token.
    #[command(subcommand)]
    Device(Device),
    /// Integrations: programs that publish notifications.
    #[command(subcommand)]
    Integration(Integration),
}

#[derive(Debug, Args)]
struct Database {
    /// Where everything is kept: sqlite:FILE. It holds CRM tokens in plain text, so it is made
    /// readable for its owner alone.
    #[arg(
        long,
        value_name = "sqlite:FILE",
        default_value = "sqlite:dealbell-centre.db"
    )]
    database: String,
}

#[derive(Debug, Subcommand)]
enum Connect {
    /// An amoCRM or Kommo account; the token should be an administrator's.
    Amocrm {
        /// https://NAME.amocrm.ru, .amocrm.com, .kommo.com, or a loopback address.
        #[arg(long)]
        url: String,
        /// A long-lived token.
        #[arg(long, env = "DEALBELL_CRM_TOKEN", hide_env_values = true)]
        token: String,
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Debug, Subcommand)]
enum User {
    /// Add a user and print his id.
    Add {
        /// Matches him to the user of the CRM.
        email: String,
        /// How he is called.
        #[arg(long, default_value = "")]
        name: String,
        /// Language of what he is told: ru or en.
        #[arg(long, default_value = "ru")]
        language: String,
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Debug, Subcommand)]
enum Device {
    /// Add a device of a user and print its token, which cannot be shown again.
    Add {
        /// Whose.
        email: String,
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Debug, Subcommand)]
enum Integration {
    /// Add an integration and print its key, which cannot be shown again.
    Add {
        /// What it calls itself; its short name is made of it.
        name: String,
        #[command(flatten)]
        database: Database,
    },
}

/// Does what the line says.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Line) -> Result<()> {
    match line.command {
        Command::Serve { listen, database } => serve::run(open(&database).await?, listen).await,
        Command::Connect(Connect::Amocrm {
            url,
            token,
            database,
        }) => {
            let id = connectors::keep(&open(&database).await?, &url, token).await?;
            eprintln!("serve reads it from its next start on");
            println!("{id}");
            Ok(())
        }
        Command::User(User::Add {
            email,
            name,
            language,
            database,
        }) => {
            let centre = open(&database).await?;
            println!("{}", centre.add_user(&email, &name, &language).await?);
            Ok(())
        }
        Command::Device(Device::Add { email, database }) => {
            let centre = open(&database).await?;
            let token = centre.add_device(&email, "").await?;
            eprintln!("the device's token; it cannot be shown again");
            println!("{token}");
            Ok(())
        }
        Command::Integration(Integration::Add { name, database }) => {
            let centre = open(&database).await?;
            let key = centre.add_integration(&name).await?;
            eprintln!("the integration's key; it cannot be shown again");
            println!("{key}");
            Ok(())
        }
    }
}

async fn open(database: &Database) -> Result<Centre> {
    Centre::open(Options::new(&database.database))
        .await
        .context("the centre cannot be opened")
}
