//! The search finds what a look through all rows finds, whatever was done to them before.

use super::*;
use proptest::prelude::*;

const TEXTS: [&str; 8] = [
    "Ёлка, ещё одна",
    "еловая ЛЕСОПИЛКА",
    "Café «Верона» №12-34",
    "перезвонить: +7 (912) 345-67-89",
    "И\u{306}од и йод",
    "",
    "OR NOT near(a, b) * \"",
    "straße ÀÉ 1234567",
];
const TYPED: [&str; 14] = [
    "",
    "е",
    "ЁЛ",
    "ел",
    "cafe вер",
    "1",
    "12 34",
    "\"*",
    "йод",
    "и",
    "near",
    "a\" OR b",
    "stra",
    "пере звон",
];

#[derive(Clone, Debug)]
enum Step {
    Create(u64, usize, usize),
    Update(u64, usize, u64),
    Remove(u64),
    Read(u64, bool),
    Mark(u64, bool),
    Replace(Vec<(u64, usize)>),
    Sweep,
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let text = 0..TEXTS.len();
    let seq = 1..12_u64;
    prop_oneof![
        6 => (seq.clone(), text.clone(), text.clone()).prop_map(|(s, a, b)| Step::Create(s, a, b)),
        3 => (seq.clone(), text.clone(), seq.clone()).prop_map(|(s, a, to)| Step::Update(s, a, to)),
        2 => seq.clone().prop_map(Step::Remove),
        2 => (seq.clone(), any::<bool>()).prop_map(|(s, read)| Step::Read(s, read)),
        2 => (seq.clone(), any::<bool>()).prop_map(|(s, read)| Step::Mark(s, read)),
        1 => prop::collection::vec((seq, text), 0..6).prop_map(Step::Replace),
        1 => Just(Step::Sweep),
        1 => Just(Step::Clear),
    ]
}

fn said(seq: u64, title: usize, context: usize) -> Notification {
    Notification {
        title: TEXTS[title].to_owned(),
        text: TEXTS[(title + seq as usize) % TEXTS.len()].to_owned(),
        context: Some(TEXTS[context].to_owned()),
        author: seq.is_multiple_of(2).then(|| "Пётр Ильич".to_owned()),
        provider: ProviderId::new(["tasks", "chats"][title % 2]),
        link: context
            .is_multiple_of(3)
            .then(|| format!("https://a/{}", title % 2)),
        created_at: (seq % 5) as i64,
        ..row(seq)
    }
}

async fn take(store: &mut Store, entry: &mut u64, step: Step) {
    let id = |seq: u64| vec![row(seq).id];
    let change = match step {
        Step::Create(seq, title, context) => Change::Created(Box::new(said(seq, title, context))),
        Step::Update(seq, text, to) => Change::Updated(Box::new(Notification {
            id: row(seq).id,
            ..said(to, text, text)
        })),
        Step::Remove(seq) => Change::Removed { ids: id(seq) },
        Step::Read(seq, true) => Change::Read { ids: id(seq) },
        Step::Read(seq, false) => Change::Unread { ids: id(seq) },
        Step::Mark(seq, read) => {
            let ids = id(seq);
            let mark = match read {
                true => Mark::Read { ids },
                false => Mark::Unread { ids },
            };
            store.add_mark(mark, 7).await.unwrap();
            return;
        }
        Step::Replace(rows) => {
            let rows: Vec<_> = rows
                .iter()
                .map(|(seq, text)| said(*seq, *text, 0))
                .collect();
            store.stage(true, &rows).await.unwrap();
            let record = |_: &Notification| Record::Open;
            let unread = Unread::default();
            store.replace(&at(*entry), unread, record, 1).await.unwrap();
            return;
        }
        Step::Sweep => {
            store.sweep(3).await.unwrap();
            return;
        }
        Step::Clear => {
            store.clear("a").await.unwrap();
            return;
        }
    };
    *entry += 1;
    apply(store, *entry, 0, change).await;
}

/// As a reader of the rule would do it by hand.
fn holds(row: &Notification, query: &ListQuery) -> bool {
    let small = |text: &str| {
        let text = text.replace("И\u{306}", "й").to_lowercase();
        let text = text.replace('ё', "е").replace('à', "a").replace('é', "e");
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happened_the_search_finds_what_a_look_through_all_rows_finds(
        steps in prop::collection::vec(step(), 1..40),
        typed in prop::collection::vec((0..TYPED.len(), any::<bool>(), 0..3_usize, 0..3_usize), 6)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let mut store = open(&folder).await;
            let mut entry = 100;
            for step in steps {
                take(&mut store, &mut entry, step).await;
            }
            let all = store.list(&ListQuery::default(), 0, 200, 0).await.unwrap().items;
            for (typed, unread, provider, link) in typed {
                let query = ListQuery {
                    unread,
                    provider: ["tasks", "chats"].get(provider).map(|name| ProviderId::new(*name)),
                    link: ["https://a/0", "https://a/1"].get(link).map(|link| (*link).to_owned()),
                    search: TYPED[typed].to_owned(),
                };
                let want: Vec<_> = all.iter().filter(|row| holds(row, &query)).cloned().collect();
                let page = store.list(&query, 0, 200, 0).await.unwrap();
                assert_eq!((page.total as usize, &page.items), (want.len(), &want), "{query:?}");
                let second = store.list(&query, 1, 1, 0).await.unwrap();
                assert_eq!(second.items.first(), want.get(1), "{query:?}");
            }
        });
    }
}
