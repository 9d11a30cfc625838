//! The stand-in CRM as a program, and a colleague who works in it through aioamocrm.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::{Environment, Program, binary};

/// Somebody in the CRM.
#[derive(Debug, Clone, Deserialize)]
pub struct CrmUser {
    /// The CRM's number.
    pub id: u64,
    /// First and last name.
    pub name: String,
    /// Email address.
    pub email: String,
    /// His long-lived token.
    pub token: String,
    /// Whether he sees everything.
    pub is_admin: bool,
}

/// An integration of the account, which people can let in.
#[derive(Debug, Clone, Deserialize)]
pub struct CrmIntegration {
    /// Its id.
    pub id: String,
    /// Its secret key.
    pub secret: String,
    /// Where people come back to.
    pub redirect_uri: String,
}

/// A running `dealbell-sandbox` without a sales floor.
pub struct Crm {
    /// Its base address.
    pub url: String,
    /// Everybody in the account; the first is an administrator.
    pub users: Vec<CrmUser>,
    /// Its integration.
    pub integration: CrmIntegration,
    http: reqwest::Client,
    program: Program,
}

#[derive(Deserialize)]
struct Ready {
    url: String,
    users: Vec<CrmUser>,
    integrations: Vec<CrmIntegration>,
}

impl Crm {
    /// Starts it at `listen` (port 0: a free one), the first user's token being `token`.
    ///
    /// # Errors
    /// When it is not built or does not come up.
    pub async fn start(listen: SocketAddr, token: &str, environment: &Environment) -> Result<Self> {
        let listen = listen.to_string();
        let args = ["serve", "--listen", &listen, "--token", token];
        let mut environment = environment.clone();
        // It names every request then, which is how a test knows what was read.
        environment.insert("RUST_LOG".into(), "dealbell_sandbox=debug".into());
        let program = Program::start(&binary("dealbell-sandbox")?, args, &environment)?;
        let ready: Ready = program
            .wait_stdout(|line| serde_json::from_str(line).ok())
            .await?;
        let integration = ready.integrations.into_iter().next();
        // Another test of this program may have been first, with the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            url: ready.url,
            users: ready.users,
            integration: integration.context("the account has no integration")?,
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(Duration::from_secs(20))
                .build()?,
            program,
        })
    }

    /// Its address as a user would type it: host and port.
    pub fn host(&self) -> &str {
        self.url.trim_start_matches("http://").trim_end_matches('/')
    }

    /// Tells the stand-in's own controls something in the administrator's name; what they answer.
    ///
    /// # Errors
    /// When they refuse.
    pub async fn control(&self, name: &str, body: &Value) -> Result<Value> {
        let url = format!("http://{}/sandbox/{name}", self.host());
        let request = self.http.post(url).bearer_auth(&self.users[0].token);
        let answer = request.json(body).send().await?.error_for_status()?;
        let text = answer.text().await?;
        match text.is_empty() {
            true => Ok(Value::Null),
            false => Ok(serde_json::from_str(&text)?),
        }
    }

    /// What goes wrong from now on (`{"kind": "html"}`), until [`Crm::mend`].
    ///
    /// # Errors
    /// When there is no such fault.
    pub async fn fault(&self, fault: &Value) -> Result<()> {
        self.control("fault", fault).await.map(|_| ())
    }

    /// Ends every fault.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn mend(&self) -> Result<()> {
        let url = format!("http://{}/sandbox/fault", self.host());
        let request = self.http.delete(url).bearer_auth(&self.users[0].token);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// Reads something of the API as the administrator.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn read(&self, path: &str) -> Result<Value> {
        let url = format!("http://{}{path}", self.host());
        let request = self.http.get(url).bearer_auth(&self.users[0].token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// What this user's browser is sent back to once he has let the integration in: an address with
    /// a code in it.
    ///
    /// # Errors
    /// When the CRM does not ask for consent.
    pub async fn consent(&self, user: u64) -> Result<String> {
        let form = [
            ("client_id", self.integration.id.as_str()),
            ("decision", "allow"),
            ("user", &user.to_string()),
        ];
        let mut url = reqwest::Url::parse_with_params(&self.url, form)?;
        let body = url.query().unwrap_or_default().to_owned();
        url.set_query(None);
        url.set_path("oauth");
        let request = self.http.post(url).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send().await?;
        let back = answer.headers().get("location");
        let back = back.with_context(|| format!("sent nowhere: {}", answer.status()))?;
        Ok(back.to_str()?.to_owned())
    }

    /// Waits until this many requests with `part` in their address have come, from now or before.
    ///
    /// # Errors
    /// After [`crate::PATIENCE`].
    pub async fn wait_requests(&self, part: &str, count: usize) -> Result<()> {
        let mut seen = 0;
        let wanted = |line: &str| {
            seen += usize::from(line.contains(part));
            (seen >= count).then_some(())
        };
        self.program.wait_stderr(wanted).await
    }

    /// Ends it, and its account with it.
    ///
    /// # Errors
    /// When it does not leave.
    pub async fn stop(self) -> Result<()> {
        self.program.terminate().await.map(|_| ())
    }

    /// A colleague with aioamocrm: runs `tests/aioamocrm/act.py` signed in by `token` and gives the
    /// id of the task it was about.
    ///
    /// # Errors
    /// When there is no interpreter with aioamocrm, or the CRM refuses.
    pub async fn act(&self, token: &str, args: &[&str]) -> Result<u64> {
        let said = self.aioamocrm("act.py", token, args).await?;
        said.parse().with_context(|| format!("no task id: {said}"))
    }

    /// Runs one of the scripts in `tests/aioamocrm` and gives its last line.
    ///
    /// # Errors
    /// As [`Crm::act`].
    pub async fn aioamocrm(&self, script: &str, token: &str, args: &[&str]) -> Result<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("aioamocrm");
        let script = folder.join(script).to_string_lossy().into_owned();
        let mut environment = Environment::new();
        environment.insert("CRM_URL".into(), self.url.clone().into());
        environment.insert("CRM_TOKEN".into(), token.into());
        environment.insert("PYTHONUTF8".into(), "1".into());
        environment.insert("PYTHONDONTWRITEBYTECODE".into(), "1".into());
        let all = std::iter::once(script.as_str()).chain(args.iter().copied());
        Program::run(&python()?, all, &environment).await
    }
}

/// The interpreter that has aioamocrm: `DEALBELL_PYTHON`.
fn python() -> Result<PathBuf> {
    let Some(python) = std::env::var_os("DEALBELL_PYTHON") else {
        bail!(
            "DEALBELL_PYTHON names no Python with aioamocrm: run `cargo xtask test`, which makes one"
        );
    };
    let python = PathBuf::from(python);
    let has = Command::new(&python)
        .args(["-c", "import aioamocrm"])
        .output();
    if !has.is_ok_and(|has| has.status.success()) {
        bail!(
            "{} cannot import aioamocrm: run `cargo xtask test`, which installs it",
            python.display()
        );
    }
    Ok(python)
}
