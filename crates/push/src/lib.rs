//! Web push: a message encrypted for its receiver, the sender's signature, and how both get to a push
//! service. Browsers and UnifiedPush apps take the same.
//!
//! | module | subject |
//! |---|---|
//! | `encryption` | a message for its receiver's eyes alone (RFC 8291, 8188) |
//! | `vapid` | who sends it (RFC 8292) |
//! | `endpoint` | which addresses are taken at all |
//! | `answer` | what an answer of a push service means |
//! | `web` | the way there (RFC 8030) |

mod answer;
mod encryption;
mod endpoint;
mod vapid;
mod web;

pub use endpoint::Reachable;
pub use vapid::{Contact, ContactError, SenderKey, SenderKeyError};
pub use web::{WebCourier, WebCourierError};
