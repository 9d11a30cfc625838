//! Which channels a notification reaches: one pure decision, the same in the centre and on a desktop.

use crate::{
    Channel, ChannelSet, ChannelSettings, EmailMode, Kind, Millis, Notification, ProviderId,
};

/// What of a notification decides where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion<'a> {
    /// Who says it.
    pub provider: &'a ProviderId,
    /// What it is about.
    pub kind: Kind,
    /// Listed and counted only (RULES T2).
    pub silent: bool,
    /// A pop-up (RULES C10).
    pub transient: bool,
    /// When it is to go out.
    pub at: Millis,
}

impl<'a> Occasion<'a> {
    /// That of `notification`, at `at`.
    pub fn of(notification: &'a Notification, at: Millis) -> Self {
        Self {
            provider: &notification.provider,
            kind: notification.kind,
            silent: notification.silent,
            transient: false,
            at,
        }
    }
}

/// Whether and when a channel takes a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// At once.
    Now,
    /// In the digest, if it is unread by then (RULES C8).
    InDigest,
    /// Not on this channel.
    Kept(Kept),
}

/// Why a channel does not take a notification; the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kept {
    /// A pop-up is for the screen of whoever is connected, and nothing else (RULES C10).
    Transient,
    /// The master switch is off (RULES C5).
    SwitchedOff,
    /// It is never told aloud (RULES T2).
    Silent,
    /// The user does not want this provider here (RULES C3).
    Provider,
    /// This kind does not go here (RULES T9).
    Kind,
    /// It is the user's quiet time (RULES C11).
    Quiet,
}

impl ChannelSettings {
    /// Where `occasion` goes on `channel` (RULES C2, C3, C5, C7, C10, C11, T2, T9).
    pub fn reach(&self, channel: Channel, occasion: Occasion<'_>) -> Reach {
        if occasion.transient && channel != Channel::Desktop {
            return Reach::Kept(Kept::Transient);
        }
        if channel == Channel::Interface {
            return Reach::Now;
        }
        if !self.receive {
            return Reach::Kept(Kept::SwitchedOff);
        }
        // A pop-up asks neither: master switch and quiet hours alone silence it.
        if !occasion.transient {
            if occasion.silent {
                return Reach::Kept(Kept::Silent);
            }
            if !self.of_provider(occasion.provider).has(channel) {
                return Reach::Kept(Kept::Provider);
            }
            if !self.of_kind(occasion.provider, occasion.kind).has(channel) {
                return Reach::Kept(Kept::Kind);
            }
        }
        if channel == Channel::Email {
            return match self.email.mode {
                EmailMode::AtOnce => Reach::Now,
                EmailMode::Daily => Reach::InDigest,
            };
        }
        match self.quiet.quiet_until(occasion.at) {
            Some(_) => Reach::Kept(Kept::Quiet),
            None => Reach::Now,
        }
    }

    /// Whether a notification of this kind may be a toast, quiet or not (RULES C3, C5, T9).
    pub fn wants_desktop(&self, provider: &ProviderId, kind: Kind) -> bool {
        self.receive && self.of_provider(provider).desktop && self.of_kind(provider, kind).desktop
    }

    /// What the user wants of `provider`; an unknown one has the default channels.
    fn of_provider(&self, provider: &ProviderId) -> ChannelSet {
        let row = self
            .providers
            .iter()
            .find(|row| &row.provider.id == provider);
        row.map_or_else(ChannelSet::default, |row| row.channels)
    }

    /// Where this kind may go at all.
    fn of_kind(&self, provider: &ProviderId, kind: Kind) -> ChannelSet {
        let rule = self.kinds.iter();
        let mut rule = rule.filter(|rule| &rule.provider == provider && rule.kind == kind);
        rule.next().map_or(ChannelSet::ALL, |rule| rule.channels)
    }
}
