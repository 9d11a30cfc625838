//! What the sales floor's tasks and results say, in correct Russian.

pub(crate) mod customers;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use crate::account::MEASURING;
use crate::books::{Entity, EntityKind};
use crate::cast::{COMPANIES, CONTACTS, Contact, LEADS};

/// What is to be done, and about which card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Errand {
    pub(crate) text: String,
    pub(crate) task_type: u64,
    pub(crate) entity: Option<Entity>,
}

const CALL: u64 = 1;
const MEETING: u64 = 2;

/// A text about a contact: `{р}`, `{д}`, `{т}` are the name in the genitive, dative, instrumental.
const BY_PEOPLE: [(&str, u64); 14] = [
    ("Перезвонить {д}", CALL),
    ("Отправить договор {д}", CALL),
    ("Выставить счёт {д}", CALL),
    ("Согласовать замер кухни с {т}", MEASURING),
    ("Уточнить у {р} удобное время доставки", CALL),
    ("Подготовить предложение для {р}", CALL),
    ("Напомнить {д} об оплате", CALL),
    ("Встреча с {т} в салоне", MEETING),
    ("Отправить {д} эскиз на согласование", CALL),
    ("Обсудить с {т} рассрочку", CALL),
    ("Показать {д} образцы фасадов", MEETING),
    ("Подтвердить {д} дату сборки", CALL),
    ("Замер у {р}: взять каталог столешниц", MEASURING),
    ("Узнать у {р}, всё ли в порядке после сборки", CALL),
];

const BY_ROBOTS: [&str; 5] = [
    "Новая заявка с сайта: позвонить {д}",
    "Предложение просмотрено – перезвонить {д}",
    "Нет ответа три дня: написать {д}",
    "Счёт не оплачен: напомнить {д}",
    "Сделка без задач: связаться с {т}",
];

const AT_THE_OFFICE: [&str; 4] = [
    "Обновить прайс на фасады",
    "Сдать отчёт по продажам за неделю",
    "Заказать образцы столешниц",
    "Проверить график замеров на завтра",
];

const RESULTS: [&str; 8] = [
    "Договорились, договор отправлен",
    "Счёт оплачен",
    "Замер назначен на завтра",
    "Просит вернуться к разговору в понедельник",
    "Эскиз согласован без правок",
    "Не отвечает, отправлено сообщение",
    "Встреча прошла, готовим договор",
    "Скидка 5 % согласована",
];

/// Something a colleague asks for.
pub(crate) fn errand(rng: &mut StdRng) -> Errand {
    if rng.random_ratio(1, 12) {
        return Errand {
            text: pick(rng, &AT_THE_OFFICE).to_owned(),
            task_type: CALL,
            entity: None,
        };
    }
    if rng.random_ratio(1, 10) {
        let company = pick(rng, &COMPANIES);
        return Errand {
            text: format!("Выставить счёт: {}", company.name),
            task_type: CALL,
            entity: Some(Entity {
                kind: EntityKind::Companies,
                id: company.id,
            }),
        };
    }
    let (phrase, task_type) = pick(rng, &BY_PEOPLE);
    about_somebody(rng, phrase, task_type)
}

/// Something a robot asks for.
pub(crate) fn robots_errand(rng: &mut StdRng) -> Errand {
    let phrase = pick(rng, &BY_ROBOTS);
    about_somebody(rng, phrase, CALL)
}

/// What came of a task.
pub(crate) fn result(rng: &mut StdRng) -> &'static str {
    pick(rng, &RESULTS)
}

/// Mostly on a deal with its own contact, sometimes on the contact itself.
fn about_somebody(rng: &mut StdRng, phrase: &str, task_type: u64) -> Errand {
    let (contact, entity) = if rng.random_ratio(1, 6) {
        let contact = pick(rng, &CONTACTS);
        let kind = EntityKind::Contacts;
        (
            contact,
            Entity {
                kind,
                id: contact.id,
            },
        )
    } else {
        let lead = pick(rng, &LEADS);
        (CONTACTS[lead.contact], Entity::lead(lead.id))
    };
    Errand {
        text: declined(phrase, &contact),
        task_type,
        entity: Some(entity),
    }
}

fn declined(phrase: &str, contact: &Contact) -> String {
    phrase
        .replace("{р}", contact.genitive)
        .replace("{д}", contact.dative)
        .replace("{т}", contact.instrumental)
}

/// One of a list that is not empty.
pub(crate) fn pick<T: Copy>(rng: &mut StdRng, list: &[T]) -> T {
    *list
        .choose(rng)
        .expect("callers have a list that is not empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_declined_for_everybody() {
        let phrases = BY_PEOPLE.iter().map(|(phrase, _)| phrase).chain(&BY_ROBOTS);
        for phrase in phrases {
            for contact in &CONTACTS {
                let text = declined(phrase, contact);
                assert!(!text.contains(['{', '}']) && !text.contains("  "), "{text}");
                assert!(
                    text.chars().count() <= 80,
                    "too long to read at a glance: {text}"
                );
            }
        }
        assert_eq!(
            declined("Перезвонить {д}", &CONTACTS[0]),
            "Перезвонить Ирине Котовой"
        );
    }
}
