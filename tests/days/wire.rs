//! Answers that are late by the machine's own time, which no hand shows.

use crate::oracle::Expected;
use crate::plan::{DAY, Plan};
use crate::verdict::{Sight, judge};
use crate::world::World;
use dealbell_amocrm::{Client, Clock, CrmAddress, Time as _, Token};
use dealbell_days::time::{Hands, runtime};
use dealbell_sandbox::{Config, Fault, Sandbox};
use std::sync::Arc;
use std::time::Duration;

/// Longer than any number of turns takes.
const LATE: Duration = Duration::from_millis(10);

#[test]
fn the_hands_wait_for_a_late_answer() {
    crate::crypto();
    let begun = 1_795_494_600_000;
    let told_at = runtime().unwrap().block_on(async {
        let hands = Hands::at(begun);
        let crm = Sandbox::start(Config::default()).await.unwrap();
        crm.fault(Fault::stall(LATE));
        let token = Token::new(&*crm.users()[0].token);
        let address = CrmAddress::parse(crm.url()).unwrap();
        let client = Client::new(address, token, Clock::new(Arc::new(hands.clone()))).unwrap();
        let watch = hands.clone();
        // As the connector does it: the clock is watched while the CRM is asked.
        let asked = tokio::spawn(async move {
            let mut asking = Box::pin(client.account());
            loop {
                tokio::select! {
                    answer = &mut asking => return answer.map(|_| watch.now()),
                    () = watch.sleep(Duration::from_secs(5)) => {}
                }
            }
        });
        hands.until(begun + 60_000).await;
        asked.await.unwrap().unwrap()
    });
    assert_eq!(told_at, begun, "a request takes no time but its turn's");
}

/// Of user 11's tasks one is overdue when this day begins, and another five seconds later: a first
/// reading that seems to take so long finds two (RULES T12).
#[test]
fn a_slow_wire_makes_no_first_reading_longer() {
    crate::crypto();
    let mut plan = Plan::of(14, DAY);
    plan.ends(plan.opens + 20 * 60_000);
    let told = runtime().unwrap().block_on(async {
        let world = World::new(&plan).await.unwrap();
        world.tasks_come_late(LATE);
        world.live(&plan).await.unwrap()
    });
    crate::in_time(&plan, &told);
    let sight = Sight::of(&plan);
    let expected = Expected::of(&plan, &|at| sight.known(at));
    let wrong = judge(&plan, &expected, &told, &sight);
    let shown: Vec<String> = wrong.iter().take(20).map(|w| w.story(&plan)).collect();
    assert!(wrong.is_empty(), "{}", shown.join("\n"));
}
