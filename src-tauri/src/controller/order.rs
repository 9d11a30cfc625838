//! Which of several attempts counts: of checks the last one, of openings one after the other.

/// The one thing that may be entered: what was checked last, by the page that checked it.
#[derive(Debug)]
pub(super) struct LastChecked<P, T> {
    turn: u64,
    kept: Option<(P, T)>,
}

impl<P: PartialEq, T> LastChecked<P, T> {
    pub(super) fn nothing() -> Self {
        Self {
            turn: 0,
            kept: None,
        }
    }

    /// Another check begins: what was found before is forgotten. Its turn, for [`Self::keep`].
    pub(super) fn begin(&mut self) -> u64 {
        self.kept = None;
        self.turn += 1;
        self.turn
    }

    /// What the check of this turn has found. False where another began meanwhile.
    pub(super) fn keep(&mut self, turn: u64, page: P, found: T) -> bool {
        let counts = turn == self.turn;
        if counts {
            self.kept = Some((page, found));
        }
        counts
    }

    /// What this page may enter.
    pub(super) fn of(&self, page: &P) -> Option<&T> {
        let (by, found) = self.kept.as_ref()?;
        (by == page).then_some(found)
    }

    /// The same, once: there is nothing to enter afterwards, unless it is kept again by its turn.
    pub(super) fn take(&mut self, page: &P) -> Option<(u64, T)> {
        let (by, found) = self.kept.take()?;
        (by == *page).then_some((self.turn, found))
    }

    /// Forgets what the check of this turn has found.
    pub(super) fn expire(&mut self, turn: u64) {
        if turn == self.turn {
            self.forget();
        }
    }

    /// Forgets everything; a check that still runs does not count any more.
    pub(super) fn forget(&mut self) {
        self.turn += 1;
        self.kept = None;
    }
}

/// One at a time, and the last of those that came meanwhile.
#[derive(Debug)]
pub(super) struct OneByOne<T> {
    busy: bool,
    next: Option<T>,
}

/// What comes of wanting something.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn<T> {
    /// Begin, and say [`OneByOne::ended`] at the end.
    Begin(T),
    /// It waits, and whatever waited before does not any more.
    Waits {
        /// What gave up its place.
        displaced: Option<T>,
    },
}

impl<T> OneByOne<T> {
    pub(super) fn idle() -> Self {
        Self {
            busy: false,
            next: None,
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        !self.busy
    }

    pub(super) fn want(&mut self, wanted: T) -> Turn<T> {
        if self.busy {
            return Turn::Waits {
                displaced: self.next.replace(wanted),
            };
        }
        self.busy = true;
        Turn::Begin(wanted)
    }

    /// What began has ended; what begins now instead.
    pub(super) fn ended(&mut self) -> Option<T> {
        let next = self.next.take();
        self.busy = next.is_some();
        next
    }

    /// Lets nothing begin any more; what waited.
    pub(super) fn clear(&mut self) -> Option<T> {
        self.next.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_checks_in_flight_the_later_is_entered_and_only_once() {
        let mut last = LastChecked::nothing();
        let (early, late) = (last.begin(), last.begin());
        assert!(last.keep(late, "page", "late"));
        assert!(!last.keep(early, "page", "early"));
        assert_eq!(last.of(&"page"), Some(&"late"));
        assert_eq!(last.take(&"page"), Some((late, "late")));
        assert_eq!(last.take(&"page"), None);
        // It could not be used after all, and may be tried again.
        assert!(last.keep(late, "page", "late"));
        assert_eq!(last.of(&"page"), Some(&"late"));
    }

    #[test]
    fn what_was_checked_is_the_pages_own_and_expires() {
        let mut last = LastChecked::nothing();
        let turn = last.begin();
        assert!(last.keep(turn, 1, "mine"));
        assert_eq!(last.of(&2), None);
        last.expire(turn - 1);
        assert_eq!(last.of(&1), Some(&"mine"));
        last.expire(turn);
        assert_eq!(last.take(&1), None);

        let turn = last.begin();
        last.forget();
        assert!(!last.keep(turn, 1, "of a page that has gone"));
    }

    #[test]
    fn two_openings_are_never_in_flight_at_once() {
        let mut line = OneByOne::idle();
        assert_eq!(line.want(1), Turn::Begin(1));
        assert_eq!(line.want(2), Turn::Waits { displaced: None });
        assert_eq!(line.want(3), Turn::Waits { displaced: Some(2) });
        assert_eq!(line.ended(), Some(3));
        assert!(!line.is_idle());
        assert_eq!(line.want(4), Turn::Waits { displaced: None });
        assert_eq!(line.clear(), Some(4));
        assert_eq!(line.ended(), None);
        assert!(line.is_idle());
    }
}
