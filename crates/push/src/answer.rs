//! What an answer of a push service means for a push. Pure.

use dealbell_protocol::{Millis, courier::CourierError, push::PushTrouble};
use reqwest::StatusCode;
use std::time::Duration;

/// `after` is what the answer says under `Retry-After`, at `now`.
pub(crate) fn verdict(
    status: StatusCode,
    after: Option<&str>,
    now: Millis,
) -> Result<(), CourierError> {
    let reason = format!("the push service answers {}", status.as_u16());
    match status.as_u16() {
        200..=299 => Ok(()),
        404 | 410 => Err(CourierError::Gone),
        413 => Err(CourierError::TooLong),
        408 | 425 | 429 | 500..=599 => Err(CourierError::Later {
            trouble: PushTrouble::Busy,
            reason,
            after: after.and_then(|after| waits(after, now)),
        }),
        // Nobody is followed elsewhere: a push service has no reason to send us away.
        _ => Err(CourierError::Refused { reason }),
    }
}

/// How long `Retry-After` asks to wait: seconds, or until a date (RFC 9110 §10.2.3).
fn waits(after: &str, now: Millis) -> Option<Duration> {
    let after = after.trim();
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(after).ok()?;
    let wait = until.timestamp().as_millisecond().saturating_sub(now);
    u64::try_from(wait).ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_meaning() {
        let of = |status| verdict(StatusCode::from_u16(status).unwrap(), None, 0);
        for good in [200, 201, 202, 204] {
            assert_eq!(of(good), Ok(()), "{good}");
        }
        for gone in [404, 410] {
            assert_eq!(of(gone), Err(CourierError::Gone), "{gone}");
        }
        assert_eq!(of(413), Err(CourierError::TooLong));
        for busy in [429, 500, 502, 503, 507] {
            let later = matches!(
                of(busy),
                Err(CourierError::Later {
                    trouble: PushTrouble::Busy,
                    ..
                })
            );
            assert!(later, "{busy}");
        }
        for refused in [301, 302, 307, 400, 401, 403, 405] {
            let refuses = matches!(of(refused), Err(CourierError::Refused { .. }));
            assert!(refuses, "{refused}");
        }
    }

    #[test]
    fn how_long_to_wait_is_seconds_or_a_date() {
        // Sat, 21 Nov 2026 10:00:00 GMT.
        let now = 1_795_255_200_000;
        let seconds = |text: &str| waits(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Sat, 21 Nov 2026 10:02:00 GMT"), Some(120));
        assert_eq!(seconds("Sat, 21 Nov 2026 09:00:00 GMT"), None);
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-1"), None);
    }
}
