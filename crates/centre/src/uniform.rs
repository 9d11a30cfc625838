//! The uniform format (RULES C12): what integrations hand in, read field by field and checked against
//! every limit before anything is stored.

use crate::{
    ingest::safe_link, people::address, refusal::Refusal, secret, store::notifications::Content,
};
use dealbell_protocol::{
    ApiError, ErrorCode, Kind, Millis, Notification, Priority,
    rest::{
        MAX_BULK, MAX_GROUPS, MAX_KEY, MAX_RECIPIENTS, MAX_TEXT, MAX_TITLE, NewNotification,
        PopupIcon,
    },
    text,
};
use serde_json::{Map, Value};

/// A request that keeps all limits.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) users: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) content: Content,
    pub(crate) dedup_key: Option<String>,
    pub(crate) transient: bool,
    pub(crate) icon: Option<PopupIcon>,
    /// Tells one request from another under the same `Idempotency-Key`.
    pub(crate) hash: Vec<u8>,
}

/// New words for what was said; what is none stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revised {
    title: Option<String>,
    text: Option<String>,
    context: Option<Option<String>>,
    author: Option<Option<String>>,
    link: Option<Option<String>>,
    kind: Option<Kind>,
    priority: Option<Priority>,
    at: Option<Millis>,
}

impl Revised {
    /// What `known` says with these words.
    pub(crate) fn of(&self, known: &Notification) -> Content {
        let known = known.clone();
        let new = self.clone();
        Content {
            kind: new.kind.unwrap_or(known.kind),
            priority: new.priority.unwrap_or(known.priority),
            subject: known.subject,
            title: new.title.unwrap_or(known.title),
            text: new.text.unwrap_or(known.text),
            context: new.context.unwrap_or(known.context),
            author: new.author.unwrap_or(known.author),
            link: new.link.unwrap_or(known.link),
            at: new.at.unwrap_or(known.at),
            silent: known.silent,
            // Its letter, if any, is on its way already.
            deadline: None,
        }
    }
}

/// Reads and checks new words, as [`read`] and [`check`] do.
pub(crate) fn revision(body: &[u8]) -> Result<Revised, Refusal> {
    let mut fields = object(body)?;
    if fields.is_empty() {
        let message = "say what is to be changed";
        return Err(ApiError::new(ErrorCode::BodyInvalid, message).into());
    }
    let mut stays = |name: &str| -> Result<Option<String>, Refusal> {
        match fields.get(name) {
            Some(Value::Null) => Err(Refusal::field(name, format!("{name} cannot be taken away"))),
            _ => optional(&mut fields, name),
        }
    };
    let new_title = stays("title")?.as_deref().map(title).transpose()?;
    let new_kind = stays("kind")?.as_deref().map(kind).transpose()?;
    let new_priority = stays("priority")?.as_deref().map(priority).transpose()?;
    let at = stays("at")?.as_deref().map(time).transpose()?;
    let mut goes = |name: &str| -> Result<Option<Option<String>>, Refusal> {
        let given = fields.contains_key(name);
        let value = optional(&mut fields, name)?;
        Ok(given.then_some(value))
    };
    let text = goes("text")?.map(|text| block(&text.unwrap_or_default()));
    let context = goes("context")?.map(|text| label("context", text.as_deref()));
    let author = goes("author")?.map(|text| label("author", text.as_deref()));
    let to = goes("link")?.map(|given| given.as_deref().map(link).transpose());
    nothing_else(&fields)?;
    Ok(Revised {
        title: new_title,
        text: text.transpose()?,
        context: context.transpose()?,
        author: author.transpose()?,
        link: to.transpose()?,
        kind: new_kind,
        priority: new_priority,
        at,
    })
}

/// Reads a body field by field, so that every refusal names the field at fault.
pub(crate) fn read(body: &[u8]) -> Result<NewNotification, Refusal> {
    one(object(body)?)
}

/// Reads the requests of a bulk body; a refusal names the field as `notifications[3].title`.
pub(crate) fn read_bulk(body: &[u8]) -> Result<Vec<NewNotification>, Refusal> {
    const FIELD: &str = "notifications";
    let mut fields = object(body)?;
    let all: Vec<Value> = required(&mut fields, FIELD)?;
    nothing_else(&fields)?;
    if all.is_empty() || all.len() > MAX_BULK {
        let message = format!("give 1 to {MAX_BULK} notifications");
        return Err(Refusal::field(FIELD, message));
    }
    let requests = all.into_iter().enumerate().map(|(index, value)| {
        let Value::Object(fields) = value else {
            let field = format!("{FIELD}[{index}]");
            return Err(Refusal::field(field, "this is no object"));
        };
        one(fields).map_err(|refusal| within(refusal, index))
    });
    requests.collect()
}

/// The same refusal, of the request at `index` of a bulk request.
pub(crate) fn within(refusal: Refusal, index: usize) -> Refusal {
    let Refusal::Api(mut error) = refusal else {
        return refusal;
    };
    let place = format!("notifications[{index}]");
    error.message = format!("{place}: {}", error.message);
    // A recipient is named by himself.
    if error.code == ErrorCode::FieldInvalid {
        error.field = Some(match error.field {
            Some(field) => format!("{place}.{field}"),
            None => place,
        });
    }
    error.into()
}

/// The fields of a JSON object.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body is no JSON: {error}");
        Refusal::Api(ApiError::new(ErrorCode::BodyInvalid, message))
    })?;
    match value {
        Value::Object(fields) => Ok(fields),
        _ => {
            let message = "the body is no JSON object";
            Err(ApiError::new(ErrorCode::BodyInvalid, message).into())
        }
    }
}

fn one(mut fields: Map<String, Value>) -> Result<NewNotification, Refusal> {
    let request = NewNotification {
        users: optional(&mut fields, "users")?.unwrap_or_default(),
        groups: optional(&mut fields, "groups")?.unwrap_or_default(),
        title: required(&mut fields, "title")?,
        text: optional(&mut fields, "text")?.unwrap_or_default(),
        context: optional(&mut fields, "context")?,
        author: optional(&mut fields, "author")?,
        link: optional(&mut fields, "link")?,
        kind: optional(&mut fields, "kind")?,
        priority: optional(&mut fields, "priority")?,
        subject: optional(&mut fields, "subject")?,
        dedup_key: optional(&mut fields, "dedup_key")?,
        at: optional(&mut fields, "at")?,
        transient: optional(&mut fields, "transient")?.unwrap_or_default(),
        icon: optional(&mut fields, "icon")?,
    };
    nothing_else(&fields)?;
    Ok(request)
}

/// A misspelt field must not vanish.
pub(crate) fn nothing_else(fields: &Map<String, Value>) -> Result<(), Refusal> {
    match fields.keys().next() {
        Some(unknown) => Err(Refusal::field(
            text::line(unknown, MAX_KEY),
            "there is no such field",
        )),
        None => Ok(()),
    }
}

/// A field that has to be there.
pub(crate) fn required<T: serde::de::DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<T, Refusal> {
    optional(fields, name)?.ok_or_else(|| Refusal::field(name, format!("{name} is missing")))
}

/// A field, none where it is missing or `null`.
pub(crate) fn optional<T: serde::de::DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, Refusal> {
    let value = fields.remove(name).unwrap_or(Value::Null);
    serde_json::from_value(value)
        .map_err(|_| Refusal::field(name, format!("{name} has a wrong type")))
}

/// Checks every limit (RULES C12).
pub(crate) fn check(request: &NewNotification, now: Millis) -> Result<Checked, Refusal> {
    let hash = secret::hash(&serde_json::to_string(request)?);
    if request.users.is_empty() && request.groups.is_empty() {
        return Err(Refusal::field("users", "give users or groups"));
    }
    if request.users.len() > MAX_RECIPIENTS {
        let message = format!("give at most {MAX_RECIPIENTS} users");
        return Err(Refusal::field("users", message));
    }
    if request.groups.len() > MAX_GROUPS {
        let message = format!("give at most {MAX_GROUPS} groups");
        return Err(Refusal::field("groups", message));
    }
    let users = request.users.iter().map(|email| {
        // What is no address is nobody's: named like any other unknown recipient.
        address(email).unwrap_or_else(|_| text::line(email, MAX_KEY))
    });
    let icon = match &request.icon {
        Some(_) if !request.transient => {
            return Err(Refusal::field("icon", "only a transient one has a sign"));
        }
        Some(icon) => Some(
            PopupIcon::from_name(icon)
                .ok_or_else(|| Refusal::field("icon", "the sign is info, error or call"))?,
        ),
        None => None,
    };
    let at = request.at.as_deref().map_or(Ok(now), time)?;
    Ok(Checked {
        users: users.collect(),
        groups: request.groups.clone(),
        content: Content {
            kind: request.kind.as_deref().map_or(Ok(Kind::Message), kind)?,
            priority: request
                .priority
                .as_deref()
                .map_or(Ok(Priority::Normal), priority)?,
            subject: key("subject", request.subject.as_deref())?,
            title: title(&request.title)?,
            text: block(&request.text)?,
            context: label("context", request.context.as_deref())?,
            author: label("author", request.author.as_deref())?,
            link: request.link.as_deref().map(link).transpose()?,
            at,
            silent: false,
            // What is said to happen later is about that time.
            deadline: Some(at).filter(|at| *at > now),
        },
        icon,
        dedup_key: key("dedup_key", request.dedup_key.as_deref())?,
        transient: request.transient,
        hash,
    })
}

fn title(given: &str) -> Result<String, Refusal> {
    fits("title", given, MAX_TITLE)?;
    let title = text::line(given, MAX_TITLE);
    match title.is_empty() {
        true => Err(Refusal::field("title", "the title is empty")),
        false => Ok(title),
    }
}

fn block(given: &str) -> Result<String, Refusal> {
    fits("text", given, MAX_TEXT)?;
    Ok(text::block(given, MAX_TEXT))
}

fn link(given: &str) -> Result<String, Refusal> {
    safe_link(given).ok_or_else(|| {
        Refusal::field(
            "link",
            "a link is http(s), without a password, ≤ 2048 characters",
        )
    })
}

/// What an integration may say: how Dealbell and the CRM are is theirs to say.
fn kind(name: &str) -> Result<Kind, Refusal> {
    match Kind::from_name(name) {
        Some(Kind::System) => Err(Refusal::field("kind", "system is the centre's own")),
        Some(kind) => Ok(kind),
        None => Err(Refusal::field("kind", "there is no such kind")),
    }
}

fn priority(name: &str) -> Result<Priority, Refusal> {
    Priority::from_name(name)
        .ok_or_else(|| Refusal::field("priority", "the priority is low, normal or high"))
}

fn time(given: &str) -> Result<Millis, Refusal> {
    let at: Result<jiff::Timestamp, _> = given.parse();
    let at = at.map_err(|_| Refusal::field("at", "the time is no RFC 3339 time"))?;
    Ok(at.as_millisecond())
}

fn fits(field: &str, value: &str, max: usize) -> Result<(), Refusal> {
    let length = value.chars().count();
    if length > max {
        let message = format!("{field} has {length} characters, at most {max} fit");
        return Err(Refusal::field(field, message));
    }
    Ok(())
}

/// A line to read; none where there is nothing to read in it.
fn label(field: &str, value: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(value) = value else { return Ok(None) };
    fits(field, value, MAX_KEY)?;
    Ok(Some(text::line(value, MAX_KEY)).filter(|line| !line.is_empty()))
}

/// A key is kept as it comes, so it must be plain.
pub(crate) fn key(field: &str, value: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(value) = value else { return Ok(None) };
    fits(field, value, MAX_KEY)?;
    if value.is_empty() || value.chars().any(char::is_control) {
        let message = format!("{field} is empty or has control characters");
        return Err(Refusal::field(field, message));
    }
    Ok(Some(value.to_owned()))
}
