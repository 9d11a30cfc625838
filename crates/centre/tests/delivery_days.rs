//! Four hundred days of digests in three time zones, with crashes in the middle of sending, against
//! an oracle that counts by itself (RULES C8).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_protocol::{
    Kind, Millis, UserId,
    dead_letter::DeadCause,
    ingest::{Act, Notice},
    letter::LetterContent,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use std::collections::BTreeMap;
use support::{
    letters::{Desk, HOUR, MINUTE, on},
    office::{Deed, Stage},
};

const DAYS: i32 = 400;
/// A year with both changes of clocks, in the north and in the south, and a leap day's neighbour.
const BEGIN: &str = "2026-01-15T00:07:00Z";

/// A user, and what the oracle knows of him.
struct Reader {
    user: UserId,
    token: String,
    zone: TimeZone,
    /// Hour and minute of his digest.
    at: (i8, i8),
    /// What is to come into a digest: title, when, whether it is read.
    waiting: Vec<(String, Millis, bool)>,
    day: Date,
}

impl Reader {
    /// When the digest of a day is due.
    fn due(&self, day: Date) -> Millis {
        let wall = day.at(self.at.0, self.at.1, 0, 0);
        let zoned = wall.to_zoned(self.zone.clone()).unwrap();
        zoned.timestamp().as_millisecond()
    }

    fn next(&self) -> Millis {
        self.due(self.day)
    }
}

/// What became of a digest that was to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crash {
    None,
    /// Anywhere: after so many turns of whoever else is running.
    Turns(u32),
    At(Stage),
}

#[derive(Debug, Default)]
struct Score {
    due: u32,
    sent: u32,
    /// The crash fell between the acceptance and our record: it is there, and listed.
    sent_and_listed: u32,
    /// The crash fell when the letter was on its way out: it is not there, and listed.
    missing_and_listed: u32,
    crashes: u32,
    downs: u32,
}

async fn reader(desk: &Desk, email: &str, zone: &str, at: (i8, i8)) -> Reader {
    let user = desk.centre().add_user(email, "", "ru").await.unwrap();
    let token = desk.centre().add_device(email, "").await.unwrap();
    let minute = i32::from(at.0) * 60 + i32::from(at.1);
    let email = json!({"mode": "daily", "at": minute, "zone": zone});
    let providers = json!({"tasks": on()});
    desk.save_as(&token, json!({"email": email, "providers": providers}))
        .await;
    let zone = TimeZone::get(zone).unwrap();
    let now = Timestamp::from_millisecond(desk.now()).unwrap();
    let today = now.to_zoned(zone.clone()).date();
    let mut reader = Reader {
        user,
        token,
        zone,
        at,
        waiting: Vec::new(),
        day: today,
    };
    while reader.next() <= desk.now() {
        reader.day = reader.day.tomorrow().unwrap();
    }
    reader
}

/// Some hours of a reader: he is told things, reads some, and some are taken back.
async fn live(desk: &Desk, reader: &mut Reader, chance: &mut StdRng, count: &mut u32) {
    let mut acts = Vec::new();
    for _ in 0..chance.random_range(0..5) {
        *count += 1;
        let title = format!("{count}");
        let (kind, silent) = match chance.random_range(0..6) {
            0 => (Kind::TaskOverdue, false),
            1 => (Kind::TaskNew, true),
            2 => (Kind::TaskDue, false),
            _ => (Kind::TaskNew, false),
        };
        if kind != Kind::TaskOverdue && !silent {
            reader.waiting.push((title.clone(), desk.now(), false));
        }
        let Act::Notify(notice) = desk.notice(kind, &title, *count) else {
            panic!("it is a notice");
        };
        acts.push(Act::Notify(Box::new(Notice {
            user: reader.user,
            silent,
            ..*notice
        })));
    }
    desk.tell(acts).await;
    if chance.random_bool(0.5) {
        let unread = desk.unread(&reader.token).await;
        let some = unread.iter().filter(|_| chance.random_bool(0.4)).take(20);
        let some: Vec<_> = some.collect();
        let ids: Vec<_> = some.iter().map(|n| n.id).collect();
        desk.mark_ids(&reader.token, "read", &json!(ids)).await;
        for one in some {
            let known = reader
                .waiting
                .iter_mut()
                .find(|(title, ..)| *title == one.title);
            if let Some(known) = known {
                known.2 = true;
            }
        }
    }
    if chance.random_bool(0.2)
        && let Some((title, ..)) = reader.waiting.last().cloned()
    {
        reader.waiting.pop();
        desk.withdraw(title.parse().unwrap()).await;
    }
}

/// What the digest due at `cut` says, taken out of what waits: how many, and the five newest.
fn expected(reader: &mut Reader, cut: Millis) -> Option<(u64, Vec<String>)> {
    let (old, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut reader.waiting)
        .into_iter()
        .partition(|(_, created, _)| *created < cut);
    reader.waiting = rest;
    let unread = old.into_iter().filter(|(.., read)| !read);
    let titles: Vec<String> = unread.map(|(title, ..)| title).collect();
    let newest = titles.iter().rev().take(5).cloned().collect();
    (!titles.is_empty()).then_some((titles.len() as u64, newest))
}

async fn crash(desk: &mut Desk, when: Crash) {
    match when {
        Crash::None => return,
        Crash::At(_) => desk.office.hung(1).await,
        Crash::Turns(turns) => {
            for _ in 0..turns {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
    }
    desk.kill().await;
    desk.reopen().await;
    desk.start();
}

#[tokio::test]
async fn c8_four_hundred_days_in_three_zones_with_crashes_while_sending() {
    let score = days(1).await;
    println!("{score:?}");
    assert!(score.due > 900 && score.crashes > 150 && score.downs > 3);
    assert!(score.missing_and_listed > 10 && score.sent_and_listed > 10);
}

async fn days(seed: u64) -> Score {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut desk = Desk::open(BEGIN).await;
    let mut readers = vec![
        reader(&desk, "msk@firm.ru", "Europe/Moscow", (9, 0)).await,
        // In the hour that is left out in spring and comes twice in autumn.
        reader(&desk, "nyc@firm.ru", "America/New_York", (1, 45)).await,
        reader(&desk, "lhi@firm.ru", "Australia/Lord_Howe", (2, 15)).await,
    ];
    desk.start();
    let end = desk.now() + Millis::from(DAYS) * 24 * HOUR;
    let (mut score, mut count) = (Score::default(), 0);
    // By id: each letter that was taken over, and how often.
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let mut doubtful: BTreeMap<String, bool> = BTreeMap::new();
    while desk.now() < end {
        let nearest = readers.iter().map(Reader::next).min().unwrap();
        // Between two digests each reader lives twice; seven minutes after quarters, where no digest
        // is due.
        for part in 1..=2 {
            let then = desk.now() + (nearest - desk.now()) * part / 3;
            let then = then - then % (15 * MINUTE) + 7 * MINUTE;
            if then > desk.now() && then + 10 * MINUTE < nearest {
                desk.until(then).await;
                for reader in &mut readers {
                    live(&desk, reader, &mut chance, &mut count).await;
                }
            }
        }
        // Now and then the centre is down for some days.
        let down = chance.random_bool(0.01);
        let mut now = nearest;
        if down {
            score.downs += 1;
            desk.kill().await;
            now = nearest + chance.random_range(1..4) * 24 * HOUR + 7 * MINUTE;
            desk.time.set(now);
            desk.reopen().await;
            desk.start();
        }
        let when = match chance.random_range(0..12) {
            _ if down => Crash::None,
            0 => Crash::At(Stage::Before),
            1 => Crash::At(Stage::Given),
            2 => Crash::At(Stage::Taken),
            3 => Crash::Turns(chance.random_range(0..12)),
            _ => Crash::None,
        };
        let mut said: BTreeMap<String, (u64, Vec<String>)> = BTreeMap::new();
        for reader in &mut readers {
            if reader.next() > now {
                continue;
            }
            while reader.due(reader.day.tomorrow().unwrap()) <= now {
                reader.day = reader.day.tomorrow().unwrap();
            }
            if let Some(content) = expected(reader, reader.next()) {
                said.insert(format!("digest-{}-{}", reader.user, reader.day), content);
            }
            reader.day = reader.day.tomorrow().unwrap();
        }
        score.due += said.len() as u32;
        let crashes = when != Crash::None && !said.is_empty();
        if crashes {
            score.crashes += 1;
            if let Crash::At(stage) = when {
                desk.office.plan(Deed::Hang(stage));
            }
            desk.time.set(now);
            crash(&mut desk, when).await;
            // The lease of whoever is gone runs out.
            desk.until(desk.now() + 6 * MINUTE).await;
        } else {
            desk.until(now).await;
        }
        let listed = desk.centre().dead_letters(None, 200).await.unwrap().items;
        for (_, letter) in desk.office.taken() {
            *taken.entry(letter.id.clone()).or_default() += 1;
            let LetterContent::Digest { newest, total } = letter.content else {
                panic!("only digests were asked for");
            };
            let newest: Vec<String> = newest.into_iter().map(|n| n.title).collect();
            assert_eq!(
                Some(&(total, newest)),
                said.get(&letter.id),
                "{}",
                letter.id
            );
        }
        for id in said.keys() {
            let there = taken.get(id).copied().unwrap_or_default();
            let known = listed.iter().find(|letter| letter.id == *id);
            assert!(there <= 1, "{id} came {there} times");
            match (there, known) {
                (1, None) => score.sent += 1,
                (_, Some(letter)) => {
                    assert_eq!(letter.cause, DeadCause::Doubtful);
                    // Only where a crash fell after the letter began to go out.
                    assert!(crashes && when != Crash::At(Stage::Before), "{id} {when:?}");
                    doubtful.insert(id.clone(), there == 1);
                }
                _ => panic!("{id} is missing and not listed, {when:?}"),
            }
        }
    }
    let listed = desk.centre().dead_letters(None, 200).await.unwrap();
    assert_eq!(listed.items.len(), doubtful.len().min(200));
    assert!(taken.values().all(|times| *times == 1));
    score.sent_and_listed = doubtful.values().filter(|there| **there).count() as u32;
    score.missing_and_listed = doubtful.len() as u32 - score.sent_and_listed;
    assert_eq!(score.sent + doubtful.len() as u32, score.due);
    score
}
