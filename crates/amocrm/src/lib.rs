//! amoCRM and Kommo: API client, task rules, connector.
//!
//! | module | subject |
//! |---|---|
//! | [`address`] | what a user types → the account's address |
//! | [`client`] | the API v4: limit, waiting, errors that say what to do |
//! | [`credentials`] | token or OAuth, and how they are kept |
//! | [`oauth`] | OAuth 2: agreeing, coming back, the first tokens |
//! | [`mod@check`] | trying out what somebody typed, with a reason for every failure |
//! | [`clock`] | the time, passed in |
//! | [`model`] | the API's answers, as far as they are needed |
//! | [`rules`] | pure: from what was known and what is read to what is told (RULES T1–T5, T7, T8, T12) |
//! | [`wording`] | from what is told to titles and texts |
//! | [`memory`] | what a connector knows, as it is stored beside its notices |
//! | [`connector`] | the loop: read, compare, commit, ring |

pub mod address;
pub mod check;
pub mod client;
pub mod clock;
pub mod connector;
pub mod credentials;
#[doc(hidden)]
pub mod fuzzing;
pub mod memory;
pub mod model;
pub mod oauth;
pub mod rules;
pub mod wording;

pub use address::{AddressError, CrmAddress};
pub use check::{Access, CheckError, Checked, check};
pub use client::{Client, ClientError, Grant, Timeouts, Token};
pub use clock::{Clock, Time};
pub use connector::{
    AccountInfo, Connector, ConnectorStatus, DisconnectError, Ended, Heard, Hint, HookError,
    HookSink, HookStanding, Message, Recipients, Settings,
};
pub use credentials::{Credentials, Integration, OAuth, TokenPair, Vault, VaultError};
pub use dealbell_network::Network;
