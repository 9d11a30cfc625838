//! Reading what PHP writes: `null` for nothing, `[]` for an empty object, numbers as text.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// `null` reads as the default.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Another shape than expected reads as the default: an object as `[]`, a text as `false`.
pub(super) fn or_else_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// A text, or a number where a text was meant (a phone).
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(as_text(&Value::deserialize(deserializer)?))
}

/// A number, or a text that is one; else 0.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(as_number(&Value::deserialize(deserializer)?))
}

/// The same for moments, which may lie before 1970 in a mistaken import.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = value.as_str().and_then(|text| text.trim().parse().ok());
    Ok(value.as_i64().or(text).unwrap_or_default())
}

pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

pub(super) fn as_number(value: &Value) -> u64 {
    let text = value.as_str().and_then(|text| text.trim().parse().ok());
    value.as_u64().or(text).unwrap_or_default()
}

/// The ids of `_embedded.{key}`, in their order.
pub(crate) fn embedded_ids(embedded: &Value, key: &str) -> Vec<u64> {
    let items = embedded.get(key).and_then(Value::as_array);
    let ids = items.into_iter().flatten().filter_map(|item| {
        let id = as_number(item.get("id")?);
        (id != 0).then_some(id)
    });
    ids.collect()
}
