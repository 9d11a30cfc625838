//! What a reader sees, in both languages.

use dealbell_amocrm::CrmAddress;
use dealbell_amocrm::model::{Card, CrmUserId, Entity, EntityType};
use dealbell_amocrm::rules::calls::{CallEnd, KnownCall};
use dealbell_amocrm::rules::chats::{KnownChat, Received};
use dealbell_amocrm::rules::deals::DealGiven;
use dealbell_amocrm::rules::happened::Stamp;
use dealbell_amocrm::rules::{
    About, KnownTask, Missed, News, Phase, Say, TaskSettings, Tell, What,
};
use dealbell_amocrm::wording::{Words, act};
use dealbell_protocol::ingest::{Act, Again, Notice};
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
        contacts: vec![21],
        ..Card::default()
    };
    let client = Card {
        id: 21,
        name: "Ирина Котова".to_owned(),
        ..Card::default()
    };
    let contact = entity_of(EntityType::Contacts, 21);
    let untitled = entity_of(EntityType::Leads, 13);
    let entity = Entity {
        kind: EntityType::Leads,
        id: 12,
    };
    let words = Words {
        languages: &BTreeMap::from([(RU, Language::Ru), (EN, Language::En)]),
        names: &names.map(|(id, name)| (id, name.to_owned())).into(),
        cards: &HashMap::from([
            (entity, card),
            (contact, client),
            (untitled, Card::default()),
        ]),
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
    assert_eq!(notice.title, "Overdue: <b>x</b>[31m { $name }");
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

#[test]
fn a_notice_names_the_person_it_comes_from() {
    let deadline = NOON + HOUR;
    let by_marina = || task("Позвонить", deadline);
    let own = || KnownTask {
        author: ME,
        ..by_marina()
    };
    let done = |by| What::Completed {
        by,
        result: String::new(),
    };
    let marina = Some("Марина Белова");
    for (what, task, author) in [
        (What::New { by: MARINA }, by_marina(), marina),
        (What::New { by: ME }, own(), None),
        (What::New { by: ROBOT }, by_marina(), None),
        (What::Due, by_marina(), marina),
        (What::Overdue, by_marina(), marina),
        (What::Due, own(), None),
        (done(OLEG), own(), Some("Власов Олег")),
        (done(ROBOT), own(), None),
    ] {
        let shown = format!("{what:?}");
        let notice = notice(RU, what, task, NOON);
        assert_eq!(notice.author.as_deref(), author, "{shown}");
    }
    let contact = entity_of(EntityType::Contacts, 21);
    let nobody = entity_of(EntityType::Contacts, 99);
    let call = |card| {
        About::Call(KnownCall {
            stamp: stamp(300),
            card,
            to: ME,
            phone: "+79165550102".to_owned(),
            end: CallEnd::Missed,
        })
    };
    let letter = serde_json::json!({"from": {"email": "i@k.example", "name": "Ирина"}});
    let chatting = serde_json::json!({"client": {"name": "Павел Громов"}, "service": "telegram"});
    let given = About::Deal(DealGiven {
        lead: 12,
        by: OLEG,
        fresh: false,
    });
    let client = Some("Ирина Котова");
    for (about, author) in [
        (
            chat("Павел Громов", "telegram", 1, "", contact),
            Some("Павел Громов"),
        ),
        (chat("", "telegram", 1, "", contact), client),
        (chat("", "telegram", 1, "", nobody), None),
        (call(contact), client),
        (call(nobody), None),
        (request("mail", letter), Some("Ирина")),
        (request("chats", chatting), Some("Павел Громов")),
        (request("sip", serde_json::json!({"phone": "+7916"})), None),
        (given, Some("Власов Олег")),
    ] {
        let shown = format!("{about:?}");
        assert_eq!(news(RU, about).author.as_deref(), author, "{shown}");
    }
}

fn entity_of(kind: EntityType, id: u64) -> Entity {
    Entity { kind, id }
}

fn news(user: UserId, about: About) -> Notice {
    let key = about.subject();
    let news = News {
        user,
        about,
        key,
        again: Again::Unread,
        silent: false,
    };
    worded(Say::News(Box::new(news)), NOON)
}

fn stamp(ago: i64) -> Stamp {
    Stamp {
        at: NOON - ago,
        id: "01h".to_owned(),
    }
}

fn chat(author: &str, origin: &str, count: u32, text: &str, card: Entity) -> About {
    About::Chat(KnownChat {
        talk: 7,
        card,
        owner: ME,
        origin: origin.to_owned(),
        recent: vec![Received {
            stamp: stamp(60),
            message: "m".to_owned(),
        }],
        earlier: count - 1,
        text: text.to_owned(),
        author: author.to_owned(),
        rang_at: NOON,
    })
}

#[test]
fn a_message_says_who_writes_where() {
    let unknown = entity_of(EntityType::Contacts, 99);
    let deal = entity_of(EntityType::Leads, 12);
    let pavel = |origin, count, text| chat("Павел Громов", origin, count, text, unknown);
    let nobody = |origin, count| chat("", origin, count, "", unknown);
    #[rustfmt::skip]
    let cases = [
        (pavel("telegram", 1, "Когда замер?"), "Павел Громов пишет в Telegram", "Когда замер?",
            "Павел Громов on Telegram", "Когда замер?"),
        (pavel("ru.wazzup.whatsapp", 3, "Ау"), "Павел Громов пишет в WhatsApp: 3 сообщения", "Ау",
            "Павел Громов on WhatsApp: 3 messages", "Ау"),
        (pavel("telegram", 21, "Ау"), "Павел Громов пишет в Telegram: 21 сообщение", "Ау",
            "Павел Громов on Telegram: 21 messages", "Ау"),
        (pavel("avito", 5, ""), "Павел Громов пишет на Авито: 5 сообщений", "Новое сообщение на Авито",
            "Павел Громов on Avito: 5 messages", "New message on Avito"),
        (pavel("own.bot", 1, ""), "Павел Громов пишет", "Новое сообщение",
            "Message from Павел Громов", "New message"),
        (nobody("telegram", 1), "Новое сообщение в Telegram", "", "New message on Telegram", ""),
        (nobody("vk", 2), "2 новых сообщения во ВКонтакте", "", "2 new messages on VK", ""),
        (nobody("", 1), "Новое сообщение", "", "New message", ""),
        (chat("", "sms", 1, "Перезвоните", deal), "Ирина Котова пишет по SMS", "Перезвоните",
            "Ирина Котова by SMS", "Перезвоните"),
    ];
    for (about, ru, ru_text, en, en_text) in cases {
        let said = |user| {
            let notice = news(user, about.clone());
            (notice.title, notice.text)
        };
        assert_eq!(said(RU), (ru.to_owned(), ru_text.to_owned()));
        assert_eq!(said(EN), (en.to_owned(), en_text.to_owned()));
    }
    let notice = news(RU, chat("Павел", "telegram", 1, "Да", deal));
    assert_eq!(notice.kind, Kind::ChatMessage);
    assert_eq!(notice.provider.as_str(), "chats");
    assert_eq!(notice.subject.as_deref(), Some("chat:talk-7"));
    assert_eq!(notice.at, (NOON - 60) * 1_000);
    let link = "https://sever.amocrm.ru/leads/detail/12";
    assert_eq!(notice.link.as_deref(), Some(link));
    assert!(notice.context.unwrap().starts_with("Кухня «Верона» · "));
}

/// Nobody signs a hook: what it brings is shown as text and nothing else.
#[test]
fn a_clients_words_stay_words() {
    let evil = "<a href='x'>\u{202e}жми\u{1b}[31m";
    let card = entity_of(EntityType::Contacts, 99);
    let notice = news(RU, chat(&"Ж\n".repeat(300), "telegram", 1, evil, card));
    assert_eq!(notice.text, "<a href='x'>жми[31m");
    assert!(notice.title.starts_with("Ж Ж Ж ") && notice.title.chars().count() < 130);
    let long = "слово ".repeat(2_000);
    let notice = news(RU, chat("Павел", "telegram", 1, &long, card));
    assert_eq!(notice.text.chars().count(), 3_500);
}

#[test]
fn a_call_says_who_when_and_how_it_ended() {
    let call = |id, phone: &str, end| {
        About::Call(KnownCall {
            stamp: stamp(300),
            card: entity_of(EntityType::Contacts, id),
            to: ME,
            phone: phone.to_owned(),
            end,
        })
    };
    let talked = CallEnd::Answered;
    #[rustfmt::skip]
    let cases = [
        (call(21, "+79165550102", CallEnd::Missed), "Пропущенный звонок: Ирина Котова",
            "+79165550102 · сегодня в 11:55", "Missed call: Ирина Котова", "+79165550102 · today 11:55"),
        (call(99, "+79165550102", CallEnd::Missed), "Пропущенный звонок: +79165550102",
            "сегодня в 11:55", "Missed call: +79165550102", "today 11:55"),
        (call(99, "", CallEnd::Missed), "Пропущенный звонок", "сегодня в 11:55", "Missed call", "today 11:55"),
        (call(21, "", talked(61)), "Звонок: Ирина Котова", "сегодня в 11:55\nРазговор: 1 минута",
            "Call: Ирина Котова", "today 11:55\nTalked for 1 minute"),
        (call(21, "", talked(310)), "Звонок: Ирина Котова", "сегодня в 11:55\nРазговор: 5 минут",
            "Call: Ирина Котова", "today 11:55\nTalked for 5 minutes"),
        (call(21, "", talked(59)), "Звонок: Ирина Котова", "сегодня в 11:55\nРазговор: меньше минуты",
            "Call: Ирина Котова", "today 11:55\nTalked for less than a minute"),
        (call(99, "", CallEnd::Unknown), "Звонок", "сегодня в 11:55", "Call", "today 11:55"),
    ];
    for (about, ru, ru_text, en, en_text) in cases {
        for (user, title, text) in [(RU, ru, ru_text), (EN, en, en_text)] {
            let notice = news(user, about.clone());
            assert_eq!((notice.title.as_str(), notice.text.as_str()), (title, text));
        }
    }
}

fn request(category: &str, metadata: serde_json::Value) -> About {
    let request = serde_json::json!({"uid": "u", "category": category, "pipeline_id": 3,
        "source_name": "kitchen.example", "created_at": NOON - 5, "metadata": metadata});
    About::Request(serde_json::from_value(request).expect("a request"))
}

#[test]
fn a_request_says_where_it_came_from_and_what_is_wanted() {
    use serde_json::json;
    #[rustfmt::skip]
    let cases = [
        (request("forms", json!({"form_name": "Рассчитать кухню", "form_page": "https://k.example/a"})),
            "Новая заявка с сайта: Рассчитать кухню", "https://k.example/a",
            "New request from the site: Рассчитать кухню", "https://k.example/a"),
        (request("forms", json!([])), "Новая заявка с сайта", "", "New request from the site", ""),
        (request("sip", json!({"phone": "+79165550102", "duration": 0})),
            "Новая заявка: звонок с +79165550102", "На звонок не ответили",
            "New request: call from +79165550102", "Nobody answered the call"),
        (request("sip", json!({"phone": "", "duration": 125})), "Новая заявка: звонок", "Разговор: 2 минуты",
            "New request: a call", "Talked for 2 minutes"),
        (request("mail", json!({"from": {"email": "i@k.example", "name": "Ирина"}, "subject": "Кухня",
            "content_summary": "Добрый день"})), "Новая заявка по почте: Кухня", "Ирина <i@k.example>\nДобрый день",
            "New request by email: Кухня", "Ирина <i@k.example>\nДобрый день"),
        (request("mail", json!({"from": [], "subject": null, "content_summary": "Да"})),
            "Новая заявка по почте", "Да", "New request by email", "Да"),
        (request("chats", json!({"client": {"name": "Павел Громов"}, "service": "telegram",
            "last_message_text": "Сколько стоит?"})), "Новая заявка: Павел Громов пишет в Telegram",
            "Сколько стоит?", "New request: Павел Громов on Telegram", "Сколько стоит?"),
        (request("chats", json!({"client": [], "service": "viber"})), "Новая заявка: сообщение в Viber", "",
            "New request: a message on Viber", ""),
        (request("chats", json!({"client": {"name": "Павел"}, "service": "bot"})), "Новая заявка: Павел", "",
            "New request: Павел", ""),
        (request("chats", json!([])), "Новая заявка из чата", "", "New request from a chat", ""),
        (request("fax", json!([])), "Новая заявка: kitchen.example", "", "New request: kitchen.example", ""),
    ];
    for (about, ru, ru_text, en, en_text) in cases {
        for (user, title, text) in [(RU, ru, ru_text), (EN, en, en_text)] {
            let notice = news(user, about.clone());
            assert_eq!((notice.title.as_str(), notice.text.as_str()), (title, text));
            let link = "https://sever.amocrm.ru/leads/pipeline/3/";
            assert_eq!(notice.link.as_deref(), Some(link));
            assert_eq!(notice.context.as_deref(), Some("kitchen.example"));
        }
    }
}

#[test]
fn a_deal_says_who_gave_it() {
    let deal = |lead, by, fresh| About::Deal(DealGiven { lead, by, fresh });
    #[rustfmt::skip]
    let cases = [
        (deal(12, OLEG, false), "Олег передал вам сделку «Кухня „Верона“»",
            "Олег handed you the deal \"Кухня «Верона»\""),
        (deal(12, MARINA, false), "Марина передала вам сделку «Кухня „Верона“»",
            "Марина handed you the deal \"Кухня «Верона»\""),
        (deal(12, EMMA, false), "Emma: теперь ваша сделка «Кухня „Верона“»",
            "Emma handed you the deal \"Кухня «Верона»\""),
        (deal(12, ROBOT, false), "Вам передали сделку «Кухня „Верона“»",
            "You have been given the deal \"Кухня «Верона»\""),
        (deal(12, OLEG, true), "Олег завёл для вас сделку «Кухня „Верона“»",
            "Олег made a deal for you: \"Кухня «Верона»\""),
        (deal(12, MARINA, true), "Марина завела для вас сделку «Кухня „Верона“»",
            "Марина made a deal for you: \"Кухня «Верона»\""),
        (deal(13, ROBOT, true), "Новая сделка для вас: «№ 13»", "A new deal for you: \"#13\""),
    ];
    for (about, ru, en) in cases {
        assert_eq!(news(RU, about.clone()).title, ru);
        assert_eq!(news(EN, about).title, en);
    }
    let notice = news(RU, deal(12, OLEG, false));
    assert_eq!(notice.kind, Kind::DealAssigned);
    let link = "https://sever.amocrm.ru/leads/detail/12";
    assert_eq!(notice.link.as_deref(), Some(link));
}
