//! Memory: before there was a window, with it, after it, and after a day's notifications.

use std::time::Duration;

use anyhow::{Context, Result};

use super::resident::{Peer, Resident, Stand, Who};
use super::screen::Screen;
use super::spread::Spread;
use super::tree::{Memory, elsewhere, threads};
use crate::report::Report;

/// Turns, each of them a new start.
const TURNS: usize = 3;
/// A busy day's notifications.
const DAY: usize = 500;
/// How far apart memory is looked at until it has come to rest.
const LOOK: Duration = Duration::from_secs(1);
/// Of two looks, KiB: what changes less has come to rest.
const STILL: u64 = 256;
/// Looks at most.
const LOOKS: usize = 20;

/// What one resident took in one turn.
#[derive(Debug, Default)]
struct Turn {
    idle: Memory,
    open: Memory,
    after: Memory,
    day: Memory,
    threads: (usize, usize),
}

/// Each in turn, alone on its desktop and with nobody else of them running.
pub(crate) async fn measure(quick: bool) -> Result<Report> {
    let turns = if quick { 1 } else { TURNS };
    let all = Who::present();
    let mut taken: Vec<Vec<Turn>> = all.iter().map(|_| Vec::new()).collect();
    for _ in 0..turns {
        for (who, turns) in all.iter().zip(&mut taken) {
            let turn = turn(*who).await.with_context(|| who.name())?;
            // Minutes each, so each says what it found.
            eprintln!("{}: {turn:?}", who.name());
            turns.push(turn);
        }
    }
    let mut report = Report::new(format!(
        "PSS / private (anonymous) memory of the process and all below it from `smaps_rollup`, once two looks a second apart \
         differ by less than {STILL} KiB; {turns} turns, each a new start on a new private desktop with nobody on it but the recorder, the residents in turn. \
         A day is {DAY} notifications. The window is opened by a click on the tray, closed, and its linger over. The empty resident is \
         Tauri with the same plugins, built likewise; gotify-tray is {} ({}).",
        super::GOTIFY_TRAY,
        super::GOTIFY_COMMAND,
    ));
    type Pick = fn(&Turn) -> Memory;
    let moments: [(&str, Pick); 4] = [
        ("connected, before a window", |turn| turn.idle),
        ("with the window", |turn| turn.open),
        ("after the window", |turn| turn.after),
        ("after a day", |turn| turn.day),
    ];
    let mib = |kib: u64| f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1_024.0;
    for (moment, pick) in moments {
        let of = |place: usize, part: fn(&Memory) -> u64| {
            let turns = taken[place].iter();
            Spread::new("MiB", turns.map(|turn| mib(part(&pick(turn)))))
        };
        let (pss, private) = (
            |place| of(place, |memory| memory.pss),
            |place| of(place, |memory| memory.private),
        );
        for (place, who) in all.iter().enumerate() {
            if pss(place).median() == 0.0 {
                continue;
            }
            let what = format!("{}: {moment}", who.name());
            let told = format!("{} / {}", pss(place), private(place));
            if matches!(who, Who::Empty | Who::Gotify) {
                report.figure(what, told);
                continue;
            }
            let Some(peer) = all.iter().position(|who| *who == Who::Gotify) else {
                report.figure(what, told);
                continue;
            };
            let whole = pss(place).ratio(&pss(peer));
            let own = private(place).ratio(&private(peer));
            let told = format!("{told}: {whole:.2} × / {own:.2} × gotify-tray");
            let is_closed = moment != "with the window";
            match is_closed {
                true => report.aimed(
                    what,
                    told,
                    "≤ 0.5 × / ≤ 0.25 ×",
                    whole <= 0.5 && own <= 0.25,
                ),
                false => report.figure(what, told),
            }
        }
    }
    report.figure(
        "others on this machine with the same libraries open, at the end; each makes shares of pages, so PSS, smaller",
        elsewhere(&["libwebkit2gtk", "libQt6"])?,
    );
    for (who, turns) in all.iter().zip(&taken) {
        if let Some(turn) = turns.last() {
            let (threads, processes) = turn.threads;
            let what = format!("{}: threads, in so many processes", who.name());
            report.figure(what, format!("{threads} in {processes}"));
        }
    }
    Ok(report)
}

async fn turn(who: Who) -> Result<Turn> {
    let mut stand = Stand::new(who, false).await?;
    let resident = stand.start_connected().await?;
    let screen = Screen::of(stand.desktop.display())?;
    let idle = settled(&resident).await?;
    let threads = threads(resident.program.pid());
    resident.item.activate(5, 5).await?;
    screen.wait_window().await?;
    let open = settled(&resident).await?;
    screen.close_windows().await?;
    let after = match who {
        // They keep what they have.
        Who::Empty | Who::Gotify => settled(&resident).await?,
        Who::Team | Who::Solo => {
            resident.window_ended().await?;
            settled(&resident).await?
        }
    };
    let day = match &stand.peer {
        Peer::Centre(_) | Peer::Gotify(_) => {
            stand.ring_often(&resident, DAY).await?;
            settled(&resident).await?
        }
        Peer::None | Peer::Crm(_) => Memory::default(),
    };
    resident.end().await?;
    Ok(Turn {
        idle,
        open,
        after,
        day,
        threads,
    })
}

/// What it takes once that has come to rest.
async fn settled(resident: &Resident) -> Result<Memory> {
    let mut last = Memory::of(resident.program.pid())?;
    for _ in 0..LOOKS {
        tokio::time::sleep(LOOK).await;
        let now = Memory::of(resident.program.pid())?;
        if now.pss.abs_diff(last.pss) < STILL {
            return Ok(now);
        }
        last = now;
    }
    Ok(last)
}
