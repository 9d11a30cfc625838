//! What the system tells of itself (sleep, network, lock, clock) and what it is asked for (start
//! at login, a shortcut, a log on disk).

#[cfg(any(target_os = "macos", test))]
pub(crate) mod alone;
pub(crate) mod autostart;
pub(crate) mod crash;
pub(crate) mod journal;
pub(crate) mod privacy;
pub(crate) mod report;
pub(crate) mod shortcut;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod pulse;

#[cfg(target_os = "linux")]
pub(crate) use linux::watch;
#[cfg(not(target_os = "linux"))]
pub(crate) use pulse::watch;

/// What the system tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SystemEvent {
    /// The machine woke from sleep.
    Woke,
    /// An address or a way out came, went or changed: a VPN, another Wi-Fi.
    NetworkChanged,
    /// The session was locked or unlocked.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux sessions are watched for it")
    )]
    Locked(bool),
    /// The clock was set.
    ClockSet,
}
