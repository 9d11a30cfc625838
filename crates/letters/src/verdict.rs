//! What goes wrong on the way to a mail server, and what it means for a letter.

use dealbell_protocol::letter::PostError;
use std::time::Duration;

/// How far the talk with a mail server had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Reaching it, and its greeting.
    Greeting,
    /// STARTTLS.
    Encrypting,
    /// Signing in.
    SignIn,
    /// Whom the letter comes from.
    From,
    /// To whom it goes.
    To,
    /// The letter itself.
    Letter,
    /// What it says to the whole letter.
    Answer,
}

/// What went wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It answered no.
    Reply {
        /// 4yz or 5yz.
        code: u16,
        /// What it said, the enhanced status included.
        text: String,
    },
    /// No answer in time.
    Silence,
    /// No connection, or one that was cut.
    Cut(String),
    /// Encryption failed: another certificate, another protocol.
    Tls(String),
    /// It lacks what we need of it.
    Lacks(&'static str),
}

/// What it means for the letter. `server` is how the mail server is named to whoever runs the
/// centre.
pub(crate) fn verdict(server: &str, stage: Stage, trouble: Trouble) -> PostError {
    let (code, text) = match trouble {
        Trouble::Reply { code, text } => (code, text),
        Trouble::Silence | Trouble::Cut(_) | Trouble::Tls(_) if stage == Stage::Answer => {
            let reason = format!("{server} did not say whether it has taken the letter over");
            return PostError::Unknown { reason };
        }
        Trouble::Silence => return later(format!("{server} did not answer in time")),
        Trouble::Cut(why) => return later(format!("no connection to {server}: {why}")),
        Trouble::Tls(why) => {
            return closed(format!("no safe connection to {server}: {why}"));
        }
        Trouble::Lacks(what) => return closed(format!("{server} {what}")),
    };
    let said = format!("{code} {text}");
    let refuses = match stage {
        Stage::Greeting => "lets nobody in",
        Stage::Encrypting => "does not encrypt",
        Stage::SignIn => "does not let us sign in",
        Stage::From => "does not take letters from our address",
        Stage::To => "does not take letters for this address",
        Stage::Letter | Stage::Answer => "does not take this letter",
    };
    let reason = format!("{server} {refuses}: {said}");
    if code < 500 {
        let after = told_to_wait(&text);
        return PostError::Later { reason, after };
    }
    let ours = code == 530 || enhanced(&text).is_some_and(is_about_us);
    match stage {
        Stage::To | Stage::Letter | Stage::Answer if !ours => PostError::Never { reason },
        Stage::To | Stage::Letter | Stage::Answer => closed(reason),
        Stage::Greeting | Stage::Encrypting | Stage::SignIn | Stage::From => closed(reason),
    }
}

fn later(reason: String) -> PostError {
    PostError::Later {
        reason,
        after: None,
    }
}

fn closed(reason: String) -> PostError {
    PostError::Closed { reason }
}

/// Subject and detail of an enhanced status, as 7 and 8 of `5.7.8 Authentication failed`.
fn enhanced(text: &str) -> Option<(u16, u16)> {
    let mut numbers = text.split_whitespace().next()?.split('.');
    let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
    (class == "5" && numbers.next().is_none())
        .then(|| Some((subject.parse().ok()?, detail.parse().ok()?)))
        .flatten()
}

/// Whether a status is about whoever sends, not about this letter or its address: servers often
/// wait with it until they hear the recipient (RFC 3463, 4954, 7372, 7505).
fn is_about_us(status: (u16, u16)) -> bool {
    matches!(
        status,
        (1, 7 | 8) | (7, 3 | 8 | 9 | 10 | 11 | 13 | 14 | 20..=27)
    )
}

/// «Greylisted for 300 seconds»: how long a server wants us to wait, an hour at most.
fn told_to_wait(text: &str) -> Option<Duration> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let told = words.windows(2).find_map(|pair| {
        let [number, unit] = pair else { return None };
        let number: u64 = number.parse().ok()?;
        let seconds = match unit.as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "min" | "mins" | "minute" | "minutes" => 60,
            "hour" | "hours" => 3_600,
            _ => return None,
        };
        number.checked_mul(seconds)
    });
    told.map(|seconds| Duration::from_secs(seconds.min(3_600)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Means {
        Later(Option<u64>),
        Never,
        Closed,
    }

    fn means(stage: Stage, said: &str) -> Means {
        let (code, text) = said.split_once(' ').unwrap();
        let trouble = Trouble::Reply {
            code: code.parse().unwrap(),
            text: text.to_owned(),
        };
        let error = verdict("mail:587", stage, trouble);
        assert!(error.to_string().contains(said), "{error}");
        match error {
            PostError::Later { after, .. } => Means::Later(after.map(|after| after.as_secs())),
            PostError::Never { .. } => Means::Never,
            PostError::Closed { .. } => Means::Closed,
            PostError::Unknown { .. } => panic!("an answer is known"),
        }
    }

    #[test]
    fn every_class_of_answer_has_its_meaning() {
        use Means::{Closed, Later, Never};
        use Stage::{Encrypting, From, Greeting, SignIn, To};
        for (stage, said, meaning) in [
            (Greeting, "421 4.3.2 shutting down", Later(None)),
            (Greeting, "554 no SMTP service here", Closed),
            (Encrypting, "454 TLS not available", Later(None)),
            (Encrypting, "502 not implemented", Closed),
            (SignIn, "454 4.7.0 temporary failure", Later(None)),
            (SignIn, "535 5.7.8 wrong password", Closed),
            (From, "451 4.3.0 queue full", Later(None)),
            (From, "550 5.7.1 sender not yours", Closed),
            (From, "530 5.7.0 authentication required", Closed),
            (To, "450 4.2.0 Greylisted for 300 seconds", Later(Some(300))),
            (To, "451 4.7.1 try again in 5 minutes", Later(Some(300))),
            (To, "450 4.2.1 wait 48 hours", Later(Some(3_600))),
            (To, "452 4.2.2 mailbox full", Later(None)),
            (To, "550 5.1.1 no such user", Never),
            (To, "550 no such user", Never),
            (To, "554 5.7.1 relay access denied", Never),
            (To, "553 5.1.8 sender's domain not found", Closed),
            (To, "530 must issue STARTTLS first", Closed),
            (Stage::Letter, "451 4.7.1 later", Later(None)),
            (Stage::Letter, "554 5.7.1 looks like spam", Never),
            (Stage::Letter, "550 5.7.26 unauthenticated sender", Closed),
            (Stage::Answer, "552 5.3.4 too big", Never),
            (Stage::Answer, "421 4.3.2 shutting down", Later(None)),
        ] {
            assert_eq!(means(stage, said), meaning, "{stage:?} {said}");
        }
    }

    #[test]
    fn a_letter_that_is_out_without_an_answer_may_have_arrived() {
        for trouble in [Trouble::Silence, Trouble::Cut("reset".to_owned())] {
            let out = verdict("mail:587", Stage::Answer, trouble.clone());
            assert!(matches!(out, PostError::Unknown { .. }), "{out}");
            let before = verdict("mail:587", Stage::Letter, trouble);
            assert!(matches!(before, PostError::Later { .. }), "{before}");
        }
    }
}
