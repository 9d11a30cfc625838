//! `leads/pipelines` and their statuses.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::Caller;
use super::problem::Problem;
use crate::account::ACCOUNT_ID;
use crate::books::{MAIN_PIPELINE, PIPELINES, Pipeline, Status, pipeline};

/// `GET leads/pipelines`.
pub(crate) async fn list(caller: Caller) -> Json<Value> {
    let drawn: Vec<Value> = (1_u64..)
        .zip(&PIPELINES)
        .map(|(sort, pipeline)| draw(&caller, pipeline, sort))
        .collect();
    Json(json!({
        "_total_items": drawn.len(),
        "_links": {"self": {"href": caller.link("leads/pipelines")}},
        "_embedded": {"pipelines": drawn},
    }))
}

/// `GET leads/pipelines/{id}`.
pub(crate) async fn one(caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let pipeline = named(&id)?;
    let sort = if pipeline.id == MAIN_PIPELINE { 1 } else { 2 };
    Ok(Json(draw(&caller, pipeline, sort)))
}

/// `GET leads/pipelines/{id}/statuses`.
pub(crate) async fn statuses(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let pipeline = named(&id)?;
    let drawn = drawn_statuses(&caller, pipeline);
    let path = format!("leads/pipelines/{}/statuses", pipeline.id);
    Ok(Json(json!({
        "_total_items": drawn.len(),
        "_links": {"self": {"href": caller.link(&path)}},
        "_embedded": {"statuses": drawn},
    })))
}

/// `GET leads/pipelines/{id}/statuses/{status}`.
pub(crate) async fn status(
    caller: Caller,
    Path((id, status)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let status: Option<u64> = status.parse().ok();
    let found = drawn_statuses(&caller, named(&id)?)
        .into_iter()
        .find(|drawn| status.is_some() && drawn["id"].as_u64() == status);
    found
        .map(Json)
        .ok_or_else(|| Problem::not_found("Статус не найден"))
}

fn named(id: &str) -> Result<&'static Pipeline, Problem> {
    id.parse()
        .ok()
        .and_then(pipeline)
        .ok_or_else(|| Problem::not_found("Воронка не найдена"))
}

fn draw(caller: &Caller, pipeline: &Pipeline, sort: u64) -> Value {
    let path = format!("leads/pipelines/{}", pipeline.id);
    json!({
        "id": pipeline.id,
        "name": pipeline.name,
        "sort": sort,
        "is_main": pipeline.id == MAIN_PIPELINE,
        "is_unsorted_on": true,
        "is_archive": false,
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&path)}},
        "_embedded": {"statuses": drawn_statuses(caller, pipeline)},
    })
}

/// The first one, where Incoming leads wait, is of type 1.
fn drawn_statuses(caller: &Caller, pipeline: &Pipeline) -> Vec<Value> {
    let incoming = pipeline.incoming().id;
    (1_u64..)
        .zip(&pipeline.statuses)
        .map(|(sort, status)| draw_status(caller, pipeline.id, status, sort * 10, incoming))
        .collect()
}

fn draw_status(caller: &Caller, pipeline: u64, status: &Status, sort: u64, incoming: u64) -> Value {
    // The two ends are the same in every pipeline and always last.
    let is_end = status.id < 1_000;
    let path = format!("leads/pipelines/{pipeline}/statuses/{}", status.id);
    json!({
        "id": status.id,
        "name": status.name,
        "sort": if is_end { 10_000 } else { sort },
        "is_editable": !is_end && status.id != incoming,
        "pipeline_id": pipeline,
        "color": status.color,
        "type": u64::from(status.id == incoming),
        "account_id": ACCOUNT_ID,
        "_links": {"self": {"href": caller.link(&path)}},
    })
}
