//! From the click on the tray to the painted list.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::resident::{Resident, Stand, Who};
use super::screen::Screen;
use super::spread::Spread;
use crate::report::Report;

/// Openings of each kind.
const TURNS: usize = 7;
/// A window that is not there after this is broken.
const FIRST: Duration = Duration::from_secs(8);
/// The same of one that lingers.
const AGAIN: Duration = Duration::from_secs(4);
/// Looks at the tray while the app reads all it has, each of [`dealbell_tests::PATIENCE`].
const LOOKS: usize = 45;

/// Opens the three in turn, first and while lingering.
pub(crate) async fn measure(quick: bool) -> Result<Report> {
    let turns = if quick { 2 } else { TURNS };
    let most = if quick { 10_000 } else { 100_000 };
    let mut stands = vec![
        (Stand::new(Who::Empty, false).await?, 0),
        (Stand::filled(1_000).await?, 1_000),
        (Stand::filled(most).await?, most),
    ];
    let mut residents = Vec::new();
    for (stand, stored) in &mut stands {
        let resident = stand.start_connected().await?;
        if *stored > 0 {
            has_read(&resident, *stored).await?;
        }
        residents.push(resident);
    }
    let mut first: Vec<Vec<Duration>> = stands.iter().map(|_| Vec::new()).collect();
    let mut again = first.clone();
    for _ in 0..turns {
        for (place, (stand, _)) in stands.iter_mut().enumerate() {
            let screen = || Screen::of(stand.desktop.display());
            let resident = &residents[place];
            first[place].push(opened(resident, screen()?, FIRST).await?);
            screen()?.close_windows().await?;
            again[place].push(opened(resident, screen()?, AGAIN).await?);
            screen()?.close_windows().await?;
            match stand.who {
                // Its window lingers for ever.
                Who::Empty => {
                    let old = residents.remove(place);
                    old.end().await?;
                    residents.insert(place, stand.start_connected().await?);
                }
                Who::Team | Who::Solo | Who::Gotify => resident.window_ended().await?,
            }
        }
    }
    let mut report = Report::new(format!(
        "From before `Activate` is called on the tray item until the part of the screen where the window lies looks as it stays, but for one \
         pixel in a hundred; looked at through the X server as fast as it answers, {turns} times each, in turn. No window \
         manager, drawing in software. The empty window is Tauri's with one line of text, opened by its resident in a process of its own, as ours."
    ));
    for (kind, took) in [("first", first), ("while lingering", again)] {
        let took: Vec<Spread> = took.into_iter().map(Spread::millis).collect();
        for (spread, (_, stored)) in took.iter().zip(&stands) {
            let what = match stored {
                0 => format!("empty window: {kind}"),
                stored => format!("Dealbell, {stored} stored: {kind}"),
            };
            if *stored == 0 {
                report.figure(what, spread);
                continue;
            }
            let ratio = spread.ratio(&took[0]);
            let told = format!("{spread}: {ratio:.2} × empty");
            report.aimed(what, told, "≤ 1.2 × empty", ratio <= 1.2);
        }
    }
    for resident in residents {
        resident.end().await?;
    }
    Ok(report)
}

async fn opened(resident: &Resident, screen: Screen, patience: Duration) -> Result<Duration> {
    let begun = Instant::now();
    let looking = tokio::task::spawn_blocking(move || screen.painted(begun, patience));
    resident.item.activate(5, 5).await?;
    looking.await?.with_context(|| resident.program.log())
}

async fn has_read(resident: &Resident, stored: usize) -> Result<()> {
    let stored = stored.to_string();
    for _ in 0..LOOKS {
        let read = resident.item.wait(|view| {
            let digits = view.tooltip_text.chars().filter(char::is_ascii_digit);
            digits.collect::<String>() == stored
        });
        if read.await.is_ok() {
            return Ok(());
        }
    }
    bail!("it does not read on\n{}", resident.program.log())
}
