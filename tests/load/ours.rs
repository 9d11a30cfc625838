//! The centre as it is measured: `dealbell-centre serve` on a database that was filled beforehand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use dealbell_centre::{Centre, Options};
use dealbell_protocol::ingest::{Act, Again, Batch, Ingest, Notice};
use dealbell_protocol::{Kind, Priority, ProviderId, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tempfile::TempDir;

use crate::program::{Program, free_address};
use crate::publisher::Post;
use crate::socket::Door;

/// People of the department, each with a device.
pub(crate) const USERS: usize = 10_000;
/// Devices of the one who has many.
pub(crate) const DEVICES: usize = 1_000;
/// Integrations, each with its own measure of what it may publish: 5,000 at once, 1,000 of them to
/// one user.
const INTEGRATIONS: usize = 20;
/// Devices and people that are added at once.
const AT_ONCE: usize = 256;
/// Notices of one step while a history is made.
const BATCH: usize = 500;

/// A database and who is in it.
pub(crate) struct Department {
    folder: PathBuf,
    /// A token of each user.
    pub(crate) tokens: Vec<String>,
    /// Tokens of the first user's devices.
    pub(crate) devices: Vec<String>,
    keys: Vec<String>,
}

/// A centre that runs, on a copy of its own.
pub(crate) struct Ours {
    pub(crate) program: Program,
    /// Its database.
    folder: TempDir,
    binary: PathBuf,
}

impl Department {
    /// The department below `folder`, made where it is not there yet.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) async fn ready(folder: &Path) -> Result<Self> {
        let folder = folder.join("department");
        if !folder.join("tokens").exists() {
            make(&folder).await?;
        }
        let lines = |name: &str| -> Result<Vec<String>> {
            let text = fs::read_to_string(folder.join(name))?;
            Ok(text.lines().map(str::to_owned).collect())
        };
        Ok(Self {
            tokens: lines("tokens")?,
            devices: lines("devices")?,
            keys: lines("keys")?,
            folder,
        })
    }

    /// The same with `stored` notifications of the first user.
    ///
    /// # Errors
    /// When they cannot be stored.
    pub(crate) async fn with_history(&self, stored: usize) -> Result<PathBuf> {
        let folder = self.folder.with_file_name(format!("history-{stored}"));
        let done = folder.join("done");
        if done.exists() {
            return Ok(folder);
        }
        // The next smaller one is its beginning.
        let smaller = stored / 10;
        let (from, begin) = if smaller >= 1_000 {
            (Box::pin(self.with_history(smaller)).await?, smaller)
        } else {
            (self.folder.clone(), 0)
        };
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        copy(&from, &folder)?;
        let start = Instant::now();
        let centre = open(&folder).await?;
        let user = centre.user(&email(0)).await?;
        let mut number = begin;
        while number < stored {
            let end = stored.min(number + BATCH);
            let acts = (number..end).map(|number| Act::Notify(Box::new(notice(user, number))));
            let batch = Batch {
                source: "bench".to_owned(),
                acts: acts.collect(),
                memory: Vec::new(),
            };
            centre
                .commit(batch)
                .await
                .context("the history is not taken")?;
            number = end;
        }
        drop(centre);
        settled(&folder).await;
        fs::write(done, "")?;
        eprintln!("a history of {stored} in {:.0?}", start.elapsed());
        Ok(folder)
    }

    /// Starts a centre on a copy of `from`, or of the department as it is.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn open(&self, binary: &Path, from: Option<&Path>) -> Result<Ours> {
        let parent = self.folder.parent().context("no folder")?;
        let folder = tempfile::tempdir_in(parent)?;
        copy(from.unwrap_or(&self.folder), folder.path())?;
        Ok(Ours {
            program: start(binary, folder.path(), free_address()?).await?,
            folder,
            binary: binary.to_owned(),
        })
    }

    /// Where the client with this token gets in.
    pub(crate) fn door(&self, ours: &Ours, token: &str) -> Door {
        Door {
            address: ours.program.address,
            path: "/v1/stream".to_owned(),
            headers: format!(
                "Authorization: Bearer {token}\r\nSec-WebSocket-Protocol: dealbell.v1\r\n"
            ),
        }
    }

    /// The request that tells some users something; the integrations take turns by `number`.
    pub(crate) fn post(&self, number: usize, users: std::ops::Range<usize>, text: &str) -> Post {
        let names: Vec<String> = users.map(email).collect();
        Post {
            path: "/v1/notifications".to_owned(),
            headers: self.headers(number),
            body: one(&names, text).to_string(),
        }
    }

    /// The same to more users than one notification may name.
    pub(crate) fn bulk(&self, number: usize, users: usize, text: &str) -> Post {
        let names: Vec<String> = (0..users).map(email).collect();
        let parts = names.chunks(1_000).map(|names| one(names, text));
        let body = json!({ "notifications": parts.collect::<Vec<_>>() });
        Post {
            path: "/v1/notifications/bulk".to_owned(),
            headers: self.headers(number),
            body: body.to_string(),
        }
    }

    /// A hundred notifications to one user.
    pub(crate) fn hundred(&self, number: usize, user: usize) -> Post {
        let name = [email(user)];
        let all: Vec<_> = (0..100)
            .map(|n| one(&name, &format!("{number}.{n}")))
            .collect();
        Post {
            path: "/v1/notifications/bulk".to_owned(),
            headers: self.headers(number),
            body: json!({ "notifications": all }).to_string(),
        }
    }

    fn headers(&self, number: usize) -> String {
        let key = &self.keys[number % self.keys.len()];
        format!("Authorization: Bearer {key}\r\nContent-Type: application/json\r\n")
    }
}

impl Ours {
    /// Ends it as a crash would and starts it again on the same database and port.
    ///
    /// # Errors
    /// When it does not start again.
    pub(crate) async fn crash(self) -> Result<Self> {
        let address = self.program.address;
        self.program.kill()?;
        Ok(Self {
            program: start(&self.binary, self.folder.path(), address).await?,
            folder: self.folder,
            binary: self.binary,
        })
    }
}

async fn start(binary: &Path, folder: &Path, address: std::net::SocketAddr) -> Result<Program> {
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("DEALBELL_CONFIG", "")
        .args(["serve", "--listen", &address.to_string(), "--database"])
        .arg(database(folder));
    Program::start(&mut command, address, &folder.join("log")).await
}

fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("centre.db").display())
}

fn one(users: &[String], text: &str) -> serde_json::Value {
    json!({
        "users": users,
        "title": "Позвонить клиенту: договор на кухню «Верона»",
        "text": text,
        "link": "https://demo.amocrm.ru/leads/detail/4815162342",
        "kind": "task_due",
    })
}

/// The address of the user of this number.
fn email(number: usize) -> String {
    format!("u{number}@bench.example")
}

async fn open(folder: &Path) -> Result<Centre> {
    Ok(Centre::open(Options::new(database(folder))).await?)
}

async fn make(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let start = Instant::now();
    let centre = open(folder).await?;
    // First, while there is nobody to hear of each in an entry of his log.
    let mut keys = Vec::new();
    for number in 0..INTEGRATIONS {
        keys.push(centre.add_integration(&format!("bench-{number}")).await?);
    }
    let people = stream::iter(0..USERS).map(|number| {
        let centre = centre.clone();
        async move { centre.add_user(&email(number), "Анна Петрова", "ru").await }
    });
    people
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    let owners = (0..USERS).chain(std::iter::repeat_n(0, DEVICES));
    let devices = stream::iter(owners).map(|number| {
        let centre = centre.clone();
        async move { centre.add_device(&email(number), "desktop").await }
    });
    let mut tokens: Vec<String> = devices.buffered(AT_ONCE).try_collect().await?;
    let many = tokens.split_off(USERS);
    drop(centre);
    settled(folder).await;
    fs::write(folder.join("keys"), keys.join("\n"))?;
    fs::write(folder.join("devices"), many.join("\n"))?;
    fs::write(folder.join("tokens"), tokens.join("\n"))?;
    eprintln!("a department of {USERS} in {:.0?}", start.elapsed());
    Ok(())
}

/// Returns when the file is closed, as a rule with what was in its journal; else that is copied, too.
async fn settled(folder: &Path) {
    let journal = folder.join("centre.db-wal");
    for _ in 0..500 {
        if !journal.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for name in ["centre.db", "centre.db-wal", "centre.db.key"] {
        let file = from.join(name);
        if file.exists() {
            fs::copy(file, to.join(name))?;
        }
    }
    Ok(())
}

fn notice(user: UserId, number: usize) -> Notice {
    const WORDS: [&str; 24] = [
        "позвонить",
        "клиенту",
        "договор",
        "кухня",
        "верона",
        "счёт",
        "оплата",
        "встреча",
        "завтра",
        "менеджер",
        "заявка",
        "сайт",
        "перезвонить",
        "уточнить",
        "замер",
        "доставка",
        "монтаж",
        "скидка",
        "письмо",
        "Москва",
        "Казань",
        "заказ",
        "фасад",
        "срок",
    ];
    // Scattered, and the same in every run.
    let word = |place: usize| {
        let mixed = (number * 31 + place * 17 + 1).wrapping_mul(2_654_435_761) >> 7;
        WORDS[mixed % WORDS.len()]
    };
    let said: Vec<&str> = (0..10).map(word).collect();
    Notice {
        user,
        provider: ProviderId::new(["tasks", "chats", "calls"][number % 3]),
        kind: Kind::TaskNew,
        priority: Priority::Normal,
        subject: Some(format!("task:{number}")),
        dedup_key: None,
        again: Again::Any,
        title: format!("{} {number}", said[..4].join(" ")),
        text: said[4..].join(" "),
        context: Some("Кухня «Верона»".to_owned()),
        author: None,
        link: Some(format!(
            "https://demo.amocrm.ru/leads/detail/{}",
            number % 500
        )),
        at: 1,
        deadline: None,
        silent: true,
    }
}
