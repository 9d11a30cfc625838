//! The controls of Incoming leads.

use super::Sandbox;
use crate::books::{NewRequest, Refusal, Request};

impl Sandbox {
    /// A request comes into Incoming leads. Returns its uid.
    ///
    /// # Errors
    /// [`Refusal`] when its pipeline does not exist.
    pub fn add_request(&self, request: NewRequest) -> Result<String, Refusal> {
        self.office.add_request(request, self.office.now())
    }

    /// Somebody takes a request in; its deal is his now. Returns the deal's id.
    ///
    /// # Errors
    /// [`Refusal`] when the user does not exist or the request does not wait.
    pub fn accept_request(&self, by: u64, uid: &str) -> Result<u64, Refusal> {
        let now = self.office.now();
        let request = self.office.accept_request(by, uid, by, None, now)?;
        Ok(request.lead)
    }

    /// Somebody throws a request away.
    ///
    /// # Errors
    /// [`Refusal`] when the user does not exist or the request does not wait.
    pub fn decline_request(&self, by: u64, uid: &str) -> Result<(), Refusal> {
        let now = self.office.now();
        self.office.decline_request(by, uid, now).map(|_| ())
    }

    /// Every request there ever was, in the order of coming.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.office.read(|books| books.requests().to_vec())
    }
}
