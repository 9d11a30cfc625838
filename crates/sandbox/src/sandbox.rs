//! Starting and stopping a sandbox, and the controls a test acts through.

mod access;
mod conversations;
mod deals;
mod faults;
mod hooks;
mod people;
mod requests;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::account::User;
use crate::books::{Changes, NewTask, Refusal, Task};
use crate::clock::Clock;
use crate::oauth::Integration;
use crate::office::Office;
use crate::staff::{SEATS, staff};
use crate::wire::{Scissors, Wires};
use crate::{api, postman, shift};

/// How to start a [`Sandbox`].
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The seed of a busy sales floor; without one nothing happens by itself and no task exists.
    pub sales_floor: Option<u64>,
    /// The first user's token (the n-th user's is `{token}-n`); random ones without it.
    pub token: Option<String>,
    /// Requests a second and token before a 429; `None` for no limit. amoCRM's is 7.
    pub rate_limit: Option<u32>,
    /// What the account goes by: every date it writes, its limits and lifetimes, the `Date` of its
    /// answers.
    pub clock: Clock,
    /// How many people work there, 1 to [`crate::MOST_STAFF`]; the first is the administrator.
    pub staff: usize,
    /// The integrations that people can grant access to.
    pub integrations: Vec<Integration>,
    /// How long a webhook may take to be answered before that counts as a failure. amoCRM's is 2 s.
    pub hook_patience: Duration,
}

impl Default for Config {
    /// A free loopback port, a quiet account, random tokens, amoCRM's limit, the system's clock and eight people.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            sales_floor: None,
            token: None,
            rate_limit: Some(7),
            clock: Clock::default(),
            staff: SEATS,
            integrations: vec![Integration::default()],
            hook_patience: Duration::from_secs(2),
        }
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {listen}")]
pub struct StartError {
    /// The address asked for.
    pub listen: SocketAddr,
    /// What the system said.
    #[source]
    pub reason: io::Error,
}

/// How long requests under way may take to finish at the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running account. Dropping it ends the server; [`Sandbox::stop`] also waits for that.
///
/// The controls act at once and under no limit, as colleagues do in the web interface; `by` is a
/// user's id, or 0 for a robot.
pub struct Sandbox {
    url: String,
    office: Arc<Office>,
    integrations: Vec<Integration>,
    /// Its end tells the servers to go.
    running: watch::Sender<()>,
    ended: watch::Receiver<()>,
    /// One for each address the account has had.
    servers: Mutex<Vec<JoinHandle<()>>>,
}

async fn listen_on(listen: SocketAddr) -> Result<(Wires, SocketAddr), StartError> {
    let failed = |reason| StartError { listen, reason };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((Wires(listener), address))
}

/// Serves until `ended` has lost its sender and the requests under way are answered.
fn serve(
    listener: Wires,
    office: &Arc<Office>,
    mut ended: watch::Receiver<()>,
) -> impl Future<Output = ()> + Send + use<> {
    let service = api::router(Arc::clone(office)).into_make_service_with_connect_info::<Scissors>();
    let serve = axum::serve(listener, service)
        .with_graceful_shutdown(async move { while ended.changed().await.is_ok() {} })
        .into_future();
    async move {
        let _ = serve.await;
    }
}

impl Sandbox {
    /// Listens and serves in the background of the current tokio runtime.
    ///
    /// # Errors
    /// [`StartError`] when the address cannot be listened on.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let (listener, address) = listen_on(config.listen).await?;
        let users = staff(config.staff, config.token.as_deref());
        let office = Arc::new(Office::new(users, address.to_string(), &config));
        let shift = shift::begin(Arc::clone(&office), config.sales_floor);
        let postman = postman::deliver(Arc::clone(&office), config.hook_patience);

        let (running, ended) = watch::channel(());
        let serve = serve(listener, &office, ended.clone());
        let server = tokio::spawn(async move {
            tokio::select! {
                () = serve => {}
                () = shift => {}
                () = postman => {}
            }
        });
        Ok(Self {
            url: format!("http://{address}"),
            office,
            integrations: config.integrations,
            running,
            ended,
            servers: Mutex::new(vec![server]),
        })
    }

    /// The base address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everybody with a login, the administrator first.
    #[must_use]
    pub fn users(&self) -> &[User] {
        self.office.users()
    }

    /// Sets a task and returns its id.
    ///
    /// # Errors
    /// [`Refusal`] when a user or card does not exist.
    pub fn create_task(&self, by: u64, task: NewTask) -> Result<u64, Refusal> {
        self.office.create(by, task, self.office.now())
    }

    /// Completes a task with a result (none when empty).
    ///
    /// # Errors
    /// [`Refusal`] when the user or task does not exist.
    pub fn complete_task(&self, by: u64, id: u64, result: &str) -> Result<(), Refusal> {
        let changes = Changes {
            is_completed: Some(true),
            result: (!result.is_empty()).then(|| result.to_owned()),
            ..Changes::default()
        };
        self.change(by, id, changes)
    }

    /// Gives a task to somebody else.
    ///
    /// # Errors
    /// [`Refusal`] when a user or the task does not exist.
    pub fn reassign_task(&self, by: u64, id: u64, to: u64) -> Result<(), Refusal> {
        let changes = Changes {
            responsible: Some(to),
            ..Changes::default()
        };
        self.change(by, id, changes)
    }

    /// Moves a task's deadline, Unix seconds.
    ///
    /// # Errors
    /// [`Refusal`] when the user or task does not exist.
    pub fn reschedule_task(&self, by: u64, id: u64, complete_till: i64) -> Result<(), Refusal> {
        let changes = Changes {
            complete_till: Some(complete_till),
            ..Changes::default()
        };
        self.change(by, id, changes)
    }

    /// Rewrites a task's text.
    ///
    /// # Errors
    /// [`Refusal`] when the user or task does not exist.
    pub fn rewrite_task(&self, by: u64, id: u64, text: &str) -> Result<(), Refusal> {
        let changes = Changes {
            text: Some(text.to_owned()),
            ..Changes::default()
        };
        self.change(by, id, changes)
    }

    /// Deletes a task, which only the web interface can do.
    ///
    /// # Errors
    /// [`Refusal`] when the user or task does not exist.
    pub fn delete_task(&self, by: u64, id: u64) -> Result<(), Refusal> {
        self.office.delete(by, id, self.office.now())
    }

    /// A task as it is now.
    #[must_use]
    pub fn task(&self, id: u64) -> Option<Task> {
        self.office.task(id)
    }

    /// Every task as it is now, by id.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        self.office.read(|books| books.tasks().cloned().collect())
    }

    /// Revokes a user's long-lived tokens: from now on they are answered with 401.
    pub fn revoke_token(&self, user: u64) {
        self.office.revoke(user);
    }

    /// How many API requests with a valid token have come so far, refused ones included.
    #[must_use]
    pub fn requests_seen(&self) -> u64 {
        self.office.served()
    }

    /// Ends the server and waits until it no longer listens.
    pub async fn stop(self) {
        let Self {
            running, servers, ..
        } = self;
        drop(running);
        for mut server in servers.into_inner().unwrap_or_else(PoisonError::into_inner) {
            // A client that never finishes its request must not keep the port's owner.
            if tokio::time::timeout(PATIENCE, &mut server).await.is_err() {
                server.abort();
            }
        }
    }

    fn change(&self, by: u64, id: u64, changes: Changes) -> Result<(), Refusal> {
        self.office
            .change(by, id, changes, self.office.now())
            .map(|_| ())
    }
}

impl fmt::Debug for Sandbox {
    /// Leaves the tokens out.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sandbox")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
