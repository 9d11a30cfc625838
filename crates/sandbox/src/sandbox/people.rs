//! What administrators change about colleagues. [`Sandbox::users`] stays what it was at the start.

use super::Sandbox;
use crate::rights::Reach;

impl Sandbox {
    /// Switches a user off, or on again. None of his tokens is good while he is off.
    pub fn set_active(&self, user: u64, active: bool) {
        self.office
            .change_member(user, |one| one.is_active = active);
    }

    /// Gives a user another name.
    pub fn rename_user(&self, user: u64, name: &str) {
        let name = name.to_owned();
        self.office.change_member(user, |one| one.user.name = name);
    }

    /// Gives a user another address.
    pub fn change_email(&self, user: u64, email: &str) {
        let email = email.to_owned();
        self.office
            .change_member(user, |one| one.user.email = email);
    }

    /// Makes a user an administrator, or a manager.
    pub fn set_admin(&self, user: u64, admin: bool) {
        self.office
            .change_member(user, |one| one.user.is_admin = admin);
    }

    /// Sets whose deals a user may look at. Administrators see them all.
    pub fn set_lead_view(&self, user: u64, reach: Reach) {
        self.office.change_member(user, |one| one.lead_view = reach);
    }

    /// Shuts a user out of a pipeline's deals and Incoming leads.
    pub fn deny_pipeline(&self, user: u64, pipeline: u64) {
        self.office.change_member(user, |one| {
            one.denied.insert(pipeline);
        });
    }
}
