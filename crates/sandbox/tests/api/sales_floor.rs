//! The busy department, as the API shows it.

use dealbell_sandbox::{Config, Sandbox, end_of_day};

use crate::client::now;

#[tokio::test]
async fn the_same_seed_opens_with_the_same_tasks() {
    let (one, same, other) = (floor(7).await, floor(7).await, floor(8).await);
    let texts = |sandbox: &Sandbox| -> Vec<(u64, u64, String)> {
        let tasks = sandbox.tasks().into_iter();
        tasks
            .map(|task| (task.responsible, task.created_by, task.text))
            .take(15)
            .collect()
    };
    assert_eq!(texts(&one), texts(&same));
    assert_ne!(texts(&one), texts(&other));
}

#[tokio::test]
async fn it_opens_with_overdue_all_day_and_nearly_due_tasks_of_the_first_user() {
    let sandbox = floor(3).await;
    let anna = sandbox.users()[0].id;
    let mut his = sandbox.tasks();
    his.retain(|task| task.responsible == anna && !task.is_completed);
    let now = now();
    assert!(his.iter().any(|task| task.complete_till < now), "overdue");
    assert!(
        his.iter()
            .any(|task| (now + 280..now + 420).contains(&task.complete_till))
    );
    assert!(
        his.iter()
            .any(|task| task.complete_till == end_of_day(task.complete_till)),
        "all day"
    );
    assert!(
        his.iter()
            .all(|task| task.created_at < now && task.created_by != anna)
    );
}

#[tokio::test]
async fn it_goes_on_by_itself() {
    let sandbox = floor(3).await;
    let before = sandbox.tasks();
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(50));
    tokio::time::timeout(std::time::Duration::from_secs(30), async {
        while sandbox.tasks() == before {
            looks.tick().await;
        }
    })
    .await
    .expect("the first act comes within seconds");
}

async fn floor(seed: u64) -> Sandbox {
    let config = Config {
        sales_floor: Some(seed),
        ..Config::default()
    };
    Sandbox::start(config).await.unwrap()
}
