//! The mail server lets nobody in: nobody knocks for a while, then one letter does. Pure.

use dealbell_protocol::Millis;

/// How long nobody knocks at first, and at most.
const PAUSE: [Millis; 2] = [5 * 60_000, 30 * 60_000];

/// Whether letters may be tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gate {
    closed: Option<Closed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Closed {
    until: Millis,
    pause: Millis,
}

/// How many letters may be tried now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    /// As many as there is room for.
    All,
    /// One, while no other is.
    One,
    /// None until then.
    NoneUntil(Millis),
}

impl Gate {
    /// What may be tried.
    pub(super) fn may(&self, now: Millis) -> May {
        match self.closed {
            None => May::All,
            // A clock that was put back far must not close it for long.
            Some(closed) if now < closed.until && closed.until - now <= closed.pause => {
                May::NoneUntil(closed.until)
            }
            Some(_) => May::One,
        }
    }

    /// Somebody was not let in. True where that is news.
    pub(super) fn close(&mut self, now: Millis) -> bool {
        let pause = match self.closed {
            // Several knocked together.
            Some(closed) if now < closed.until => return false,
            Some(closed) => (closed.pause * 2).min(PAUSE[1]),
            None => PAUSE[0],
        };
        let news = self.closed.is_none();
        let until = now + pause;
        self.closed = Some(Closed { until, pause });
        news
    }

    /// Somebody was. True where that is news.
    pub(super) fn open(&mut self) -> bool {
        self.closed.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_knocks_ever_more_rarely_until_it_is_let_in() {
        let mut gate = Gate::default();
        assert_eq!(gate.may(0), May::All);
        assert!(gate.close(0));
        assert!(!gate.close(1), "several knocked together");
        assert_eq!(gate.may(PAUSE[0] - 1), May::NoneUntil(PAUSE[0]));
        assert_eq!(gate.may(PAUSE[0]), May::One);
        assert!(!gate.close(PAUSE[0]));
        assert_eq!(gate.may(PAUSE[0]), May::NoneUntil(PAUSE[0] * 3));
        assert!(gate.open());
        assert!(!gate.open());
        assert_eq!(gate.may(PAUSE[0]), May::All);
    }

    #[test]
    fn a_clock_that_is_put_back_opens_it() {
        let mut gate = Gate::default();
        gate.close(1_000_000_000);
        assert_eq!(gate.may(0), May::One);
    }
}
