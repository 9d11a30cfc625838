//! The task rules as tables: what is known, what is read, what is told. Rules by their numbers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod table;

use dealbell_amocrm::rules::TaskSettings;
use dealbell_amocrm::rules::{
    Deeds, Handed, KnownTask, Phase, Say, change, ring, stirs, summarise, wake,
};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use table::{
    ANNA, BORIS, DAY, Given, MINUTE, NOON, OLGA, ROBOT, at, done, edited, given, known, people,
    said, settings, task,
};

/// One line of a table: what was known, what is read, what is said.
struct Case {
    name: &'static str,
    before: Option<KnownTask>,
    after: Given,
    said: &'static [&'static str],
}

/// Tasks for Boris, read at noon.
#[test]
fn a_task_that_is_met() {
    let later = NOON + 3 * 60 * MINUTE;
    for case in [
        Case {
            name: "T1a somebody else set it",
            before: None,
            after: given(task(ANNA, BORIS, later)),
            said: &["boris new from anna"],
        },
        Case {
            name: "T1b a robot set it",
            before: None,
            after: given(task(ROBOT, BORIS, later)),
            said: &["boris new from robot"],
        },
        Case {
            name: "T1c an older one came into sight: who edited it last gave it to him",
            before: None,
            after: given(edited(task(BORIS, BORIS, later), ANNA, -DAY)),
            said: &["boris new from anna"],
        },
        Case {
            name: "T1d somebody set it, he edited it before we saw it: still somebody's",
            before: None,
            after: given(edited(task(ANNA, BORIS, later), BORIS, 0)),
            said: &["boris new from anna"],
        },
        Case {
            name: "T2a he set it himself: listed, no toast",
            before: None,
            after: given(task(BORIS, BORIS, later)),
            said: &["boris new from boris, silent"],
        },
        Case {
            name: "T3a fewer than five minutes remain: due at once",
            before: None,
            after: given(task(ANNA, BORIS, NOON + 3 * MINUTE)),
            said: &["boris new from anna", "boris due"],
        },
        Case {
            name: "T2b T3b his own is due as any other's",
            before: None,
            after: given(task(BORIS, BORIS, NOON + 3 * MINUTE)),
            said: &["boris new from boris, silent", "boris due"],
        },
        Case {
            name: "T3c set with a deadline that has passed: one toast, not two",
            before: None,
            after: given(task(ANNA, BORIS, NOON - DAY)),
            said: &["boris new from anna", "boris overdue, silent"],
        },
        Case {
            name: "T3d set while we were off, overdue by now: one toast, not two",
            before: None,
            after: given(edited(task(ANNA, BORIS, NOON - MINUTE), ANNA, -60 * MINUTE)),
            said: &["boris new from anna", "boris overdue, silent"],
        },
        Case {
            name: "T5a all day, set after nine for today: new alone",
            before: None,
            after: given(task(ANNA, BORIS, at("2026-11-20T23:59"))),
            said: &["boris new from anna"],
        },
        Case {
            name: "T5b all day, set before nine and first seen at noon: its day has come",
            before: None,
            after: given(edited(
                task(ANNA, BORIS, at("2026-11-20T23:59")),
                ANNA,
                at("2026-11-20T08:00") - NOON,
            )),
            said: &["boris new from anna", "boris due"],
        },
        Case {
            name: "T4a met completed, an event says by whom",
            before: None,
            after: given(done(task(ANNA, OLGA, later), OLGA)).completed_by(OLGA),
            said: &["anna completed by olga"],
        },
        Case {
            name: "T4b set and completed between two readings, no event",
            before: None,
            after: given(done(task(ANNA, BORIS, later), BORIS)),
            said: &["anna completed by boris"],
        },
        Case {
            name: "T4c met completed long after, no event: an edit, nobody knows of what",
            before: None,
            after: given(edited(done(task(ANNA, BORIS, later), BORIS), BORIS, -DAY)),
            said: &[],
        },
        Case {
            name: "nobody of ours has to do with it",
            before: None,
            after: given(task(OLGA, OLGA, later)),
            said: &[],
        },
        Case {
            name: "T12a baseline: armed, nothing new",
            before: None,
            after: given(task(ANNA, BORIS, later)).baseline(),
            said: &[],
        },
        Case {
            name: "T12b baseline: due in three minutes is due",
            before: None,
            after: given(task(ANNA, BORIS, NOON + 3 * MINUTE)).baseline(),
            said: &["boris due"],
        },
        Case {
            name: "T12c baseline: overdue is for the summary",
            before: None,
            after: given(task(ANNA, BORIS, NOON - DAY)).baseline(),
            said: &["boris overdue, before"],
        },
        Case {
            name: "T12d baseline: an all-day task of today is no news at noon",
            before: None,
            after: given(edited(
                task(ANNA, BORIS, at("2026-11-20T23:59")),
                ANNA,
                -DAY,
            ))
            .baseline(),
            said: &[],
        },
        Case {
            name: "T12e baseline: what is done is done",
            before: None,
            after: given(done(task(ANNA, BORIS, later), BORIS)).baseline(),
            said: &[],
        },
    ] {
        case.check();
    }
}

#[test]
fn a_task_that_changes() {
    let later = NOON + 3 * 60 * MINUTE;
    let plain = || task(ANNA, BORIS, later);
    let was = || Some(known(&plain()));
    for case in [
        Case {
            name: "nothing changed",
            before: was(),
            after: given(plain()),
            said: &[],
        },
        Case {
            name: "an older reading comes late",
            before: Some(known(&edited(plain(), ANNA, 10))),
            after: given(task(ANNA, BORIS, NOON + DAY)),
            said: &[],
        },
        Case {
            name: "T4d T7a completed by who had to: his go, the author hears",
            before: was(),
            after: given(done(plain(), BORIS)),
            said: &[
                "boris takes back new due overdue",
                "anna completed by boris",
            ],
        },
        Case {
            name: "T4e the author completed it himself",
            before: was(),
            after: given(done(plain(), ANNA)),
            said: &["boris takes back new due overdue"],
        },
        Case {
            name: "T4f the last editor is the author, the event names another",
            before: was(),
            after: given(done(plain(), ANNA)).completed_by(BORIS),
            said: &[
                "boris takes back new due overdue",
                "anna completed by boris",
            ],
        },
        Case {
            name: "T4g a robot completed it",
            before: was(),
            after: given(done(plain(), ROBOT)),
            said: &[
                "boris takes back new due overdue",
                "anna completed by robot",
            ],
        },
        Case {
            name: "T4h his own, completed by a colleague",
            before: Some(known(&task(BORIS, BORIS, later))),
            after: given(done(task(BORIS, BORIS, later), ANNA)),
            said: &[
                "boris takes back new due overdue",
                "boris completed by anna",
            ],
        },
        Case {
            name: "completed stays completed when it is edited",
            before: Some(known(&done(plain(), BORIS))),
            after: given(edited(done(plain(), BORIS), ANNA, 20)),
            said: &[],
        },
        Case {
            name: "opened again: it is not done",
            before: Some(known(&done(plain(), BORIS))),
            after: given(edited(plain(), ANNA, 20)),
            said: &["anna takes back completed"],
        },
        Case {
            name: "T8h opened again for somebody else: new to him",
            before: Some(known(&done(task(ANNA, OLGA, later), OLGA))),
            after: given(edited(plain(), OLGA, 20)),
            said: &["anna takes back completed", "boris new from olga"],
        },
        Case {
            name: "T8i given away within the second in which it was read",
            before: Some(known(&task(ANNA, OLGA, later))),
            after: given(edited(plain(), OLGA, 0)),
            said: &["boris new from olga"],
        },
        Case {
            name: "T8a rescheduled: the due notice goes, another will come",
            before: was(),
            after: given(task(ANNA, BORIS, NOON + DAY)),
            said: &["boris takes back due overdue"],
        },
        Case {
            name: "T8b rescheduled to in three minutes",
            before: was(),
            after: given(task(ANNA, BORIS, NOON + 3 * MINUTE)),
            said: &["boris takes back due overdue", "boris due"],
        },
        Case {
            name: "T5c rescheduled at noon to all of today: no due",
            before: was(),
            after: given(task(ANNA, BORIS, at("2026-11-20T23:59"))),
            said: &["boris takes back due overdue"],
        },
        Case {
            name: "T8c reassigned",
            before: was(),
            after: given(edited(task(ANNA, OLGA, later), BORIS, 5)),
            said: &["boris takes back new due overdue"],
        },
        Case {
            name: "T8d reassigned to one of ours",
            before: Some(known(&task(ANNA, OLGA, later))),
            after: given(edited(plain(), OLGA, 5)),
            said: &["boris new from olga"],
        },
        Case {
            name: "T2c T8e he took it himself",
            before: Some(known(&task(ANNA, OLGA, later))),
            after: given(edited(plain(), BORIS, 5)),
            said: &["boris new from boris, silent"],
        },
        Case {
            name: "T8f deleted",
            before: was(),
            after: Given::nothing(),
            said: &["everybody takes back everything"],
        },
        Case {
            name: "T8g deleted, never known",
            before: None,
            after: Given::nothing(),
            said: &[],
        },
        Case {
            name: "another text is no news",
            before: was(),
            after: given(edited(
                dealbell_amocrm::model::Task {
                    text: "Другое".to_owned(),
                    ..plain()
                },
                ANNA,
                5,
            )),
            said: &[],
        },
    ] {
        case.check();
    }
}

/// Given away and given back between two readings: it is new again, from whom the event names, and
/// once (RULES T8).
#[test]
fn a_task_that_went_and_came_back_is_new() {
    let (people, settings) = (people(), settings());
    let first = task(ANNA, BORIS, NOON + 60 * MINUTE);
    let at = |now| table::context(&people, &settings, now, false);
    let told = change(None, Some(&first), &Deeds::default(), &at(NOON));
    let known = told.known.unwrap();
    let back = edited(first, BORIS, 30);
    let deeds = Deeds {
        handed: Some(Handed {
            by: ANNA,
            at: back.updated_at,
        }),
        ..Deeds::default()
    };
    let step = change(Some(&known), Some(&back), &deeds, &at(NOON + 40));
    let lines = said(&step.says);
    assert!(
        lines.iter().any(|line| line == "boris new from anna"),
        "{lines:?}"
    );
    let known = step.known.unwrap();
    let again = change(Some(&known), Some(&back), &deeds, &at(NOON + 45));
    assert!(again.says.is_empty(), "{:?}", said(&again.says));
}

/// Whoever completed it here takes that back: it is listed as it was, in silence, its author's
/// *completed* goes (RULES T4, T7), and what is still to ring rings (T3).
#[test]
fn a_completion_taken_back_leaves_the_task_as_it_was() {
    let (people, settings) = (people(), settings());
    let at = |now| table::context(&people, &settings, now, false);
    let nobody = Deeds::default();
    let undone = Deeds {
        reopened: true,
        ..nobody
    };
    let deadline = NOON + 60 * MINUTE;
    let open = task(ANNA, BORIS, deadline);
    for (completed, opened, listed) in [
        (
            10 * MINUTE,
            20 * MINUTE,
            &["boris new from anna, silent"][..],
        ),
        (
            56 * MINUTE,
            58 * MINUTE,
            &["boris new from anna, silent", "boris due, silent"],
        ),
        (
            61 * MINUTE,
            62 * MINUTE,
            &["boris new from anna, silent", "boris overdue, silent"],
        ),
        // What fell due meanwhile is no news to whoever opens it again.
        (
            10 * MINUTE,
            56 * MINUTE,
            &["boris new from anna, silent", "boris due, silent"],
        ),
        (
            56 * MINUTE,
            62 * MINUTE,
            &[
                "boris new from anna, silent",
                "boris due, silent",
                "boris overdue, silent",
            ],
        ),
    ] {
        let mut known = change(None, Some(&open), &nobody, &at(NOON)).known.unwrap();
        let first = said(&change(None, Some(&open), &nobody, &at(NOON)).says);
        assert_eq!(first, ["boris new from anna"]);
        for now in [NOON + completed.min(56 * MINUTE), NOON + completed] {
            known = ring(known, &at(now)).known.unwrap();
        }
        let before = known.clone();
        let closed = edited(done(open.clone(), BORIS), BORIS, completed);
        let step = change(Some(&known), Some(&closed), &nobody, &at(NOON + completed));
        let gone = [
            "boris takes back new due overdue",
            "anna completed by boris",
        ];
        assert_eq!(said(&step.says), gone);

        let back = edited(open.clone(), BORIS, opened);
        let now = at(NOON + opened);
        let step = change(step.known.as_ref(), Some(&back), &undone, &now);
        let mut all = vec!["anna takes back completed"];
        all.extend(listed);
        assert_eq!(said(&step.says), all, "after {completed} and {opened}");
        let known = step.known.unwrap();
        assert_eq!((known.armed, known.given), (before.armed, before.given));
        assert_eq!(
            wake(&known, &settings),
            match opened / MINUTE {
                20 => Some(deadline - 5 * MINUTE),
                62 => None,
                _ => Some(deadline),
            }
        );
        let again = change(Some(&known), Some(&back), &undone, &now);
        assert!(again.says.is_empty(), "{:?}", said(&again.says));
    }
}

/// Opened again in the CRM it rings anew; here, given to somebody else meanwhile, it is new to him.
#[test]
fn only_what_is_taken_back_here_comes_back_in_silence() {
    let (people, settings) = (people(), settings());
    let at = |now| table::context(&people, &settings, now, false);
    let nobody = Deeds::default();
    let open = task(ANNA, BORIS, NOON + 3 * MINUTE);
    let known = change(None, Some(&open), &nobody, &at(NOON)).known.unwrap();
    let closed = edited(done(open.clone(), BORIS), BORIS, 60);
    let known = change(Some(&known), Some(&closed), &nobody, &at(NOON + 60)).known;
    let back = edited(open, BORIS, 90);
    let step = change(known.as_ref(), Some(&back), &nobody, &at(NOON + 90));
    assert_eq!(said(&step.says), ["anna takes back completed", "boris due"]);

    let undone = Deeds {
        reopened: true,
        ..nobody
    };
    let mut hers = back;
    hers.responsible_user_id = ANNA;
    let step = change(known.as_ref(), Some(&hers), &undone, &at(NOON + 90));
    let expected = [
        "anna takes back completed",
        "anna new from boris",
        "anna due",
    ];
    assert_eq!(said(&step.says), expected);
}

/// What is listed says what the task says now, in place and without a toast.
#[test]
fn an_edited_task_is_reworded_where_it_is_listed() {
    let (people, settings) = (people(), settings());
    let deadline = NOON + 4 * MINUTE;
    let first = task(ANNA, BORIS, deadline);
    let at = |now| table::context(&people, &settings, now, false);
    let told = change(None, Some(&first), &Deeds::default(), &at(NOON));
    assert_eq!(said(&told.says), ["boris new from anna", "boris due"]);
    let reworded = |before: &KnownTask, task, now| {
        let step = change(Some(before), Some(&task), &Deeds::default(), &at(now));
        (said(&step.says), step.says, step.known.unwrap())
    };
    let text = |text: &str, later| dealbell_amocrm::model::Task {
        text: text.to_owned(),
        ..edited(first.clone(), ANNA, later)
    };
    let known = told.known.unwrap();
    let (lines, says, known) = reworded(&known, text("Написать", 5), NOON + 5);
    assert_eq!(lines, ["boris new from anna, silent", "boris due, silent"]);
    let keys = |says: &[Say]| -> Vec<String> {
        let tells = says.iter().filter_map(|say| match say {
            Say::Tell(tell) => Some(tell.key.clone()),
            _ => None,
        });
        tells.collect()
    };
    assert_eq!(keys(&says), keys(&told.says), "the same items");
    // At its deadline it turns overdue with the new words, and once is enough.
    let (lines, _, known) = reworded(&known, text("Зайти", 300), deadline);
    assert_eq!(lines, ["boris overdue", "boris new from anna, silent"]);
    let (lines, _, known) = reworded(&known, text("Ждать", 301), deadline + 1);
    assert_eq!(
        lines,
        ["boris new from anna, silent", "boris overdue, silent"]
    );
    // Moved: the new one names the new deadline, the due one goes.
    let moved = dealbell_amocrm::model::Task {
        complete_till: NOON + DAY,
        ..text("Ждать", 302)
    };
    let (lines, _, known) = reworded(&known, moved, deadline + 2);
    assert_eq!(
        lines,
        [
            "boris takes back due overdue",
            "boris new from anna, silent"
        ]
    );
    let (lines, _, _) = reworded(&known, text("Ещё", 303), deadline + 3);
    assert_eq!(lines[0], "boris takes back due overdue");
}

/// T3: a clock that jumps makes nothing ring twice, and nothing is forgotten.
#[test]
fn a_clock_that_jumps_neither_repeats_nor_forgets() {
    let (people, settings) = (people(), settings());
    let deadline = NOON + 60 * MINUTE;
    let at = |now| table::context(&people, &settings, now, false);
    let step = |known: KnownTask, now| {
        assert!(stirs(&known, &at(now)), "{now}");
        let outcome = ring(known, &at(now));
        (said(&outcome.says), outcome.known.unwrap())
    };
    let first = known(&edited(task(ANNA, BORIS, deadline), ANNA, -DAY));
    // Five hours ahead by mistake: overdue, as the clock says.
    let (lines, ahead) = step(first.clone(), NOON + 300 * MINUTE);
    assert_eq!(lines, ["boris overdue, missed"]);
    // Put right: the same item says what is true, without a toast.
    let (lines, right) = step(ahead, NOON);
    assert_eq!(
        (lines, right.phase),
        (vec!["boris due".to_owned()], Phase::Due)
    );
    assert!(!stirs(&right, &at(deadline - 5 * MINUTE)), "told already");
    let (lines, _) = step(right, deadline);
    assert_eq!(lines, ["boris overdue"]);
    // Back after it was told as due: no second time.
    let (_, due) = step(first, deadline - 5 * MINUTE);
    assert!(!stirs(&due, &at(NOON)) && !stirs(&due, &at(deadline - 5 * MINUTE)));
}

/// A line of the clock's table: rule, known phase, deadline, now; what is said, the phase after it.
type Moment = (
    &'static str,
    Phase,
    i64,
    i64,
    &'static [&'static str],
    Phase,
);

#[test]
fn what_the_clock_says() {
    let deadline = at("2026-11-20T16:00");
    let day = at("2026-11-20T23:59");
    let midnight = at("2026-11-21T00:00");
    #[rustfmt::skip]
    let cases: &[Moment] = &[
        ("T3 six minutes before", Phase::Waiting, deadline, deadline - 6 * MINUTE, &[], Phase::Waiting),
        ("T3 five minutes before", Phase::Waiting, deadline, deadline - 5 * MINUTE, &["boris due"], Phase::Due),
        ("T3 we were late, two remain", Phase::Waiting, deadline, deadline - 2 * MINUTE, &["boris due"], Phase::Due),
        ("T3 told, a second before", Phase::Due, deadline, deadline - 1, &[], Phase::Due),
        ("T3 the deadline: the same item", Phase::Due, deadline, deadline, &["boris overdue"], Phase::Overdue),
        ("T3 we were asleep", Phase::Waiting, deadline, deadline + DAY, &["boris overdue, missed"], Phase::Overdue),
        ("T3 asleep since it was told", Phase::Due, deadline, deadline + DAY, &["boris overdue"], Phase::Overdue),
        ("T3 once is enough", Phase::Overdue, deadline, deadline + DAY, &[], Phase::Overdue),
        ("T5 before nine", Phase::Waiting, day, at("2026-11-20T08:59"), &[], Phase::Waiting),
        ("T5 at nine", Phase::Waiting, day, at("2026-11-20T09:00"), &["boris due"], Phase::Due),
        ("T5 not at five to midnight", Phase::Due, day, day - 5 * MINUTE, &[], Phase::Due),
        ("T5 the day is over", Phase::Due, day, midnight, &["boris overdue"], Phase::Overdue),
        ("T5 set late, the evening", Phase::Skipped, day, day - 1, &[], Phase::Skipped),
        ("T5 set late, the day is over: listed", Phase::Skipped, day, midnight, &["boris overdue, silent"], Phase::Overdue),
    ];
    for &(name, phase, deadline, now, expected, after) in cases {
        let task = KnownTask {
            phase,
            ..known(&edited(task(ANNA, BORIS, deadline), ANNA, -DAY))
        };
        let outcome = ring(task, &table::context(&people(), &settings(), now, false));
        assert_eq!(said(&outcome.says), expected, "{name}");
        assert_eq!(
            outcome.known.map(|known| known.phase),
            Some(after),
            "{name}"
        );
    }
}

/// T3: due and overdue are one item. T8: after a move, or a return, it is another.
#[test]
fn keys_make_an_item_the_same_or_another() {
    let (people, settings) = (people(), settings());
    let due = |task: &KnownTask, now| {
        let outcome = ring(
            task.clone(),
            &table::context(&people, &settings, now, false),
        );
        let Some(Say::Tell(tell)) = outcome.says.into_iter().next() else {
            panic!("nothing said");
        };
        (tell.key, outcome.known.unwrap())
    };
    let moved = |before: &KnownTask, task| {
        let now = table::context(&people, &settings, NOON, false);
        change(Some(before), Some(&task), &Deeds::default(), &now)
            .known
            .unwrap()
    };
    let (first, second) = (NOON + DAY, NOON + 2 * DAY);
    let once = known(&task(ANNA, BORIS, first));
    let (due_key, told) = due(&once, first - MINUTE);
    let (overdue_key, _) = due(&told, first);
    assert_eq!(due_key, overdue_key);

    // There and back, all within the second in which the CRM dates it.
    let away = moved(&once, task(ANNA, BORIS, second));
    let back = moved(&away, task(ANNA, BORIS, first));
    let (again, _) = due(&back, first - MINUTE);
    assert_ne!(again, due_key);
}

/// T3, T12: one missed rings itself, several make one summary.
#[test]
fn many_missed_are_one_summary() {
    let (people, settings) = (people(), settings());
    let says = |count: u64, baseline: bool| {
        let context = table::context(&people, &settings, NOON, baseline);
        let tasks = (0..count).map(|id| KnownTask {
            id,
            ..known(&edited(task(ANNA, BORIS, NOON - MINUTE), ANNA, -DAY))
        });
        summarise(
            tasks.flat_map(|task| ring(task, &context).says).collect(),
            NOON,
        )
    };
    assert_eq!(said(&says(1, false)), ["boris overdue, missed"]);
    assert_eq!(
        said(&says(2, false)),
        [
            "boris overdue, missed, silent",
            "boris overdue, missed, silent",
            "boris takes back summary",
            "boris summary of 2",
        ]
    );
    assert_eq!(said(&says(1, true)), ["boris overdue, before"]);
    assert_eq!(
        said(&says(300, true)),
        ["boris takes back summary", "boris summary of 300"]
    );
}

impl Case {
    fn check(self) {
        let (people, settings) = (people(), settings());
        let context = table::context(&people, &settings, NOON, self.after.baseline);
        let by = self.after.completed_by;
        let task = self.after.task.as_ref();
        let outcome = change(
            self.before.as_ref(),
            task,
            &Deeds {
                completed_by: by,
                ..Deeds::default()
            },
            &context,
        );
        assert_eq!(said(&outcome.says), self.said, "{}", self.name);
    }
}

proptest! {
    /// T5: in zones whose days have 23 or 25 hours, an all-day task is told at nine of its own day
    /// and overdue when that day is over; any other five minutes before its moment.
    #[test]
    fn days_of_any_length_keep_their_hours(
        zone in prop::sample::select(vec!["Europe/Kyiv", "America/New_York", "Europe/Moscow"]),
        day in prop::sample::select(vec![
            date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1),
            date(2026, 3, 7), date(2026, 10, 26), date(2026, 7, 1),
        ]),
        hour in 0_i8..24,
        minute in prop_oneof![Just(59_i8), 0_i8..60],
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let moment = |hour, minute| {
            let local = day.at(hour, minute, 0, 0).to_zoned(zone.clone()).unwrap();
            local.timestamp().as_second()
        };
        let (people, settings) = (people(), TaskSettings::new(zone.clone()));
        let deadline = moment(hour, minute);
        let mut known = known(&edited(task(ANNA, BORIS, deadline), ANNA, -400 * DAY));
        let due = wake(&known, &settings).unwrap();
        let all_day = hour == 23 && minute == 59;
        let expected = if all_day { moment(9, 0) } else { deadline - 5 * MINUTE };
        prop_assert_eq!(due, expected);
        for (at, line) in [(due, "boris due"), (deadline, "boris overdue")] {
            let before = table::context(&people, &settings, at - 1, false);
            prop_assert!(!stirs(&known, &before));
            let context = table::context(&people, &settings, at, false);
            let outcome = ring(known, &context);
            prop_assert_eq!(said(&outcome.says), vec![line.to_owned()]);
            known = outcome.known.unwrap();
        }
    }

    /// Whatever is read, reading it again says nothing and knows the same.
    #[test]
    fn the_same_reading_twice_says_nothing(
        first in table::any_task(), second in table::any_task(), baseline: bool, now in table::any_time(),
    ) {
        let (people, settings) = (people(), settings());
        let context = table::context(&people, &settings, now, baseline);
        let before = change(None, Some(&first), &Deeds::default(), &context).known;
        let step = change(before.as_ref(), Some(&second), &Deeds::default(), &context);
        let Some(known) = step.known else { return Ok(()) };
        let again = change(Some(&known), Some(&second), &Deeds::default(), &context);
        prop_assert_eq!(again.says, vec![]);
        prop_assert_eq!(again.known, Some(known));
    }

    /// The clock never asks to be looked at for nothing, and never for ever.
    #[test]
    fn a_wake_always_leads_on(task in table::any_task(), now in table::any_time()) {
        let (people, settings) = (people(), settings());
        let mut known = change(None, Some(&task), &Deeds::default(), &table::context(&people, &settings, now, false)).known;
        let mut wakes = 0;
        while let Some(at) = known.as_ref().and_then(|known| wake(known, &settings)) {
            prop_assert!(at > now, "asked for a moment that had passed");
            known = ring(known.take().unwrap(), &table::context(&people, &settings, at, false)).known;
            wakes += 1;
            prop_assert!(wakes <= 2);
        }
    }

    /// Nobody hears of what is none of his business, and all about a task has its subject.
    #[test]
    fn only_those_concerned_are_told(
        first in table::any_task(), second in table::any_task(), now in table::any_time(),
    ) {
        let (people, settings) = (people(), settings());
        let context = table::context(&people, &settings, now, false);
        let before = change(None, Some(&first), &Deeds::default(), &context).known;
        for say in change(before.as_ref(), Some(&second), &Deeds::default(), &context).says {
            if let Say::Tell(tell) = say {
                let concerned = [second.responsible_user_id, second.created_by];
                prop_assert!(concerned.iter().any(|id| people.get(id) == Some(&tell.user)));
                prop_assert!(tell.key.starts_with("task:7:"));
            }
        }
    }

    /// T7: whatever came before, when it is completed nothing open is left with who had to do it.
    #[test]
    fn completion_always_takes_back(first in table::any_task(), now in table::any_time()) {
        let (people, settings) = (people(), settings());
        let context = table::context(&people, &settings, now, false);
        let open = dealbell_amocrm::model::Task { is_completed: false, ..first };
        let before = change(None, Some(&open), &Deeds::default(), &context).known;
        let after = done(open.clone(), BORIS);
        let says = said(&change(before.as_ref(), Some(&after), &Deeds::default(), &context).says);
        if let Some(user) = people.get(&open.responsible_user_id) {
            let taken = format!("{} takes back new due overdue", table::name_of(*user));
            prop_assert!(says.contains(&taken), "{says:?}");
        }
    }
}
