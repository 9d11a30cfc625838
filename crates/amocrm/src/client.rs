//! The API v4, typed. Clones share one limit; every error says what to do about it.

mod error;
mod kinds;
mod limit;
mod page;
mod send;

pub use error::ClientError;
pub(crate) use send::jittered;

use crate::address::CrmAddress;
use crate::model::{Account, CrmUserId, Seconds, Task, User};
use limit::Limit;
use reqwest::Method;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

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

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// A connection to one account with one token. Cheap to clone; clones share the limit.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    address: CrmAddress,
    token: Token,
    http: reqwest::Client,
    limit: Limit,
    /// The CRM's clock minus ours, seconds, by its last answer.
    clock_offset: AtomicI64,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.0.address)
    }
}

impl Client {
    /// A client for the account at `address`. rustls needs a crypto provider installed before.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] where the system lets no client be made.
    pub fn new(address: CrmAddress, token: Token) -> Result<Self, ClientError> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("Dealbell/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            // The API sends nobody elsewhere; who does is a portal, and gets no second request.
            .redirect(reqwest::redirect::Policy::none());
        if address.is_loopback() {
            http = http.no_proxy();
        }
        Ok(Self(Arc::new(Shared {
            http: http.build()?,
            address,
            token,
            limit: Limit::new(),
            clock_offset: AtomicI64::new(0),
        })))
    }

    /// Where the account is.
    pub fn address(&self) -> &CrmAddress {
        &self.0.address
    }

    /// The account, its time zone and whose token this is.
    ///
    /// # Errors
    /// [`ClientError`]. Everybody may see the account, so a 403 here is [`ClientError::Blocked`].
    pub async fn account(&self) -> Result<Account, ClientError> {
        let url = self.url("account", &[("with", "datetime_settings")]);
        match self.send(Method::GET, url, None).await {
            Ok(Some(answer)) => serde_json::from_value(answer)
                .map_err(|error| ClientError::NotACrm(format!("its account answer: {error}"))),
            Ok(None) => Err(ClientError::NotACrm("it has no account".to_owned())),
            Err(ClientError::Forbidden) => Err(ClientError::Blocked),
            Err(error) => Err(error),
        }
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

    /// Completes a task, with what came of it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn complete(&self, task: u64, result: &str) -> Result<(), ClientError> {
        let url = self.url(&format!("tasks/{task}"), &[]);
        let mut body = serde_json::json!({"is_completed": true});
        if !result.is_empty() {
            body["result"] = serde_json::json!({"text": result});
        }
        self.send(Method::PATCH, url, Some(&body)).await.map(drop)
    }
}

/// `name=1&name=2` for a list of ids.
fn brackets<'a>(
    name: &'a str,
    ids: &'a [u64],
) -> impl Iterator<Item = (&'a str, String)> + use<'a> {
    ids.iter().map(move |id| (name, id.to_string()))
}
