//! Holds what was told against what RULES.md demands.

use crate::oracle::{About, Expected, Key, Ring, Span};
use crate::plan::{Act, Plan};
use dealbell_days::time::Ms;
use std::collections::{BTreeMap, BTreeSet};

const SECOND: Ms = 1_000;

/// What a reading takes: a name is waited for, and requests wait for their turn.
const READING: Ms = 3 * SECOND;
/// Requests are read at every sixth reading only.
const SLOWER: Ms = 5;

/// What happened to one notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Listed,
    /// The same, asking for attention.
    Rang,
    Gone,
}

/// What was told: when, whose and about what.
pub(crate) type Told = Vec<(Ms, Key, Change)>;

/// By when the connector has to know of what happens at some time.
pub(crate) struct Sight {
    interval: Ms,
    morning: Ms,
    /// From, to, and how long after it until all is well again.
    blind: Vec<(Ms, Ms, Ms)>,
}

impl Sight {
    pub(crate) fn of(plan: &Plan) -> Self {
        let blind = plan.steps.iter().filter_map(|step| match step.act {
            // It tries again after pauses that double: the last one is no longer than all before.
            Act::Trouble { lasts, .. } => Some((
                step.at,
                step.at + lasts,
                (lasts + 4 * SECOND).min(64 * SECOND),
            )),
            // It looks at every open task by number then, seven requests a second.
            Act::Outage { lasts } => Some((step.at, step.at + lasts, 20 * SECOND)),
            _ => None,
        });
        // The first reading of thousands of tasks.
        let first = (plan.opens, plan.opens + 1, 20 * SECOND);
        let mut blind: Vec<_> = blind.chain([first]).collect();
        blind.sort_unstable();
        Self {
            interval: if plan.hooks { 15 } else { 5 } * SECOND,
            morning: plan.opens + 1_800 * SECOND,
            blind,
        }
    }

    pub(crate) fn known(&self, at: Ms) -> Ms {
        self.by(at, 1)
    }

    fn by(&self, at: Ms, readings: Ms) -> Ms {
        let interval = match at < self.morning {
            true => 30 * SECOND,
            false => self.interval,
        };
        let pause = interval * readings + READING;
        let mut by = at + pause;
        for &(from, to, after) in &self.blind {
            if from <= by && to + after > at {
                by = by.max(to + after + pause);
            }
        }
        by
    }

    fn known_of(&self, about: About, at: Ms) -> Ms {
        match about {
            About::Request(_) => self.by(at, SLOWER + 1),
            _ => self.known(at),
        }
    }
}

/// Something that should not be so.
pub(crate) struct Wrong {
    key: Key,
    words: String,
}

impl Wrong {
    /// In words, with everything that happened to the thing, and whenever nobody looked.
    pub(crate) fn story(&self, plan: &Plan) -> String {
        let concerns = |act: &Act| match (self.key.1, act) {
            (_, Act::Trouble { .. } | Act::Outage { .. }) => true,
            (
                About::TaskNew(of)
                | About::TaskDue(of)
                | About::TaskOverdue(of)
                | About::TaskDone(of),
                Act::Complete { task, .. }
                | Act::Reassign { task, .. }
                | Act::Move { task, .. }
                | Act::Delete { task, .. },
            ) => of == *task,
            (
                About::Talk(of) | About::Deal(of),
                Act::MessageIn { deal, .. }
                | Act::MessageOut { deal, .. }
                | Act::Assign { deal, .. },
            ) => of == *deal,
            (About::Call(of), Act::Missed { contact, .. } | Act::CallBack { contact, .. }) => {
                of == *contact
            }
            (About::Request(of), Act::Accept { request, .. } | Act::Decline { request, .. }) => {
                of == *request
            }
            _ => false,
        };
        let mut set = 0;
        let mut story = vec![self.words.clone()];
        for step in &plan.steps {
            let is_birth = match (self.key.1, &step.act) {
                (
                    About::TaskNew(of)
                    | About::TaskDue(of)
                    | About::TaskOverdue(of)
                    | About::TaskDone(of),
                    Act::SetTask { .. },
                ) => {
                    set += 1;
                    set == of + 1
                }
                _ => false,
            };
            if is_birth || concerns(&step.act) {
                story.push(format!("    {} {:?}", clock(plan, step.at), step.act));
            }
        }
        story.join("\n")
    }
}

/// Everything that is wrong; empty where nothing is.
pub(crate) fn judge(plan: &Plan, expected: &Expected, told: &Told, sight: &Sight) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut actual: BTreeMap<Key, Vec<(Ms, i32)>> = BTreeMap::new();
    let mut rings: BTreeMap<Key, Vec<Ms>> = BTreeMap::new();
    for &(at, key, change) in told {
        let step = if change == Change::Gone { -1 } else { 1 };
        actual.entry(key).or_default().push((at, step));
        if change == Change::Rang {
            rings.entry(key).or_default().push(at);
        }
    }
    let keys: BTreeSet<Key> = expected
        .listed
        .keys()
        .chain(actual.keys())
        .copied()
        .collect();
    for key in keys
        .into_iter()
        .filter(|key| !matches!(key.1, About::Overview | About::Word))
    {
        let changes = actual.get(&key).map_or(&[][..], Vec::as_slice);
        let words = listed(plan, key, expected, changes, sight);
        wrong.extend(words.into_iter().map(|words| Wrong { key, words }));
    }
    let keys: BTreeSet<Key> = expected.rings.keys().chain(rings.keys()).copied().collect();
    for key in keys.into_iter().filter(|key| key.1 != About::Word) {
        let wanted = expected.rings.get(&key).map_or(&[][..], Vec::as_slice);
        let heard = rings.get(&key).map_or(&[][..], Vec::as_slice);
        let words = rung(plan, key, wanted, heard, sight);
        wrong.extend(words.into_iter().map(|words| Wrong { key, words }));
    }
    wrong
}

/// Where the list differs from what is expected for longer than it may.
fn listed(
    plan: &Plan,
    key: Key,
    expected: &Expected,
    changes: &[(Ms, i32)],
    sight: &Sight,
) -> Vec<String> {
    let spans = |of: &BTreeMap<Key, Vec<Span>>| of.get(&key).cloned().unwrap_or_default();
    let (spans, excused) = (spans(&expected.listed), spans(&expected.excused));
    // (from, to, whether it is listed), without a gap from the day's begin to its end.
    let mut wanted = Vec::new();
    let mut from = plan.opens;
    for span in &spans {
        wanted.push((from, span.from, false));
        wanted.push((span.from, span.to, true));
        from = span.to;
    }
    wanted.push((from, plan.closes, false));

    let mut wrong = Vec::new();
    for (from, to, wants) in wanted {
        let must = sight.known_of(key.1, from);
        if must >= to {
            continue;
        }
        let mut count = changes
            .iter()
            .filter(|(at, _)| *at <= must)
            .map(|(_, n)| n)
            .sum::<i32>();
        let mut says = |at: Ms, count: i32| {
            let doubled = count > 1 && !matches!(key.1, About::Call(_));
            let excused = excused.iter().any(|span| span.from <= at && at < span.to);
            let missing = wants && count <= 0;
            let extra = !wants && count > 0 && !excused;
            if missing || extra || doubled {
                wrong.push(format!(
                    "{} {key:?}: {count} listed where it should {}be since {} (until {})",
                    clock(plan, at),
                    if wants { "" } else { "not " },
                    clock(plan, from),
                    clock(plan, to),
                ));
            }
        };
        says(must, count);
        let later = changes.iter().filter(|(at, _)| *at > must && *at < to);
        let mut moments: BTreeMap<Ms, i32> = BTreeMap::new();
        for (at, n) in later {
            *moments.entry(*at).or_default() += n;
        }
        for (at, n) in moments {
            count += n;
            says(at, count);
        }
    }
    wrong
}

/// What rang without cause, and what did not ring.
fn rung(plan: &Plan, key: Key, wanted: &[Ring], heard: &[Ms], sight: &Sight) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut left: Vec<Ring> = wanted.to_vec();
    for &at in heard {
        let fits = |ring: &Ring| ring.at <= at && at <= sight.known_of(key.1, ring.at);
        let place = left
            .iter()
            .position(|ring| ring.must && fits(ring))
            .or_else(|| left.iter().position(fits));
        match place {
            Some(place) => drop(left.remove(place)),
            None => wrong.push(format!("{} {key:?} rang without cause", clock(plan, at))),
        }
    }
    let missing = left.iter().filter(|ring| ring.must);
    wrong.extend(missing.map(|ring| format!("{} {key:?} should have rung", clock(plan, ring.at))));
    wrong
}

/// Time of day in Moscow, for people who read a failure.
pub(crate) fn clock(plan: &Plan, at: Ms) -> String {
    let of_day = at - plan.opens + 27_000_000;
    let seconds = of_day.div_euclid(SECOND);
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60,
        of_day.rem_euclid(SECOND)
    )
}
