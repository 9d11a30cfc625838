//! What a measure says: how it was taken, and a row for each figure.

use std::fmt;

/// A measure's table with the words that explain it.
pub(crate) struct Report {
    how: String,
    rows: Vec<Row>,
}

/// One figure, with what it should be where something is asked of it.
struct Row {
    what: String,
    measured: String,
    aim: Option<(String, bool)>,
}

impl Report {
    /// An empty table; `how` says in whole sentences how the figures were taken.
    pub(crate) fn new(how: impl Into<String>) -> Self {
        Self {
            how: how.into(),
            rows: Vec::new(),
        }
    }

    /// A figure of which nothing is asked.
    pub(crate) fn figure(&mut self, what: impl Into<String>, measured: impl ToString) {
        self.rows.push(Row {
            what: what.into(),
            measured: measured.to_string(),
            aim: None,
        });
    }

    /// A figure beside its aim, and whether it reaches it.
    pub(crate) fn aimed(
        &mut self,
        what: impl Into<String>,
        measured: impl ToString,
        aim: impl ToString,
        reached: bool,
    ) {
        self.rows.push(Row {
            what: what.into(),
            measured: measured.to_string(),
            aim: Some((aim.to_string(), reached)),
        });
    }
}

impl fmt::Display for Report {
    /// Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.how)?;
        writeln!(f, "| what | measured | aim | reached |")?;
        write!(f, "|---|---|---|---|")?;
        for Row {
            what,
            measured,
            aim,
        } in &self.rows
        {
            let (aim, reached) = match aim {
                Some((aim, true)) => (aim.as_str(), "yes"),
                Some((aim, false)) => (aim.as_str(), "**no**"),
                None => ("", ""),
            };
            write!(f, "\n| {what} | {measured} | {aim} | {reached} |")?;
        }
        Ok(())
    }
}
