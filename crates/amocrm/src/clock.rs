//! Where the time comes from and who waits for it: the system, or a test in which a day takes a
//! minute.

use dealbell_protocol::Millis;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A source of time. Whatever this crate measures, dates or waits for comes from one of these; only
/// the network has a time of its own.
pub trait Time: Send + Sync {
    /// Milliseconds since the Unix epoch. May jump, as a system's clock does.
    fn now(&self) -> Millis;

    /// Time since some fixed moment; never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// The network is at work until what is returned is dropped. A time that leaps over every wait
    /// stands still meanwhile; others need not know.
    fn network_works(&self) -> Box<dyn Send> {
        Box::new(())
    }
}

/// A [`Time`], shared.
#[derive(Clone)]
pub struct Clock(Arc<dyn Time>);

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self(Arc::new(System(tokio::time::Instant::now())))
    }

    /// Another one.
    pub fn new(time: Arc<dyn Time>) -> Self {
        Self(time)
    }

    /// Milliseconds since the Unix epoch.
    pub fn now(&self) -> Millis {
        self.0.now()
    }

    /// Whole seconds since the Unix epoch, as the CRM counts.
    pub fn seconds(&self) -> i64 {
        self.now().div_euclid(1_000)
    }

    /// Time since some fixed moment; never goes back.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// The time at `wait` from now.
    pub fn after(&self, wait: Duration) -> Millis {
        let wait = Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX);
        self.now().saturating_add(wait)
    }

    /// Waits.
    pub fn sleep(&self, wait: Duration) -> impl Future<Output = ()> + Send + use<> {
        self.0.sleep(wait)
    }

    /// To be held while an answer of the network is waited for.
    pub(crate) fn network_works(&self) -> Box<dyn Send> {
        self.0.network_works()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

struct System(tokio::time::Instant);

impl Time for System {
    fn now(&self) -> Millis {
        jiff::Timestamp::now().as_millisecond()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(wait))
    }
}
