//! `GET /v1/list`: what a look through the whole feed finds, whoever else is here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Retention};
use dealbell_protocol::{
    ApiError, ErrorCode, Notification, NotificationId, ProviderId, UserId,
    ingest::{Act, Notice},
    rest::{FeedPage, Slice, SliceQuery},
};
use proptest::prelude::*;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::ops::Deref;
use support::{ANNA, Bed, bed, http, notice};

const BORIS: &str = "boris@firm.ru";
const TEXTS: [&str; 7] = [
    "Ёлка, ещё одна",
    "еловая ЛЕСОПИЛКА",
    "Café «Верона» №12-34",
    "перезвонить: +7 (912) 345-67-89",
    "",
    "OR NOT near(a, b) * \"",
    "straße ÀÉ 1234567 2·елка",
];
const TYPED: [&str; 13] = [
    "",
    "е",
    "ЁЛ",
    "cafe вер",
    "1",
    "12 34",
    "\"*",
    "near",
    "a\" OR b",
    "stra",
    "пере звон",
    "2·ел",
    "1·елка",
];
const LINKS: [&str; 2] = ["https://a/0", "https://a/1"];

/// With one client for many requests.
struct Desk {
    bed: Bed,
    http: reqwest::Client,
}

impl Deref for Desk {
    type Target = Bed;

    fn deref(&self) -> &Bed {
        &self.bed
    }
}

async fn asked(bed: &Desk, token: &str, method: &str, path: &str, body: Value) -> Value {
    let method = method.parse().unwrap();
    let mut request = bed.http.request(method, bed.url(path)).bearer_auth(token);
    if !body.is_null() {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.json().await.unwrap()
}

async fn slice(bed: &Desk, token: &str, query: &SliceQuery) -> Slice {
    let mut pairs = vec![("unread", query.unread.to_string())];
    pairs.push(("search", query.search.clone()));
    pairs.push(("offset", query.offset.to_string()));
    pairs.extend(query.limit.map(|limit| ("limit", limit.to_string())));
    pairs.extend(
        query
            .provider
            .as_ref()
            .map(|it| ("provider", it.as_str().to_owned())),
    );
    pairs.extend(query.link.as_ref().map(|link| ("link", link.clone())));
    let request = bed.http.get(bed.url("/v1/list")).query(&pairs);
    let answer = request.bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{query:?}");
    answer.json().await.unwrap()
}

async fn found(bed: &Desk, token: &str, search: &str) -> u32 {
    let query = SliceQuery {
        search: search.to_owned(),
        ..SliceQuery::default()
    };
    slice(bed, token, &query).await.total
}

async fn feed(bed: &Desk, token: &str) -> FeedPage {
    let page = asked(bed, token, "GET", "/v1/notifications", Value::Null).await;
    serde_json::from_value(page).unwrap()
}

/// As a reader of the rule would do it by hand.
fn holds(row: &Notification, query: &SliceQuery) -> bool {
    let small = |text: &str| {
        let text = text.to_lowercase().replace('ё', "е");
        let text = text.replace('à', "a").replace('é', "e");
        let words = text.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let parts = [
        Some(&row.title),
        Some(&row.text),
        row.context.as_ref(),
        row.author.as_ref(),
    ];
    let has: Vec<String> = parts
        .into_iter()
        .flatten()
        .flat_map(|part| small(part))
        .collect();
    (!query.unread || row.read_at.is_none())
        && query
            .provider
            .as_ref()
            .is_none_or(|wanted| *wanted == row.provider)
        && query
            .link
            .as_ref()
            .is_none_or(|link| row.link.as_ref() == Some(link))
        && small(&query.search)
            .iter()
            .all(|typed| has.iter().any(|word| word.starts_with(typed)))
}

#[derive(Clone, Debug)]
enum Step {
    /// Tells one of the two something under a key: anew, or another thing in its place.
    Tell(bool, usize, usize, usize),
    Withdraw(usize),
    Mark(bool, usize, bool),
    All(bool),
    Trim,
}

fn step() -> impl Strategy<Value = Step> {
    let text = 0..TEXTS.len();
    prop_oneof![
        8 => (any::<bool>(), 0..9_usize, text.clone(), text)
            .prop_map(|(whose, key, a, b)| Step::Tell(whose, key, a, b)),
        2 => (0..9_usize).prop_map(Step::Withdraw),
        3 => (any::<bool>(), 0..9_usize, any::<bool>())
            .prop_map(|(whose, which, read)| Step::Mark(whose, which, read)),
        1 => any::<bool>().prop_map(Step::All),
        1 => Just(Step::Trim),
    ]
}

fn said(user: UserId, key: usize, title: usize, text: usize) -> Notice {
    let key = format!("key:{key}");
    Notice {
        provider: ProviderId::new(["tasks", "chats"][title % 2]),
        subject: Some(key.clone()),
        dedup_key: Some(key),
        text: TEXTS[text].to_owned(),
        context: text
            .is_multiple_of(2)
            .then(|| TEXTS[(title + text) % TEXTS.len()].to_owned()),
        author: title.is_multiple_of(3).then(|| "Пётр Ильич".to_owned()),
        link: text.is_multiple_of(3).then(|| LINKS[title % 2].to_owned()),
        ..notice(user, &format!("Дело {}", TEXTS[title]))
    }
}

async fn take(bed: &Desk, people: &[(UserId, String); 2], step: Step) {
    let person = |whose: bool| &people[usize::from(whose)];
    match step {
        Step::Tell(whose, key, title, text) => {
            let notice = said(person(whose).0, key, title, text);
            bed.tell(vec![Act::Notify(Box::new(notice))]).await;
        }
        Step::Withdraw(key) => {
            let withdraw = |provider: &str| Act::Withdraw {
                user: None,
                provider: ProviderId::new(provider),
                subject: format!("key:{key}"),
                kinds: Vec::new(),
            };
            bed.tell(vec![withdraw("tasks"), withdraw("chats")]).await;
        }
        Step::Mark(whose, which, read) => {
            let token = &person(whose).1;
            let items = feed(bed, token).await.items;
            let ids: Vec<NotificationId> = items.get(which).map(|row| row.id).into_iter().collect();
            let path = match read {
                true => "/v1/notifications/read",
                false => "/v1/notifications/unread",
            };
            asked(bed, token, "POST", path, json!({"ids": ids})).await;
        }
        Step::All(whose) => {
            let token = &person(whose).1;
            let upto = feed(bed, token).await.as_of;
            asked(
                bed,
                token,
                "POST",
                "/v1/notifications/read-all",
                json!({"upto": upto}),
            )
            .await;
        }
        Step::Trim => {
            let keep = Retention {
                read: 0,
                ..Retention::default()
            };
            bed.centre.trim(keep).await.unwrap();
        }
    }
}

async fn two() -> (Desk, [(UserId, String); 2]) {
    let bed = bed().await;
    let boris = bed.centre.add_user(BORIS, "Борис", "ru").await.unwrap();
    let his = bed.centre.add_device(BORIS, "").await.unwrap();
    let people = [(bed.anna, bed.token.clone()), (boris, his)];
    let http = http();
    (Desk { bed, http }, people)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happened_the_list_is_what_a_look_through_the_feed_finds(
        steps in prop::collection::vec(step(), 1..30),
        typed in prop::collection::vec((0..TYPED.len(), any::<bool>(), 0..3_usize, 0..3_usize), 8)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (bed, people) = two().await;
            for step in steps {
                take(&bed, &people, step).await;
            }
            for (_, token) in &people {
                let all = feed(&bed, token).await;
                for (typed, unread, provider, link) in typed.clone() {
                    let query = SliceQuery {
                        unread,
                        provider: ["tasks", "chats"].get(provider).map(|name| ProviderId::new(*name)),
                        link: LINKS.get(link).map(|link| (*link).to_owned()),
                        search: TYPED[typed].to_owned(),
                        ..SliceQuery::default()
                    };
                    let want: Vec<_> =
                        all.items.iter().filter(|row| holds(row, &query)).cloned().collect();
                    let whole = slice(&bed, token, &query).await;
                    assert_eq!((whole.total as usize, &whole.items), (want.len(), &want), "{query:?}");
                    assert_eq!((&whole.cursor, whole.unread), (&all.as_of, all.unread));
                    let part = SliceQuery { offset: 1, limit: Some(2), ..query };
                    let part = slice(&bed, token, &part).await;
                    assert_eq!((part.total as usize, part.offset), (want.len(), 1));
                    let rest: Vec<_> = want.into_iter().skip(1).take(2).collect();
                    assert_eq!(part.items, rest);
                }
            }
        });
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_named_and_nobody_asks_without_a_token() {
    let bed = bed().await;
    for query in ["limit=many", "unread=maybe", "offset=-1", "serach=a"] {
        let url = bed.url(&format!("/v1/list?{query}"));
        let answer = http()
            .get(url)
            .bearer_auth(&bed.token)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(
            answer.json::<ApiError>().await.unwrap().code,
            ErrorCode::FieldInvalid
        );
    }
    let answer = http().get(bed.url("/v1/list")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

async fn beside(bed: &Bed) -> SqliteConnection {
    let path = bed.folder.path().join("centre.db");
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// «У соседей миллион строк»: a search goes through the words of one person alone.
#[tokio::test]
async fn a_search_reads_no_more_however_much_others_have() {
    let (bed, people) = two().await;
    let many = |user: UserId, count: usize| {
        let notices = (0..count).map(move |n| notice(user, &format!("Договор {}", n % 9)));
        notices
            .map(|notice| Act::Notify(Box::new(notice)))
            .collect::<Vec<_>>()
    };
    bed.tell(many(people[0].0, 3)).await;
    let mut db = beside(&bed).await;
    sqlx::raw_sql("CREATE VIRTUAL TABLE temp.seen USING fts5vocab('main', 'words', 'row')")
        .execute(&mut db)
        .await
        .unwrap();
    let number: i64 = sqlx::query_scalar("SELECT number FROM users WHERE email = ?")
        .bind(ANNA)
        .fetch_one(&mut db)
        .await
        .unwrap();
    // What the index has to go through for her "дог".
    let cost = async |db: &mut SqliteConnection| -> i64 {
        sqlx::query_scalar("SELECT sum(doc) FROM temp.seen WHERE term >= ?1 AND term < ?1 || 'я'")
            .bind(format!("{number}·дог"))
            .fetch_one(db)
            .await
            .unwrap()
    };
    assert_eq!(cost(&mut db).await, 3);
    bed.tell(many(people[1].0, 3_000)).await;
    let all: i64 = sqlx::query_scalar("SELECT sum(doc) FROM temp.seen WHERE term LIKE '%договор'")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(all, 3_003);
    assert_eq!(cost(&mut db).await, 3);
    assert_eq!(found(&bed, &people[0].1, "дог").await, 3);
    assert_eq!(found(&bed, &people[1].1, "дог").await, 3_000);
}

/// «Удалите мои данные»: not in the index either.
#[tokio::test]
async fn who_is_removed_leaves_no_word_behind() {
    let (mut bed, people) = two().await;
    let word = "недотрогово";
    // The index leaves out how a word begins where the one before begins so too.
    let part = "трогово".as_bytes();
    let tell = async |user, title: &str| {
        bed.tell(vec![Act::Notify(Box::new(notice(user, title)))])
            .await;
    };
    for n in 0..50 {
        tell(people[1].0, &format!("НЕДОТРОГОВО {n}")).await;
        tell(people[0].0, &format!("Прочее {n}")).await;
    }
    let index = async || {
        let mut db = beside(&bed).await;
        let blocks: Vec<Vec<u8>> = sqlx::query_scalar("SELECT block FROM words_data")
            .fetch_all(&mut db)
            .await
            .unwrap();
        let has = |block: &Vec<u8>| block.windows(part.len()).any(|at| at == part);
        blocks.iter().any(has)
    };
    assert!(index().await);
    let actor = Actor::command_line();
    // A reader would only put it off.
    assert!(bed.centre.remove_user(actor, people[1].0).await.unwrap());
    assert!(!index().await);
    assert_eq!(found(&bed, &people[0].1, "проч").await, 50);
    assert_eq!(found(&bed, &people[0].1, word).await, 0);
    // Whoever comes next begins with nothing, whatever number he is given.
    let vera = bed.centre.add_user("vera@firm.ru", "", "ru").await.unwrap();
    let hers = bed.centre.add_device("vera@firm.ru", "").await.unwrap();
    assert_eq!(found(&bed, &hers, word).await, 0);
    tell(vera, "Её дело").await;
    assert_eq!(found(&bed, &hers, "дело").await, 1);
    bed.bed.stop();
    bed.bed.ended().await;
    for name in ["centre.db", "centre.db-wal"] {
        let Ok(bytes) = std::fs::read(bed.folder.path().join(name)) else {
            continue;
        };
        assert!(!bytes.windows(part.len()).any(|at| at == part), "{name}");
    }
}
