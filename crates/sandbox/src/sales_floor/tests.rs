//! The floor judged over many seeds.

use std::collections::HashMap;

use super::*;

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
fn only_open_tasks_are_touched_and_every_kind_of_deed_comes() {
    for seed in 0..20 {
        let (history, floor) = SalesFloor::open(seed);
        let mut open = HashMap::new();
        let mut set = 0;
        let mut kinds = [0_u32; 5];
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
            };
            kinds[kind] += 1;
            assert!(deed.by.is_none_or(|seat| seat < SEATS));
        }
        assert!(
            kinds.iter().all(|&count| count >= 3),
            "seed {seed}: {kinds:?}"
        );
        assert!(open.len() < 60, "seed {seed}: {} open", open.len());
    }
}

#[test]
fn the_first_user_notices_something_every_few_seconds_at_the_beginning() {
    for seed in 0..20 {
        let mut since = Duration::ZERO;
        let mut near = 0;
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
