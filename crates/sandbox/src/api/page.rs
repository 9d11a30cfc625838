//! One page of a list, with HAL links; an empty one is 204 without a body.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Caller;
use super::problem::Problem;
use super::query::Query;

/// Which page of how many items was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    number: usize,
    limit: usize,
}

const DEFAULT_LIMIT: usize = 50;

impl Page {
    /// Reads `page` and `limit`; a limit beyond `most` is refused.
    pub(crate) fn asked(query: &Query, most: usize) -> Result<Self, Problem> {
        let read = |name: &str, default: usize| match query.scalar(&[name]) {
            None => Ok(default),
            Some(value) => value
                .parse::<usize>()
                .ok()
                .filter(|&n| n >= 1)
                .ok_or_else(|| Problem::bad_request(&format!("Invalid value of {name}"))),
        };
        let (number, limit) = (read("page", 1)?, read("limit", DEFAULT_LIMIT.min(most))?);
        if limit > most {
            return Err(Problem::bad_request(&format!("limit is at most {most}")));
        }
        Ok(Self { number, limit })
    }

    /// This page of `items`, each drawn by `draw`, under `_embedded[key]`.
    pub(crate) fn answer<T>(
        self,
        caller: &Caller,
        key: &str,
        items: &[T],
        draw: impl Fn(&T) -> Value,
    ) -> Response {
        let start = (self.number - 1).saturating_mul(self.limit);
        let shown: Vec<Value> = items
            .iter()
            .skip(start)
            .take(self.limit)
            .map(draw)
            .collect();
        if shown.is_empty() {
            return StatusCode::NO_CONTENT.into_response();
        }

        let mut links = json!({"self": {"href": href(caller, self.number)}});
        if start + shown.len() < items.len() {
            links["next"] = json!({"href": href(caller, self.number + 1)});
        }
        if self.number > 1 {
            links["first"] = json!({"href": href(caller, 1)});
            links["prev"] = json!({"href": href(caller, self.number - 1)});
        }
        let mut embedded = serde_json::Map::new();
        embedded.insert(key.to_owned(), Value::Array(shown));
        Json(json!({"_page": self.number, "_links": links, "_embedded": embedded})).into_response()
    }
}

/// The request's own address with another page number.
fn href(caller: &Caller, number: usize) -> String {
    let query = caller.uri.query().unwrap_or_default();
    let others = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("page="));
    let page = format!("page={number}");
    let pairs: Vec<&str> = others.chain([page.as_str()]).collect();
    format!("{}{}?{}", caller.origin, caller.uri.path(), pairs.join("&"))
}
