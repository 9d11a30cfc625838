//! What is said about the connection itself: what happened, and what to do.

use super::when::when;
use crate::model::Seconds;
use crate::rules::{Ailment, SYSTEM, SystemSay, TaskSettings, Topic};
use dealbell_protocol::ingest::{Act, Again, Notice};
use dealbell_protocol::window::Language;
use dealbell_protocol::{Kind, Priority, ProviderId, UserId};
use dealbell_texts::text;
use std::collections::BTreeMap;

/// The connection that is spoken of.
#[derive(Clone, Copy, Debug)]
pub struct Connection<'a> {
    /// `name.amocrm.ru`.
    pub host: &'a str,
    /// The readers' languages; English where one is missing.
    pub languages: &'a BTreeMap<UserId, Language>,
    /// The account's time zone.
    pub settings: &'a TaskSettings,
    /// The time, Unix seconds.
    pub now: Seconds,
}

/// Puts it in words.
pub fn system_act(say: SystemSay, connection: &Connection) -> Act {
    match say {
        SystemSay::Tell {
            user,
            ailment,
            since,
        } => Act::Notify(Box::new(notice(user, ailment, since, connection))),
        SystemSay::TakeBack { user, topic } => Act::Withdraw {
            user: Some(user),
            provider: ProviderId::new(SYSTEM),
            subject: subject(topic, connection),
            kinds: Vec::new(),
        },
    }
}

fn notice(user: UserId, ailment: Ailment, since: Seconds, connection: &Connection) -> Notice {
    let language = connection.languages.get(&user).copied().unwrap_or_default();
    let (topic, id, lost) = match ailment {
        Ailment::Expiring { .. } => (Topic::Access, "expiring", false),
        Ailment::Expired { .. } => (Topic::Access, "expired", true),
        Ailment::Revoked => (Topic::Access, "revoked", true),
        Ailment::GrantLost => (Topic::Access, "grant-lost", true),
        Ailment::Blocked => (Topic::Block, "blocked", true),
        Ailment::Limited => (Topic::Limit, "limited", false),
        Ailment::HookOff => (Topic::Hook, "hook-off", false),
        Ailment::Silent => (Topic::Delay, "silent", false),
        Ailment::Slow => (Topic::Delay, "slow", false),
    };
    let mut args = vec![("host", connection.host.into())];
    if let Ailment::Expiring { at, .. } | Ailment::Expired { at } = ailment {
        let when = when(at, connection.now, connection.settings, language);
        args.push(("when", when.into()));
    }
    let say = |part: &str| text(language, &format!("notice-system-{id}{part}"), &args);
    let subject = subject(topic, connection);
    Notice {
        author: None,
        user,
        provider: ProviderId::new(SYSTEM),
        kind: Kind::System,
        priority: match lost {
            true => Priority::High,
            false => Priority::Normal,
        },
        dedup_key: Some(format!("{subject}:{id}:{since}")),
        subject: Some(subject),
        again: Again::Any,
        title: say(""),
        text: say("-what"),
        context: Some(connection.host.to_owned()),
        link: None,
        at: connection.now.saturating_mul(1_000),
        deadline: None,
        silent: false,
    }
}

/// Of each account there is one notice per topic at a time.
fn subject(topic: Topic, connection: &Connection) -> String {
    format!("connection:{}:{}", connection.host, topic.name())
}
