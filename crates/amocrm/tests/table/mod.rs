//! People, tasks and moments for the tables, and what is said in a form to read.

use dealbell_amocrm::model::{CrmUserId, Task};
use dealbell_amocrm::rules::{
    Context, KnownTask, Missed, People, SUMMARY, Say, TaskSettings, Tell, What,
};
use dealbell_protocol::UserId;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use ulid::Ulid;

pub(crate) const ROBOT: CrmUserId = 0;
pub(crate) const ANNA: CrmUserId = 1;
pub(crate) const BORIS: CrmUserId = 2;
/// She works there, but does not use the centre.
pub(crate) const OLGA: CrmUserId = 3;

pub(crate) const MINUTE: i64 = 60;
pub(crate) const DAY: i64 = 86_400;
/// 12:00 in Moscow on 2026-11-20.
pub(crate) const NOON: i64 = 1_795_165_200;

pub(crate) fn people() -> People {
    People::from([(ANNA, user(ANNA)), (BORIS, user(BORIS))])
}

pub(crate) fn settings() -> TaskSettings {
    TaskSettings::new(TimeZone::fixed(Offset::constant(3)))
}

/// The last reading was ten seconds ago.
pub(crate) fn context<'a>(
    people: &'a People,
    settings: &'a TaskSettings,
    now: i64,
    baseline: bool,
) -> Context<'a> {
    Context {
        people,
        settings,
        now,
        baseline,
        since: now - 10,
    }
}

/// `2026-11-20T23:59` in Moscow, Unix seconds.
pub(crate) fn at(local: &str) -> i64 {
    let local: DateTime = local.parse().unwrap();
    let zoned = local.to_zoned(settings().time_zone).unwrap();
    zoned.timestamp().as_second()
}

/// A task set at noon.
pub(crate) fn task(by: CrmUserId, responsible: CrmUserId, deadline: i64) -> Task {
    Task {
        id: 7,
        created_by: by,
        updated_by: by,
        created_at: NOON,
        updated_at: NOON,
        responsible_user_id: responsible,
        entity_id: 0,
        entity_type: None,
        is_completed: false,
        task_type_id: 1,
        text: "Перезвонить".to_owned(),
        result: String::new(),
        complete_till: deadline,
    }
}

/// Edited `later` seconds after noon; before noon it was set then, too.
pub(crate) fn edited(mut task: Task, by: CrmUserId, later: i64) -> Task {
    task.updated_by = by;
    task.updated_at = NOON + later;
    task.created_at = task.created_at.min(task.updated_at);
    task
}

pub(crate) fn done(mut task: Task, by: CrmUserId) -> Task {
    task.is_completed = true;
    task.updated_by = by;
    task
}

pub(crate) fn known(task: &Task) -> KnownTask {
    KnownTask::new(task)
}

/// What is read in a line of a table.
pub(crate) struct Given {
    pub(crate) task: Option<Task>,
    pub(crate) completed_by: Option<CrmUserId>,
    pub(crate) baseline: bool,
}

pub(crate) fn given(task: Task) -> Given {
    Given {
        task: Some(task),
        ..Given::nothing()
    }
}

impl Given {
    pub(crate) fn nothing() -> Self {
        Self {
            task: None,
            completed_by: None,
            baseline: false,
        }
    }

    pub(crate) fn completed_by(self, by: CrmUserId) -> Self {
        Self {
            completed_by: Some(by),
            ..self
        }
    }

    pub(crate) fn baseline(self) -> Self {
        Self {
            baseline: true,
            ..self
        }
    }
}

/// What is said, one line each.
pub(crate) fn said(says: &[Say]) -> Vec<String> {
    says.iter().map(line).collect()
}

pub(crate) fn name_of(id: UserId) -> &'static str {
    name(id.0.0 as u64)
}

pub(crate) fn any_time() -> impl Strategy<Value = i64> {
    NOON - 2 * DAY..NOON + 2 * DAY
}

/// The same task in any state, around noon.
pub(crate) fn any_task() -> impl Strategy<Value = Task> {
    let deadline = prop_oneof![any_time(), Just(at("2026-11-20T23:59"))];
    let people = (ROBOT..=OLGA, ROBOT..=OLGA, ROBOT..=OLGA);
    (people, deadline, -DAY..DAY, any::<bool>()).prop_map(
        |((by, responsible, editor), deadline, later, is_completed)| Task {
            is_completed,
            ..edited(task(by, responsible, deadline), editor, later)
        },
    )
}

fn user(id: CrmUserId) -> UserId {
    UserId(Ulid(u128::from(id)))
}

fn name(id: CrmUserId) -> &'static str {
    ["robot", "anna", "boris", "olga"][usize::try_from(id).unwrap()]
}

fn line(say: &Say) -> String {
    match say {
        Say::Tell(tell) => told(tell),
        Say::Overview { user, tasks, .. } => {
            format!("{} summary of {}", name_of(*user), tasks.len())
        }
        Say::News(news) => panic!("no task: {news:?}"),
        Say::TakeBack {
            user,
            provider,
            subject,
            kinds,
        } => {
            assert_eq!(*provider, dealbell_amocrm::rules::TASKS);
            let who = user.map_or("everybody", name_of);
            let short = |kind: &dealbell_protocol::Kind| kind.name().replace("task_", "");
            let what = match kinds.as_slice() {
                [] if subject == SUMMARY => "summary".to_owned(),
                [] => "everything".to_owned(),
                kinds => kinds.iter().map(short).collect::<Vec<_>>().join(" "),
            };
            format!("{who} takes back {what}")
        }
    }
}

fn told(tell: &Tell) -> String {
    let mut line = name_of(tell.user).to_owned();
    line += &match &tell.what {
        What::New { by } => format!(" new from {}", name(*by)),
        What::Due => " due".to_owned(),
        What::Overdue => " overdue".to_owned(),
        What::Completed { by, .. } => format!(" completed by {}", name(*by)),
    };
    line += match tell.missed {
        Missed::No => "",
        Missed::Away => ", missed",
        Missed::Baseline => ", before",
    };
    if tell.silent {
        line += ", silent";
    }
    line
}
