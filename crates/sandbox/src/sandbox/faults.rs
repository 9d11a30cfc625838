//! Trouble on demand.

use super::Sandbox;
use crate::faults::Fault;

impl Sandbox {
    /// From now on this goes wrong. The number is for [`Sandbox::lift`].
    pub fn fault(&self, fault: Fault) -> u64 {
        self.office.add_fault(fault)
    }

    /// Ends one fault; one that is over already stays so.
    pub fn lift(&self, fault: u64) {
        self.office.lift_fault(fault);
    }

    /// Ends every fault.
    pub fn lift_all(&self) {
        self.office.lift_all_faults();
    }

    /// Answers every API request with this HTTP status (429, 403, 503, …), until told `None`. Other
    /// faults stay as they are.
    pub fn fail_with(&self, status: Option<u16>) {
        self.office.fail_with(status.map(Fault::status));
    }
}
