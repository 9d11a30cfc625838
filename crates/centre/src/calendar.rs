//! A user's open tasks as a private calendar (RULES T11, RFC 5545): what it says, and its secret.

use crate::{
    Centre,
    devices::Session,
    refusal::Refusal,
    secret,
    store::{seal, writer::Step},
};
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use dealbell_protocol::{
    Millis, UserId,
    act::AgendaTask,
    rest::{MAX_LINK, MAX_TEXT},
    text::{line, link},
    window::Language,
};
use dealbell_texts::text;
use icalendar::{Alarm, Calendar, Component as _, Event, EventLike as _, Property};
use sqlx::Row as _;

/// How often calendars may look again; ours is asked cheaply.
const LOOK_AGAIN: &str = "PT15M";
/// A year has four digits, and so has the one after.
const LAST_YEAR: i32 = 9_998;

/// What a calendar is made of.
pub(crate) struct Agenda {
    /// Of its words.
    pub(crate) language: Language,
    /// The tasks, each with the account that numbers it.
    pub(crate) tasks: Vec<(String, AgendaTask)>,
}

/// Whether everybody who may know tasks says them now.
pub(crate) enum Known {
    /// Everything there is.
    All(Agenda),
    /// Some account is not read yet: without it the calendar would lose its tasks.
    NotYet,
}

/// Longest line, bytes, its break left out (RFC 5545 §3.1).
const LINE: usize = 75;

/// Around the number of a value that stands in for it; in no value, since it is a control character.
const MARK: char = '\u{1}';

/// What others wrote, in whose place the library gets a short mark: it folds lines of letters beyond
/// ASCII with white space behind them without an end, or breaks off.
#[derive(Default)]
struct Values(Vec<String>);

impl Values {
    /// A value of type TEXT (RFC 5545 §3.3.11).
    fn text(&mut self, value: &str) -> String {
        let mut safe = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => safe.extend(['\\', c]),
                '\n' => safe.push_str("\\n"),
                c if c.is_control() => {}
                c => safe.push(c),
            }
        }
        self.keep(safe)
    }

    /// One of a type that has nothing to escape, and no control character.
    fn plain(&mut self, value: &str) -> String {
        self.keep(value.chars().filter(|c| !c.is_control()).collect())
    }

    fn keep(&mut self, value: String) -> String {
        let mark = format!("{MARK}{}{MARK}", self.0.len());
        self.0.push(value);
        mark
    }

    /// The feed with the values in their places.
    fn put(&self, feed: &str) -> String {
        let mut parts = feed.split(MARK);
        let mut whole = parts.next().unwrap_or_default().to_owned();
        while let (Some(number), Some(after)) = (parts.next(), parts.next()) {
            let value = number.parse().ok().and_then(|at: usize| self.0.get(at));
            whole.push_str(value.map_or("", String::as_str));
            whole.push_str(after);
        }
        whole
    }
}

/// In lines that are no longer than they should be.
fn folded(feed: &str) -> String {
    let mut lines = String::with_capacity(feed.len() + feed.len() / LINE * 3);
    for line in feed.split_inclusive("\r\n") {
        let (mut rest, mut room) = (line.trim_end_matches("\r\n"), LINE);
        while rest.len() > room {
            let (begin, end) = rest.split_at(rest.floor_char_boundary(room));
            lines.push_str(begin);
            lines.push_str("\r\n ");
            (rest, room) = (end, LINE - 1);
        }
        lines.push_str(rest);
        lines.push_str("\r\n");
    }
    lines
}

impl Agenda {
    /// As RFC 5545 has it. The same tasks make the same text.
    pub(crate) fn feed(&self) -> String {
        let mut calendar = Calendar::new();
        calendar
            .name(&text(self.language, "calendar-name", &[]))
            .append_property(Property::new("METHOD", "PUBLISH"))
            .append_property(
                Property::new("REFRESH-INTERVAL", LOOK_AGAIN)
                    .add_parameter("VALUE", "DURATION")
                    .done(),
            )
            .append_property(Property::new("X-PUBLISHED-TTL", LOOK_AGAIN));
        let mut values = Values::default();
        for (source, task) in &self.tasks {
            calendar.push(self.event(source, task, &mut values));
        }
        folded(&values.put(&calendar.done().to_string()))
    }

    fn event(&self, source: &str, agenda: &AgendaTask, values: &mut Values) -> Event {
        let task = &agenda.task;
        let changed = utc(agenda.changed_at);
        // A break within a value would begin a line of the calendar.
        let uid = line(&format!("{}@{source}", task.subject), MAX_LINK);
        let title = line(&task.title, MAX_TEXT);
        let told_after = TimeDelta::try_seconds(agenda.told_after).unwrap_or_default();
        let title = values.text(&title);
        let mut alarm = Alarm::display(&title, told_after);
        let alarms = values.text(&format!("alarm:{uid}"));
        alarm.uid(&alarms).timestamp(changed);
        let mut event = Event::new();
        event
            .uid(&values.text(&uid))
            .timestamp(changed)
            .last_modified(changed)
            .summary(&title)
            .alarm(alarm);
        match agenda
            .day
            .as_deref()
            .and_then(|day| day.parse::<NaiveDate>().ok())
            .filter(|day| (1..=LAST_YEAR).contains(&day.year()))
        {
            // A day is not spent on a task: it does not make its owner busy.
            Some(day) => event
                .all_day(day)
                .append_property(("TRANSP", "TRANSPARENT")),
            None => event.starts(utc(task.due_at)),
        };
        let link = task.link.as_deref().and_then(link).map(String::from);
        let author = |author: &String| {
            let author = [("author", author.as_str().into())];
            text(self.language, "calendar-author", &author)
        };
        let about = [
            task.context.clone(),
            task.author.as_ref().map(author),
            link.clone(),
        ];
        let about: Vec<String> = about
            .into_iter()
            .flatten()
            .map(|part| line(&part, MAX_TEXT))
            .collect();
        if !about.is_empty() {
            event.description(&values.text(&about.join("\n")));
        }
        if let Some(link) = &link {
            event.url(&values.plain(link));
        }
        event.done()
    }
}

/// Within the years that a calendar can write.
fn utc(at: Millis) -> DateTime<Utc> {
    let known = DateTime::from_timestamp_millis(at).unwrap_or_default();
    match (1..=LAST_YEAR).contains(&known.year()) {
        true => known,
        false => DateTime::default(),
    }
}

impl Centre {
    /// The secret of the calendar of whoever asks, made where he has none yet, or in any case where
    /// `anew`: then the old one ends. It is remembered which device was told.
    pub(crate) async fn calendar_secret(
        &self,
        session: &Session,
        anew: bool,
    ) -> Result<String, Refusal> {
        let (user, device) = (session.user, session.device);
        let sealer = self.sealer();
        let made = self.writer().write(move |step| {
            Box::pin(async move {
                let bound = user.to_string();
                let known: Option<Vec<u8>> =
                    sqlx::query_scalar("SELECT secret FROM calendars WHERE user = ?")
                        .bind(&bound)
                        .fetch_optional(&mut step.db)
                        .await?;
                let known = known.filter(|_| !anew);
                let told = "UPDATE devices SET knows_calendar = (id = ?1 OR (?2 AND knows_calendar))
                            WHERE user = ?3";
                sqlx::query(told)
                    .bind(device.to_string())
                    .bind(known.is_some())
                    .bind(&bound)
                    .execute(&mut step.db)
                    .await?;
                if let Some(known) = known {
                    return Ok(sealer.open(&about(&bound), &known)?);
                }
                seal::ready(&mut step.db, &sealer).await?;
                let fresh = secret::hex();
                sqlx::query(
                    "INSERT INTO calendars (user, secret_hash, secret, created_at) VALUES (?, ?, ?, ?)
                     ON CONFLICT (user) DO UPDATE SET secret_hash = excluded.secret_hash,
                     secret = excluded.secret, created_at = excluded.created_at",
                )
                .bind(&bound)
                .bind(secret::hash(&fresh))
                .bind(sealer.seal(&about(&bound), &fresh)?)
                .bind(step.now)
                .execute(&mut step.db)
                .await?;
                Ok(fresh)
            })
        });
        made.await
    }

    /// What the calendar of this secret shows; none for a secret that is nobody's.
    pub(crate) async fn agenda(&self, secret: &str) -> Result<Option<Known>, Refusal> {
        let row = sqlx::query(
            "SELECT u.id, u.language, (SELECT count(*) FROM connections) AS accounts FROM calendars c JOIN users u ON u.id = c.user
             WHERE c.secret_hash = ?",
        )
        .bind(secret::hash(secret))
        .fetch_optional(self.read())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let user = crate::store::notifications::parsed(row.try_get("id")?)?;
        let language = match row.try_get("language")? {
            "ru" => Language::Ru,
            _ => Language::En,
        };
        let accounts: u32 = row.try_get("accounts")?;
        let tasks = self.agenda_of(user, accounts as usize).await;
        Ok(Some(tasks.map_or(Known::NotYet, |tasks| {
            Known::All(Agenda { language, tasks })
        })))
    }
}

/// Ends the address of `user`'s calendar where the device `id` was told it; there is another one when
/// somebody asks for it.
pub(crate) async fn forget_known_by(
    step: &mut Step,
    user: UserId,
    id: &str,
) -> Result<(), Refusal> {
    sqlx::query(
        "DELETE FROM calendars WHERE user = ?1 AND EXISTS
         (SELECT 1 FROM devices WHERE id = ?2 AND user = ?1 AND knows_calendar = 1)",
    )
    .bind(user.to_string())
    .bind(id)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

fn about(user: &str) -> [&str; 2] {
    ["calendar", user]
}
