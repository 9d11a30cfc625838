//! The first reading of a large account, at the limit's own pace.

use dealbell_amocrm::{Client, Clock, CrmAddress, Token};
use dealbell_sandbox::{Config, NewTask, Sandbox};
use std::time::Instant;

/// 40 pages, and one more where the second changed while they were set: at 7 requests a second 5 s
/// and the way of the answers (`client::limit` has the time without a network).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_open_tasks_are_forty_pages() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("nobody else installs one");
    let crm = Sandbox::start(Config::default()).await.unwrap();
    let (boss, clerk) = (crm.users()[0].clone(), crm.users()[1].id);
    let later = Clock::system().seconds() + 86_400;
    for n in 0..10_000 {
        let task = NewTask::new(clerk, "Позвонить", later + n);
        crm.create_task(boss.id, task).unwrap();
    }
    let address = CrmAddress::parse(crm.url()).unwrap();
    let client = Client::new(address, Token::new(&*boss.token), Clock::system()).unwrap();
    let (mut told, start) = (Vec::new(), Instant::now());
    let tasks = client.open_tasks(&[clerk], |done| told.push(done)).await;
    let took = start.elapsed();
    assert_eq!(tasks.unwrap().len(), 10_000);
    assert!(
        told.is_sorted() && (40..=43).contains(&told.len()),
        "{told:?}"
    );
    println!("10,000 open tasks in {took:?}");
}
