//! What customers and colleagues do that no integration can: controls for tests that run the
//! sandbox as a program. All of it is under `/sandbox/`, with a Bearer token and under no limit.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Visitor;
use super::problem::Problem;
use crate::books::{Entity, EntityKind, MAIN_PIPELINE, Metadata, NewRequest, Refusal};
use crate::office::Office;

/// Every control of this kind.
pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/sandbox/messages", post(write))
        .route("/sandbox/answers", post(answer))
        .route("/sandbox/sms", post(text))
        .route("/sandbox/calls", post(ring))
        .route("/sandbox/call-backs", post(call_back))
        .route("/sandbox/requests", post(ask))
}

/// What is written, about which card.
#[derive(Debug, Deserialize)]
struct Written {
    /// The contact who writes; an answer has none.
    #[serde(default)]
    from: u64,
    /// `leads` or `contacts`.
    entity_type: String,
    entity_id: u64,
    #[serde(default = "telegram")]
    service: String,
    text: String,
}

fn telegram() -> String {
    "telegram".to_owned()
}

impl Written {
    fn on(&self) -> Result<Entity, Problem> {
        let kind = EntityKind::named(&self.entity_type);
        let kind = kind.ok_or_else(|| Problem::bad_request("Invalid value of entity_type"))?;
        let id = self.entity_id;
        Ok(Entity { kind, id })
    }
}

/// `POST /sandbox/messages` with `{"from": 5200001, "entity_type": "leads", "entity_id": 7400001,
/// "service": "telegram", "text": "…"}`: a customer writes in a messenger.
async fn write(
    State(office): State<Arc<Office>>,
    _: Visitor,
    Json(written): Json<Written>,
) -> Result<Json<Value>, Problem> {
    let (on, now) = (written.on()?, office.now());
    let Written {
        from,
        service,
        text,
        ..
    } = written;
    let message = office.message_in(from, on, &service, &text, now);
    done(message.map(|message| message.id))
}

/// `POST /sandbox/answers` with the same but `from` and `service`: the token's user answers.
async fn answer(
    State(office): State<Arc<Office>>,
    Visitor(user): Visitor,
    Json(written): Json<Written>,
) -> Result<Json<Value>, Problem> {
    let (on, now) = (written.on()?, office.now());
    let message = office.message_out(user.id, on, &written.text, now);
    done(message.map(|message| message.id))
}

/// `POST /sandbox/sms`, with `from` a customer's short message, without it the token's user's.
async fn text(
    State(office): State<Arc<Office>>,
    Visitor(user): Visitor,
    Json(written): Json<Written>,
) -> Result<Json<Value>, Problem> {
    let (on, now) = (written.on()?, office.now());
    done(match written.from {
        0 => office.sms_out(user.id, on, &written.text, now),
        from => office.sms_in(from, on, &written.text, now),
    })
}

/// A call, by the contact's id.
#[derive(Debug, Deserialize)]
struct Telephoned {
    contact: u64,
    /// The user who was called; nobody in particular without it.
    called: Option<u64>,
    /// Seconds; without it nobody answered.
    duration: Option<u64>,
}

/// `POST /sandbox/calls` with `{"contact": 5200001, "called": 9100101}`: a customer has called.
async fn ring(
    State(office): State<Arc<Office>>,
    _: Visitor,
    Json(call): Json<Telephoned>,
) -> Result<Json<Value>, Problem> {
    let (answered, duration) = (call.duration.is_some(), call.duration.unwrap_or_default());
    let now = office.now();
    done(office.call_in(call.contact, call.called, answered, duration, now))
}

/// `POST /sandbox/call-backs` with `{"contact": 5200001}`: the token's user has called him.
async fn call_back(
    State(office): State<Arc<Office>>,
    Visitor(user): Visitor,
    Json(call): Json<Telephoned>,
) -> Result<Json<Value>, Problem> {
    let duration = call.duration.unwrap_or(60);
    done(office.call_out(user.id, call.contact, true, duration, office.now()))
}

/// A request of the categories that no integration can add.
#[derive(Debug, Deserialize)]
struct Asked {
    source_name: String,
    pipeline_id: Option<u64>,
    #[serde(flatten)]
    told: Told,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "category", rename_all = "snake_case")]
enum Told {
    Mail {
        email: String,
        name: String,
        subject: String,
        summary: String,
    },
    Chats {
        client: String,
        #[serde(default = "telegram")]
        service: String,
        text: String,
    },
}

/// `POST /sandbox/requests` with `{"source_name": "…", "category": "mail", "email": "…", "name":
/// "…", "subject": "…", "summary": "…"}` or `{…, "category": "chats", "client": "…", "service":
/// "…", "text": "…"}`: a request comes into Incoming leads.
async fn ask(
    State(office): State<Arc<Office>>,
    _: Visitor,
    Json(asked): Json<Asked>,
) -> Result<Json<Value>, Problem> {
    let metadata = match asked.told {
        Told::Mail {
            email,
            name,
            subject,
            summary,
        } => Metadata::Mail {
            email,
            name,
            subject,
            summary,
        },
        Told::Chats {
            client,
            service,
            text,
        } => Metadata::Chats {
            client,
            service,
            text,
        },
    };
    let new = NewRequest::new(&asked.source_name, metadata)
        .in_pipeline(asked.pipeline_id.unwrap_or(MAIN_PIPELINE));
    done(office.add_request(new, office.now()))
}

/// The id of what has come to be.
fn done(id: Result<impl Into<Value>, Refusal>) -> Result<Json<Value>, Problem> {
    let id = id.map_err(|refusal| Problem::bad_request(&refusal.to_string()))?;
    Ok(Json(json!({"id": id.into()})))
}
