//! Where the centre's time comes from, and who waits for it: the system, or a test in which a year
//! takes a minute. The network has a time of its own.

use dealbell_protocol::Millis;
use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

/// A source of time.
pub trait Time: Send + Sync {
    /// Milliseconds since the Unix epoch. May jump, as a system's clock does.
    fn now(&self) -> Millis;

    /// Waits.
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// A [`Time`], shared.
#[derive(Clone)]
pub struct Clock(Arc<dyn Time>);

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self(Arc::new(System))
    }

    /// Another one.
    pub fn new(time: Arc<dyn Time>) -> Self {
        Self(time)
    }

    /// Milliseconds since the Unix epoch.
    pub fn now(&self) -> Millis {
        self.0.now()
    }

    /// Waits.
    pub fn sleep(&self, wait: Duration) -> impl Future<Output = ()> + Send + use<> {
        self.0.sleep(wait)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

struct System;

impl Time for System {
    fn now(&self) -> Millis {
        jiff::Timestamp::now().as_millisecond()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(wait))
    }
}
