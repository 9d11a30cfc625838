//! The connection itself: what is told of it, how often it asks, webhooks, acting.

use crate::desk::{Desk, Quick, Row, Running, settings, user};
use crate::office::{HOUR, Office, gone, has};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use dealbell_amocrm::{
    Client, Clock, ConnectorStatus, Ended, HookError, HookSink, HookStanding, Recipients, Settings,
    Time, Token,
};
use dealbell_protocol::Kind;
use dealbell_protocol::act::{ActError, Deed};
use dealbell_sandbox::{Config, NewTask, Sandbox};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;

fn system(rows: &[Row]) -> Vec<String> {
    let own = rows.iter().filter(|row| row.notice.kind == Kind::System);
    own.map(|row| row.notice.title.clone()).collect()
}

/// Revoked: told once, across restarts; a new token takes it back.
#[tokio::test]
async fn a_revoked_token_is_told_once_and_a_good_one_takes_it_back() {
    let office = Office::open().await;
    let desk = Desk::new(&[
        (user(1), office.me.email.as_str()),
        (user(2), office.boss.email.as_str()),
    ]);
    let team = |token: &str| settings(office.crm.url(), token, Recipients::ByEmail);
    let mut running = Running::start(&desk, team(&office.boss.token), &office.watch);
    running.settle().await;
    office.crm.revoke_token(office.boss.id);
    running.hint.now();
    assert_eq!(running.ended().await, Ended::TokenRefused);
    for _ in 0..2 {
        let again = Running::start(&desk, team(&office.boss.token), &office.watch);
        assert_eq!(again.ended().await, Ended::TokenRefused);
    }
    let told = desk.told();
    assert_eq!(told, ["system: CRM больше не принимает токен"]);
    assert_eq!(desk.rows()[0].notice.user, user(2), "the administrator");

    let soon = office.now() + 10 * 24 * HOUR;
    let token = office.crm.issue_long_lived(office.boss.id, soon);
    let _running = Running::start(&desk, team(&token), &office.watch);
    desk.until("that it ends", |rows| {
        system(rows).len() == 1 && system(rows)[0].starts_with("Доступ к CRM закончится ")
    })
    .await;
}

/// Nothing was ever read, not even whose account it is.
#[tokio::test]
async fn a_crm_that_never_answered_is_told_to_whoever_connected_it() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let desk = Desk::new(&[(user(1), "a@x.ru")]);
    let never = Settings {
        connected_by: Some(user(1)),
        clock: Clock::new(Quick::new(400)),
        ..settings(&url, "t", Recipients::ByEmail)
    };
    let running = Running::with_own_clock(&desk, never);
    desk.until("told", |rows| {
        system(rows) == ["Больше пяти минут нет связи с CRM"]
    })
    .await;
    running.kill().await;
}

/// T3, in a life that has not heard of the CRM yet.
#[tokio::test]
async fn what_is_known_rings_although_the_crm_is_away_from_the_start() {
    let office = Office::open().await;
    let desk = Desk::new(&[(user(1), office.me.email.as_str())]);
    let team = || settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
    let mut running = Running::start(&desk, team(), &office.watch);
    running.settle().await;
    let task = office.set(&office.boss, "Вовремя", HOUR);
    desk.until("new", has(task, Kind::TaskNew)).await;
    running.kill().await;
    office.crm.fail_with(Some(503));
    office.watch.forward(HOUR - 200);
    let _running = Running::start(&desk, team(), &office.watch);
    desk.until("due", has(task, Kind::TaskDue)).await;
}

#[tokio::test]
async fn a_user_completes_his_task_and_nobody_elses() {
    let office = Office::open().await;
    let desk = office.desk();
    let running = office.connect(&desk).await;
    let task = office.set(&office.boss, "Позвонить", 48 * HOUR);
    desk.until("new", has(task, Kind::TaskNew)).await;
    let subject = format!("task:{task}");
    let complete = |who, subject: String| {
        let actor = Arc::clone(&running.actor);
        let result = "Дозвонился".to_owned();
        async move { actor.act(who, &subject, Deed::Complete { result }).await }
    };
    let unknown = complete(user(1), "task:1".to_owned()).await;
    assert_eq!(unknown, Err(ActError::Unknown));
    let other = complete(user(2), subject.clone()).await;
    assert_eq!(other, Err(ActError::Forbidden));
    assert_eq!(complete(user(1), subject.clone()).await, Ok(()));
    desk.until("gone", gone(task)).await;
    let done = office.crm.task(task).unwrap();
    assert!(done.is_completed);
    assert_eq!(done.result.as_deref(), Some("Дозвонился"));
    let actor = Arc::clone(&running.actor);
    running.kill().await;
    let after = actor.act(
        user(1),
        &subject,
        Deed::Complete {
            result: String::new(),
        },
    );
    assert_eq!(
        after.await,
        Err(ActError::Unknown),
        "nobody reads the account"
    );
}

/// T4: to the CRM it was the token's owner; who it was is told all the same, and not to himself.
#[tokio::test]
async fn what_is_completed_here_is_completed_by_whoever_did_it() {
    let office = Office::open().await;
    let desk = Desk::new(&[
        (user(1), office.me.email.as_str()),
        (user(2), office.other.email.as_str()),
    ]);
    let team = settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
    let mut running = Running::start(&desk, team, &office.watch);
    running.settle().await;
    let tasks =
        [user(1), user(2)].map(|by| (by, office.set(&office.other, "Позвонить", 48 * HOUR)));
    running.settle().await;
    for (by, task) in tasks {
        let (subject, result) = (format!("task:{task}"), String::new());
        let deed = Deed::Complete { result };
        running.actor.act(by, &subject, deed).await.unwrap();
    }
    running.settle().await;
    let rows = desk.rows();
    let [row] = rows.as_slice() else {
        panic!("{:?}", desk.briefs());
    };
    assert_eq!(
        (row.notice.user, row.notice.kind),
        (user(2), Kind::TaskCompleted)
    );
    let name = office.me.name.split(' ').next().unwrap();
    assert!(row.notice.title.starts_with(name), "{}", row.notice.title);
}

/// Where the CRM's webhooks arrive.
async fn door() -> (String, Arc<OnceLock<HookSink>>) {
    type Sink = Arc<OnceLock<HookSink>>;
    async fn take(State(sink): State<Sink>, Path(secret): Path<String>, body: Bytes) -> StatusCode {
        let sink = sink.get().unwrap();
        match sink.answers_to(&secret) && sink.take(&body).is_ok() {
            true => StatusCode::NO_CONTENT,
            false => StatusCode::NOT_FOUND,
        }
    }
    let sink = Sink::default();
    let routes = Router::new().route("/bell/v1/hooks/{secret}", post(take));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/bell/", listener.local_addr().unwrap());
    let served = routes.with_state(Arc::clone(&sink));
    tokio::spawn(axum::serve(listener, served).into_future());
    (url, sink)
}

/// An account whose webhooks reach a connector, in a time that runs quickly.
struct Hooked {
    quick: Arc<Quick>,
    crm: Sandbox,
    desk: Arc<Desk>,
    settings: Settings,
    door: Arc<OnceLock<HookSink>>,
}

impl Hooked {
    async fn open() -> Self {
        let quick = Quick::new(600);
        let time = Arc::clone(&quick);
        let config = Config {
            rate_limit: None,
            clock: dealbell_sandbox::Clock::new(move || time.now()),
            ..Config::default()
        };
        let crm = Sandbox::start(config).await.unwrap();
        let (boss, me) = (&crm.users()[0], &crm.users()[1]);
        let desk = Desk::new(&[(user(1), me.email.as_str()), (user(2), boss.email.as_str())]);
        let (url, door) = door().await;
        let settings = Settings {
            hooks: Some(url.parse().unwrap()),
            poll_interval: Some(Duration::from_secs(120)),
            clock: Clock::new(Arc::clone(&quick) as Arc<dyn Time>),
            ..settings(crm.url(), &boss.token, Recipients::ByEmail)
        };
        Self {
            quick,
            crm,
            desk,
            settings,
            door,
        }
    }

    /// A connector that is called.
    async fn live(&self) -> Running {
        let mut running = Running::with_own_clock(&self.desk, self.settings.clone());
        self.door.set(running.hooks.clone()).unwrap();
        let live = |status: &ConnectorStatus| {
            let hooks = HookStanding::Live;
            matches!(status, ConnectorStatus::Ok { hooks: now, .. } if *now == hooks)
        };
        running.until(live).await;
        running
    }

    async fn take_the_hook_out(&self) {
        let address = self.settings.address.clone();
        let token = Token::new(&*self.crm.users()[0].token);
        let client = Client::new(address, token, Clock::system()).unwrap();
        let ours = self.crm.hooks()[0].destination.parse().unwrap();
        client.remove_webhook(&ours).await.unwrap();
    }
}

fn is_off(rows: &[Row]) -> bool {
    system(rows) == ["CRM отключила вебхук"]
}

/// Hooks alone bring what is new; taken out of the account, they are put back and that is told until
/// one comes again.
#[tokio::test]
async fn a_webhook_is_a_hint_and_is_repaired() {
    let all = Hooked::open().await;
    let (quick, crm, desk) = (&all.quick, &all.crm, &all.desk);
    let (boss, me) = (crm.users()[0].clone(), crm.users()[1].clone());
    let running = all.live().await;
    let give = |text: &str| {
        let deadline = quick.now() / 1_000 + 48 * HOUR;
        crm.create_task(boss.id, NewTask::new(me.id, text, deadline))
            .unwrap()
    };
    let first = give("Первая");
    desk.until("hinted", has(first, Kind::TaskNew)).await;
    assert!(crm.hook_log().iter().any(|sent| sent.status == Some(204)));
    let foreign = running.hooks.take(b"task[add][0][id]=1&account[id]=5");
    assert_eq!(foreign, Err(HookError::OtherAccount));

    all.take_the_hook_out().await;
    desk.until("told", is_off).await;
    let second = give("Вторая");
    desk.until("mended", |rows| system(rows).is_empty()).await;
    desk.until("hinted again", has(second, Kind::TaskNew)).await;

    running.kill().await;
    let connector = dealbell_amocrm::Connector::new(Arc::clone(desk) as _, all.settings.clone());
    connector.disconnect().await.unwrap();
    assert_eq!(crm.hooks(), []);
}

/// A centre that has no public address any more: nobody misses its webhook.
#[tokio::test]
async fn a_webhook_that_is_not_wanted_any_more_is_not_missed() {
    let all = Hooked::open().await;
    let running = all.live().await;
    all.take_the_hook_out().await;
    all.desk.until("told", is_off).await;
    running.kill().await;
    let without = Settings {
        hooks: None,
        ..all.settings.clone()
    };
    let _running = Running::with_own_clock(&all.desk, without);
    let withdrawn = |rows: &[Row]| system(rows).is_empty();
    all.desk.until("withdrawn", withdrawn).await;
}

/// Acceptance: with 50 idle users at most half a request a second for the account.
#[tokio::test]
async fn an_idle_department_costs_little() {
    let quick = Quick::new(100);
    let time = Arc::clone(&quick);
    let config = Config {
        staff: 50,
        clock: dealbell_sandbox::Clock::new(move || time.now()),
        ..Config::default()
    };
    let crm = Sandbox::start(config).await.unwrap();
    let people: Vec<_> = (1..)
        .map(user)
        .zip(crm.users().iter().map(|user| user.email.as_str()))
        .collect();
    let desk = Desk::new(&people);
    for one in crm.users() {
        let deadline = quick.now() / 1_000 + 48 * HOUR;
        let task = NewTask::new(one.id, "Задача", deadline);
        crm.create_task(crm.users()[0].id, task).unwrap();
    }
    let idle = Settings {
        clock: Clock::new(Arc::clone(&quick) as Arc<dyn Time>),
        ..Settings::new(
            dealbell_amocrm::CrmAddress::parse(crm.url()).unwrap(),
            Token::new(&*crm.users()[0].token),
            Recipients::ByEmail,
        )
    };
    let mut running = Running::with_own_clock(&desk, idle);
    running
        .until(|status| matches!(status, ConnectorStatus::Ok { .. }))
        .await;
    let (before, began) = (crm.requests_seen(), quick.elapsed());
    while quick.elapsed() < began + Duration::from_secs(1_200) {
        running.next_reading().await;
    }
    let lasted = (quick.elapsed() - began).as_secs();
    let asked = crm.requests_seen() - before;
    assert!(
        asked > 0 && asked * 2 <= lasted,
        "{asked} requests in {lasted} s"
    );
}
