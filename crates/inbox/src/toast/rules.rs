//! Whether a notification becomes a toast: one pure decision.

use super::Suppression;
use dealbell_protocol::window::Quiet;
use dealbell_protocol::{ChannelSettings, Notification};

/// Where and when a fresh notification arrives.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What the user wants; unknown before the first contact, when the defaults hold.
    pub channels: Option<&'a ChannelSettings>,
    /// Why nothing rings now.
    pub quiet: Option<Quiet>,
    /// It comes with a backlog.
    pub behind: bool,
    /// As many came in the last moments as are bearable.
    pub crowded: bool,
}

/// What is to happen to a fresh notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Show it now.
    Show,
    /// Show it, alone or in a summary, once it is known how many there are.
    Hold,
    /// Hold it back until it is quiet no more (RULES C11).
    HoldBack(Suppression),
    /// Do not show it.
    Suppress(Suppression),
}

/// Decides for a fresh insert; nothing else can ring (STREAM 3) but what the user has put off.
pub fn decide(notification: &Notification, situation: Situation<'_>) -> Decision {
    if notification.silent && notification.is_unread() {
        return Decision::Suppress(Suppression::Silent);
    }
    decide_again(notification, situation)
}

/// Decides for one that the user wanted to be reminded of: even one that is never a toast by itself.
pub(crate) fn decide_again(notification: &Notification, situation: Situation<'_>) -> Decision {
    if let Some(by) = unwanted(notification, situation.channels) {
        return Decision::Suppress(by);
    }
    if let Some(quiet) = situation.quiet {
        return Decision::HoldBack(held_back(quiet));
    }
    if situation.behind || situation.crowded {
        return Decision::Hold;
    }
    Decision::Show
}

/// How diagnostics name a quiet.
pub(crate) fn held_back(quiet: Quiet) -> Suppression {
    match quiet {
        Quiet::User { .. } => Suppression::UserQuiet,
        Quiet::Hours { .. } => Suppression::QuietHours,
        Quiet::System => Suppression::DoNotDisturb,
    }
}

fn unwanted(
    notification: &Notification,
    channels: Option<&ChannelSettings>,
) -> Option<Suppression> {
    let receive = channels.is_none_or(|channels| channels.receive);
    let wanted = channels
        .is_none_or(|channels| channels.wants_desktop(&notification.provider, notification.kind));
    match (notification.is_unread(), receive, wanted) {
        (false, _, _) => Some(Suppression::AlreadyRead),
        (_, false, _) => Some(Suppression::MasterSwitch),
        (_, _, false) => Some(Suppression::Channel),
        _ => None,
    }
}
