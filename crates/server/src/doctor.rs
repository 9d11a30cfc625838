//! `doctor`: one line for each thing that has to be right, and what to do where it is not.

mod around;
mod inside;

use crate::serve::Serve;
use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use std::{fmt, time::Duration};

/// How long anybody who is asked over the network may take.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The findings as JSON.
    #[arg(long)]
    json: bool,
    /// Only whether the server that listens there is well; nothing is said if it is.
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    serve: Serve,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Ok,
    Attention,
    Wrong,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Attention => "attention",
            Self::Wrong => "wrong",
        }
    }
}

/// One line.
#[derive(Debug)]
struct Finding {
    part: &'static str,
    verdict: Verdict,
    words: String,
    /// What to do, where there is something.
    todo: String,
}

impl Finding {
    fn ok(part: &'static str, words: impl Into<String>) -> Self {
        Self::new(part, Verdict::Ok, words, "")
    }

    fn attention(part: &'static str, words: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::new(part, Verdict::Attention, words, todo)
    }

    fn wrong(part: &'static str, words: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::new(part, Verdict::Wrong, words, todo)
    }

    fn new(
        part: &'static str,
        verdict: Verdict,
        words: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self {
            part,
            verdict,
            words: words.into(),
            todo: todo.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, words, .. } = self;
        write!(f, "{:<9} {part}: {words}", self.verdict.name())?;
        if !self.todo.is_empty() {
            write!(f, "; {}", self.todo)?;
        }
        Ok(())
    }
}

/// Looks everything over. Fails where something is wrong; what only wants attention does not.
///
/// # Errors
/// That something is wrong; which it is stands in the lines.
pub(crate) async fn run(line: Doctor) -> Result<()> {
    let Serve {
        listen,
        public_url,
        database,
        mail,
        push,
        ..
    } = line.serve;
    if line.live {
        return around::live(listen).await;
    }
    let options = database.options();
    let inspection = dealbell_centre::inspect(&options).await;
    let mut findings = inside::database(&inspection);
    findings.extend(inside::files(&inspection));
    findings.extend(inside::disk(&inspection));
    findings.extend(inside::accounts(&database, &inspection).await);
    findings.push(around::listening(listen).await);
    let (public, clock) = around::public(public_url.as_ref()).await;
    findings.push(public);
    findings.push(clock);
    findings.push(around::mail(&mail).await);
    findings.push(around::push(&push, public_url.as_ref()));
    findings.extend(around::systemd().await);
    if line.json {
        let lines = findings.iter().map(|finding| {
            json!({"part": finding.part, "verdict": finding.verdict.name(),
                   "words": finding.words, "todo": finding.todo})
        });
        println!("{}", json!(lines.collect::<Vec<_>>()));
    } else {
        for finding in &findings {
            println!("{finding}");
        }
    }
    let wrong = findings.iter().filter(|f| f.verdict == Verdict::Wrong);
    match wrong.count() {
        0 => Ok(()),
        1 => bail!("one thing is wrong"),
        more => bail!("{more} things are wrong"),
    }
}
