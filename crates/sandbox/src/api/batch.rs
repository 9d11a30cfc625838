//! Reading the items of a write: what is wrong with each, and who does it.

use axum::body::Bytes;
use serde_json::{Map, Value};

use super::Caller;
use super::problem::{FieldError, Problem};
use crate::office::Office;

/// One item of a batch.
pub(crate) type Item = Map<String, Value>;

pub(crate) const NOT_A_CHOICE: &str = "The value you selected is not a valid choice.";

/// Who does it: the caller, or whom the item names, 0 being a robot.
pub(crate) fn author(
    office: &Office,
    caller: &Caller,
    item: &Item,
    field: &'static str,
    errors: &mut Errors,
) -> u64 {
    let named = errors.read(item, field, Value::as_u64);
    if named.is_some_and(|by| by != 0 && office.user(by).is_none()) {
        errors.add("NotSupportedChoice", field, NOT_A_CHOICE);
    }
    named.unwrap_or(caller.user.id)
}

/// What is wrong with one item, collected while it is read.
#[derive(Default)]
pub(crate) struct Errors(Vec<FieldError>);

impl Errors {
    pub(crate) fn add(&mut self, code: &'static str, path: &'static str, detail: &'static str) {
        self.0.push(FieldError { code, path, detail });
    }

    /// A field of the item; absent and `null` are `None`, another type is an error.
    pub(crate) fn read<'a, T>(
        &mut self,
        item: &'a Item,
        field: &'static str,
        as_type: impl Fn(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = item.get(field).filter(|value| !value.is_null())?;
        let read = as_type(value);
        if read.is_none() {
            self.add("InvalidType", field, "This value is of another type.");
        }
        read
    }

    pub(crate) fn or<T>(self, read: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() {
            Ok(read)
        } else {
            Err(self.0)
        }
    }
}

/// Reads every item, or refuses all with what is wrong with each.
pub(crate) fn each<T>(
    items: &[Item],
    read: impl Fn(&Item) -> Result<T, Vec<FieldError>>,
) -> Result<Vec<T>, Problem> {
    let mut wanted = Vec::new();
    let mut refused = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match read(item) {
            Ok(read) => wanted.push(read),
            Err(errors) => refused.push((request_id(item, index), errors)),
        }
    }
    if refused.is_empty() {
        Ok(wanted)
    } else {
        Err(Problem::invalid(refused))
    }
}

/// The 1 to 250 objects of a body.
pub(crate) fn batch(body: &Bytes) -> Result<Vec<Item>, Problem> {
    let not_a_list = || Problem::bad_request("The body is not a list of objects");
    let Value::Array(items) = parsed(body)? else {
        return Err(not_a_list());
    };
    if items.is_empty() || items.len() > 250 {
        return Err(Problem::bad_request("A request takes 1 to 250 items"));
    }
    items
        .into_iter()
        .map(|item| match item {
            Value::Object(item) => Ok(item),
            _ => Err(not_a_list()),
        })
        .collect()
}

/// The body as JSON.
pub(crate) fn parsed(body: &Bytes) -> Result<Value, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::bad_request("The body is not JSON"))
}

/// The caller's own mark of an item, or its place in the batch.
pub(crate) fn request_id(item: &Item, index: usize) -> String {
    match item.get("request_id") {
        Some(Value::String(own)) => own.clone(),
        Some(Value::Number(own)) => own.to_string(),
        _ => index.to_string(),
    }
}
