//! The clock being set, told by a timer that the kernel cancels then.

use super::super::SystemEvent;
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use std::os::fd::OwnedFd;
use std::{io, time::SystemTime};
use tokio::sync::mpsc;

/// How far ahead the timer is set, seconds: it never fires, it is only cancelled.
const FAR: i64 = 10 * 365 * 24 * 60 * 60;

/// Tells whenever the clock was set. Waits in the kernel, so on a thread of its own.
pub(super) fn watch(events: &mpsc::Sender<SystemEvent>) {
    if let Err(error) = follow(events) {
        tracing::info!(%error, "the system does not tell when its clock is set");
    }
}

fn follow(events: &mpsc::Sender<SystemEvent>) -> io::Result<()> {
    let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::CLOEXEC)?;
    loop {
        arm(&timer)?;
        let mut count = [0_u8; 8];
        match rustix::io::read(&timer, &mut count) {
            Err(Errno::CANCELED) => {
                if events.blocking_send(SystemEvent::ClockSet).is_err() {
                    return Ok(());
                }
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn arm(timer: &OwnedFd) -> io::Result<()> {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let at = Itimerspec {
        it_interval: Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        },
        it_value: Timespec {
            tv_sec: i64::try_from(now.as_secs())
                .unwrap_or(0)
                .saturating_add(FAR),
            tv_nsec: 0,
        },
    };
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    timerfd_settime(timer, flags, &at)?;
    Ok(())
}
