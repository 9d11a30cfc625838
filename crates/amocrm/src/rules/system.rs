//! What is told about the connection to the CRM itself (RULES, row *system*): a pure function of
//! how it stands, what was told before, to whom, and the time.

use crate::model::Seconds;
use dealbell_protocol::UserId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The provider of every notice about the connection (RULES C1).
pub const SYSTEM: &str = "system";

/// No successful reading for so long is told.
const SILENCE: Duration = Duration::from_secs(300);
/// Refusals for asking too much that last so long are told.
const LIMITED: Duration = Duration::from_secs(60);
/// A day, seconds.
const DAY: Seconds = 86_400;

/// What a notice is about: of each there is one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What lets us in.
    Access,
    /// Whether the CRM answers us at all.
    Block,
    /// The limit of requests.
    Limit,
    /// The webhook.
    Hook,
    /// How far we are behind.
    Delay,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Access,
        Self::Block,
        Self::Limit,
        Self::Hook,
        Self::Delay,
    ];

    /// Its name in subjects and memory.
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Block => "block",
            Self::Limit => "limit",
            Self::Hook => "hook",
            Self::Delay => "delay",
        }
    }
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ailment {
    /// The token ends soon.
    Expiring {
        /// When.
        at: Seconds,
        /// Within how many days, of 14, 3 and 1.
        days: u8,
    },
    /// The token has ended.
    Expired {
        /// When.
        at: Seconds,
    },
    /// The token is not accepted although its time is not over.
    Revoked,
    /// The integration was shut out, or the way to renew its token is lost.
    GrantLost,
    /// The CRM has blocked us.
    Blocked,
    /// The CRM refuses for asking too much, and goes on to.
    Limited,
    /// The CRM had switched our webhook off.
    HookOff,
    /// Nothing could be read for a while.
    Silent,
    /// What is read is old when it is read.
    Slow,
}

/// Whether the CRM lets us in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// It has not answered yet.
    #[default]
    Unknown,
    /// It does.
    Granted,
    /// It refuses the token.
    Refused,
    /// The integration's grant is lost.
    GrantLost,
}

/// How the connection stands. What is not known yet is neither told nor taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the CRM lets us in.
    pub access: Access,
    /// When the token ends, where it says so and is not renewed.
    pub token_ends: Option<Seconds>,
    /// Whether the CRM has blocked us; none before its first answer.
    pub blocked: Option<bool>,
    /// For how long it has refused for asking too much; none before its first answer.
    pub limited: Option<Duration>,
    /// Whether it has switched our webhook off; none where that is not known.
    pub hook_off: Option<bool>,
    /// How long nothing was read although it should have been.
    pub unread: Duration,
    /// Whether readings take so long that what they bring is old; none before the first.
    pub slow: Option<bool>,
}

/// What was told of a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What is wrong.
    pub ailment: Ailment,
    /// Since when it is told.
    pub since: Seconds,
    /// To whom.
    pub users: BTreeSet<UserId>,
}

/// One thing to tell or take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemSay {
    /// A notice.
    Tell {
        /// To whom.
        user: UserId,
        /// What is wrong.
        ailment: Ailment,
        /// Since when it is told; tells occurrences apart.
        since: Seconds,
    },
    /// A user's notice goes.
    TakeBack {
        /// Whose.
        user: UserId,
        /// What it was about.
        topic: Topic,
    },
}

/// What to say, in order, and what is told from now on of the topics that change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemOutcome {
    /// What to tell and take back.
    pub says: Vec<SystemSay>,
    /// Topics told otherwise than before; none: nothing is told of it any more.
    pub told: BTreeMap<Topic, Option<Told>>,
}

/// Compares how the connection stands with what was told of it. `audience` are those to be told:
/// administrators, and whoever connected the account.
pub fn attend(
    before: &BTreeMap<Topic, Told>,
    standing: &Standing,
    audience: &BTreeSet<UserId>,
    now: Seconds,
) -> SystemOutcome {
    let mut outcome = SystemOutcome::default();
    for topic in Topic::ALL {
        let told = before.get(&topic);
        let Some(ailment) = diagnose(topic, told, standing, now) else {
            continue;
        };
        outcome.step(topic, told, ailment, audience, now);
    }
    outcome
}

/// What is wrong about a topic, if anything; none where that is not known.
fn diagnose(
    topic: Topic,
    told: Option<&Told>,
    standing: &Standing,
    now: Seconds,
) -> Option<Option<Ailment>> {
    match topic {
        Topic::Access => access(told, standing, now),
        Topic::Block => standing.blocked.map(|yes| yes.then_some(Ailment::Blocked)),
        Topic::Limit => standing
            .limited
            .map(|lasted| (lasted >= LIMITED).then_some(Ailment::Limited)),
        Topic::Hook => standing.hook_off.map(|yes| yes.then_some(Ailment::HookOff)),
        Topic::Delay => delay(standing),
    }
}

fn access(told: Option<&Told>, standing: &Standing, now: Seconds) -> Option<Option<Ailment>> {
    match standing.access {
        Access::Granted => Some(expiring(standing.token_ends, now)),
        Access::GrantLost => Some(Some(Ailment::GrantLost)),
        Access::Refused => Some(Some(match standing.token_ends {
            Some(at) if at <= now => Ailment::Expired { at },
            _ => Ailment::Revoked,
        })),
        // Its end is known without the CRM; but what was refused before may be so still.
        Access::Unknown => match told.map(|told| told.ailment) {
            None | Some(Ailment::Expiring { .. }) => {
                expiring(standing.token_ends.filter(|&at| at > now), now).map(Some)
            }
            Some(_) => None,
        },
    }
}

fn expiring(ends: Option<Seconds>, now: Seconds) -> Option<Ailment> {
    let at = ends?;
    let left = at.saturating_sub(now);
    let days = [1_u8, 3, 14]
        .into_iter()
        .find(|&days| left <= Seconds::from(days) * DAY)?;
    Some(Ailment::Expiring { at, days })
}

fn delay(standing: &Standing) -> Option<Option<Ailment>> {
    // One cause, one notice.
    let explained = matches!(standing.access, Access::Refused | Access::GrantLost)
        || standing.blocked == Some(true)
        || standing.limited.is_some_and(|lasted| lasted >= LIMITED);
    if standing.unread >= SILENCE {
        return (!explained).then_some(Some(Ailment::Silent));
    }
    standing.slow.map(|slow| slow.then_some(Ailment::Slow))
}

impl SystemOutcome {
    fn step(
        &mut self,
        topic: Topic,
        told: Option<&Told>,
        ailment: Option<Ailment>,
        audience: &BTreeSet<UserId>,
        now: Seconds,
    ) {
        let same = told.filter(|told| Some(told.ailment) == ailment);
        let nobody = BTreeSet::new();
        let heard = told.map_or(&nobody, |told| &told.users);
        let hears = same.map_or(&nobody, |told| &told.users);
        let wanted = match ailment {
            Some(_) => audience,
            None => &nobody,
        };
        let gone = heard
            .iter()
            .filter(|user| !hears.contains(user) || !wanted.contains(user));
        self.says
            .extend(gone.map(|&user| SystemSay::TakeBack { user, topic }));
        let Some(ailment) = ailment else {
            if told.is_some() {
                self.told.insert(topic, None);
            }
            return;
        };
        let since = same.map_or(now, |told| told.since);
        let new = wanted.difference(hears);
        self.says.extend(new.map(|&user| SystemSay::Tell {
            user,
            ailment,
            since,
        }));
        let now_told = Told {
            ailment,
            since,
            users: wanted.clone(),
        };
        if told != Some(&now_told) && !(told.is_none() && wanted.is_empty()) {
            self.told.insert(topic, Some(now_told));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    const NOW: Seconds = 1_000_000_000;

    fn users(ids: &[u128]) -> BTreeSet<UserId> {
        ids.iter().map(|&id| UserId(Ulid(id))).collect()
    }

    /// Takes steps one after another and notes what was said in each.
    struct Course(BTreeMap<Topic, Told>);

    impl Course {
        fn step(&mut self, standing: &Standing, audience: &[u128], now: Seconds) -> Vec<String> {
            let outcome = attend(&self.0, standing, &users(audience), now);
            for (topic, told) in outcome.told {
                match told {
                    Some(told) => drop(self.0.insert(topic, told)),
                    None => drop(self.0.remove(&topic)),
                }
            }
            let said = |say: &SystemSay| match say {
                SystemSay::Tell { user, ailment, .. } => format!("{} {ailment:?}", user.0.0),
                SystemSay::TakeBack { user, topic } => format!("{} -{}", user.0.0, topic.name()),
            };
            outcome.says.iter().map(said).collect()
        }
    }

    fn well() -> Standing {
        Standing {
            access: Access::Granted,
            blocked: Some(false),
            limited: Some(Duration::ZERO),
            hook_off: Some(false),
            slow: Some(false),
            ..Standing::default()
        }
    }

    #[test]
    fn a_token_is_told_of_three_times_then_as_ended_and_a_new_one_mends_it() {
        let mut course = Course(BTreeMap::new());
        let ends = NOW + 20 * DAY;
        let granted = Standing {
            token_ends: Some(ends),
            ..well()
        };
        let mut said = Vec::new();
        for hour in 0..20 * 24 {
            said.extend(course.step(&granted, &[1], NOW + hour * 3_600));
        }
        let expiring = |days| format!("1 Expiring {{ at: {ends}, days: {days} }}");
        let back = || "1 -access".to_owned();
        assert_eq!(
            said,
            [expiring(14), back(), expiring(3), back(), expiring(1)]
        );
        let refused = Standing {
            access: Access::Refused,
            ..granted
        };
        let said = course.step(&refused, &[1], ends);
        assert_eq!(said, [back(), format!("1 Expired {{ at: {ends} }}")]);
        let restarted = Standing {
            token_ends: Some(ends + 9 * DAY),
            ..Standing::default()
        };
        assert!(course.step(&restarted, &[1], ends + 5).is_empty());
        let renewed = Standing {
            token_ends: Some(ends + 90 * DAY),
            ..well()
        };
        assert_eq!(course.step(&renewed, &[1], ends + 9), [back()]);
    }

    #[test]
    fn one_cause_is_one_notice_and_all_goes_when_mended() {
        let mut course = Course(BTreeMap::new());
        let blocked = Standing {
            blocked: Some(true),
            unread: Duration::from_secs(900),
            ..well()
        };
        assert_eq!(course.step(&blocked, &[1], NOW), ["1 Blocked"]);
        assert!(course.step(&blocked, &[1], NOW + 60).is_empty(), "once");
        let silent = Standing {
            unread: Duration::from_secs(300),
            ..Standing::default()
        };
        // Restarted without network: the block may be there still.
        assert_eq!(course.step(&silent, &[1], NOW + 90), ["1 Silent"]);
        assert_eq!(
            course.step(&well(), &[1], NOW + 99),
            ["1 -block", "1 -delay"]
        );
        assert!(course.0.is_empty());
    }

    #[test]
    fn whoever_becomes_an_administrator_hears_it_too_and_who_is_none_any_more_loses_it() {
        let mut course = Course(BTreeMap::new());
        let lost = Standing {
            access: Access::GrantLost,
            ..Standing::default()
        };
        assert!(course.step(&lost, &[], NOW).is_empty());
        assert_eq!(
            course.step(&lost, &[1, 2], NOW),
            ["1 GrantLost", "2 GrantLost"]
        );
        assert_eq!(
            course.step(&lost, &[2, 3], NOW),
            ["1 -access", "3 GrantLost"]
        );
    }

    #[test]
    fn a_short_refusal_for_asking_too_much_is_nobodys_business() {
        let mut course = Course(BTreeMap::new());
        let limited = |seconds| Standing {
            limited: Some(Duration::from_secs(seconds)),
            ..well()
        };
        assert!(course.step(&limited(59), &[1], NOW).is_empty());
        assert_eq!(course.step(&limited(60), &[1], NOW), ["1 Limited"]);
        assert_eq!(course.step(&limited(0), &[1], NOW), ["1 -limit"]);
    }
}
