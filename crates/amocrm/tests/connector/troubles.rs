//! Crashes, full disks, spoiled memory, outages, refusals: nothing is lost and nothing said twice.

use crate::desk::{Row, Running, of_task};
use crate::office::{HOUR, KITCHEN, Office, gone, has};
use async_trait::async_trait;
use dealbell_amocrm::{
    ConnectorStatus, Credentials, CrmAddress, Ended, Integration, Network, Settings, Vault,
    VaultError, oauth,
};
use dealbell_protocol::Kind;
use dealbell_sandbox::{Entity, Fault};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test]
async fn a_restart_neither_repeats_nor_forgets() {
    let office = Office::open().await;
    let (through, broken) = (office.desk(), office.desk());
    let watch = &office.watch;
    let old = office.set(&office.boss, "Старая", 30 * HOUR);
    let mut running = Running::start(&through, office.solo(), watch);
    running.settle().await;
    let mut other = Running::start(&broken, office.solo(), watch);
    other.settle().await;
    other.kill().await;

    let (boss, me) = (office.boss.id, office.me.id);
    let crm = &office.crm;
    let first = std::cell::Cell::new(0);
    let steps: [(&str, &dyn Fn()); 8] = [
        ("set", &|| {
            first.set(office.set(&office.boss, "Первая", 2 * HOUR))
        }),
        ("own", &|| {
            office.set(&office.me, "Своя", 3 * HOUR);
        }),
        ("due", &|| watch.forward(2 * HOUR - 120)),
        ("move", &|| {
            crm.reschedule_task(boss, first.get(), office.now() + 3 * HOUR + 120)
                .unwrap()
        }),
        ("due again", &|| watch.forward(3 * HOUR)),
        ("give it away", &|| {
            crm.reassign_task(boss, old, office.other.id).unwrap()
        }),
        ("complete", &|| {
            crm.complete_task(me, first.get(), "").unwrap()
        }),
        ("delete", &|| crm.delete_task(boss, old).unwrap()),
    ];
    for (name, step) in steps {
        step();
        running.settle().await;
        let stopped_early = Running::start(&broken, office.solo(), watch);
        tokio::task::yield_now().await;
        stopped_early.kill().await;
        let mut other = Running::start(&broken, office.solo(), watch);
        other.settle().await;
        other.kill().await;
        if name == "give it away" {
            // The one that runs through finds it at its next look-up by id, which is far.
            continue;
        }
        assert_eq!(broken.briefs(), through.briefs(), "after {name}");
    }
    assert_eq!(broken.told(), through.told(), "each once");
    // Three notices of the first task, one of them reworded when it moves; two of his own.
    assert_eq!(broken.told().len(), 6, "{:?}", broken.told());
}

#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let office = Office::open().await;
    let desk = office.desk();
    let mut running = office.connect(&desk).await;
    desk.refuse(2);
    let task = office.set(&office.boss, "Важная", 48 * HOUR);
    running
        .until(|status| matches!(status, ConnectorStatus::CentreFailed { .. }))
        .await;
    running.hint.now();
    desk.until("new", has(task, Kind::TaskNew)).await;
    assert_eq!(desk.refusals_left(), 0);
    running.settle().await;
    assert_eq!(of_task(&desk.rows(), task), [Kind::TaskNew]);
}

#[tokio::test]
async fn spoiled_memory_is_read_again_without_noise() {
    let office = Office::open().await;
    let desk = office.desk();
    let running = office.connect(&desk).await;
    let spoiled = office.set(&office.boss, "Испорчена", 48 * HOUR);
    let vanished = office.set(&office.boss, "Исчезла", 48 * HOUR);
    desk.until("new", |rows| rows.len() == 2).await;
    running.kill().await;
    let before = desk.rows();
    desk.spoil(&format!("task:{spoiled}"));
    desk.spoil("checkpoint");
    office.crm.delete_task(office.boss.id, vanished).unwrap();

    let mut running = office.connect(&desk).await;
    running.settle().await;
    assert_eq!(
        desk.rows(),
        before[..1],
        "nothing twice, the deleted one gone"
    );
    office.crm.complete_task(office.me.id, spoiled, "").unwrap();
    desk.until("completed", gone(spoiled)).await;
}

#[tokio::test]
async fn an_outage_delays_readings_but_no_timer() {
    let office = Office::open().await;
    let desk = office.desk();
    let watch = &office.watch;
    let mut running = Running::start(&desk, office.solo(), watch);
    running.settle().await;
    let task = office.set(&office.boss, "Вовремя", HOUR);
    desk.until("new", has(task, Kind::TaskNew)).await;

    office.crm.fail_with(Some(503));
    running
        .until(|status| matches!(status, ConnectorStatus::Unreachable { .. }))
        .await;
    watch.forward(HOUR - 200);
    desk.until("due", has(task, Kind::TaskDue)).await;
    let missed = office.set(&office.boss, "Пока не было связи", 48 * HOUR);
    office.crm.fail_with(None);
    running.settle().await;
    assert!(has(missed, Kind::TaskNew)(&desk.rows()));
}

#[tokio::test]
async fn a_revoked_token_ends_it_and_says_so() {
    let office = Office::open().await;
    let desk = office.desk();
    let running = office.connect(&desk).await;
    office.crm.revoke_token(office.me.id);
    let status = running.status.clone();
    assert_eq!(running.ended().await, Ended::TokenRefused);
    assert_eq!(*status.borrow(), ConnectorStatus::TokenRefused);
}

#[tokio::test]
async fn a_block_is_no_missing_right() {
    let office = Office::open().await;
    office.crm.fail_with(Some(403));
    let desk = office.desk();
    let mut running = Running::start(&desk, office.solo(), &office.watch);
    running
        .until(|status| matches!(status, ConnectorStatus::Blocked { .. }))
        .await;
    office.crm.fail_with(None);
    running.settle().await;
}

/// Whoever presses and calls all the time is no reason to flood an address that has no CRM.
#[tokio::test]
async fn hints_are_answered_no_faster_than_one_a_second() {
    let office = Office::open().await;
    office.crm.fault(Fault::html());
    let mut running = Running::start(&office.desk(), office.solo(), &office.watch);
    let clock = office.watch.clock();
    let began = clock.elapsed();
    for _ in 0..10 {
        running.status.changed().await.unwrap();
        running.hint.now();
    }
    let took = clock.elapsed().saturating_sub(began);
    assert!(took >= Duration::from_secs(8), "{took:?}");
    office.crm.lift_all();
    running.settle().await;
}

#[tokio::test]
async fn a_large_baseline_is_whole_and_keeps_the_limit() {
    let office = Office::with_limit(Some(7)).await;
    let tasks: Vec<u64> = (0..620)
        .map(|_| office.set(&office.boss, "Одна из многих", 48 * HOUR))
        .collect();
    let desk = office.desk();
    // In the CRM's own time: the limit is its.
    let mut running = Running::with_own_clock(&desk, office.solo());
    let mut statuses = Vec::new();
    while !matches!(statuses.last(), Some(ConnectorStatus::Ok { .. })) {
        running.status.changed().await.unwrap();
        statuses.push(running.status.borrow_and_update().clone());
    }
    let trouble = |status: &&ConnectorStatus| {
        !matches!(
            status,
            ConnectorStatus::Baseline { .. } | ConnectorStatus::Ok { .. }
        )
    };
    assert_eq!(statuses.iter().find(trouble), None);
    let keys = desk.memory_keys();
    assert!(tasks.iter().all(|id| keys.contains(&format!("task:{id}"))));
    assert_eq!(desk.rows(), []);
}

/// Where tokens are kept.
#[derive(Default)]
struct Keeping(Mutex<Vec<Credentials>>);

#[async_trait]
impl Vault for Keeping {
    async fn save(&self, _: &CrmAddress, credentials: &Credentials) -> Result<(), VaultError> {
        self.0.lock().unwrap().push(credentials.clone());
        Ok(())
    }
}

/// The old tokens are spent, and the answer with the new ones is on its way.
#[tokio::test]
async fn whoever_stops_takes_renewed_tokens_along() {
    let office = Office::open().await;
    let desk = office.desk();
    let known = office.crm.integrations()[0].clone();
    let code = office.crm.issue_code(office.me.id, &known);
    let integration = Integration {
        id: known.id,
        secret: known.secret,
        redirect_uri: known.redirect_uri,
    };
    let solo = office.solo();
    let (address, clock) = (&solo.address, office.watch.clock());
    let exchanged = oauth::exchange(address, integration, &code, &clock, &Network::default()).await;
    let mut oauth = exchanged.unwrap();
    // An hour of its day is left.
    oauth.pair.issued_at = office.now() + HOUR - 24 * HOUR;
    oauth.pair.expires_at = office.now() + HOUR;
    let vault = Arc::new(Keeping::default());
    let settings = Settings {
        credentials: Credentials::OAuth(oauth.clone()),
        vault: Some(Arc::clone(&vault) as _),
        ..solo.clone()
    };
    let slow = Fault::stall(Duration::from_secs(2)).on("/oauth2/access_token");
    office.crm.fault(slow);
    let mut running = Running::start(&desk, settings, &office.watch);
    running.settle().await;
    assert_eq!(*vault.0.lock().unwrap(), []);
    assert_eq!(running.stop().await, Ended::Shutdown);
    let kept = vault.0.lock().unwrap().clone();
    let [Credentials::OAuth(kept)] = kept.as_slice() else {
        panic!("{kept:?}");
    };
    assert_ne!(kept.pair.refresh, oauth.pair.refresh);
}

/// Events and Incoming leads that do not answer hold up neither new tasks nor their completion; what
/// they had to say comes when they are back, and until then it is said that the CRM is behind.
#[tokio::test]
async fn what_does_not_answer_holds_up_nothing_else() {
    let office = Office::open().await;
    let desk = office.desk();
    let mut running = office.connect(&desk).await;
    let paths = ["/api/v4/events", "/api/v4/leads/unsorted"];
    let faults = paths.map(|path| office.crm.fault(Fault::status(502).on(path)));
    let task = office.set(&office.boss, "Важная", 48 * HOUR);
    desk.until("new", has(task, Kind::TaskNew)).await;
    running.settle().await;
    office.crm.complete_task(office.me.id, task, "").unwrap();
    desk.until("completed", gone(task)).await;

    let (client, deal) = (5_200_001, Entity::lead(KITCHEN));
    office
        .crm
        .assign_lead(office.boss.id, KITCHEN, office.me.id)
        .unwrap();
    office
        .crm
        .message_in(client, deal, "telegram", "Алло")
        .unwrap();
    running.settle().await;
    assert_eq!(desk.rows(), []);
    let behind = |rows: &[Row]| rows.iter().any(|row| row.notice.kind == Kind::System);
    desk.until("behind", behind).await;

    for fault in faults {
        office.crm.lift(fault);
    }
    let kind = |wanted| move |rows: &[Row]| rows.iter().any(|row| row.notice.kind == wanted);
    desk.until("message", kind(Kind::ChatMessage)).await;
    desk.until("mended", |rows| !behind(rows)).await;
}
