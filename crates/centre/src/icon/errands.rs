//! Who is out for a picture: a few at once, and one for each integration, so that addresses which do not
//! answer hold up nobody else.

use crate::{limits::limited, refusal::Refusal};
use dealbell_protocol::ProviderId;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Pictures that are fetched at once.
const AT_ONCE: usize = 8;
/// How long a fetch may take.
const SOON: Duration = Duration::from_secs(10);

/// The integrations whose pictures are being fetched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errands(Arc<Mutex<HashSet<ProviderId>>>);

/// One that is under way.
#[derive(Debug)]
pub(crate) struct Errand {
    errands: Errands,
    of: ProviderId,
}

impl Errands {
    /// Begins one.
    ///
    /// # Errors
    /// When this integration has one already, or too many are under way.
    pub(crate) fn begin(&self, of: &ProviderId) -> Result<Errand, Refusal> {
        let mut under_way = self.locked();
        if under_way.len() >= AT_ONCE || !under_way.insert(of.clone()) {
            return Err(limited("pictures are being fetched: come back then", SOON));
        }
        let (errands, of) = (self.clone(), of.clone());
        Ok(Errand { errands, of })
    }

    /// No code panics while it holds this lock, so a poisoned one is as good as any.
    fn locked(&self) -> MutexGuard<'_, HashSet<ProviderId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        self.errands.locked().remove(&self.of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_fetched_a_few_at_once_and_one_for_each_integration() {
        let errands = Errands::default();
        let of = |n: usize| errands.begin(&ProviderId::new(format!("p{n}")));
        let mut under_way: Vec<_> = (0..4).map(|n| of(n).unwrap()).collect();
        assert!(of(3).is_err(), "one of each");
        under_way.extend((4..8).map(|n| of(n).unwrap()));
        assert!(of(8).is_err(), "eight in all");
        under_way.remove(3);
        assert!(of(8).is_ok());
        assert!(of(3).is_ok());
    }
}
