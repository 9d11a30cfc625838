//! Plays the sales floor's deeds against the account; the only place that waits.

use std::future::{self, Future};
use std::sync::Arc;

use crate::account::end_of_day;
use crate::books::{Changes, NewTask, Refusal};
use crate::office::Office;
use crate::sales_floor::{Deed, Due, SalesFloor, What};

/// Does what was done before the opening at once, and returns what plays the rest. It
/// never ends by itself; without a seed it does nothing at all.
pub(crate) fn begin(office: Arc<Office>, seed: Option<u64>) -> impl Future<Output = ()> + Send {
    let opening = office.now();
    let mut shift = Shift {
        office,
        tasks: Vec::new(),
    };
    let floor = seed.map(|seed| {
        let (history, floor) = SalesFloor::open(seed);
        for past in history {
            shift.play(past.deed, opening - past.ago);
        }
        floor
    });
    async move {
        for act in floor.into_iter().flatten() {
            tokio::time::sleep(act.wait).await;
            let now = shift.office.now();
            shift.play(act.deed, now);
        }
        future::pending().await
    }
}

struct Shift {
    office: Arc<Office>,
    /// The account's id of each task the floor has set, in its order.
    tasks: Vec<u64>,
}

impl Shift {
    fn play(&mut self, deed: Deed, at: i64) {
        if let Err(refusal) = self.act(deed, at) {
            // Somebody at the API was faster; the floor goes on.
            tracing::debug!(%refusal, "the sales floor was refused");
        }
    }

    fn act(&mut self, deed: Deed, at: i64) -> Result<(), Refusal> {
        let by = deed.by.map_or(0, |seat| self.user(seat));
        let changes = Changes::default();
        let (task, changes) = match deed.what {
            What::Set {
                responsible,
                due,
                errand,
            } => {
                let task = NewTask {
                    responsible: self.user(responsible),
                    text: errand.text,
                    complete_till: self.deadline(due, at),
                    entity: errand.entity,
                    task_type: errand.task_type,
                    duration: 0,
                };
                let id = self.office.create(by, task, at)?;
                self.tasks.push(id);
                return Ok(());
            }
            What::Delete { task } => return self.office.delete(by, self.tasks[task], at),
            What::Move { task, due } => {
                let complete_till = Some(self.deadline(due, at));
                (
                    task,
                    Changes {
                        complete_till,
                        ..changes
                    },
                )
            }
            What::Reassign { task, to } => {
                let responsible = Some(self.user(to));
                (
                    task,
                    Changes {
                        responsible,
                        ..changes
                    },
                )
            }
            What::Complete { task, result } => {
                let (is_completed, result) = (Some(true), Some(result.to_owned()));
                (
                    task,
                    Changes {
                        is_completed,
                        result,
                        ..changes
                    },
                )
            }
        };
        self.office
            .change(by, self.tasks[task], changes, at)
            .map(|_| ())
    }

    fn user(&self, seat: usize) -> u64 {
        // A small account has several seats at one desk.
        let users = self.office.users();
        users[seat % users.len()].id
    }

    /// Unix seconds of a deadline set at `at`.
    fn deadline(&self, due: Due, at: i64) -> i64 {
        match due {
            Due::In(seconds) => at + seconds,
            // An all-day task set yesterday evening would be overdue already: it is of today.
            Due::AllDay => end_of_day(at.max(self.office.now())),
        }
    }
}
