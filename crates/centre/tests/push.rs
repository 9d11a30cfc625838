//! Browsers and phones: what is pushed to whom and when (RULES C3, C5, C9, C11, T2, T9).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_protocol::{
    Channel, ChannelSettings, Kind, ProviderId,
    courier::Urgency,
    ingest::{Act, Notice},
    push::{HOLD_BACK_MS, PushMessage},
    reach::{Kept, Occasion, Reach},
    stream::ClientFrame,
};
use serde_json::json;
use std::time::Duration;
use support::{
    booth::Brought,
    letters::{Desk, HOUR, MINUTE, at, on},
};

/// A Saturday, 13:00 in Moscow.
const NOON: &str = "2026-11-21T10:00:00Z";

/// What a push says: a title, what is taken away, or a test.
fn says(pushed: &[Brought]) -> Vec<String> {
    let words = pushed.iter().map(|one| match &one.message {
        PushMessage::Show { title, .. } => title.clone(),
        PushMessage::Clear { tags, .. } => format!("-{}", tags.join(",")),
        PushMessage::Test { .. } => "test".to_owned(),
    });
    words.collect()
}

async fn desk() -> Desk {
    let mut desk = Desk::open(NOON).await;
    desk.start_pushing();
    desk
}

#[tokio::test]
async fn a_notification_is_pushed_at_once_with_its_topic_urgency_and_time() {
    let desk = desk().await;
    let (id, endpoint) = desk.subscribe(&desk.token, "mobile", 1).await;
    desk.task(Kind::TaskNew, "Позвонить Вере", 1).await;
    desk.task(Kind::TaskDue, "Пора звонить Вере", 1).await;
    let pushed = desk.pushed().await;
    assert_eq!(says(&pushed), ["Позвонить Вере", "Пора звонить Вере"]);
    let [new, due] = pushed.as_slice() else {
        panic!("{pushed:?}");
    };
    assert_eq!(new.parcel.to.endpoint, endpoint);
    assert_eq!(
        (new.parcel.urgency, due.parcel.urgency),
        (Urgency::Normal, Urgency::High)
    );
    assert_eq!(new.parcel.keep, Duration::from_secs(24 * 3_600));
    assert_eq!(due.parcel.keep, Duration::from_secs(12 * 3_600));
    // Both are about one task: the second replaces the first, delivered or not.
    assert_eq!(new.parcel.topic, due.parcel.topic);
    let PushMessage::Show {
        tag, unread, link, ..
    } = &due.message
    else {
        panic!("{due:?}");
    };
    assert_eq!((tag.as_str(), *unread), ("task:1", 2));
    assert_eq!(
        link.as_deref(),
        Some("https://firm.amocrm.ru/leads/detail/1")
    );
    let (_, list) = desk.get(&desk.token, "/v1/push-subscriptions").await;
    let row = &list["subscriptions"][0];
    assert_eq!((&row["id"], &row["this"]), (&json!(id), &json!(true)));
    assert_eq!(row["last_sent_at"], json!(desk.now()));
    assert_eq!(
        (&row["trouble"], &row["service"]),
        (&json!(null), &json!("push1.example"))
    );
}

#[tokio::test]
async fn a_subscription_belongs_to_its_device_and_goes_with_it() {
    let desk = desk().await;
    let phone = desk
        .centre()
        .add_device("anna@firm.ru", "телефон")
        .await
        .unwrap();
    let (own, endpoint) = desk.subscribe(&desk.token, "browser", 1).await;
    let (of_phone, _) = desk.subscribe(&phone, "mobile", 2).await;
    // The same endpoint again renews it, and belongs to whoever asks.
    assert_eq!(desk.subscribe(&phone, "browser", 1).await.0, own);
    assert_eq!(desk.subscribe(&desk.token, "browser", 1).await.0, own);
    let path = format!("/v1/push-subscriptions/{of_phone}");
    let (_, row) = desk
        .patch(&desk.token, &path, &json!({"on": false, "name": "Мой"}))
        .await;
    assert_eq!(
        (&row["on"], &row["name"], &row["this"]),
        (&json!(false), &json!("Мой"), &json!(false))
    );
    desk.task(Kind::TaskNew, "Раз", 1).await;
    let pushed = desk.pushed().await;
    assert_eq!(pushed.len(), 1);
    assert_eq!(pushed[0].parcel.to.endpoint, endpoint);
    // A test comes whatever is switched off.
    assert_eq!(
        desk.post(&phone, &format!("{path}/test"), &json!({}))
            .await
            .0,
        200
    );
    assert_eq!(says(&desk.pushed().await), ["test"]);
    // Somebody else has no such browser, and takes its endpoint over where he has it.
    desk.centre()
        .add_user("boris@firm.ru", "Борис", "ru")
        .await
        .unwrap();
    let boris = desk.centre().add_device("boris@firm.ru", "").await.unwrap();
    assert_eq!(desk.delete(&boris, &path).await, 404);
    assert_eq!(desk.patch(&boris, &path, &json!({"on": true})).await.0, 404);
    assert_eq!(
        desk.post(&boris, &format!("{path}/test"), &json!({}))
            .await
            .0,
        404
    );
    assert_ne!(desk.subscribe(&boris, "browser", 1).await.0, own);
    desk.centre().revoke_device(&phone).await.unwrap();
    let (_, list) = desk.get(&desk.token, "/v1/push-subscriptions").await;
    assert_eq!(list["subscriptions"], json!([]));
    assert_eq!(list["key"].as_str().unwrap().len(), 87);
    let (id, _) = desk.subscribe(&desk.token, "browser", 3).await;
    assert_eq!(
        desk.delete(&desk.token, &format!("/v1/push-subscriptions/{id}"))
            .await,
        200
    );
    assert_eq!(
        desk.count("SELECT count(*) FROM push_subscriptions").await,
        1
    );
}

#[tokio::test]
async fn every_field_is_checked_and_the_twenty_first_takes_the_place_of_the_one_used_least() {
    let desk = desk().await;
    let good = support::letters::subscription("https://ntfy.example/upABC?up=1", "mobile");
    for (field, value) in [
        ("endpoint", json!("http://push.example/a")),
        ("endpoint", json!("https://127.0.0.1/a")),
        ("endpoint", json!("https://[fd00::1]/a")),
        ("endpoint", json!("https://localhost/a")),
        ("endpoint", json!("")),
        (
            "keys.p256dh",
            json!({"p256dh": "AAAA", "auth": good["keys"]["auth"]}),
        ),
        (
            "keys.auth",
            json!({"p256dh": good["keys"]["p256dh"], "auth": "AAAA"}),
        ),
        ("name", json!("я".repeat(201))),
    ] {
        let mut bad = good.clone();
        bad[field.split('.').next().unwrap()] = value;
        let (status, error) = desk.post(&desk.token, "/v1/push-subscriptions", &bad).await;
        assert_eq!((status, &error["field"]), (400, &json!(field)), "{error}");
        assert!(!error.to_string().contains("upABC"));
    }
    let path = "/v1/push-subscriptions";
    assert_eq!(desk.post(&desk.token, path, &good).await.0, 201);
    for n in 1..=20 {
        desk.time.set(desk.now() + 1);
        desk.subscribe(&desk.token, "browser", n).await;
    }
    let (_, list) = desk.get(&desk.token, path).await;
    let services = list["subscriptions"].as_array().unwrap();
    assert_eq!(services.len(), 20);
    assert_eq!(services[0]["service"], "push1.example");
}

#[tokio::test]
async fn kind_channel_master_switch_quiet_silent_and_own_switch_decide() {
    let desk = desk().await;
    let (browser, _) = desk.subscribe(&desk.token, "browser", 1).await;
    desk.subscribe(&desk.token, "mobile", 2).await;
    let quiet = |on: bool| json!({"on": on, "zone": "UTC", "spans": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": 0, "to": 1440}]});
    let mut task = 0;
    let mut cells = 0;
    let tasks = ProviderId::new("tasks");
    for (receive, wanted, is_quiet, switched_on) in [
        (true, json!({"browser": true, "mobile": true}), false, true),
        (true, json!({"browser": true, "mobile": false}), false, true),
        (true, json!({"browser": false, "mobile": true}), false, true),
        (false, json!({"browser": true, "mobile": true}), false, true),
        (true, json!({"browser": true, "mobile": true}), true, true),
        (true, json!({"browser": true, "mobile": true}), false, false),
    ] {
        let mut set = on();
        set["browser"] = wanted["browser"].clone();
        set["mobile"] = wanted["mobile"].clone();
        let changes =
            json!({"receive": receive, "providers": {"tasks": set}, "quiet": quiet(is_quiet)});
        desk.save(changes).await;
        let path = format!("/v1/push-subscriptions/{browser}");
        desk.patch(&desk.token, &path, &json!({"on": switched_on}))
            .await;
        // What was held back by the quiet before.
        desk.pushed().await;
        let (_, settings) = desk.get(&desk.token, "/v1/channels").await;
        let settings: ChannelSettings = serde_json::from_value(settings).unwrap();
        for kind in Kind::ALL {
            for silent in [false, true] {
                task += 1;
                // Nothing is left of what the crowd before has used up.
                desk.execute("UPDATE push_subscriptions SET paced_until = 0")
                    .await;
                let Act::Notify(notice) = desk.notice(kind, "x", task) else {
                    unreachable!();
                };
                let act = Act::Notify(Box::new(Notice { silent, ..*notice }));
                desk.tell(vec![act]).await;
                let pushed = desk.pushed().await;
                for (channel, service, on) in [
                    (Channel::Browser, "push1", switched_on),
                    (Channel::Mobile, "push2", true),
                ] {
                    let occasion = Occasion {
                        provider: &tasks,
                        kind,
                        silent,
                        transient: false,
                        at: desk.now(),
                    };
                    let reach = settings.reach(channel, occasion);
                    let there = pushed
                        .iter()
                        .filter(|one| one.parcel.to.endpoint.contains(service));
                    let expected = usize::from(on && reach == Reach::Now);
                    assert_eq!(
                        there.count(),
                        expected,
                        "{channel:?} {kind:?} {silent} {reach:?} {:?}",
                        says(&pushed)
                    );
                    let quiet = reach == Reach::Kept(Kept::Quiet);
                    assert_eq!(quiet, is_quiet && !silent);
                    cells += 1;
                }
            }
        }
    }
    assert_eq!(cells, 6 * 10 * 2 * 2);
    // A pop-up is for the screen of whoever is connected alone (RULES C10).
    desk.save(json!({"receive": true, "quiet": quiet(false)}))
        .await;
    desk.pushed().await;
    let (status, _) = desk
        .post(&desk.token, "/v1/test", &json!({"channel": "desktop"}))
        .await;
    assert_eq!((status, desk.pushed().await.len()), (200, 0));
}

#[tokio::test]
async fn c11_after_quiet_hours_one_summary_comes_of_what_is_unread() {
    let desk = desk().await;
    desk.subscribe(&desk.token, "mobile", 1).await;
    // 12:00 to 15:00 in Moscow, every day.
    let quiet = json!({"on": true, "zone": "Europe/Moscow",
        "spans": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": 720, "to": 900}]});
    desk.save(json!({"quiet": quiet})).await;
    for n in 1..=4 {
        desk.task(Kind::TaskNew, &format!("Задача {n}"), n).await;
    }
    assert_eq!(desk.pushed().await.len(), 0);
    desk.mark("read", &["Задача 1"]).await;
    desk.until(at("2026-11-21T11:59:59Z")).await;
    assert_eq!(desk.pushed().await.len(), 0);
    desk.until(at("2026-11-21T12:00:00Z")).await;
    assert_eq!(
        says(&desk.pushed().await),
        ["Пока было тихо: 3 уведомления"]
    );
    // Who switches them off in between hears at once.
    desk.until(at("2026-11-22T10:00:00Z")).await;
    desk.task(Kind::TaskNew, "Задача 5", 5).await;
    assert_eq!(desk.pushed().await.len(), 0);
    let off = json!({"on": false, "zone": "", "spans": []});
    desk.save(json!({"quiet": off})).await;
    assert_eq!(says(&desk.pushed().await), ["Задача 5"]);
}

#[tokio::test]
async fn a_hundred_in_a_burst_are_a_few_pushes() {
    let desk = desk().await;
    desk.subscribe(&desk.token, "mobile", 1).await;
    let all = (1..=100).map(|n| desk.notice(Kind::ChatMessage, &format!("Сообщение {n}"), n));
    desk.tell(all.collect()).await;
    let pushed = desk.pushed().await;
    assert_eq!(says(&pushed), ["100 новых уведомлений"]);
    let PushMessage::Show {
        tag, text, unread, ..
    } = &pushed[0].message
    else {
        panic!("{pushed:?}");
    };
    assert_eq!((tag.as_str(), *unread), ("summary", 100));
    assert_eq!(text, "Сообщение 100\nСообщение 99\nСообщение 98");
    // One by one, they are paced; the summary counts those before it.
    for n in 101..=200 {
        desk.tell(vec![desk.notice(
            Kind::ChatMessage,
            &format!("Сообщение {n}"),
            n,
        )])
        .await;
        desk.pass(200).await;
    }
    desk.pass(10_000).await;
    let pushed = desk.pushed().await;
    assert!(pushed.len() <= 7, "{:?}", says(&pushed));
    let last = says(&pushed).pop().unwrap();
    assert_eq!(
        last, "196 новых уведомлений",
        "all but four that rang by themselves"
    );
    // Read all: the summary and those four are taken away together.
    let (_, page) = desk.get(&desk.token, "/v1/notifications?limit=1").await;
    let upto = json!({"upto": page["as_of"]});
    assert_eq!(
        desk.post(&desk.token, "/v1/notifications/read-all", &upto)
            .await
            .0,
        200
    );
    desk.pass(MINUTE).await;
    let pushed = desk.pushed().await;
    assert_eq!(pushed.len(), 1);
    let PushMessage::Clear { tags, unread } = &pushed[0].message else {
        panic!("{pushed:?}");
    };
    assert_eq!((tags.len(), *unread), (5, 0));
    assert_eq!(desk.count("SELECT count(*) FROM push_items").await, 0);
}

#[tokio::test]
async fn what_is_read_elsewhere_is_taken_away_where_it_was_shown() {
    let desk = desk().await;
    let phone = desk
        .centre()
        .add_device("anna@firm.ru", "телефон")
        .await
        .unwrap();
    desk.subscribe(&phone, "mobile", 1).await;
    let web = desk
        .centre()
        .add_device("anna@firm.ru", "браузер")
        .await
        .unwrap();
    desk.subscribe(&web, "browser", 2).await;
    let (_connected, _) = desk.connect(&web, "web").await;
    for n in 1..=3 {
        desk.task(Kind::TaskNew, &format!("Задача {n}"), n).await;
    }
    let shown = desk.pushed().await;
    assert_eq!(shown.len(), 6);
    desk.mark("read", &["Задача 1"]).await;
    desk.withdraw(2).await;
    desk.mark("read", &["Задача 3"]).await;
    desk.mark("unread", &["Задача 3"]).await;
    desk.pass(10_000).await;
    let cleared = desk.pushed().await;
    assert_eq!(
        says(&cleared),
        ["-task:1,task:2"],
        "the browser hears by the stream"
    );
    assert!(cleared[0].parcel.to.endpoint.contains("push1"));
    assert_eq!(cleared[0].parcel.urgency, Urgency::Low);
    let first = shown.iter().find(|one| {
        says(std::slice::from_ref(one)) == ["Задача 1"] && one.parcel.to == cleared[0].parcel.to
    });
    assert_eq!(first.unwrap().parcel.topic, cleared[0].parcel.topic);
    // Browsers mind pushes that show nothing: the next one waits for its minute.
    desk.mark("read", &["Задача 3"]).await;
    desk.pass(10_000).await;
    assert_eq!(desk.pushed().await.len(), 0);
    desk.pass(MINUTE).await;
    assert_eq!(says(&desk.pushed().await), ["-task:3"]);
}

#[tokio::test]
async fn what_is_about_one_task_stays_while_any_of_it_is_unread() {
    let desk = desk().await;
    desk.subscribe(&desk.token, "mobile", 1).await;
    desk.task(Kind::TaskNew, "Новая", 1).await;
    desk.task(Kind::TaskDue, "Пора", 1).await;
    assert_eq!(desk.pushed().await.len(), 2);
    desk.mark("read", &["Новая"]).await;
    desk.pass(MINUTE).await;
    assert_eq!(desk.pushed().await.len(), 0);
    desk.mark("read", &["Пора"]).await;
    desk.pass(MINUTE).await;
    assert_eq!(says(&desk.pushed().await), ["-task:1"]);
}

#[tokio::test]
async fn only_one_of_his_devices_rings_where_he_wishes_so() {
    let desk = desk().await;
    desk.subscribe(&desk.token, "mobile", 1).await;
    desk.save(json!({"push": {"hold_back": true}})).await;
    let ring = async |n: u32| {
        desk.task(Kind::TaskNew, &format!("Задача {n}"), n).await;
    };
    // Nobody is connected: it comes when the time to acknowledge is over.
    ring(1).await;
    desk.pass(HOLD_BACK_MS - 1).await;
    assert_eq!(desk.pushed().await.len(), 0);
    desk.pass(1).await;
    assert_eq!(says(&desk.pushed().await), ["Задача 1"]);
    // A desktop that is connected but silent holds nothing back; nor does a browser.
    let (mut desktop, seq) = desk.connect(&desk.token, "linux").await;
    let (mut web, _) = desk.connect(&desk.token, "web").await;
    ring(2).await;
    web.send(&ClientFrame::Ack { seq: seq + 1 }).await;
    web.send(&ClientFrame::Read { id: 7, ids: vec![] }).await;
    web.answer(7).await;
    desk.pass(HOLD_BACK_MS).await;
    assert_eq!(says(&desk.pushed().await), ["Задача 2"]);
    // One that acknowledges does.
    ring(3).await;
    desktop.send(&ClientFrame::Ack { seq: seq + 2 }).await;
    desktop
        .send(&ClientFrame::Read { id: 7, ids: vec![] })
        .await;
    desktop.answer(7).await;
    desk.pass(HOLD_BACK_MS).await;
    assert_eq!(desk.pushed().await.len(), 0);
    // But not where the desktop does not ring for it.
    let mut set = on();
    set["desktop"] = json!(false);
    desk.save(json!({"providers": {"tasks": set}})).await;
    ring(4).await;
    desktop.send(&ClientFrame::Ack { seq: seq + 4 }).await;
    desktop
        .send(&ClientFrame::Read { id: 8, ids: vec![] })
        .await;
    desktop.answer(8).await;
    desk.pass(HOLD_BACK_MS).await;
    assert_eq!(says(&desk.pushed().await), ["Задача 4"]);
}

#[tokio::test]
async fn what_became_pointless_before_it_was_sent_is_not_sent() {
    let mut desk = Desk::open(NOON).await;
    desk.subscribe(&desk.token, "mobile", 1).await;
    desk.task(Kind::TaskNew, "Прочитана", 1).await;
    desk.task(Kind::TaskNew, "Снята", 2).await;
    desk.task(Kind::TaskNew, "Осталась", 3).await;
    desk.mark("read", &["Прочитана"]).await;
    desk.withdraw(2).await;
    desk.start_pushing();
    assert_eq!(says(&desk.pushed().await), ["Осталась"]);
    desk.kill().await;
    desk.reopen().await;
    desk.task(Kind::TaskNew, "Старая", 4).await;
    desk.task(Kind::Call, "Звонок", 5).await;
    desk.time.set(desk.now() + 2 * HOUR);
    desk.start_pushing();
    assert_eq!(
        says(&desk.pushed().await),
        ["Старая"],
        "a call is no news after an hour"
    );
    let counts = desk.centre().push_counts().await.unwrap();
    assert_eq!(counts.dropped, [("old", 1)].into());
    assert_eq!((counts.sent, counts.waiting), (1, 0));
}
