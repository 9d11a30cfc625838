//! `device`: what signs users in.

use crate::{audit::time, command::Database};
use anyhow::{Result, anyhow};
use clap::Subcommand;
use dealbell_centre::{Actor, Centre};
use dealbell_protocol::people::PageQuery;

#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// Add a device of a user and print its token, which cannot be shown again.
    Add {
        /// Whose.
        email: String,
        /// What it is called.
        #[arg(long, default_value = "")]
        name: String,
        #[command(flatten)]
        database: Database,
    },
    /// List the devices that can sign in: id, address, system, last use, name.
    List {
        /// Whose; everybody's where it is missing.
        email: Option<String>,
        #[command(flatten)]
        database: Database,
    },
    /// Sign a device out for good.
    Revoke {
        /// Its id, as `list` shows it.
        id: String,
        #[command(flatten)]
        database: Database,
    },
}

/// Does what the line says; returns what goes to standard output.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Device) -> Result<String> {
    match line {
        Device::Add {
            email,
            name,
            database,
        } => {
            let token = database.open().await?.add_device(&email, &name).await?;
            eprintln!("the device's token; it cannot be shown again");
            Ok(token)
        }
        Device::List {
            email: Some(email),
            database,
        } => list(&database.open().await?, &email).await,
        Device::List {
            email: None,
            database,
        } => everybody(&database.open().await?).await,
        Device::Revoke { id, database } => {
            let device = id
                .parse()
                .map_err(|_| anyhow!("{id} is no id of a device: `device list` shows them"))?;
            let centre = database.open().await?;
            centre.revoke(Actor::command_line(), device).await?;
            Ok(String::new())
        }
    }
}

async fn list(centre: &Centre, email: &str) -> Result<String> {
    let devices = centre.devices(email).await?;
    let lines = devices.iter().map(|device| {
        let used = device.last_used_at.map_or_else(|| "never".to_owned(), time);
        format!(
            "{}\t{email}\t{}\t{used}\t{}",
            device.id, device.platform, device.name
        )
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

async fn everybody(centre: &Centre) -> Result<String> {
    let mut lines = Vec::new();
    let mut query = PageQuery::default();
    loop {
        let page = centre.users(query).await?;
        for user in page.items.iter().filter(|user| user.devices > 0) {
            lines.push(list(centre, &user.email).await?);
        }
        let Some(next) = page.next else { break };
        query = PageQuery {
            after: Some(next),
            limit: None,
        };
    }
    Ok(lines.join("\n"))
}
