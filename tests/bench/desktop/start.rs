//! From the spawn of the program to its tray item.

use std::time::Duration;

use anyhow::{Context, Result};

use super::resident::{Stand, Who};
use super::spread::Spread;
use crate::report::Report;

/// Starts of each.
const STARTS: usize = 15;
/// Starts of each after the page cache was dropped.
const COLD: usize = 5;

/// Starts each in turn, warm and, where we may, cold.
pub(crate) async fn measure(quick: bool) -> Result<Report> {
    let all = Who::present();
    let mut stands = Vec::new();
    for &who in &all {
        stands.push(Stand::new(who, false).await?);
    }
    // The first start makes folders and databases; the later ones are what a user sees every morning.
    round(&mut stands, false).await?;
    // To drop the page cache slows down whatever else the machine does: not for a mere look.
    let (starts, colds) = if quick { (3, 0) } else { (STARTS, COLD) };
    let mut report = Report::new(format!(
        "From before the program is spawned until its item has registered with the tray's watcher: {starts} starts of each \
         in turn, {colds} with a cold page cache (`drop_caches`; libraries that the desktop itself has open stay), each on its own private desktop and not for the first time. \
         gotify-tray is {} ({}).",
        super::GOTIFY_TRAY,
        super::GOTIFY_COMMAND,
    ));
    for (cold, count) in [(false, starts), (true, colds)] {
        if count == 0 {
            continue;
        }
        if cold && drop_caches().is_err() {
            report.figure("cold", "not permitted here");
            continue;
        }
        let mut took: Vec<Vec<Duration>> = all.iter().map(|_| Vec::new()).collect();
        for _ in 0..count {
            for (took, time) in took.iter_mut().zip(round(&mut stands, cold).await?) {
                took.push(time);
            }
        }
        let took: Vec<Spread> = took.into_iter().map(Spread::millis).collect();
        let name = if cold { "cold" } else { "warm" };
        for (who, ours) in all.iter().zip(&took) {
            let what = format!("{}: {name}", who.name());
            let is_ours = matches!(who, Who::Team | Who::Solo);
            let of = |peer| {
                all.iter()
                    .position(|who| *who == peer)
                    .map(|place| &took[place])
            };
            let mut told = ours.to_string();
            if is_ours {
                told += &ours.beside(of(Who::Empty), "empty");
                told += &ours.beside(of(Who::Gotify), "gotify-tray");
            }
            match is_ours && !cold {
                true => report.aimed(what, told, "≤ 100 ms", ours.median() <= 100.0),
                false => report.figure(what, told),
            }
        }
    }
    Ok(report)
}

async fn round(stands: &mut [Stand], cold: bool) -> Result<Vec<Duration>> {
    let mut took = Vec::new();
    for stand in stands {
        if cold {
            drop_caches()?;
        }
        let resident = stand.start_connected().await?;
        took.push(resident.took);
        resident.end().await.with_context(|| stand.who.name())?;
    }
    Ok(took)
}

fn drop_caches() -> Result<()> {
    rustix::fs::sync();
    Ok(std::fs::write("/proc/sys/vm/drop_caches", "3")?)
}
