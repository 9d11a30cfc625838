//! What happens, and when: a function of the seed alone.

use crate::desk::Death;
use crate::dice::Dice;
use crate::network::Way;
use crate::office::Habits;

/// Something that somebody or something does.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// The connector tells a user so many things of which it has not told yet.
    Tell {
        user: usize,
        count: usize,
        silent: bool,
    },
    /// The connector has new words for an earlier one.
    Reword { user: usize, which: usize },
    /// The connector takes an earlier one back.
    Withdraw { user: usize, which: usize },
    /// The integration publishes so many in one request.
    Publish { user: usize, count: usize },
    /// The integration shows a pop-up.
    Popup { user: usize },
    /// A row of the device's list is marked.
    Mark { desk: usize, row: usize, read: bool },
    /// Everything is marked read.
    MarkAll { desk: usize },
    /// And that is taken back.
    Undo { desk: usize },
    /// A row of the device's list is put off.
    Snooze { desk: usize, row: usize, ms: u64 },
    /// Do-not-disturb of the device.
    Quiet { desk: usize, on: bool },
    /// The channels are saved: the master switch, quiet hours all day.
    Save {
        desk: usize,
        receive: bool,
        quiet: bool,
    },
    /// The next page of a reading is stuck on its way while the device makes a link anew and something
    /// new is told; it arrives when the next reading has begun.
    Overtake { desk: usize },
    /// Nothing gets through to or from the device for a while; what stands then goes on or is torn.
    CutOff { desk: usize, ms: u64, torn: bool },
    /// One direction of what stands swallows everything.
    HalfOpen { desk: usize, way: Way },
    /// What stands breaks off in the middle of a frame.
    Tear { desk: usize },
    /// The device reads nothing for a while.
    Stall { desk: usize, ms: u64 },
    /// Everything of the device is so late from now on.
    Delay { desk: usize, ms: u64 },
    /// Something comes that is no frame.
    Garbage { desk: usize },
    /// The machine sleeps; when it wakes, the app is told or not.
    Sleep { desk: usize, ms: u64, told: bool },
    /// The system says that the network changed.
    NetworkChanged { desk: usize },
    /// The user does not want to wait.
    ReconnectNow { desk: usize },
    /// The wall clock jumps.
    Jump { desk: usize, ms: i64 },
    /// The centre's wall clock jumps.
    CentreJump { ms: i64 },
    /// The process dies.
    Kill { desk: usize, death: Death },
    /// The device is signed out from elsewhere.
    Revoke { desk: usize },
    /// The device's disk takes nothing for a while.
    FullDesk { desk: usize, ms: u64 },
    /// The centre's disk takes nothing for a while.
    FullCentre { ms: u64 },
    /// The centre's process dies.
    Crash { away: u64 },
    /// The centre ends in order.
    Planned { away: u64 },
    /// The centre's disk forgets its last commits.
    Lose { away: u64 },
    /// A copy of the centre is put back.
    Restore { away: u64 },
    /// A copy of the centre is made.
    Copy,
}

/// A deed and its time, milliseconds since the beginning.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) at: u64,
    pub(crate) deed: Deed,
}

/// A world and what happens in it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How many devices each user has.
    pub(crate) desks: Vec<usize>,
    pub(crate) habits: Habits,
    pub(crate) steps: Vec<Step>,
}

impl Plan {
    /// `beside` is for what came later, so that the other worlds stay as they were.
    pub(crate) fn of(dice: &mut Dice, beside: &mut Dice) -> Self {
        let desks = match dice.below(4) {
            0 => vec![2, 1],
            1 => vec![3],
            2 => vec![1, 2],
            _ => vec![2],
        };
        let habits = Habits {
            queue: [2, 8, 256][dice.below(3)],
            max_backlog: [6, 40, 50_000][dice.below(3)],
        };
        let count = dice.range(15, 60);
        let calm = dice.chance(30);
        let mut at = dice.range(0, 3_000);
        let mut steps = Vec::new();
        for _ in 0..count {
            at += match dice.below(10) {
                0..5 => dice.range(0, 200),
                5..8 => dice.range(200, 5_000),
                8 => dice.range(5_000, 40_000),
                _ if calm => dice.range(1_000, 20_000),
                _ => dice.range(40_000, 200_000),
            };
            let deed = deed(dice, &desks);
            // Two marks of one row on two devices at once, neither knowing of the other.
            if let (true, Deed::CutOff { .. }) = (desks[0] > 1, &deed) {
                for desk in [0, 1] {
                    let (ms, torn) = (dice.range(2_000, 30_000), dice.chance(50));
                    let deed = Deed::CutOff { desk, ms, torn };
                    steps.push(Step { at, deed });
                    let (row, read) = (dice.below(3), dice.chance(70));
                    let deed = Deed::Mark { desk, row, read };
                    steps.push(Step { at: at + 10, deed });
                }
            }
            steps.push(Step { at, deed });
        }
        // Of the first readings of all, and of later ones.
        for _ in 0..[0, 0, 0, 1, 3][beside.below(5)] {
            let at = [0, beside.range(0, at)][beside.below(2)];
            let desk = beside.below(desks.iter().sum());
            let deed = Deed::Overtake { desk };
            steps.push(Step { at, deed });
        }
        steps.sort_by_key(|step| step.at);
        Self {
            desks,
            habits,
            steps,
        }
    }
}

fn deed(dice: &mut Dice, desks: &[usize]) -> Deed {
    let user = dice.below(desks.len());
    let desk = dice.below(desks.iter().sum());
    let row = dice.below(6);
    let which = dice.below(12);
    let away = match dice.below(4) {
        0 => dice.range(40_000, 90_000),
        _ => dice.range(10, 8_000),
    };
    match dice.below(100) {
        0..22 => Deed::Tell {
            user,
            count: match dice.below(8) {
                0 => dice.range(6, 30) as usize,
                1 => dice.range(2, 5) as usize,
                _ => 1,
            },
            silent: dice.chance(10),
        },
        22..26 => Deed::Reword { user, which },
        26..29 => Deed::Withdraw { user, which },
        29..35 => Deed::Publish {
            user,
            count: 1 + dice.below(4),
        },
        35 => Deed::Popup { user },
        36..46 => Deed::Mark {
            desk,
            row,
            read: dice.chance(75),
        },
        46..50 => Deed::MarkAll { desk },
        50..52 => Deed::Undo { desk },
        52 => Deed::Snooze {
            desk,
            row,
            ms: dice.range(1_000, 60_000),
        },
        53..55 => Deed::Quiet {
            desk,
            on: dice.chance(50),
        },
        55..57 => Deed::Save {
            desk,
            receive: dice.chance(75),
            quiet: dice.chance(30),
        },
        57..61 => Deed::CutOff {
            desk,
            ms: dice.range(500, 60_000),
            torn: dice.chance(50),
        },
        61..63 => Deed::HalfOpen {
            desk,
            way: [Way::Up, Way::Down][dice.below(2)],
        },
        63..66 => Deed::Tear { desk },
        66..69 => Deed::Stall {
            desk,
            ms: dice.range(500, 50_000),
        },
        69..72 => Deed::Delay {
            desk,
            ms: [5, 100, 900, 4_000][dice.below(4)],
        },
        72 => Deed::Garbage { desk },
        73..76 => Deed::Sleep {
            desk,
            ms: match dice.below(6) {
                0 => dice.range(600_000, 4_000_000),
                _ => dice.range(1_000, 120_000),
            },
            told: dice.chance(60),
        },
        76 => Deed::NetworkChanged { desk },
        77 => Deed::ReconnectNow { desk },
        78..80 => Deed::Jump {
            desk,
            ms: dice.range(0, 14_400_000) as i64 - 7_200_000,
        },
        80 => Deed::CentreJump {
            ms: dice.range(0, 7_200_000) as i64 - 3_600_000,
        },
        81..88 => Deed::Kill {
            desk,
            death: Death {
                after: dice.below(14) as u32,
                within: dice.chance(50).then(|| dice.below(5)),
                away: match dice.below(3) {
                    0 => 1,
                    _ => dice.range(1, 20_000),
                },
            },
        },
        88 => Deed::Revoke { desk },
        89 => Deed::FullDesk {
            desk,
            ms: dice.range(500, 30_000),
        },
        90 => Deed::FullCentre {
            ms: dice.range(500, 30_000),
        },
        91..94 => Deed::Crash { away },
        94..96 => Deed::Planned { away },
        96 => Deed::Lose { away },
        97 => Deed::Restore { away },
        _ => Deed::Copy,
    }
}
