//! Whether a notification becomes a toast: one pure decision.

use super::Suppression;
use dealbell_protocol::{ChannelSettings, Notification};

/// Where and when a fresh notification arrives.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What the user wants; unknown before the first contact, when the defaults hold.
    pub channels: Option<&'a ChannelSettings>,
    /// It comes with a backlog.
    pub behind: bool,
    /// As many toasts as bearable were shown in the last moments.
    pub crowded: bool,
}

/// What is to happen to a fresh notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Show it now.
    Show,
    /// Show it, alone or in a summary, once it is known how many there are.
    Hold,
    /// Do not show it.
    Suppress(Suppression),
}

/// Decides for a fresh insert; nothing else can ring (STREAM 3).
pub fn decide(notification: &Notification, situation: Situation<'_>) -> Decision {
    if let Some(by) = unwanted(notification, situation.channels) {
        return Decision::Suppress(by);
    }
    if situation.behind || situation.crowded {
        return Decision::Hold;
    }
    Decision::Show
}

fn unwanted(
    notification: &Notification,
    channels: Option<&ChannelSettings>,
) -> Option<Suppression> {
    let receive = channels.is_none_or(|channels| channels.receive);
    let wanted = channels.is_none_or(|channels| channels.wants_desktop(&notification.provider));
    match notification {
        n if !n.is_unread() => Some(Suppression::AlreadyRead),
        n if n.silent => Some(Suppression::Silent),
        _ if !receive => Some(Suppression::MasterSwitch),
        _ if !wanted => Some(Suppression::Channel),
        _ => None,
    }
}
