//! The centre's HTTP API, as far as a desktop needs it.

use crate::Address;
use dealbell_network::{Network, NetworkError};
use dealbell_protocol::act::Deed;
use dealbell_protocol::people::{InvitationSeen, Redeem, Redeemed};
use dealbell_protocol::push::{ChangePushSubscription, PushDevices};
use dealbell_protocol::rest::{
    ActOn, CalendarLink, DeviceRow, FeedPage, MAX_PAGE, Me, SaveChannels, Tasks, TestChannel,
};
use dealbell_protocol::secret::Secret;
use dealbell_protocol::web::SignInLink;
use dealbell_protocol::{
    ApiError, ChannelSettings, Cursor, DeviceId, ErrorCode, NotificationId, ProviderId,
    PushSubscriptionId,
};
use reqwest::header::{IF_MATCH, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use std::sync::OnceLock;
use std::time::Duration;

/// How long the centre may take to answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The largest picture that is taken, bytes: twice the pixels of one that a centre keeps.
const MAX_PICTURE: usize = 128 * 1024;

/// The longest answer, bytes: several times a page of the longest notifications.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// The longest words of a refusal, bytes.
const MAX_REFUSAL: usize = 64 * 1024;

/// A request that brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// The centre cannot be reached, or breaks off.
    #[error("the centre cannot be reached: {0}")]
    Unreachable(#[source] reqwest::Error),
    /// The centre refuses.
    #[error("the centre refuses with {status}: {code:?}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why, where it says so in our words.
        code: Option<ErrorCode>,
        /// What it says about it; of [`ErrorCode::CrmRefused`] the CRM's own reason.
        message: String,
        /// When to come back, milliseconds.
        retry_ms: Option<u64>,
    },
    /// The choice of proxy or certificates cannot be followed any more.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// What answers is no centre.
    #[error("the answer is not one of a centre")]
    NotACentre,
}

impl RestError {
    /// Without the address: some have a code in them that is as good as a password.
    fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }

    /// Why, where the centre itself says so.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Unreachable(_) | Self::Network(_) | Self::NotACentre => None,
        }
    }

    pub(crate) fn retry_ms(&self) -> Option<u64> {
        match self {
            Self::Refused { retry_ms, .. } => *retry_ms,
            Self::Unreachable(_) | Self::Network(_) | Self::NotACentre => None,
        }
    }
}

/// The API, with the device's token.
pub(crate) struct Rest {
    address: Address,
    token: Secret,
    network: Network,
    /// Made at the first request: a start needs none.
    client: OnceLock<Client>,
}

impl Rest {
    pub(crate) fn new(address: Address, token: String, network: Network) -> Self {
        Self {
            address,
            token: token.into(),
            network,
            client: OnceLock::new(),
        }
    }

    pub(crate) async fn channels(&self) -> Result<ChannelSettings, RestError> {
        let url = self.address.api("channels");
        ask(self.client()?.get(url).bearer_auth(&*self.token)).await
    }

    pub(crate) async fn save_channels(
        &self,
        revision: u64,
        settings: &SaveChannels,
    ) -> Result<ChannelSettings, RestError> {
        let request = self
            .client()?
            .put(self.address.api("channels"))
            .bearer_auth(&*self.token)
            .header(IF_MATCH, format!("\"{revision}\""))
            .json(settings);
        ask(request).await
    }

    pub(crate) async fn page(
        &self,
        as_of: &Cursor,
        before: Option<u64>,
    ) -> Result<FeedPage, RestError> {
        let mut url = self.address.api("notifications");
        url.query_pairs_mut()
            .append_pair("as_of", &as_of.to_string())
            .append_pair("limit", &MAX_PAGE.to_string())
            .extend_pairs(before.map(|before| ("before", before.to_string())));
        ask(self.client()?.get(url).bearer_auth(&*self.token)).await
    }

    pub(crate) async fn act(&self, id: NotificationId, deed: &Deed) -> Result<(), RestError> {
        let url = self.address.api(&format!("notifications/{id}/act"));
        let request = self
            .client()?
            .post(url)
            .bearer_auth(&*self.token)
            .json(deed);
        let Done {} = ask(request).await?;
        Ok(())
    }

    pub(crate) async fn act_on(&self, act: &ActOn) -> Result<(), RestError> {
        let url = self.address.api("act");
        let request = self.client()?.post(url).bearer_auth(&*self.token).json(act);
        let Done {} = ask(request).await?;
        Ok(())
    }

    pub(crate) async fn tasks(&self) -> Result<Tasks, RestError> {
        let url = self.address.api("tasks");
        ask(self.client()?.get(url).bearer_auth(&*self.token)).await
    }

    pub(crate) async fn test(&self, test: &TestChannel) -> Result<(), RestError> {
        let url = self.address.api("test");
        let request = self
            .client()?
            .post(url)
            .bearer_auth(&*self.token)
            .json(test);
        let Done {} = ask(request).await?;
        Ok(())
    }

    pub(crate) async fn devices(&self) -> Result<Vec<DeviceRow>, RestError> {
        let url = self.address.api("devices");
        ask(self.client()?.get(url).bearer_auth(&*self.token)).await
    }

    /// The picture of a provider, PNG, at most [`MAX_PICTURE`].
    pub(crate) async fn icon(&self, provider: &ProviderId) -> Result<Vec<u8>, RestError> {
        let mut url = self.address.api("providers");
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([provider.as_str(), "icon"]);
        }
        let request = self.client()?.get(url).bearer_auth(&*self.token);
        let answer = request.send().await.map_err(RestError::unreachable)?;
        if !answer.status().is_success() {
            return Err(refusal(answer).await);
        }
        let png = read(answer, MAX_PICTURE).await?;
        match png.starts_with(b"\x89PNG\r\n\x1a\n") {
            true => Ok(png),
            false => Err(RestError::NotACentre),
        }
    }

    pub(crate) async fn revoke(&self, id: DeviceId) -> Result<(), RestError> {
        let url = self.address.api(&format!("devices/{id}"));
        let Done {} = ask(self.client()?.delete(url).bearer_auth(&*self.token)).await?;
        Ok(())
    }

    pub(crate) async fn calendar(&self) -> Result<CalendarLink, RestError> {
        let url = self.address.api("calendar");
        ask(self.client()?.get(url).bearer_auth(&*self.token)).await
    }

    pub(crate) async fn renew_calendar(&self) -> Result<CalendarLink, RestError> {
        let url = self.address.api("calendar");
        ask(self.client()?.post(url).bearer_auth(&*self.token)).await
    }

    pub(crate) async fn sign_in_link(&self) -> Result<SignInLink, RestError> {
        let url = self.address.api("sign-in-links");
        ask(self.client()?.post(url).bearer_auth(&*self.token)).await
    }

    pub(crate) async fn push_devices(&self) -> Result<PushDevices, RestError> {
        let url = self.address.api("push-subscriptions");
        ask(self.client()?.get(url).bearer_auth(&*self.token)).await
    }

    pub(crate) async fn change_push(
        &self,
        id: PushSubscriptionId,
        change: &ChangePushSubscription,
    ) -> Result<(), RestError> {
        let url = self.address.api(&format!("push-subscriptions/{id}"));
        let request = self.client()?.patch(url).bearer_auth(&*self.token);
        tell(request.json(change)).await
    }

    pub(crate) async fn remove_push(&self, id: PushSubscriptionId) -> Result<(), RestError> {
        let url = self.address.api(&format!("push-subscriptions/{id}"));
        tell(self.client()?.delete(url).bearer_auth(&*self.token)).await
    }

    pub(crate) async fn test_push(&self, id: PushSubscriptionId) -> Result<(), RestError> {
        let url = self.address.api(&format!("push-subscriptions/{id}/test"));
        tell(self.client()?.post(url).bearer_auth(&*self.token)).await
    }

    /// Whether `link` leads to this centre, by TLS or on this machine.
    pub(crate) fn is_own(&self, link: &str) -> bool {
        self.address.is_own(link)
    }

    /// Whoever has the code may ask.
    pub(crate) async fn invitation(&self, code: &str) -> Result<InvitationSeen, RestError> {
        let url = self.address.api(&format!("invitations/{code}"));
        ask(self.client()?.get(url)).await
    }

    pub(crate) async fn redeem(&self, redeem: &Redeem) -> Result<Redeemed, RestError> {
        let url = self.address.api("invitations/redeem");
        ask(self.client()?.post(url).json(redeem)).await
    }

    pub(crate) async fn me(&self) -> Result<Me, RestError> {
        let url = self.address.api("me");
        ask(self.client()?.get(url).bearer_auth(&*self.token)).await
    }

    fn client(&self) -> Result<&Client, RestError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = self
            .network
            .http_client_builder(&self.address.api(""))?
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(Duration::from_secs(10))
            // The token goes to the centre and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(RestError::unreachable)?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// The answer to what was done.
#[derive(serde::Deserialize)]
struct Done {}

async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, RestError> {
    let answer = request.send().await.map_err(RestError::unreachable)?;
    if !answer.status().is_success() {
        return Err(refusal(answer).await);
    }
    let body = read(answer, MAX_ANSWER).await?;
    serde_json::from_slice(&body).map_err(|_| RestError::NotACentre)
}

/// The same where the answer says nothing but that it is done.
async fn tell(request: RequestBuilder) -> Result<(), RestError> {
    let answer = request.send().await.map_err(RestError::unreachable)?;
    match answer.status().is_success() {
        true => Ok(()),
        false => Err(refusal(answer).await),
    }
}

/// The body, unless it is longer than `most`: whoever goes on for ever would fill the memory.
async fn read(mut answer: Response, most: usize) -> Result<Vec<u8>, RestError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(RestError::unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > most {
            return Err(RestError::NotACentre);
        }
    }
    Ok(body)
}

async fn refusal(answer: Response) -> RestError {
    let status = answer.status().as_u16();
    let after = answer.headers().get(RETRY_AFTER);
    let after = after.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let body = read(answer, MAX_REFUSAL).await.unwrap_or_default();
    let error: Option<ApiError> = serde_json::from_slice(&body).ok();
    RestError::Refused {
        status,
        code: error.as_ref().map(|error| error.code),
        message: error
            .as_ref()
            .map(|error| error.message.clone())
            .unwrap_or_default(),
        retry_ms: error
            .and_then(|error| error.retry_ms)
            .or(after.map(|seconds| seconds.saturating_mul(1_000))),
    }
}
