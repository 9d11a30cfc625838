//! Where a notification goes, cell by cell (RULES C2, C3, C5, C7, C10, C11, T2, T9).

use dealbell_protocol::reach::{Kept, Occasion, Reach};
use dealbell_protocol::{
    Channel, ChannelSet, ChannelSettings, EmailMode, EmailSettings, Kind, KindChannels, Millis,
    Provider, ProviderChannels, ProviderId, QuietHours, QuietSpan,
};

/// Everything that decides.
#[derive(Clone, Copy, Debug)]
struct Cell {
    channel: Channel,
    kind: Kind,
    transient: bool,
    master: bool,
    silent: bool,
    /// The user's own switch of this provider and channel.
    wanted: bool,
    daily: bool,
    quiet: bool,
}

/// What a row says of a cell's channel.
#[derive(Clone, Copy)]
enum On {
    Any,
    Interface,
    Desktop,
    Email,
}

/// Of a yes or no.
#[derive(Clone, Copy)]
enum Is {
    Yes,
    No,
    Any,
}

use Is::{No, Yes};

/// A row: channel, transient, master, silent, wanted, kept off by its kind, daily, quiet, and what follows. The
/// first row that fits a cell decides it.
type Row = (On, Is, Is, Is, Is, Is, Is, Is, Reach);

const TABLE: [Row; 14] = {
    use Kept::{Kind, Provider, Quiet, Silent, SwitchedOff, Transient};
    use On::{Desktop, Email, Interface};
    use Reach::{InDigest, Now};
    const ANY: Is = Is::Any;
    const EACH: On = On::Any;
    const fn kept(why: Kept) -> Reach {
        Reach::Kept(why)
    }
    [
        // channel, transient, master, silent, wanted, kind off, daily, quiet
        (Interface, No, ANY, ANY, ANY, ANY, ANY, ANY, Now), // C2
        (
            Interface,
            Yes,
            ANY,
            ANY,
            ANY,
            ANY,
            ANY,
            ANY,
            kept(Transient),
        ), // C10
        (Desktop, Yes, No, ANY, ANY, ANY, ANY, ANY, kept(SwitchedOff)), // C10
        (Desktop, Yes, Yes, ANY, ANY, ANY, ANY, Yes, kept(Quiet)), // C10
        (Desktop, Yes, Yes, ANY, ANY, ANY, ANY, No, Now),   // C10
        (EACH, Yes, ANY, ANY, ANY, ANY, ANY, ANY, kept(Transient)), // C10
        (EACH, No, No, ANY, ANY, ANY, ANY, ANY, kept(SwitchedOff)), // C5
        (EACH, No, Yes, Yes, ANY, ANY, ANY, ANY, kept(Silent)), // T2
        (EACH, No, Yes, No, No, ANY, ANY, ANY, kept(Provider)), // C3
        (EACH, No, Yes, No, Yes, Yes, ANY, ANY, kept(Kind)), // T9
        (Email, No, Yes, No, Yes, No, No, ANY, Now),        // C7, C11
        (Email, No, Yes, No, Yes, No, Yes, ANY, InDigest),  // C7, C8, C11
        (EACH, No, Yes, No, Yes, No, ANY, Yes, kept(Quiet)), // C11
        (EACH, No, Yes, No, Yes, No, ANY, No, Now),         // C3, C9
    ]
};

const CHANNELS: [Channel; 5] = [
    Channel::Interface,
    Channel::Desktop,
    Channel::Email,
    Channel::Mobile,
    Channel::Browser,
];

/// 2026-11-21T12:00:00Z, a Saturday.
const NOON: Millis = 1_795_262_400_000;

fn is(said: Is, value: bool) -> bool {
    match said {
        Is::Any => true,
        Is::Yes => value,
        Is::No => !value,
    }
}

/// Letters about tasks: new and due only (RULES T9).
fn kept_off(cell: Cell) -> bool {
    let letter = cell.channel == Channel::Email;
    letter && matches!(cell.kind, Kind::TaskCompleted | Kind::TaskOverdue)
}

fn fits(row: &Row, cell: Cell) -> bool {
    let channel = match row.0 {
        On::Any => true,
        On::Interface => cell.channel == Channel::Interface,
        On::Desktop => cell.channel == Channel::Desktop,
        On::Email => cell.channel == Channel::Email,
    };
    channel
        && is(row.1, cell.transient)
        && is(row.2, cell.master)
        && is(row.3, cell.silent)
        && is(row.4, cell.wanted)
        && is(row.5, kept_off(cell))
        && is(row.6, cell.daily)
        && is(row.7, cell.quiet)
}

fn cells() -> impl Iterator<Item = Cell> {
    let bit = |number: u32, place: u32| number >> place & 1 == 1;
    CHANNELS.into_iter().flat_map(move |channel| {
        Kind::ALL.into_iter().flat_map(move |kind| {
            (0..64).map(move |number| Cell {
                channel,
                kind,
                transient: bit(number, 0),
                master: bit(number, 1),
                silent: bit(number, 2),
                wanted: bit(number, 3),
                daily: bit(number, 4),
                quiet: bit(number, 5),
            })
        })
    })
}

/// The settings of a cell. The switches of all other channels are the other way round, so that a mix-up shows.
fn settings(cell: Cell) -> ChannelSettings {
    let with = |others: bool, this: bool| {
        let at = |channel| {
            if cell.channel == channel {
                this
            } else {
                others
            }
        };
        ChannelSet {
            desktop: at(Channel::Desktop),
            email: at(Channel::Email),
            mobile: at(Channel::Mobile),
            browser: at(Channel::Browser),
        }
    };
    let row = |id: &str, channels| ProviderChannels {
        provider: Provider {
            id: ProviderId::new(id),
            name: String::new(),
            icon: None,
        },
        channels,
    };
    let rule = |kind| KindChannels {
        provider: ProviderId::new("tasks"),
        kind,
        channels: ChannelSet {
            email: false,
            ..ChannelSet::ALL
        },
    };
    let noon = QuietSpan {
        days: vec![6],
        from: 12 * 60,
        to: 12 * 60 + 1,
    };
    ChannelSettings {
        revision: 1,
        receive: cell.master,
        providers: vec![
            row("mango", with(cell.wanted, !cell.wanted)),
            row("tasks", with(!cell.wanted, cell.wanted)),
        ],
        deliverable: CHANNELS.to_vec(),
        quiet: QuietHours {
            on: cell.quiet,
            zone: String::new(),
            spans: vec![noon],
        },
        email: EmailSettings {
            mode: if cell.daily {
                EmailMode::Daily
            } else {
                EmailMode::AtOnce
            },
            ..EmailSettings::default()
        },
        push: dealbell_protocol::PushSettings::default(),
        kinds: vec![rule(Kind::TaskOverdue), rule(Kind::TaskCompleted)],
    }
}

#[test]
fn every_cell_of_kind_channel_switches_mode_quiet_and_transient_is_as_the_table_has_it() {
    let mut used = [0_u32; TABLE.len()];
    let provider = ProviderId::new("tasks");
    for cell in cells() {
        let fitting = TABLE.iter().position(|row| fits(row, cell));
        let row = fitting.unwrap_or_else(|| panic!("no row for {cell:?}"));
        used[row] += 1;
        let occasion = Occasion {
            provider: &provider,
            kind: cell.kind,
            silent: cell.silent,
            transient: cell.transient,
            at: NOON,
        };
        let said = settings(cell).reach(cell.channel, occasion);
        assert_eq!(said, TABLE[row].8, "row {row}, {cell:?}");
    }
    assert_eq!(used.iter().sum::<u32>(), 5 * 10 * 64);
    assert!(
        used.iter().all(|cells| *cells > 0),
        "a row decides nothing: {used:?}"
    );
}

#[test]
fn a_provider_and_a_kind_that_nobody_has_decided_on_go_where_the_defaults_say() {
    let cell = cells().next().expect("there are cells");
    let mut settings = settings(cell);
    settings.receive = true;
    let newcomer = ProviderId::new("new");
    let occasion = Occasion {
        provider: &newcomer,
        kind: Kind::Message,
        silent: false,
        transient: false,
        at: NOON,
    };
    let usual = ChannelSet::default();
    for channel in CHANNELS {
        let wanted = usual.has(channel);
        let said = settings.reach(channel, occasion);
        assert_eq!(said == Reach::Now, wanted, "{channel:?}: {said:?}");
    }
}
