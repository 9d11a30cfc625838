//! Every seed, and mutations of the seeds by a seeded generator, for a bounded time each.
//!
//! `DEALBELL_FUZZ_MS` makes it longer; `DEALBELL_FUZZ_SEED` repeats a run, which a failure names.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dealbell_fuzz::{TARGETS, Target, mutate::mutated};
use rand::{SeedableRng as _, rngs::StdRng};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Of mutations, each target; whichever comes first.
const AT_MOST: u32 = 20_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn tried(target: &Target) -> (u32, Option<String>) {
    let time = Duration::from_millis(number("DEALBELL_FUZZ_MS").unwrap_or(1_500));
    let at_most = number("DEALBELL_FUZZ_MS").map_or(AT_MOST, |_| u32::MAX);
    let seed = number("DEALBELL_FUZZ_SEED").unwrap_or(1);
    let mut random = StdRng::seed_from_u64(seed);
    let seeds = target.seeds().unwrap();
    assert!(seeds.len() >= 2, "{} has seeds", target.name);
    let known: Vec<Vec<u8>> = seeds.into_iter().map(|(_, bytes)| bytes).collect();
    let begun = Instant::now();
    let mut count = 0;
    let mutations = std::iter::from_fn(|| Some(mutated(&known, target.words, &mut random)));
    for bytes in known.iter().cloned().chain(mutations) {
        let run = catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)));
        if run.is_err() {
            let words = format!(
                "{} breaks its promise, seed {seed}, number {count}:\n{}",
                target.name,
                bytes.escape_ascii()
            );
            return (count, Some(words));
        }
        count += 1;
        if count >= at_most || begun.elapsed() > time {
            break;
        }
    }
    (count, None)
}

#[test]
fn no_seed_and_no_mutation_of_one_breaks_a_promise() {
    let only = std::env::var("DEALBELL_FUZZ").ok();
    let mut broken = Vec::new();
    for target in TARGETS {
        if only.as_ref().is_some_and(|only| only != target.name) {
            continue;
        }
        let begun = Instant::now();
        let (count, failure) = tried(target);
        println!("{:>14}: {count} in {:?}", target.name, begun.elapsed());
        assert!(count > 1 || failure.is_some());
        broken.extend(failure);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_folder_of_seeds_has_its_target_and_stays_small() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let target = dealbell_fuzz::target(&name).unwrap_or_else(|| panic!("seeds of {name}"));
        let seeds = target.seeds().unwrap();
        let bytes: usize = seeds.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(bytes < 64 * 1024, "{name} has {bytes} bytes of seeds");
    }
}
