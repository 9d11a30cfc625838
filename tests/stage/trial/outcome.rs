//! How starts went, and all of them together.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// How one start went: how long each step took, where it was reached.
#[derive(Default)]
pub(super) struct Outcome {
    /// Start → the watcher lists the icon.
    pub(super) registered: Option<Duration>,
    /// Start → its pixels are on the panel.
    pub(super) drawn: Option<Duration>,
    /// Published at the centre → drawn on the screen.
    pub(super) toast: Option<Duration>,
    /// Clicked → the browser has the card.
    pub(super) opened: Option<Duration>,
    /// Asked to leave → gone with code 0, the panel as before.
    pub(super) end: Option<Duration>,
    /// Why it went no further.
    pub(super) failure: Option<String>,
}

impl Outcome {
    fn steps(&self) -> [Option<Duration>; 5] {
        let Self {
            registered,
            drawn,
            toast,
            opened,
            end,
            failure: _,
        } = self;
        [*registered, *drawn, *toast, *opened, *end]
    }
}

const STEPS: [&str; 5] = [
    "registered",
    "icon seen",
    "toast seen",
    "card opened",
    "clean end",
];

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (name, took) in STEPS.iter().zip(self.steps()) {
            match took {
                Some(took) => write!(f, "{name} {} ms · ", took.as_millis())?,
                None => write!(f, "{name} NO · ")?,
            }
        }
        match &self.failure {
            Some(failure) => write!(f, "FAILED: {failure}"),
            None => f.write_str("well"),
        }
    }
}

/// All starts of a trial.
#[derive(Default)]
pub(super) struct Score {
    starts: usize,
    well: usize,
    steps: [Vec<Duration>; 5],
}

impl Score {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        self.starts += 1;
        self.well += usize::from(outcome.failure.is_none());
        for (all, took) in self.steps.iter_mut().zip(outcome.steps()) {
            all.extend(took);
        }
    }

    /// Whether there were starts, and every one went to its end.
    pub(super) fn is_perfect(&self) -> bool {
        self.starts > 0 && self.well == self.starts
    }
}

impl Display for Score {
    /// A table: how many starts came so far, and the time within which half and all of those did.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<12} {:>8} {:>12} {:>12}",
            "", "of all", "half within", "all within"
        )?;
        for (name, took) in STEPS.iter().zip(&self.steps) {
            let mut took = took.clone();
            took.sort();
            let ms = |time: Option<&Duration>| {
                time.map_or("–".to_owned(), |time| format!("{} ms", time.as_millis()))
            };
            let reached = format!("{}/{}", took.len(), self.starts);
            let (half, all) = (
                ms(took.get(took.len().saturating_sub(1) / 2)),
                ms(took.last()),
            );
            writeln!(f, "{name:<12} {reached:>8} {half:>12} {all:>12}")?;
        }
        write!(f, "{} of {} starts went well", self.well, self.starts)
    }
}
