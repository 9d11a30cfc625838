//! What a run says of itself.

use std::fmt;
use std::time::Duration;

use crate::deck::Fault;
use crate::faults::Chaos;
use crate::figures::{Sorted, seconds};

/// A fresh socket after waking (the aim of the project, not a promise of every machine).
const WAKE_AIM: Duration = Duration::from_secs(1);
/// How many titles are named of a list that should be empty.
const NAMED: usize = 5;

/// Counts and times of a run.
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) rate: f64,
    pub(crate) took: Duration,
    pub(crate) chaos: Chaos,
}

impl Report {
    /// Whether every promise held.
    pub(crate) fn holds(&self) -> bool {
        self.chaos.broken.is_empty() && self.chaos.verdict.holds()
    }
}

impl fmt::Display for Report {
    /// Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = &self.chaos.verdict;
        writeln!(
            f,
            "Seed {}; {} s; {} notifications published, {} a second asked for, {} of them read on a second device.\n",
            self.seed,
            self.took.as_secs(),
            verdict.said,
            self.rate,
            verdict.read,
        )?;
        writeln!(f, "| fault | times | median | 95 % | worst | measured |")?;
        writeln!(f, "|---|--:|--:|--:|--:|---|")?;
        for (fault, took) in &self.chaos.took {
            let took = Sorted::new(took.clone());
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} |",
                fault.told(),
                took.count(),
                seconds(took.median()),
                seconds(took.percentile(95)),
                seconds(took.max()),
                fault.until(),
            )?;
        }
        for (what, times) in &self.chaos.besides {
            writeln!(f, "\nBesides: {times} {what}.")?;
        }
        if let Some(woken) = self.chaos.took.get(&Fault::Slept) {
            let late = woken.iter().filter(|took| **took > WAKE_AIM).count();
            writeln!(
                f,
                "\nLater than 1 s after waking: {late} of {}.",
                woken.len()
            )?;
        }
        writeln!(f, "\n| counted at the end | | |\n|---|--:|---|")?;
        let mut line = |what: &str, count: usize, held: Option<bool>, names: &[String]| {
            let held = match held {
                Some(true) => "as promised",
                Some(false) => "**broken**",
                None => "",
            };
            let some = names.iter().take(NAMED).map(String::as_str);
            let named = some.collect::<Vec<_>>().join(", ");
            writeln!(
                f,
                "| {what} | {count} | {} |",
                [held, &named].join(" ").trim()
            )
        };
        let v = verdict;
        line("published", v.said, None, &[])?;
        for (what, list) in [
            ("lost at the centre", &v.lost_at_centre),
            ("lost in the app's list", &v.lost_at_app),
            ("toasted twice", &v.toasted_twice),
            (
                "unread, and neither toasted nor named in a summary",
                &v.untold,
            ),
            ("noted as shown, and seen by no desktop", &v.imagined),
            ("marks lost", &v.marks_lost),
            ("marks nobody made", &v.marks_made_up),
            ("not come back", &self.chaos.broken),
        ] {
            line(what, list.len(), Some(list.is_empty()), list)?;
        }
        let doubled = v.doubled_at_centre + v.doubled_at_app;
        line("doubled in a list", doubled, Some(doubled == 0), &[])?;
        line(
            "in a list, said by nobody",
            v.unknown,
            Some(v.unknown == 0),
            &[],
        )?;
        line(
            "rows that differ between centre and app",
            usize::from(!v.equal),
            Some(v.equal),
            &[],
        )?;
        let [counter, centre, own, app] = v.unread;
        let one = counter == centre && counter == own && counter == app;
        line("unread: the centre's counter", counter, Some(one), &[])?;
        line("unread: rows at the centre", centre, Some(one), &[])?;
        line("unread: the app's counter", own, Some(one), &[])?;
        line("unread: rows in the app", app, Some(one), &[])?;
        line("toasts of their own", v.toasted, None, &[])?;
        line("summaries that rang", v.summaries.0, None, &[])?;
        line("summaries renewed in silence", v.summaries.1, None, &[])?;
        line("unread and named in a summary", v.named, None, &[])?;
        line(
            "toasted just before a crash, and named again after it",
            v.toasted_and_named,
            None,
            &[],
        )?;
        line(
            "unread, with nobody there to show it (noted)",
            v.unheard,
            None,
            &[],
        )
    }
}
