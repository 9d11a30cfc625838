//! The mail server that letters go to: its options, and `mail test`.

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use dealbell_letters::{Sender, SmtpAddress, SmtpPost, SmtpSetup};
use dealbell_protocol::{
    letter::{Letter, LetterContent, PostError},
    window::Language,
};
use jiff::{Timestamp, tz::TimeZone};
use std::{path::PathBuf, time::Duration};
use ulid::Ulid;

/// The longest password that a file may hold, bytes.
const PASSWORD: u64 = 4_096;

/// How letters are sent; without `--smtp` there are none.
#[derive(Debug, Args)]
pub(crate) struct Mail {
    /// The mail server that takes our letters, without it there are none:
    /// smtps://user@mail.example:465, smtp://user@mail.example:587 (never without STARTTLS), or on
    /// this machine smtp://localhost:25?tls=none.
    #[arg(long, env = "DEALBELL_SMTP", value_name = "URL")]
    smtp: Option<SmtpAddress>,
    /// The password of the mail server's user.
    #[arg(
        long,
        env = "DEALBELL_SMTP_PASSWORD",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    smtp_password: Option<String>,
    /// A file with that password instead: a systemd credential, say.
    #[arg(long, env = "DEALBELL_SMTP_PASSWORD_FILE", value_name = "FILE")]
    smtp_password_file: Option<PathBuf>,
    /// A PEM file with the mail server's certificate authority, where the system does not know it.
    #[arg(long, env = "DEALBELL_SMTP_CA", value_name = "FILE")]
    smtp_ca: Option<PathBuf>,
    /// How many seconds the mail server may take for an answer.
    #[arg(
        long,
        env = "DEALBELL_SMTP_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=60)
    )]
    smtp_timeout: u64,
    /// Whom letters come from: bell@firm.example, or "Звонок <bell@firm.example>".
    #[arg(long, env = "DEALBELL_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// Where answers to letters go, if not to whom they come from.
    #[arg(long, env = "DEALBELL_MAIL_REPLY_TO", value_name = "ADDRESS")]
    mail_reply_to: Option<String>,
}

impl Mail {
    /// Who sends letters; none where nobody shall.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub(crate) fn post(&self) -> Result<Option<SmtpPost>> {
        let Some(address) = self.smtp.clone() else {
            if self.mail_from.is_some() {
                bail!(
                    "--mail-from says whom letters come from, but --smtp does not say by which mail server"
                );
            }
            return Ok(None);
        };
        let from = self.mail_from.as_deref();
        let from = from.context("--smtp needs --mail-from, too: whom letters come from")?;
        let setup = SmtpSetup {
            address,
            password: self.password()?,
            ca: self.smtp_ca.clone(),
            sender: Sender::new(from, self.mail_reply_to.as_deref())?,
            patience: Duration::from_secs(self.smtp_timeout),
        };
        Ok(Some(SmtpPost::new(setup)?))
    }

    /// Name and port of the mail server.
    pub(crate) fn server(&self) -> Option<(String, u16)> {
        let server = self.smtp.as_ref()?;
        Some((server.host.clone(), server.port))
    }

    fn password(&self) -> Result<Option<String>> {
        let Some(path) = &self.smtp_password_file else {
            return Ok(self.smtp_password.clone());
        };
        if self.smtp_password.is_some() {
            bail!("give the mail server's password once: by a file or by DEALBELL_SMTP_PASSWORD");
        }
        let read = || {
            use std::io::Read as _;
            let mut text = String::new();
            let file = std::fs::File::open(path)?;
            file.take(PASSWORD).read_to_string(&mut text)?;
            Ok::<_, std::io::Error>(text)
        };
        let text = read().with_context(|| format!("cannot read {}", path.display()))?;
        // An editor ends the file with a line break.
        let password = text.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            bail!("there is no password in {}", path.display());
        }
        Ok(Some(password.to_owned()))
    }
}

/// Letters.
#[derive(Debug, Subcommand)]
pub(crate) enum Line {
    /// Send a test letter at once, and say what the mail server said.
    Test {
        /// To whom; he need not be a user.
        email: String,
        /// The letter's language: ru or en.
        #[arg(long, default_value = "ru", value_parser = language)]
        language: Language,
        #[command(flatten)]
        mail: Box<Mail>,
    },
}

/// Sends the letter; nothing is said on standard output.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Line) -> Result<String> {
    let Line::Test {
        email,
        language,
        mail,
    } = line;
    let post = mail.post()?;
    let post = post.context("--smtp does not say by which mail server (or DEALBELL_SMTP)")?;
    let letter = Letter {
        id: Ulid::generate().to_string(),
        thread: None,
        to: email.clone(),
        name: String::new(),
        language,
        zone: TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
        at: Timestamp::now().as_millisecond(),
        content: LetterContent::Test,
        unsubscribe: None,
        inbox: None,
    };
    match post.hand_over(&letter).await {
        Ok(answered) => {
            eprintln!("the mail server has taken the letter to {email} over: {answered}");
            Ok(String::new())
        }
        Err(error) => {
            let advice = match &error {
                PostError::Later { .. } => "the same may succeed later",
                PostError::Unknown { .. } => "it may have arrived nevertheless",
                PostError::Never { .. } => "it would be refused again",
                PostError::Closed { .. } => "no letter goes out until this is mended",
            };
            bail!("{error}; {advice}")
        }
    }
}

fn language(text: &str) -> Result<Language, String> {
    match text {
        "ru" => Ok(Language::Ru),
        "en" => Ok(Language::En),
        _ => Err("the language is ru or en".to_owned()),
    }
}
