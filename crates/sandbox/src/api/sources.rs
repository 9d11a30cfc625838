//! `leads/unsorted/forms` and `/sip`: how sites and telephony add requests.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Map, Value, json};

use super::Caller;
use super::batch::{Errors, Item, NOT_A_CHOICE, batch, each, request_id};
use super::problem::{FieldError, Problem};
use super::unsorted::{embedded, no_such_request, refused};
use crate::account::ACCOUNT_ID;
use crate::books::{MAIN_PIPELINE, Metadata, NewRequest, pipeline};
use crate::office::Office;

/// `POST leads/unsorted/forms`.
pub(crate) async fn add_forms(
    State(office): State<Arc<Office>>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    add(&office, &caller, &body, |item| {
        let client = contact_name(item).unwrap_or("Без имени");
        Metadata::Forms {
            name: said(item, "form_name"),
            page: said(item, "form_page"),
            client: client.to_owned(),
            phone: String::new(),
        }
    })
}

/// `POST leads/unsorted/sip`.
pub(crate) async fn add_sip(
    State(office): State<Arc<Office>>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    add(&office, &caller, &body, |item| Metadata::Sip {
        phone: match item.get("metadata").map(|metadata| &metadata["phone"]) {
            Some(Value::Number(phone)) => phone.to_string(),
            Some(_) | None => said(item, "phone"),
        },
        duration: item["metadata"]["duration"].as_u64().unwrap_or_default(),
        service_code: said(item, "service_code"),
    })
}

fn add(
    office: &Office,
    caller: &Caller,
    body: &Bytes,
    metadata: impl Fn(&Item) -> Metadata,
) -> Result<Json<Value>, Problem> {
    let items = batch(body)?;
    let wanted = each(&items, |item| new_request(item, &metadata))?;
    let mut made = Vec::new();
    for (item, new) in items.iter().zip(wanted) {
        let uid = office.add_request(new, office.now()).map_err(refused)?;
        let request = office.read(|books| books.request(&uid).cloned());
        let request = request.ok_or_else(no_such_request)?;
        made.push(json!({
            "uid": uid,
            "account_id": ACCOUNT_ID,
            "request_id": request_id(item, made.len()),
            "_links": {"self": {"href": caller.link(&format!("leads/unsorted/{uid}"))}},
            "_embedded": embedded(caller, &request),
        }));
    }
    Ok(Json(json!({
        "_total_items": made.len(),
        "_links": {"self": {"href": caller.link("leads/unsorted")}},
        "_embedded": {"unsorted": made},
    })))
}

fn new_request(
    item: &Item,
    metadata: impl Fn(&Item) -> Metadata,
) -> Result<NewRequest, Vec<FieldError>> {
    let mut errors = Errors::default();
    for name in ["source_uid", "source_name", "metadata"] {
        if item.get(name).is_none_or(Value::is_null) {
            errors.add("FieldMissing", name, "This field is missing.");
        }
    }
    let source = errors.read(item, "source_name", Value::as_str);
    let home = errors.read(item, "pipeline_id", Value::as_u64);
    if home.is_some_and(|id| pipeline(id).is_none()) {
        errors.add("NotSupportedChoice", "pipeline_id", NOT_A_CHOICE);
    }
    let known = item.get("metadata").is_some_and(Value::is_object);
    let metadata = if known {
        metadata(item)
    } else {
        metadata(&Map::from_iter([("metadata".to_owned(), json!({}))]))
    };
    let mut new = NewRequest::new(source.unwrap_or_default(), metadata);
    new.pipeline = home.unwrap_or(MAIN_PIPELINE);
    let lead = item.get("_embedded").map(|embedded| &embedded["leads"][0]);
    if let Some(name) = lead.and_then(|lead| lead["name"].as_str()) {
        name.clone_into(&mut new.lead_name);
    }
    new.price = lead
        .and_then(|lead| lead["price"].as_u64())
        .unwrap_or_default();
    errors.or(new)
}

/// A field of the metadata, empty where it is missing.
fn said(item: &Item, field: &str) -> String {
    let metadata = item.get("metadata");
    let value = metadata.and_then(|metadata| metadata[field].as_str());
    value.unwrap_or_default().to_owned()
}

fn contact_name(item: &Item) -> Option<&str> {
    item.get("_embedded")?["contacts"][0]["name"].as_str()
}
