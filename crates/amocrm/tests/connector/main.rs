//! The connector against the stand-in CRM: from what colleagues do to what the list shows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;
mod kinds;
mod link;
mod office;
mod people;
mod stories;
mod today;
mod troubles;
mod truth;
