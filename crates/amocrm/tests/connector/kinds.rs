//! Chats, SMS, calls, requests and deals: what clients and colleagues do, and what the list shows.

use crate::desk::{Desk, Row, Running, settings, user};
use crate::office::{KITCHEN, Office};
use dealbell_amocrm::{ConnectorStatus, Message, Recipients};
use dealbell_protocol::Kind;
use dealbell_sandbox::{Entity, Fault, Metadata, NewLead, NewRequest, NewTask, Reach};
use std::sync::Arc;
use std::time::Duration;

/// Ирина Котова, whose kitchen it is.
const IRINA: u64 = 5_200_001;
const PAVEL: u64 = 5_200_002;

/// A department: the kitchen is mine, Pavel the other's.
struct Department {
    office: Office,
    desk: Arc<Desk>,
}

impl Department {
    async fn open() -> Self {
        let office = Office::open().await;
        let (boss, me, other) = (office.boss.id, office.me.id, office.other.id);
        for (card, keeper) in [
            (Entity::lead(KITCHEN), me),
            (Entity::contact(IRINA), me),
            (Entity::contact(PAVEL), other),
        ] {
            office.crm.assign(boss, card, keeper).unwrap();
        }
        let desk = Desk::new(&[
            (user(1), office.me.email.as_str()),
            (user(2), office.other.email.as_str()),
        ]);
        Self { office, desk }
    }

    async fn connect(&self) -> Running {
        let office = &self.office;
        let team = settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
        let mut running = Running::start(&self.desk, team, &office.watch);
        running.settle().await;
        assert_eq!(self.desk.rows(), [], "what was before is no news");
        running
    }

    fn of(&self, kind: Kind) -> Vec<Row> {
        let mut rows = self.desk.rows();
        rows.retain(|row| row.notice.kind == kind);
        rows
    }
}

fn told_to(rows: &[Row]) -> Vec<(u128, String, bool)> {
    let brief = |row: &Row| (row.notice.user.0.0, row.notice.title.clone(), row.rang);
    let mut told: Vec<_> = rows.iter().map(brief).collect();
    told.sort();
    told
}

/// One growing notification per conversation, which rings, waits, rings again, and goes with the
/// answer, whoever gives it.
#[tokio::test]
async fn a_conversation_grows_until_somebody_answers() {
    let all = Department::open().await;
    let (crm, desk) = (&all.office.crm, &all.desk);
    let running = all.connect().await;
    let kitchen = Entity::lead(KITCHEN);
    let write = |text| crm.message_in(IRINA, kitchen, "telegram", text).unwrap();
    let heard = |id: &str, text: &str| {
        running.heard.note(Message {
            id: id.to_owned(),
            text: text.to_owned(),
            author: "Ирина Котова".to_owned(),
        });
        running.hint.now();
    };

    let first = write("Когда замер?");
    desk.until("the first", |rows| rows.len() == 1).await;
    let row = &desk.rows()[0];
    assert_eq!(row.notice.user, user(1));
    assert_eq!(row.notice.provider.as_str(), "chats");
    assert_eq!(row.notice.title, "Ирина Котова пишет в Telegram");
    assert_eq!(row.notice.text, "Новое сообщение в Telegram");
    let context = row.notice.context.as_deref();
    assert_eq!(context, Some("Кухня «Верона» · 285\u{a0}000 ₽"));
    let link = format!("{}/leads/detail/{KITCHEN}", crm.url());
    assert_eq!(row.notice.link, Some(link));

    // The hook comes after the event was read.
    heard(&first, "Когда замер?");
    desk.until("its text", |rows| rows[0].notice.text == "Когда замер?")
        .await;
    heard(&write("Алло"), "Алло");
    desk.until("the second", |rows| rows[0].notice.text == "Алло")
        .await;
    let title = "Ирина Котова пишет в Telegram: 2 сообщения";
    assert_eq!(desk.rows()[0].notice.title, title);
    assert_eq!(desk.rings(), 1, "it grew in place");

    // Read meanwhile: more has happened.
    desk.read_all();
    write("Тук-тук");
    desk.until("a new one", |rows| rows.len() == 2).await;
    assert_eq!(desk.rings(), 2);

    all.office.watch.forward(60);
    write("Вы там?");
    desk.until("on top", |rows| {
        rows.len() == 1 && rows[0].notice.title.ends_with("4 сообщения")
    })
    .await;
    assert_eq!(desk.rings(), 3);

    crm.message_out(all.office.boss.id, kitchen, "Завтра")
        .unwrap();
    desk.until("answered", <[Row]>::is_empty).await;

    // A restart neither repeats nor forgets.
    running.kill().await;
    let mut running = all.connect().await;
    write("Спасибо");
    desk.until("again", |rows| rows.len() == 1).await;
    assert_eq!(desk.rings(), 4);
    running.settle().await;
    assert_eq!(desk.rings(), 4);
}

/// What waits goes with the deal to its new owner; what was told as an assignment, likewise.
#[tokio::test]
async fn a_deal_takes_its_conversation_along() {
    let all = Department::open().await;
    let (crm, desk) = (&all.office.crm, &all.desk);
    let running = all.connect().await;
    let kitchen = Entity::lead(KITCHEN);
    crm.message_in(IRINA, kitchen, "whatsapp", "Добрый день")
        .unwrap();
    desk.until("mine", |rows| rows.len() == 1).await;

    let (me, other) = (all.office.me.id, all.office.other.id);
    crm.assign_lead(me, KITCHEN, other).unwrap();
    desk.until("hers", |rows| rows.len() == 2).await;
    assert_eq!(
        told_to(&desk.rows()),
        [
            (
                2,
                "Дмитрий передал вам сделку «Кухня „Верона“»".to_owned(),
                true
            ),
            (2, "Ирина Котова пишет в WhatsApp".to_owned(), true),
        ]
    );
    // She gives it back; what was said to her goes.
    crm.assign_lead(other, KITCHEN, me).unwrap();
    desk.until("mine again", |rows| {
        rows.len() == 2 && rows.iter().all(|row| row.notice.user == user(1))
    })
    .await;
    // He takes one himself: no news.
    crm.assign_lead(me, KITCHEN + 1, me).unwrap();
    let made = NewLead::new(other, "Столешница");
    crm.create_lead(all.office.boss.id, made).unwrap();
    desk.until("made for her", |rows| rows.len() == 3).await;
    let title = &desk.rows()[2].notice.title;
    assert!(title.ends_with("для вас сделку «Столешница»"), "{title}");
    drop(running);
}

/// An SMS says what its note says, to the contact's keeper.
#[tokio::test]
async fn an_sms_has_its_text_and_an_answer_ends_it() {
    let all = Department::open().await;
    let (crm, desk) = (&all.office.crm, &all.desk);
    let running = all.connect().await;
    crm.sms_in(PAVEL, Entity::contact(PAVEL), "Перезвоните")
        .unwrap();
    desk.until("hers", |rows| rows.len() == 1).await;
    let notice = &desk.rows()[0].notice;
    assert_eq!(notice.user, user(2));
    assert_eq!(notice.title, "Павел Громов пишет по SMS");
    assert_eq!(notice.text, "Перезвоните");
    let by = all.office.me.id;
    crm.sms_out(by, Entity::contact(PAVEL), "Минуту").unwrap();
    desk.until("answered", <[Row]>::is_empty).await;
    drop(running);
}

/// Missed ones ring, answered ones are listed; a call back ends both.
#[tokio::test]
async fn calls_are_told_to_the_called_until_somebody_calls_back() {
    let all = Department::open().await;
    let (crm, desk) = (&all.office.crm, &all.desk);
    let running = all.connect().await;
    let other = all.office.other.id;
    crm.call_in(IRINA, Some(other), false, 0).unwrap();
    crm.call_in(IRINA, None, true, 125).unwrap();
    desk.until("both", |rows| rows.len() == 2).await;
    assert_eq!(
        told_to(&desk.rows()),
        [
            (1, "Звонок: Ирина Котова".to_owned(), false),
            (2, "Пропущенный звонок: Ирина Котова".to_owned(), true),
        ]
    );
    let answered = desk.rows().into_iter().find(|row| !row.rang).unwrap();
    assert!(answered.notice.text.ends_with("\nРазговор: 2 минуты"));
    crm.call_out(all.office.boss.id, IRINA).unwrap();
    desk.until("called back", <[Row]>::is_empty).await;
    drop(running);
}

/// Whoever may see it is told, until it is accepted or declined; what waited before is no news,
/// and an accepted one is nobody's assignment.
#[tokio::test]
async fn requests_wait_for_everybody_who_may_see_them() {
    let all = Department::open().await;
    let (crm, desk) = (&all.office.crm, &all.desk);
    let form = |name: &str| {
        let metadata = Metadata::Forms {
            name: name.to_owned(),
            page: "https://kitchen.example/verona".to_owned(),
            client: "Ольга".to_owned(),
            phone: String::new(),
        };
        crm.add_request(NewRequest::new("kitchen.example", metadata))
            .unwrap()
    };
    let old = form("Старая");
    let mut running = all.connect().await;
    let first = form("Рассчитать кухню");
    let second = form("Вызвать замерщика");
    desk.until("two for both", |rows| rows.len() == 4).await;
    let rows = all.of(Kind::Request);
    let notice = &rows[0].notice;
    assert!(notice.title.starts_with("Новая заявка с сайта: "));
    assert_eq!(notice.text, "https://kitchen.example/verona");
    let link = notice.link.as_deref().unwrap();
    assert!(link.contains("/leads/pipeline/"), "{link}");

    crm.decline_request(all.office.me.id, &first).unwrap();
    desk.until("declined", |rows| rows.len() == 2).await;
    running.kill().await;
    running = Running::start(
        desk,
        settings(crm.url(), &all.office.boss.token, Recipients::ByEmail),
        &all.office.watch,
    );
    crm.accept_request(all.office.me.id, &second).unwrap();
    desk.until("accepted", <[Row]>::is_empty).await;
    crm.decline_request(all.office.me.id, &old).unwrap();
    running.settle().await;
    assert_eq!(desk.rows(), []);
}

/// Where events or requests are denied, everything else goes on.
#[tokio::test]
async fn what_is_denied_takes_nothing_else_along() {
    let all = Department::open().await;
    let (crm, desk) = (&all.office.crm, &all.desk);
    crm.fault(Fault::status(403).on("/api/v4/events"));
    crm.fault(Fault::status(403).on("/api/v4/leads/unsorted"));
    let mut running = all.connect().await;
    crm.message_in(IRINA, Entity::lead(KITCHEN), "telegram", "Алло")
        .unwrap();
    all.office.set(&all.office.boss, "Перезвонить", 7_200);
    desk.until("the task", |rows| rows.len() == 1).await;
    running.settle().await;
    assert_eq!(desk.rows()[0].notice.kind, Kind::TaskNew);
}

/// By day, when nothing happens: the tasks and the events, each once a reading, and Incoming leads
/// at every sixth.
#[tokio::test]
async fn a_quiet_account_costs_two_requests_a_reading() {
    let all = Department::open().await;
    for n in 0..40 {
        all.office
            .set(&all.office.boss, &format!("Дело {n}"), 90_000);
    }
    let mut running = all.connect().await;
    let before = all.office.crm.requests_seen();
    for _ in 0..12 {
        running.next_reading().await;
    }
    let cost = all.office.crm.requests_seen() - before;
    assert!((24..=28).contains(&cost), "{cost} requests in 12 readings");
}

/// An answer to one client costs as much where four hundred others wait for theirs.
#[tokio::test]
async fn an_answer_does_not_read_every_deal_that_waits() {
    let all = Department::open().await;
    let (crm, desk, me) = (&all.office.crm, &all.desk, all.office.me.id);
    let mut seldom = settings(crm.url(), &all.office.boss.token, Recipients::ByEmail);
    seldom.poll_interval = Some(Duration::from_secs(3_600));
    let mut running = Running::start(desk, seldom, &all.office.watch);
    running.settle().await;
    let mut client = 0;
    for n in 0..400 {
        client = crm
            .create_contact(me, &format!("Клиент {n}"), "", me)
            .unwrap();
        let deal = NewLead::new(me, &format!("Сделка {n}")).with_contact(client);
        let deal = Entity::lead(crm.create_lead(me, deal).unwrap());
        crm.message_in(client, deal, "telegram", "Алло").unwrap();
    }
    running.settle().await;
    desk.until("all", |rows| rows.len() == 400).await;
    let mut costs = Vec::new();
    for answers in [false, true] {
        if answers {
            crm.sms_out(me, Entity::contact(client), "Да").unwrap();
        }
        let before = crm.requests_seen();
        running.hint.now();
        running.next_reading().await;
        costs.push(crm.requests_seen() - before);
    }
    assert_eq!(desk.rows().len(), 399);
    assert!(
        costs[1] <= costs[0] + 2,
        "{costs:?}: the client's deals, the deal"
    );
}

/// A manager who sees his own deals only: what was given away leaves no event he may read. It goes
/// with the next look at what is known.
#[tokio::test]
async fn what_leaves_a_managers_sight_goes() {
    let all = Department::open().await;
    let (crm, office) = (&all.office.crm, &all.office);
    crm.set_lead_view(office.me.id, Reach::Own);
    let (boss, other) = (office.boss.id, office.other.id);
    crm.assign_lead(boss, KITCHEN + 1, other).unwrap();
    let desk = office.desk();
    let mut often = office.solo();
    often.reconcile_every = 2;
    let mut running = Running::start(&desk, often, &office.watch);
    running.settle().await;
    crm.assign_lead(boss, KITCHEN + 1, office.me.id).unwrap();
    let kitchen = Entity::lead(KITCHEN);
    crm.message_in(IRINA, kitchen, "telegram", "Алло").unwrap();
    desk.until("both", |rows| rows.len() == 2).await;
    for deal in [KITCHEN, KITCHEN + 1] {
        crm.assign_lead(boss, deal, other).unwrap();
    }
    desk.until("out of sight", <[Row]>::is_empty).await;
}

/// T12: ten thousand open tasks are one transaction, and how far the reading is shows meanwhile.
#[tokio::test]
async fn a_big_account_is_one_commit_with_its_progress_shown() {
    let all = Department::open().await;
    let office = &all.office;
    for n in 0..10_000 {
        let task = NewTask::new(office.me.id, &format!("Дело {n}"), office.now() + 90_000);
        office.crm.create_task(office.boss.id, task).unwrap();
    }
    let team = settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
    let mut running = Running::start(&all.desk, team, &office.watch);
    running
        .until(|status| matches!(status, ConnectorStatus::Baseline { done: 250.. }))
        .await;
    assert!(all.desk.commits().is_empty());
    running
        .until(|status| matches!(status, ConnectorStatus::Ok { .. }))
        .await;
    let first = all.desk.commits()[0];
    assert!(
        first > 10_000,
        "{first}: every task and how far it was read"
    );
    assert_eq!(all.desk.rows(), []);
}
