//! Lists: page after page, without losing what moves while it is read.

use super::{Client, ClientError, IDS, PAGE, brackets};
use crate::model::{Seconds, Task};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use url::Url;

/// A list longer than this is a server that goes round in circles.
const MOST_PAGES: usize = 10_000;

struct Page<T> {
    items: Vec<T>,
    next: Option<Url>,
}

impl Client {
    /// Every item of a list, by its HAL links.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        url: Url,
        key: &str,
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let mut next = Some(url);
        for _ in 0..MOST_PAGES {
            let Some(url) = next else {
                return Ok(items);
            };
            let page = self.page(url.clone(), key).await?;
            items.extend(page.items);
            next = page.next.filter(|next| *next != url);
        }
        Err(ClientError::NotACrm("its list has no end".to_owned()))
    }

    /// The items with these ids, in batches; `query` as well.
    pub(super) async fn by_ids<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        ids: &[u64],
        query: &[(&str, &str)],
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        for batch in ids.chunks(IDS) {
            let mut url = self.url(path, &[("limit", PAGE)]);
            url.query_pairs_mut().extend_pairs(query);
            url.query_pairs_mut()
                .extend_pairs(brackets("filter[id][]", batch));
            items.extend(self.list(url, key).await?);
        }
        Ok(items)
    }

    /// Tasks in the order of their updates, each as it was read last.
    ///
    /// Numbered pages shift when a task is edited or deleted between two of them, and what slides
    /// over the edge is never seen. So each request starts at the second where the last one ended:
    /// an edited task moves behind that point and is met again. Numbered pages serve only within
    /// one second that fills a page, or where the server does not keep the order.
    pub(super) async fn tasks_by_update(
        &self,
        filter: &[(&str, String)],
        from: Seconds,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Task>, ClientError> {
        let mut found: HashMap<u64, Task> = HashMap::new();
        let mut from = from;
        let mut next = Some(self.tasks_url(filter, from));
        for _ in 0..MOST_PAGES {
            let Some(url) = next else {
                let mut tasks: Vec<Task> = found.into_values().collect();
                tasks.sort_by_key(|task| (task.updated_at, task.id));
                return Ok(tasks);
            };
            let page: Page<Task> = self.page(url.clone(), "tasks").await?;
            let ordered = page.items.is_sorted_by_key(|task| task.updated_at);
            let last = page.items.last().map_or(from, |task| task.updated_at);
            next = match page.next {
                Some(_) if ordered && last > from => {
                    from = last;
                    Some(self.tasks_url(filter, from))
                }
                by_number => by_number.filter(|next| *next != url),
            };
            for task in page.items {
                let newer = |known: &Task| known.updated_at <= task.updated_at;
                if found.get(&task.id).is_none_or(newer) {
                    found.insert(task.id, task);
                }
            }
            progress(found.len());
        }
        Err(ClientError::NotACrm("its list has no end".to_owned()))
    }

    fn tasks_url(&self, filter: &[(&str, String)], from: Seconds) -> Url {
        let mut url = self.url("tasks", &[("limit", PAGE), ("order[updated_at]", "asc")]);
        let mut query = url.query_pairs_mut();
        query.extend_pairs(filter);
        if from > 0 {
            query.append_pair("filter[updated_at][from]", &from.to_string());
        }
        drop(query);
        url
    }

    async fn page<T: DeserializeOwned>(&self, url: Url, key: &str) -> Result<Page<T>, ClientError> {
        let Some(mut answer) = self.send(Method::GET, url, None).await? else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        let next = answer
            .pointer("/_links/next/href")
            .and_then(Value::as_str)
            .map(|href| self.own(href))
            .transpose()?;
        let items = match answer.pointer_mut("/_embedded").map(Value::take) {
            Some(Value::Object(mut embedded)) => embedded.remove(key).unwrap_or(Value::Null),
            // PHP's empty object.
            Some(Value::Array(_)) => Value::Null,
            _ => return Err(ClientError::NotACrm(format!("a list without {key}"))),
        };
        let items = match items {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        let listed = items.len();
        let items: Vec<T> = items.into_iter().filter_map(readable).collect();
        if items.len() < listed {
            let unreadable = listed - items.len();
            tracing::warn!(
                key,
                unreadable,
                "items of the CRM's answer are not readable"
            );
        }
        Ok(Page { items, next })
    }

    /// A link of the answer, on our own host whatever it says: the token goes nowhere else.
    fn own(&self, href: &str) -> Result<Url, ClientError> {
        let strange = || ClientError::NotACrm("its next page is elsewhere".to_owned());
        let next = self.address().url().join(href).map_err(|_| strange())?;
        if !next.path().starts_with("/api/v4/") {
            return Err(strange());
        }
        let mut url = self.address().url().clone();
        url.set_path(next.path());
        url.set_query(next.query());
        Ok(url)
    }
}

/// One item of another shape must not cost us the page.
fn readable<T: DeserializeOwned>(item: Value) -> Option<T> {
    serde_json::from_value(item)
        // The error may quote what people wrote.
        .inspect_err(|error| tracing::debug!(%error, "an item is not readable"))
        .ok()
}
