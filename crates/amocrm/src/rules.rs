//! What is told: pure functions of what was known, what is read and the time.
//!
//! | module | subject |
//! |---|---|
//! | this one, `known`, `due`, `summary` | tasks |
//! | [`happened`] | what events say |
//! | [`chats`](mod@chats) | messages and SMS |
//! | [`calls`](mod@calls) | calls |
//! | [`requests`](mod@requests) | Incoming leads |
//! | [`deals`](mod@deals) | deals given to somebody |
//!
//! Of tasks, [`change`] compares, [`ring`] looks at the clock, [`wake`] says when to look again,
//! [`summarise`] makes one notice of many that were missed. No words here: see [`crate::wording`].
//!
//! Decisions where RULES leave room:
//! - *Due* is told at its time whoever is connected, since letters and pushes go out then (T6, T9);
//!   what nobody saw has become *overdue* by the time he looks (T3), as an update without toast.
//! - What is overdue before it could be told as due (we were off, the machine slept) is listed
//!   silently, with one summary; a single one rings itself instead.
//! - In a baseline there is the summary only: an old account would begin with a red 300 (T12).
//! - An all-day task set after its hour is told as new alone (T5), and listed silently at 23:59.
//! - A listed notice whose task has another text or deadline now says so in place, silently.
//! - A task whose completion is taken back here within the hour is listed as it was, silently; what
//!   fell due meanwhile is listed silently, too. One that is opened again in the CRM rings anew.
//! - A clock put back makes nothing ring again; what had become overdue is due again, in place.

pub mod calls;
pub mod chats;
pub mod deals;
mod due;
pub mod happened;
mod known;
pub mod requests;
mod say;
mod summary;
mod system;

pub use due::{is_all_day, ring, stirs, wake};
pub use known::{Given, KnownTask, Phase};
pub use say::{About, Missed, News, Outcome, Say, TASKS, Tell, What, task_subject};
pub use summary::{SUMMARY, cleared, is_overdue, summarise};
pub use system::{
    Access, Ailment, SYSTEM, Standing, SystemOutcome, SystemSay, Told, Topic, attend,
};

use crate::model::{CrmUserId, Seconds, Task};
use dealbell_protocol::{Kind, UserId};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// How tasks are told.
#[derive(Clone, Debug)]
pub struct TaskSettings {
    /// The account's time zone: what "all day" and "tomorrow" mean.
    pub time_zone: TimeZone,
    /// When an all-day task is told, hours 0–23 (RULES T5).
    pub all_day_hour: i8,
    /// How long before the deadline a task is told as due, seconds (RULES T3).
    pub lead: Seconds,
}

impl TaskSettings {
    /// 09:00 and five minutes, as RULES T3 and T5 have it.
    pub fn new(time_zone: TimeZone) -> Self {
        Self {
            time_zone,
            all_day_hour: 9,
            lead: 300,
        }
    }
}

/// Who of the CRM is whom in the centre. Tasks of others are nobody's business here.
pub type People = BTreeMap<CrmUserId, UserId>;

/// What the comparison depends on besides the task.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Who can be told.
    pub people: &'a People,
    /// How tasks are told.
    pub settings: &'a TaskSettings,
    /// The time, Unix seconds.
    pub now: Seconds,
    /// Whether this task is met for the first time with its account (RULES T12).
    pub baseline: bool,
    /// What was created at this time or later cannot have been met before.
    pub since: Seconds,
}

impl Context<'_> {
    fn user(&self, id: CrmUserId) -> Option<UserId> {
        self.people.get(&id).copied()
    }
}

/// Who did what to a task, as events tell; nobody where there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deeds {
    /// Who completed it last.
    pub completed_by: Option<CrmUserId>,
    /// Who gave it to whom has it now.
    pub handed: Option<Handed>,
    /// Whether whoever completed it here took that back: it comes back as it was, in silence.
    pub reopened: bool,
}

/// A task given to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// By whom; 0 is a robot.
    pub by: CrmUserId,
    /// When, Unix seconds.
    pub at: Seconds,
}

/// What is told when a task known as `before` now reads as `after` (none: it is gone), and what is
/// known from now on (none: nothing). `deeds` is who did what to it, where the CRM says so.
pub fn change(
    before: Option<&KnownTask>,
    after: Option<&Task>,
    deeds: &Deeds,
    context: &Context,
) -> Outcome {
    let Some(after) = after else {
        return gone(before);
    };
    let Some(before) = before else {
        return met(after, deeds.completed_by, context);
    };
    if after.updated_at < before.updated_at {
        return Outcome::of(before.clone());
    }
    let mut step = Outcome::of(before.read_again(after));
    // Also where it was given away and came back since it was read.
    let handed = deeds.handed.filter(|handed| handed.at > before.updated_at);
    let reassigned = before.responsible != after.responsible_user_id || handed.is_some();
    let given_by = handed.map_or(after.updated_by, |handed| handed.by);
    let rescheduled = before.deadline != after.complete_till;
    let opened = before.completed && !after.is_completed;
    let undone = opened && deeds.reopened && !reassigned;

    if before.completed && after.is_completed {
        if reassigned || rescheduled {
            // What was listed before it was done is true no more.
            step.unlist();
            step.arm(after.updated_at);
        }
    } else if opened {
        step.take_back_completed(before.author, context);
        if !undone {
            step.unlist();
        }
        if !undone || rescheduled {
            step.arm(after.updated_at);
        }
        if undone {
            step.list_again(context);
        } else if reassigned {
            step.tell_new(given_by, context);
        }
    } else if after.is_completed {
        step.take_back_open(before.responsible, context);
        let by = deeds.completed_by.unwrap_or(after.updated_by);
        step.tell_completed(by, &after.result, context);
    } else if reassigned {
        step.take_back_open(before.responsible, context);
        step.unlist();
        step.arm(after.updated_at);
        step.tell_new(given_by, context);
    } else if rescheduled {
        step.take_back_due(before.responsible, context);
        step.arm(after.updated_at);
    }
    let set_at = after.updated_at;
    let rearmed = step.known.as_ref().is_some_and(|k| k.armed != before.armed);
    step.skip_late_all_day(rearmed.then_some(set_at), context);
    let mut step = step.rung(context).reworded(before, context);
    if undone {
        step.says.iter_mut().for_each(Say::hush);
    }
    step
}

/// A task that is not there any more: whatever was said about it goes (RULES T8).
fn gone(before: Option<&KnownTask>) -> Outcome {
    Outcome {
        says: before
            .map(|known| Say::TakeBack {
                user: None,
                provider: TASKS,
                subject: task_subject(known.id),
                kinds: Vec::new(),
            })
            .into_iter()
            .collect(),
        known: None,
    }
}

/// A task not known before: new, come into sight, or part of a baseline.
fn met(after: &Task, completed_by: Option<CrmUserId>, context: &Context) -> Outcome {
    let fresh = after.created_at >= context.since;
    let mut step = Outcome::of(KnownTask::new(after));
    if after.is_completed {
        // Without an event an old task may have been edited long after it was completed.
        let by = completed_by.or(fresh.then_some(after.updated_by));
        if let (Some(by), false) = (by, context.baseline) {
            step.tell_completed(by, &after.result, context);
        }
        return step.rung(context);
    }
    // Who edited an old one last has given it to this user; a fresh one was set by its author.
    let (by, set_at) = match fresh {
        true => (after.created_by, after.created_at),
        false => (after.updated_by, after.updated_at),
    };
    if context.baseline {
        step.skip_late_all_day(Some(context.now), context);
    } else {
        step.tell_new(by, context);
        step.skip_late_all_day(Some(set_at), context);
    }
    step.rung(context)
}

impl Outcome {
    /// *New task*, to who is to do it; silently where he gave it to himself (RULES T1, T2).
    fn tell_new(&mut self, by: CrmUserId, context: &Context) {
        let Some(known) = &mut self.known else { return };
        let armed = known.armed;
        known.given = Some(Given { by, armed });
        let silent = by == known.responsible;
        self.says.extend(new_task(known, silent, context));
    }

    /// Where a task has another text, deadline or card now, its listed notices say so.
    fn reworded(mut self, before: &KnownTask, context: &Context) -> Self {
        let Some(known) = self.known.as_ref().filter(|known| !known.completed) else {
            return self;
        };
        let other_words = before.text != known.text || before.entity != known.entity;
        if known.given == before.given && (other_words || before.deadline != known.deadline) {
            self.says.extend(new_task(known, true, context));
        }
        if other_words && before.due_listed && known.phase == before.phase {
            self.says.extend(due::reworded(known, context));
        }
        self
    }

    /// *Your task was completed*, to its author, unless he did it himself (RULES T4).
    fn tell_completed(&mut self, by: CrmUserId, result: &str, context: &Context) {
        let Some(known) = &self.known else { return };
        let Some(user) = context.user(known.author).filter(|_| by != known.author) else {
            return;
        };
        let result = result.to_owned();
        let tell = Tell {
            user,
            what: What::Completed { by, result },
            key: format!("{}:completed:{}", task_subject(known.id), known.armed),
            silent: false,
            missed: Missed::No,
            task: known.clone(),
        };
        self.says.push(Say::Tell(Box::new(tell)));
    }

    /// Completed or somebody else's now (RULES T7, T8).
    fn take_back_open(&mut self, responsible: CrmUserId, context: &Context) {
        let kinds = vec![Kind::TaskNew, Kind::TaskDue, Kind::TaskOverdue];
        self.take_back(responsible, kinds, context);
    }

    /// What was listed does not come back with it.
    fn unlist(&mut self) {
        if let Some(known) = &mut self.known {
            known.given = None;
            known.due_listed = false;
        }
    }

    /// Whatever was listed before it was completed is listed again.
    fn list_again(&mut self, context: &Context) {
        let Some(known) = &self.known else { return };
        let listed = [
            new_task(known, true, context),
            due::reworded(known, context),
        ];
        self.says.extend(listed.into_iter().flatten());
    }

    /// At another time now (RULES T8).
    fn take_back_due(&mut self, responsible: CrmUserId, context: &Context) {
        self.take_back(responsible, vec![Kind::TaskDue, Kind::TaskOverdue], context);
    }

    /// Open again.
    fn take_back_completed(&mut self, author: CrmUserId, context: &Context) {
        self.take_back(author, vec![Kind::TaskCompleted], context);
    }

    fn take_back(&mut self, from: CrmUserId, kinds: Vec<Kind>, context: &Context) {
        let Some(known) = &self.known else { return };
        if let Some(user) = context.user(from) {
            self.says.push(Say::TakeBack {
                user: Some(user),
                provider: TASKS,
                subject: task_subject(known.id),
                kinds,
            });
        }
    }

    /// Starts the clock anew: later notices are others than the earlier ones.
    fn arm(&mut self, at: Seconds) {
        if let Some(known) = &mut self.known {
            known.arm(at);
        }
    }

    /// An all-day task set after its hour is told as new alone (RULES T5).
    fn skip_late_all_day(&mut self, set_at: Option<Seconds>, context: &Context) {
        let Some(known) = &mut self.known else { return };
        let late = set_at.is_some_and(|at| at >= due::due_at(known, context.settings));
        let ahead = context.now < known.deadline;
        if late && ahead && due::is_all_day(known.deadline, context.settings) {
            known.phase = Phase::Skipped;
        }
    }

    /// Looks at the clock, and forgets what concerns nobody.
    fn rung(mut self, context: &Context) -> Self {
        let Some(known) = self.known.take() else {
            return self;
        };
        let concerns = |id| context.people.contains_key(&id);
        if concerns(known.responsible) || concerns(known.author) {
            let mut rung = ring(known, context);
            if self.says.iter().any(Say::is_new) {
                rung.says.iter_mut().for_each(Say::hush_missed);
            }
            self.says.extend(rung.says);
            self.known = rung.known;
        }
        self
    }
}

/// *New task*, as it was given; none where its responsible is none of ours or was not told.
fn new_task(known: &KnownTask, silent: bool, context: &Context) -> Option<Say> {
    let given = known.given?;
    Some(Say::Tell(Box::new(Tell {
        user: context.user(known.responsible)?,
        what: What::New { by: given.by },
        key: format!("{}:new:{}", task_subject(known.id), given.armed),
        silent,
        missed: Missed::No,
        task: known.clone(),
    })))
}
