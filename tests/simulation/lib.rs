//! Centre, network, disks and desktops in one world whose every move comes from a seed.
//!
//! The centre (its log, hub, stream and HTTP handlers) and the inbox (session, store, toasts, link) are
//! the real ones. Time, network, disks, the CRM's side and the people are ours.
//!
//! | module | subject |
//! |---|---|
//! | `dice` | chance, of a seed alone |
//! | `plan` | what happens, and when |
//! | `stillness` | one thread, and knowing when everybody on it waits |
//! | `network` | the way between a device and the centre, and its troubles |
//! | `disk` | what is left of a database file after a crash |
//! | `office` | the centre, its restarts and its losses |
//! | `desk` | a device: the engine, its store, what it shows, its deaths |
//! | `tellers` | who publishes: a connector with a memory, an integration that tries again |
//! | `world` | all of them, step by step |
//! | `acts`, `requests` | what the plan's steps and the devices' requests do in it |
//! | `verdict` | what must hold when everything has healed |
//! | [`Planted`] | mistakes built in at the seams, to see that the verdict finds them |

mod acts;
mod desk;
mod dice;
mod disk;
mod network;
mod office;
mod plan;
mod planted;
mod requests;
mod stillness;
mod tellers;
mod verdict;
mod world;

pub use planted::Planted;

/// What came of a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which seed.
    pub seed: u64,
    /// What does not hold, in words; nothing where all is well.
    pub violations: Vec<String>,
    /// Everything that happened, as one number: the same for every run of the seed.
    pub trace: u64,
    /// How many things happened.
    pub moves: u64,
    /// How much time passed in the world, milliseconds.
    pub lasted: u64,
    /// What happened, line by line, where it was asked for.
    pub story: Vec<String>,
}

/// Lives through a seed, with a mistake built in where one is given; `tell` keeps the story.
///
/// # Errors
/// When the machine itself gives no thread or no temporary folder.
pub fn live(seed: u64, planted: Option<Planted>, tell: bool) -> anyhow::Result<Outcome> {
    stillness::run(|stillness| world::live(seed, planted, tell, stillness))
}
