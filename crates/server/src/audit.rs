//! `audit`: what administrators did.

use crate::command::Database;
use anyhow::{Result, anyhow};
use clap::Args;
use dealbell_protocol::{Millis, people::AuditRow};
use jiff::{SignedDuration, Timestamp};

#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Leave out what is older: a time such as 2026-11-21T10:00:00Z, or how long ago, such as 7d.
    #[arg(long, value_parser = since)]
    since: Option<Millis>,
    #[command(flatten)]
    database: Database,
}

/// Lists the acts, oldest first: time, who, from where, what, on what, how.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Audit) -> Result<String> {
    let centre = line.database.open().await?;
    let mut lines = Vec::new();
    let mut before = None;
    loop {
        let page = centre.audit(line.since, before, 200).await?;
        lines.extend(page.items.iter().map(say));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    lines.reverse();
    Ok(lines.join("\n"))
}

fn say(row: &AuditRow) -> String {
    let gone = || row.by.map(|id| format!("user:{id}"));
    let who = row.email.clone().or_else(gone);
    let who = who.unwrap_or_else(|| "command line".to_owned());
    let on = row.on_email.as_ref().unwrap_or(&row.on);
    let (at, from) = (time(row.at), &row.from);
    format!("{at}\t{who}\t{from}\t{}\t{on}\t{}", row.act, row.detail)
}

/// As a person reads it, to the second.
pub(crate) fn time(at: Millis) -> String {
    let time = Timestamp::from_millisecond(at).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn since(text: &str) -> Result<Millis> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_millisecond());
    }
    let ago: SignedDuration = match text.strip_suffix('d').map(str::parse::<i64>) {
        Some(Ok(days)) if (0..=36_500).contains(&days) => SignedDuration::from_hours(days * 24),
        _ => text
            .parse()
            .map_err(|_| anyhow!("give a time such as 2026-11-21T10:00:00Z, or 7d, or 12h"))?,
    };
    Ok(Timestamp::now().saturating_sub(ago.abs())?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_time_or_how_long_ago() {
        assert_eq!(since("2026-11-21T10:00:00Z").unwrap(), 1_795_255_200_000);
        let now = Timestamp::now().as_millisecond();
        for (text, ago) in [
            ("7d", 7 * 86_400_000),
            ("12h", 43_200_000),
            ("90m", 5_400_000),
        ] {
            let off = now - ago - since(text).unwrap();
            assert!(off.abs() < 60_000, "{text}: {off}");
        }
        for bad in ["", "yesterday", "99999999d"] {
            assert!(since(bad).is_err(), "{bad}");
        }
    }
}
