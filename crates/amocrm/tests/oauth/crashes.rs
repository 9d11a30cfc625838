//! A crash at every step of a renewal: afterwards the account is still connected, or the user is
//! told once. Each test stops a process at a step, for good, and starts another from what was kept.

use crate::desk::{Disk, Process, Saving, address, aged, connect, crm};
use crate::gate::{Gate, Hold};
use dealbell_amocrm::{ClientError, Grant};
use dealbell_sandbox::Sandbox;

/// An account behind a gate, connected with a pair that is due for renewal.
async fn due() -> (Sandbox, Gate, Disk) {
    let crm = crm().await;
    let gate = Gate::before(crm.url()).await;
    let oauth = connect(&crm, &gate.url).await;
    let disk = Disk::with(address(&gate.url), aged(&oauth, 3_600));
    (crm, gate, disk)
}

/// It reads, and its next renewal works: nothing was lost.
async fn is_connected(crm: &Sandbox, disk: &Disk) {
    let (before, kept) = (crm.refreshes(), disk.kept().1.pair);
    disk.age(3_600);
    let process = Process::start(disk);
    process.reads().await.unwrap();
    process.stands(is_far).await;
    process.reads().await.unwrap();
    assert_eq!(crm.refreshes(), before + 1);
    assert_ne!(disk.kept().1.pair.refresh, kept.refresh);
}

/// More than a quarter of a day is left.
fn is_far(grant: &Grant) -> bool {
    let soon = dealbell_amocrm::Clock::system().seconds() + 21_600;
    matches!(grant, Grant::Good { expires_at } if *expires_at > soon)
}

/// What was kept is spent: it serves while it lives, the user is told once, then it is over.
async fn is_told_once(disk: &Disk) {
    let process = Process::start(disk);
    let told = process
        .told_lost(async {
            process.reads().await.unwrap();
            process.stands(|grant| *grant == Grant::Lost).await;
            for _ in 0..3 {
                process.reads().await.unwrap();
            }
        })
        .await;
    assert_eq!(told, 1, "told once");
    process.crash();
    disk.age(-1);
    let later = Process::start(disk);
    assert_eq!(later.reads().await, Err(ClientError::GrantLost));
    assert_eq!(later.reads().await, Err(ClientError::GrantLost));
    assert_eq!(later.grant(), Grant::Lost);
}

#[tokio::test]
async fn before_the_request_arrives() {
    let (crm, gate, disk) = due().await;
    gate.hold(Hold::Request);
    let process = Process::start(&disk);
    process.reads().await.unwrap();
    gate.held().await;
    process.crash();
    assert_eq!(crm.refreshes(), 0);
    gate.hold(Hold::Nowhere);
    is_connected(&crm, &disk).await;
}

#[tokio::test]
async fn after_the_request_before_the_answer() {
    let (crm, gate, disk) = due().await;
    gate.hold(Hold::Answer);
    let process = Process::start(&disk);
    process.reads().await.unwrap();
    gate.held().await;
    process.crash();
    assert_eq!(crm.refreshes(), 1);
    gate.hold(Hold::Nowhere);
    is_told_once(&disk).await;
}

#[tokio::test]
async fn after_the_answer_before_it_is_kept() {
    let (crm, _gate, disk) = due().await;
    disk.saving(Saving::HangsBefore);
    let process = Process::start(&disk);
    process.reads().await.unwrap();
    disk.reached().await;
    process.crash();
    assert_eq!(crm.refreshes(), 1);
    disk.saving(Saving::Works);
    is_told_once(&disk).await;
}

#[tokio::test]
async fn while_keeping_fails() {
    let (crm, _gate, disk) = due().await;
    disk.saving(Saving::Fails);
    let process = Process::start(&disk);
    process.reads().await.unwrap();
    disk.reached().await;
    process.crash();
    assert_eq!(crm.refreshes(), 1);
    disk.saving(Saving::Works);
    is_told_once(&disk).await;
}

#[tokio::test]
async fn after_it_is_kept_before_it_is_used() {
    let (crm, _gate, disk) = due().await;
    disk.saving(Saving::HangsAfter);
    let process = Process::start(&disk);
    process.reads().await.unwrap();
    disk.reached().await;
    process.crash();
    assert_eq!(crm.refreshes(), 1);
    disk.saving(Saving::Works);
    is_connected(&crm, &disk).await;
}

#[tokio::test]
async fn while_many_want_to_renew_at_once() {
    let (crm, gate, disk) = due().await;
    disk.age(-1);
    gate.hold(Hold::Answer);
    let process = Process::start(&disk);
    let waiting: Vec<_> = (0..5).map(|_| process.read()).collect();
    gate.held().await;
    process.crash();
    for waiting in waiting {
        assert!(waiting.await.is_err(), "it died with its process");
    }
    assert_eq!(crm.refreshes(), 1, "one of them renewed, the others waited");
    gate.hold(Hold::Nowhere);
    let later = Process::start(&disk);
    let told = later
        .told_lost(async {
            assert_eq!(later.reads().await, Err(ClientError::GrantLost));
            assert_eq!(later.reads().await, Err(ClientError::GrantLost));
        })
        .await;
    assert_eq!(told, 1);
}
