//! Who works in the account as of now.

use super::Office;
use crate::rights::Member;

impl Office {
    /// Everybody, as they are now.
    pub(crate) fn members(&self) -> Vec<Member> {
        self.desk().members.clone()
    }

    /// Somebody, as he is now.
    pub(crate) fn member(&self, id: u64) -> Option<Member> {
        let desk = self.desk();
        desk.members.iter().find(|one| one.user.id == id).cloned()
    }

    /// Changes something about somebody; nobody where there is no such user.
    pub(crate) fn change_member(&self, id: u64, change: impl FnOnce(&mut Member)) {
        let mut desk = self.desk();
        if let Some(member) = desk.members.iter_mut().find(|one| one.user.id == id) {
            change(member);
        }
    }
}
