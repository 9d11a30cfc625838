//! What goes wrong on purpose.

use super::Office;
use crate::books::Changes;
use crate::faults::{Fault, Trouble};

impl Office {
    pub(crate) fn add_fault(&self, fault: Fault) -> u64 {
        self.desk().faults.add(fault)
    }

    pub(crate) fn lift_fault(&self, id: u64) {
        self.desk().faults.lift(id);
    }

    pub(crate) fn lift_all_faults(&self) {
        self.desk().faults.lift_all();
    }

    /// Puts this fault in place of the last one put here.
    pub(crate) fn fail_with(&self, fault: Option<Fault>) {
        let mut desk = self.desk();
        if let Some(last) = desk.failing.take() {
            desk.faults.lift(last);
        }
        desk.failing = fault.map(|fault| desk.faults.add(fault));
    }

    /// What goes wrong with a request of this path. The sandbox's own paths stay whole.
    pub(crate) fn strike(&self, path: &str) -> Vec<Trouble> {
        if path.starts_with("/sandbox/") {
            return Vec::new();
        }
        self.desk().faults.strike(path)
    }

    /// Counts a request in if its token is good.
    pub(crate) fn count(&self, token: Option<&str>) {
        if token.is_some_and(|token| self.holder(token).is_some()) {
            self.desk().served += 1;
        }
    }

    /// A robot touches the task that was changed longest ago, if there is one.
    pub(crate) fn touch_the_oldest_task(&self) {
        let oldest = self.read(|books| {
            let oldest = books.tasks().min_by_key(|task| task.updated_at);
            oldest.map(|task| task.id)
        });
        if let Some(id) = oldest {
            // Somebody may have deleted it meanwhile; then nothing needs touching.
            let _ = self.change(0, id, Changes::default(), self.now());
        }
    }
}
