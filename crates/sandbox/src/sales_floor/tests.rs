//! The floor judged over many seeds.

use std::collections::HashMap;

use super::*;
use crate::cast::LEADS;

fn acts(seed: u64, count: usize) -> Vec<Act> {
    SalesFloor::open(seed).1.take(count).collect()
}

#[test]
fn a_seed_decides_everything() {
    assert_eq!(SalesFloor::open(7).0, SalesFloor::open(7).0);
    assert_eq!(acts(7, 500), acts(7, 500));
    assert_ne!(acts(7, 50), acts(8, 50));
}

#[test]
fn only_what_is_there_is_touched_and_every_kind_of_deed_comes() {
    for seed in 0..20 {
        let (history, floor) = SalesFloor::open(seed);
        let mut open = HashMap::new();
        let mut set = 0;
        let mut kinds = [0_u32; 12];
        let mut asked = 0;
        let mut taken = Vec::new();
        let mut owed = Vec::new();
        let live = floor.take(400).map(|act| act.deed);
        for deed in history.into_iter().map(|past| past.deed).chain(live) {
            let kind = match deed.what {
                What::Set { responsible, .. } => {
                    assert!(responsible < SEATS);
                    open.insert(set, responsible);
                    set += 1;
                    0
                }
                What::Move { task, .. } => {
                    assert!(open.contains_key(&task));
                    1
                }
                What::Reassign { task, to } => {
                    assert_ne!(open.insert(task, to), None);
                    2
                }
                What::Complete { task, .. } => {
                    assert!(open.remove(&task).is_some());
                    3
                }
                What::Delete { task } => {
                    assert!(open.remove(&task).is_some());
                    4
                }
                What::Write { lead, .. } => {
                    owed.push(lead);
                    5
                }
                What::Answer { lead, .. } => {
                    assert!(owed.contains(&lead), "nobody wrote");
                    owed.retain(|&one| one != lead);
                    6
                }
                What::Ring { called, .. } => {
                    assert!(called < SEATS);
                    7
                }
                What::CallBack { .. } => 8,
                What::Ask { request } => {
                    assert_eq!(request, asked);
                    asked += 1;
                    9
                }
                What::TakeIn { request } => {
                    assert!(request < asked && !taken.contains(&request));
                    taken.push(request);
                    10
                }
                What::Hand { to, .. } => {
                    assert_ne!(deed.by, Some(to), "nobody hears of what he did himself");
                    11
                }
            };
            kinds[kind] += 1;
            assert!(deed.by.is_none_or(|seat| seat < SEATS));
        }
        assert!(
            kinds.iter().all(|&count| count >= 3),
            "seed {seed}: {kinds:?}"
        );
        assert!(asked - taken.len() <= 3, "seed {seed}: requests pile up");
        owed.sort_unstable();
        owed.dedup();
        assert!(owed.len() <= 10, "seed {seed}: {owed:?} wait for an answer");
        assert!(open.len() < 60, "seed {seed}: {} open", open.len());
    }
}

#[test]
fn the_first_user_notices_something_every_few_seconds_at_the_beginning() {
    for seed in 0..20 {
        let mut since = Duration::ZERO;
        let mut near = 0;
        let mut keepers: Vec<usize> = (0..LEADS.len()).map(|lead| lead % SEATS).collect();
        let mut owner: HashMap<usize, (usize, Option<usize>)> = HashMap::new();
        let (history, floor) = SalesFloor::open(seed);
        let past = history.into_iter().map(|past| (Duration::ZERO, past.deed));
        let live = floor.take(OPENING as usize).map(|act| (act.wait, act.deed));
        for (wait, deed) in past.chain(live) {
            since += wait;
            let concerned = match deed.what {
                What::Set {
                    responsible, due, ..
                } => {
                    owner.insert(owner.len(), (responsible, deed.by));
                    let by_another = responsible == FIRST && deed.by != Some(FIRST);
                    let soon = matches!(due, Due::In(1..=300));
                    near += usize::from(by_another && soon && wait > Duration::ZERO);
                    responsible == FIRST
                }
                What::Reassign { task, to } => {
                    let before = owner.insert(task, (to, owner[&task].1));
                    to == FIRST || before.is_some_and(|(who, _)| who == FIRST)
                }
                What::Move { task, .. } | What::Delete { task } => owner[&task].0 == FIRST,
                What::Complete { task, .. } => {
                    owner[&task].0 == FIRST || owner[&task].1 == Some(FIRST)
                }
                What::Write { lead, .. } | What::Answer { lead, .. } | What::CallBack { lead } => {
                    keepers[lead] == FIRST
                }
                What::Ring { called, .. } => called == FIRST,
                What::Ask { .. } | What::TakeIn { .. } => true,
                What::Hand { lead, to } => {
                    let before = std::mem::replace(&mut keepers[lead], to);
                    to == FIRST && before != FIRST
                }
            };
            if concerned {
                assert!(since <= Duration::from_secs(8), "seed {seed}: {since:?}");
                since = Duration::ZERO;
            }
        }
        assert!(near >= 1, "seed {seed}: nothing falls due soon");
    }
}

#[test]
fn history_has_overdue_all_day_and_nearly_due_tasks_for_the_first_user() {
    let (history, _) = SalesFloor::open(1);
    assert!(history.is_sorted_by_key(|past| -past.ago), "oldest first");
    let left: Vec<Due> = history
        .iter()
        .filter_map(|past| match past.deed.what {
            What::Set {
                responsible: FIRST,
                due: Due::In(after),
                ..
            } => Some(Due::In(after - past.ago)),
            What::Set {
                responsible: FIRST,
                due,
                ..
            } => Some(due),
            _ => None,
        })
        .collect();
    assert!(left.iter().any(|due| matches!(due, Due::In(..0))));
    assert!(left.iter().any(|due| matches!(due, Due::In(301..=420))));
    assert!(left.contains(&Due::AllDay));
}

#[test]
fn the_first_user_sees_every_kind_within_a_minute_and_a_half_and_its_end_soon_after() {
    for seed in 0..20 {
        let mut at = Duration::ZERO;
        let (history, floor) = SalesFloor::open(seed);
        let mut keepers: Vec<usize> = (0..LEADS.len()).map(|lead| lead % SEATS).collect();
        for past in history {
            if let What::Hand { lead, to } = past.deed.what {
                keepers[lead] = to;
            }
        }
        let mut seen = HashMap::new();
        for act in floor.take(OPENING as usize) {
            at += act.wait;
            let kind = match act.deed.what {
                What::Write {
                    lead,
                    service: Service::Sms,
                    ..
                } if keepers[lead] == FIRST => "sms",
                What::Write { lead, .. } if keepers[lead] == FIRST => "chat",
                What::Answer { lead, .. } if keepers[lead] == FIRST => "answer",
                What::Ring { called: FIRST, .. } => "missed",
                What::CallBack { lead } if keepers[lead] == FIRST => "call back",
                What::Ask { .. } => "request",
                What::TakeIn { .. } => "taken in",
                What::Hand { lead, to } => {
                    keepers[lead] = to;
                    if to == FIRST { "deal" } else { "other" }
                }
                _ => "other",
            };
            seen.entry(kind).or_insert(at);
        }
        let soon = |kind: &str| seen.get(kind).copied().unwrap_or(Duration::MAX);
        for kind in ["chat", "missed", "request", "deal"] {
            let when = soon(kind);
            assert!(
                when < Duration::from_secs(75),
                "seed {seed}: {kind} at {when:?}"
            );
        }
        for kind in ["sms", "answer", "call back", "taken in"] {
            let when = soon(kind);
            assert!(
                when < Duration::from_secs(120),
                "seed {seed}: {kind} at {when:?}"
            );
        }
    }
}
