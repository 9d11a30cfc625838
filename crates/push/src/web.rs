//! The way to push services (RFC 8030).

use crate::{
    answer::verdict,
    endpoint::{self, Reachable},
    vapid::{Contact, SenderKey},
};
use async_trait::async_trait;
use dealbell_network::{NotPublic, PublicNames};
use dealbell_protocol::{
    courier::{AddressError, Courier, CourierError, Parcel, PushAddress},
    push::PushTrouble,
};
use reqwest::{
    Client,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
    redirect::Policy,
};
use std::{error::Error as _, time::Duration};

/// How long a push service may take to be reached.
const REACH: Duration = Duration::from_secs(10);

/// Brings pushes by HTTP.
#[derive(Clone, Debug)]
pub struct WebCourier {
    key: SenderKey,
    contact: Contact,
    reachable: Reachable,
    client: Client,
}

/// TLS or the network cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("push services cannot be asked: {0}")]
pub struct WebCourierError(#[from] reqwest::Error);

impl WebCourier {
    /// Signs with `key`; whoever runs a push service turns to `contact`. A service that does not
    /// answer within `patience` has trouble.
    ///
    /// # Errors
    /// [`WebCourierError`].
    pub fn new(
        key: SenderKey,
        contact: Contact,
        reachable: Reachable,
        patience: Duration,
    ) -> Result<Self, WebCourierError> {
        // No proxy looks names up for us, and nobody is sent elsewhere: what was looked at is what is
        // asked.
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(REACH.min(patience))
            .timeout(patience)
            .pool_max_idle_per_host(4);
        let client = match reachable {
            Reachable::Public => client.https_only(true).dns_resolver(PublicNames),
            Reachable::All => client,
        };
        Ok(Self {
            key,
            contact,
            reachable,
            client: client.build()?,
        })
    }
}

#[async_trait]
impl Courier for WebCourier {
    fn key(&self) -> &str {
        self.key.public()
    }

    fn check(&self, to: &PushAddress) -> Result<(), AddressError> {
        endpoint::read(to, self.reachable).map(drop)
    }

    async fn bring(&self, parcel: &Parcel) -> Result<(), CourierError> {
        let (url, receiver) = endpoint::read(&parcel.to, self.reachable).map_err(|error| {
            let reason = format!("its address is no longer taken: {error}");
            CourierError::Refused { reason }
        })?;
        let authorization = self.key.authorization(&url, &self.contact, parcel.at);
        let request = self
            .client
            .post(url)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("TTL", parcel.keep.as_secs())
            .header("Urgency", parcel.urgency.name())
            .header("Topic", &parcel.topic)
            .body(receiver.encrypt(&parcel.message));
        let answer = request.send().await.map_err(|error| unreachable(&error))?;
        let after = answer.headers().get(RETRY_AFTER);
        let after = after.and_then(|after| after.to_str().ok());
        verdict(answer.status(), after, parcel.at)
    }
}

/// Without the error's own words, which have the address in them.
fn unreachable(error: &reqwest::Error) -> CourierError {
    let mut cause: Option<&dyn std::error::Error> = error.source();
    while let Some(inner) = cause {
        if let Some(private) = inner.downcast_ref::<NotPublic>() {
            let reason = private.to_string();
            return CourierError::Refused { reason };
        }
        cause = inner.source();
    }
    let reason = match error {
        error if error.is_timeout() => "the push service does not answer in time",
        error if error.is_connect() => "the push service cannot be reached",
        _ => "the way to the push service broke off",
    };
    CourierError::Later {
        trouble: PushTrouble::Unreachable,
        reason: reason.to_owned(),
        after: None,
    }
}
