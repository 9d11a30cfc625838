//! What the other kinds of notification are read from: events, cards, notes, Incoming leads, hooks.

use super::{Client, ClientError, PAGE};
use crate::model::{Card, EntityType, Event, Note, Request, Seconds, Webhook, embedded_ids};
use reqwest::Method;
use serde_json::Value;
use std::collections::HashSet;
use url::Url;

impl Client {
    /// What happened at `from` or later, newest first; `kinds` as the API names them.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn events(&self, kinds: &[&str], from: Seconds) -> Result<Vec<Event>, ClientError> {
        let (kinds, from) = (kinds.join(","), from.to_string());
        let query = [
            ("filter[type]", kinds.as_str()),
            ("filter[created_at]", from.as_str()),
            ("limit", "100"),
        ];
        let mut events: Vec<Event> = self.list(self.url("events", &query), "events").await?;
        // What happens meanwhile pushes the rest down, and some of it onto the next page again.
        let mut seen = HashSet::new();
        events.retain(|event| event.id.is_empty() || seen.insert(event.id.clone()));
        Ok(events)
    }

    /// Names and owners of these cards; of deals the price, the pipeline and the people too.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn cards(&self, kind: EntityType, ids: &[u64]) -> Result<Vec<Card>, ClientError> {
        let with: &[_] = match kind {
            EntityType::Leads => &[("with", "contacts")],
            EntityType::Contacts | EntityType::Companies | EntityType::Customers => &[],
        };
        self.by_ids(kind.name(), kind.name(), ids, with).await
    }

    /// The deals of these contacts, any order.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn deals_of(&self, contacts: &[u64]) -> Result<Vec<u64>, ClientError> {
        let with = [("with", "leads")];
        let found = self.by_ids("contacts", "contacts", contacts, &with);
        let found: Vec<Value> = found.await?;
        let deals = |contact: &Value| embedded_ids(&contact["_embedded"], "leads");
        Ok(found.iter().flat_map(deals).collect())
    }

    /// The notes with these ids on cards of one kind.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn notes(&self, kind: EntityType, ids: &[u64]) -> Result<Vec<Note>, ClientError> {
        let path = format!("{}/notes", kind.name());
        self.by_ids(&path, "notes", ids, &[]).await
    }

    /// Incoming leads ("Неразобранное") that wait, oldest first.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::Forbidden`] where the token's owner may not see them.
    pub async fn unsorted(&self) -> Result<Vec<Request>, ClientError> {
        let query = [("limit", PAGE), ("order[created_at]", "asc")];
        let url = self.url("leads/unsorted", &query);
        let mut requests: Vec<Request> = self.list(url.clone(), "unsorted").await?;
        let page = PAGE.parse().unwrap_or(usize::MAX);
        if requests.len() < page {
            return Ok(requests);
        }
        // One accepted between two pages makes the rest slide, and one request fall through: it
        // would look accepted. The second reading has it, and both together have all.
        let again: Vec<Request> = self.list::<Request>(url, "unsorted").await?;
        let mut seen = HashSet::new();
        requests.extend(again);
        requests.retain(|request| seen.insert(request.uid.clone()));
        requests.sort_by_key(|request| request.created_at);
        Ok(requests)
    }

    /// The account's webhooks.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::Forbidden`] or [`ClientError::Refused`] where the token's
    /// owner or the account's plan does not allow it.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, ClientError> {
        self.list(self.url("webhooks", &[]), "webhooks").await
    }

    /// Has the account call `url` for these kinds. One that is there already is set anew.
    ///
    /// # Errors
    /// As [`Client::webhooks`].
    pub async fn add_webhook(&self, url: &Url, settings: &[&str]) -> Result<(), ClientError> {
        let body = serde_json::json!({"destination": url.as_str(), "settings": settings});
        let hooks = self.url("webhooks", &[]);
        self.send(Method::POST, hooks, Some(&body)).await.map(drop)
    }

    /// The account calls `url` no more.
    ///
    /// # Errors
    /// As [`Client::webhooks`]; one that is not there is no error.
    pub async fn remove_webhook(&self, url: &Url) -> Result<(), ClientError> {
        let body = serde_json::json!({"destination": url.as_str()});
        let hooks = self.url("webhooks", &[]);
        match self.send(Method::DELETE, hooks, Some(&body)).await {
            Ok(_) | Err(ClientError::Refused { status: 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
