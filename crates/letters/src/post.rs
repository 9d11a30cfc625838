//! Sending letters by a mail server; its connections are kept for the next letter.

use crate::address::{Security, SmtpAddress};
use crate::mime::{Sealed, Sender, sealed};
use crate::server::{Failed, Server, Talk};
use crate::verdict::{Stage, Trouble, verdict};
use async_trait::async_trait;
use dealbell_protocol::letter::{Brink, Letter, Post, PostError};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a connection is kept for the next letter: mail servers give little more.
const KEPT: Duration = Duration::from_secs(20);
/// How many are kept.
const MOST: usize = 4;

/// How letters are sent.
#[derive(Clone)]
pub struct SmtpSetup {
    /// Which mail server.
    pub address: SmtpAddress,
    /// The password of the address' user.
    pub password: Option<String>,
    /// A PEM file with the certificate authority of the mail server, where the system does not
    /// know it.
    pub ca: Option<PathBuf>,
    /// Whom the letters come from.
    pub sender: Sender,
    /// How long any answer of the server may take; the one to a whole letter four times as long.
    pub patience: Duration,
}

/// Without the password.
impl fmt::Debug for SmtpSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSetup")
            .field("address", &self.address)
            .field("ca", &self.ca)
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}

/// Why a setup cannot work.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// One without the other.
    #[error("the mail server's address names a user: give his password, too")]
    NoPassword,
    /// One without the other.
    #[error("there is a password, but the mail server's address names no user: smtp://user@…")]
    NoUser,
    /// The file of the certificate authority.
    #[error("the file of the mail server's certificate authority, {path}, cannot be used: {why}")]
    Authority {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The mail server's name cannot stand in a certificate.
    #[error("no encryption with {host}: {why}")]
    Tls {
        /// Which.
        host: String,
        /// What is wrong with it.
        why: String,
    },
}

/// A mail server that takes our letters.
pub struct SmtpPost {
    talk: Talk,
    sender: Sender,
    idle: Arc<Mutex<Vec<Idle>>>,
}

/// A connection that waits for the next letter.
struct Idle {
    server: Server,
    since: Instant,
}

impl fmt::Debug for SmtpPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpPost({})", self.talk.address)
    }
}

impl SmtpPost {
    /// Nothing is reached yet: that is the first letter's.
    ///
    /// # Errors
    /// When the setup cannot work, whatever the mail server says.
    pub fn new(setup: SmtpSetup) -> Result<Self, SmtpSetupError> {
        let SmtpSetup {
            address,
            password,
            ca,
            sender,
            patience,
        } = setup;
        let credentials = match (address.user.clone(), password) {
            (Some(user), Some(password)) => Some(Credentials::new(user, password)),
            (None, None) => None,
            (Some(_), None) => return Err(SmtpSetupError::NoPassword),
            (None, Some(_)) => return Err(SmtpSetupError::NoUser),
        };
        let tls = encryption(&address, ca)?;
        Ok(Self {
            talk: Talk {
                tls,
                credentials,
                hello: ClientId::Domain(sender.domain().to_owned()),
                patience,
                address,
            },
            sender,
            idle: Arc::default(),
        })
    }

    /// Sends `letter` and returns what the mail server answered.
    ///
    /// # Errors
    /// As [`Post::send`].
    pub async fn hand_over(&self, letter: &Letter) -> Result<String, PostError> {
        self.give(letter, None).await
    }

    async fn give(&self, letter: &Letter, brink: Option<&dyn Brink>) -> Result<String, PostError> {
        let sealed = sealed(letter, &self.sender).map_err(|reason| PostError::Never { reason })?;
        let mut server = self.announced(&sealed).await?;
        if let Some(brink) = brink {
            // The server waits for the letter, so a connection without one cannot be used on.
            brink.reached().await?;
        }
        match server.give(&sealed).await {
            Ok(answered) => {
                self.keep(server);
                Ok(answered)
            }
            Err(failed) => Err(self.failed(server, failed).await),
        }
    }

    /// A server that waits for this letter.
    async fn announced(&self, sealed: &Sealed) -> Result<Server, PostError> {
        if let Some(mut server) = self.kept() {
            match server.announce(sealed).await {
                Ok(()) => return Ok(server),
                // It was closed while nobody looked: nothing of this letter has been said.
                Err((Stage::From, Trouble::Cut(_) | Trouble::Reply { code: 421, .. })) => {}
                Err(failed) => return Err(self.failed(server, failed).await),
            }
        }
        let begun = self.talk.begin().await;
        let mut server = begun.map_err(|failed| self.told(failed))?;
        match server.announce(sealed).await {
            Ok(()) => Ok(server),
            Err(failed) => Err(self.failed(server, failed).await),
        }
    }

    /// Keeps the server if it refused a letter only.
    async fn failed(&self, mut server: Server, failed: Failed) -> PostError {
        let usable = match &failed.1 {
            Trouble::Reply { code, .. } => *code != 421 && server.start_over().await,
            Trouble::Silence | Trouble::Cut(_) | Trouble::Tls(_) | Trouble::Lacks(_) => false,
        };
        if usable {
            self.keep(server);
        }
        self.told(failed)
    }

    fn told(&self, (stage, trouble): Failed) -> PostError {
        verdict(&self.talk.address.to_string(), stage, trouble)
    }

    fn kept(&self) -> Option<Server> {
        let mut idle = lock(&self.idle);
        let at = idle.iter().position(|one| one.since.elapsed() < KEPT)?;
        Some(idle.swap_remove(at).server)
    }

    fn keep(&self, server: Server) {
        let mut idle = lock(&self.idle);
        if idle.len() >= MOST {
            drop(idle);
            tokio::spawn(server.leave());
            return;
        }
        let alone = idle.is_empty();
        idle.push(Idle {
            server,
            since: Instant::now(),
        });
        drop(idle);
        if alone {
            tokio::spawn(tidy(Arc::downgrade(&self.idle)));
        }
    }
}

/// Takes leave of what nobody has used for long, until there is nothing left.
async fn tidy(idle: std::sync::Weak<Mutex<Vec<Idle>>>) {
    loop {
        tokio::time::sleep(KEPT).await;
        let Some(idle) = idle.upgrade() else { return };
        let (old, left) = {
            let mut idle = lock(&idle);
            let old: Vec<Idle> = idle
                .extract_if(.., |one| one.since.elapsed() >= KEPT)
                .collect();
            (old, idle.len())
        };
        for one in old {
            one.server.leave().await;
        }
        if left == 0 {
            return;
        }
    }
}

#[async_trait]
impl Post for SmtpPost {
    async fn send(&self, letter: &Letter) -> Result<(), PostError> {
        self.give(letter, None).await.map(drop)
    }

    async fn send_from(&self, letter: &Letter, brink: &dyn Brink) -> Result<(), PostError> {
        self.give(letter, Some(brink)).await.map(drop)
    }
}

fn encryption(address: &SmtpAddress, ca: Option<PathBuf>) -> Result<TlsParameters, SmtpSetupError> {
    let mut tls = TlsParameters::builder(address.host.clone());
    if let Some(path) = ca {
        let wrong = |why: String| SmtpSetupError::Authority {
            path: path.clone(),
            why,
        };
        let pem = std::fs::read(&path).map_err(|error| wrong(error.to_string()))?;
        if CertificateDer::pem_slice_iter(&pem)
            .filter(Result::is_ok)
            .count()
            == 0
        {
            return Err(wrong("there is no certificate in it".to_owned()));
        }
        let authority = Certificate::from_pem(&pem).map_err(|error| wrong(error.to_string()))?;
        tls = tls.add_root_certificate(authority);
    }
    if address.security == Security::None {
        // Never used; the system's certificates need not be read.
        tls = tls.certificate_store(lettre::transport::smtp::client::CertificateStore::None);
    }
    tls.build().map_err(|error| SmtpSetupError::Tls {
        host: address.host.clone(),
        why: error.to_string(),
    })
}

fn lock(idle: &Mutex<Vec<Idle>>) -> MutexGuard<'_, Vec<Idle>> {
    // No code panics while it holds this lock, so a poisoned one is as good as any.
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
