//! What the app notes of its toasts, collected while it runs: it keeps the newest thousand itself.

use std::collections::BTreeMap;

use anyhow::Result;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

/// The attempts of all runs, as they were last seen.
#[derive(Debug, Default)]
pub(crate) struct Attempts(BTreeMap<(i64, i64), Attempt>);

/// One attempt to show something.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// Of which notification; none is a summary's.
    pub(crate) of: Option<Vec<u8>>,
    /// As the app writes it; empty while it is open.
    pub(crate) outcome: String,
    /// The same of the summary that was to speak for it.
    summary: String,
    /// Only to say something new in the same place.
    pub(crate) renewal: bool,
}

impl Attempt {
    /// A toast of its own came up.
    pub(crate) fn is_shown(&self) -> bool {
        says(&self.outcome, &["shown", "replaced"])
    }

    /// A summary that came up speaks for it.
    pub(crate) fn is_named(&self) -> bool {
        says(&self.outcome, &["coalesced"]) || says(&self.summary, &["shown", "replaced"])
    }

    /// Nobody was there to show it.
    pub(crate) fn is_unheard(&self) -> bool {
        says(&self.outcome, &["no_daemon", "refused", "no_answer"])
            || says(&self.summary, &["no_daemon", "refused", "no_answer"])
    }
}

fn says(outcome: &str, words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| outcome.contains(&format!("\"{word}\"")))
}

impl Attempts {
    /// Takes over what stands in the app's store now.
    pub(crate) async fn sample(&mut self, store: &mut SqliteConnection) -> Result<()> {
        let rows = sqlx::query(
            "SELECT a.id, a.at, a.notification, a.outcome, s.outcome, a.renewal
             FROM attempts a LEFT JOIN attempts s ON s.id = a.via",
        );
        for row in rows.fetch_all(store).await? {
            let text = |at: usize| row.get::<Option<String>, _>(at).unwrap_or_default();
            let attempt = Attempt {
                of: row.get(2),
                outcome: text(3),
                summary: text(4),
                renewal: row.get(5),
            };
            // A store that was begun anew counts from one again; the moment tells them apart.
            self.0.insert((row.get(0), row.get(1)), attempt);
        }
        Ok(())
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Attempt> {
        self.0.values()
    }
}
