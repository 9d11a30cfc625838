//! The command line and environment (fixed names: DESIGN).

use clap::Parser;
use dealbell_protocol::secret::Secret as SecretText;

/// A desktop bell for amoCRM and Kommo.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "dealbell", version, about)]
pub(crate) struct Cli {
    /// Try it: a stand-in CRM with a busy sales floor, no account needed.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Open the window at once.
    #[arg(long)]
    pub(crate) open: bool,
    /// Your department's centre; else DEALBELL_CENTRE_URL.
    #[arg(long, value_name = "URL")]
    pub(crate) centre: Option<String>,
    /// Your amoCRM or Kommo account; else DEALBELL_CRM_URL.
    #[arg(long, value_name = "HOST")]
    pub(crate) account: Option<String>,
    /// The device token for the centre.
    #[arg(skip)]
    pub(crate) device_token: Option<SecretText>,
    /// The token for the CRM.
    #[arg(skip)]
    pub(crate) crm_token: Option<SecretText>,
    /// A link such as dealbell://open.
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
    /// The window's own process; started by the resident.
    #[arg(long, hide = true)]
    pub(crate) window: bool,
}

impl Cli {
    /// Reads the process's own arguments. Tokens come from the environment alone, so that no list
    /// of processes shows them; and they leave it, so that no browser we start inherits them.
    ///
    /// Must be called before any thread is started.
    pub(crate) fn from_process() -> Self {
        let mut cli = Self::parse();
        let said = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        cli.centre = cli.centre.or_else(|| said("DEALBELL_CENTRE_URL"));
        cli.account = cli.account.or_else(|| said("DEALBELL_CRM_URL"));
        cli.device_token = take_secret("DEALBELL_TOKEN");
        cli.crm_token = take_secret("DEALBELL_CRM_TOKEN");
        cli
    }

    /// Reads what a second start was called with, and not our own environment; what cannot be understood only shows the window.
    pub(crate) fn from_second_start(arguments: &[String]) -> Self {
        Self::try_parse_from(arguments).unwrap_or_default()
    }
}

#[expect(unsafe_code, reason = "no other thread runs yet")]
fn take_secret(name: &str) -> Option<SecretText> {
    let secret = std::env::var(name).ok().filter(|secret| !secret.is_empty());
    // SAFETY: main calls this before it starts any thread.
    unsafe { std::env::remove_var(name) };
    secret.map(SecretText::from)
}
