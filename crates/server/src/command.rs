//! The command line. A secret or id stands alone on the last line of standard output; all else
//! goes to standard error.

use crate::{
    connect::{self, Connect},
    public_url::PublicUrl,
    serve,
};
use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use dealbell_centre::{Centre, Options};
use std::{net::SocketAddr, path::PathBuf};

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
        /// Where the world reaches this centre, such as https://bell.example: webhooks of connected
        /// accounts are registered under it.
        #[arg(long, env = "DEALBELL_PUBLIC_URL", value_parser = PublicUrl::parse)]
        public_url: Option<PublicUrl>,
        #[command(flatten)]
        database: Database,
    },
    /// CRM accounts that `serve` reads.
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
pub(crate) struct Database {
    /// Where everything is kept: sqlite:FILE. What lets us into CRM accounts is sealed in it; the
    /// key is beside it in FILE.key, to be kept apart from copies of the database.
    #[arg(
        long,
        value_name = "sqlite:FILE",
        default_value = "sqlite:dealbell-centre.db"
    )]
    database: String,
    /// A file with the key, 32 bytes, in place of FILE.key: a systemd credential, say.
    #[arg(long, env = "DEALBELL_KEY_FILE")]
    key_file: Option<PathBuf>,
}

impl Database {
    fn options(&self) -> Options {
        Options {
            key_file: self.key_file.clone(),
            ..Options::new(&self.database)
        }
    }

    /// Opens the centre.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub(crate) async fn open(&self) -> Result<Centre> {
        let opened = Centre::open(self.options()).await;
        opened.context("the centre cannot be opened")
    }

    /// Opens the centre, giving up all that is sealed.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub(crate) async fn open_without_secrets(&self) -> Result<Centre> {
        let opened = Centre::open_without_secrets(self.options()).await;
        opened.context("the centre cannot be opened")
    }
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
        Command::Serve {
            listen,
            public_url,
            database,
        } => serve::run(database.open().await?, listen, public_url).await,
        Command::Connect(line) => {
            let said = connect::run(line).await?;
            if !said.is_empty() {
                println!("{said}");
            }
            Ok(())
        }
        Command::User(User::Add {
            email,
            name,
            language,
            database,
        }) => {
            let centre = database.open().await?;
            println!("{}", centre.add_user(&email, &name, &language).await?);
            Ok(())
        }
        Command::Device(Device::Add { email, database }) => {
            let centre = database.open().await?;
            let token = centre.add_device(&email, "").await?;
            eprintln!("the device's token; it cannot be shown again");
            println!("{token}");
            Ok(())
        }
        Command::Integration(Integration::Add { name, database }) => {
            let centre = database.open().await?;
            let key = centre.add_integration(&name).await?;
            eprintln!("the integration's key; it cannot be shown again");
            println!("{key}");
            Ok(())
        }
    }
}
