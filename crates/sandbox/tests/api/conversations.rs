//! Chats, short messages and calls, as events, talks and notes tell of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dealbell_sandbox::{Clock, Config, Entity, Refusal, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, ids, quiet};
use crate::events::{list, types};

const IRINA: u64 = 5_200_001;
const KITCHEN: Entity = Entity {
    kind: dealbell_sandbox::EntityKind::Leads,
    id: 7_400_001,
};

#[tokio::test]
async fn a_chat_is_one_talk_and_an_event_for_each_message() {
    let sandbox = quiet().await;
    let anna = sandbox.users()[0].id;
    let manager = Client::of(&sandbox, 1);
    let say = |text| {
        sandbox
            .message_in(IRINA, KITCHEN, "telegram", text)
            .unwrap()
    };
    let (first, second) = (say("Добрый день!"), say("Когда замер?"));
    let answer = sandbox
        .message_out(anna, KITCHEN, "Завтра в десять")
        .unwrap();
    let talks = sandbox.talks();
    let talk = &talks[0];
    assert_eq!((talks.len(), talk.is_read), (1, true));

    let query = "filter[type]=incoming_chat_message,outgoing_chat_message&with=lead_name";
    let told = list(&manager, query).await;
    let messages: Vec<(&Value, &Value, &Value)> = told
        .iter()
        .rev()
        .map(|event| (&event["type"], &event["created_by"], &event["value_after"]))
        .collect();
    let message =
        |id: &str| json!([{"message": {"id": id, "origin": "telegram", "talk_id": talk.id}}]);
    let (came, went) = (
        json!("incoming_chat_message"),
        json!("outgoing_chat_message"),
    );
    assert_eq!(
        messages,
        [
            (&came, &json!(0), &message(&first)),
            (&came, &json!(0), &message(&second)),
            (&went, &json!(anna), &message(&answer)),
        ]
    );
    assert_eq!(
        (&told[0]["entity_type"], &told[0]["entity_id"]),
        (&json!("lead"), &json!(KITCHEN.id))
    );
    assert_eq!(told[0]["_embedded"]["entity"]["name"], "Кухня «Верона»");
    assert!(
        !told.iter().any(|event| event.to_string().contains("замер")),
        "events give ids only"
    );

    let drawn = manager.get(&format!("talks/{}", talk.id)).await.ok();
    assert_eq!(
        (
            &drawn["contact_id"],
            &drawn["entity_id"],
            &drawn["entity_type"],
            &drawn["origin"]
        ),
        (
            &json!(IRINA),
            &json!(KITCHEN.id),
            &json!("lead"),
            &json!("telegram")
        )
    );
    assert_eq!(drawn["_embedded"]["leads"][0]["id"], KITCHEN.id);
    manager.get("talks/1").await.problem(404);
}

#[tokio::test]
async fn each_messenger_and_card_has_its_own_talk() {
    let sandbox = quiet().await;
    let (anna, client) = (sandbox.users()[0].id, Client::of(&sandbox, 0));
    let card = Entity::contact(IRINA);
    assert_eq!(
        sandbox.message_out(anna, card, "Здравствуйте"),
        Err(Refusal::NoTalk(card))
    );
    sandbox.message_in(IRINA, card, "telegram", "Раз").unwrap();
    sandbox.message_in(IRINA, card, "whatsapp", "Два").unwrap();
    sandbox
        .message_in(IRINA, KITCHEN, "telegram", "Три")
        .unwrap();
    sandbox.message_out(anna, card, "Ответ").unwrap();
    let open: Vec<(String, Entity)> = sandbox
        .talks()
        .into_iter()
        .filter(|talk| !talk.is_read)
        .map(|talk| (talk.origin, talk.on))
        .collect();
    let telegram = "telegram".to_owned();
    assert_eq!(open, [(telegram.clone(), card), (telegram, KITCHEN)]);

    let listed = |query: &'static str| {
        let client = &client;
        async move {
            let answer = client.get(&format!("talks?{query}")).await;
            answer.body.map_or(0, |body| {
                body["_embedded"]["talks"].as_array().unwrap().len()
            })
        }
    };
    assert_eq!(listed("").await, 3);
    assert_eq!(
        listed("filter[entity_type]=lead&filter[entity_id]=7400001").await,
        1
    );
    let id = sandbox.talks()[0].id;
    let closed = client.post(&format!("talks/{id}/close"), &json!({})).await;
    assert_eq!(closed.status, 202);
    assert_eq!(listed("filter[is_in_work]=1").await, 2);
}

#[tokio::test]
async fn calls_and_short_messages_are_noted_on_their_cards() {
    let sandbox = quiet().await;
    let user = |seat: usize| sandbox.users()[seat].id;
    let manager = Client::of(&sandbox, 3);
    let missed = sandbox.call_in(IRINA, Some(user(2)), false, 30).unwrap();
    let talked = sandbox.call_in(IRINA, None, true, 95).unwrap();
    let back = sandbox.call_out(user(2), IRINA).unwrap();
    let came = sandbox.sms_in(IRINA, KITCHEN, "Я у салона").unwrap();
    let went = sandbox.sms_out(user(0), KITCHEN, "Встречаем").unwrap();

    let told = list(&manager, "").await;
    assert_eq!(
        types(&told),
        [
            "outgoing_sms",
            "incoming_sms",
            "outgoing_call",
            "incoming_call",
            "incoming_call"
        ]
    );
    let noted: Vec<Option<u64>> = told
        .iter()
        .map(|event| event["value_after"][0]["note"]["id"].as_u64())
        .collect();
    assert_eq!(noted, [went, came, back, talked, missed].map(Some));
    let kinds: Vec<&Value> = told.iter().map(|event| &event["entity_type"]).collect();
    assert_eq!(kinds, ["lead", "lead", "contact", "contact", "contact"]);

    let note = manager.get(&format!("contacts/notes/{missed}")).await.ok();
    assert_eq!(note["responsible_user_id"], user(2));
    assert_eq!(
        (&note["note_type"], &note["entity_id"]),
        (&json!("call_in"), &json!(IRINA))
    );
    let params = &note["params"];
    assert_eq!(
        (&params["call_status"], &params["duration"]),
        (&json!(6), &json!(0))
    );
    assert_eq!(params["phone"], "+79215550001");
    let note = manager.get(&format!("contacts/notes/{talked}")).await.ok();
    assert_eq!(
        (&note["params"]["call_status"], &note["params"]["duration"]),
        (&json!(4), &json!(95))
    );
    assert_eq!(
        note["responsible_user_id"],
        user(0),
        "nobody in particular was called"
    );
    let note = manager.get(&format!("leads/notes/{came}")).await.ok();
    assert_eq!(
        note["params"],
        json!({"text": "Я у салона", "phone": "+79215550001"})
    );

    let notes = async |path: String| ids(manager.get(&path).await, "notes");
    assert_eq!(
        notes("leads/notes?filter[note_type]=sms_in".to_owned()).await,
        [came]
    );
    let both =
        format!("contacts/notes?filter[id][]={back}&filter[id][]={missed}&filter[id][]={came}");
    assert_eq!(notes(both).await, [missed, back]);
    assert_eq!(
        notes(format!("contacts/{IRINA}/notes?order[id]=desc")).await,
        [back, talked, missed]
    );
    assert!(notes("companies/notes".to_owned()).await.is_empty());
    manager
        .get(&format!("leads/notes/{missed}"))
        .await
        .problem(404);
}

#[tokio::test]
async fn whatever_happens_is_dated_by_the_accounts_clock() {
    let millis = Arc::new(AtomicI64::new(1_700_100_000_000));
    let told = Arc::clone(&millis);
    let sandbox = Sandbox::start(Config {
        clock: Clock::new(move || told.load(Ordering::Relaxed)),
        ..Config::default()
    })
    .await
    .unwrap();
    let anna = sandbox.users()[0].id;
    let hour_later = || {
        millis.fetch_add(3_600_000, Ordering::Relaxed);
    };
    sandbox
        .message_in(IRINA, KITCHEN, "telegram", "Раз")
        .unwrap();
    hour_later();
    sandbox.message_out(anna, KITCHEN, "Два").unwrap();
    sandbox.call_in(IRINA, None, false, 0).unwrap();
    hour_later();
    sandbox
        .assign_lead(anna, KITCHEN.id, sandbox.users()[1].id)
        .unwrap();

    let talk = sandbox.talks().remove(0);
    assert_eq!(
        (talk.created_at, talk.updated_at),
        (1_700_100_000, 1_700_103_600)
    );
    let client = Client::of(&sandbox, 0);
    let span = "filter[created_at][from]=1700103600&filter[created_at][to]=1700107199";
    let told = list(&client, span).await;
    assert_eq!(types(&told), ["incoming_call", "outgoing_chat_message"]);
    let since = "leads?filter[updated_at][from]=1700107200";
    assert_eq!(ids(client.get(since).await, "leads"), [KITCHEN.id]);
}

#[tokio::test]
async fn a_program_plays_the_customer_over_http() {
    let sandbox = quiet().await;
    let (anna, dmitry) = (sandbox.users()[0].id, sandbox.users()[1].id);
    let manager = Client::of(&sandbox, 1);
    let card = json!({"entity_type": "leads", "entity_id": KITCHEN.id, "text": "Добрый день!"});
    let with = |field: &str, value: Value| {
        let mut card = card.clone();
        card[field] = value;
        card
    };
    let from = with("from", json!(IRINA));
    manager.post("/sandbox/messages", &from).await.ok();
    manager.post("/sandbox/answers", &card).await.ok();
    manager.post("/sandbox/sms", &from).await.ok();
    manager.post("/sandbox/sms", &card).await.ok();
    let call = json!({"contact": IRINA, "called": anna});
    manager.post("/sandbox/calls", &call).await.ok();
    manager.post("/sandbox/call-backs", &call).await.ok();
    let request = json!({
        "source_name": "Телеграм", "category": "chats", "client": "Ольга", "text": "Цена?",
    });
    let uid = manager.post("/sandbox/requests", &request).await.ok();
    assert_eq!(sandbox.requests()[0].uid, uid["id"]);

    let told = list(&manager, "").await;
    let happened: Vec<(&str, u64)> = told
        .iter()
        .rev()
        .map(|event| event["created_by"].as_u64().unwrap())
        .zip(types(&told).into_iter().rev())
        .map(|(by, kind)| (kind, by))
        .collect();
    assert_eq!(
        happened,
        [
            ("incoming_chat_message", 0),
            ("outgoing_chat_message", dmitry),
            ("incoming_sms", 0),
            ("outgoing_sms", dmitry),
            ("incoming_call", 0),
            ("outgoing_call", dmitry),
        ]
    );
    let nobody = with("from", json!(1));
    manager
        .post("/sandbox/messages", &nobody)
        .await
        .problem(400);
    let foreign = Client::with_token(sandbox.url(), "foreign");
    foreign.post("/sandbox/messages", &from).await.problem(401);
}
