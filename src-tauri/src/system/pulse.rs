//! Systems that tell nobody without a window of one's own: a slow pulse notices what happened
//! between two beats.

use super::SystemEvent;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::mpsc;

/// How far apart the beats are: three a minute keep a processor asleep.
const BEAT: Duration = Duration::from_secs(20);
/// A beat that comes this much late was slept through.
const LATE: Duration = Duration::from_secs(10);

/// Tells of sleep, clock and network until nobody listens.
pub(crate) fn watch(events: mpsc::Sender<SystemEvent>) {
    tokio::spawn(async move {
        let mut last = Beat::now();
        loop {
            tokio::time::sleep(BEAT).await;
            let beat = Beat::now();
            for event in beat.since(&last) {
                if events.send(event).await.is_err() {
                    return;
                }
            }
            last = beat;
        }
    });
}

struct Beat {
    at: Instant,
    wall: SystemTime,
    addresses: Vec<std::net::IpAddr>,
}

impl Beat {
    fn now() -> Self {
        let mut addresses: Vec<_> = if_addrs::get_if_addrs()
            .unwrap_or_default()
            .into_iter()
            .map(|interface| interface.ip())
            .collect();
        addresses.sort();
        Self {
            at: Instant::now(),
            wall: SystemTime::now(),
            addresses,
        }
    }

    fn since(&self, last: &Self) -> Vec<SystemEvent> {
        let run = self.at.duration_since(last.at);
        let wall = self.wall.duration_since(last.wall);
        let mut events = Vec::new();
        match wall {
            // Where the running clock stands still in sleep, only the wall's goes on.
            Ok(wall) if wall.max(run) > BEAT + LATE => events.push(SystemEvent::Woke),
            Ok(wall) if wall + LATE < run => events.push(SystemEvent::ClockSet),
            Ok(_) => {}
            Err(_) => events.push(SystemEvent::ClockSet),
        }
        if self.addresses != last.addresses {
            events.push(SystemEvent::NetworkChanged);
        }
        events
    }
}
