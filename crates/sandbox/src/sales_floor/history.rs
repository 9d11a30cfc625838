//! What was done before the doors opened.

use rand::RngExt;

use super::{Deed, Due, FIRST, HOUR, MINUTE, SalesFloor};

/// A deed from before the doors opened, so many seconds ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) ago: i64,
    pub(crate) deed: Deed,
}

impl SalesFloor {
    /// The tasks the floor opens with, and the first user's deals, oldest first.
    pub(super) fn history(&mut self) -> Vec<Past> {
        // For the first user: overdue ones, "due in 5 minutes" in the first minutes, a whole day.
        let firsts = [
            (50 * HOUR, Due::In(24 * HOUR)),
            (30 * HOUR, Due::In(28 * HOUR)),
            (20 * HOUR, Due::In(19 * HOUR + 40 * MINUTE)),
            (3 * HOUR, Due::AllDay),
            (2 * HOUR, Due::In(2 * HOUR + 5 * MINUTE + 20)),
            (90 * MINUTE, Due::In(96 * MINUTE + 30)),
            (HOUR, Due::In(69 * MINUTE)),
            (40 * MINUTE, Due::In(4 * HOUR)),
            (20 * MINUTE, Due::In(25 * HOUR)),
        ];
        let others = [
            26 * HOUR,
            8 * HOUR,
            4 * HOUR,
            100 * MINUTE,
            50 * MINUTE,
            30 * MINUTE,
        ];
        let mut slots: Vec<(i64, Option<Due>)> = firsts
            .into_iter()
            .map(|(ago, due)| (ago, Some(due)))
            .collect();
        slots.extend(others.map(|ago| (ago, None)));
        slots.sort_by_key(|&(ago, _)| -ago);

        let handed = self.firsts_deals().into_iter();
        let mut past: Vec<Past> = handed
            .zip([70 * HOUR, 69 * HOUR, 54 * HOUR])
            .map(|(deed, ago)| Past { ago, deed })
            .collect();
        for (ago, due) in slots {
            let deed = match due {
                Some(due) => {
                    let by = self.somebody_else(FIRST);
                    self.set(by, FIRST, due)
                }
                None => {
                    let responsible = self.colleague();
                    let by = self.first_or_another(responsible);
                    let due = Due::In(ago + self.rng.random_range(-HOUR..6 * HOUR));
                    self.set(by, responsible, due)
                }
            };
            past.push(Past { ago, deed });
        }
        for ago in [9 * MINUTE, 4 * MINUTE] {
            if let Some(task) = self.settled(|open| open.responsible != FIRST) {
                let deed = self.complete(task, Some(task.responsible));
                past.push(Past { ago, deed });
            }
        }
        past
    }
}
