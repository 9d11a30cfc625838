//! After any sequence of events the list says what is true.

use crate::desk::{Desk, Row, Running, settings, user};
use crate::office::{KITCHEN, Office};
use dealbell_amocrm::Recipients;
use dealbell_protocol::Kind;
use dealbell_sandbox::{Entity, Metadata, NewRequest, NewTask};
use std::collections::BTreeMap;

/// Whatever a department does, in whatever order, with connectors dying in between: the list says
/// exactly what is true of the tasks (T1, T3, T4, T7, T8).
#[tokio::test]
async fn the_list_is_always_true() {
    let office = Office::open().await;
    let (me, other) = (office.me.id, office.other.id);
    let desk = Desk::new(&[
        (user(1), office.me.email.as_str()),
        (user(2), office.other.email.as_str()),
    ]);
    let team = || settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
    let mut running = Running::start(&desk, team(), &office.watch);
    running.settle().await;
    let mut dice = Dice(20_261_120);
    for round in 0..14 {
        for _ in 0..6 {
            act_at_random(&office, &mut dice);
        }
        if dice.roll(3) == 0 {
            running.kill().await;
            running = Running::start(&desk, team(), &office.watch);
        }
        running.settle().await;
        let (tasks, rows, now) = (office.crm.tasks(), desk.rows(), office.now());
        let whose = |user_id| if user_id == user(1) { me } else { other };
        for task in &tasks {
            let subject = Some(format!("task:{}", task.id));
            let mut said: Vec<_> = rows
                .iter()
                .filter(|row| row.notice.subject == subject)
                .map(|row| (whose(row.notice.user), row.notice.kind))
                .collect();
            said.sort_by_key(|(who, kind)| (*who, kind.name()));
            assert_eq!(
                said,
                truth(task, now, &[me, other]),
                "round {round}: {task:?}"
            );
        }
        let exists = |row: &&Row| {
            let subject = row.notice.subject.clone().unwrap();
            tasks
                .iter()
                .any(|task| subject == format!("task:{}", task.id))
        };
        let strays = rows.iter().filter(|row| !exists(row));
        let strays: Vec<_> = strays
            .filter(|row| !row.brief().contains("просроченны"))
            .collect();
        assert!(strays.is_empty(), "round {round}: {strays:#?}");
    }
    assert!(desk.rows().len() > 5, "nothing much happened");
}

/// The same for clients who write, call and ask, and for deals that change hands.
#[tokio::test]
async fn the_list_of_every_other_kind_is_always_true() {
    let office = Office::open().await;
    let desk = Desk::new(&[
        (user(1), office.me.email.as_str()),
        (user(2), office.other.email.as_str()),
    ]);
    let team = || settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
    let mut running = Running::start(&desk, team(), &office.watch);
    running.settle().await;
    let (mut floor, mut dice) = (Floor::default(), Dice(20_261_121));
    let mut most = 0;
    for round in 0..14 {
        for _ in 0..8 {
            floor.act_at_random(&office, &mut dice);
        }
        if dice.roll(3) == 0 {
            running.kill().await;
            running = Running::start(&desk, team(), &office.watch);
        }
        running.settle().await;
        let mut said: Vec<_> = desk.rows().iter().map(told).collect();
        said.sort();
        let mut truth = floor.truth(&office);
        truth.retain(|(whose, _)| *whose != office.boss.id);
        let whose = |id| if id == office.me.id { 1 } else { 2 };
        let mut truth: Vec<_> = truth.into_iter().map(|(id, s)| (whose(id), s)).collect();
        truth.sort();
        assert_eq!(said, truth, "round {round}");
        most = most.max(said.len());
    }
    assert!(most > 5, "nothing much happened");
}

/// Whose it is and what it is about; of a conversation, how many messages wait.
fn told(row: &Row) -> (u128, String) {
    let notice = &row.notice;
    let subject = notice.subject.clone().unwrap();
    let about = match notice.kind {
        Kind::Call => notice.title.clone(),
        Kind::ChatMessage => match notice.title.split_once(": ") {
            Some((_, count)) => format!("{subject}: {}", count.split(' ').next().unwrap()),
            None => format!("{subject}: 1"),
        },
        _ => subject,
    };
    (notice.user.0.0, about)
}

/// What the test itself knows of what was done.
#[derive(Default)]
struct Floor {
    /// Unanswered messages by deal.
    waiting: BTreeMap<u64, u32>,
    /// Calls nobody has returned: by whom, to whom.
    calls: Vec<(u64, u64)>,
    /// Deals given to somebody by somebody else.
    given: BTreeMap<u64, u64>,
}

impl Floor {
    fn act_at_random(&mut self, office: &Office, dice: &mut Dice) {
        let crm = &office.crm;
        let people = [office.boss.id, office.me.id, office.other.id];
        let by = people[dice.roll(3)];
        let deal = KITCHEN + u64::try_from(dice.roll(3)).unwrap();
        // Each deal has one client, so one conversation.
        let client = 5_200_001 + (deal - KITCHEN);
        let open = crm.requests().into_iter().find(|r| r.outcome.is_none());
        match (dice.roll(9), open) {
            (0 | 1, _) => {
                crm.message_in(client, Entity::lead(deal), "telegram", "Алло")
                    .unwrap();
                *self.waiting.entry(deal).or_default() += 1;
            }
            (2, _) if self.waiting.contains_key(&deal) => {
                crm.message_out(by, Entity::lead(deal), "Да").unwrap();
                self.waiting.remove(&deal);
            }
            (3, _) => {
                let to = people[dice.roll(3)];
                let owner = crm.card(Entity::lead(deal)).unwrap().responsible;
                crm.assign_lead(by, deal, to).unwrap();
                if to != owner {
                    self.given.remove(&deal);
                    if by != to {
                        self.given.insert(deal, to);
                    }
                }
            }
            (4, _) => {
                crm.call_in(client, Some(by), false, 0).unwrap();
                self.calls.push((client, by));
            }
            (5, _) => {
                crm.call_out(by, client).unwrap();
                self.calls.retain(|&(whose, _)| whose != client);
            }
            (6, Some(request)) => drop(crm.accept_request(by, &request.uid).unwrap()),
            (7, Some(request)) => crm.decline_request(by, &request.uid).unwrap(),
            (8, _) => office.watch.forward(40),
            _ => {
                let client = "Ольга".to_owned();
                let (service, text) = ("telegram".to_owned(), "Сколько?".to_owned());
                let chat = Metadata::Chats {
                    client,
                    service,
                    text,
                };
                crm.add_request(NewRequest::new("Telegram", chat)).unwrap();
            }
        }
    }

    fn truth(&self, office: &Office) -> Vec<(u64, String)> {
        let crm = &office.crm;
        let mut truth = Vec::new();
        for talk in crm.talks() {
            let deal = talk.on.id;
            let owner = crm.card(talk.on).unwrap().responsible;
            if let Some(count) = self.waiting.get(&deal) {
                truth.push((owner, format!("chat:talk-{}: {count}", talk.id)));
            }
        }
        for &(client, called) in &self.calls {
            let name = crm.card(Entity::contact(client)).unwrap().name;
            truth.push((called, format!("Пропущенный звонок: {name}")));
        }
        let open = crm.requests().into_iter().filter(|r| r.outcome.is_none());
        for request in open {
            for id in [office.me.id, office.other.id] {
                truth.push((id, format!("request:{}", request.uid)));
            }
        }
        let given = self.given.iter();
        truth.extend(given.map(|(deal, &to)| (to, format!("deal:{deal}"))));
        truth
    }
}

/// What the list must say about a task.
fn truth(task: &dealbell_sandbox::Task, now: i64, ours: &[u64]) -> Vec<(u64, Kind)> {
    if task.is_completed {
        let hears = ours.contains(&task.created_by) && task.updated_by != task.created_by;
        return if hears {
            vec![(task.created_by, Kind::TaskCompleted)]
        } else {
            vec![]
        };
    }
    if !ours.contains(&task.responsible) {
        return vec![];
    }
    let mut said = Vec::new();
    if now >= task.complete_till {
        said.push((task.responsible, Kind::TaskOverdue));
    } else if now >= task.complete_till - 300 {
        said.push((task.responsible, Kind::TaskDue));
    }
    said.push((task.responsible, Kind::TaskNew));
    said.sort_by_key(|(who, kind)| (*who, kind.name()));
    said
}

fn act_at_random(office: &Office, dice: &mut Dice) {
    let crm = &office.crm;
    let someone = |dice: &mut Dice| [office.boss.id, office.me.id, office.other.id][dice.roll(3)];
    let by = someone(dice);
    let open: Vec<u64> = crm
        .tasks()
        .iter()
        .filter(|t| !t.is_completed)
        .map(|t| t.id)
        .collect();
    // Whole quarters of an hour and a half: no moment of the test comes near one by chance.
    let quarter = i64::try_from(dice.roll(16)).unwrap() - 6;
    let deadline = office.now().div_euclid(900) * 900 + 450 + quarter * 900;
    let target = (!open.is_empty()).then(|| open[dice.roll(open.len())]);
    match (dice.roll(8), target) {
        (0, Some(id)) => crm.complete_task(by, id, "").unwrap(),
        (1, Some(id)) => crm.delete_task(by, id).unwrap(),
        (2, Some(id)) => crm.reassign_task(by, id, someone(dice)).unwrap(),
        (3, Some(id)) => crm.reschedule_task(by, id, deadline).unwrap(),
        (4, Some(id)) => crm.rewrite_task(by, id, "Иначе").unwrap(),
        (5, _) => office.watch.forward(600),
        _ => {
            let task = NewTask::new(someone(dice), "Задача", deadline);
            crm.create_task(by, task).unwrap();
        }
    }
}

/// The same throws every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}
