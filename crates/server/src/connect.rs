//! `connect`: CRM accounts are tried out, kept, listed and forgotten.

use crate::{command::Database, public_url::PublicUrl};
use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use dealbell_amocrm::{
    Access, CheckError, Checked, Credentials, CrmAddress, Integration, Network, Token,
    check::check, oauth,
};
use dealbell_centre::{About, Centre, ConnectionState};
use dealbell_protocol::UserId;

/// The kind of an account as the centre keeps it.
pub(crate) const AMOCRM: &str = "amocrm";

#[derive(Debug, Subcommand)]
pub(crate) enum Connect {
    /// Try out an amoCRM or Kommo account and keep it for `serve`, which reads it at once. Give a
    /// long-lived token, or an integration: with a code, or with --public-url to sign in by
    /// browser. The access should be an administrator's.
    Amocrm(Box<Amocrm>),
    /// List the kept accounts: id, address, state, who connected it.
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Forget an account and what lets us in. What was told of it stays.
    Forget {
        /// Its id or address, as `list` shows them.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// Forget all of them; works without the key, too, where that is lost.
        #[arg(long, conflicts_with = "id")]
        all: bool,
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Args)]
pub(crate) struct Amocrm {
    /// https://NAME.amocrm.ru, .amocrm.com, .kommo.com, or a loopback address.
    #[arg(long)]
    url: String,
    /// A long-lived token of a private integration.
    #[arg(long, env = "DEALBELL_CRM_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Id of an integration.
    #[arg(long, requires = "client_secret")]
    client_id: Option<String>,
    /// Its secret key.
    #[arg(long, env = "DEALBELL_CLIENT_SECRET", hide_env_values = true)]
    client_secret: Option<String>,
    /// Its redirect address, letter by letter; with --code.
    #[arg(long, requires = "code")]
    redirect_uri: Option<String>,
    /// The 20-minute code that the integration's page shows, or the whole address that a browser
    /// was sent back to.
    #[arg(long, requires = "redirect_uri")]
    code: Option<String>,
    /// Where the browser of whoever agrees reaches this centre; the link to agree is printed. The
    /// integration's redirect address must be this one with /v1/oauth/amocrm.
    #[arg(long, env = "DEALBELL_PUBLIC_URL")]
    public_url: Option<String>,
    /// Who connects it: told when it needs attention, as administrators are.
    #[arg(long = "as", value_name = "EMAIL")]
    by: Option<String>,
    /// Keep a token without trying it out.
    #[arg(long)]
    unchecked: bool,
    #[command(flatten)]
    database: Database,
}

/// Secrets stay out of whatever prints the command line.
impl std::fmt::Debug for Amocrm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Amocrm")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Does what the line says; returns what goes to standard output.
///
/// # Errors
/// In words for the person at the terminal.
pub(crate) async fn run(line: Connect) -> Result<String> {
    match line {
        Connect::Amocrm(line) => {
            let centre = line.database.open().await?;
            amocrm(&centre, *line).await
        }
        Connect::List { database } => list(&database.open().await?).await,
        Connect::Forget {
            id: Some(id),
            database,
            ..
        } => forget(&database.open().await?, &id).await,
        Connect::Forget {
            id: None, database, ..
        } => {
            database.open_without_secrets().await?;
            eprintln!("all accounts are forgotten");
            Ok(String::new())
        }
    }
}

async fn amocrm(centre: &Centre, line: Amocrm) -> Result<String> {
    let address = address(&line.url)?;
    let by = match &line.by {
        Some(email) => Some(centre.user(email).await?),
        None => None,
    };
    let Some(id) = line.client_id else {
        let token = line.token.unwrap_or_default();
        if token.trim().is_empty() {
            bail!("the token is empty: give --token, or --client-id with --client-secret");
        }
        let token = Token::new(token);
        if line.unchecked {
            let credentials = Credentials::LongLived(token);
            return keep(centre, &address, &credentials, by).await;
        }
        return try_and_keep(centre, address, token.into(), by).await;
    };
    let secret = line.client_secret.unwrap_or_default();
    let integration = |redirect_uri: String| Integration {
        id: id.trim().to_owned(),
        secret: secret.trim().to_owned(),
        redirect_uri,
    };
    match (line.code, line.redirect_uri, line.public_url) {
        (Some(code), Some(uri), _) => {
            let integration = integration(uri);
            let access = Access::Code { integration, code };
            try_and_keep(centre, address, access, by).await
        }
        (_, _, Some(url)) => {
            let url = PublicUrl::parse(&url).map_err(|what| anyhow!("--public-url: {what}"))?;
            begin(centre, &address, integration(url.sign_in().into()), by).await
        }
        (_, _, None) => bail!("give --redirect-uri and --code, or --public-url"),
    }
}

fn address(typed: &str) -> Result<CrmAddress> {
    CrmAddress::parse(typed).with_context(|| {
        format!("{typed} is no CRM address; one looks like https://NAME.amocrm.ru")
    })
}

async fn try_and_keep(
    centre: &Centre,
    address: CrmAddress,
    access: Access,
    by: Option<UserId>,
) -> Result<String> {
    let host = address.host();
    let checked = check(address, access, &Network::default())
        .await
        .map_err(|error| anyhow!("{host}: {error}; {}", advice(&error)))?;
    eprint!("{}", found(&checked));
    keep(centre, &checked.address, &checked.credentials, by).await
}

/// Keeps an account and returns its id.
///
/// # Errors
/// When it cannot be stored.
pub(crate) async fn keep(
    centre: &Centre,
    address: &CrmAddress,
    credentials: &Credentials,
    connected_by: Option<UserId>,
) -> Result<String> {
    let about = about(address, connected_by);
    let kept = centre.keep_connection(about, credentials.to_text()).await?;
    Ok(kept.id)
}

fn about(address: &CrmAddress, connected_by: Option<UserId>) -> About {
    About {
        kind: AMOCRM.to_owned(),
        url: address.url().to_string(),
        connected_by,
    }
}

async fn begin(
    centre: &Centre,
    address: &CrmAddress,
    integration: Integration,
    by: Option<UserId>,
) -> Result<String> {
    let secret = serde_json::to_string(&integration)?;
    let state = centre.begin_sign_in(about(address, by), secret).await?;
    eprintln!(
        "the integration's redirect address must be {}",
        integration.redirect_uri
    );
    eprintln!("open this within 20 minutes, while `serve` runs, and agree as an administrator:");
    Ok(oauth::authorize_url(address, &integration, &state).into())
}

/// What was found, in lines.
fn found(checked: &Checked) -> String {
    let account = &checked.account;
    let user = match (&account.user.name, &account.user.email) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (Some(who), None) | (None, Some(who)) => who.clone(),
        (None, None) => format!("number {}", account.user.id),
    };
    let zone = match account.time_zone.as_str() {
        "" => "not given",
        zone => zone,
    };
    let mut lines = format!(
        "account: {} ({}, number {})\nuser: {user}\ntime zone: {zone}\n",
        account.name, account.host, account.id
    );
    if !checked.is_admin {
        lines.push_str(
            "note: this is a plain manager's access; it shows no colleagues, so nobody else can be \
             told. Connect with an administrator's for a department.\n",
        );
    }
    lines
}

/// What to do about a failure.
fn advice(error: &CheckError) -> &'static str {
    match error {
        CheckError::AccountUnknown => "look for a typo in the name, NAME.amocrm.ru",
        CheckError::NoNetwork(_) => {
            "check the address and the network (a proxy is taken from HTTPS_PROXY); --unchecked \
             keeps a token all the same"
        }
        CheckError::ProxyAsks => "put name and password into HTTPS_PROXY",
        CheckError::NotACrm(_) => {
            "check the address, and whether a proxy or portal answers in its place"
        }
        CheckError::TokenExpired => "make a new long-lived token on the integration's page",
        CheckError::TokenElsewhere => {
            "take the token from the integration's page in this very account; if it was revoked, \
             make a new one"
        }
        CheckError::TokenRefused => "copy the whole token again from the integration's page",
        CheckError::CodeExpired => {
            "take a fresh code from the integration's page: each is good once, for 20 minutes"
        }
        CheckError::NotGranted => "agree on the CRM's page, and give the address it leads back to",
        CheckError::IntegrationWrong => {
            "copy id, secret key and redirect address from one integration's page, letter by letter"
        }
        CheckError::NoRights => "ask an administrator of the account for his token",
        CheckError::Blocked => "wait an hour, or ask the CRM's support to unblock it",
        CheckError::NotPaid => "the CRM's account has to be paid for first",
        CheckError::Refused { .. } => {
            "try again later; --unchecked keeps a token without trying it out"
        }
    }
}

async fn list(centre: &Centre) -> Result<String> {
    let mut lines = Vec::new();
    for kept in centre.connections_kept().await? {
        let state = match kept.state {
            ConnectionState::Usable => "usable",
            ConnectionState::Refused => "refused: connect it again",
            ConnectionState::Tampered => "its secret was changed: connect it again",
        };
        let by = match kept.connected_by {
            Some(user) => centre.email_of(user).await?.unwrap_or_default(),
            None => String::new(),
        };
        let line = format!("{}\t{}\t{state}\t{by}", kept.id, shown(&kept.url));
        lines.push(line.trim_end().to_owned());
    }
    Ok(lines.join("\n"))
}

/// An address as people read it.
fn shown(url: &str) -> String {
    CrmAddress::parse(url).map_or_else(|_| url.to_owned(), |address| address.host())
}

async fn forget(centre: &Centre, wanted: &str) -> Result<String> {
    let kept = centre.connections_kept().await?;
    let host = shown(wanted);
    let found = kept
        .into_iter()
        .find(|kept| kept.id == wanted || shown(&kept.url) == host);
    let Some(found) = found else {
        bail!("{wanted} is not kept; `connect list` shows what is");
    };
    centre.forget_connection(&found.id).await?;
    eprintln!("{} is forgotten", shown(&found.url));
    Ok(found.id)
}
