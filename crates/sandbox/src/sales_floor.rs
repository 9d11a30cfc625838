//! What a busy department does next: a pure function of a seed and the number of steps taken.
//!
//! The floor speaks of seats (0 is the first user) and of its own tasks by the order in which it
//! set them. It never looks at the account: a task somebody deleted meanwhile is refused there,
//! and the floor goes on.

mod customers;
mod history;
#[cfg(test)]
mod tests;

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use customers::Counter;
pub(crate) use customers::Service;
pub(crate) use history::Past;

use crate::phrases::{Errand, errand, pick, result, robots_errand};
use crate::staff::SEATS;

/// When a task is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// So many seconds from when it is set; negative for one that is overdue from the start.
    In(i64),
    /// 23:59 of the current day.
    AllDay,
}

/// One thing somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deed {
    /// The seat of who does it; `None` is a robot.
    pub(crate) by: Option<usize>,
    pub(crate) what: What,
}

/// What is done; `task` and `request` are places in the order of setting and coming, `lead` the
/// place in the cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Set {
        responsible: usize,
        due: Due,
        errand: Errand,
    },
    Move {
        task: usize,
        due: Due,
    },
    Reassign {
        task: usize,
        to: usize,
    },
    Complete {
        task: usize,
        result: &'static str,
    },
    Delete {
        task: usize,
    },
    /// The customer of a deal writes.
    Write {
        lead: usize,
        service: Service,
        text: &'static str,
    },
    Answer {
        lead: usize,
        service: Service,
        text: &'static str,
    },
    /// The customer of a deal calls somebody, and nobody answers.
    Ring {
        lead: usize,
        called: usize,
    },
    CallBack {
        lead: usize,
    },
    /// A request comes into Incoming leads.
    Ask {
        request: usize,
    },
    TakeIn {
        request: usize,
    },
    /// A deal goes to somebody else.
    Hand {
        lead: usize,
        to: usize,
    },
}

/// A deed of the live floor, after a wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    pub(crate) wait: Duration,
    pub(crate) deed: Deed,
}

/// The live floor: an endless iterator of acts.
#[derive(Debug)]
pub(crate) struct SalesFloor {
    rng: StdRng,
    step: u64,
    /// How many tasks were ever set.
    set: usize,
    open: Vec<Open>,
    counter: Counter,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    task: usize,
    responsible: usize,
    author: Option<usize>,
}

/// The user the show is for.
const FIRST: usize = 0;
/// Steps of the lively beginning; every second one concerns the first user.
const OPENING: u64 = 60;
/// The newest tasks are left alone, so that a notice can be read before it goes away.
const FRESH: usize = 4;
const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

impl SalesFloor {
    /// The floor of this seed, and what was done there before it opened, oldest first.
    pub(crate) fn open(seed: u64) -> (Vec<Past>, Self) {
        let mut floor = Self {
            rng: StdRng::seed_from_u64(seed),
            step: 0,
            set: 0,
            open: Vec::new(),
            counter: Counter::new(),
        };
        let history = floor.history();
        (history, floor)
    }

    fn next_deed(&mut self) -> Deed {
        let first = self.step.is_multiple_of(2);
        let scene = if first {
            self.firsts_scene()
        } else {
            self.colleagues_scene()
        };
        match scene {
            Some(deed) => deed,
            None if first => self.for_the_first(),
            None => self.among_colleagues(),
        }
    }

    /// Something the first user notices.
    fn for_the_first(&mut self) -> Deed {
        let crowded = self
            .open
            .iter()
            .filter(|open| open.responsible == FIRST)
            .count()
            > 14;
        let chance = if crowded {
            self.rng.random_range(50..80)
        } else if self.step < 6 {
            0
        } else {
            self.rng.random_range(0..100)
        };
        let his = |open: &Open| open.responsible == FIRST;
        let others = |open: &Open| open.responsible != FIRST;
        let asked = |open: &Open| open.responsible != FIRST && open.author == Some(FIRST);
        let deed = match chance {
            50..64 => self.settled(his).map(|task| {
                let by = if self.rng.random_ratio(2, 3) {
                    Some(FIRST)
                } else {
                    self.somebody_else(FIRST)
                };
                self.complete(task, by)
            }),
            64..70 => self.settled(his).map(|task| self.delete(task)),
            70..80 => self.settled(his).map(|task| {
                let to = self.colleague();
                self.reassign(task, to)
            }),
            80..87 => self
                .settled(asked)
                .map(|task| self.complete(task, Some(task.responsible))),
            87..93 => self.settled(others).map(|task| self.reassign(task, FIRST)),
            93..100 => self.settled(his).map(|task| self.postpone(task)),
            _ => None,
        };
        deed.unwrap_or_else(|| {
            let by = if chance == 49 {
                Some(FIRST)
            } else {
                self.somebody_else(FIRST)
            };
            // The second thing shown falls due in front of the watcher's eyes.
            let due = if self.step == 2 {
                self.very_soon()
            } else {
                self.soon()
            };
            self.set(by, FIRST, due)
        })
    }

    /// The rest of the department at work.
    fn among_colleagues(&mut self) -> Deed {
        let crowded = self
            .open
            .iter()
            .filter(|open| open.responsible != FIRST)
            .count()
            > 30;
        let chance = self.rng.random_range(if crowded { 50..90 } else { 0..100 });
        // Those the first user asked for are completed in his own turns.
        let theirs = |open: &Open| open.responsible != FIRST && open.author != Some(FIRST);
        let others = |open: &Open| open.responsible != FIRST;
        let deed = match chance {
            50..75 => self
                .settled(theirs)
                .map(|task| self.complete(task, Some(task.responsible))),
            75..82 => self.settled(theirs).map(|task| self.delete(task)),
            82..90 => self.settled(others).map(|task| {
                let by = Some(task.responsible);
                self.finish_or_pass(task, by)
            }),
            90..100 => self.settled(others).map(|task| self.postpone(task)),
            _ => None,
        };
        deed.unwrap_or_else(|| {
            let responsible = self.colleague();
            let by = self.first_or_another(responsible);
            let due = self.soon();
            self.set(by, responsible, due)
        })
    }

    fn finish_or_pass(&mut self, task: Open, by: Option<usize>) -> Deed {
        let to = self.colleague();
        if to == task.responsible {
            self.complete(task, by)
        } else {
            self.reassign(task, to)
        }
    }

    fn set(&mut self, by: Option<usize>, responsible: usize, due: Due) -> Deed {
        let errand = match by {
            Some(_) => errand(&mut self.rng),
            None => robots_errand(&mut self.rng),
        };
        self.open.push(Open {
            task: self.set,
            responsible,
            author: by,
        });
        self.set += 1;
        Deed {
            by,
            what: What::Set {
                responsible,
                due,
                errand,
            },
        }
    }

    fn complete(&mut self, done: Open, by: Option<usize>) -> Deed {
        self.open.retain(|open| open.task != done.task);
        let result = result(&mut self.rng);
        Deed {
            by,
            what: What::Complete {
                task: done.task,
                result,
            },
        }
    }

    fn delete(&mut self, gone: Open) -> Deed {
        self.open.retain(|open| open.task != gone.task);
        let by = gone.author.or(Some(gone.responsible));
        Deed {
            by,
            what: What::Delete { task: gone.task },
        }
    }

    fn reassign(&mut self, moved: Open, to: usize) -> Deed {
        for open in self.open.iter_mut().filter(|open| open.task == moved.task) {
            open.responsible = to;
        }
        let by = self.somebody_else(to);
        Deed {
            by,
            what: What::Reassign {
                task: moved.task,
                to,
            },
        }
    }

    fn postpone(&mut self, moved: Open) -> Deed {
        let by = moved.author.or(Some(moved.responsible));
        let due = self.soon();
        Deed {
            by,
            what: What::Move {
                task: moved.task,
                due,
            },
        }
    }

    /// An open task like this that is no longer fresh.
    fn settled(&mut self, like: impl Fn(&Open) -> bool) -> Option<Open> {
        let newest = self.set.saturating_sub(FRESH);
        let old: Vec<Open> = self
            .open
            .iter()
            .filter(|o| o.task < newest && like(o))
            .copied()
            .collect();
        (!old.is_empty()).then(|| pick(&mut self.rng, &old))
    }

    /// Very near, a little more than five minutes ahead, later, or all day.
    fn soon(&mut self) -> Due {
        match self.rng.random_range(0..100) {
            0..25 => self.very_soon(),
            25..65 => Due::In(self.rng.random_range(5 * MINUTE + 10..7 * MINUTE)),
            65..90 => Due::In(self.rng.random_range(7 * MINUTE..20 * MINUTE)),
            _ => Due::AllDay,
        }
    }

    /// So near that the notice of it comes at once.
    fn very_soon(&mut self) -> Due {
        Due::In(self.rng.random_range(MINUTE..4 * MINUTE))
    }

    /// Anybody but the first user.
    fn colleague(&mut self) -> usize {
        self.rng.random_range(FIRST + 1..SEATS)
    }

    /// The first user, so that he is told of what colleagues complete, or somebody else.
    fn first_or_another(&mut self, responsible: usize) -> Option<usize> {
        if self.rng.random_ratio(2, 5) {
            Some(FIRST)
        } else {
            self.somebody_else(responsible)
        }
    }

    /// A colleague who is not in this seat, or now and then a robot.
    fn somebody_else(&mut self, seat: usize) -> Option<usize> {
        if self.rng.random_ratio(1, 4) {
            return None;
        }
        let other = self.colleague();
        // The seat after, round the table and past the first user's.
        Some(if other == seat {
            other % (SEATS - 1) + 1
        } else {
            other
        })
    }
}

impl Iterator for SalesFloor {
    type Item = Act;

    fn next(&mut self) -> Option<Act> {
        let millis = if self.step < OPENING {
            2_000..4_000
        } else {
            5_000..12_000
        };
        let wait = Duration::from_millis(self.rng.random_range(millis));
        let deed = self.next_deed();
        self.step += 1;
        Some(Act { wait, deed })
    }
}
