//! What a reader sees, in both languages.

use dealbell_amocrm::CrmAddress;
use dealbell_amocrm::model::{Card, CrmUserId, Entity, EntityType};
use dealbell_amocrm::rules::{KnownTask, Missed, Phase, Say, TaskSettings, Tell, What};
use dealbell_amocrm::wording::{Words, act};
use dealbell_protocol::ingest::{Act, Notice};
use dealbell_protocol::window::Language;
use dealbell_protocol::{Kind, UserId};
use jiff::tz::{Offset, TimeZone};
use std::collections::{BTreeMap, HashMap};
use ulid::Ulid;

const RU: UserId = UserId(Ulid(1));
const EN: UserId = UserId(Ulid(2));
const ME: CrmUserId = 1;
const MARINA: CrmUserId = 2;
const OLEG: CrmUserId = 3;
const EMMA: CrmUserId = 4;
const ROBOT: CrmUserId = 0;
/// Friday 2026-11-20, 12:00 in Moscow.
const NOON: i64 = 1_795_165_200;
const HOUR: i64 = 3_600;

fn task(text: &str, deadline: i64) -> KnownTask {
    KnownTask {
        id: 7,
        responsible: ME,
        author: MARINA,
        deadline,
        created_at: NOON,
        updated_at: NOON,
        text: text.to_owned(),
        task_type: 1,
        entity: Some(Entity {
            kind: EntityType::Leads,
            id: 12,
        }),
        completed: false,
        armed: NOON,
        phase: Phase::Waiting,
        given: None,
        due_listed: false,
    }
}

fn notice(user: UserId, what: What, task: KnownTask, now: i64) -> Notice {
    let tell = Tell {
        user,
        what,
        key: "task:7:new:1".to_owned(),
        silent: false,
        missed: Missed::No,
        task,
    };
    worded(Say::Tell(Box::new(tell)), now)
}

fn worded(say: Say, now: i64) -> Notice {
    let names = [
        (MARINA, "Марина Белова"),
        (OLEG, "Власов Олег"),
        (EMMA, "Emma Stone"),
    ];
    let card = Card {
        id: 12,
        name: "Кухня «Верона»".to_owned(),
        price: 1_184_000,
        ..Card::default()
    };
    let entity = Entity {
        kind: EntityType::Leads,
        id: 12,
    };
    let words = Words {
        languages: &BTreeMap::from([(RU, Language::Ru), (EN, Language::En)]),
        names: &names.map(|(id, name)| (id, name.to_owned())).into(),
        cards: &HashMap::from([(entity, card)]),
        currency: "₽",
        address: &CrmAddress::parse("sever.amocrm.ru").expect("an account"),
        settings: &TaskSettings::new(TimeZone::fixed(Offset::constant(3))),
        now,
    };
    match act(say, &words) {
        Act::Notify(notice) => *notice,
        other @ Act::Withdraw { .. } => panic!("{other:?}"),
    }
}

#[test]
fn titles_say_who_what_and_by_when() {
    let tomorrow = NOON + 28 * HOUR;
    let new = |by| What::New { by };
    let done = |by| What::Completed {
        by,
        result: String::new(),
    };
    let meet = || task("встреча с дизайнером", tomorrow);
    let call = |left| task("перезвонить Ирине Котовой", NOON + left);
    #[rustfmt::skip]
    let cases = [
        (new(MARINA), meet(), "Новая задача от Марины: встреча с дизайнером, завтра в 16:00",
            "New task from Марина: встреча с дизайнером, tomorrow 16:00"),
        (new(EMMA), meet(), "Новая задача от Emma: встреча с дизайнером, завтра в 16:00",
            "New task from Emma: встреча с дизайнером, tomorrow 16:00"),
        (new(ROBOT), meet(), "Новая задача: встреча с дизайнером, завтра в 16:00",
            "New task: встреча с дизайнером, tomorrow 16:00"),
        (What::Due, call(300), "Через 5 минут: перезвонить Ирине Котовой",
            "In 5 minutes: перезвонить Ирине Котовой"),
        (What::Due, call(299), "Через 5 минут: перезвонить Ирине Котовой",
            "In 5 minutes: перезвонить Ирине Котовой"),
        (What::Due, call(125), "Через 3 минуты: перезвонить Ирине Котовой",
            "In 3 minutes: перезвонить Ирине Котовой"),
        (What::Due, call(60), "Через 1 минуту: перезвонить Ирине Котовой",
            "In 1 minute: перезвонить Ирине Котовой"),
        (What::Due, task("замер", NOON + 12 * HOUR - 60), "Сегодня: замер", "Today: замер"),
        (What::Overdue, call(-60), "Просрочено: перезвонить Ирине Котовой",
            "Overdue: перезвонить Ирине Котовой"),
        (done(OLEG), task("Выставить счёт", NOON), "Олег выполнил вашу задачу «Выставить счёт»",
            "Олег completed your task \"Выставить счёт\""),
        (done(MARINA), task("Счёт", NOON), "Марина выполнила вашу задачу «Счёт»",
            "Марина completed your task \"Счёт\""),
        (done(EMMA), task("Счёт", NOON), "Emma: ваша задача «Счёт» выполнена",
            "Emma completed your task \"Счёт\""),
        (done(ROBOT), task("Счёт", NOON), "Ваша задача «Счёт» выполнена",
            "Your task \"Счёт\" is done"),
        (What::Overdue, task(" \n", NOON), "Просрочено: связаться с клиентом",
            "Overdue: contact the client"),
    ];
    for (what, task, ru, en) in cases {
        assert_eq!(notice(RU, what.clone(), task.clone(), NOON).title, ru);
        assert_eq!(notice(EN, what, task, NOON).title, en);
    }
}

#[test]
fn near_days_have_names_and_far_ones_dates() {
    let when = |user, deadline| {
        let title = notice(user, What::New { by: ROBOT }, task("x", deadline), NOON).title;
        title.split_once(", ").unwrap().1.to_owned()
    };
    let midnight = NOON + 12 * HOUR;
    for (deadline, ru, en) in [
        (NOON + HOUR, "сегодня в 13:00", "today 13:00"),
        (midnight - 60, "сегодня", "today"),
        (midnight + 24 * HOUR - 60, "завтра", "tomorrow"),
        (NOON - 24 * HOUR, "вчера в 12:00", "yesterday 12:00"),
        (NOON + 120 * HOUR, "25 ноября в 12:00", "25 November 12:00"),
        (
            NOON + 1_440 * HOUR,
            "19 января 2027 года в 12:00",
            "19 January 2027 12:00",
        ),
    ] {
        assert_eq!(when(RU, deadline), ru);
        assert_eq!(when(EN, deadline), en);
    }
}

#[test]
fn a_notice_carries_card_link_subject_and_key() {
    let full = notice(RU, What::Due, task("Счёт", NOON + 300), NOON);
    assert_eq!(full.kind, Kind::TaskDue);
    assert_eq!(full.subject.as_deref(), Some("task:7"));
    assert_eq!(full.dedup_key.as_deref(), Some("task:7:new:1"));
    assert_eq!(
        full.context.as_deref(),
        Some("Кухня «Верона» · 1\u{a0}184\u{a0}000 ₽")
    );
    assert_eq!(
        full.link.as_deref(),
        Some("https://sever.amocrm.ru/leads/detail/12")
    );
    assert_eq!(full.text, "Срок: сегодня в 12:05");
    assert_eq!(full.at, NOON * 1_000);

    let mut alone = task("Счёт", NOON + 300);
    alone.entity = None;
    let alone = notice(RU, What::Due, alone, NOON);
    assert_eq!(alone.context, None);
    assert_eq!(
        alone.link.as_deref(),
        Some("https://sever.amocrm.ru/todo/line/")
    );
}

#[test]
fn a_long_text_is_cut_in_the_title_and_whole_below() {
    let long = format!("Первая строка\n{}", "слово ".repeat(100));
    let notice = notice(RU, What::Overdue, task(&long, NOON), NOON);
    assert!(notice.title.ends_with('…') && notice.title.chars().count() < 200);
    assert!(notice.text.starts_with("Первая строка\nслово"));
    assert!(notice.text.ends_with("Срок был сегодня в 12:00"));
}

#[test]
fn hostile_text_becomes_plain() {
    let evil = "<b>x</b>\u{202e}\u{1b}[31m { $name } \u{7}";
    let notice = notice(EN, What::Overdue, task(evil, NOON), NOON);
    assert_eq!(notice.title, "Overdue: <b>x</b>[31m { $name } ");
}

#[test]
fn a_summary_counts_and_names_the_oldest() {
    let tasks: Vec<KnownTask> = (1..=12)
        .map(|n| task(&format!("Задача {n}"), NOON - HOUR))
        .collect();
    let say = |user| Say::Overview {
        user,
        key: "overdue-summary:1".to_owned(),
        tasks: tasks.clone(),
    };
    let ru = worded(say(RU), NOON);
    assert_eq!(ru.title, "12 просроченных задач");
    assert_eq!(ru.text, "Задача 1\nЗадача 2\nЗадача 3\nи ещё 9");
    assert_eq!(
        ru.link.as_deref(),
        Some("https://sever.amocrm.ru/todo/line/")
    );
    assert_eq!(worded(say(EN), NOON).title, "12 overdue tasks");
}
