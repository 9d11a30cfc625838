//! What the next push to a subscription is. A crowd is one summary, which a crowd that goes on renews
//! in its place: nobody's phone rings a hundred times, and no push service is asked a hundred times.
//! Pure.

use dealbell_protocol::Millis;

/// Pushes that go out one after the other before they are paced.
const ROOM: i64 = 5;
/// How often one goes out then.
const EVERY: Millis = 10_000;
/// How often something is taken away at most: browsers mind pushes that show nothing.
const CLEAR_EVERY: Millis = 60_000;

/// What pushes so far have used up: a time that every push puts off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace(pub(super) Millis);

impl Pace {
    /// A clock that was put back far uses nothing up.
    fn used(self, now: Millis) -> Millis {
        if self.0 > now + ROOM * EVERY {
            now
        } else {
            self.0.max(now)
        }
    }

    /// Pushes that may go out now.
    fn room(self, now: Millis) -> usize {
        let left = (now + ROOM * EVERY - self.used(now)) / EVERY;
        usize::try_from(left).unwrap_or(0)
    }

    /// When one may.
    fn next_at(self, now: Millis) -> Millis {
        (self.used(now) - (ROOM - 1) * EVERY).max(now)
    }

    /// After one more.
    pub(super) fn after_one(self, now: Millis) -> Self {
        Self(self.used(now) + EVERY)
    }
}

/// What there is to do for a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Todo {
    /// Its user asked for a test.
    pub(super) test: bool,
    /// Notifications to be shown.
    pub(super) waiting: usize,
    /// Some of them waited for the end of quiet hours.
    pub(super) held: bool,
    /// Something is to be taken away.
    pub(super) clear: bool,
    /// What its pushes have used up.
    pub(super) pace: Pace,
    /// When something was taken away last.
    pub(super) cleared_at: Millis,
}

/// The next push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Test,
    /// The oldest that waits, by itself.
    One,
    /// All that wait, as one summary.
    Together,
    /// Whatever is to be taken away.
    Clear,
    /// None before this time.
    NotBefore(Millis),
    /// None.
    Nothing,
}

impl Todo {
    pub(super) fn next(self, now: Millis) -> Next {
        let room = self.pace.room(now);
        if self.test {
            return Next::Test;
        }
        let mut later = None;
        if self.waiting > 0 {
            // What was quiet ends in one summary (RULES C11).
            let crowd = self.waiting > room || (self.held && self.waiting > 1);
            match (room, crowd && self.waiting > 1) {
                (0, _) => later = Some(self.pace.next_at(now)),
                (_, true) => return Next::Together,
                (_, false) => return Next::One,
            }
        }
        if self.clear {
            let at = self.cleared_at + CLEAR_EVERY;
            // A clock that was put back must not keep it.
            if at <= now || self.cleared_at > now {
                return Next::Clear;
            }
            later = Some(super::sooner(later, at));
        }
        later.map_or(Next::Nothing, Next::NotBefore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Millis = 1_000_000;

    fn todo(waiting: usize) -> Todo {
        Todo {
            test: false,
            waiting,
            held: false,
            clear: false,
            pace: Pace(0),
            cleared_at: 0,
        }
    }

    #[test]
    fn a_few_ring_by_themselves_and_a_crowd_together() {
        assert_eq!(todo(0).next(T), Next::Nothing);
        assert_eq!(todo(1).next(T), Next::One);
        assert_eq!(todo(5).next(T), Next::One);
        assert_eq!(todo(6).next(T), Next::Together);
        let held = Todo {
            held: true,
            ..todo(2)
        };
        assert_eq!(held.next(T), Next::Together);
        assert_eq!(Todo { waiting: 1, ..held }.next(T), Next::One);
        let test = Todo {
            test: true,
            ..todo(6)
        };
        assert_eq!(test.next(T), Next::Test);
    }

    #[test]
    fn a_hundred_within_ten_seconds_are_six_pushes_and_a_crowd_that_goes_on_one_in_ten_seconds() {
        let (mut pace, mut waiting, mut pushes) = (Pace(0), 0, Vec::new());
        for tenth in 0..600 {
            let now = T + tenth * 100;
            // A hundred in the first ten seconds, then one each second.
            waiting += usize::from(tenth < 100 || tenth % 10 == 0);
            match (Todo {
                pace,
                ..todo(waiting)
            })
            .next(now)
            {
                Next::One => waiting -= 1,
                Next::Together => waiting = 0,
                Next::NotBefore(at) => {
                    assert!(at > now && at <= now + EVERY);
                    continue;
                }
                next => {
                    assert_eq!(next, Next::Nothing);
                    continue;
                }
            }
            pace = pace.after_one(now);
            pushes.push(tenth);
        }
        assert_eq!(pushes, [0, 1, 2, 3, 4, 100, 200, 300, 400, 500]);
        assert_eq!(Pace(T * 9).next_at(T), T, "a clock that was put back");
    }

    #[test]
    fn what_shows_nothing_is_pushed_once_a_minute_at_most() {
        let clear = Todo {
            clear: true,
            cleared_at: T,
            ..todo(0)
        };
        assert_eq!(clear.next(T + 1), Next::NotBefore(T + CLEAR_EVERY));
        assert_eq!(clear.next(T + CLEAR_EVERY), Next::Clear);
        assert_eq!(clear.next(T - 1), Next::Clear, "a clock that was put back");
        let full = Todo {
            waiting: 1,
            pace: Pace(T + 1 + ROOM * EVERY),
            ..clear
        };
        assert_eq!(full.next(T + 1), Next::NotBefore(T + 1 + EVERY));
    }
}
