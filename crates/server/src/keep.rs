//! What is kept how long, as options.

use clap::Args;
use dealbell_centre::Retention;

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Keep {
    /// Days that changes are kept for devices that are away; one that was away longer loads its list
    /// anew.
    #[arg(long, env = "DEALBELL_KEEP_LOG_DAYS", value_name = "DAYS", default_value_t = Retention::default().log, value_parser = days())]
    keep_log_days: u16,
    /// Days that a notification is kept after it was read. Unread ones stay.
    #[arg(long, env = "DEALBELL_KEEP_READ_DAYS", value_name = "DAYS", default_value_t = Retention::default().read, value_parser = days())]
    keep_read_days: u16,
    /// Days that a letter which could not be sent is kept, to be looked at and sent again.
    #[arg(long, env = "DEALBELL_KEEP_DEAD_LETTERS_DAYS", value_name = "DAYS", default_value_t = Retention::default().dead_letters, value_parser = days())]
    keep_dead_letters_days: u16,
    /// Days that it is kept what administrators did.
    #[arg(long, env = "DEALBELL_KEEP_AUDIT_DAYS", value_name = "DAYS", default_value_t = Retention::default().audit, value_parser = days())]
    keep_audit_days: u16,
}

/// A day at least: what is written must be there to be read.
fn days() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..)
}

impl Keep {
    /// The same for the centre.
    pub(crate) fn retention(self) -> Retention {
        Retention {
            log: self.keep_log_days,
            read: self.keep_read_days,
            dead_letters: self.keep_dead_letters_days,
            audit: self.keep_audit_days,
        }
    }
}
