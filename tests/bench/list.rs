//! What the window asks for while it is scrolled, filtered and typed into.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use dealbell_centre::{Centre, Options, ServeOptions};
use dealbell_inbox::{Config, Inbox, Network};
use dealbell_protocol::ingest::{Act, Again, Batch, Ingest, Notice};
use dealbell_protocol::window::{Language, ListQuery};
use dealbell_protocol::{Kind, Priority, ProviderId};
use tokio::net::TcpListener;

use crate::figures::Sorted;
use crate::report::Report;

const SIZES: [usize; 2] = [1_000, 100_000];
const SAMPLES: usize = 40;
const PAGE: u32 = 60;
const AIM: Duration = Duration::from_millis(50);
/// How many notifications are committed at once.
const AT_ONCE: usize = 500;
/// Typed letter by letter.
const TYPED: &str = "перезвонит";
/// How often the list is looked at while it fills.
const GLANCE: Duration = Duration::from_millis(20);
/// Whatever takes longer is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(900);

/// Fills a centre, lets an inbox read all of it, and asks that for rows.
pub(crate) async fn measure() -> Result<Report> {
    // Such as: which parts of a dev build were optimised. Only who builds knows.
    let note = std::env::var("DEALBELL_BENCH_NOTE").unwrap_or_default();
    let mut report = Report::new(format!(
        "A centre with this many notifications of one user, each of 14 words out of 32 and two \
         numbers, of three providers and 500 cards; an inbox with a store on disk that has read them all. Timed is \
         `Inbox::list` of {PAGE} rows with their total, {SAMPLES} times each; p50 / p95. {note}"
    ));
    for size in SIZES {
        let folder = tempfile::tempdir()?;
        let inbox = filled(folder.path(), size, &mut report).await?;
        let rows = size.to_string();
        let far = u32::try_from(size)?.saturating_sub(PAGE * 2);
        let all = ListQuery::default;
        let letters: Vec<char> = TYPED.chars().collect();
        let mut asked = vec![
            ("first page".to_owned(), all(), 0),
            ("last page".to_owned(), all(), far),
            ("unread, first page".to_owned(), ListQuery::unread(), 0),
            ("unread, far page".to_owned(), ListQuery::unread(), far / 2),
            ("one provider".to_owned(), of_provider(all()), 0),
            (
                "unread of one provider, far page".to_owned(),
                of_provider(ListQuery::unread()),
                far / 6,
            ),
            ("one card".to_owned(), of_card(all()), 0),
        ];
        for count in 1..=letters.len() {
            let typed: String = letters.iter().take(count).collect();
            let search = ListQuery {
                search: typed.clone(),
                ..all()
            };
            asked.push((format!("search «{typed}»"), search, 0));
        }
        let search = |search: &str, query| ListQuery {
            search: search.to_owned(),
            ..query
        };
        asked.push((
            "search «п», far page".to_owned(),
            search("п", all()),
            far / 2,
        ));
        asked.push((
            "search «п», unread".to_owned(),
            search("п", ListQuery::unread()),
            0,
        ));
        asked.push((
            "search «дог вер 1», unread of one provider".to_owned(),
            search("дог вер 1", of_provider(ListQuery::unread())),
            0,
        ));
        for (what, query, offset) in asked {
            let mut took = Vec::new();
            for _ in 0..SAMPLES {
                let start = Instant::now();
                inbox.list(query.clone(), offset, PAGE).await?;
                took.push(start.elapsed());
            }
            let took = Sorted::new(took);
            let (median, most) = (took.median(), took.percentile(95));
            let shown = format!("{} / {}", fine(median), fine(most));
            report.aimed(format!("{rows}: {what}"), shown, "≤ 50 ms", most <= AIM);
        }
    }
    Ok(report)
}

fn of_provider(query: ListQuery) -> ListQuery {
    let provider = Some(ProviderId::new("tasks"));
    ListQuery { provider, ..query }
}

fn of_card(query: ListQuery) -> ListQuery {
    let link = Some(card(7));
    ListQuery { link, ..query }
}

fn card(number: usize) -> String {
    format!("https://demo.amocrm.ru/leads/detail/{number}")
}

fn fine(value: Duration) -> String {
    format!("{:.1} ms", value.as_secs_f64() * 1_000.0)
}

async fn filled(folder: &std::path::Path, size: usize, report: &mut Report) -> Result<Inbox> {
    let database = format!("sqlite:{}", folder.join("centre.db").display());
    let centre = Centre::open(Options::new(database)).await?;
    centre.add_user("a@b.c", "Анна", "ru").await?;
    let token = centre.add_device("a@b.c", "desktop").await?;
    let recipients = centre.recipients().await?;
    let user = recipients.first().context("nobody to notify")?.id;
    fill(&centre, user, size).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let options = ServeOptions::embedded();
        centre
            .serve(listener, options, std::future::pending())
            .await
    });
    let start = Instant::now();
    let config = Config {
        centre: format!("http://{address}"),
        allow_plain: false,
        token,
        store: folder.join("inbox.sqlite"),
        owner: "bench".to_owned(),
        language: Language::Ru,
        version: "0".to_owned(),
        platform: "linux".to_owned(),
        device: String::new(),
        keep_days: 0,
        network: Network::default(),
    };
    let (inbox, mut acts) = Inbox::start(config).await?;
    tokio::spawn(async move { while acts.recv().await.is_some() {} });
    let state = inbox.state();
    let whole = u64::try_from(size)?;
    let mut longest = Duration::ZERO;
    while state.borrow().unread != whole {
        anyhow::ensure!(start.elapsed() < PATIENCE, "it does not read on");
        let asked = Instant::now();
        inbox.list(ListQuery::default(), 0, PAGE).await?;
        longest = longest.max(asked.elapsed());
        tokio::time::sleep(GLANCE).await;
    }
    report.figure(
        format!("{size}: read from the centre and indexed, from the start"),
        format!("{:.2} s", start.elapsed().as_secs_f64()),
    );
    report.figure(
        format!("{size}: the longest wait for a page meanwhile"),
        fine(longest),
    );
    let page = inbox.list(ListQuery::default(), 0, 200).await?;
    let third: Vec<_> = page.items.iter().step_by(3).map(|item| item.id).collect();
    inbox.mark(&third, true).await?;
    Ok(inbox)
}

/// Gives a centre so many notifications of one user.
pub(crate) async fn fill(
    centre: &Centre,
    user: dealbell_protocol::UserId,
    size: usize,
) -> Result<()> {
    let mut number = 0;
    while number < size {
        let end = size.min(number + AT_ONCE);
        let acts = (number..end).map(|number| Act::Notify(Box::new(notice(user, number))));
        let batch = Batch {
            source: "bench".to_owned(),
            acts: acts.collect(),
            memory: Vec::new(),
        };
        centre
            .commit(batch)
            .await
            .context("the centre did not take a notification")?;
        number = end;
    }
    Ok(())
}

fn notice(user: dealbell_protocol::UserId, number: usize) -> Notice {
    const WORDS: [&str; 32] = [
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
        "Анна",
        "Петрова",
        "Иван",
        "Сидоров",
        "заявка",
        "сайт",
        "перезвонить",
        "уточнить",
        "замер",
        "доставка",
        "монтаж",
        "скидка",
        "предложение",
        "отправить",
        "письмо",
        "Москва",
        "Казань",
        "заказ",
        "материал",
        "фасад",
        "столешница",
        "срок",
    ];
    // Scattered, and the same in every run.
    let word = |place: usize| {
        let mixed = (number * 31 + place * 17 + 1).wrapping_mul(2_654_435_761) >> 7;
        WORDS[mixed % WORDS.len()]
    };
    let said: Vec<&str> = (0..12).map(word).collect();
    Notice {
        author: Some(format!("{} {}", word(20), word(21))),
        user,
        provider: ProviderId::new(["tasks", "chats", "calls"][number % 3]),
        kind: Kind::TaskNew,
        priority: Priority::Normal,
        subject: Some(format!("task:{number}")),
        dedup_key: None,
        again: Again::Any,
        title: format!("{} {number}", said[..4].join(" ")),
        text: format!("{} {}", said[4..].join(" "), number * 7_919),
        context: Some("Кухня «Верона»".to_owned()),
        link: Some(card(number % 500)),
        at: 1,
        deadline: None,
        silent: true,
    }
}
