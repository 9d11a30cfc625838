//! `backup` and `restore`.

use crate::command::Database;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where the copy goes; an earlier one there is replaced once the new one is whole.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The copy.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    database: Database,
}

/// Copies the database, and says what is not in the copy.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn backup(line: Backup) -> Result<()> {
    let options = line.database.options();
    let bytes = dealbell_centre::backup(&options.database, &line.to).await?;
    eprintln!(
        "{bytes} bytes; stored secrets are sealed in it, and their key is not: keep a copy of the key \
         elsewhere"
    );
    println!("{}", line.to.display());
    Ok(())
}

/// Puts a copy back, and says what became of what was there.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn restore(line: Restore) -> Result<()> {
    let options = line.database.options();
    let done = dealbell_centre::restore(&line.from, &options).await?;
    eprintln!(
        "restored; {} users start a new history, {} letters that were due are not sent, invitations that \
         were open are to be made again",
        done.users, done.letters
    );
    match done.rights_kept {
        true => eprintln!("devices, keys and users that were revoked or removed since stay so"),
        false => eprintln!(
            "attention: devices and keys revoked since that copy are valid again, users removed since \
             are there again: look through them"
        ),
    }
    if let Some(wrong) = done.key {
        eprintln!("attention: {wrong}");
    }
    if let Some(aside) = done.aside {
        eprintln!("the database that was there is kept as");
        println!("{}", aside.display());
    }
    Ok(())
}
