//! Letters: a notification, the daily digest or a try as email, and how it reaches a mail server.
//!
//! | module | subject |
//! |---|---|
//! | `words` | what a letter says: one value that both its parts are made of |
//! | `html`, `style`, `plain` | its two parts |
//! | `tone`, `when` | colours of the kinds; moments as one says them |
//! | `mime` | headers: threads, unsubscribing, who and to whom |
//! | `address`, `server`, `post` | the mail server: where, how one talks to it, and sending |
//! | `verdict` | what an answer of a mail server means for a letter |

mod address;
#[doc(hidden)]
pub mod fuzzing;
mod html;
mod mime;
mod plain;
mod post;
mod server;
mod style;
mod tone;
mod verdict;
mod when;
mod words;

pub use address::{Security, SmtpAddress, SmtpAddressError};
pub use mime::{Sender, SenderError};
pub use post::{SmtpPost, SmtpSetup, SmtpSetupError};
pub use words::provider_name;

use dealbell_protocol::letter::Letter;

/// A letter in words: what a mail program shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Who and what, one line.
    pub subject: String,
    /// The part that most programs show, a whole document.
    pub html: String,
    /// The part for those that show text only.
    pub text: String,
}

/// Puts a letter into words and markup. The same letter always reads the same.
pub fn render(letter: &Letter) -> Rendered {
    let page = words::page(letter);
    Rendered {
        html: html::render(&page),
        text: plain::render(&page),
        subject: page.subject,
    }
}
