//! The API v4, typed. Clones share one limit; every error says what to do about it.

mod error;
mod failure;
mod grant;
mod kinds;
mod limit;
mod page;
mod renew;
mod send;

pub use error::ClientError;
pub(crate) use failure::{Cause, Failure};
pub use grant::Grant;
pub(crate) use send::{jittered, read_answer};

use crate::address::CrmAddress;
use crate::clock::Clock;
use crate::credentials::{Credentials, Vault};
use crate::model::{Account, CrmUserId, Seconds, Task, User};
use dealbell_network::Network;
use grant::Keeper;
use limit::{Limit, Urgency};
use reqwest::Method;
use std::fmt;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The most tasks, users and cards the API gives on a page.
const PAGE: &str = "250";
/// Ids in one request, so that its address stays below 8 KiB.
const IDS: usize = 100;

/// A Bearer token. Never shown: neither in `Debug` nor in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub(crate) String);

impl Token {
    /// The token, without the spaces and line breaks that pasting brings.
    pub fn new(token: impl Into<String>) -> Self {
        let token: String = token.into();
        Self(token.split_whitespace().collect())
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// How long the network may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until there is a whole answer.
    pub whole: Duration,
}

impl Default for Timeouts {
    /// 10 and 30 seconds.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(30),
        }
    }
}

/// A connection to one account. Cheap to clone; clones share the limit and what lets them in. There
/// must be one for an account in a process, and no other after it from the same credentials: OAuth
/// tokens change while it lives.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    urgency: Urgency,
}

struct Shared {
    keeper: Keeper,
    vault: OnceLock<Arc<dyn Vault>>,
    http: reqwest::Client,
    /// For what must not be sent twice.
    fresh_http: reqwest::Client,
    timeouts: Timeouts,
    limit: Limit,
    clock: Clock,
    /// The CRM's clock minus ours, seconds, by its last answer.
    clock_offset: AtomicI64,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.address())
    }
}

impl Client {
    /// A client for the account at `address`. rustls needs a crypto provider installed before.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] where the system lets no client be made.
    pub fn new(
        address: CrmAddress,
        credentials: impl Into<Credentials>,
        clock: Clock,
    ) -> Result<Self, ClientError> {
        let network = Network::default();
        Self::within(address, credentials, clock, Timeouts::default(), &network)
    }

    /// The same with other patience, on a network as the user chose.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn within(
        address: CrmAddress,
        credentials: impl Into<Credentials>,
        clock: Clock,
        timeouts: Timeouts,
        network: &Network,
    ) -> Result<Self, ClientError> {
        let shared = Shared {
            http: connections(&address, timeouts, network).build()?,
            fresh_http: fresh_connections(&address, timeouts, network)?,
            timeouts,
            vault: OnceLock::new(),
            keeper: Keeper::new(address, credentials.into()),
            limit: Limit::new(clock.clone()),
            clock,
            clock_offset: AtomicI64::new(0),
        };
        Ok(Self {
            shared: Arc::new(shared),
            urgency: Urgency::Ordinary,
        })
    }

    /// The same connection for what a user waits for: its requests go before waiting readings.
    #[must_use]
    pub fn urgent(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            urgency: Urgency::Urgent,
        }
    }

    /// The same client, whose renewed tokens go to `vault`. To be said before the first request;
    /// without a vault renewed tokens live as long as the client.
    #[must_use]
    pub fn with_vault(self, vault: Arc<dyn Vault>) -> Self {
        // A second vault would be a mistake; the first one has the newer tokens.
        let _ = self.shared.vault.set(vault);
        self
    }

    /// Where the account is. It changes when an account that is read by OAuth has moved.
    pub fn address(&self) -> CrmAddress {
        self.shared.keeper.address()
    }

    /// What lets us in now.
    pub(crate) fn credentials(&self) -> Credentials {
        self.shared.keeper.credentials()
    }

    /// How it stands with what lets us in, now and later.
    pub fn grant(&self) -> watch::Receiver<Grant> {
        self.shared.keeper.watch()
    }

    /// Until nobody renews the access.
    pub(crate) async fn renewed(&self) {
        drop(self.shared.keeper.renewing.lock().await);
    }

    /// The account, its time zone and whose token this is.
    ///
    /// # Errors
    /// [`ClientError`]. Everybody may see the account, so a 403 here is [`ClientError::Blocked`].
    pub async fn account(&self) -> Result<Account, ClientError> {
        match self
            .account_closely()
            .await
            .map_err(|failure| failure.error)
        {
            Err(ClientError::Forbidden) => Err(ClientError::Blocked),
            account => account,
        }
    }

    pub(crate) async fn account_closely(&self) -> Result<Account, Failure> {
        let url = self.url("account", &[("with", "datetime_settings")]);
        let answer = self.send_closely(Method::GET, url, None).await?;
        let account = serde_json::from_value(answer.unwrap_or_default());
        let account: Account = account.map_err(|error| Failure::no_account(&error))?;
        self.shared.keeper.is_account(account.id);
        Ok(account)
    }

    /// Everybody with a login; none where this token's owner is no administrator.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn users(&self) -> Result<Option<Vec<User>>, ClientError> {
        let url = self.url("users", &[("limit", PAGE)]);
        match self.list(url, "users").await {
            Ok(users) => Ok(Some(users)),
            Err(ClientError::Forbidden) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The open tasks of these users, any order.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn open_tasks(
        &self,
        responsible: &[CrmUserId],
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Task>, ClientError> {
        let mut tasks = Vec::new();
        for batch in responsible.chunks(IDS) {
            let mut filter = vec![("filter[is_completed]", "0".to_owned())];
            filter.extend(brackets("filter[responsible_user_id][]", batch));
            let before = tasks.len();
            let found = self
                .tasks_by_update(&filter, 0, |n| progress(before + n))
                .await?;
            tasks.extend(found);
        }
        Ok(tasks)
    }

    /// The tasks updated at `from` or later, oldest update first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn tasks_updated(&self, from: Seconds) -> Result<Vec<Task>, ClientError> {
        self.tasks_by_update(&[], from, |_| {}).await
    }

    /// The tasks with these ids, as far as they exist and this token sees them.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn tasks(&self, ids: &[u64]) -> Result<Vec<Task>, ClientError> {
        self.by_ids("tasks", "tasks", ids, &[]).await
    }

    /// Completes a task, with what came of it. Goes before waiting readings.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn complete(&self, task: u64, result: &str) -> Result<(), ClientError> {
        let url = self.url(&format!("tasks/{task}"), &[]);
        let mut body = serde_json::json!({"is_completed": true});
        if !result.is_empty() {
            body["result"] = serde_json::json!({"text": result});
        }
        let done = self.urgent().send(Method::PATCH, url, Some(&body)).await;
        done.map(drop)
    }

    /// Opens a task again, before whatever else waits. Its result stays as it is.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn reopen(&self, task: u64) -> Result<(), ClientError> {
        let url = self.url(&format!("tasks/{task}"), &[]);
        let body = serde_json::json!({"is_completed": false});
        let done = self.urgent().send(Method::PATCH, url, Some(&body)).await;
        done.map(drop)
    }
}

/// Connections for a client of the account at `address`.
fn connections(
    address: &CrmAddress,
    timeouts: Timeouts,
    network: &Network,
) -> reqwest::ClientBuilder {
    // It was looked at when it was chosen; what is wrong with it since is seen as no connection.
    network
        .http_client_builder(address.url())
        .unwrap_or_else(|error| {
            tracing::warn!(%error, "the network is used as the system says");
            reqwest::Client::builder()
        })
        .user_agent(concat!("Dealbell/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.whole)
        // The API sends nobody elsewhere; who does is a portal, and gets no second request.
        .redirect(reqwest::redirect::Policy::none())
}

/// Connections that are not kept: a kept one may be dead already, and then nobody knows whether what
/// was written on it has arrived.
pub(crate) fn fresh_connections(
    address: &CrmAddress,
    timeouts: Timeouts,
    network: &Network,
) -> Result<reqwest::Client, reqwest::Error> {
    let http = connections(address, timeouts, network).pool_max_idle_per_host(0);
    http.build()
}

/// `name=1&name=2` for a list of ids.
fn brackets<'a>(
    name: &'a str,
    ids: &'a [u64],
) -> impl Iterator<Item = (&'a str, String)> + use<'a> {
    ids.iter().map(move |id| (name, id.to_string()))
}
