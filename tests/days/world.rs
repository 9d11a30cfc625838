//! The real parts on one thread: the sandbox, the connector and the centre, and what the centre's
//! log says at which hour.

use crate::oracle::{About, is_told};
use crate::plan::{Act, Plan, STAFF, Who};
use crate::verdict::{Change, Told};
use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use dealbell_amocrm::{Clock, Connector, CrmAddress, HookSink, Recipients, Settings, Token};
use dealbell_centre::{Centre, Options};
use dealbell_days::time::{Hands, Ms};
use dealbell_protocol::ingest::{Batch, Ingest, IngestError, Recipient};
use dealbell_protocol::{Kind, Notification};
use dealbell_sandbox::{Config, Entity, Fault, Metadata, NewLead, NewRequest, NewTask, Sandbox};
use serde_json::Value;
use sqlx::{Row as _, SqlitePool};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

const TOKEN: &str = "day";

/// Everything that stands and runs.
pub(crate) struct World {
    hands: Hands,
    crm: Sandbox,
    folder: tempfile::TempDir,
    /// The centre's file, read beside it.
    log: SqlitePool,
    office: Option<Office>,
    letterbox: Letterbox,
    hooks: Option<Url>,
    tasks: Vec<u64>,
    /// Each deal and the person it is made with.
    deals: Vec<(u64, u64)>,
    contacts: Vec<u64>,
    requests: Vec<String>,
    log_book: Arc<LogBook>,
}

/// The centre and its connector.
struct Office {
    _centre: Centre,
    reading: JoinHandle<()>,
}

/// Where webhooks arrive: whatever connector is at work takes them.
type Letterbox = Arc<Mutex<Option<HookSink>>>;

/// Whoever the CRM's and the centre's numbers mean.
#[derive(Default)]
struct LogBook {
    told: Mutex<Told>,
    state: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    row: i64,
    users: HashMap<String, usize>,
    tasks: HashMap<u64, usize>,
    deals: HashMap<u64, usize>,
    contacts: HashMap<u64, usize>,
    requests: HashMap<String, usize>,
    /// What is listed now, by the centre's number.
    listed: HashMap<String, (usize, About)>,
}

impl World {
    pub(crate) async fn new(plan: &Plan) -> anyhow::Result<Self> {
        let hands = Hands::at(plan.steps.first().map_or(plan.opens, |step| step.at));
        let clock = hands.clone();
        let crm = Sandbox::start(Config {
            token: Some(TOKEN.to_owned()),
            staff: STAFF,
            clock: dealbell_sandbox::Clock::new(move || clock.now()),
            ..Config::default()
        })
        .await?;
        let folder = in_memory()?;
        let centre = open(&database(&folder)).await?;
        let log_book = LogBook::default();
        for (place, user) in crm
            .users()
            .iter()
            .enumerate()
            .filter(|(place, _)| is_told(*place))
        {
            let id = centre.add_user(&user.email, &user.name, "ru").await?;
            log_book.seen().users.insert(id.to_string(), place);
        }
        let letterbox = Letterbox::default();
        let hooks = match plan.hooks {
            true => Some(take_letters(Arc::clone(&letterbox)).await?),
            false => None,
        };
        let log = SqlitePool::connect(&format!("sqlite:{}", database(&folder).display())).await?;
        Ok(Self {
            hands,
            crm,
            folder,
            log,
            office: None,
            letterbox,
            hooks,
            tasks: Vec::new(),
            deals: Vec::new(),
            contacts: Vec::new(),
            requests: Vec::new(),
            log_book: Arc::new(log_book),
        })
    }

    /// Every page of tasks comes so late, by a clock that has no hands.
    pub(crate) fn tasks_come_late(&self, wait: Duration) {
        self.crm.fault(Fault::stall(wait).on("/api/v4/tasks"));
    }

    /// Lives through the plan and gives what was told.
    pub(crate) async fn live(mut self, plan: &Plan) -> anyhow::Result<Told> {
        self.furnish(plan)?;
        let mut steps = plan.steps.iter().peekable();
        while let Some(step) = steps.next_if(|step| step.at < plan.opens) {
            self.hands.until(step.at).await;
            self.act(&step.act).await?;
        }
        self.hands.until(plan.opens).await;
        self.come().await?;
        // What is switched back later: when, and whether that is the centre.
        let mut later: Vec<(Ms, bool)> = Vec::new();
        for step in steps {
            self.mend(&mut later, step.at).await?;
            self.hands.until(step.at).await;
            match step.act {
                Act::Trouble { status, lasts } => {
                    self.crm.fail_with(Some(status));
                    later.push((step.at + lasts, false));
                }
                Act::Outage { lasts } => {
                    self.go().await;
                    later.push((step.at + lasts, true));
                }
                _ => self.act(&step.act).await?,
            }
        }
        self.mend(&mut later, plan.closes).await?;
        self.hands.until(plan.closes).await;
        self.go().await;
        self.log.close().await;
        let told = self
            .log_book
            .told
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(told.clone())
    }

    /// The deals and people that are there from the beginning.
    fn furnish(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let seen = Arc::clone(&self.log_book);
        let mut seen = seen.seen();
        for (place, &owner) in plan.deals.iter().enumerate() {
            let (by, owner) = (self.user(None), self.user(Some(owner)));
            let person = self
                .crm
                .create_contact(by, "Ирина Котова", "+79991112233", owner)?;
            let mut lead = NewLead::new(owner, "Кухня «Верона»");
            lead.contact = Some(person);
            let lead = self.crm.create_lead(by, lead)?;
            seen.deals.insert(lead, place);
            self.deals.push((lead, person));
        }
        for place in 0..plan.contacts {
            let owner = self.user(Some(place));
            let person = self
                .crm
                .create_contact(0, "Павел Громов", "+79994445566", owner)?;
            seen.contacts.insert(person, place);
            self.contacts.push(person);
        }
        Ok(())
    }

    async fn mend(&mut self, later: &mut Vec<(Ms, bool)>, until: Ms) -> anyhow::Result<()> {
        later.sort_unstable();
        while let Some(&(at, centre)) = later.first().filter(|(at, _)| *at <= until) {
            later.remove(0);
            self.hands.until(at).await;
            // Of two troubles at a time the last one's end counts.
            match centre {
                true if !later.iter().any(|(_, centre)| *centre) => self.come().await?,
                false if later.iter().all(|(_, centre)| *centre) => self.crm.fail_with(None),
                _ => {}
            }
        }
        Ok(())
    }

    /// The centre opens, and its connector goes to work.
    async fn come(&mut self) -> anyhow::Result<()> {
        let centre = open(&database(&self.folder)).await?;
        let ingest = Noted {
            centre: centre.clone(),
            log: self.log.clone(),
            hands: self.hands.clone(),
            book: Arc::clone(&self.log_book),
        };
        let address = CrmAddress::parse(self.crm.url())?;
        let mut settings = Settings::new(address, Token::new(TOKEN), Recipients::ByEmail);
        settings.clock = Clock::new(Arc::new(self.hands.clone()));
        settings.hooks = self.hooks.clone();
        let connector = Connector::new(Arc::new(ingest), settings);
        *lock(&self.letterbox) = Some(connector.hooks());
        let reading = tokio::spawn(async move {
            connector.run(std::future::pending()).await;
        });
        self.hands.set_connector(true);
        self.office = Some(Office {
            _centre: centre,
            reading,
        });
        Ok(())
    }

    /// Both end where they stand, as after kill -9.
    async fn go(&mut self) {
        self.hands.set_connector(false);
        lock(&self.letterbox).take();
        if let Some(office) = self.office.take() {
            office.reading.abort();
            let _ = office.reading.await;
        }
    }

    async fn act(&mut self, act: &Act) -> anyhow::Result<()> {
        match *act {
            Act::SetTask { by, to, deadline } => {
                let task = NewTask::new(self.user(Some(to)), "Перезвонить", deadline / 1_000);
                let id = self.crm.create_task(self.user(by), task)?;
                self.log_book.seen().tasks.insert(id, self.tasks.len());
                self.tasks.push(id);
            }
            Act::Complete { task, by } => {
                self.crm
                    .complete_task(self.user(by), self.tasks[task], "Готово")?;
            }
            Act::Reassign { task, by, to } => {
                let to = self.user(Some(to));
                self.crm
                    .reassign_task(self.user(by), self.tasks[task], to)?;
            }
            Act::Move { task, by, deadline } => {
                let till = deadline / 1_000;
                self.crm
                    .reschedule_task(self.user(by), self.tasks[task], till)?;
            }
            Act::Delete { task, by } => self.crm.delete_task(self.user(by), self.tasks[task])?,
            Act::MessageIn { deal, number } => {
                let ((lead, person), text) = (self.deals[deal], format!("Сообщение {number}"));
                self.crm
                    .message_in(person, Entity::lead(lead), "telegram", &text)?;
            }
            Act::MessageOut { deal, by } => {
                let lead = Entity::lead(self.deals[deal].0);
                self.crm
                    .message_out(self.user(Some(by)), lead, "Отвечаем")?;
            }
            Act::Missed { contact, called } => {
                let called = Some(self.user(Some(called)));
                self.crm.call_in(self.contacts[contact], called, false, 0)?;
            }
            Act::CallBack { contact, by } => {
                self.crm
                    .call_out(self.user(Some(by)), self.contacts[contact])?;
            }
            Act::Request => {
                let form = Metadata::Forms {
                    name: "Расчёт кухни".to_owned(),
                    page: "https://mebelsever.example/kuhni".to_owned(),
                    client: "Олег Белов".to_owned(),
                    phone: "+79997778899".to_owned(),
                };
                let uid = self.crm.add_request(NewRequest::new("Сайт", form))?;
                let place = self.requests.len();
                self.log_book.seen().requests.insert(uid.clone(), place);
                self.requests.push(uid);
            }
            Act::Accept { request, by } => {
                let uid = &self.requests[request];
                self.crm.accept_request(self.user(Some(by)), uid)?;
            }
            Act::Decline { request, by } => {
                let uid = &self.requests[request];
                self.crm.decline_request(self.user(Some(by)), uid)?;
            }
            Act::Assign { deal, by, to } => {
                let to = self.user(Some(to));
                self.crm
                    .assign_lead(self.user(by), self.deals[deal].0, to)?;
            }
            // The day itself sees to these.
            Act::Trouble { .. } | Act::Outage { .. } => {}
        }
        self.crm.hooks_settled().await;
        Ok(())
    }

    fn user(&self, who: Who) -> u64 {
        who.map_or(0, |place| self.crm.users()[place].id)
    }
}

/// A server for webhooks, on a free port.
async fn take_letters(letterbox: Letterbox) -> anyhow::Result<Url> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = Url::parse(&format!("http://{}/", listener.local_addr()?))?;
    let take = async move |body: Bytes| match lock(&letterbox).as_ref() {
        Some(sink) if sink.take(&body).is_ok() => StatusCode::NO_CONTENT,
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::SERVICE_UNAVAILABLE,
    };
    let routes = Router::new().route("/{*path}", post(take));
    tokio::spawn(axum::serve(listener, routes).into_future());
    Ok(url)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn open(database: &std::path::Path) -> anyhow::Result<Centre> {
    let options = Options::new(database.to_string_lossy().into_owned());
    Ok(Centre::open(options).await?)
}

/// Where the system keeps files in memory, if it does: days are not about disks.
fn in_memory() -> std::io::Result<tempfile::TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

fn database(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("centre.sqlite")
}

/// The centre; after each commit its log is read and dated.
struct Noted {
    centre: Centre,
    log: SqlitePool,
    hands: Hands,
    book: Arc<LogBook>,
}

#[async_trait]
impl Ingest for Noted {
    async fn recipients(&self) -> Result<Vec<Recipient>, IngestError> {
        let _call = self.hands.call();
        self.centre.recipients().await
    }

    async fn memory(&self, source: &str) -> Result<Vec<(String, String)>, IngestError> {
        let _call = self.hands.call();
        self.centre.memory(source).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), IngestError> {
        let _call = self.hands.call();
        let silent = batch.acts.is_empty();
        self.centre.commit(batch).await?;
        if !silent {
            let row = self.book.seen().row;
            let rows =
                sqlx::query("SELECT rowid, user, change FROM log WHERE rowid > ? ORDER BY rowid")
                    .bind(row)
                    .fetch_all(&self.log)
                    .await
                    .expect("the centre's log can be read");
            for row in rows {
                self.book
                    .note(self.hands.now(), row.get(0), row.get(1), row.get(2));
            }
        }
        Ok(())
    }
}

impl LogBook {
    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An entry of somebody's log.
    fn note(&self, at: Ms, row: i64, user: &str, change: &str) {
        let mut seen = self.seen();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        seen.row = row;
        let user = seen.users[user];
        let change: Value = serde_json::from_str(change).expect("the log is JSON");
        let data = &change["data"];
        let kind = change["kind"].as_str().unwrap_or_default();
        match kind {
            "created" | "updated" => {
                let notification = data.get("notification").unwrap_or(data);
                let item: Notification =
                    serde_json::from_value(notification.clone()).expect("a notification");
                let id = item.id.to_string();
                let about = seen.about(&item);
                let before = seen.listed.insert(id, (user, about));
                let fresh = kind == "created";
                if before == Some((user, about)) {
                    return;
                }
                if let Some(before) = before {
                    told.push((at, before, Change::Gone));
                }
                let rings = fresh && !item.silent;
                told.push((
                    at,
                    (user, about),
                    if rings { Change::Rang } else { Change::Listed },
                ));
            }
            "removed" => {
                let ids = data["ids"].as_array().cloned().unwrap_or_default();
                for id in ids {
                    let id = id.as_str().unwrap_or_default();
                    if let Some(key) = seen.listed.remove(id) {
                        told.push((at, key, Change::Gone));
                    }
                }
            }
            _ => {}
        }
    }
}

impl Seen {
    fn about(&self, item: &Notification) -> About {
        let subject = item.subject.as_deref().unwrap_or_default();
        let (_, name) = subject.split_once(':').unwrap_or(("", subject));
        let link = item.link.as_deref().unwrap_or_default();
        let card = link
            .rsplit('/')
            .next()
            .and_then(|id| id.parse::<u64>().ok());
        let number = || name.parse::<u64>().expect("a number in the subject");
        let card = || card.expect("a card in the link");
        match item.kind {
            Kind::TaskNew => About::TaskNew(self.tasks[&number()]),
            Kind::TaskDue => About::TaskDue(self.tasks[&number()]),
            Kind::TaskOverdue if subject.starts_with("task:") => {
                About::TaskOverdue(self.tasks[&number()])
            }
            Kind::TaskOverdue => About::Overview,
            Kind::TaskCompleted => About::TaskDone(self.tasks[&number()]),
            Kind::ChatMessage => About::Talk(self.deals[&card()]),
            Kind::Call => About::Call(self.contacts[&card()]),
            Kind::Request => About::Request(self.requests[name]),
            Kind::DealAssigned => About::Deal(self.deals[&card()]),
            Kind::System | Kind::Message => About::Word,
        }
    }
}
