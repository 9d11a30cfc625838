//! Pictures of providers, kept while the app runs: each is fetched when it is first shown, and again
//! when its tag is another one.

use dealbell_protocol::ProviderId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A centre has a hundred integrations at most.
const MOST: usize = 100;

/// By provider: the tag and the picture.
type Kept = HashMap<ProviderId, (String, Arc<[u8]>)>;

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Pictures(Mutex<Kept>);

impl Pictures {
    /// The picture of this tag, where it is kept.
    pub(crate) fn of(&self, provider: &ProviderId, tag: &str) -> Option<Arc<[u8]>> {
        let kept = self.locked();
        let (known, png) = kept.get(provider)?;
        (known == tag).then(|| Arc::clone(png))
    }

    /// Keeps a picture in the place of the provider's last one.
    pub(crate) fn keep(&self, provider: &ProviderId, tag: &str, png: &Arc<[u8]>) {
        let mut kept = self.locked();
        if kept.len() >= MOST && !kept.contains_key(provider) {
            kept.clear();
        }
        kept.insert(provider.clone(), (tag.to_owned(), Arc::clone(png)));
    }

    /// No code panics while it holds this lock, so a poisoned one is as good as any.
    fn locked(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
