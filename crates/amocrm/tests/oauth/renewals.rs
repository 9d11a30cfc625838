//! Renewals in a process that lives: in time, one at a time, never blindly, never lost.

use crate::desk::{Ahead, Disk, Process, Saving, address, aged, connect, crm, is_good};
use dealbell_amocrm::{Client, ClientError, Clock, Credentials, Grant, Token};
use dealbell_sandbox::Fault;
use std::sync::Arc;

#[tokio::test]
async fn a_young_access_is_left_alone_and_an_old_one_renewed_once_by_all() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let young = Disk::with(address(crm.url()), aged(&oauth, 50_000));
    let process = Process::start(&young);
    process.reads().await.unwrap();
    assert_eq!((crm.refreshes(), young.saves()), (0, 0));

    let spent = Disk::with(address(crm.url()), aged(&oauth, -1));
    let process = Process::start(&spent);
    let waiting: Vec<_> = (0..10).map(|_| process.read()).collect();
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
    assert_eq!((crm.refreshes(), spent.saves()), (1, 1));
    assert!(is_good(&process.grant()));
    assert_ne!(spent.kept().1.pair.access, oauth.pair.access);
}

#[tokio::test]
async fn an_access_refused_before_its_time_is_renewed() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let disk = Disk::with(address(crm.url()), oauth);
    let process = Process::start(&disk);
    crm.expire_access(crm.users()[0].id);
    process.reads().await.unwrap();
    assert_eq!((crm.refreshes(), disk.saves()), (1, 1));
    crm.revoke_grant(crm.users()[0].id);
    let told = process
        .told_lost(async {
            assert_eq!(process.reads().await, Err(ClientError::GrantLost));
            assert_eq!(process.reads().await, Err(ClientError::GrantLost));
        })
        .await;
    assert_eq!(told, 1);
}

/// The CRM changed the tokens, and its answer was lost on the way.
/// What was granted a moment ago and is refused is not lost yet: the CRM may be of two minds.
#[tokio::test]
async fn a_new_access_that_is_refused_gets_its_time() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let disk = Disk::with(address(crm.url()), oauth);
    let time = Ahead::new();
    let process = Process::start_at(&disk, time.clock());
    for lasts in [false, true] {
        let fault = crm.fault(Fault::status(401));
        let refused = process.reads().await;
        assert!(
            matches!(refused, Err(ClientError::Unreachable(_))),
            "{refused:?}"
        );
        if !lasts {
            crm.lift(fault);
            process.reads().await.unwrap();
            assert!(is_good(&process.grant()));
        }
    }
    assert_eq!(crm.refreshes(), 2);
    time.pass(601);
    assert_eq!(process.reads().await, Err(ClientError::GrantLost));
    assert_eq!(crm.refreshes(), 2);
}

#[tokio::test]
async fn a_lost_answer_is_not_asked_for_again_at_once() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let disk = Disk::with(address(crm.url()), aged(&oauth, 3_600));
    let time = Ahead::new();
    let process = Process::start_at(&disk, time.clock());
    crm.lose_next_token_answer();
    let told = process
        .told_lost(async {
            process.reads().await.unwrap();
            process
                .stands(|grant| matches!(grant, Grant::RefreshFailing { .. }))
                .await;
            for _ in 0..3 {
                process.reads().await.unwrap();
            }
            assert_eq!(
                process.grant(),
                Grant::RefreshFailing {
                    until: disk.kept().1.pair.expires_at
                }
            );
            time.pass(61);
            process.reads().await.unwrap();
            process.stands(|grant| *grant == Grant::Lost).await;
            process.reads().await.unwrap();
        })
        .await;
    assert_eq!((told, crm.refreshes()), (1, 1));
    time.pass(3_600);
    assert_eq!(process.reads().await, Err(ClientError::GrantLost));
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_used_and_not_lost() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let disk = Disk::with(address(crm.url()), aged(&oauth, 3_600));
    let time = Ahead::new();
    let process = Process::start_at(&disk, time.clock());
    disk.saving(Saving::Fails);
    process.reads().await.unwrap();
    process
        .stands(|grant| matches!(grant, Grant::RefreshFailing { .. }))
        .await;
    process.reads().await.unwrap();
    // The old access is over, and the new one is still nowhere but here.
    time.pass(3_601);
    let refused = process.reads().await;
    assert!(
        matches!(refused, Err(ClientError::NotKept(_))),
        "{refused:?}"
    );
    disk.saving(Saving::Works);
    process.reads().await.unwrap();
    assert_eq!(crm.refreshes(), 1);
    assert!(is_good(&process.grant()));
}

/// Whoever asked and stopped waiting takes nothing with him.
#[tokio::test]
async fn a_renewal_is_finished_for_nobody() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let disk = Disk::with(address(crm.url()), aged(&oauth, -1));
    disk.saving(Saving::WhenLet);
    let process = Process::start(&disk);
    let impatient = process.read();
    disk.reached().await;
    impatient.abort();
    assert!(impatient.await.unwrap_err().is_cancelled());
    disk.let_go();
    process.reads().await.unwrap();
    assert_ne!(disk.kept().1.pair.refresh, oauth.pair.refresh);
    assert_eq!((crm.refreshes(), disk.saves()), (1, 1));
}

#[tokio::test]
async fn nobody_reachable_costs_nothing() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let nowhere = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let disk = Disk::with(address(&nowhere), aged(&oauth, -1));
    let process = Process::start(&disk);
    let asked = process.reads().await;
    assert!(
        matches!(asked, Err(ClientError::Unreachable(_))),
        "{asked:?}"
    );
    assert!(matches!(process.grant(), Grant::RefreshFailing { .. }));
    let back = Disk::with(address(crm.url()), disk.kept().1);
    Process::start(&back).reads().await.unwrap();
}

#[tokio::test]
async fn a_long_lived_token_says_until_when() {
    let crm = crm().await;
    let end = Clock::system().seconds() + 1_000;
    let token = crm.issue_long_lived(crm.users()[0].id, end);
    let client = Client::new(address(crm.url()), Token::new(token), Clock::system()).unwrap();
    client.account().await.unwrap();
    let grant = *client.grant().borrow();
    assert_eq!(
        grant,
        Grant::LongLived {
            expires_at: Some(end)
        }
    );
}

/// Without a vault, as for a check, renewed tokens live as long as the client.
#[tokio::test]
async fn without_a_vault_it_renews_all_the_same() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let credentials = Credentials::OAuth(aged(&oauth, -1));
    let client = Client::new(address(crm.url()), credentials, Clock::system()).unwrap();
    client.account().await.unwrap();
    client.account().await.unwrap();
    assert_eq!(crm.refreshes(), 1);
}

#[tokio::test]
async fn no_secret_is_shown() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let disk = Disk::with(address(crm.url()), oauth.clone());
    let process = Process::start(&disk);
    crm.revoke_grant(crm.users()[0].id);
    let error = process.reads().await.unwrap_err();
    let shown = format!(
        "{:?} {error:?} {error} {oauth:?} {:?}",
        process.client,
        Arc::new(process.grant())
    );
    for secret in [
        &oauth.pair.access,
        &oauth.pair.refresh,
        &oauth.integration.secret,
    ] {
        assert!(!shown.contains(secret.as_str()), "{shown}");
    }
}
