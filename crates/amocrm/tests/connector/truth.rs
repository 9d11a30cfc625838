//! After any sequence of events the list says what is true.

use crate::desk::{Desk, Row, Running, settings, user};
use crate::office::Office;
use dealbell_amocrm::Recipients;
use dealbell_protocol::Kind;
use dealbell_sandbox::NewTask;

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
