//! What RULES.md demands of a day, worked out from what happened alone. It knows nothing of readings,
//! memory or the code under test; numbers in brackets are RULES'.

use crate::plan::{Act, Plan, STAFF, STRANGERS, Who};
use dealbell_days::time::Ms;
use std::collections::BTreeMap;

const MINUTE: Ms = 60_000;
const HOUR: Ms = 60 * MINUTE;
/// Moscow, all the year.
const OFFSET: Ms = 3 * HOUR;

/// What a notification is about; `usize`s are the plan's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum About {
    TaskNew(usize),
    TaskDue(usize),
    TaskOverdue(usize),
    TaskDone(usize),
    /// The one notice about several overdue tasks.
    Overview,
    Talk(usize),
    Call(usize),
    Request(usize),
    Deal(usize),
    /// Dealbell's own word on how the connection does.
    Word,
}

/// Whose and what.
pub(crate) type Key = (usize, About);

/// What must be listed when, and what may or must ring.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// From when to when it is listed, in order, not touching each other.
    pub(crate) listed: BTreeMap<Key, Vec<Span>>,
    /// What may be listed then, because what speaks against it is not known yet.
    pub(crate) excused: BTreeMap<Key, Vec<Span>>,
    /// In order.
    pub(crate) rings: BTreeMap<Key, Vec<Ring>>,
}

/// `to` is the first moment at which it is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Ms,
    pub(crate) to: Ms,
}

/// A fresh notification that asks for attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ring {
    pub(crate) at: Ms,
    /// Else it may ring, and need not.
    pub(crate) must: bool,
}

impl Expected {
    /// `known` tells by when a change of then must have been noticed.
    pub(crate) fn of(plan: &Plan, known: &dyn Fn(Ms) -> Ms) -> Self {
        let mut expected = Self::default();
        expected.tasks(plan, known);
        expected.talks(plan, known);
        expected.calls(plan);
        expected.requests(plan);
        expected.deals(plan, known);
        for spans in expected.listed.values_mut() {
            *spans = joined(std::mem::take(spans));
        }
        for rings in expected.rings.values_mut() {
            rings.sort_by_key(|ring| ring.at);
        }
        expected
    }

    fn list(&mut self, user: usize, about: About, from: Ms, to: Ms) {
        if is_told(user) && from < to {
            let spans = self.listed.entry((user, about)).or_default();
            spans.push(Span { from, to });
        }
    }

    /// At `from` it would have been listed, but for what happened a moment before, at `since`.
    fn excuse(&mut self, user: usize, about: About, from: Ms, since: Ms, known: &dyn Fn(Ms) -> Ms) {
        if is_told(user) && since <= from && from < known(since) {
            let to = known(since);
            self.excused
                .entry((user, about))
                .or_default()
                .push(Span { from, to });
        }
    }

    fn ring(&mut self, user: usize, about: About, at: Ms, must: bool) {
        if is_told(user) {
            let rings = self.rings.entry((user, about)).or_default();
            rings.push(Ring { at, must });
        }
    }

    fn tasks(&mut self, plan: &Plan, known: &dyn Fn(Ms) -> Ms) {
        let mut lives: Vec<Vec<Turn>> = Vec::new();
        for step in &plan.steps {
            let at = step.at;
            let turn = |turn| Turn { at, turn };
            match step.act {
                Act::SetTask { by, to, deadline } => lives.push(vec![turn(What::Given {
                    by,
                    to,
                    deadline: Some(deadline),
                })]),
                Act::Reassign { task, by, to } => lives[task].push(turn(What::Given {
                    by,
                    to,
                    deadline: None,
                })),
                Act::Move { task, deadline, .. } => {
                    lives[task].push(turn(What::Moved { deadline }))
                }
                Act::Complete { task, by } => lives[task].push(turn(What::Done { by })),
                Act::Delete { task, .. } => lives[task].push(turn(What::Deleted)),
                _ => {}
            }
        }
        for life in &mut lives {
            let mut now = None;
            life.retain(|turn| match turn.turn {
                What::Given { deadline, .. } => {
                    now = deadline.or(now);
                    true
                }
                // To where it is already.
                What::Moved { deadline } => now.replace(deadline) != Some(deadline),
                What::Done { .. } | What::Deleted => true,
            });
        }
        let mut late: BTreeMap<usize, Vec<(usize, Ms, Ms)>> = BTreeMap::new();
        for (task, life) in lives.iter().enumerate() {
            self.task(task, life, plan, known, &mut late);
        }
        // [T12]: what is overdue before the first reading is one summary, two or more of them.
        for (user, tasks) in late {
            match tasks.as_slice() {
                [(task, deadline, to)] => {
                    let about = About::TaskOverdue(*task);
                    self.list(user, about, plan.opens.max(*deadline), *to);
                    self.ring(user, about, plan.opens, true);
                }
                _ => self.ring(user, About::Overview, plan.opens, true),
            }
        }
    }

    fn task(
        &mut self,
        task: usize,
        life: &[Turn],
        plan: &Plan,
        known: &dyn Fn(Ms) -> Ms,
        late: &mut BTreeMap<usize, Vec<(usize, Ms, Ms)>>,
    ) {
        let Some(What::Given { by: author, .. }) = life.first().map(|turn| turn.turn) else {
            return;
        };
        let (mut owner, mut deadline) = (0, 0);
        for (place, turn) in life.iter().enumerate() {
            let rest = &life[place + 1..];
            let next = rest.first().map_or(plan.closes, |turn| turn.at);
            // Alone: nothing else happens to it before it has to be noticed, nor just before.
            let before = place.checked_sub(1).map(|place| life[place].at);
            let alone = next > known(turn.at) && before.is_none_or(|at| known(at) < turn.at);
            match turn.turn {
                What::Given {
                    by,
                    to,
                    deadline: d,
                } => {
                    owner = to;
                    deadline = d.unwrap_or(deadline);
                    if turn.at >= plan.opens {
                        // [T1, T2], and it goes when it is done, given on or deleted [T7, T8].
                        let moved = |turn: &&Turn| !matches!(turn.turn, What::Moved { .. });
                        let end = rest.iter().find(moved).map_or(plan.closes, |turn| turn.at);
                        self.list(owner, About::TaskNew(task), turn.at, end);
                        if by != Some(owner) || !alone {
                            self.ring(owner, About::TaskNew(task), turn.at, alone);
                        }
                    }
                }
                What::Moved { deadline: d } => deadline = d,
                What::Done { by } => {
                    // [T4]
                    if let Some(author) = author.filter(|_| by != author) {
                        self.list(author, About::TaskDone(task), turn.at, plan.closes);
                        self.ring(author, About::TaskDone(task), turn.at, alone);
                    }
                    return;
                }
                What::Deleted => return,
            }
            if turn.at < plan.opens && deadline <= plan.opens {
                if next > plan.opens && is_told(owner) {
                    late.entry(owner).or_default().push((task, deadline, next));
                }
                continue;
            }
            self.due(task, owner, deadline, turn.at.max(plan.opens), next, known);
        }
    }

    /// [T3, T5]: a task with this owner and deadline from `set` to `end`.
    fn due(
        &mut self,
        task: usize,
        owner: usize,
        deadline: Ms,
        set: Ms,
        end: Ms,
        known: &dyn Fn(Ms) -> Ms,
    ) {
        let midnight = (deadline + OFFSET).div_euclid(24 * HOUR) * 24 * HOUR - OFFSET;
        let all_day = deadline - midnight == 24 * HOUR - MINUTE;
        let time = match all_day {
            true => midnight + 9 * HOUR,
            false => deadline - 5 * MINUTE,
        };
        let skipped = all_day && set >= time && set < deadline;
        let due = time.max(set);
        let (about_due, about_overdue) = (About::TaskDue(task), About::TaskOverdue(task));
        if due < deadline && !skipped {
            self.list(owner, about_due, due, deadline.min(end));
            self.excuse(owner, about_due, due, end, known);
            // What changed a moment before may not have been noticed yet.
            if due < end || due < known(end) {
                self.ring(owner, about_due, due, known(due) < deadline.min(end));
            }
        }
        let overdue = deadline.max(set);
        self.list(owner, about_overdue, overdue, end);
        self.excuse(owner, about_overdue, overdue, end, known);
        // What nobody could be told in time may ring as overdue, alone or as a summary.
        if overdue < end && known(due.min(overdue)) >= overdue {
            self.ring(owner, about_overdue, overdue, false);
            self.ring(owner, About::Overview, overdue, false);
        }
    }

    fn talks(&mut self, plan: &Plan, known: &dyn Fn(Ms) -> Ms) {
        for deal in 0..plan.deals.len() {
            let mut owner = plan.deals[deal];
            let mut open: Option<Ms> = None;
            let mut answered: Option<Ms> = None;
            let about = About::Talk(deal);
            for step in &plan.steps {
                match step.act {
                    Act::MessageIn { deal: of, .. } if of == deal => {
                        let first = open.is_none();
                        let clear = answered.is_none_or(|at| known(at) < step.at);
                        let stays = plan.steps.iter().find(|later| {
                            later.at >= step.at
                                && matches!(later.act,
                                    Act::MessageOut { deal: of, .. } | Act::Assign { deal: of, .. } if of == deal)
                        });
                        let stays = stays.is_none_or(|end| end.at > known(step.at));
                        self.ring(owner, about, step.at, first && clear && stays);
                        open = open.or(Some(step.at));
                    }
                    Act::MessageOut { deal: of, .. } if of == deal => {
                        if let Some(from) = open.take() {
                            self.list(owner, about, from, step.at);
                        }
                        answered = Some(step.at);
                    }
                    Act::Assign { deal: of, to, .. } if of == deal => {
                        if let Some(from) = open {
                            self.list(owner, about, from, step.at);
                            self.ring(to, about, step.at, false);
                            open = Some(step.at);
                        }
                        owner = to;
                        answered = Some(step.at);
                    }
                    _ => {}
                }
            }
            if let Some(from) = open {
                self.list(owner, about, from, plan.closes);
            }
        }
    }

    fn calls(&mut self, plan: &Plan) {
        for contact in 0..plan.contacts {
            let about = About::Call(contact);
            let mut open: BTreeMap<usize, Ms> = BTreeMap::new();
            for step in &plan.steps {
                match step.act {
                    Act::Missed {
                        contact: of,
                        called,
                    } if of == contact => {
                        self.ring(called, about, step.at, false);
                        open.entry(called).or_insert(step.at);
                    }
                    Act::CallBack { contact: of, .. } if of == contact => {
                        for (user, from) in std::mem::take(&mut open) {
                            self.list(user, about, from, step.at);
                        }
                    }
                    _ => {}
                }
            }
            for (user, from) in open {
                self.list(user, about, from, plan.closes);
            }
        }
    }

    fn requests(&mut self, plan: &Plan) {
        let born = plan.steps.iter().filter(|step| step.act == Act::Request);
        for (request, born) in born.enumerate() {
            let end = plan.steps.iter().find(|step| {
                matches!(step.act,
                    Act::Accept { request: of, .. } | Act::Decline { request: of, .. } if of == request)
            });
            let end = end.map_or(plan.closes, |step| step.at);
            for user in 0..STAFF {
                self.list(user, About::Request(request), born.at, end);
                self.ring(user, About::Request(request), born.at, false);
            }
        }
    }

    fn deals(&mut self, plan: &Plan, known: &dyn Fn(Ms) -> Ms) {
        let given = |step: &crate::plan::Step| match step.act {
            Act::Assign { deal, by, to } => Some((step.at, deal, by, to)),
            _ => None,
        };
        let all: Vec<(Ms, usize, Who, usize)> = plan.steps.iter().filter_map(given).collect();
        for (place, &(at, deal, by, to)) in all.iter().enumerate() {
            if by == Some(to) {
                continue;
            }
            let next = all[place + 1..].iter().find(|later| later.1 == deal);
            let next = next.map_or(plan.closes, |later| later.0);
            self.list(to, About::Deal(deal), at, next);
            self.ring(to, About::Deal(deal), at, next > known(at));
        }
    }
}

/// Spans that touch are one.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.from);
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

/// Whether the centre knows him.
pub(crate) fn is_told(user: usize) -> bool {
    user < STAFF - STRANGERS
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    at: Ms,
    turn: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Given {
        by: Who,
        to: usize,
        deadline: Option<Ms>,
    },
    Moved {
        deadline: Ms,
    },
    Done {
        by: Who,
    },
    Deleted,
}
