//! Which faults there are, and in what order they happen.

use clap::ValueEnum;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Fault {
    AppKilled,
    CentreKilled,
    WindowKilled,
    WebKilled,
    Stalled,
    Cut,
    HalfOpen,
    Suspended,
    Slept,
    DaemonRestarted,
    AppDiskFull,
    CentreDiskFull,
    BusGone,
}

impl Fault {
    /// What it is called in the report.
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::AppKilled => "`kill -9` of the app",
            Self::CentreKilled => "`kill -9` of the centre",
            Self::WindowKilled => "`kill -9` of the window's process",
            Self::WebKilled => "`kill -9` of the web process",
            Self::Stalled => "network: stalls for 1 to 4 s",
            Self::Cut => "network: cut in the middle of a frame",
            Self::HalfOpen => "network: half-open, nobody says so",
            Self::Suspended => "app stopped for 1 to 6 s (`SIGSTOP`)",
            Self::Slept => "sleep and wake told by logind, every connection dead",
            Self::DaemonRestarted => "notification daemon restarted",
            Self::AppDiskFull => "disk full, the app's",
            Self::CentreDiskFull => "disk full, the centre's",
            Self::BusGone => "session bus gone, and another one",
        }
    }

    /// What ends the time in the report, where it is something else than the next notification in the list.
    pub(crate) fn until(self) -> &'static str {
        match self {
            Self::WindowKilled => "from the kill to the page, with a click in between",
            Self::WebKilled => "from the kill to the page",
            Self::AppKilled | Self::CentreKilled => "from the kill",
            Self::Stalled | Self::Suspended => "from its end",
            Self::Slept => "from the wake to a fresh socket",
            Self::AppDiskFull | Self::CentreDiskFull => "from room to write",
            Self::Cut | Self::HalfOpen => "from the fault",
            Self::DaemonRestarted => "from the new daemon to a toast or summary",
            Self::BusGone => "from the new bus",
        }
    }

    /// The window's own faults happen beside all others.
    fn is_on_the_screen(self) -> bool {
        matches!(self, Self::WindowKilled | Self::WebKilled)
    }
}

/// What is to happen: to the window, and beside it to everything else.
#[derive(Debug)]
pub(crate) struct Deck {
    pub(crate) around: Vec<Fault>,
    pub(crate) on_screen: Vec<Fault>,
}

impl Deck {
    /// `kills` of each process and `others` of each other fault, in the order of this seed; only those
    /// of one fault where that is asked for.
    pub(crate) fn shuffled(
        kills: usize,
        others: usize,
        disks: bool,
        only: Option<Fault>,
        seed: u64,
    ) -> Self {
        let mut all = Vec::new();
        for fault in [
            Fault::AppKilled,
            Fault::CentreKilled,
            Fault::WindowKilled,
            Fault::WebKilled,
        ] {
            all.extend(std::iter::repeat_n(fault, kills));
        }
        for fault in [
            Fault::Stalled,
            Fault::Cut,
            Fault::Suspended,
            Fault::Slept,
            Fault::DaemonRestarted,
        ] {
            all.extend(std::iter::repeat_n(fault, others));
        }
        // Each takes half a minute, or a whole new session.
        for fault in [Fault::HalfOpen, Fault::BusGone] {
            all.extend(std::iter::repeat_n(fault, others.div_ceil(4)));
        }
        if disks {
            for fault in [Fault::AppDiskFull, Fault::CentreDiskFull] {
                all.extend(std::iter::repeat_n(fault, others));
            }
        }
        all.retain(|fault| only.is_none_or(|only| only == *fault));
        all.shuffle(&mut StdRng::seed_from_u64(seed));
        let (on_screen, around) = all.into_iter().partition(|fault| fault.is_on_the_screen());
        Self { around, on_screen }
    }
}
