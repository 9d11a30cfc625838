//! Account, users, cards, and the list of tasks with its filters, orders and pages.

use dealbell_sandbox::{Entity, EntityKind, NewTask, Sandbox};
use serde_json::json;

use crate::client::{Client, ids, now, quiet};

#[tokio::test]
async fn the_account_says_who_is_asking_and_its_time_zone() {
    let sandbox = quiet().await;
    let manager = Client::of(&sandbox, 1);

    let bare = manager.get("account").await.ok();
    assert_eq!(bare["current_user_id"], sandbox.users()[1].id);
    assert_eq!(bare["_embedded"], json!([]), "PHP's empty object");

    let with = "account?with=task_types,datetime_settings,users_groups";
    let embedded = &manager.get(with).await.ok()["_embedded"];
    assert_eq!(embedded["datetime_settings"]["timezone"], "Europe/Moscow");
    assert_eq!(embedded["task_types"][1]["id"], 2);
    assert_eq!(embedded["users_groups"][0]["id"], 0);
}

#[tokio::test]
async fn users_are_for_administrators() {
    let sandbox = quiet().await;
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    let everybody: Vec<u64> = sandbox.users().iter().map(|user| user.id).collect();

    assert_eq!(ids(admin.get("users").await, "users"), everybody);
    let second = admin.get(&format!("users/{}", everybody[1])).await.ok();
    assert_eq!(second["email"], sandbox.users()[1].email);
    assert_eq!(second["rights"]["is_admin"], false);
    admin.get("users/1").await.problem(404);

    manager.get("users").await.problem(403);
    manager
        .get(&format!("users/{}", everybody[1]))
        .await
        .problem(403);
}

#[tokio::test]
async fn nobody_gets_in_without_a_valid_token() {
    let sandbox = quiet().await;
    Client::with_token(sandbox.url(), "foreign")
        .get("account")
        .await
        .problem(401);

    let manager = Client::of(&sandbox, 2);
    manager.get("account").await.ok();
    sandbox.revoke_token(sandbox.users()[2].id);
    manager.get("account").await.problem(401);
    Client::of(&sandbox, 1).get("account").await.ok();
}

#[tokio::test]
async fn an_empty_list_is_204_and_what_does_not_exist_404() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    assert_eq!(admin.get("tasks").await.status, 204);
    assert!(admin.get("leads?filter[id][]=1").await.body.is_none());
    admin.get("tasks/1").await.problem(404);
    admin.get("leads/1").await.problem(404);
    admin.get("catalogs").await.problem(404);
    admin.get("/elsewhere").await.problem(404);
    admin
        .send(reqwest::Method::DELETE, "tasks/1", None)
        .await
        .problem(405);
}

#[tokio::test]
async fn cards_have_names() {
    let sandbox = quiet().await;
    let manager = Client::of(&sandbox, 1);

    let leads = manager
        .get("leads?filter[id][]=7400001&filter[id][]=7400003&with=contacts")
        .await
        .ok();
    let leads = leads["_embedded"]["leads"].as_array().unwrap();
    assert_eq!(leads.len(), 2);
    assert_eq!(
        (&leads[0]["name"], &leads[0]["price"]),
        (&json!("Кухня «Верона»"), &json!(285_000))
    );

    let contact = &leads[0]["_embedded"]["contacts"][0]["_links"]["self"]["href"];
    assert_eq!(
        manager.get(contact.as_str().unwrap()).await.ok()["name"],
        "Ирина Котова"
    );
    assert_eq!(
        manager.get("companies/6300001").await.ok()["name"],
        "ООО «Ромашка»"
    );
    assert_eq!(
        ids(
            manager.get("customers?filter[id]=8500002").await,
            "customers"
        ),
        [8_500_002]
    );
}

#[tokio::test]
async fn a_task_is_drawn_as_amocrm_draws_it() {
    let sandbox = quiet().await;
    let (anna, dmitry) = (sandbox.users()[0].id, sandbox.users()[1].id);
    let task = NewTask::new(dmitry, "Отправить договор", now() + 600).on_lead(7_400_001);
    let id = sandbox.create_task(anna, task).unwrap();
    let (at, till) = (
        sandbox.task(id).unwrap().created_at,
        sandbox.task(id).unwrap().complete_till,
    );

    let drawn = Client::of(&sandbox, 1)
        .get(&format!("tasks/{id}"))
        .await
        .ok();
    let href = format!("{}/api/v4/tasks/{id}", sandbox.url());
    assert_eq!(
        drawn,
        json!({
            "id": id, "created_by": anna, "updated_by": anna, "created_at": at, "updated_at": at,
            "responsible_user_id": dmitry, "group_id": 0,
            "entity_id": 7_400_001, "entity_type": "leads",
            "duration": 0, "is_completed": false, "task_type_id": 1,
            "text": "Отправить договор", "result": [], "complete_till": till,
            "account_id": dealbell_sandbox::ACCOUNT_ID,
            "_links": {"self": {"href": href}},
        })
    );

    sandbox.complete_task(dmitry, id, "Отправлен").unwrap();
    let done = Client::of(&sandbox, 0)
        .get(&format!("tasks/{id}"))
        .await
        .ok();
    assert_eq!(done["result"], json!({"text": "Отправлен"}));
    assert_eq!(
        (&done["is_completed"], &done["updated_by"]),
        (&json!(true), &json!(dmitry))
    );
}

#[tokio::test]
async fn a_manager_sees_what_he_does_or_has_set() {
    let sandbox = quiet().await;
    let user = |seat: usize| sandbox.users()[seat].id;
    let set = |by, responsible| {
        let task = NewTask::new(responsible, "Задача", now() + 600);
        sandbox.create_task(by, task).unwrap()
    };
    let his = set(user(2), user(1));
    let set_by_him = set(user(1), user(2));
    let foreign = set(user(2), user(3));
    let robots = set(0, user(1));

    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    assert_eq!(
        ids(admin.get("tasks").await, "tasks"),
        [his, set_by_him, foreign, robots]
    );
    assert_eq!(
        ids(manager.get("tasks").await, "tasks"),
        [his, set_by_him, robots]
    );
    manager.get(&format!("tasks/{foreign}")).await.problem(404);
    manager
        .patch(&format!("tasks/{foreign}"), &json!({"text": "Моя"}))
        .await
        .problem(404);

    // One reassigned out of sight simply stops appearing.
    sandbox.reassign_task(user(0), his, user(3)).unwrap();
    assert_eq!(
        ids(manager.get("tasks").await, "tasks"),
        [set_by_him, robots]
    );
}

#[tokio::test]
async fn filters_select() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    let [first, second, third] = three_tasks(&sandbox);
    let (anna, dmitry) = (sandbox.users()[0].id, sandbox.users()[1].id);
    let updated_at = sandbox.task(first).unwrap().updated_at;
    let later = updated_at + 100;

    for (query, expected) in [
        (format!("filter[id]={second}"), vec![second]),
        (
            format!("filter[id][]={third}&filter[id][]={first}&filter[id][]=1"),
            vec![first, third],
        ),
        (
            format!("filter[responsible_user_id]={anna}"),
            vec![first, third],
        ),
        (
            format!("filter[responsible_user_id][]={anna}&filter[responsible_user_id][]={dmitry}"),
            vec![first, second, third],
        ),
        ("filter[is_completed]=1".to_owned(), vec![third]),
        ("filter[is_completed]=0".to_owned(), vec![first, second]),
        ("filter[entity_type]=leads".to_owned(), vec![first]),
        (
            "filter[entity_type]=contacts&filter[entity_id][]=5200001".to_owned(),
            vec![second],
        ),
        (
            "filter[entity_type]=contacts&filter[entity_id]=5200002".to_owned(),
            vec![],
        ),
        ("filter[task_type]=2".to_owned(), vec![second]),
        ("filter[task_type_id][0]=1".to_owned(), vec![first, third]),
        (
            format!("filter[updated_at]={updated_at}"),
            vec![first, second, third],
        ),
        (format!("filter[updated_at]={later}"), vec![]),
        (
            format!("filter[updated_at][from]={updated_at}&filter[updated_at][to]={later}"),
            vec![first, second, third],
        ),
        (format!("filter[updated_at][to]={}", updated_at - 1), vec![]),
        (
            format!("filter%5Bid%5D%5B%5D={first}&filter[is_completed]=0"),
            vec![first],
        ),
    ] {
        let found = ids(admin.get(&format!("tasks?{query}")).await, "tasks");
        assert_eq!(found, expected, "{query}");
    }

    for refused in [
        "filter[responsible]=1",
        "filter[id]=x",
        "filter[is_completed]=maybe",
        "filter[entity_id]=5200001",
        "order[text]=asc",
        "order[id]=up",
        "limit=251",
        "limit=0",
        "page=0",
    ] {
        admin.get(&format!("tasks?{refused}")).await.problem(400);
    }
}

#[tokio::test]
async fn orders_sort() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    let [first, second, third] = three_tasks(&sandbox);
    for (order, expected) in [
        ("order[id]=desc", [third, second, first]),
        ("order[complete_till]=asc", [second, third, first]),
        ("order[complete_till]=desc", [first, third, second]),
        ("order[created_at]=asc", [first, second, third]),
    ] {
        let found = ids(admin.get(&format!("tasks?{order}")).await, "tasks");
        assert_eq!(found, expected, "{order}");
    }
}

#[tokio::test]
async fn pages_are_linked() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    let anna = sandbox.users()[0].id;
    let mut all: Vec<u64> = (0..7)
        .map(|n| {
            sandbox
                .create_task(anna, NewTask::new(anna, "Задача", now() + n))
                .unwrap()
        })
        .collect();
    all.reverse();

    let mut seen = Vec::new();
    let mut next = Some("tasks?limit=3&order[id]=desc&filter[is_completed]=0".to_owned());
    for number in 1..=3 {
        let page = admin.get(&next.expect("a page links the next")).await.ok();
        assert_eq!(page["_page"], number);
        assert!(
            page["_links"]["self"]["href"]
                .as_str()
                .unwrap()
                .starts_with(sandbox.url())
        );
        assert_eq!(page["_links"]["prev"].is_object(), number > 1);
        let tasks = page["_embedded"]["tasks"].as_array().unwrap();
        seen.extend(tasks.iter().map(|task| task["id"].as_u64().unwrap()));
        next = page["_links"]["next"]["href"].as_str().map(str::to_owned);
    }
    assert_eq!((seen, next), (all, None));
    assert_eq!(admin.get("tasks?limit=3&page=4").await.status, 204);
}

/// Two of the administrator's, the second of them completed, and one of a colleague's between.
fn three_tasks(sandbox: &Sandbox) -> [u64; 3] {
    let (anna, dmitry) = (sandbox.users()[0].id, sandbox.users()[1].id);
    let create = |task| sandbox.create_task(anna, task).unwrap();
    let first = create(NewTask::new(anna, "Перезвонить", now() + 900).on_lead(7_400_001));
    let mut meeting = NewTask::new(dmitry, "Встреча", now() + 300);
    meeting.entity = Some(Entity {
        kind: EntityKind::Contacts,
        id: 5_200_001,
    });
    meeting.task_type = 2;
    let second = create(meeting);
    let third = create(NewTask::new(anna, "Прайс", now() + 600));
    sandbox.complete_task(anna, third, "").unwrap();
    [first, second, third]
}
