//! Those who live in a tray: each on a desktop of its own, with whatever it talks to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use dealbell_tests::recorder::TrayItem;
use dealbell_tests::{
    CentreProgram, Crm, DesktopOptions, PrivateDesktop, Program, binary, eventually, own_address,
};
use serde_json::json;

use super::gotify::Gotify;
use super::relay::Relay;

/// Whose desktop it is.
pub(crate) const USER: &str = "a@b.c";

/// Names the Python that has gotify-tray.
const GOTIFY_PYTHON: &str = "DEALBELL_GOTIFY_PYTHON";

/// How often a wait is begun anew before it counts as failed.
const WAITS: u32 = 9;
/// How long a closed window lingers here.
const LINGER_MS: &str = "3000";

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// The app, signed in to a department's centre.
    Team,
    /// The app with a centre of its own inside, signed in to the CRM.
    Solo,
    /// The same frame with nothing in it.
    Empty,
    /// gotify-tray.
    Gotify,
}

impl Who {
    /// Everybody who is there: a peer that was not installed is left out.
    pub(crate) fn present() -> Vec<Self> {
        let mut all = vec![Self::Team, Self::Solo];
        if binary("dealbell-empty").is_ok() {
            all.push(Self::Empty);
        }
        if std::env::var_os(GOTIFY_PYTHON).is_some() {
            all.push(Self::Gotify);
        }
        all
    }

    /// In a table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Team => "Dealbell (team)",
            Self::Solo => "Dealbell (solo)",
            Self::Empty => "empty resident",
            Self::Gotify => "gotify-tray",
        }
    }
}

/// A desktop with everything a resident needs; the resident itself comes and goes.
pub(crate) struct Stand {
    pub(crate) who: Who,
    pub(crate) desktop: PrivateDesktop,
    pub(crate) peer: Peer,
    starts: u32,
}

/// Whom the resident talks to.
pub(crate) enum Peer {
    /// Nobody.
    None,
    /// A centre, and its wire where that is looked at.
    Centre(Box<Centre>),
    /// The stand-in CRM.
    Crm(Box<Crm>),
    /// The stand-in Gotify.
    Gotify(Gotify),
}

/// A department's centre with one user and one integration.
pub(crate) struct Centre {
    pub(crate) program: CentreProgram,
    pub(crate) relay: Option<Relay>,
    token: String,
    key: String,
}

/// Program, arguments, and what is added to its environment.
type Invocation = (PathBuf, Vec<String>, Vec<(&'static str, String)>);

/// A running resident.
pub(crate) struct Resident {
    pub(crate) program: Program,
    pub(crate) item: TrayItem,
    /// From before it was spawned until its tray item had registered.
    pub(crate) took: std::time::Duration,
}

impl Stand {
    /// Sets the desktop up; nothing resides yet.
    ///
    /// # Errors
    /// When a part is not built or does not come up.
    pub(crate) async fn new(who: Who, looked_at: bool) -> Result<Self> {
        let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
        let peer = match who {
            Who::Team => Peer::Centre(Box::new(Centre::start(&desktop, looked_at).await?)),
            Who::Solo => {
                let crm = Crm::start(own_address(), "T", desktop.environment()).await?;
                Peer::Crm(Box::new(crm))
            }
            Who::Empty => Peer::None,
            Who::Gotify => {
                let server = Gotify::start().await?;
                let folder = desktop.home().join(".config/gotify-tray");
                std::fs::create_dir_all(&folder)?;
                std::fs::create_dir_all(desktop.home().join(".local/share/Gotify Tray"))?;
                let settings = format!("[Server]\nclient_token=C\nurl={}\n", server.url());
                for place in [
                    desktop.home().join(".config/gotify-tray.conf"),
                    folder.join("gotify-tray.conf"),
                ] {
                    std::fs::write(place, &settings)?;
                }
                Peer::Gotify(server)
            }
        };
        Ok(Self {
            who,
            desktop,
            peer,
            starts: 0,
        })
    }

    /// The app at a centre that has so many notifications for its user.
    ///
    /// # Errors
    /// As [`Stand::new`].
    pub(crate) async fn filled(stored: usize) -> Result<Self> {
        let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
        let centre = Centre::filled(&desktop, false, stored).await?;
        Ok(Self {
            who: Who::Team,
            desktop,
            peer: Peer::Centre(Box::new(centre)),
            starts: 0,
        })
    }

    /// Starts the resident and waits until it is in the tray.
    ///
    /// # Errors
    /// When it is not built, or does not come into the tray.
    pub(crate) async fn start(&mut self) -> Result<Resident> {
        let (path, args, entries) = self.command()?;
        let known = self.desktop.recorder.recorded().items.len();
        let entries: Vec<_> = entries
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut environment = self.desktop.environment_with(&entries);
        environment.insert("DEALBELL_LINGER_MS".into(), LINGER_MS.into());
        let begun = Instant::now();
        let program = Program::start(&path, &args, &environment)?;
        let there = self.desktop.recorder.wait("the tray item", |recorded| {
            (recorded.items.len() > known).then(Instant::now)
        });
        let there = there.await.with_context(|| program.log())?;
        self.starts += 1;
        Ok(Resident {
            item: self.desktop.recorder.wait_item().await?,
            program,
            took: there - begun,
        })
    }

    /// Starts it and waits until it is connected to whomever it talks to.
    ///
    /// # Errors
    /// As [`Stand::start`], or when it does not connect.
    pub(crate) async fn start_connected(&mut self) -> Result<Resident> {
        let resident = self.start().await?;
        match &self.peer {
            Peer::None => {}
            Peer::Centre(_) => {
                let online = resident.item.wait(|view| {
                    let said = &view.tooltip_text;
                    said == "Всё разобрано" || said.contains("непрочитан")
                });
                online.await.with_context(|| resident.program.log())?;
            }
            Peer::Crm(crm) => {
                crm.wait_requests("uri=/api/v4/tasks?", 2).await?;
            }
            Peer::Gotify(server) => server.wait_connected(self.starts).await?,
        }
        Ok(resident)
    }

    /// Has it notify, and waits until the toast is there: when it was asked for, when the frame
    /// was on the wire (where that is looked at) and when the call came.
    ///
    /// # Errors
    /// When it does not ring.
    pub(crate) async fn ring(&mut self, title: &str, text: &str) -> Result<Ring> {
        let (asked, frame) = match &mut self.peer {
            Peer::Centre(centre) => {
                let asked = Instant::now();
                centre.publish(title, text).await?;
                (asked, None)
            }
            Peer::Gotify(server) => {
                let sent = server.send(title, text).await?;
                (sent, Some(sent))
            }
            Peer::None | Peer::Crm(_) => anyhow::bail!("nobody there to notify"),
        };
        let call = self.desktop.recorder.wait("the toast", |recorded| {
            recorded
                .calls
                .iter()
                .rev()
                .find(|call| call.title == title)
                .map(|call| call.at)
        });
        let called = call.await?;
        let frame = match &self.peer {
            Peer::Centre(centre) => {
                let relay = centre.relay.as_ref();
                relay.and_then(|relay| relay.first_after(asked))
            }
            Peer::None | Peer::Crm(_) | Peer::Gotify(_) => frame,
        };
        Ok(Ring {
            asked,
            frame,
            called,
        })
    }

    /// Has it notify many times as fast as that goes, and waits until it has taken all of it.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) async fn ring_often(&mut self, resident: &Resident, times: usize) -> Result<()> {
        let text = "Позвонить клиенту и уточнить срок доставки";
        match &mut self.peer {
            Peer::Centre(centre) => {
                for number in 0..times {
                    centre
                        .publish(&format!("Событие {number:04}"), text)
                        .await?;
                }
                let unread = times.to_string();
                eventually_slowly(async || {
                    let all = resident
                        .item
                        .wait(|view| view.tooltip_text.contains(&unread));
                    all.await.map(|_| ())
                })
                .await
            }
            Peer::Gotify(server) => {
                // It shows none while it takes its window for the active one; it keeps them all.
                for number in 0..times {
                    server.send(&format!("Событие {number:04}"), text).await?;
                }
                Ok(())
            }
            Peer::None | Peer::Crm(_) => anyhow::bail!("nobody there to notify"),
        }
    }

    fn command(&self) -> Result<Invocation> {
        Ok(match (&self.peer, self.who) {
            (Peer::Centre(centre), _) => (
                binary("dealbell")?,
                Vec::new(),
                vec![
                    ("DEALBELL_CENTRE_URL", centre.url()),
                    ("DEALBELL_TOKEN", centre.token.clone()),
                ],
            ),
            (Peer::Crm(crm), _) => (
                binary("dealbell")?,
                Vec::new(),
                vec![
                    ("DEALBELL_CRM_URL", crm.url.clone()),
                    ("DEALBELL_CRM_TOKEN", crm.users[1].token.clone()),
                ],
            ),
            (Peer::Gotify(_), _) => {
                let python = std::env::var_os(GOTIFY_PYTHON);
                let python = python.context("no Python with gotify-tray is named")?;
                let arguments = ["-m", "gotify_tray"].map(str::to_owned);
                (python.into(), arguments.to_vec(), Vec::new())
            }
            (Peer::None, _) => (binary("dealbell-empty")?, Vec::new(), Vec::new()),
        })
    }
}

/// Asks again while one wait was not enough: many at once take a busy machine a while.
async fn eventually_slowly(mut wait: impl AsyncFnMut() -> Result<()>) -> Result<()> {
    for _ in 0..WAITS {
        if wait().await.is_ok() {
            return Ok(());
        }
    }
    wait().await
}

/// The moments of one toast.
pub(crate) struct Ring {
    pub(crate) asked: Instant,
    pub(crate) frame: Option<Instant>,
    pub(crate) called: Instant,
}

impl Resident {
    /// Waits until the window's process has ended.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) async fn window_ended(&self) -> Result<()> {
        let pid = self.program.pid();
        eventually("the end of the window", async || {
            Ok(dealbell_tests::descendants(pid).is_empty().then_some(()))
        })
        .await
    }

    /// Ends it and waits until it is gone.
    ///
    /// # Errors
    /// When it does not leave.
    pub(crate) async fn end(self) -> Result<()> {
        // Python takes SIGTERM only between two lines of its own, and Qt runs none.
        if self.program.terminate().await.is_err() {
            self.program.kill9().await?;
        }
        Ok(())
    }
}

impl Centre {
    async fn start(desktop: &PrivateDesktop, looked_at: bool) -> Result<Self> {
        Self::filled(desktop, looked_at, 0).await
    }

    async fn filled(desktop: &PrivateDesktop, looked_at: bool, stored: usize) -> Result<Self> {
        let listen: SocketAddr = own_address();
        let mut program = CentreProgram::new(desktop.folder(), listen, desktop.environment())?;
        let token = program.user_with_device(USER).await?;
        let key = program.command(&["integration", "add", "bench"]).await?;
        if stored > 0 {
            let file = desktop.folder().join("centre.sqlite");
            let options = dealbell_centre::Options::new(format!("sqlite:{}", file.display()));
            let centre = dealbell_centre::Centre::open(options).await?;
            let recipients = dealbell_protocol::ingest::Ingest::recipients(&centre).await?;
            let user = recipients.first().context("nobody to notify")?.id;
            crate::list::fill(&centre, user, stored).await?;
            drop(centre);
        }
        program.serve().await?;
        let relay = match looked_at {
            true => Some(Relay::start(listen).await?),
            false => None,
        };
        Ok(Self {
            program,
            relay,
            token,
            key,
        })
    }

    fn url(&self) -> String {
        match &self.relay {
            Some(relay) => relay.url(),
            None => self.program.url(),
        }
    }

    async fn publish(&self, title: &str, text: &str) -> Result<()> {
        let body = json!({ "users": [USER], "title": title, "text": text });
        let (status, answer) = self.program.publish(&self.key, &body).await?;
        anyhow::ensure!((200..300).contains(&status), "{status}: {answer}");
        Ok(())
    }
}
