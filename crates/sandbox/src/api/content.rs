//! The routes of cards and of what happens on them.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::{card_writes, cards, customers, events, notes, pipelines, talks, unsorted};
use crate::office::Office;

/// Everything under `/api/v4/` but the account, its users, tasks, hooks and the list of events, and
/// the controls of the same things.
pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/api/v4/events/types", get(events::types))
        .route("/api/v4/leads/pipelines", get(pipelines::list))
        .route("/api/v4/leads/pipelines/{id}", get(pipelines::one))
        .route(
            "/api/v4/leads/pipelines/{id}/statuses",
            get(pipelines::statuses),
        )
        .route(
            "/api/v4/leads/pipelines/{id}/statuses/{status}",
            get(pipelines::status),
        )
        .merge(unsorted::routes())
        .merge(customers::routes())
        .route("/api/v4/talks", get(talks::list))
        .route("/api/v4/talks/{id}", get(talks::one))
        .route("/api/v4/talks/{id}/close", post(talks::close))
        .route(
            "/api/v4/{kind}",
            get(cards::list)
                .post(card_writes::create)
                .patch(card_writes::change_many),
        )
        .route(
            "/api/v4/{kind}/{id}",
            get(cards::one).patch(card_writes::change_one),
        )
        .route("/api/v4/{kind}/notes", get(notes::list))
        .route("/api/v4/{kind}/notes/{id}", get(notes::one))
        .route("/api/v4/{kind}/{id}/notes", get(notes::of_card))
}
