//! Who is who today, and what each may see.

use dealbell_sandbox::{Entity, MAIN_PIPELINE, Metadata, NewRequest, Reach, SECOND_PIPELINE};
use serde_json::{Value, json};

use crate::client::{Client, ids, quiet};

#[tokio::test]
async fn users_are_renamed_switched_off_and_on_again() {
    let sandbox = quiet().await;
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    let dmitry = sandbox.users()[1].id;
    sandbox.rename_user(dmitry, "Дмитрий Орлов-Ветров");
    sandbox.change_email(dmitry, "d.orlov@mebelsever.example");
    sandbox.set_active(dmitry, false);
    manager.get("account").await.problem(401);

    let path = format!("users/{dmitry}?with=role,group,uuid,amojo_id");
    let listed = admin.get(&path).await.ok();
    assert_eq!(listed["name"], "Дмитрий Орлов-Ветров");
    assert_eq!(listed["email"], "d.orlov@mebelsever.example");
    assert_eq!(listed["rights"]["is_active"], false);
    assert_eq!(listed["_embedded"]["groups"][0]["name"], "Отдел продаж");
    assert!(listed["uuid"].is_string() && listed["amojo_id"].is_string());

    sandbox.set_active(dmitry, true);
    manager.get("account").await.ok();
    manager.get("users").await.problem(403);
    sandbox.set_admin(dmitry, true);
    manager.get("users").await.ok();
}

#[tokio::test]
async fn deals_are_seen_as_far_as_the_right_reaches() {
    let sandbox = quiet().await;
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    let dmitry = sandbox.users()[1].id;
    let all = ids(manager.get("leads").await, "leads");
    let view = async |reach: Reach| {
        sandbox.set_lead_view(dmitry, reach);
        let drawn = admin.get(&format!("users/{dmitry}")).await.ok();
        assert_eq!(drawn["rights"]["leads"]["view"], reach.letter().to_string());
        ids(manager.get("leads").await, "leads")
    };
    let own = view(Reach::Own).await;
    assert!(!own.is_empty() && own.len() < all.len());
    for id in &all {
        let keeper = sandbox.card(Entity::lead(*id)).unwrap().responsible;
        assert_eq!(own.contains(id), keeper == dmitry);
        let status = manager.get(&format!("leads/{id}")).await.status;
        assert_eq!(status == 200, keeper == dmitry);
    }
    assert!(view(Reach::Nothing).await.is_empty());
    assert_eq!(view(Reach::Group).await, all);
    // The administrator sees everything, whatever is set.
    sandbox.set_lead_view(sandbox.users()[0].id, Reach::Nothing);
    assert_eq!(ids(admin.get("leads").await, "leads"), all);
}

#[tokio::test]
async fn a_pipeline_can_be_shut_with_its_deals_and_requests() {
    let sandbox = quiet().await;
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    let dmitry = sandbox.users()[1].id;
    let form = Metadata::Forms {
        name: "Замер".to_owned(),
        page: "https://sever.example/".to_owned(),
        client: "Ирина".to_owned(),
        phone: String::new(),
    };
    sandbox.add_request(NewRequest::new("Сайт", form)).unwrap();
    let waiting = async |client: &Client| client.get("leads/unsorted").await.status.as_u16();
    assert_eq!(waiting(&manager).await, 200);
    sandbox.deny_pipeline(dmitry, MAIN_PIPELINE);
    assert_eq!((waiting(&manager).await, waiting(&admin).await), (204, 200));
    assert!(ids(manager.get("leads").await, "leads").is_empty());
    let rights = admin.get(&format!("users/{dmitry}")).await.ok();
    let shut = rights["rights"]["status_rights"].as_array().unwrap();
    assert!(
        shut.iter()
            .all(|one| one["pipeline_id"] == MAIN_PIPELINE && one["rights"]["view"] == "D")
    );
    assert!(!shut.is_empty() && !shut.iter().any(|one| one["pipeline_id"] == SECOND_PIPELINE));
}

#[tokio::test]
async fn the_account_tells_what_it_is_asked_for() {
    let sandbox = quiet().await;
    let all = "amojo_id,amojo_rights,users_groups,task_types,version,entity_names,datetime_settings,drive_url,is_api_filter_enabled";
    let account = Client::of(&sandbox, 0)
        .get(&format!("account?with={all}"))
        .await
        .ok();
    for top in ["amojo_id", "version", "drive_url", "is_api_filter_enabled"] {
        assert!(!account[top].is_null(), "{top}");
    }
    for embedded in [
        "amojo_rights",
        "users_groups",
        "task_types",
        "entity_names",
        "datetime_settings",
    ] {
        assert!(!account["_embedded"][embedded].is_null(), "{embedded}");
    }
    let bare: Value = Client::of(&sandbox, 0).get("account").await.ok();
    assert_eq!(
        (&bare["_embedded"], &bare["version"]),
        (&json!([]), &Value::Null)
    );
}

#[tokio::test]
async fn what_happens_on_a_hidden_deal_is_hidden_with_it() {
    let sandbox = quiet().await;
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    let [anna, dmitry] = [0, 1].map(|seat: usize| sandbox.users()[seat].id);
    let (lead, customer) = (7_400_001, 5_200_001);
    let on = Entity::lead(lead);
    sandbox
        .message_in(customer, on, "telegram", "Добрый день!")
        .unwrap();
    let note = sandbox.sms_in(customer, on, "Мы на месте").unwrap();
    let call = Metadata::Sip {
        phone: "+79110000009".to_owned(),
        duration: 0,
        service_code: "ats".to_owned(),
    };
    let uid = sandbox.add_request(NewRequest::new("Номер", call)).unwrap();
    let talk = sandbox.talks()[0].id;
    let paths = [
        format!("talks/{talk}"),
        format!("leads/notes/{note}"),
        format!("leads/{lead}/notes"),
        format!("leads/unsorted/{uid}"),
    ];
    let lists = ["talks", "leads/notes", "events", "leads/unsorted"];
    for path in paths.iter().map(String::as_str).chain(lists) {
        manager.get(path).await.ok();
    }

    sandbox.deny_pipeline(dmitry, MAIN_PIPELINE);
    for path in &paths {
        manager.get(path).await.problem(404);
        admin.get(path).await.ok();
    }
    for path in lists {
        assert_eq!(manager.get(path).await.status, 204, "{path}");
    }
    let summary = manager.get("leads/unsorted/summary").await.ok();
    assert_eq!(summary["total"], 0);
    let accept = format!("leads/unsorted/{uid}/accept");
    manager.post(&accept, &json!({})).await.problem(404);
    let take = json!({"responsible_user_id": dmitry});
    manager
        .patch(&format!("leads/{lead}"), &take)
        .await
        .problem(404);
    let batch = json!([{"id": lead, "responsible_user_id": dmitry}]);
    manager.patch("leads", &batch).await.problem(400);
    assert_eq!(sandbox.card(on).unwrap().responsible, anna);
}
