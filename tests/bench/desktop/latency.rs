//! From a publish, and from a frame on the wire, to the native toast.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::MissedTickBehavior;

use super::resident::{Stand, Who};
use super::spread::Spread;
use crate::report::Report;

/// Toasts of each.
const TOASTS: usize = 500;
/// In a quick run.
const QUICK: usize = 40;
/// Six within three seconds would be a crowd, which is one summary; each has one toast in a round.
const ROUND: Duration = Duration::from_millis(800);
/// A toast that is not there by then has become part of a summary.
const ALONE: Duration = Duration::from_secs(6);
/// After that a crowd is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(14);

/// 500 toasts of each, in turn.
pub(crate) async fn measure(quick: bool) -> Result<Report> {
    let toasts = if quick { QUICK } else { TOASTS };
    // One is published to as it is, one has its wire looked at, and the peer its frames sent.
    let mut stands = [
        Stand::new(Who::Team, false).await?,
        Stand::new(Who::Team, true).await?,
        Stand::new(Who::Gotify, false).await?,
    ];
    let mut residents = Vec::new();
    for stand in &mut stands {
        residents.push(stand.start_connected().await?);
    }
    let mut published = Vec::new();
    let mut frames = [Vec::new(), Vec::new()];
    let mut rounds = tokio::time::interval(ROUND);
    // A late round must not be followed by two at once: that would make a crowd.
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut crowded = 0;
    // The first is to warm up.
    for number in 0..=toasts {
        rounds.tick().await;
        let title = format!("Замер {number:04}");
        let text = "Позвонить клиенту и уточнить срок доставки";
        for (place, stand) in stands.iter_mut().enumerate() {
            let Ok(ring) = tokio::time::timeout(ALONE, stand.ring(&title, text)).await else {
                crowded += 1;
                tokio::time::sleep(FORGOTTEN).await;
                continue;
            };
            let ring = ring?;
            if number == 0 {
                continue;
            }
            let from = match place {
                0 => {
                    published.push(ring.called - ring.asked);
                    continue;
                }
                1 => 0,
                _ => 1,
            };
            let frame = ring.frame.context("the frame was not seen")?;
            frames[from].push(ring.called.saturating_duration_since(frame));
        }
    }
    let mut report = Report::new(format!(
        "{toasts} notifications of each, one every {} ms, the three in turn: the app at its centre, the app at a centre \
         whose wire is looked at, and gotify-tray {} ({}) at a stand-in of Gotify's stream that commits nothing. The same title \
         and text, the same recorder as notification daemon, each on a private desktop; centre and app are programs of their own with their databases on disk. \
         Timed until the `Notify` call is read by the recorder: from before the HTTP request is sent, and from before the frame is \
         written to the socket.",
        ROUND.as_millis(),
        super::GOTIFY_TRAY,
        super::GOTIFY_COMMAND,
    ));
    let published = Spread::millis(published);
    let [ours, peers] = frames.map(Spread::millis);
    for (what, permille, most) in [
        ("p50", 500, Some(1.2)),
        ("p99", 990, Some(3.0)),
        ("p99.9", 999, None),
    ] {
        let took = published.permille(permille);
        let (what, told) = (format!("publish → Notify, {what}"), fine(took));
        match most {
            Some(most) => report.aimed(what, told, format!("≤ {most} ms"), took <= most),
            None => report.figure(what, told),
        }
    }
    for (what, permille, asked) in [
        ("p50", 500, true),
        ("p99", 990, true),
        ("p99.9", 999, false),
    ] {
        let (our, their) = (ours.permille(permille), peers.permille(permille));
        let what = format!("frame → Notify, {what}");
        let told = format!(
            "{} beside gotify-tray's {}: {:.2} ×",
            fine(our),
            fine(their),
            our / their
        );
        match asked {
            true => report.aimed(what, told, "≤ 1 ×", our <= their),
            false => report.figure(what, told),
        }
    }
    report.figure(
        "counted",
        format!(
            "{} + {} + {}",
            published.count(),
            ours.count(),
            peers.count()
        ),
    );
    report.figure(
        "not counted, as the machine brought too many at once and a summary told of them",
        crowded,
    );
    for resident in residents {
        resident.end().await?;
    }
    Ok(report)
}

fn fine(millis: f64) -> String {
    format!("{millis:.2} ms")
}
