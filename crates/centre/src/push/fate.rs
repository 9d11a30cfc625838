//! What becomes of a notification that waits for a push, or is shown. Pure.

use super::{Pointless, message, outcome::REMEMBERED};
use dealbell_protocol::{
    Channel, ChannelSettings, Millis, Notification,
    reach::{Kept, Occasion, Reach},
};

/// What is known of a notification that waits for a push, or is shown.
pub(super) struct Item {
    pub(super) id: String,
    pub(super) seq: u64,
    pub(super) at: Millis,
    pub(super) shown_at: Option<Millis>,
    pub(super) tag: String,
    /// None: it was taken back.
    pub(super) notification: Option<Notification>,
}

/// What is to be done about an item.
pub(super) enum Fate {
    /// It is to be shown.
    Shown,
    /// It is to be taken away.
    Cleared,
    /// Nothing before this time; its clock begins anew there where it is quiet until then.
    Later(Millis),
    /// Nothing any more.
    Forgotten,
    Dropped(Pointless),
}

/// What decides about those that wait.
#[derive(Clone, Copy)]
pub(super) struct Wishes<'a> {
    /// What the user wants.
    pub(super) settings: &'a ChannelSettings,
    /// Where it would go.
    pub(super) channel: Channel,
    /// The subscription's own switch.
    pub(super) switched_on: bool,
    /// Up to which entry a connected desktop of his has everything.
    pub(super) heard: Option<u64>,
}

impl Wishes<'_> {
    /// What becomes of one that waits.
    pub(super) fn of(self, item: &Item, now: Millis) -> Fate {
        let Some(notification) = &item.notification else {
            return Fate::Dropped(Pointless::Withdrawn);
        };
        if !notification.is_unread() {
            return Fate::Dropped(Pointless::Read);
        }
        if !self.switched_on {
            return Fate::Dropped(Pointless::Kept);
        }
        if now - item.at >= message::kept(notification.kind) {
            return Fate::Dropped(Pointless::Old);
        }
        let occasion = Occasion::of(notification, now);
        match self.settings.reach(self.channel, occasion) {
            Reach::Now | Reach::InDigest => {}
            Reach::Kept(Kept::Quiet) => {
                return self
                    .settings
                    .quiet
                    .quiet_until(now)
                    .map_or(Fate::Shown, Fate::Later);
            }
            Reach::Kept(_) => return Fate::Dropped(Pointless::Kept),
        }
        // One of his devices has rung: a desktop that shows this, and has it.
        let rings = self.settings.reach(Channel::Desktop, occasion) == Reach::Now;
        if self.settings.push.hold_back
            && rings
            && self.heard.is_some_and(|heard| heard >= item.seq)
        {
            return Fate::Dropped(Pointless::Heard);
        }
        Fate::Shown
    }
}

/// What becomes of one that is shown.
pub(super) fn of_shown(item: &Item, shown_at: Millis, clears: bool, now: Millis) -> Fate {
    let forgotten = shown_at + REMEMBERED;
    let read = item
        .notification
        .as_ref()
        .is_none_or(|told| !told.is_unread());
    match read {
        _ if now >= forgotten => Fate::Forgotten,
        true if clears => Fate::Cleared,
        // Whoever is connected hears of it by the stream.
        true => Fate::Forgotten,
        // It was marked as unread again.
        false => Fate::Later(forgotten),
    }
}
