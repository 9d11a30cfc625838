//! What a measure says: how it was taken, and a row for each figure with the peer's beside it.

use std::fmt;

/// Values of several rounds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rounds(Vec<f64>);

impl Rounds {
    /// Another round.
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
        self.0.sort_by(f64::total_cmp);
    }

    /// The middle one; zero of none.
    pub(crate) fn median(&self) -> f64 {
        let values = &self.0;
        match values.len() {
            0 => 0.0,
            count if count % 2 == 1 => values[count / 2],
            count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
        }
    }

    /// `120 (110–130)`.
    pub(crate) fn told(&self, unit: fn(f64) -> String) -> String {
        let (Some(least), Some(most)) = (self.0.first(), self.0.last()) else {
            return String::new();
        };
        let median = unit(self.median());
        match self.0.len() {
            1 => median,
            _ => format!("{median} ({}–{})", unit(*least), unit(*most)),
        }
    }
}

/// A measure's tables with the words that explain them.
pub(crate) struct Report {
    how: String,
    rows: Vec<Row>,
    after: String,
}

struct Row {
    what: String,
    ours: String,
    peer: String,
    ratio: String,
    aim: String,
    reached: Option<bool>,
}

/// What is asked of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Aim {
    /// Nothing.
    None,
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Report {
    /// An empty table; `how` says in whole sentences how the figures were taken.
    pub(crate) fn new(how: impl Into<String>) -> Self {
        Self {
            how: how.into(),
            rows: Vec::new(),
            after: String::new(),
        }
    }

    /// A figure in rounds, in `unit`, beside a peer's where there is one.
    pub(crate) fn compare(
        &mut self,
        what: impl Into<String>,
        ours: &Rounds,
        peer: Option<&Rounds>,
        aim: Aim,
        unit: fn(f64) -> String,
    ) {
        let (aim, reached) = match aim {
            Aim::None => (String::new(), None),
            Aim::AtMost(most) => (format!("≤ {}", unit(most)), Some(ours.median() <= most)),
            Aim::AtLeast(least) => (format!("≥ {}", unit(least)), Some(ours.median() >= least)),
        };
        let ratio = peer.filter(|peer| peer.median() > 0.0);
        self.rows.push(Row {
            what: what.into(),
            ours: ours.told(unit),
            peer: peer.map(|peer| peer.told(unit)).unwrap_or_default(),
            ratio: ratio
                .map(|peer| format!("{:.2} ×", ours.median() / peer.median()))
                .unwrap_or_default(),
            aim,
            reached,
        });
    }

    /// A figure that is told as it is.
    pub(crate) fn figure(&mut self, what: impl Into<String>, ours: impl ToString) {
        self.rows.push(Row {
            what: what.into(),
            ours: ours.to_string(),
            peer: String::new(),
            ratio: String::new(),
            aim: String::new(),
            reached: None,
        });
    }

    /// The same, judged.
    pub(crate) fn judged(
        &mut self,
        what: impl Into<String>,
        ours: impl ToString,
        aim: &str,
        reached: bool,
    ) {
        self.rows.push(Row {
            what: what.into(),
            ours: ours.to_string(),
            peer: String::new(),
            ratio: String::new(),
            aim: aim.to_owned(),
            reached: Some(reached),
        });
    }

    /// What stands below the table, such as a plot.
    pub(crate) fn below(&mut self, text: &str) {
        self.after.push_str("\n\n");
        self.after.push_str(text);
    }
}

impl fmt::Display for Report {
    /// Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.how)?;
        writeln!(f, "| what | ours | peer | ratio | aim | reached |")?;
        write!(f, "|---|---|---|---|---|---|")?;
        for row in &self.rows {
            let reached = match row.reached {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "",
            };
            write!(
                f,
                "\n| {} | {} | {} | {} | {} | {reached} |",
                row.what, row.ours, row.peer, row.ratio, row.aim
            )?;
        }
        write!(f, "{}", self.after)
    }
}

/// `12,345`.
pub(crate) fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `9.8 KiB`.
pub(crate) fn kib(bytes: f64) -> String {
    format!("{:.1} KiB", bytes / 1024.0)
}

/// `1.23 ms`.
pub(crate) fn millis(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1_000.0)
}

/// `12 µs`.
pub(crate) fn micros(seconds: f64) -> String {
    format!("{:.0} µs", seconds * 1_000_000.0)
}

/// `1.2 s`.
pub(crate) fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_told_with_its_spread() {
        let mut rounds = Rounds::default();
        for value in [30_000.0, 9_000.0, 12_345.0] {
            rounds.add(value);
        }
        assert_eq!(rounds.told(whole), "12,345 (9,000–30,000)");
        let mut report = Report::new("So.");
        report.compare("it", &rounds, Some(&rounds), Aim::AtLeast(12_346.0), whole);
        assert!(
            report
                .to_string()
                .contains("| 1.00 × | ≥ 12,346 | **no** |")
        );
    }
}
