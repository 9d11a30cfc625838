//! A department's working day in accelerated time, against the rules as an oracle reads them.
//!
//! The connector, the centre and the stand-in CRM are the real ones; only the time is ours.
//!
//! | module | subject |
//! |---|---|
//! | `plan` | what happens: a pure function of a seed |
//! | `oracle` | what RULES demands of it, sharing nothing with the code under test |
//! | `world` | the real parts, living through it |
//! | `verdict` | what was told, held against what is demanded |
//! | `wire` | answers that are late by the machine's own time |
//! | `dealbell_days::time` | the hands of the clock |

mod oracle;
mod plan;
mod verdict;
mod wire;
mod world;

use dealbell_days::time::runtime;
use oracle::Expected;
use plan::{DAY, Plan, SOONEST};
use verdict::{Sight, Told, judge};
use world::World;

/// One test a seed, so that they run side by side.
macro_rules! days {
    ($($(#[$kept:meta])? $name:ident $seed:literal),* $(,)?) => {$(
        #[test]
        $(#[$kept])?
        fn $name() {
            live($seed);
        }
    )*};
}

days!(day_00 0, day_01 1, day_02 2, day_03 3, day_04 4, day_05 5);

/// A quarter of an hour more: `cargo xtask test --full`.
mod full {
    use super::live;

    days!(
        #[ignore = "full"] day_06 6, #[ignore = "full"] day_07 7, #[ignore = "full"] day_08 8,
        #[ignore = "full"] day_09 9, #[ignore = "full"] day_10 10, #[ignore = "full"] day_11 11,
        #[ignore = "full"] day_12 12, #[ignore = "full"] day_13 13, #[ignore = "full"] day_14 14,
        #[ignore = "full"] day_15 15, #[ignore = "full"] day_16 16, #[ignore = "full"] day_17 17,
        #[ignore = "full"] day_18 18, #[ignore = "full"] day_19 19,
    );
}

/// Whoever connects needs it.
fn crypto() {
    // It can only be installed already, by another day.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The first reading is over before anything falls due.
fn in_time(plan: &Plan, told: &Told) {
    let first = told.first().expect("something is told").0 - plan.opens;
    assert!(first < SOONEST, "the first reading took {first} ms");
}

fn live(seed: u64) {
    crypto();
    let plan = Plan::of(seed, DAY);
    let runtime = runtime().expect("a thread");
    let told = runtime.block_on(async {
        let world = World::new(&plan).await.expect("the parts stand");
        world.live(&plan).await.expect("the day passes")
    });
    in_time(&plan, &told);
    let sight = Sight::of(&plan);
    let expected = Expected::of(&plan, &|at| sight.known(at));
    let wrong = judge(&plan, &expected, &told, &sight);
    println!(
        "seed {seed}: {} things happened, {} changes of lists followed, {} wrong",
        plan.steps.len(),
        told.len(),
        wrong.len()
    );
    let shown: Vec<String> = wrong.iter().take(20).map(|w| w.story(&plan)).collect();
    assert!(wrong.is_empty(), "seed {seed}:\n{}", shown.join("\n"));
    // A day on which nothing is told proves nothing.
    assert!(told.len() > plan.steps.len(), "{} changes", told.len());
}
