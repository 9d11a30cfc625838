//! A line: one account in use, from the CRM or a department's centre to this desktop's inbox.

use crate::account::Account;
use crate::demo::{Demo, DemoError};
use crate::secret::Secret;
use crate::vault::AccountVault;
use dealbell_amocrm::{
    AddressError, Connector, ConnectorStatus, Credentials, CrmAddress, Hint, Recipients,
    Settings as ConnectorSettings, Token, Vault,
};
use dealbell_centre::{Centre, CentreError, Options, Registration, Retention, ServeOptions};
use dealbell_inbox::{Config, Inbox, InboxError, Manners, Network, StartError, ToastAct};
use dealbell_protocol::UserId;
use dealbell_protocol::secret::Secret as SecretText;
use dealbell_protocol::window::{AccessBy, Language, Way};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// Why a line could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    /// The address of the CRM.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The demo's CRM.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The embedded centre.
    #[error(transparent)]
    Centre(#[from] CentreError),
    /// The inbox.
    #[error(transparent)]
    Inbox(#[from] StartError),
    /// The inbox would not let go.
    #[error(transparent)]
    SignOut(#[from] InboxError),
    /// A folder or a port.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// What the embedded centre forgets. How long read notifications stay is the user's choice, and the
/// inbox's work.
const KEPT: Retention = Retention {
    log: 30,
    read: u16::MAX,
    dead_letters: 0,
    audit: 730,
};

/// An account in use.
pub(crate) struct Line {
    /// What lets us in; none for the demo.
    pub(crate) secret: Option<Arc<Secret>>,
    /// By what the user's own CRM account lets us in; none for demo and centre.
    pub(crate) access: Option<AccessBy>,
    /// This desktop's side.
    pub(crate) inbox: Inbox,
    /// How the connector is doing, where it is ours.
    pub(crate) connector: Option<watch::Receiver<ConnectorStatus>>,
    hint: Option<Hint>,
    /// Everything of this account on this disk.
    folder: PathBuf,
    embedded: Option<Embedded>,
}

/// Everything that runs inside the app instead of in a server.
struct Embedded {
    centre: Centre,
    user: UserId,
    stop_centre: oneshot::Sender<()>,
    stop_connector: oneshot::Sender<()>,
    tasks: [JoinHandle<()>; 2],
    _acting: Registration,
    _demo: Option<Demo>,
}

/// How long the parts may take to end.
const END: Duration = Duration::from_secs(5);

/// What a line is opened with.
pub(crate) struct Opening {
    /// Which account.
    pub(crate) account: Account,
    /// What CRM or centre lets us in by; none for the demo.
    pub(crate) secret: Option<Arc<Secret>>,
    /// The user's language.
    pub(crate) language: Language,
    /// How toasts shall behave from the first one on.
    pub(crate) manners: Manners,
    /// How a centre elsewhere is reached.
    pub(crate) network: Network,
    /// How many days read notifications stay on this device; 0 is for ever.
    pub(crate) keep_days: u32,
    /// Takes the new address of an account that has moved.
    pub(crate) moved: mpsc::Sender<CrmAddress>,
    /// Where databases live.
    pub(crate) data: PathBuf,
}

impl Line {
    /// Opens the line. It connects by itself and goes on trying; only what no waiting can mend
    /// is an error.
    pub(crate) async fn open(
        opening: Opening,
    ) -> Result<(Self, mpsc::Receiver<ToastAct>), LineError> {
        let folder = opening.data.join(opening.account.folder());
        if let Some(earlier) = opening.account.earlier_folder() {
            take_over(&opening.data.join(earlier), &folder);
        }
        let text = match &opening.secret {
            Some(secret) => secret.text().await,
            None => SecretText::from(String::new()),
        };
        match opening.account.way {
            Way::Team => Self::to_centre(opening, text, folder).await,
            Way::Solo => {
                let address = CrmAddress::parse(&opening.account.address)?;
                let credentials = Credentials::from_text(&text);
                Self::embedded(opening, address, credentials, &folder, None).await
            }
            Way::Demo => {
                let demo = Demo::start().await?;
                let address = CrmAddress::parse(&demo.url)?;
                // Every demo is a new department: yesterday's notifications would lead nowhere.
                wipe_folder(&folder)?;
                let token = Token::new(demo.token.as_str()).into();
                Self::embedded(opening, address, token, &folder, Some(demo)).await
            }
        }
    }

    /// The user does not want to wait: tries the centre, and the CRM behind our own one, at once.
    pub(crate) fn reconnect_now(&self) {
        self.inbox.reconnect_now();
        if let Some(hint) = &self.hint {
            hint.now();
        }
    }

    /// The machine woke: what was due meanwhile is told at once, and a dead link is noticed.
    pub(crate) fn woke(&self) {
        self.inbox.wake();
        self.read_now();
    }

    /// The network is another one.
    pub(crate) fn network_changed(&self) {
        self.inbox.network_changed();
        self.read_now();
    }

    /// The clock was set: what is due is counted anew.
    pub(crate) fn clock_set(&self) {
        self.read_now();
    }

    fn read_now(&self) {
        if let Some(hint) = &self.hint {
            hint.now();
        }
    }

    /// Speaks another language from now on: in summaries, and where the centre is our own, in
    /// whatever it is told.
    pub(crate) async fn set_language(&self, language: Language) {
        self.inbox.set_language(language);
        if let Some(embedded) = &self.embedded
            && let Err(error) = embedded
                .centre
                .set_language(embedded.user, code(language))
                .await
        {
            tracing::warn!(%error, "the centre did not take the language");
        }
    }

    async fn to_centre(
        opening: Opening,
        token: SecretText,
        folder: PathBuf,
    ) -> Result<(Self, mpsc::Receiver<ToastAct>), LineError> {
        let centre = opening.account.address.clone();
        let (inbox, acts) = inbox(&centre, &token, &folder, &centre, &opening).await?;
        let line = Self {
            secret: opening.secret,
            access: None,
            inbox,
            connector: None,
            hint: None,
            folder,
            embedded: None,
        };
        Ok((line, acts))
    }

    async fn embedded(
        opening: Opening,
        address: CrmAddress,
        credentials: Credentials,
        folder: &Path,
        demo: Option<Demo>,
    ) -> Result<(Self, mpsc::Receiver<ToastAct>), LineError> {
        fs::create_dir_all(folder)?;
        let database = folder.join("centre.sqlite").to_string_lossy().into_owned();
        let centre = Centre::open(Options::new(database)).await?;
        let language = code(opening.language);
        let user = centre.ensure_user("me@localhost", "", language).await?;
        centre.set_language(user, language).await?;
        // Made anew at every start and kept nowhere: nobody else on this machine can know it.
        let device_token: String = rand::random::<[u8; 32]>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let device_token = SecretText::from(device_token);
        centre.ensure_device_token(user, &device_token).await?;

        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (stop_centre, stopped) = oneshot::channel::<()>();
        let served = centre.clone();
        let serving = tokio::spawn(async move {
            let options = ServeOptions::embedded();
            let ended = async { drop(stopped.await) };
            tokio::select! {
                served = served.serve(listener, options, ended) => if let Err(error) = served {
                    tracing::error!(%error, "the embedded centre ended");
                },
                // It ends with serving.
                () = served.keep_trimmed(KEPT, std::future::pending()) => {}
            }
        });

        let by = match &credentials {
            Credentials::LongLived(_) => AccessBy::Token,
            Credentials::OAuth(_) => AccessBy::Oauth,
        };
        let access = opening.secret.as_ref().map(|_| by);
        let vault = opening.secret.clone().map(|secret| -> Arc<dyn Vault> {
            let moved = opening.moved.clone();
            Arc::new(AccountVault::new(secret, address.clone(), moved))
        });
        let recipients = Recipients::Only(user);
        let mut settings = ConnectorSettings::new(address, credentials, recipients).brisk_at_hand();
        settings.vault = vault;
        settings.network = opening.network.clone();
        settings.connected_by = Some(user);
        settings.language = opening.language;
        let connector = Connector::new(Arc::new(centre.clone()), settings);
        let (status, hint) = (connector.status(), connector.hint());
        let acting = centre.register_actor(connector.actor());
        let (stop_connector, stopped) = oneshot::channel::<()>();
        let connecting = tokio::spawn(async move {
            let ended = connector.run(async { drop(stopped.await) }).await;
            tracing::info!(?ended, "the connector ended");
        });

        let (inbox, acts) = inbox(&url, &device_token, folder, "embedded", &opening).await?;
        let embedded = Embedded {
            centre,
            user,
            stop_centre,
            stop_connector,
            tasks: [serving, connecting],
            _acting: acting,
            _demo: demo,
        };
        let line = Self {
            secret: opening.secret,
            access,
            inbox,
            connector: Some(status),
            hint: Some(hint),
            folder: folder.to_owned(),
            embedded: Some(embedded),
        };
        Ok((line, acts))
    }

    /// Ends the line and waits until its parts let go of their files.
    pub(crate) async fn close(self) {
        let Some(embedded) = self.embedded else {
            return;
        };
        drop((embedded.stop_connector, embedded.stop_centre));
        for task in embedded.tasks {
            if tokio::time::timeout(END, task).await.is_err() {
                tracing::warn!("a part of the line did not end in time");
            }
        }
    }

    /// Withdraws the toasts, ends the line and deletes what this device knows of the account.
    pub(crate) async fn wipe(self) -> Result<(), LineError> {
        let wiped = self.inbox.sign_out().await;
        let folder = self.folder.clone();
        self.close().await;
        wipe_folder(&folder)?;
        Ok(wiped?)
    }
}

/// Deletes everything of an account whose line is not open.
///
/// # Errors
/// When something of it stays, or the path does not end in a folder's own name.
pub(crate) fn wipe_folder(folder: &Path) -> std::io::Result<()> {
    let mut parts = folder.components().rev();
    let named = matches!(parts.next(), Some(Component::Normal(_)));
    if !named || parts.any(|part| part == Component::ParentDir) {
        let why = "it is no folder of an account";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, why));
    }
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What an earlier version kept under another name goes on under this one.
fn take_over(earlier: &Path, folder: &Path) {
    // Where letter case is nothing, both are one folder.
    if folder.exists() || !earlier.exists() {
        return;
    }
    if let Err(error) = fs::rename(earlier, folder) {
        tracing::warn!(%error, "what an earlier version kept was not taken over");
    }
}

async fn inbox(
    centre: &str,
    token: &str,
    folder: &Path,
    owner: &str,
    opening: &Opening,
) -> Result<(Inbox, mpsc::Receiver<ToastAct>), LineError> {
    fs::create_dir_all(folder)?;
    let config = Config {
        centre: centre.to_owned(),
        allow_plain: false,
        token: token.to_owned(),
        store: folder.join("inbox.sqlite"),
        owner: owner.to_owned(),
        language: opening.language,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: std::env::consts::OS.to_owned(),
        device: gethostname::gethostname().to_string_lossy().into_owned(),
        keep_days: opening.keep_days,
        network: opening.network.clone(),
    };
    Ok(Inbox::start_with(config, opening.manners.clone()).await?)
}

fn code(language: Language) -> &'static str {
    match language {
        Language::Ru => "ru",
        Language::En => "en",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_version_kept_under_another_name_goes_on() {
        let data = tempfile::tempdir().unwrap();
        let [earlier, folder] = ["team/____.__", "team/_bureau+1"].map(|at| data.path().join(at));
        fs::create_dir_all(&earlier).unwrap();
        fs::write(earlier.join("inbox.sqlite"), "kept").unwrap();
        for _ in 0..2 {
            take_over(&earlier, &folder);
            assert!(!earlier.exists() && folder.join("inbox.sqlite").exists());
        }
    }

    #[test]
    fn nothing_but_an_accounts_own_folder_is_wiped() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("team/centre.example");
        fs::create_dir_all(&folder).unwrap();
        for odd in [
            "team/..",
            "team/../team/centre.example",
            "team/centre.example/..",
        ] {
            assert!(wipe_folder(&data.path().join(odd)).is_err(), "{odd}");
        }
        assert!(wipe_folder(Path::new("/")).is_err() && folder.exists());
        wipe_folder(&folder).unwrap();
        wipe_folder(&folder).unwrap();
        assert!(!folder.exists() && data.path().join("team").exists());
    }
}
