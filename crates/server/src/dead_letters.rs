//! `letters`: those that are tried no more, listed and tried again.

use crate::command::Database;
use anyhow::Result;
use clap::{ArgGroup, Args, Subcommand};
use dealbell_centre::{Actor, Centre};
use dealbell_protocol::{
    Kind,
    dead_letter::{DeadCause, DeadLetter, LetterKind},
};
use jiff::Timestamp;

#[derive(Debug, Subcommand)]
pub(crate) enum Line {
    /// List letters that are tried no more, the latest first: id, since when, to whom, what about,
    /// why. A `doubtful` digest may have arrived.
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Try letters again. A running `serve` takes them up within a minute.
    Retry(Retry),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true))]
pub(crate) struct Retry {
    /// The letter, as `list` names it.
    #[arg(group = "which")]
    id: Option<String>,
    /// All but doubtful ones, which might come twice.
    #[arg(long, group = "which")]
    all: bool,
    #[command(flatten)]
    database: Database,
}

/// Does what the line says; returns what goes to standard output.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Line) -> Result<String> {
    match line {
        Line::List { database } => list(&database.open().await?).await,
        Line::Retry(Retry { id, database, .. }) => {
            let centre = database.open().await?;
            let by = Actor::command_line();
            match id {
                Some(id) => {
                    centre.retry_letter(by, &id).await?;
                    Ok(id)
                }
                None => Ok(centre.retry_letters(by).await?.to_string()),
            }
        }
    }
}

async fn list(centre: &Centre) -> Result<String> {
    let mut rows = Vec::new();
    let mut before = None;
    loop {
        let page = centre.dead_letters(before.as_deref(), 200).await?;
        rows.extend(page.items.iter().map(row));
        before = page.next;
        if before.is_none() {
            return Ok(rows.join("\n"));
        }
    }
}

fn row(letter: &DeadLetter) -> String {
    let since = Timestamp::from_millisecond(letter.dead_at).unwrap_or_default();
    let about = match letter.content {
        LetterKind::One => letter.kind.map_or("withdrawn", Kind::name).to_owned(),
        LetterKind::Digest => format!("digest {}", letter.day.as_deref().unwrap_or_default()),
        LetterKind::Test => "test".to_owned(),
    };
    let cause = match letter.cause {
        DeadCause::Refused => "refused",
        DeadCause::Exhausted => "exhausted",
        DeadCause::Doubtful => "doubtful",
    };
    // What a mail server said may have lines of its own.
    let reason = letter.reason.split_whitespace().collect::<Vec<_>>();
    format!(
        "{}\t{since:.0}\t{}\t{about}\t{cause}\t{}",
        letter.id,
        letter.email,
        reason.join(" "),
    )
}
