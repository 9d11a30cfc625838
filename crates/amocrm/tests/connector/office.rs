//! A stand-in CRM account with the people of these stories.

use crate::desk::{Desk, Row, Running, Watch, of_task, settings, user};
use dealbell_amocrm::Recipients;
use dealbell_protocol::Kind;
use dealbell_sandbox::{Config, NewTask, Sandbox, User};
use std::sync::Arc;

pub(crate) const HOUR: i64 = 3_600;
pub(crate) const KITCHEN: u64 = 7_400_001;

/// A quiet account, and the people in these stories.
pub(crate) struct Office {
    pub(crate) crm: Sandbox,
    pub(crate) boss: User,
    pub(crate) me: User,
    pub(crate) other: User,
    pub(crate) watch: Watch,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::with_limit(None).await
    }

    pub(crate) async fn with_limit(rate_limit: Option<u32>) -> Self {
        let config = Config {
            rate_limit,
            ..Config::default()
        };
        let crm = Sandbox::start(config).await.unwrap();
        let seat = |n: usize| crm.users()[n].clone();
        let (boss, me, other) = (seat(0), seat(1), seat(2));
        Self {
            crm,
            boss,
            me,
            other,
            watch: Watch::at_noon(),
        }
    }

    pub(crate) fn desk(&self) -> Arc<Desk> {
        Desk::new(&[(user(1), self.me.email.as_str())])
    }

    pub(crate) fn solo(&self) -> dealbell_amocrm::Settings {
        settings(self.crm.url(), &self.me.token, Recipients::Only(user(1)))
    }

    pub(crate) async fn connect(&self, desk: &Arc<Desk>) -> Running {
        let mut running = Running::start(desk, self.solo(), &self.watch);
        running.settle().await;
        running
    }

    /// By the connector's clock.
    pub(crate) fn now(&self) -> i64 {
        self.watch.now()
    }

    pub(crate) fn set(&self, by: &User, text: &str, due_in: i64) -> u64 {
        let task = NewTask::new(self.me.id, text, self.now() + due_in).on_lead(KITCHEN);
        self.crm.create_task(by.id, task).unwrap()
    }
}

pub(crate) fn gone(id: u64) -> impl Fn(&[Row]) -> bool {
    move |rows| of_task(rows, id).is_empty()
}

pub(crate) fn has(id: u64, kind: Kind) -> impl Fn(&[Row]) -> bool {
    move |rows| of_task(rows, id).contains(&kind)
}
