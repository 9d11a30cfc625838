//! Quiet: not to be disturbed for a while, on this device. It is remembered, so that a restart does
//! not end it.

use super::Controller;
use super::calls::refused;
use dealbell_inbox::view::QuietUntil;
use dealbell_inbox::{Manners, UserQuiet};
use dealbell_protocol::Millis;
use dealbell_protocol::window::{Quiet, QuietChoice, WindowAnswer, WindowErrorCode};
use jiff::civil::Time;
use jiff::{Span, Timestamp, Zoned};

/// When *tomorrow* begins.
const MORNING: Time = Time::constant(8, 0, 0, 0);

/// What the system says of the user's attention; unknown is off.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Focus {
    /// The system's own do-not-disturb.
    pub(super) quiet: bool,
    /// The screen is shared.
    pub(super) sharing: bool,
    /// The session is locked: whoever sees the screen now need not be the user.
    pub(super) locked: bool,
}

impl Controller {
    /// How toasts shall behave now.
    pub(super) fn manners(&self) -> Manners {
        let settings = self.settings.current();
        Manners {
            user_quiet: settings.quiet.map(|quiet| UserQuiet { until: end(quiet) }),
            system_quiet: self.focus.quiet,
            sharing: self.focus.sharing || self.focus.locked,
            ..Manners::of(&settings.device)
        }
    }

    /// Tells the inboxes how toasts shall behave, where that has changed.
    pub(super) fn teach_manners(&mut self) {
        let manners = self.manners();
        if manners != self.manners {
            for inbox in self.inboxes() {
                inbox.set_manners(manners.clone());
            }
            self.manners = manners;
        }
    }

    /// Be quiet, or ring again.
    pub(super) fn be_quiet(&mut self, choice: QuietChoice) -> WindowAnswer {
        let until = quiet_until(choice, &Zoned::now());
        let kept = self.settings.change(|settings| settings.quiet = until);
        match kept {
            Ok(()) => WindowAnswer::Done,
            Err(error) => {
                tracing::warn!(%error, "the quiet was not remembered");
                refused(WindowErrorCode::Storage)
            }
        }
    }

    /// How long the user wants quiet; none where he does not.
    pub(super) fn user_quiet(&self) -> Option<QuietUntil> {
        let quiet = self.settings.current().quiet;
        quiet.filter(|quiet| quiet.holds(Timestamp::now().as_millisecond()))
    }
}

/// The same for the window.
pub(super) fn told(quiet: QuietUntil) -> Quiet {
    Quiet::User { until: end(quiet) }
}

fn end(quiet: QuietUntil) -> Option<Millis> {
    match quiet {
        QuietUntil::Until(end) => Some(end),
        QuietUntil::SwitchedOff => None,
    }
}

/// How long a choice made now lasts; none where it ends the quiet.
fn quiet_until(choice: QuietChoice, now: &Zoned) -> Option<QuietUntil> {
    let end = match choice {
        QuietChoice::Off => return None,
        QuietChoice::UntilOff => return Some(QuietUntil::SwitchedOff),
        QuietChoice::Hour => now.checked_add(Span::new().hours(1)),
        QuietChoice::Tomorrow => {
            let morning =
                |day: jiff::civil::Date| day.to_datetime(MORNING).to_zoned(now.time_zone().clone());
            match morning(now.date()) {
                Ok(today) if today > *now => Ok(today),
                _ => now.date().tomorrow().and_then(morning),
            }
        }
    };
    // At the end of all calendars there is no end.
    Some(end.map_or(QuietUntil::SwitchedOff, |end| {
        QuietUntil::Until(end.timestamp().as_millisecond())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(choice: QuietChoice, now: &str) -> String {
        let now: Zoned = now.parse().unwrap();
        match quiet_until(choice, &now) {
            Some(QuietUntil::Until(end)) => Timestamp::from_millisecond(end)
                .unwrap()
                .to_zoned(now.time_zone().clone())
                .strftime("%a %H:%M")
                .to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn until_tomorrow_is_the_next_morning_whatever_the_clocks_do() {
        use QuietChoice::{Hour, Off, Tomorrow, UntilOff};
        for (choice, now, expected) in [
            (Hour, "2026-11-21T17:30[Europe/Moscow]", "Sat 18:30"),
            (Tomorrow, "2026-11-21T17:30[Europe/Moscow]", "Sun 08:00"),
            // After midnight the day has begun: the user means this morning.
            (Tomorrow, "2026-11-22T01:10[Europe/Moscow]", "Sun 08:00"),
            (Tomorrow, "2026-11-22T08:00[Europe/Moscow]", "Mon 08:00"),
            // The night on which the clock is put forward.
            (Tomorrow, "2026-03-28T22:00[Europe/Berlin]", "Sun 08:00"),
            (Hour, "2026-03-29T01:30[Europe/Berlin]", "Sun 03:30"),
            (
                UntilOff,
                "2026-11-21T17:30[Europe/Moscow]",
                "Some(SwitchedOff)",
            ),
            (Off, "2026-11-21T17:30[Europe/Moscow]", "None"),
        ] {
            assert_eq!(ends(choice, now), expected, "{choice:?} at {now}");
        }
    }
}
