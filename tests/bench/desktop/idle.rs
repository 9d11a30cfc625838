//! How often an idle resident wakes, and what that costs.

use std::time::Duration;

use anyhow::Result;

use super::resident::{Stand, Who};
use super::tree::Work;
use crate::report::Report;

/// How long each is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(150);
/// In a quick run.
const QUICK: Duration = Duration::from_secs(30);
/// A start is over after that.
const SETTLED: Duration = Duration::from_secs(15);

/// Leaves all of them alone, each connected on its own desktop, at the same time.
pub(crate) async fn measure(quick: bool) -> Result<Report> {
    let alone = if quick { QUICK } else { LEFT_ALONE };
    let mut stands = Vec::new();
    for who in Who::present() {
        stands.push(Stand::new(who, false).await?);
    }
    let mut residents = Vec::new();
    for stand in &mut stands {
        residents.push(stand.start_connected().await?);
    }
    tokio::time::sleep(SETTLED).await;
    let look = || -> Result<Vec<Work>> {
        let all = residents.iter();
        all.map(|resident| Work::of(resident.program.pid()))
            .collect()
    };
    let before = look()?;
    tokio::time::sleep(alone).await;
    let after = look()?;
    let mut report = Report::new(format!(
        "Voluntary context switches and processor time of all threads of the process and all below it over {} s, {} s after the \
         start, connected and with nothing to do; each on its own private desktop, at the same time. Wake-ups are counted, so a busy machine does not change them. \
         Solo reads its CRM every few seconds, which is its work. gotify-tray is {} ({}).",
        alone.as_secs(),
        SETTLED.as_secs(),
        super::GOTIFY_TRAY,
        super::GOTIFY_COMMAND,
    ));
    let peer = stands.iter().position(|stand| stand.who == Who::Gotify);
    let rates: Vec<(f64, f64)> = after
        .iter()
        .zip(before)
        .map(|(after, before)| {
            let work = *after - before;
            let wakes = f64::from(u32::try_from(work.wakes).unwrap_or(u32::MAX));
            let seconds = alone.as_secs_f64();
            (wakes / seconds, work.cpu.as_secs_f64() * 1_000.0 / seconds)
        })
        .collect();
    for (stand, (wakes, cpu)) in stands.iter().zip(&rates) {
        let what = format!("{}: wake-ups a second", stand.who.name());
        match stand.who {
            Who::Team => report.aimed(
                what,
                peer.map_or_else(
                    || format!("{wakes:.3}"),
                    |peer| format!("{wakes:.3}: {:.3} × gotify-tray", wakes / rates[peer].0),
                ),
                "≤ 0.1",
                *wakes <= 0.1,
            ),
            Who::Solo | Who::Empty | Who::Gotify => report.figure(what, format!("{wakes:.3}")),
        }
        let what = format!("{}: processor time of a second", stand.who.name());
        report.figure(what, format!("{cpu:.3} ms"));
    }
    for resident in residents {
        resident.end().await?;
    }
    Ok(report)
}
