//! Who publishes. A connector keeps what it has told in the transaction that tells it, and goes on
//! from there after every crash. An integration asks over HTTP and asks again, under the same
//! `Idempotency-Key`, until it hears that it was done.

use dealbell_protocol::ingest::{Act, Again, Batch, Notice};
use dealbell_protocol::rest::{Bulk, NewNotification};
use dealbell_protocol::{Kind, Priority, ProviderId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// How the centre knows the connector.
pub(crate) const SOURCE: &str = "crm:1";
/// What the connector remembers.
const SAID: &str = "said";

/// The connector: all it ever has to say, in order.
#[derive(Debug, Default)]
pub(crate) struct Connector {
    script: Vec<Saying>,
    said: usize,
    /// By user: each one told, and whether it is never a toast.
    told: Vec<Vec<bool>>,
    withdrawn: BTreeSet<(usize, usize)>,
    /// When it tries again, where something is left to say.
    pub(crate) due: u64,
}

#[derive(Clone, Debug)]
struct Saying {
    user: usize,
    number: usize,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Tell { silent: bool, words: usize },
    Withdraw,
}

impl Connector {
    pub(crate) fn new(users: usize) -> Self {
        Self {
            told: vec![Vec::new(); users],
            ..Self::default()
        }
    }

    pub(crate) fn tell(&mut self, user: usize, silent: bool) {
        let number = self.told[user].len();
        self.told[user].push(silent);
        let what = What::Tell { silent, words: 0 };
        self.script.push(Saying { user, number, what });
    }

    /// New words for one of those told; nothing where it is taken back.
    pub(crate) fn reword(&mut self, user: usize, which: usize) {
        if let Some(number) = self.standing(user, which) {
            let (silent, words) = (self.told[user][number], self.script.len());
            let what = What::Tell { silent, words };
            self.script.push(Saying { user, number, what });
        }
    }

    pub(crate) fn withdraw(&mut self, user: usize, which: usize) {
        if let Some(number) = self.standing(user, which) {
            self.withdrawn.insert((user, number));
            let what = What::Withdraw;
            self.script.push(Saying { user, number, what });
        }
    }

    fn standing(&self, user: usize, which: usize) -> Option<usize> {
        let number = which % self.told[user].len().max(1);
        let stands = number < self.told[user].len() && !self.withdrawn.contains(&(user, number));
        stands.then_some(number)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.said == self.script.len()
    }

    /// What it says next, at most so much at once, and how far it is then.
    pub(crate) fn batch(&self, users: &[UserId], most: usize, at: i64) -> (Batch, usize) {
        let end = self.script.len().min(self.said + most);
        let acts = self.script[self.said..end].iter();
        let batch = Batch {
            source: SOURCE.to_owned(),
            acts: acts.map(|saying| saying.act(users, at)).collect(),
            memory: vec![(SAID.to_owned(), Some(end.to_string()))],
        };
        (batch, end)
    }

    pub(crate) fn has_said(&mut self, said: usize) {
        self.said = said;
    }

    /// It begins again with what the centre remembers of it.
    pub(crate) fn recalls(&mut self, memory: &[(String, String)]) {
        let said = memory.iter().find(|(key, _)| key == SAID);
        self.said = said.map_or(0, |(_, said)| said.parse().unwrap_or(0));
    }

    /// What of it must be in the list in the end: the titles, and the last words of each.
    pub(crate) fn expected(&self, user: usize) -> BTreeMap<String, String> {
        let mut standing = BTreeMap::new();
        for saying in self.script.iter().filter(|saying| saying.user == user) {
            match saying.what {
                What::Tell { words, .. } => {
                    standing.insert(saying.title(), text(words));
                }
                What::Withdraw => {
                    standing.remove(&saying.title());
                }
            }
        }
        standing
    }
}

fn text(words: usize) -> String {
    match words {
        0 => "Позвонить".to_owned(),
        words => format!("Позвонить, в {words}-й раз"),
    }
}

impl Saying {
    fn title(&self) -> String {
        format!("Задача {}-{}", self.user, self.number)
    }

    fn act(&self, users: &[UserId], at: i64) -> Act {
        let user = users[self.user];
        let subject = format!("task:{}", self.number);
        let provider = ProviderId::new("tasks");
        let (silent, words) = match self.what {
            What::Tell { silent, words } => (silent, words),
            What::Withdraw => {
                return Act::Withdraw {
                    user: Some(user),
                    provider,
                    subject,
                    kinds: Vec::new(),
                };
            }
        };
        Act::Notify(Box::new(Notice {
            user,
            provider,
            kind: Kind::TaskNew,
            priority: Priority::Normal,
            dedup_key: Some(subject.clone()),
            subject: Some(subject),
            again: Again::Any,
            title: self.title(),
            text: text(words),
            context: None,
            author: None,
            link: None,
            at,
            deadline: None,
            silent,
        }))
    }
}

/// A request of the integration.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) user: usize,
    /// The titles, one a notification.
    pub(crate) titles: Vec<String>,
    /// When it is sent next; none once it was answered.
    pub(crate) due: Option<u64>,
    /// It was done, and the centre's disk has forgotten it.
    pub(crate) forgotten: bool,
}

/// The integration.
#[derive(Debug, Default)]
pub(crate) struct Integration {
    pub(crate) requests: Vec<Request>,
}

impl Integration {
    pub(crate) fn publish(&mut self, user: usize, count: usize, due: u64) {
        let number = self.requests.len();
        let titles = (0..count).map(|n| format!("Заявка {user}-{number}.{n}"));
        self.requests.push(Request {
            user,
            titles: titles.collect(),
            due: Some(due),
            forgotten: false,
        });
    }

    /// The number of a request that is due.
    pub(crate) fn next(&self, now: u64) -> Option<usize> {
        let due = |request: &Request| request.due.is_some_and(|due| due <= now);
        self.requests.iter().position(due)
    }

    pub(crate) fn due(&self) -> Option<u64> {
        self.requests.iter().filter_map(|request| request.due).min()
    }

    /// The numbers of those that were answered.
    pub(crate) fn answered(&self) -> BTreeSet<usize> {
        let all = self.requests.iter().enumerate();
        let answered = all.filter(|(_, request)| request.due.is_none());
        answered.map(|(number, _)| number).collect()
    }

    /// The centre is back where only these were done and answered.
    pub(crate) fn are_forgotten(&mut self, answered: &BTreeSet<usize>) {
        for (number, request) in self.requests.iter_mut().enumerate() {
            if request.due.is_none() && !answered.contains(&number) {
                request.forgotten = true;
            }
        }
    }
}

impl Request {
    /// Its path and body.
    pub(crate) fn body(&self, email: &str) -> (&'static str, serde_json::Result<Vec<u8>>) {
        let one = |title: &String| NewNotification {
            users: vec![email.to_owned()],
            title: title.clone(),
            ..NewNotification::default()
        };
        match self.titles.as_slice() {
            [title] => ("/v1/notifications", serde_json::to_vec(&one(title))),
            titles => {
                let notifications = titles.iter().map(one).collect();
                let bulk = Bulk { notifications };
                ("/v1/notifications/bulk", serde_json::to_vec(&bulk))
            }
        }
    }
}
