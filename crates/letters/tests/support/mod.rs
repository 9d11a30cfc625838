//! A real mail server for a test: `tests/mail/server.py`, with a certificate authority of its own.

#![allow(dead_code, reason = "every test binary uses a part of it")]

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::Duration,
};
use tempfile::TempDir;

/// Longer than anything takes.
const LONG: Duration = Duration::from_secs(60);

/// How the way to the server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Not.
    None,
    /// STARTTLS, without which it takes nothing.
    Starttls,
    /// From the first byte.
    Implicit,
}

/// A mail server that lives as long as the value.
pub(crate) struct MailServer {
    process: Child,
    said: Receiver<Value>,
    folder: TempDir,
    port: u16,
    tls: Tls,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl MailServer {
    /// One that takes letters from anybody on this machine.
    pub(crate) fn open() -> Self {
        Self::start(Tls::None, None, &[])
    }

    /// One that takes letters from whoever signs in as `auth` (`user:password`).
    pub(crate) fn start(tls: Tls, auth: Option<&str>, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        certify(folder.path());
        let python = std::env::var("DEALBELL_PYTHON").unwrap_or_else(|_| {
            panic!("DEALBELL_PYTHON names no Python with aiosmtpd: run `cargo xtask test`")
        });
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mail/server.py");
        let mut command = Command::new(python);
        command.arg(script).args(more);
        command.args(auth.iter().flat_map(|auth| ["--auth", auth]));
        command.args(["--tls", tls.name()]);
        if tls != Tls::None {
            command
                .arg("--certificate")
                .arg(folder.path().join("leaf.pem"));
            command.arg("--key").arg(folder.path().join("leaf.key"));
        }
        let mut process = command
            .env("PYTHONUTF8", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let Ok(value) = serde_json::from_str(&line) else {
                    continue;
                };
                if tell.send(value).is_err() {
                    return;
                }
            }
        });
        let ready: Value = said.recv_timeout(LONG).expect("the mail server starts");
        let port = ready["port"].as_u64().unwrap().try_into().unwrap();
        Self {
            process,
            said,
            folder,
            port,
            tls,
        }
    }

    /// Its address, signing in as `user`.
    pub(crate) fn url(&self, user: Option<&str>) -> String {
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        let (scheme, query) = match self.tls {
            Tls::None => ("smtp", "?tls=none"),
            Tls::Starttls => ("smtp", ""),
            Tls::Implicit => ("smtps", ""),
        };
        format!("{scheme}://{user}localhost:{}{query}", self.port)
    }

    /// Its certificate authority.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// The next letter it has taken.
    pub(crate) fn letter(&self) -> Value {
        let mut said = self.said.recv_timeout(LONG).expect("a letter arrives");
        said["letter"].take()
    }

    /// Waits until it has hung up, where it was told to.
    pub(crate) fn has_hung_up(&self) {
        let said = self.said.recv_timeout(LONG).expect("it hangs up");
        assert_eq!(said["left"], true);
    }

    /// That nothing has arrived but what was asked for.
    pub(crate) fn has_nothing_more(&self) {
        let more = self.said.recv_timeout(Duration::from_millis(300));
        assert_eq!(more, Err(RecvTimeoutError::Timeout));
    }
}

impl Tls {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starttls => "starttls",
            Self::Implicit => "implicit",
        }
    }
}

/// The only header of that name.
pub(crate) fn header<'l>(letter: &'l Value, name: &str) -> Option<&'l str> {
    let mut found = letter["headers"].as_array().unwrap().iter().filter(|pair| {
        let named = pair[0].as_str().unwrap();
        named.eq_ignore_ascii_case(name)
    });
    let value = found.next().map(|pair| pair[1].as_str().unwrap());
    assert!(found.next().is_none(), "{name} stands there twice");
    value
}

fn certify(folder: &Path) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = CertifiedIssuer::self_signed(authority, key).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    std::fs::write(folder.join("authority.pem"), authority.pem()).unwrap();
    std::fs::write(folder.join("leaf.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.join("leaf.key"), key.serialize_pem()).unwrap();
}
