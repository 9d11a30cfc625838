//! A few hundred worlds, the same life twice, and every mistake found. `cargo xtask simulate` lives
//! through as many as one likes.

#![expect(clippy::unwrap_used, reason = "in a test it is the failure")]

use dealbell_simulation::{Planted, live};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// How many worlds every test run lives through.
const SEEDS: u64 = 240;
/// How many a mistake may go unnoticed in.
const FOUND_WITHIN: u64 = 1_000;

/// Lives through seeds on every processor while `go_on` says so.
fn each(seeds: u64, planted: Option<Planted>, go_on: impl Fn(u64, &[String]) -> bool + Sync) {
    let (next, over) = (AtomicU64::new(0), Mutex::new(false));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, SeqCst);
                    if seed >= seeds || *over.lock().unwrap() {
                        return;
                    }
                    let outcome = live(seed, planted, false).unwrap();
                    if !go_on(seed, &outcome.violations) {
                        *over.lock().unwrap() = true;
                    }
                }
            });
        }
    });
}

#[test]
fn whatever_happens_everybody_ends_with_the_same_and_hears_it_once() {
    let wrong = Mutex::new(Vec::new());
    each(SEEDS, None, |seed, violations| {
        if !violations.is_empty() {
            wrong.lock().unwrap().push((seed, violations.to_vec()));
        }
        true
    });
    let wrong = wrong.into_inner().unwrap();
    println!("{SEEDS} worlds, {} with violations", wrong.len());
    assert!(
        wrong.is_empty(),
        "replay with `cargo xtask simulate --seed N`: {wrong:#?}"
    );
}

/// The answer to a mark that a full disk did not take: the mark was in the outbox, and nobody sent
/// it again before the next start.
#[test]
fn a_mark_whose_answer_finds_the_disk_full_is_sent_again() {
    assert_eq!(live(464, None, false).unwrap().violations, [""; 0]);
}

#[test]
fn a_seed_lives_the_same_life_twice() {
    for seed in 0..12 {
        let (first, again) = (live(seed, None, true), live(seed, None, true));
        let (first, again) = (first.unwrap(), again.unwrap());
        let parts = first.story.iter().zip(&again.story).find(|(a, b)| a != b);
        assert_eq!(parts, None, "seed {seed}");
        assert_eq!(first, again);
    }
}

/// A test for each mistake.
macro_rules! found {
    ($($name:ident $planted:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                find(Planted::$planted);
            }
        )*

        #[test]
        fn every_mistake_has_a_test() {
            let tested = [$(Planted::$planted),*];
            assert!(Planted::all().iter().all(|planted| tested.contains(planted)));
        }
    };
}

found!(
    an_answer_before_the_commit_is_found AckBeforeCommit,
    a_cursor_before_its_row_is_found CursorBeforeInsert,
    a_counter_of_ones_own_is_found LocalIncrement,
    a_toast_before_its_record_is_found ToastBeforeRecord,
    a_mark_of_everything_without_a_place_is_found ReadAllWithoutCursor,
    a_snapshot_that_drops_what_follows_is_found SnapshotDropsFollowers,
    a_resume_that_is_one_off_is_found ResumeOffByOne,
    an_outbox_that_ends_with_the_process_is_found OutboxForgotten,
    a_hub_that_leaves_out_without_a_word_is_found HubSkips,
    numbers_given_out_twice_are_found EpochKept,
    a_word_of_an_older_link_is_found ReusedGeneration,
    a_mark_that_is_done_when_it_is_sent_is_found MarkDoneWhenSent,
);

fn find(planted: Planted) {
    let found = Mutex::new(None);
    each(FOUND_WITHIN, Some(planted), |seed, violations| {
        let Some(first) = violations.first() else {
            return true;
        };
        let mut found = found.lock().unwrap();
        let (earliest, what) = found.get_or_insert((seed, first.clone()));
        if seed < *earliest {
            (*earliest, *what) = (seed, first.clone());
        }
        false
    });
    let found = found.into_inner().unwrap();
    let (seed, what) = found.unwrap_or_else(|| panic!("{} goes unnoticed", planted.name()));
    println!(
        "{}: found within {} seeds: {what}",
        planted.name(),
        seed + 1
    );
}
