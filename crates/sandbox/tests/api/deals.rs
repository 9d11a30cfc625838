//! Deals, people and companies: added, given away, moved, found.

use dealbell_sandbox::{Entity, EntityKind, MAIN_PIPELINE, NewLead, Refusal, SECOND_PIPELINE, WON};
use serde_json::{Value, json};

use crate::client::{Client, ids, quiet};
use crate::events::{list, types};

#[tokio::test]
async fn a_deal_is_added_given_away_and_moved_each_with_its_event() {
    let sandbox = quiet().await;
    let user = |seat: usize| sandbox.users()[seat].id;
    let admin = Client::of(&sandbox, 0);
    let new = NewLead::new(user(1), "Кухня «Лофт»").with_contact(5_200_002);
    let lead = sandbox.create_lead(0, new).unwrap();
    sandbox.assign_lead(user(0), lead, user(2)).unwrap();
    sandbox.move_lead(user(2), lead, 34_100_003).unwrap();
    sandbox.move_lead(user(2), lead, WON).unwrap();

    let told = list(&admin, "filter[entity]=lead&with=lead_name").await;
    assert_eq!(
        types(&told),
        [
            "lead_status_changed",
            "lead_status_changed",
            "entity_responsible_changed",
            "lead_added"
        ]
    );
    assert_eq!(
        (&told[1]["value_after"], &told[1]["value_before"]),
        (
            &json!([{"lead_status": {"id": 34_100_003, "pipeline_id": SECOND_PIPELINE}}]),
            &json!([{"lead_status": {"id": 34_000_002, "pipeline_id": MAIN_PIPELINE}}]),
        )
    );
    assert_eq!(
        told[2]["value_after"],
        json!([{"responsible_user": {"id": user(2)}}])
    );
    assert_eq!(
        (&told[2]["entity_id"], &told[2]["created_by"]),
        (&json!(lead), &json!(user(0)))
    );
    assert_eq!(told[3]["_embedded"]["entity"]["name"], "Кухня «Лофт»");

    let drawn = admin.get(&format!("leads/{lead}?with=contacts")).await.ok();
    assert_eq!(
        (
            &drawn["responsible_user_id"],
            &drawn["pipeline_id"],
            &drawn["status_id"]
        ),
        (&json!(user(2)), &json!(SECOND_PIPELINE), &json!(WON))
    );
    assert!(drawn["closed_at"].is_i64());
    let contacts = &drawn["_embedded"]["contacts"];
    assert_eq!(
        (&contacts[0]["id"], &contacts[0]["is_main"]),
        (&json!(5_200_002), &json!(true))
    );
    let contact = admin.get("contacts/5200002?with=leads").await.ok();
    let leads = contact["_embedded"]["leads"].as_array().unwrap();
    assert!(leads.iter().any(|linked| linked["id"] == lead));
}

#[tokio::test]
async fn every_kind_of_card_changes_hands() {
    let sandbox = quiet().await;
    let (anna, igor) = (sandbox.users()[0].id, sandbox.users()[7].id);
    let admin = Client::of(&sandbox, 0);
    for card in [Entity::contact(5_200_001), Entity::company(6_300_001)] {
        sandbox.assign(anna, card, igor).unwrap();
        assert_eq!(sandbox.card(card).unwrap().responsible, igor);
        let query = format!(
            "filter[entity]={}&with=contact_name,company_name",
            card.kind.singular()
        );
        let told = list(&admin, &query).await;
        assert_eq!(types(&told), ["entity_responsible_changed"]);
        assert_eq!(told[0]["entity_id"], card.id);
        assert!(told[0]["_embedded"]["entity"]["name"].is_string());
    }
    // Given to whom it belongs already, nothing has happened.
    sandbox
        .assign(anna, Entity::contact(5_200_001), igor)
        .unwrap();
    assert_eq!(list(&admin, "filter[entity]=contact").await.len(), 1);
}

#[tokio::test]
async fn deals_are_found_by_every_filter() {
    let sandbox = quiet().await;
    let user = |seat: usize| sandbox.users()[seat].id;
    let admin = Client::of(&sandbox, 0);
    let mut new = NewLead::new(user(3), "Оптовая поставка кресел");
    new.pipeline = SECOND_PIPELINE;
    let lead = sandbox.create_lead(0, new).unwrap();
    let at = sandbox.card(Entity::lead(lead)).unwrap().created_at;

    for query in [
        format!("filter[id][]={lead}&filter[id][]=1"),
        format!("filter[pipeline_id]={SECOND_PIPELINE}"),
        format!(
            "filter[pipeline_id][]={SECOND_PIPELINE}&filter[responsible_user_id][]={}",
            user(3)
        ),
        format!("filter[updated_at][from]={at}"),
        format!(
            "filter[created_at][from]={at}&filter[created_at][to]={}",
            at + 60
        ),
        format!(
            "filter[statuses][0][pipeline_id]={SECOND_PIPELINE}&filter[statuses][0][status_id]=34100002"
        ),
        "query=КРЕСЕЛ".to_owned(),
        "order[created_at]=desc&limit=1".to_owned(),
    ] {
        assert_eq!(
            ids(admin.get(&format!("leads?{query}")).await, "leads"),
            [lead],
            "{query}"
        );
    }
    let nothing = format!("leads?filter[updated_at][to]={}&filter[id]={lead}", at - 1);
    assert!(ids(admin.get(&nothing).await, "leads").is_empty());
    admin.get("leads?filter[pipeline]=1").await.problem(400);
    admin
        .get("contacts?filter[pipeline_id]=1")
        .await
        .problem(400);
}

#[tokio::test]
async fn cards_are_written_over_http_one_by_one_and_in_batches() {
    let sandbox = quiet().await;
    let (anna, dmitry) = (sandbox.users()[0].id, sandbox.users()[1].id);
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));

    let person = json!([{
        "name": "Вера Крылова",
        "custom_fields_values": [
            {"field_code": "PHONE", "values": [{"value": "+79215550000"}]},
        ],
    }]);
    let person = ids(manager.post("contacts", &person).await, "contacts")[0];
    assert_eq!(
        ids(admin.get("contacts?query=5550000").await, "contacts"),
        [person]
    );
    let batch = json!([
        {"name": "Стол", "price": 48_000, "_embedded": {"contacts": [{"id": person}]}},
        {"name": "Стулья", "status_id": 34_100_003, "responsible_user_id": anna, "request_id": "x"},
    ]);
    let made = manager.post("leads", &batch).await.ok();
    assert_eq!(made["_embedded"]["leads"][1]["request_id"], "x");
    let id = |n: usize| made["_embedded"]["leads"][n]["id"].as_u64().unwrap();
    let card = |id| sandbox.card(Entity::lead(id)).unwrap();
    assert_eq!(
        (card(id(0)).responsible, card(id(0)).contacts),
        (dmitry, vec![person])
    );
    assert_eq!(card(id(1)).deal.unwrap().pipeline, SECOND_PIPELINE);

    let batch = json!([
        {"id": id(0), "responsible_user_id": anna},
        {"id": id(1), "price": 9000, "name": "Стулья, 6 штук"},
    ]);
    assert_eq!(
        ids(manager.patch("leads", &batch).await, "leads"),
        [id(0), id(1)]
    );
    assert_eq!(
        (card(id(0)).responsible, card(id(0)).updated_by),
        (anna, dmitry)
    );
    assert_eq!(card(id(1)).name, "Стулья, 6 штук");

    let wrong = json!([{"id": id(0), "name": "Нет"}, {"id": 1}]);
    manager.patch("leads", &wrong).await.problem(400);
    assert_eq!(card(id(0)).name, "Стол");
    let one = format!("leads/{}", id(0));
    manager
        .patch(&one, &json!({"status_id": 34_000_001}))
        .await
        .problem(400);
    manager
        .patch(
            &one,
            &json!({"status_id": 143, "pipeline_id": MAIN_PIPELINE}),
        )
        .await
        .ok();
    assert!(card(id(0)).deal.unwrap().closed_at.is_some());
    manager.patch("leads/1", &json!({})).await.problem(404);
}

#[tokio::test]
async fn there_are_two_pipelines_and_an_incoming_status_in_each() {
    let sandbox = quiet().await;
    let manager = Client::of(&sandbox, 1);
    let answer = manager.get("leads/pipelines").await;
    assert_eq!(ids(answer, "pipelines"), [MAIN_PIPELINE, SECOND_PIPELINE]);
    for pipeline in [MAIN_PIPELINE, SECOND_PIPELINE] {
        let path = format!("leads/pipelines/{pipeline}/statuses");
        let answer = manager.get(&path).await.ok();
        let statuses = answer["_embedded"]["statuses"].as_array().unwrap();
        let kinds: Vec<&Value> = statuses.iter().map(|status| &status["type"]).collect();
        assert_eq!(kinds, [1, 0, 0, 0, 0, 0]);
        let won = manager.get(&format!("{path}/142")).await.ok();
        assert_eq!(won["pipeline_id"], pipeline);
    }
    manager.get("leads/pipelines/1").await.problem(404);
}

#[tokio::test]
async fn the_controls_refuse_what_does_not_exist() {
    let sandbox = quiet().await;
    let anna = sandbox.users()[0].id;
    let mut lead = NewLead::new(anna, "Сделка");
    lead.pipeline = 1;
    assert_eq!(
        sandbox.create_lead(0, lead),
        Err(Refusal::NoSuchPipeline(1))
    );
    assert_eq!(
        sandbox.assign_lead(0, 7_400_001, 5),
        Err(Refusal::NoSuchUser(5))
    );
    assert_eq!(
        sandbox.move_lead(0, 7_400_001, 34_000_001),
        Err(Refusal::NoSuchStatus(34_000_001)),
        "nothing goes back to Incoming leads"
    );
    let nobody = Entity {
        kind: EntityKind::Leads,
        id: 1,
    };
    assert_eq!(
        sandbox.move_lead(0, 1, WON),
        Err(Refusal::NoSuchEntity(nobody))
    );
}
