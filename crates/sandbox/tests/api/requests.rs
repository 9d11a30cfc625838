//! Incoming leads: they wait, are accepted, declined or linked, and are counted.

use dealbell_sandbox::{
    Entity, MAIN_PIPELINE, Metadata, NewRequest, Refusal, SECOND_PIPELINE, Sandbox,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, quiet};
use crate::events::{list, types};

#[tokio::test]
async fn each_category_tells_what_it_knows() {
    let sandbox = quiet().await;
    let manager = Client::of(&sandbox, 1);
    let added = everything(&sandbox);
    let waiting = unsorted(&manager, "").await;
    let uids: Vec<&str> = waiting.iter().map(|r| r["uid"].as_str().unwrap()).collect();
    assert_eq!(uids, added);

    let metadata = |category: &str| {
        let found = waiting
            .iter()
            .find(|request| request["category"] == category);
        found.unwrap()["metadata"].clone()
    };
    let sip = metadata("sip");
    assert_eq!(
        (&sip["phone"], &sip["duration"]),
        (&json!("+79110000001"), &json!(0))
    );
    assert!(sip["called_at"].is_i64());
    let mail = metadata("mail");
    assert_eq!(
        mail["from"],
        json!({"email": "zakaz@example.org", "name": "Пётр Ильин"})
    );
    assert_eq!(
        (&mail["subject"], &mail["content_summary"]),
        (&json!("Шкаф"), &json!("Добрый день"))
    );
    let chats = metadata("chats");
    assert_eq!(
        (&chats["client"]["name"], &chats["service"]),
        (&json!("Ольга"), &json!("telegram"))
    );
    assert_eq!(
        (&chats["source_name"], &chats["last_message_text"]),
        (&json!("Телеграм"), &json!("Сколько стоит?"))
    );
    let forms = metadata("forms");
    assert_eq!(
        (&forms["form_name"], &forms["form_page"]),
        (
            &json!("Расчёт кухни"),
            &json!("https://mebelsever.example/kuhni")
        )
    );
    assert!(forms["form_sent_at"].is_i64());
}

#[tokio::test]
async fn requests_are_found_by_every_filter_in_either_order() {
    let sandbox = quiet().await;
    let manager = Client::of(&sandbox, 1);
    let added = everything(&sandbox);
    let found = async |query: &str| -> Vec<String> {
        let found = unsorted(&manager, query).await;
        found
            .iter()
            .map(|r| r["uid"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        found(&format!(
            "filter[uid][]={}&filter[uid][]={}",
            added[3], added[0]
        ))
        .await,
        [&*added[0], &*added[3]]
    );
    assert_eq!(
        found("filter[category][]=sip&filter[category][]=forms").await,
        [&*added[0], &*added[3]]
    );
    assert_eq!(
        found(&format!("filter[pipeline_id]={SECOND_PIPELINE}")).await,
        [&*added[1]]
    );
    assert_eq!(
        found("order[created_at]=desc&limit=2").await,
        [&*added[3], &*added[2]]
    );
    assert_eq!(found("limit=3&page=2").await, [&*added[3]]);
    manager.get("leads/unsorted?limit=251").await.problem(400);
    manager
        .get("leads/unsorted?filter[category]=fax")
        .await
        .problem(400);
}

#[tokio::test]
async fn an_accepted_request_becomes_a_deal_and_no_longer_waits() {
    let sandbox = quiet().await;
    let (anna, dmitry) = (sandbox.users()[0].id, sandbox.users()[1].id);
    let manager = Client::of(&sandbox, 1);
    let uid = &everything(&sandbox)[3];
    let before = manager.get(&format!("leads/unsorted/{uid}")).await.ok();
    let lead = before["_embedded"]["leads"][0]["id"].as_u64().unwrap();
    manager.get(&format!("leads/{lead}")).await.problem(404);

    let path = format!("leads/unsorted/{uid}/accept");
    manager
        .post(&path, &json!({"status_id": 34_100_002}))
        .await
        .problem(400);
    let body = json!({"user_id": anna, "status_id": 34_000_003});
    let answer = manager.post(&path, &body).await.ok();
    assert_eq!(
        (&answer["uid"], &answer["category"]),
        (&json!(uid), &json!("forms"))
    );
    assert_eq!(answer["_embedded"]["leads"][0]["id"], lead);

    let card = sandbox.card(Entity::lead(lead)).unwrap();
    assert_eq!((card.responsible, card.created_by), (anna, dmitry));
    let deal = card.deal.unwrap();
    assert_eq!((deal.pipeline, deal.status), (MAIN_PIPELINE, 34_000_003));
    let person = sandbox.card(Entity::contact(card.contacts[0])).unwrap();
    assert_eq!((person.name.as_str(), person.leads), ("Нина", vec![lead]));
    assert_eq!(
        types(&list(&manager, "").await),
        ["lead_added", "contact_added"]
    );
    assert_eq!(unsorted(&manager, "").await.len(), 3);
    manager
        .get(&format!("leads/unsorted/{uid}"))
        .await
        .problem(404);
    manager.post(&path, &body).await.problem(404);
}

#[tokio::test]
async fn a_request_is_declined_or_linked_and_the_summary_counts() {
    let sandbox = quiet().await;
    let dmitry = sandbox.users()[1].id;
    let manager = Client::of(&sandbox, 1);
    let added = everything(&sandbox);
    let path = |place: usize, what: &str| format!("leads/unsorted/{}/{what}", added[place]);
    manager
        .send(Method::DELETE, &path(1, "decline"), None)
        .await
        .ok();
    let link = json!({"link": {"entity_id": 7_400_001, "entity_type": "leads"}});
    manager.post(&path(0, "link"), &link).await.problem(400);
    let linked = manager.post(&path(2, "link"), &link).await.ok();
    assert_eq!(linked["_embedded"]["leads"][0]["id"], 7_400_001);
    sandbox.accept_request(dmitry, &added[0]).unwrap();
    assert_eq!(
        sandbox.decline_request(dmitry, &added[0]),
        Err(Refusal::NoSuchRequest)
    );

    let summary = manager.get("leads/unsorted/summary").await.ok();
    assert_eq!(
        (
            &summary["total"],
            &summary["accepted"],
            &summary["declined"]
        ),
        (&json!(4), &json!(2), &json!(1))
    );
    assert_eq!(summary["categories"]["mail"]["total"], 1);
    assert_eq!(unsorted(&manager, "").await.len(), 1);
}

#[tokio::test]
async fn sites_and_telephony_add_requests_over_http() {
    let sandbox = quiet().await;
    let manager = Client::of(&sandbox, 1);
    let forms = json!([{
        "source_uid": "a1", "source_name": "Сайт", "request_id": "я",
        "pipeline_id": SECOND_PIPELINE,
        "metadata": {"form_name": "Обратный звонок", "form_page": "https://mebelsever.example/"},
        "_embedded": {"leads": [{"name": "Проект кафе", "price": 90_000}],
                      "contacts": [{"name": "Инга"}]},
    }]);
    let made = manager.post("leads/unsorted/forms", &forms).await.ok();
    assert_eq!(made["_embedded"]["unsorted"][0]["request_id"], "я");
    let sip = json!([{
        "source_uid": "a2", "source_name": "Телефония",
        "metadata": {"phone": 79_110_000_002_u64, "duration": 12, "service_code": "ats"},
    }]);
    manager.post("leads/unsorted/sip", &sip).await.ok();
    let waiting = unsorted(&manager, "").await;
    assert_eq!(waiting[0]["metadata"]["form_name"], "Обратный звонок");
    assert_eq!(waiting[1]["metadata"]["phone"], "79110000002");
    assert_eq!(sandbox.requests()[0].lead_name, "Проект кафе");
    let bare = json!([{"source_name": "Сайт"}]);
    manager
        .post("leads/unsorted/forms", &bare)
        .await
        .problem(400);
}

/// One of each category: sip, mail (in the second pipeline), chats, forms.
fn everything(sandbox: &Sandbox) -> Vec<String> {
    let text = str::to_owned;
    let requests = [
        NewRequest::new(
            "Городской номер",
            Metadata::Sip {
                phone: text("+79110000001"),
                duration: 0,
                service_code: text("ats"),
            },
        ),
        NewRequest::new(
            "Почта",
            Metadata::Mail {
                email: text("zakaz@example.org"),
                name: text("Пётр Ильин"),
                subject: text("Шкаф"),
                summary: text("Добрый день"),
            },
        )
        .in_pipeline(SECOND_PIPELINE),
        NewRequest::new(
            "Телеграм",
            Metadata::Chats {
                client: text("Ольга"),
                service: text("telegram"),
                text: text("Сколько стоит?"),
            },
        ),
        NewRequest::new(
            "Сайт",
            Metadata::Forms {
                name: text("Расчёт кухни"),
                page: text("https://mebelsever.example/kuhni"),
                client: text("Нина"),
                phone: text("+79110000003"),
            },
        ),
    ];
    requests
        .into_iter()
        .map(|new| sandbox.add_request(new).unwrap())
        .collect()
}

async fn unsorted(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("leads/unsorted?{query}")).await;
    if answer.status == 204 {
        return Vec::new();
    }
    answer.ok()["_embedded"]["unsorted"]
        .as_array()
        .unwrap()
        .clone()
}
