//! The stand-in CRM as a program, and a colleague who works in it through aioamocrm.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

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

/// A running `dealbell-sandbox` without a sales floor.
pub struct Crm {
    /// Its base address.
    pub url: String,
    /// Everybody in the account; the first is an administrator.
    pub users: Vec<CrmUser>,
    program: Program,
}

#[derive(Deserialize)]
struct Ready {
    url: String,
    users: Vec<CrmUser>,
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
        Ok(Self {
            url: ready.url,
            users: ready.users,
            program,
        })
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
