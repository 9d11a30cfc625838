//! Webhooks: who wants to be told what, what waits to be told, and what came of telling. Time
//! comes in as an argument, Unix seconds; the [`postman`](crate::postman) does the telling.
//!
//! Whoever changes the account's content says so by `Office::announce` with an [`Announcement`]
//! of plain words. A chat message, for one:
//!
//! ```text
//! office.announce(
//!     Announcement::new("message", "add")
//!         .with("id", "6f0e…")
//!         .with("text", text)
//!         .with("author[name]", "Ирина Котова"),
//! );
//! ```
//!
//! and a deal that got another responsible: `Announcement::new("leads", "responsible")
//! .with("id", id).with("responsible_user_id", new).with("old_responsible_user_id", old)`. Kinds
//! are amoCRM's in the body (`task`, `leads`, `contacts`, `companies`, `customers`, `talk`,
//! `message`), actions `add`, `update`, `delete`, `restore`, `responsible`, `status`, `note`.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::account::{ACCOUNT_ID, SUBDOMAIN};
use crate::books::{EntityKind, Task};
use crate::form;

/// A change in the account, in the words a hook tells it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announcement {
    kind: &'static str,
    action: &'static str,
    fields: Vec<(String, String)>,
}

impl Announcement {
    /// `action` happened to something of `kind`, both as the body names them.
    pub(crate) fn new(kind: &'static str, action: &'static str) -> Self {
        Self {
            kind,
            action,
            fields: Vec::new(),
        }
    }

    /// The same with one more field; `name` may have brackets (`author[name]`).
    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }

    /// What happened to a task, with the fields amoCRM sends.
    pub(crate) fn of_task(action: &'static str, task: &Task) -> Self {
        let element_type = task.entity.map_or(0, |entity| match entity.kind {
            EntityKind::Contacts => 1,
            EntityKind::Leads => 2,
            EntityKind::Companies => 3,
            EntityKind::Customers => 12,
        });
        let announcement = Self::new("task", action)
            .with("id", task.id)
            .with("element_id", task.entity.map_or(0, |entity| entity.id))
            .with("element_type", element_type)
            .with("task_type", task.task_type)
            .with("text", &task.text)
            .with("status", u8::from(task.is_completed))
            .with("account_id", ACCOUNT_ID)
            .with("created_user_id", task.created_by)
            .with("modified_user_id", task.updated_by)
            .with("responsible_user_id", task.responsible)
            .with("complete_till", task.complete_till)
            .with("created_at", task.created_at)
            .with("updated_at", task.updated_at)
            .with("action_close", u8::from(task.is_completed));
        match &task.result {
            Some(result) => announcement.with("result[text]", result),
            None => announcement,
        }
    }

    /// The setting that subscribes to it, such as `add_task` or `status_lead`.
    fn setting(&self) -> String {
        let singular = match self.kind {
            "leads" => "lead",
            "contacts" => "contact",
            "companies" => "company",
            "customers" => "customer",
            own => own,
        };
        format!("{}_{singular}", self.action)
    }
}

/// Whether this is something a hook can subscribe to.
pub(crate) fn is_setting(setting: &str) -> bool {
    const CHANGES: [&str; 5] = ["add", "update", "delete", "restore", "responsible"];
    const KINDS: [&str; 6] = ["task", "lead", "contact", "company", "customer", "talk"];
    if matches!(setting, "status_lead" | "add_message") {
        return true;
    }
    match setting.split_once('_') {
        Some(("note", kind)) => ["lead", "contact", "company", "customer"].contains(&kind),
        Some((change, kind)) => CHANGES.contains(&change) && KINDS.contains(&kind),
        None => false,
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its id.
    pub id: u64,
    /// Where changes are sent.
    pub destination: String,
    /// What is sent, in amoCRM's words (`add_task`, …).
    pub settings: Vec<String>,
    /// Its place in the list of the web interface.
    pub sort: i64,
    /// Switched off, by too many failures.
    pub disabled: bool,
    /// Who subscribed.
    pub created_by: u64,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// One attempt to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookDelivery {
    /// Where it was sent.
    pub destination: String,
    /// The HTTP status of the answer; `None` where there was none in time.
    pub status: Option<u16>,
    /// What was sent.
    pub body: String,
    /// When the attempt ended, Unix seconds.
    pub at: i64,
}

/// A body on its way to a hook.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    hook: u64,
    pub(crate) destination: String,
    pub(crate) body: String,
    /// How many attempts have failed.
    failures: usize,
    due_at: i64,
}

/// Seconds from each failed attempt to the next; after the last the hook is switched off.
const WAITS: [i64; 4] = [5 * 60, 15 * 60, 15 * 60, 60 * 60];
/// The most changes told in one body.
const MOST_A_BODY: usize = 50;
const FIRST_HOOK: u64 = 839_656;

/// The subscriptions, and what is on its way to them.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    hooks: Vec<Hook>,
    next: u64,
    fresh: BTreeMap<u64, Vec<Announcement>>,
    waiting: Vec<Letter>,
    under_way: usize,
    log: Vec<HookDelivery>,
}

impl Hooks {
    /// Every subscription, oldest first.
    pub(crate) fn list(&self) -> &[Hook] {
        &self.hooks
    }

    /// Every attempt so far.
    pub(crate) fn log(&self) -> &[HookDelivery] {
        &self.log
    }

    /// Subscribes `destination`, or changes what it is subscribed to and switches it on again.
    pub(crate) fn subscribe(
        &mut self,
        by: u64,
        destination: &str,
        settings: Vec<String>,
        sort: Option<i64>,
        now: i64,
    ) -> Hook {
        let known = self
            .hooks
            .iter_mut()
            .find(|hook| hook.destination == destination);
        if let Some(hook) = known {
            hook.settings = settings;
            hook.sort = sort.unwrap_or(hook.sort);
            hook.disabled = false;
            hook.updated_at = now;
            return hook.clone();
        }
        let hook = Hook {
            id: FIRST_HOOK + self.next,
            destination: destination.to_owned(),
            settings,
            sort: sort.unwrap_or(10),
            disabled: false,
            created_by: by,
            created_at: now,
            updated_at: now,
        };
        self.next += 1;
        self.hooks.push(hook.clone());
        hook
    }

    /// Whether there was such a subscription to end.
    pub(crate) fn unsubscribe(&mut self, destination: &str) -> bool {
        let hook = self
            .hooks
            .iter()
            .position(|hook| hook.destination == destination);
        let Some(hook) = hook.map(|place| self.hooks.remove(place)) else {
            return false;
        };
        self.forget_letters(hook.id);
        true
    }

    /// Whether anybody wants to hear of this.
    pub(crate) fn announce(&mut self, announcement: &Announcement) -> bool {
        let setting = announcement.setting();
        let mut wanted = false;
        for hook in self.hooks.iter().filter(|hook| !hook.disabled) {
            if hook.settings.contains(&setting) {
                let fresh = self.fresh.entry(hook.id).or_default();
                fresh.push(announcement.clone());
                wanted = true;
            }
        }
        wanted
    }

    /// What has to be sent now, from the account at `host`. Each letter has to come back through
    /// [`Hooks::delivered`].
    pub(crate) fn take_due(&mut self, host: &str, now: i64) -> Vec<Letter> {
        let mut due: Vec<Letter> = self
            .waiting
            .extract_if(.., |letter| letter.due_at <= now)
            .collect();
        for (hook, announcements) in std::mem::take(&mut self.fresh) {
            let Some(hook) = self.hooks.iter().find(|one| one.id == hook) else {
                continue;
            };
            due.extend(announcements.chunks(MOST_A_BODY).map(|told| Letter {
                hook: hook.id,
                destination: hook.destination.clone(),
                body: body(told, host),
                failures: 0,
                due_at: now,
            }));
        }
        self.under_way += due.len();
        due
    }

    /// What came of an attempt: done, tried again later, or the last straw.
    pub(crate) fn delivered(&mut self, mut letter: Letter, status: Option<u16>, now: i64) {
        self.under_way -= 1;
        self.log.push(HookDelivery {
            destination: letter.destination.clone(),
            status,
            body: letter.body.clone(),
            at: now,
        });
        if status.is_some_and(|status| (200..300).contains(&status)) {
            return;
        }
        let Some(hook) = self.hooks.iter_mut().find(|hook| hook.id == letter.hook) else {
            return;
        };
        let Some(wait) = WAITS.get(letter.failures) else {
            hook.disabled = true;
            hook.updated_at = now;
            self.forget_letters(letter.hook);
            return;
        };
        if !hook.disabled {
            letter.failures += 1;
            letter.due_at = now + wait;
            self.waiting.push(letter);
        }
    }

    /// Whether some letter waits for its next attempt.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether nothing is on its way or due by now.
    pub(crate) fn is_settled(&self, now: i64) -> bool {
        let due = self.waiting.iter().any(|letter| letter.due_at <= now);
        self.under_way == 0 && self.fresh.is_empty() && !due
    }

    fn forget_letters(&mut self, hook: u64) {
        self.fresh.remove(&hook);
        self.waiting.retain(|letter| letter.hook != hook);
    }
}

/// Several changes as PHP writes them, each counted within its kind and action.
fn body(told: &[Announcement], host: &str) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut pairs = Vec::new();
    for announcement in told {
        let (kind, action) = (announcement.kind, announcement.action);
        let count = counts.entry((kind, action)).or_default();
        for (name, value) in &announcement.fields {
            let (first, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
            pairs.push((
                format!("{kind}[{action}][{count}][{first}]{rest}"),
                value.clone(),
            ));
        }
        *count += 1;
    }
    pairs.push(("account[subdomain]".to_owned(), SUBDOMAIN.to_owned()));
    pairs.push(("account[id]".to_owned(), ACCOUNT_ID.to_string()));
    pairs.push(("account[_links][self]".to_owned(), format!("http://{host}")));
    form::encoded(
        pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscribed(settings: &[&str]) -> Hooks {
        let mut hooks = Hooks::default();
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        hooks.subscribe(1, "http://127.0.0.1:1/x", settings, None, 0);
        hooks
    }

    fn told(id: u64) -> Announcement {
        Announcement::new("leads", "status").with("id", id)
    }

    #[test]
    fn changes_of_one_moment_go_in_one_body_and_only_what_was_asked_for() {
        let mut hooks = subscribed(&["status_lead", "add_message"]);
        assert!(hooks.announce(&told(1)) && hooks.announce(&told(2)));
        assert!(!hooks.announce(&Announcement::new("leads", "add").with("id", 3)));
        hooks.announce(&Announcement::new("message", "add").with("author[name]", "И К"));
        let letters = hooks.take_due("h", 0);
        assert_eq!(letters.len(), 1);
        assert_eq!(
            letters[0].body.replace("%5B", "[").replace("%5D", "]"),
            "leads[status][0][id]=1&leads[status][1][id]=2&message[add][0][author][name]=%D0%98+%D0%9A\
             &account[subdomain]=mebelsever&account[id]=31415926&account[_links][self]=http%3A%2F%2Fh"
        );
    }

    #[test]
    fn a_refused_letter_is_tried_again_later_and_later_until_the_hook_is_switched_off() {
        let mut hooks = subscribed(&["status_lead"]);
        hooks.announce(&told(1));
        let mut now = 0;
        for wait in WAITS {
            let letter = hooks.take_due("h", now).remove(0);
            assert!(!hooks.is_settled(now));
            hooks.delivered(letter, Some(500), now);
            assert!(hooks.is_settled(now) && hooks.take_due("h", now + wait - 1).is_empty());
            now += wait;
            assert!(!hooks.is_settled(now));
        }
        let letter = hooks.take_due("h", now).remove(0);
        hooks.announce(&told(2));
        hooks.delivered(letter, None, now);
        assert!(hooks.list()[0].disabled && hooks.is_settled(now));
        assert_eq!(hooks.log().len(), 5);
        assert!(!hooks.announce(&told(3)), "nobody is told any more");
        // To subscribe again switches it on.
        hooks.subscribe(
            1,
            "http://127.0.0.1:1/x",
            vec!["status_lead".to_owned()],
            None,
            now,
        );
        assert!(hooks.announce(&told(4)));
    }

    #[test]
    fn settings_are_amocrms() {
        let known = [
            "add_task",
            "responsible_lead",
            "status_lead",
            "note_company",
            "add_message",
            "update_talk",
        ];
        assert!(known.into_iter().all(is_setting));
        let unknown = [
            "status_task",
            "note_task",
            "task",
            "add_",
            "remove_lead",
            "update_message",
        ];
        assert!(!unknown.into_iter().any(is_setting));
    }
}
