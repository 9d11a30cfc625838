//! From what is told to titles and texts, in the reader's language.

mod kinds;
mod names;
mod system;
mod when;

pub use system::{Connection, system_act};

use crate::address::CrmAddress;
use crate::model::{Card, CrmUserId, Entity, EntityType, Seconds};
use crate::rules::{
    About, KnownTask, SUMMARY, Say, TASKS, TaskSettings, Tell, What, is_all_day, task_subject,
};
use dealbell_protocol::act::AgendaTask;
use dealbell_protocol::ingest::{Act, Again, Notice};
use dealbell_protocol::rest::OpenTask;
use dealbell_protocol::text::{block, line};
use dealbell_protocol::window::Language;
use dealbell_protocol::{Kind, Priority, ProviderId, UserId};
use dealbell_texts::text;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// The longest task text in a title, characters; the notice's text has the whole of it.
const IN_TITLE: usize = 120;
/// How many tasks the summary names.
const NAMED: usize = 3;

/// What words are made of besides the task.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The readers' languages; English where one is missing.
    pub languages: &'a BTreeMap<UserId, Language>,
    /// Names of the CRM's users, as far as the token may see them.
    pub names: &'a HashMap<CrmUserId, String>,
    /// Names of the cards.
    pub cards: &'a HashMap<Entity, Card>,
    /// The sign of the account's money.
    pub currency: &'a str,
    /// Where links lead.
    pub address: &'a CrmAddress,
    /// The account's time zone.
    pub settings: &'a TaskSettings,
    /// The time, Unix seconds.
    pub now: Seconds,
}

/// Puts it in words.
pub fn act(say: Say, words: &Words) -> Act {
    match say {
        Say::Tell(tell) => Act::Notify(Box::new(task_notice(&tell, words))),
        Say::Overview { user, key, tasks } => {
            Act::Notify(Box::new(overview(user, key, &tasks, words)))
        }
        Say::News(news) => Act::Notify(Box::new(kinds::notice(&news, words))),
        Say::TakeBack {
            user,
            provider,
            subject,
            kinds,
        } => Act::Withdraw {
            user,
            provider: ProviderId::new(provider),
            subject,
            kinds,
        },
    }
}

/// The cards whose names the words need, as far as they are known before any is read; of a deal
/// that is read, its first contact too.
pub fn cards(say: &Say, read: &HashMap<Entity, Card>) -> Vec<Entity> {
    let (card, person) = match say {
        Say::Tell(tell) => (tell.task.entity, false),
        Say::News(news) => {
            let person = matches!(news.about, About::Chat(_) | About::Call(_));
            (news.about.card(), person)
        }
        Say::Overview { .. } | Say::TakeBack { .. } => (None, false),
    };
    let contact = card.filter(|_| person).and_then(|card| {
        let id = *read.get(&card)?.contacts.first()?;
        let kind = EntityType::Contacts;
        Some(Entity { kind, id })
    });
    card.into_iter().chain(contact).collect()
}

/// An open task, as the list of a day has it.
pub fn open_task(task: &KnownTask, user: UserId, words: &Words) -> OpenTask {
    let author = author(&What::Due, task).and_then(|id| words.name(id));
    OpenTask {
        subject: task_subject(task.id),
        title: task_name(task, words.language(user)),
        context: task.entity.and_then(|entity| words.context(entity)),
        link: Some(words.link(task.entity)),
        due_at: task.deadline.saturating_mul(1_000),
        all_day: is_all_day(task.deadline, words.settings),
        author,
    }
}

/// The same as a calendar has it (RULES T11).
pub fn agenda_task(task: &KnownTask, user: UserId, words: &Words) -> AgendaTask {
    let open = open_task(task, user, words);
    let zone = words.settings.time_zone.clone();
    let day = || {
        let at = Timestamp::from_second(task.deadline).ok()?;
        Some(at.to_zoned(zone).date().to_string())
    };
    AgendaTask {
        day: open.all_day.then(day).flatten(),
        told_after: match open.all_day {
            true => i64::from(words.settings.all_day_hour) * 3_600,
            false => -words.settings.lead,
        },
        changed_at: task.updated_at.saturating_mul(1_000),
        task: open,
    }
}

/// «Кухня „Верона“ · 184 000 ₽»; none where there is nothing to read.
pub fn label(card: &Card, currency: &str) -> Option<String> {
    let name = line(&card.name, 120);
    let price = (card.price > 0).then(|| format!("{} {currency}", grouped(card.price)));
    let known = [Some(name).filter(|name| !name.is_empty()), price];
    let label = known.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    Some(label.trim_end().to_owned()).filter(|label| !label.is_empty())
}

fn task_notice(tell: &Tell, words: &Words) -> Notice {
    let language = words.language(tell.user);
    let task = &tell.task;
    Notice {
        author: author(&tell.what, task).and_then(|id| words.name(id)),
        user: tell.user,
        provider: ProviderId::new(TASKS),
        kind: tell.what.kind(),
        priority: Priority::Normal,
        subject: Some(task_subject(task.id)),
        dedup_key: Some(tell.key.clone()),
        again: Again::Any,
        title: title(&tell.what, task, language, words),
        text: body(&tell.what, task, language, words),
        context: task.entity.and_then(|entity| words.context(entity)),
        link: Some(words.link(task.entity)),
        at: words.now.saturating_mul(1_000),
        deadline: Some(task.deadline.saturating_mul(1_000)),
        silent: tell.silent,
    }
}

/// Who a notice comes from: nobody, where the reader himself set the task.
fn author(what: &What, task: &KnownTask) -> Option<CrmUserId> {
    match what {
        What::New { by } => Some(*by).filter(|by| *by != task.responsible),
        What::Due | What::Overdue => Some(task.author).filter(|by| *by != task.responsible),
        What::Completed { by, .. } => Some(*by),
    }
}

fn title(what: &What, task: &KnownTask, language: Language, words: &Words) -> String {
    let name = task_name(task, language);
    let say = |id: &str, more: &[(&str, dealbell_texts::Value)]| {
        let mut args = vec![("task", name.clone().into())];
        args.extend_from_slice(more);
        text(language, id, &args)
    };
    match what {
        What::New { by } => {
            let when = words.when(task.deadline, language);
            match words.first_name(*by).filter(|_| *by != task.responsible) {
                None => say("notice-task-new", &[("when", when.into())]),
                Some(by) => {
                    let by = match language {
                        Language::Ru => names::genitive(&by),
                        Language::En => by,
                    };
                    let more = [("name", by.into()), ("when", when.into())];
                    say("notice-task-new-from", &more)
                }
            }
        }
        What::Due if is_all_day(task.deadline, words.settings) => say("notice-task-today", &[]),
        What::Due => {
            let left = task.deadline.saturating_sub(words.now).max(1);
            let minutes = u64::try_from(left).unwrap_or(1).div_ceil(60);
            say("notice-task-due", &[("minutes", minutes.into())])
        }
        What::Overdue => say("notice-task-overdue", &[]),
        What::Completed { by, .. } => match words.first_name(*by) {
            None => say("notice-task-completed-nameless", &[]),
            Some(by) => {
                let gender = names::gender(&by).name();
                let more = [("name", by.into()), ("gender", gender.into())];
                say("notice-task-completed", &more)
            }
        },
    }
}

/// The rest: the whole text where the title could not hold it, and what else is worth a line.
fn body(what: &What, task: &KnownTask, language: Language, words: &Words) -> String {
    let when = || words.when(task.deadline, language);
    let last = match what {
        What::New { .. } => None,
        What::Due if is_all_day(task.deadline, words.settings) => None,
        What::Due => Some(("notice-task-deadline", "when", when())),
        What::Overdue => Some(("notice-task-deadline-was", "when", when())),
        What::Completed { result, .. } if result.trim().is_empty() => None,
        What::Completed { result, .. } => {
            Some(("notice-task-result", "result", block(result, 1_000)))
        }
    };
    let whole = block(&task.text, 2_900);
    let cut = whole != task_name(task, language) && !whole.is_empty();
    let last = last.map(|(id, name, value)| text(language, id, &[(name, value.into())]));
    let lines = cut.then_some(whole).into_iter().chain(last);
    lines.collect::<Vec<_>>().join("\n")
}

fn overview(user: UserId, key: String, tasks: &[KnownTask], words: &Words) -> Notice {
    let language = words.language(user);
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let mut lines: Vec<String> = tasks
        .iter()
        .take(NAMED)
        .map(|task| task_name(task, language))
        .collect();
    if tasks.len() > NAMED {
        let more = count(tasks.len() - NAMED);
        lines.push(text(
            language,
            "notice-overdue-more",
            &[("count", more.into())],
        ));
    }
    let all = [("count", count(tasks.len()).into())];
    Notice {
        author: None,
        user,
        provider: ProviderId::new(TASKS),
        kind: Kind::TaskOverdue,
        priority: Priority::Normal,
        subject: Some(SUMMARY.to_owned()),
        dedup_key: Some(key),
        again: Again::Any,
        title: text(language, "notice-overdue-summary", &all),
        text: lines.join("\n"),
        context: None,
        link: Some(words.link(None)),
        at: words.now.saturating_mul(1_000),
        deadline: None,
        silent: false,
    }
}

/// The task's own text in one line, or what its type is called.
fn task_name(task: &KnownTask, language: Language) -> String {
    let name = line(&task.text, IN_TITLE);
    if !name.is_empty() {
        return name;
    }
    let id = match task.task_type {
        1 => "notice-task-untitled-call",
        2 => "notice-task-untitled-meeting",
        _ => "notice-task-untitled",
    };
    text(language, id, &[])
}

impl Words<'_> {
    fn language(&self, user: UserId) -> Language {
        self.languages.get(&user).copied().unwrap_or_default()
    }

    fn first_name(&self, id: CrmUserId) -> Option<String> {
        self.name(id).map(|name| names::first(&name))
    }

    /// What a user of the CRM is called, in one line; a robot has no name.
    fn name(&self, id: CrmUserId) -> Option<String> {
        let name = self.names.get(&id).map(|name| line(name, 60))?;
        Some(name).filter(|name| !name.is_empty())
    }

    fn when(&self, at: Seconds, language: Language) -> String {
        when::when(at, self.now, self.settings, language)
    }

    /// The card's page, or the list of tasks.
    fn link(&self, entity: Option<Entity>) -> String {
        let path = match entity {
            Some(Entity { kind, id }) => format!("{}/detail/{id}", kind.name()),
            None => "todo/line/".to_owned(),
        };
        self.address.join(&path).to_string()
    }

    fn context(&self, entity: Entity) -> Option<String> {
        label(self.cards.get(&entity)?, self.currency)
    }
}

/// 1280000 → 1 280 000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}
