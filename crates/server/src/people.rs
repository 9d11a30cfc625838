//! `user` and `group`: the people of the centre, by whoever runs it.

use crate::{
    command::Database,
    sign_in_link::{self, Link},
};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use dealbell_centre::{Actor, Centre};
use dealbell_protocol::{
    Role,
    people::{ChangeUser, NewUser, PageQuery},
};
use std::{fmt::Write as _, fs::OpenOptions, io::Write as _, path::PathBuf};

/// As the command line names roles.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum RoleName {
    /// Everything, for everybody.
    Administrator,
    /// What concerns himself.
    #[default]
    Member,
}

impl RoleName {
    /// The same on the wire.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Administrator => Role::Administrator,
            Self::Member => Role::Member,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add a user and print his id.
    Add(Add),
    /// List the users: id, address, role, language, devices, groups, name.
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Print a link that signs a browser of a user in: once, within ten minutes.
    Link(Link),
    /// Change how a user is called, his address or his language.
    Rename(Rename),
    /// Give a user a role.
    Role {
        /// Whom.
        email: String,
        /// Which.
        role: RoleName,
        #[command(flatten)]
        database: Database,
    },
    /// Write all that is kept of a user to a file of your own: JSON, one object a line.
    Export {
        /// Of whom.
        email: String,
        /// The file, which must not exist yet.
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        database: Database,
    },
    /// Remove a user with all that is kept of him; his devices are signed out.
    Remove {
        /// Whom.
        email: String,
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Matches him to the user of the CRM.
    email: String,
    /// How he is called.
    #[arg(long, default_value = "")]
    name: String,
    /// Language of what he is told: ru or en.
    #[arg(long, default_value = "ru")]
    language: String,
    /// He runs the centre with you.
    #[arg(long)]
    administrator: bool,
    #[command(flatten)]
    database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct Rename {
    /// Whom.
    email: String,
    /// How he is called from now on.
    #[arg(long, required_unless_present_any = ["email_to", "language"])]
    name: Option<String>,
    /// His new address. Connected accounts know him by it.
    #[arg(long, value_name = "EMAIL")]
    email_to: Option<String>,
    /// Language of what he is told: ru or en.
    #[arg(long)]
    language: Option<String>,
    #[command(flatten)]
    database: Database,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Group {
    /// Add a group that integrations can name.
    Add {
        /// How they will name it.
        name: String,
        #[command(flatten)]
        database: Database,
    },
    /// List the groups and their members.
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Remove a group; its members stay users.
    Remove {
        /// Which.
        name: String,
        #[command(flatten)]
        database: Database,
    },
    /// Make a user a member.
    Join {
        /// Of which group.
        name: String,
        /// Whom.
        email: String,
        #[command(flatten)]
        database: Database,
    },
    /// Take a user out of a group.
    Leave {
        /// Of which group.
        name: String,
        /// Whom.
        email: String,
        #[command(flatten)]
        database: Database,
    },
}

/// Does what the line says; returns what goes to standard output.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn user(line: User) -> Result<String> {
    let actor = Actor::command_line();
    match line {
        User::Add(line) => {
            let centre = line.database.open().await?;
            let new = NewUser {
                email: line.email,
                name: line.name,
                role: match line.administrator {
                    true => Role::Administrator,
                    false => Role::Member,
                },
                language: line.language,
            };
            Ok(centre.create_user(actor, new).await?.to_string())
        }
        User::List { database } => list(&database.open().await?).await,
        User::Link(line) => sign_in_link::run(line).await,
        User::Rename(line) => {
            let centre = line.database.open().await?;
            let user = centre.user(&line.email).await?;
            let change = ChangeUser {
                name: line.name,
                email: line.email_to,
                language: line.language,
                role: None,
            };
            centre.change_user(actor, user, change).await?;
            Ok(String::new())
        }
        User::Role {
            email,
            role,
            database,
        } => {
            let centre = database.open().await?;
            centre.set_role(actor, &email, role.role()).await?;
            Ok(String::new())
        }
        User::Export {
            email,
            to,
            database,
        } => export(&database.open().await?, &email, &to).await,
        User::Remove { email, database } => {
            let centre = database.open().await?;
            let user = centre.user(&email).await?;
            if !centre.remove_user(actor, user).await? {
                eprintln!(
                    "removed; the file is in use, so its traces are wiped when the centre starts \
                     the next time"
                );
            }
            Ok(String::new())
        }
    }
}

async fn list(centre: &Centre) -> Result<String> {
    let mut lines = String::new();
    let mut query = PageQuery::default();
    loop {
        let page = centre.users(query).await?;
        for user in page.items {
            let (role, groups) = (user.role.name(), user.groups.join(", "));
            writeln!(
                lines,
                "{}\t{}\t{role}\t{}\t{}\t{groups}\t{}",
                user.id, user.email, user.language, user.devices, user.name
            )?;
        }
        let Some(next) = page.next else { break };
        query = PageQuery {
            after: Some(next),
            limit: None,
        };
    }
    Ok(lines.trim_end().to_owned())
}

async fn export(centre: &Centre, email: &str, to: &PathBuf) -> Result<String> {
    let told = centre.export_user(email).await?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(to).and_then(|mut file| {
        file.write_all(told.as_bytes())
            .and_then(|()| file.sync_all())
    });
    written.with_context(|| format!("{} cannot be written", to.display()))?;
    eprintln!("{} rows are in {}", told.lines().count(), to.display());
    Ok(String::new())
}

/// Does what the line says; returns what goes to standard output.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn group(line: Group) -> Result<String> {
    let actor = Actor::command_line();
    match line {
        Group::Add { name, database } => {
            database.open().await?.add_group(actor, &name).await?;
        }
        Group::List { database } => return groups(&database.open().await?).await,
        Group::Remove { name, database } => {
            database.open().await?.remove_group(actor, &name).await?;
        }
        Group::Join {
            name,
            email,
            database,
        } => {
            let centre = database.open().await?;
            let user = centre.user(&email).await?;
            centre.join_group(actor, &name, user).await?;
        }
        Group::Leave {
            name,
            email,
            database,
        } => {
            let centre = database.open().await?;
            let user = centre.user(&email).await?;
            centre.leave_group(actor, &name, user).await?;
        }
    }
    Ok(String::new())
}

async fn groups(centre: &Centre) -> Result<String> {
    let page = centre.groups(PageQuery::default()).await?;
    if page.next.is_some() {
        bail!("there are more than 200 groups: read them by GET /v1/groups");
    }
    let lines = page.items.iter().map(|group| {
        let members = group.members.join(", ");
        format!("{}\t{members}", group.name)
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}
