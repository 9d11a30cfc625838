//! The API's answers, as far as they are needed. Lenient where PHP is: an empty object may come as
//! `[]`, a missing number as `null`.

mod event;
mod lenient;
mod note;
mod request;
mod user;
mod webhook;

pub use event::{Event, MessageRef};
pub use note::{Note, NoteParams};
pub use request::{
    ChatsMetadata, FormsMetadata, MailMetadata, MailSender, Metadata, Request, SipMetadata,
};
pub use user::{Rights, StatusRight, User, View};
pub use webhook::Webhook;

use jiff::tz::{Offset, TimeZone};
pub(crate) use lenient::embedded_ids;
use lenient::or_default;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A user of the CRM; 0 is a robot.
pub type CrmUserId = u64;
/// Unix seconds, as the CRM counts time.
pub type Seconds = i64;

/// `GET account`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: u64,
    /// What its owner calls it.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// As in `{subdomain}.amocrm.ru`.
    #[serde(default, deserialize_with = "or_default")]
    pub subdomain: String,
    /// Whose token this is.
    pub current_user_id: CrmUserId,
    /// The sign of its money, `₽`.
    #[serde(default, deserialize_with = "or_default")]
    pub currency_symbol: String,
    /// Its time zone.
    #[serde(default, rename = "_embedded", deserialize_with = "zone")]
    pub zone: Zone,
}

/// The time zone an account keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Zone {
    /// IANA name; empty where the answer has none.
    #[serde(default, rename = "timezone", deserialize_with = "or_default")]
    pub name: String,
    /// `+03:00`, as it is now; empty where the answer has none.
    #[serde(default, rename = "timezone_offset", deserialize_with = "or_default")]
    pub offset: String,
}

impl Zone {
    /// The zone by its name, else by its offset of now (machines without a time zone database
    /// exist), else UTC.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.name)
            .ok()
            .filter(|_| !self.name.is_empty())
            .or_else(|| Some(TimeZone::fixed(self.fixed()?)))
            .unwrap_or(TimeZone::UTC)
    }

    fn fixed(&self) -> Option<Offset> {
        let (sign, rest) = match self.offset.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, self.offset.strip_prefix('+')?),
        };
        let (hours, minutes) = rest.split_once(':')?;
        let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds = i32::from(hours) * 3_600 + i32::from(minutes) * 60;
        Offset::from_seconds(sign * seconds).ok()
    }
}

/// One of `GET tasks`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Task {
    /// Its number.
    pub id: u64,
    /// Who set it; 0 is a robot.
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: CrmUserId,
    /// Who edited it last.
    #[serde(default, deserialize_with = "or_default")]
    pub updated_by: CrmUserId,
    /// When it was set.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Seconds,
    /// When it was edited last.
    #[serde(default, deserialize_with = "or_default")]
    pub updated_at: Seconds,
    /// Who is to do it.
    #[serde(default, deserialize_with = "or_default")]
    pub responsible_user_id: CrmUserId,
    /// The card it hangs on.
    #[serde(default, deserialize_with = "or_default")]
    pub entity_id: u64,
    /// What that card is.
    #[serde(default, deserialize_with = "entity_type")]
    pub entity_type: Option<EntityType>,
    /// Whether it is done.
    #[serde(default, deserialize_with = "or_default")]
    pub is_completed: bool,
    /// 1 call, 2 meeting, then the account's own.
    #[serde(default, deserialize_with = "or_default")]
    pub task_type_id: u64,
    /// What to do.
    #[serde(default, deserialize_with = "or_default")]
    pub text: String,
    /// What came of it; empty where nothing was written.
    #[serde(default, deserialize_with = "result_text")]
    pub result: String,
    /// The deadline; 23:59 in the account's time zone means all day (RULES T5).
    #[serde(default, deserialize_with = "or_default")]
    pub complete_till: Seconds,
}

impl Task {
    /// The card it hangs on, where it hangs on one.
    pub fn entity(&self) -> Option<Entity> {
        let kind = self.entity_type?;
        (self.entity_id != 0).then_some(Entity {
            kind,
            id: self.entity_id,
        })
    }
}

/// What a card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityType {
    /// Deals.
    Leads,
    /// People.
    Contacts,
    /// Companies.
    Companies,
    /// Returning customers.
    Customers,
}

impl EntityType {
    /// The API's and the web interface's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Leads => "leads",
            Self::Contacts => "contacts",
            Self::Companies => "companies",
            Self::Customers => "customers",
        }
    }
}

/// A card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entity {
    /// What it is.
    pub kind: EntityType,
    /// Its number within its kind.
    pub id: u64,
}

/// A card: what it is called, whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Card {
    /// Its number within its kind.
    pub id: u64,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Of a deal: its price in the account's currency, 0 where none is given.
    #[serde(default, deserialize_with = "price")]
    pub price: u64,
    /// Who looks after it; 0 is nobody.
    #[serde(default, deserialize_with = "or_default")]
    pub responsible_user_id: CrmUserId,
    /// Of a deal: the pipeline it is in.
    #[serde(default, deserialize_with = "or_default")]
    pub pipeline_id: u64,
    /// Of a deal: the people it is about, the main one first.
    #[serde(default, rename = "_embedded", deserialize_with = "contacts")]
    pub contacts: Vec<u64>,
}

/// A kind of card this version does not know reads as none.
fn entity_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EntityType>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(EntityType::deserialize(value).ok())
}

/// `{"text": …}`, `null` or `[]`.
fn result_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = value.get("text").and_then(Value::as_str);
    Ok(text.unwrap_or_default().to_owned())
}

/// A number, with decimals in accounts that have them.
fn price<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let whole = value.as_f64().unwrap_or_default().round().max(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded and not negative; beyond u64 it saturates"
    )]
    let whole = whole as u64;
    Ok(whole)
}

/// `_embedded.contacts` of a deal, the main one first.
fn contacts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let embedded = Value::deserialize(deserializer)?;
    let mut ids = embedded_ids(&embedded, "contacts");
    let listed = embedded.get("contacts").and_then(Value::as_array);
    let main = listed.into_iter().flatten().find_map(|contact| {
        let is_main = contact.get("is_main").and_then(Value::as_bool);
        contact.get("id").filter(|_| is_main == Some(true))
    });
    if let Some(main) = main.map(lenient::as_number) {
        ids.sort_by_key(|&id| id != main);
    }
    Ok(ids)
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let zone = value.get("datetime_settings").cloned().unwrap_or_default();
    Ok(Zone::deserialize(zone).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn php_writes_nothing_in_three_ways() {
        for (result, text) in [
            (json!([]), ""),
            (json!(null), ""),
            (json!({"text": "Дозвонился"}), "Дозвонился"),
        ] {
            let task: Task = serde_json::from_value(json!({
                "id": 7, "result": result, "entity_id": null, "entity_type": null, "text": null
            }))
            .unwrap();
            assert_eq!((task.result.as_str(), task.entity()), (text, None));
        }
        let account = json!({"id": 1, "current_user_id": 2, "name": null, "_embedded": []});
        let account: Account = serde_json::from_value(account).unwrap();
        assert_eq!(account.zone, Zone::default());
    }

    #[test]
    fn a_zone_is_known_by_name_or_else_by_offset() {
        let zone = |name: &str, offset: &str| Zone {
            name: name.to_owned(),
            offset: offset.to_owned(),
        };
        let half_past_five = TimeZone::fixed(Offset::from_seconds(19_800).unwrap());
        assert_eq!(zone("Nowhere/City", "+05:30").time_zone(), half_past_five);
        for nonsense in ["later", "+99999999:00", "+-5:00"] {
            assert_eq!(zone("", nonsense).time_zone(), TimeZone::UTC);
        }
        assert_eq!(zone("UTC", "+03:00").time_zone(), TimeZone::UTC);
    }

    #[test]
    fn an_event_says_what_it_changed() {
        let event = |after: Value| -> Event {
            let raw = json!({"id": "01k", "type": "x", "entity_id": 5, "entity_type": "lead",
                "value_after": after, "value_before": []});
            serde_json::from_value(raw).unwrap()
        };
        let message = json!([{"message": {"id": "m-1", "talk_id": 8, "origin": "telegram"}}]);
        let message = event(message).message().unwrap();
        assert_eq!(
            (
                message.id.as_str(),
                message.talk_id,
                message.origin.as_str()
            ),
            ("m-1", 8, "telegram")
        );
        assert_eq!(event(json!([{"note": {"id": 42}}])).note_id(), Some(42));
        for (after, id) in [(json!(0), 0), (json!("3"), 3)] {
            let moved = event(json!([{"responsible_user": {"id": after}}]));
            assert_eq!(moved.responsible_after(), Some(id));
        }
        let nothing = event(json!([]));
        assert_eq!((nothing.note_id(), nothing.message()), (None, None));
        assert_eq!(
            nothing.entity().map(|card| card.kind),
            Some(EntityType::Leads)
        );
    }

    #[test]
    fn a_request_tells_by_its_category_what_came() {
        let request = |category: &str, metadata: Value| -> Request {
            let raw = json!({"uid": "u", "category": category, "metadata": metadata,
                "_embedded": {"contacts": [{"id": 9}], "leads": []}});
            serde_json::from_value(raw).unwrap()
        };
        let call = request("sip", json!({"phone": 79001234567_u64, "called_at": "7"}));
        assert_eq!(
            call.metadata,
            Metadata::Sip(SipMetadata {
                phone: "79001234567".to_owned(),
                called_at: 7,
                duration: 0
            })
        );
        assert_eq!((call.contacts.as_slice(), call.leads.len()), (&[9][..], 0));
        let Metadata::Chats(chat) = request("chats", json!({"client": {"name": "Анна"}})).metadata
        else {
            panic!("a message");
        };
        assert_eq!(chat.client_name, "Анна");
        assert_eq!(
            request("forms", json!([])).metadata,
            Metadata::Forms(FormsMetadata::default())
        );
        assert_eq!(request("fax", json!({})).metadata, Metadata::Other);
    }

    #[test]
    fn rights_say_who_sees_a_pipeline() {
        let user = |rights: Value| -> User {
            serde_json::from_value(json!({"id": 1, "rights": rights})).unwrap()
        };
        let stage =
            |view: &str| json!({"pipeline_id": 5, "status_id": 1, "rights": {"view": view}});
        let denied = json!({"leads": {"view": "D"}, "status_rights": [stage("A")]});
        let own = json!({"leads": {"view": "M"}, "is_active": false,
            "status_rights": [stage("D"), stage("D")]});
        let (denied, own) = (user(denied).rights, user(own).rights);
        assert!(denied.sees_pipeline(5) && !denied.sees_pipeline(6) && denied.is_active);
        assert!(!own.sees_pipeline(5) && own.sees_pipeline(6) && !own.is_active);
        assert!(
            user(json!({"is_admin": true, "leads": {"view": "D"}}))
                .rights
                .sees_pipeline(6)
        );
        assert!(user(json!([])).rights.is_active);
    }

    #[test]
    fn a_deal_names_its_main_contact_first() {
        let deal = json!({"id": 1, "responsible_user_id": 4, "_embedded": {"contacts": [
            {"id": 7, "is_main": false}, {"id": 8, "is_main": true}]}});
        let deal: Card = serde_json::from_value(deal).unwrap();
        assert_eq!((deal.responsible_user_id, deal.contacts), (4, vec![8, 7]));
    }

    #[test]
    fn an_unknown_kind_of_card_is_no_card() {
        let task = json!({"id": 7, "entity_id": 5, "entity_type": "catalog_12"});
        let task: Task = serde_json::from_value(task).unwrap();
        assert_eq!(task.entity(), None);
    }
}
