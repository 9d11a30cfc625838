//! What happens on a working day: a pure function of a seed.

use dealbell_days::time::Ms;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// Everybody in the CRM; the first administers it.
pub(crate) const STAFF: usize = 50;
/// The last of them have nothing to do with the centre.
pub(crate) const STRANGERS: usize = 3;
const SECOND: Ms = 1_000;
const MINUTE: Ms = 60 * SECOND;
const HOUR: Ms = 60 * MINUTE;
/// Nothing falls due so soon after it was set or the day began. The first reading has to be over by
/// then: what falls due while it goes on, it finds overdue (RULES T12).
pub(crate) const SOONEST: Ms = 5 * SECOND;

/// How much happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Volume {
    pub(crate) tasks: usize,
    pub(crate) messages: usize,
    pub(crate) requests: usize,
    pub(crate) deals: usize,
    pub(crate) calls: usize,
    pub(crate) assignments: usize,
}

/// A department's day.
pub(crate) const DAY: Volume = Volume {
    tasks: 5_000,
    messages: 3_000,
    requests: 400,
    deals: 300,
    calls: 300,
    assignments: 300,
};

/// Somebody of the staff by his place, or a robot.
pub(crate) type Who = Option<usize>;

/// One thing that happens. Tasks, deals and requests are named by the order in which they come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    SetTask {
        by: Who,
        to: usize,
        deadline: Ms,
    },
    Complete {
        task: usize,
        by: Who,
    },
    Reassign {
        task: usize,
        by: Who,
        to: usize,
    },
    Move {
        task: usize,
        by: Who,
        deadline: Ms,
    },
    Delete {
        task: usize,
        by: Who,
    },
    /// A client writes about a deal.
    MessageIn {
        deal: usize,
        number: usize,
    },
    /// He gets an answer.
    MessageOut {
        deal: usize,
        by: usize,
    },
    /// A call that nobody took, to one of the staff.
    Missed {
        contact: usize,
        called: usize,
    },
    CallBack {
        contact: usize,
        by: usize,
    },
    Request,
    Accept {
        request: usize,
        by: usize,
    },
    Decline {
        request: usize,
        by: usize,
    },
    Assign {
        deal: usize,
        by: Who,
        to: usize,
    },
    /// The CRM answers nothing but this status.
    Trouble {
        status: u16,
        lasts: Ms,
    },
    /// The centre and its connector are gone; in the middle of whatever they do.
    Outage {
        lasts: Ms,
    },
}

/// A step of the day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) at: Ms,
    pub(crate) act: Act,
}

/// The whole day.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What the connector finds when it comes (RULES T12): everything before this time.
    pub(crate) opens: Ms,
    pub(crate) closes: Ms,
    /// In the order of time.
    pub(crate) steps: Vec<Step>,
    /// Who is responsible for each deal when the day begins.
    pub(crate) deals: Vec<usize>,
    /// How many people call.
    pub(crate) contacts: usize,
    /// Whether webhooks reach the connector.
    pub(crate) hooks: bool,
}

/// 2026-11-24, midnight in Moscow.
const MIDNIGHT: Ms = 1_795_467_600_000;

impl Plan {
    /// The day of this seed.
    pub(crate) fn of(seed: u64, volume: Volume) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let opens = MIDNIGHT + 7 * HOUR + 30 * MINUTE;
        let closes = MIDNIGHT + 20 * HOUR + 30 * MINUTE;
        let deals = (0..volume.deals)
            .map(|_| rng.random_range(0..STAFF))
            .collect();
        let mut plan = Self {
            opens,
            closes,
            steps: Vec::new(),
            deals,
            contacts: 8,
            hooks: seed.is_multiple_of(2),
        };
        for task in 0..volume.tasks {
            plan.task(task, &mut rng);
        }
        plan.renumber_tasks();
        plan.conversations(volume.messages, &mut rng);
        plan.calls(volume.calls, &mut rng);
        plan.requests(volume.requests, &mut rng);
        plan.assignments(volume.assignments, &mut rng);
        plan.troubles(&mut rng);
        plan.steps.sort_by_key(|step| step.at);
        plan.ends(closes);
        plan
    }

    /// The day is over at `closes`, and nothing happens after that.
    pub(crate) fn ends(&mut self, closes: Ms) {
        self.closes = closes;
        // What happens last has to be told before the day ends.
        self.steps.retain(|step| step.at < closes - 10 * MINUTE);
    }

    fn push(&mut self, at: Ms, act: Act) {
        self.steps.push(Step { at, act });
    }

    /// Some moment of the working hours.
    fn moment(&self, rng: &mut StdRng) -> Ms {
        rng.random_range(self.opens + 31 * MINUTE..self.closes - 20 * MINUTE)
    }

    /// A task's life. The first two fifths are there when the day begins.
    fn task(&mut self, task: usize, rng: &mut StdRng) {
        let before = task % 5 < 2;
        let mut at = match before {
            true => self.opens - rng.random_range(HOUR..72 * HOUR),
            false => self.moment(rng),
        };
        let born = at.max(self.opens);
        let mut deadline = deadline(rng, born);
        let mut owner = somebody(rng);
        let by = match rng.random_range(0..10) {
            0 => None,
            1..=4 => Some(owner),
            _ => Some(somebody(rng)),
        };
        self.push(
            at,
            Act::SetTask {
                by,
                to: owner,
                deadline,
            },
        );
        at = at.max(self.opens + MINUTE);
        for _ in 0..rng.random_range(0..4) {
            // Sometimes within the same second, sometimes hours later.
            at += match rng.random_range(0..10) {
                0 => rng.random_range(100..2_000),
                1..=3 => rng.random_range(2 * SECOND..2 * MINUTE),
                _ => rng.random_range(2 * MINUTE..5 * HOUR),
            };
            // Or seconds before it is due.
            let due = deadline - 5 * MINUTE;
            if rng.random_range(0..12) == 0 && due - 3 * SECOND > at {
                at = due - 3 * SECOND;
            }
            if at > self.closes - 10 * MINUTE {
                return;
            }
            let by = match rng.random_range(0..3) {
                0 => Some(somebody(rng)),
                _ => Some(owner),
            };
            match rng.random_range(0..10) {
                0..=3 => return self.push(at, Act::Complete { task, by }),
                4 => return self.push(at, Act::Delete { task, by }),
                5..=6 => {
                    let to = (owner + rng.random_range(1..STAFF)) % STAFF;
                    owner = to;
                    self.push(at, Act::Reassign { task, by, to });
                }
                _ => {
                    deadline = self::deadline(rng, at);
                    self.push(at, Act::Move { task, by, deadline });
                }
            }
        }
    }

    /// Tasks get their numbers in the order in which they are set.
    fn renumber_tasks(&mut self) {
        let mut born: Vec<(Ms, usize)> = Vec::new();
        for step in &self.steps {
            if let Act::SetTask { .. } = step.act {
                born.push((step.at, born.len()));
            }
        }
        born.sort();
        let mut number = vec![0; born.len()];
        for (place, (_, task)) in born.iter().enumerate() {
            number[*task] = place;
        }
        for step in &mut self.steps {
            match &mut step.act {
                Act::Complete { task, .. }
                | Act::Reassign { task, .. }
                | Act::Move { task, .. }
                | Act::Delete { task, .. } => *task = number[*task],
                _ => {}
            }
        }
    }

    fn conversations(&mut self, messages: usize, rng: &mut StdRng) {
        let mut number = 0;
        while number < messages {
            let deal = rng.random_range(0..self.deals.len());
            let mut at = self.moment(rng);
            for _ in 0..rng.random_range(1..6) {
                self.push(at, Act::MessageIn { deal, number });
                number += 1;
                at += match rng.random_range(0..3) {
                    0 => rng.random_range(SECOND..10 * SECOND),
                    _ => rng.random_range(10 * SECOND..10 * MINUTE),
                };
            }
            if rng.random_range(0..5) > 0 {
                let by = somebody(rng);
                at += rng.random_range(0..40 * MINUTE);
                self.push(
                    at.min(self.closes - 10 * MINUTE),
                    Act::MessageOut { deal, by },
                );
            }
        }
    }

    fn calls(&mut self, calls: usize, rng: &mut StdRng) {
        for _ in 0..calls {
            let at = self.moment(rng);
            let (contact, called) = (rng.random_range(0..self.contacts), somebody(rng));
            self.push(at, Act::Missed { contact, called });
            if rng.random_range(0..3) > 0 {
                let at = at + rng.random_range(30 * SECOND..10 * MINUTE);
                let by = somebody(rng);
                self.push(at, Act::CallBack { contact, by });
            }
        }
    }

    fn requests(&mut self, requests: usize, rng: &mut StdRng) {
        let mut born: Vec<Ms> = (0..requests).map(|_| self.moment(rng)).collect();
        born.sort_unstable();
        for (request, at) in born.into_iter().enumerate() {
            self.push(at, Act::Request);
            let end = at + rng.random_range(5 * SECOND..2 * HOUR);
            if end > self.closes - 10 * MINUTE {
                continue;
            }
            let by = somebody(rng);
            self.push(
                end,
                match rng.random_range(0..3) {
                    0 => Act::Decline { request, by },
                    _ => Act::Accept { request, by },
                },
            );
        }
    }

    fn assignments(&mut self, assignments: usize, rng: &mut StdRng) {
        let mut times: Vec<Ms> = (0..assignments).map(|_| self.moment(rng)).collect();
        times.sort_unstable();
        let mut owners = self.deals.clone();
        for at in times {
            let deal = rng.random_range(0..owners.len());
            let to = (owners[deal] + rng.random_range(1..STAFF)) % STAFF;
            owners[deal] = to;
            let by = match rng.random_range(0..6) {
                0 => None,
                1 => Some(to),
                _ => Some(somebody(rng)),
            };
            self.push(at, Act::Assign { deal, by, to });
        }
    }

    fn troubles(&mut self, rng: &mut StdRng) {
        for _ in 0..4 {
            let status = *[429, 500, 502, 503].choose(rng).expect("not empty");
            let lasts = rng.random_range(5 * SECOND..40 * SECOND);
            let at = self.moment(rng);
            self.push(at, Act::Trouble { status, lasts });
        }
        for _ in 0..3 {
            let lasts = match rng.random_range(0..2) {
                0 => rng.random_range(SECOND..20 * SECOND),
                _ => rng.random_range(MINUTE..15 * MINUTE),
            };
            let at = self.moment(rng);
            self.push(at, Act::Outage { lasts });
        }
    }
}

fn somebody(rng: &mut StdRng) -> usize {
    rng.random_range(0..STAFF)
}

/// A deadline given at `at`: whole seconds, sometimes the day's end, sometimes minutes ahead.
fn deadline(rng: &mut StdRng, at: Ms) -> Ms {
    let day = (at - MIDNIGHT).div_euclid(24 * HOUR) * 24 * HOUR + MIDNIGHT;
    match rng.random_range(0..12) {
        0 => day + 24 * HOUR - MINUTE,
        1 => day + 48 * HOUR - MINUTE,
        2 => (at + rng.random_range(SOONEST..5 * MINUTE)) / SECOND * SECOND,
        3 => (at - rng.random_range(MINUTE..48 * HOUR)) / SECOND * SECOND,
        // People choose round times.
        4..=7 => (at + rng.random_range(15 * MINUTE..8 * HOUR)) / (15 * MINUTE) * (15 * MINUTE),
        _ => (at + rng.random_range(6 * MINUTE..30 * HOUR)) / MINUTE * MINUTE,
    }
}
