//! The rules of chats, calls, requests and deals as tables: what was known, what happens, what is
//! said. Events are read from what the API sends.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dealbell_amocrm::model::{Card, CrmUserId, Entity, EntityType, Event, Note, Request};
use dealbell_amocrm::rules::calls::{Calls, calls};
use dealbell_amocrm::rules::chats::{Chats, Spoken, Voices, chats};
use dealbell_amocrm::rules::deals::{Deals, deals};
use dealbell_amocrm::rules::happened::{Happened, Scene};
use dealbell_amocrm::rules::requests::{Requests, requests};
use dealbell_amocrm::rules::{About, People, Say};
use dealbell_protocol::UserId;
use dealbell_protocol::ingest::Again;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use ulid::Ulid;

const ANNA: CrmUserId = 1;
const BORIS: CrmUserId = 2;
/// She works there, but does not use the centre.
const OLGA: CrmUserId = 3;
const NOON: i64 = 1_795_165_200;
const DEAL: u64 = 12;
const CLIENT: u64 = 21;

fn user(id: CrmUserId) -> UserId {
    UserId(Ulid(u128::from(id)))
}

fn name(id: UserId) -> &'static str {
    ["nobody", "anna", "boris"][usize::try_from(id.0.0).unwrap()]
}

fn entity(kind: EntityType, id: u64) -> Entity {
    Entity { kind, id }
}

/// An event `later` seconds after noon. Ids grow with `n`.
fn event(
    kind: &str,
    n: u32,
    later: i64,
    on: (&str, u64),
    by: CrmUserId,
    after: &Value,
) -> Happened {
    let event: Event = serde_json::from_value(json!({
        "id": format!("01h{n:05}"), "type": kind, "entity_type": on.0, "entity_id": on.1,
        "created_by": by, "created_at": NOON + later, "value_after": after, "value_before": [],
    }))
    .unwrap();
    Happened::read(&event, true).unwrap()
}

fn incoming(n: u32, later: i64) -> Happened {
    let after = json!([{"message": {"id": format!("m{n}"), "talk_id": "7", "origin": "telegram"}}]);
    event("incoming_chat_message", n, later, ("lead", DEAL), 0, &after)
}

fn answer(n: u32, later: i64) -> Happened {
    let after = json!([{"message": {"id": format!("m{n}"), "talk_id": 7, "origin": "telegram"}}]);
    event(
        "outgoing_chat_message",
        n,
        later,
        ("contact", CLIENT),
        OLGA,
        &after,
    )
}

fn sms(kind: &str, n: u32, later: i64, on: (&str, u64)) -> Happened {
    event(kind, n, later, on, 0, &json!([{"note": {"id": n}}]))
}

fn given(n: u32, later: i64, by: CrmUserId, to: CrmUserId) -> Happened {
    let after = json!([{"responsible_user": {"id": to}}]);
    event(
        "entity_responsible_changed",
        n,
        later,
        ("lead", DEAL),
        by,
        &after,
    )
}

/// What is known, step by step.
#[derive(Default)]
struct Centre {
    chats: Chats,
    calls: Calls,
    requests: Requests,
    deals: Deals,
    owner: CrmUserId,
    notes: BTreeMap<u64, Note>,
    voices: Voices,
    met: Vec<Happened>,
}

impl Centre {
    fn of(owner: CrmUserId) -> Self {
        Self {
            owner,
            ..Self::default()
        }
    }

    /// What is said `later` seconds after noon when these are met, in whatever order.
    fn meets(&mut self, later: i64, events: Vec<Happened>) -> Vec<String> {
        let people = People::from([(ANNA, user(ANNA)), (BORIS, user(BORIS))]);
        let deal = Card {
            id: DEAL,
            responsible_user_id: self.owner,
            contacts: vec![CLIENT],
            ..Card::default()
        };
        let client = Card {
            id: CLIENT,
            responsible_user_id: self.owner,
            ..Card::default()
        };
        let cards = HashMap::from([
            (entity(EntityType::Leads, DEAL), deal),
            (entity(EntityType::Contacts, CLIENT), client),
        ]);
        let scene = Scene {
            people: &people,
            cards: &cards,
            now: NOON + later,
        };
        // Each reading overlaps the one before.
        let mut all = std::mem::take(&mut self.met);
        all.iter_mut().for_each(|event| event.fresh = false);
        all.extend(events);
        all.sort_by(|a, b| a.stamp.cmp(&b.stamp));

        let (mut says, changed) = chats(&self.chats, &all, &self.voices, &scene);
        learn(&mut self.chats, changed);
        let (said, changed) = calls(&self.calls, &all, &self.notes, &scene);
        learn(&mut self.calls, changed);
        says.extend(said);
        let requested = self.requests.values().flat_map(|r| r.leads.clone());
        let requested: BTreeSet<u64> = requested.collect();
        let (said, changed) = deals(&self.deals, &all, &requested, &scene);
        learn(&mut self.deals, changed);
        says.extend(said);
        self.met = all;
        says.iter().map(line).collect()
    }

    fn reads(&mut self, list: &[Request], baseline: bool) -> Vec<String> {
        let people = People::from([(ANNA, user(ANNA)), (BORIS, user(BORIS))]);
        let scene = Scene {
            people: &people,
            cards: &HashMap::new(),
            now: NOON,
        };
        let sees = |id, pipeline| id == ANNA || pipeline == 1;
        let baseline = baseline.then_some(NOON);
        let (says, changed) = requests(&self.requests, list, baseline, sees, &scene);
        learn(&mut self.requests, changed);
        says.iter().map(line).collect()
    }
}

fn learn<K: Ord, T>(known: &mut BTreeMap<K, T>, changed: BTreeMap<K, Option<T>>) {
    for (key, value) in changed {
        match value {
            Some(value) => drop(known.insert(key, value)),
            None => drop(known.remove(&key)),
        }
    }
}

fn line(say: &Say) -> String {
    match say {
        Say::TakeBack { user, subject, .. } => {
            format!("{} loses {subject}", user.map_or("everybody", name))
        }
        Say::News(news) => {
            assert!(news.key.starts_with(&news.about.subject()));
            let what = match &news.about {
                About::Chat(chat) => format!("{} waiting, {:?}", chat.count(), chat.text),
                About::Call(call) => format!("call {:?}", call.end),
                About::Request(request) => format!("request {}", request.uid),
                About::Deal(deal) => format!("deal from {}", deal.by),
            };
            let how = match (news.silent, news.again) {
                (true, _) => ", silent",
                (false, Again::Unread) => ", unless unread",
                (false, Again::Any) => "",
            };
            format!("{}: {what}{how}", name(news.user))
        }
        Say::Tell(_) | Say::Overview { .. } => panic!("no task here: {say:?}"),
    }
}

const NONE: [&str; 0] = [];

#[test]
fn a_conversation_rings_grows_and_rings_again() {
    let mut centre = Centre::of(BORIS);
    let first = ["boris: 1 waiting, \"\", unless unread"];
    assert_eq!(centre.meets(0, vec![incoming(1, 0)]), first);
    assert_eq!(centre.meets(5, vec![]), NONE, "met again in the overlap");
    // Within half a minute it grows in place: a new one only where that was read.
    let grown = ["boris: 3 waiting, \"\", unless unread"];
    assert_eq!(
        centre.meets(29, vec![incoming(3, 28), incoming(2, 20)]),
        grown
    );
    let again = [
        "boris loses chat:talk-7",
        "boris: 4 waiting, \"\", unless unread",
    ];
    assert_eq!(centre.meets(30, vec![incoming(4, 30)]), again);
    // An answer by whomever, although it comes on the contact.
    assert_eq!(
        centre.meets(40, vec![answer(5, 39)]),
        ["boris loses chat:talk-7"]
    );
    assert_eq!(centre.chats.len(), 0);
    // The clock was put back meanwhile: a new conversation rings all the same.
    assert_eq!(centre.meets(-3_600, vec![incoming(6, 50)]), first);
}

/// A message and an answer met together count by time, and by id within a second.
#[test]
fn order_decides_not_the_reading() {
    let mut centre = Centre::of(BORIS);
    assert_eq!(centre.meets(5, vec![answer(2, 1), incoming(1, 1)]), NONE);
    let told = ["boris: 1 waiting, \"\", unless unread"];
    assert_eq!(centre.meets(6, vec![incoming(4, 3), answer(3, 3)]), told);
    // An answer that shows late, from before the newest message.
    let mut late = Centre::of(BORIS);
    late.meets(1, vec![incoming(1, 0)]);
    late.meets(10, vec![incoming(3, 9)]);
    let said = late.meets(11, vec![answer(2, 5)]);
    assert_eq!(said, ["boris: 1 waiting, \"\", silent"]);
    // A message that shows late, from before an answer that is known.
    assert_eq!(
        late.meets(20, vec![answer(5, 19)]),
        ["boris loses chat:talk-7"]
    );
    assert_eq!(late.meets(21, vec![incoming(4, 15)]), NONE);
}

/// Answered and written again between two readings: another conversation, which rings.
#[test]
fn answered_and_written_again_rings_at_once() {
    let mut centre = Centre::of(BORIS);
    centre.meets(0, vec![incoming(1, 0)]);
    let said = centre.meets(10, vec![answer(2, 5), incoming(3, 8)]);
    assert_eq!(
        said,
        [
            "boris loses chat:talk-7",
            "boris: 1 waiting, \"\", unless unread"
        ]
    );
}

#[test]
fn texts_come_before_or_after_the_event() {
    let mut centre = Centre::of(BORIS);
    let speak = |centre: &mut Centre, id: &str, text: &str| {
        let spoken = Spoken {
            text: text.to_owned(),
            author: "Ирина".to_owned(),
        };
        centre.voices.insert(id.to_owned(), spoken);
    };
    speak(&mut centre, "m1", "Когда замер?");
    let said = centre.meets(0, vec![incoming(1, 0)]);
    assert_eq!(said, ["boris: 1 waiting, \"Когда замер?\", unless unread"]);
    // The next one is not heard yet: what it says is not what the one before said.
    let said = centre.meets(5, vec![incoming(2, 4)]);
    assert_eq!(said, ["boris: 2 waiting, \"\", unless unread"]);
    speak(&mut centre, "m2", "Алло");
    assert_eq!(
        centre.meets(7, vec![]),
        ["boris: 2 waiting, \"Алло\", silent"]
    );
    assert_eq!(centre.meets(8, vec![]), NONE);
}

#[test]
fn a_conversation_goes_with_its_card() {
    let mut centre = Centre::of(OLGA);
    assert_eq!(
        centre.meets(0, vec![incoming(1, 0)]),
        NONE,
        "she is none of ours"
    );
    centre.owner = BORIS;
    let said = centre.meets(60, vec![given(2, 55, OLGA, BORIS)]);
    let told = [
        "boris: 1 waiting, \"\", unless unread",
        "boris: deal from 3",
    ];
    assert_eq!(said, told);
    centre.owner = ANNA;
    let said = centre.meets(70, vec![given(3, 65, BORIS, ANNA)]);
    assert_eq!(
        said,
        [
            "boris loses chat:talk-7",
            "anna: 1 waiting, \"\", unless unread",
            "boris loses deal:12",
            "anna: deal from 2",
        ]
    );
}

#[test]
fn an_sms_belongs_to_its_card_and_its_contact() {
    let mut centre = Centre::of(ANNA);
    let came = sms("incoming_sms", 1, 0, ("contact", CLIENT));
    centre.voices.insert(
        "sms:1".to_owned(),
        Spoken {
            text: "Перезвоните".to_owned(),
            author: String::new(),
        },
    );
    let said = centre.meets(0, vec![came]);
    assert_eq!(said, ["anna: 1 waiting, \"Перезвоните\", unless unread"]);
    // Answered from the deal.
    let went = sms("outgoing_sms", 2, 3, ("lead", DEAL));
    assert_eq!(centre.meets(5, vec![went]), ["anna loses chat:contacts-21"]);
}

#[test]
fn a_call_is_for_the_called_else_for_the_owner() {
    let call = |n: u32, later| sms("incoming_call", n, later, ("contact", CLIENT));
    let note = |responsible: CrmUserId, status: u64, duration: u64| -> Note {
        serde_json::from_value(
            json!({"id": 1, "responsible_user_id": responsible, "params":
            {"phone": "+7 (916) 555-01-02", "call_status": status, "duration": duration}}),
        )
        .unwrap()
    };
    for (note, said) in [
        (Some(note(BORIS, 6, 0)), "boris: call Missed"),
        (Some(note(0, 4, 0)), "anna: call Missed"),
        (Some(note(BORIS, 7, 3)), "boris: call Missed"),
        (Some(note(BORIS, 4, 90)), "boris: call Answered(90), silent"),
        (None, "anna: call Unknown"),
    ] {
        let mut centre = Centre::of(ANNA);
        centre.notes.extend(note.map(|note| (1, note)));
        assert_eq!(centre.meets(0, vec![call(1, 0)]), [said]);
        assert_eq!(centre.meets(3, vec![]), NONE);
        // A call back from the deal of that contact.
        let back = sms("outgoing_call", 2, 5, ("lead", DEAL));
        assert_eq!(
            centre.meets(6, vec![back]),
            ["everybody loses call:01h00001"]
        );
        assert_eq!(centre.calls.len(), 0);
    }
    // A colleague without the centre was called, not the owner.
    let mut centre = Centre::of(ANNA);
    centre.notes.insert(1, note(OLGA, 6, 0));
    assert_eq!(centre.meets(0, vec![call(1, 0)]), NONE);
    // Called back before it was read, and called again after that.
    let mut centre = Centre::of(ANNA);
    let back = sms("outgoing_call", 8, 2, ("contact", CLIENT));
    let said = centre.meets(9, vec![call(7, 1), back, call(9, 3)]);
    assert_eq!(said, ["anna: call Unknown"]);
}

#[test]
fn a_deal_is_told_to_whom_somebody_else_gave_it() {
    let mut centre = Centre::of(BORIS);
    assert_eq!(
        centre.meets(0, vec![given(1, 0, BORIS, BORIS)]),
        NONE,
        "he took it"
    );
    centre.owner = ANNA;
    let through = vec![given(2, 5, BORIS, OLGA), given(3, 6, 0, ANNA)];
    assert_eq!(
        centre.meets(8, through),
        ["anna: deal from 0"],
        "a robot, too"
    );
    // Its event is out of sight, its card tells.
    let mut unseen = Centre::of(ANNA);
    unseen.meets(0, vec![given(1, 0, BORIS, ANNA)]);
    unseen.owner = OLGA;
    assert_eq!(unseen.meets(30, vec![]), ["anna loses deal:12"]);
    // It moves on; what shows late about it says nothing.
    centre.owner = OLGA;
    assert_eq!(
        centre.meets(9, vec![given(5, 9, BORIS, OLGA)]),
        ["anna loses deal:12"]
    );
    assert_eq!(centre.meets(10, vec![given(4, 8, OLGA, BORIS)]), NONE);
    // There and back between two readings: given anew.
    centre.owner = ANNA;
    assert_eq!(
        centre.meets(20, vec![given(6, 18, OLGA, ANNA)]),
        ["anna: deal from 3"]
    );
    let around = vec![given(7, 21, BORIS, OLGA), given(8, 22, BORIS, ANNA)];
    let anew = ["anna loses deal:12", "anna: deal from 2"];
    assert_eq!(centre.meets(24, around), anew);
}

fn request(uid: &str, pipeline: u64, lead: u64) -> Request {
    serde_json::from_value(
        json!({"uid": uid, "category": "forms", "pipeline_id": pipeline,
        "metadata": [], "_embedded": {"leads": [{"id": lead}]}}),
    )
    .unwrap()
}

#[test]
fn a_made_deal_is_told_unless_it_was_a_request() {
    let made = |n, by| event("lead_added", n, 0, ("lead", DEAL), by, &json!([]));
    let mut centre = Centre::of(BORIS);
    assert_eq!(centre.meets(0, vec![made(1, BORIS)]), NONE);
    let mut centre = Centre::of(BORIS);
    assert_eq!(centre.meets(0, vec![made(1, ANNA)]), ["boris: deal from 1"]);
    let mut centre = Centre::of(BORIS);
    centre.reads(&[request("a", 1, DEAL)], false);
    assert_eq!(centre.meets(0, vec![made(1, ANNA)]), NONE);
}

#[test]
fn requests_are_told_to_who_may_see_them_until_they_are_gone() {
    let mut centre = Centre::of(ANNA);
    let old = request("old", 1, 1);
    assert_eq!(centre.reads(std::slice::from_ref(&old), true), NONE, "T12");
    let list = [old.clone(), request("a", 1, 2), request("b", 2, 3)];
    let told = ["anna: request a", "boris: request a", "anna: request b"];
    assert_eq!(centre.reads(&list, false), told);
    assert_eq!(centre.reads(&list, false), NONE);
    assert_eq!(
        centre.reads(&list[..2], false),
        ["everybody loses request:b"]
    );
    assert_eq!(centre.reads(&list[1..2], false), NONE, "nobody heard of it");
    assert_eq!(centre.requests.len(), 1);
}

proptest! {
    /// However messages and answers are spread over readings and shuffled within them: at the end
    /// as many wait as came after the last answer, and whoever waits was told.
    #[test]
    fn any_reading_leads_to_the_same_list(
        kinds in prop::collection::vec(any::<bool>(), 1..15),
        cuts in prop::collection::btree_set(0_usize..15, 0..4),
    ) {
        let events: Vec<Happened> = kinds.iter().enumerate().map(|(n, is_answer)| {
            let (id, later) = (u32::try_from(n).unwrap(), i64::try_from(n / 2).unwrap());
            match is_answer { true => answer(id, later), false => incoming(id, later) }
        }).collect();
        let mut centre = Centre::of(BORIS);
        let (mut from, mut listed) = (0, false);
        for to in cuts.into_iter().filter(|&cut| cut < events.len()).chain([events.len()]) {
            let mut batch = events[from..to.max(from)].to_vec();
            batch.reverse();
            from = to.max(from);
            for said in centre.meets(20, batch) {
                listed = !said.contains("loses");
            }
        }
        let waiting = kinds.iter().rev().take_while(|is_answer| !**is_answer).count();
        let count = centre.chats.values().map(|chat| chat.count()).sum::<u64>();
        prop_assert_eq!(count, u64::try_from(waiting).unwrap());
        prop_assert_eq!(listed, waiting > 0);
    }
}
