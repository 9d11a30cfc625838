//! Trouble on demand: what goes wrong with which requests, and how often.

use std::time::Duration;

use serde::Deserialize;

/// Something that goes wrong with the requests it is meant for: those under `/api/v4/` unless told
/// otherwise by [`Fault::on`], until it is lifted unless told otherwise by [`Fault::times`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Fault {
    #[serde(flatten)]
    trouble: Trouble,
    #[serde(default = "api")]
    path: String,
    #[serde(default)]
    times: Option<u32>,
}

/// What goes wrong; the names are those of `POST /sandbox/fault`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Trouble {
    Status { status: u16 },
    Throttle { retry_after: Option<u64> },
    Blocked,
    Html,
    Redirect { location: String },
    CutConnection,
    CutBody,
    Stall { millis: u64 },
    ShiftPages,
    ClockSkew { seconds: i64 },
    EmptyArrays,
}

impl Trouble {
    /// Whether it answers in the account's place; the others happen to an answer, and several may
    /// happen to one.
    pub(crate) fn answers(&self) -> bool {
        match self {
            Self::Status { .. }
            | Self::Throttle { .. }
            | Self::Blocked
            | Self::Html
            | Self::Redirect { .. }
            | Self::CutConnection => true,
            Self::CutBody
            | Self::Stall { .. }
            | Self::ShiftPages
            | Self::ClockSkew { .. }
            | Self::EmptyArrays => false,
        }
    }
}

fn api() -> String {
    "/api/v4/".to_owned()
}

impl Fault {
    fn new(trouble: Trouble) -> Self {
        Self {
            trouble,
            path: api(),
            times: None,
        }
    }

    /// This HTTP status, with a `problem+json` body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(Trouble::Status { status })
    }

    /// 429, with `Retry-After` in seconds or without.
    #[must_use]
    pub fn throttle(retry_after: Option<u64>) -> Self {
        Self::new(Trouble::Throttle { retry_after })
    }

    /// 403 without a word of the API's: the address is shut out for flooding.
    #[must_use]
    pub fn blocked() -> Self {
        Self::new(Trouble::Blocked)
    }

    /// 200 with a web page.
    #[must_use]
    pub fn html() -> Self {
        Self::new(Trouble::Html)
    }

    /// 302 to a web page elsewhere.
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        let location = location.to_owned();
        Self::new(Trouble::Redirect { location })
    }

    /// The connection ends before the answer begins, and nothing was done.
    #[must_use]
    pub fn cut_connection() -> Self {
        Self::new(Trouble::CutConnection)
    }

    /// The connection ends in the middle of the answer; what was asked for was done.
    #[must_use]
    pub fn cut_body() -> Self {
        Self::new(Trouble::CutBody)
    }

    /// The answer comes only after so long.
    #[must_use]
    pub fn stall(wait: Duration) -> Self {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Self::new(Trouble::Stall { millis })
    }

    /// Before every page of tasks but the first, a robot touches the task that was changed longest
    /// ago, so that in order of `updated_at` everything moves up by one.
    #[must_use]
    pub fn shift_pages() -> Self {
        Self::new(Trouble::ShiftPages)
    }

    /// The `Date` of the answers is off by so many seconds.
    #[must_use]
    pub fn clock_skew(seconds: i64) -> Self {
        Self::new(Trouble::ClockSkew { seconds })
    }

    /// What is empty comes as `[]`: objects, absent results, and whole lists, which then are 200
    /// instead of 204.
    #[must_use]
    pub fn empty_arrays() -> Self {
        Self::new(Trouble::EmptyArrays)
    }

    /// The same for requests whose path begins like this.
    #[must_use]
    pub fn on(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// The same, over after so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

/// The faults there are now.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    faults: Vec<(u64, Fault)>,
    next: u64,
}

impl Faults {
    /// From now on this goes wrong; the number lifts it.
    pub(crate) fn add(&mut self, fault: Fault) -> u64 {
        self.next += 1;
        self.faults.push((self.next, fault));
        self.next
    }

    /// Ends one fault, if it is still there.
    pub(crate) fn lift(&mut self, id: u64) {
        self.faults.retain(|(known, _)| *known != id);
    }

    /// Ends them all.
    pub(crate) fn lift_all(&mut self) {
        self.faults.clear();
    }

    /// What goes wrong with a request of this path, counting it: at most one trouble that answers,
    /// the one there first.
    pub(crate) fn strike(&mut self, path: &str) -> Vec<Trouble> {
        let mut answered = false;
        let mut struck = Vec::new();
        self.faults.retain_mut(|(_, fault)| {
            let answers = fault.trouble.answers();
            if fault.times == Some(0) {
                return false;
            }
            if !path.starts_with(&fault.path) || (answers && answered) {
                return true;
            }
            answered |= answers;
            struck.push(fault.trouble.clone());
            match &mut fault.times {
                None => true,
                Some(times) => {
                    *times -= 1;
                    *times > 0
                }
            }
        });
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_where_and_as_often_as_told_and_one_answer_at_a_time() {
        let mut faults = Faults::default();
        faults.add(Fault::status(503).on("/api/v4/tasks").times(1));
        let second = faults.add(Fault::status(500));
        faults.add(Fault::empty_arrays());
        let empty = Trouble::EmptyArrays;
        let status = |status| Trouble::Status { status };
        assert_eq!(
            faults.strike("/api/v4/tasks/1"),
            [status(503), empty.clone()]
        );
        assert_eq!(
            faults.strike("/api/v4/tasks/1"),
            [status(500), empty.clone()]
        );
        assert!(faults.strike("/oauth2/access_token").is_empty());
        faults.lift(second);
        assert_eq!(faults.strike("/api/v4/account"), [empty]);
        faults.lift_all();
        assert!(faults.strike("/api/v4/account").is_empty());
    }

    #[test]
    fn they_can_be_written_in_json() {
        let read = |json| serde_json::from_str::<Fault>(json).unwrap();
        assert_eq!(
            read(r#"{"kind": "status", "status": 503, "path": "/x", "times": 2}"#),
            Fault::status(503).on("/x").times(2)
        );
        assert_eq!(read(r#"{"kind": "shift_pages"}"#), Fault::shift_pages());
        assert_eq!(read(r#"{"kind": "throttle"}"#), Fault::throttle(None));
        assert_eq!(
            read(r#"{"kind": "stall", "millis": 1500}"#),
            Fault::stall(Duration::from_millis(1500))
        );
    }
}
