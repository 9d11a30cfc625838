//! Plays the sales floor's deeds against the account; the only place that waits.

use std::future::{self, Future};
use std::sync::Arc;

use crate::account::end_of_day;
use crate::books::{CardChanges, Changes, Entity, NewTask, Refusal};
use crate::cast::{CONTACTS, LEADS};
use crate::office::Office;
use crate::phrases::customers::request;
use crate::sales_floor::{Deed, Due, SalesFloor, Service, What};

/// Does what was done before the opening at once, and returns what plays the rest. It
/// never ends by itself; without a seed it does nothing at all.
pub(crate) fn begin(office: Arc<Office>, seed: Option<u64>) -> impl Future<Output = ()> + Send {
    let opening = office.now();
    let mut shift = Shift {
        office,
        tasks: Vec::new(),
        requests: Vec::new(),
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
    /// The account's uid of each request, in the order of coming.
    requests: Vec<String>,
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
        let office = Arc::clone(&self.office);
        match deed.what {
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
                self.tasks.push(office.create(by, task, at)?);
            }
            What::Delete { task } => office.delete(by, self.tasks[task], at)?,
            What::Move { task, due } => {
                let changes = Changes {
                    complete_till: Some(self.deadline(due, at)),
                    ..Changes::default()
                };
                office.change(by, self.tasks[task], changes, at)?;
            }
            What::Reassign { task, to } => {
                let changes = Changes {
                    responsible: Some(self.user(to)),
                    ..Changes::default()
                };
                office.change(by, self.tasks[task], changes, at)?;
            }
            What::Complete { task, result } => {
                let changes = Changes {
                    is_completed: Some(true),
                    result: Some(result.to_owned()),
                    ..Changes::default()
                };
                office.change(by, self.tasks[task], changes, at)?;
            }
            What::Write {
                lead,
                service,
                text,
            } => {
                let (on, from) = (deal(lead), customer(lead));
                match service {
                    Service::Sms => drop(office.sms_in(from, on, text, at)?),
                    Service::Telegram => drop(office.message_in(from, on, "telegram", text, at)?),
                    Service::WhatsApp => drop(office.message_in(from, on, "whatsapp", text, at)?),
                }
            }
            What::Answer {
                lead,
                service,
                text,
            } => match service {
                Service::Sms => drop(office.sms_out(by, deal(lead), text, at)?),
                Service::Telegram | Service::WhatsApp => {
                    office.message_out(by, deal(lead), text, at)?;
                }
            },
            What::Ring { lead, called } => {
                let called = Some(self.user(called));
                office.call_in(customer(lead), called, false, 0, at)?;
            }
            What::CallBack { lead } => {
                office.call_out(by, customer(lead), true, 84, at)?;
            }
            What::Ask { request: n } => {
                self.requests.push(office.add_request(request(n), at)?);
            }
            What::TakeIn { request } => {
                office.accept_request(by, &self.requests[request], by, None, at)?;
            }
            What::Hand { lead, to } => {
                let changes = CardChanges {
                    responsible: Some(self.user(to)),
                    ..CardChanges::default()
                };
                office.change_card(by, deal(lead), changes, at)?;
            }
        }
        Ok(())
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

/// The deal at this place of the cast.
fn deal(place: usize) -> Entity {
    Entity::lead(LEADS[place].id)
}

/// The person that deal is made with.
fn customer(place: usize) -> u64 {
    CONTACTS[LEADS[place].contact].id
}
