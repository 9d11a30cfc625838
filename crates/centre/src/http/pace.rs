//! How fast a device may ask, so that no user's program takes the centre for itself. Far more than pages
//! and apps do.

use crate::{limits::limited, refusal::Refusal, stream::Pace};
use axum::http::Method;
use dealbell_protocol::DeviceId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Devices that are remembered at most.
const REMEMBERED: usize = 20_000;

/// What is asked for, by what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sort {
    /// A new desktop reads hundreds of pages one after the other.
    Reading,
    /// Any change.
    Usual,
    /// Another program is asked for it: the CRM.
    Deed,
    /// Every device of the user is told.
    Settings,
    /// A letter or a push goes out.
    Test,
    /// A way in, or another address.
    Link,
}

impl Sort {
    fn of(method: &Method, path: &str) -> Self {
        let changes = method != Method::GET && method != Method::HEAD;
        match path {
            _ if !changes => Self::Reading,
            "/v1/act" => Self::Deed,
            "/v1/test" => Self::Test,
            "/v1/channels" => Self::Settings,
            "/v1/sign-in-links" | "/v1/calendar" => Self::Link,
            path if path.ends_with("/act") => Self::Deed,
            path if path.ends_with("/test") => Self::Test,
            _ => Self::Usual,
        }
    }

    /// How many at once, and how soon the next.
    fn rate(self) -> (u32, Duration) {
        match self {
            Self::Reading => (1_000, Duration::from_millis(5)),
            Self::Usual => (200, Duration::from_millis(50)),
            Self::Deed => (50, Duration::from_millis(500)),
            Self::Settings => (30, Duration::from_secs(1)),
            Self::Test => (10, Duration::from_secs(10)),
            Self::Link => (20, Duration::from_secs(5)),
        }
    }
}

/// The paces of devices.
#[derive(Debug, Default)]
pub(crate) struct Paces(Mutex<HashMap<(DeviceId, Sort), Pace>>);

impl Paces {
    /// Counts a request of `device`.
    ///
    /// # Errors
    /// When it asks too fast; says how long to wait.
    pub(crate) fn count(
        &self,
        device: DeviceId,
        method: &Method,
        path: &str,
    ) -> Result<(), Refusal> {
        let sort = Sort::of(method, path);
        let now = Instant::now();
        // No code panics while it holds this lock, so a poisoned one is as good as any.
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if paces.len() >= REMEMBERED {
            paces.retain(|_, pace| !pace.is_full(now));
        }
        let (burst, every) = sort.rate();
        let pace = paces
            .entry((device, sort))
            .or_insert_with(|| Pace::new(burst, every, now));
        pace.take(now)
            .map_err(|wait| limited("this device asks too fast", wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    #[test]
    fn each_device_has_a_pace_of_its_own_for_each_sort() {
        let paces = Paces::default();
        let (one, other) = (DeviceId(Ulid::from(1)), DeviceId(Ulid::from(2)));
        let burst = |device, method: Method, path: &str| {
            let asked = (0..10_000).take_while(|_| paces.count(device, &method, path).is_ok());
            asked.count()
        };
        assert!(burst(one, Method::GET, "/v1/list") >= 1_000);
        let usual = burst(one, Method::POST, "/v1/marks");
        assert!((200..250).contains(&usual), "{usual}");
        let tests = burst(one, Method::POST, "/v1/push-subscriptions/a/test");
        assert_eq!(tests, 10);
        assert_eq!(burst(one, Method::POST, "/v1/test"), 0, "they are the same");
        assert!(burst(one, Method::POST, "/v1/notifications/a/act") >= 50);
        assert!(burst(one, Method::PUT, "/v1/channels") >= 30);
        assert!(burst(one, Method::POST, "/v1/sign-in-links") >= 20);
        assert!(paces.count(other, &Method::GET, "/v1/list").is_ok());
    }
}
