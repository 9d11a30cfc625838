//! The command line. A secret or id stands alone on the last line of standard output; all else
//! goes to standard error.

use crate::{
    audit::{self, Audit},
    config,
    connect::{self, Connect},
    copies::{self, Backup, Restore},
    dead_letters, defaults,
    devices::{self, Device},
    doctor::{self, Doctor},
    integrations,
    invite::{self, Invitations, Invite},
    mail,
    people::{self, Group, User},
    serve::{self, Serve},
};
use anyhow::{Context as _, Result};
use clap::{Args, FromArgMatches as _, Parser, Subcommand};
use dealbell_centre::{Centre, Options};
use dealbell_protocol::Channel;
use std::{ffi::OsString, path::PathBuf};

/// The notification centre of Dealbell.
#[derive(Debug, Parser)]
#[command(name = "dealbell-centre", version)]
pub(crate) struct Line {
    /// A file of options, TOML: each long flag of `serve` is a key. Without it
    /// /etc/dealbell/centre.toml where there is one; an empty name reads none.
    #[arg(long, global = true, env = "DEALBELL_CONFIG", value_name = "FILE")]
    config: Option<OsString>,
    #[command(subcommand)]
    command: Command,
}

impl Line {
    /// Reads the command line and all that stands behind it (see [`config`]).
    ///
    /// # Errors
    /// What is wrong with the configuration; a wrong command line ends the process.
    pub(crate) fn read() -> Result<Self> {
        let matches = config::matches::<Self>(std::env::args_os().collect())?;
        let line = Self::from_arg_matches(&matches)?;
        if let Some(file) = line.config.as_ref().filter(|file| !file.is_empty()) {
            tracing::debug!(file = %file.display(), "options were read");
        }
        Ok(line)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve desktops and integrations, and read the connected CRM accounts.
    Serve(Box<Serve>),
    /// Look everything over: a line for each thing, and what to do where it is not right.
    Doctor(Box<Doctor>),
    /// Copy the database while it is served. Secrets stay sealed; their key is not in the copy.
    Backup(Backup),
    /// Put a copy back in the place of the database, which is kept aside. The server must be stopped.
    Restore(Restore),
    /// CRM accounts that `serve` reads.
    #[command(subcommand)]
    Connect(Connect),
    /// Users.
    #[command(subcommand)]
    User(User),
    /// Devices: each desktop signs in with its own token.
    #[command(subcommand)]
    Device(Device),
    /// Groups of users that integrations can name together.
    #[command(subcommand)]
    Group(Group),
    /// Invite somebody and print the link that signs him in: once, within 24 hours.
    Invite(Invite),
    /// Invitations: whom, and what became of them.
    #[command(subcommand)]
    Invitation(Invitations),
    /// List what administrators did.
    Audit(Audit),
    /// Channels for whoever has not chosen, and where each kind may go.
    #[command(subcommand)]
    Defaults(defaults::Line),
    /// Letters.
    #[command(subcommand)]
    Mail(mail::Line),
    /// Letters that are tried no more.
    #[command(subcommand)]
    Letters(dead_letters::Line),
    /// Integrations: programs that publish notifications.
    #[command(subcommand)]
    Integration(integrations::Line),
}

#[derive(Debug, Args)]
pub(crate) struct Database {
    /// Where everything is kept: sqlite:FILE. What lets us into CRM accounts is sealed in it; the
    /// key is beside it in FILE.key, to be kept apart from copies of the database.
    #[arg(
        long,
        env = "DEALBELL_DATABASE",
        value_name = "sqlite:FILE",
        default_value = "sqlite:dealbell-centre.db"
    )]
    database: String,
    /// A file with the key, 32 bytes, in place of FILE.key: a systemd credential, say.
    #[arg(long, env = "DEALBELL_KEY_FILE")]
    key_file: Option<PathBuf>,
}

impl Database {
    /// How the centre is opened.
    pub(crate) fn options(&self) -> Options {
        Options {
            key_file: self.key_file.clone(),
            // Of whoever has chosen none: TZ decides, else the machine.
            zone: jiff::tz::TimeZone::system().iana_name().map(str::to_owned),
            ..Options::new(&self.database)
        }
    }

    /// Opens the centre as it is served.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub(crate) async fn open(&self) -> Result<Centre> {
        let opened = Centre::open_beside(self.options()).await;
        opened.context("the centre cannot be opened")
    }

    /// Opens the centre to serve it; it delivers on `more` besides list and screen.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub(crate) async fn open_delivering(&self, more: &[Channel]) -> Result<Centre> {
        let mut options = self.options();
        options.deliverable.extend(more);
        let opened = Centre::open(options).await;
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

/// Does what the line says.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Line) -> Result<()> {
    match line.command {
        Command::Serve(line) => serve::run(*line).await,
        Command::Doctor(line) => doctor::run(*line).await,
        Command::Backup(line) => copies::backup(line).await,
        Command::Restore(line) => copies::restore(line).await,
        Command::Connect(line) => say(&connect::run(line).await?),
        Command::Defaults(line) => say(&defaults::run(line).await?),
        Command::Mail(line) => say(&mail::run(line).await?),
        Command::Letters(line) => say(&dead_letters::run(line).await?),
        Command::User(line) => say(&people::user(line).await?),
        Command::Group(line) => say(&people::group(line).await?),
        Command::Device(line) => say(&devices::run(line).await?),
        Command::Invite(line) => say(&invite::invite(line).await?),
        Command::Invitation(line) => say(&invite::run(line).await?),
        Command::Audit(line) => say(&audit::run(line).await?),
        Command::Integration(line) => integrations::run(line).await,
    }
}

/// What goes to standard output, where there is anything.
fn say(said: &str) -> Result<()> {
    if !said.is_empty() {
        println!("{said}");
    }
    Ok(())
}
