//! The client core: what one desktop knows of its user's notifications, and when it rings.
//!
//! | module | subject |
//! |---|---|
//! | [`session`] | the stream's client side, a state machine without I/O |
//! | `store` | the local database |
//! | [`toast`] | toast decisions and their outcomes |
//! | [`Engine`] | the three put together, without a network |
//! | [`view`] | what tray and menu show, as values |
//! | [`link`] | the stream's WebSocket |
//! | `address`, `rest` | the centre's address, its HTTP API |
//! | `check` | trying a centre out before it is taken into use |
//! | `joining` | signing in by an invitation |
//! | [`Inbox`] | the handle that drives it all |
//!
//! It knows neither Tauri nor an OS. TLS needs a rustls provider installed by the application.

mod address;
mod check;
mod driver;
mod engine;
mod inbox;
mod joining;
pub mod link;
mod pictures;
mod rest;
pub mod session;
mod state;
mod store;
mod time;
pub mod toast;
pub mod view;

pub use address::{Address, AddressError};
pub use check::{CheckError, check};
pub use dealbell_network::{Network, NetworkError};
pub use engine::{Effect, Engine, MarkedAll, Setup};
pub use inbox::{Config, Inbox, InboxError, StartError};
pub use joining::{redeem, see_invitation};
pub use rest::RestError;
pub use state::State;
pub use store::{Rebuilt, StoreError};
pub use time::Now;
pub use toast::{
    Attempt, AttemptId, DeedFailure, Manners, TOAST_SNOOZE_MS, ToastAct, ToastButton, ToastKey,
    ToastOutcome, ToastView, UserQuiet,
};

/// Whether a choice of proxy and certificates can be followed, without going anywhere: for the
/// settings page.
///
/// # Errors
/// [`NetworkError`] says what is wrong.
pub fn check_network(network: &Network) -> Result<(), NetworkError> {
    network.check()
}
