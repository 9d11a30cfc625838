//! What the account goes by: the system's time, or a time a test hands out.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

/// Tells the account's time in Unix milliseconds; clones tell the same.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// A clock that asks `millis` for Unix milliseconds every time it is looked at.
    #[must_use]
    pub fn new(millis: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(millis))
    }

    /// Unix milliseconds now.
    #[must_use]
    pub fn millis(&self) -> i64 {
        (self.0)()
    }

    /// Whole Unix seconds now, the only precision amoCRM has.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.millis().div_euclid(1000)
    }
}

impl Default for Clock {
    /// The system's.
    fn default() -> Self {
        Self::new(|| Timestamp::now().as_millisecond())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Clock")
            .field(&self.millis())
            .finish()
    }
}
