//! What became of everything, read from both databases and from what the desktop saw.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use dealbell_tests::recorder::NotifyCall;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};
use tokio::time::sleep;

use crate::world::{World, read_only};

/// How long everything may take to come to rest.
const REST: Duration = Duration::from_secs(120);

/// A row of a list: its place, its title, whether it is unread.
type Line = (i64, String, bool);

/// One side's list.
struct List {
    lines: Vec<Line>,
    /// The number it keeps beside it.
    counter: i64,
}

impl List {
    fn unread(&self) -> usize {
        self.lines.iter().filter(|(_, _, unread)| *unread).count()
    }

    fn titles(&self) -> BTreeSet<&str> {
        self.lines
            .iter()
            .map(|(_, title, _)| title.as_str())
            .collect()
    }

    /// Titles that stand in it more than once.
    fn doubled(&self) -> usize {
        self.lines.len() - self.titles().len()
    }
}

/// What was counted.
pub(crate) struct Verdict {
    pub(crate) said: usize,
    pub(crate) read: usize,
    /// Said, and in the list no more.
    pub(crate) lost_at_centre: Vec<String>,
    pub(crate) lost_at_app: Vec<String>,
    pub(crate) doubled_at_centre: usize,
    pub(crate) doubled_at_app: usize,
    /// In a list, and said by nobody.
    pub(crate) unknown: usize,
    /// Read by the other device, and unread in a list.
    pub(crate) marks_lost: Vec<String>,
    /// Read by nobody, and not unread.
    pub(crate) marks_made_up: Vec<String>,
    /// Both lists, row by row.
    pub(crate) equal: bool,
    /// The centre's counter and its unread rows, the app's counter and its unread rows.
    pub(crate) unread: [usize; 4],
    /// Notifications with a toast of their own.
    pub(crate) toasted: usize,
    pub(crate) toasted_twice: Vec<String>,
    /// Summaries that rang, and those that took the place of one.
    pub(crate) summaries: (usize, usize),
    /// Unread, and named in a summary.
    pub(crate) named: usize,
    /// Unread, and neither.
    pub(crate) untold: Vec<String>,
    /// The same where nobody was there to show anything, which the app noted.
    pub(crate) unheard: usize,
    /// The app believes to have shown them; the desktop saw nothing.
    pub(crate) imagined: Vec<String>,
    /// With a toast of their own, and in a summary as well: after a crash nobody knows whether the toast was seen.
    pub(crate) toasted_and_named: usize,
}

impl Verdict {
    /// Whether nothing was lost, nothing doubled, nothing rung twice, and all counts are one.
    pub(crate) fn holds(&self) -> bool {
        let [first, rest @ ..] = self.unread;
        let lists = [
            &self.lost_at_centre,
            &self.lost_at_app,
            &self.marks_lost,
            &self.marks_made_up,
            &self.toasted_twice,
            &self.untold,
            &self.imagined,
        ];
        lists.iter().all(|list| list.is_empty())
            && self.doubled_at_centre + self.doubled_at_app + self.unknown == 0
            && self.equal
            && rest.iter().all(|count| *count == first)
    }
}

/// Waits until everything is at rest, ends both programs, and counts.
pub(crate) async fn verdict(mut world: World) -> Result<Verdict> {
    world.heard(Instant::now()).await?;
    let until = Instant::now() + REST;
    while !at_rest(&mut world).await.unwrap_or_default() && Instant::now() < until {
        sleep(Duration::from_millis(200)).await;
    }
    world.sample().await;
    let life = world.life()?;
    world.forget_life();
    life.app.terminate().await?;
    world.centre.stop().await?;

    let mut store = world.store().await?;
    let app = app_list(&mut store).await?;
    let ids = ids(&mut store).await?;
    store.close().await?;
    let mut database = read_only(&world.centre.database()).await?;
    let centre = centre_list(&mut database).await?;
    database.close().await?;
    Ok(counted(&world, &app, &centre, &ids))
}

/// Both sides say the same, and every toast has become something.
async fn at_rest(world: &mut World) -> Result<bool> {
    world.sample().await;
    let mut store = world.store().await?;
    let app = app_list(&mut store).await?;
    let open = sqlx::query("SELECT COUNT(*) FROM attempts WHERE outcome IS NULL OR held = 1");
    let open: i64 = open.fetch_one(&mut store).await?.get(0);
    store.close().await?;
    let mut database = read_only(&world.centre.database()).await?;
    let centre = centre_list(&mut database).await?;
    database.close().await?;
    Ok(open == 0 && app.lines == centre.lines && app.counter == centre.counter)
}

async fn app_list(store: &mut SqliteConnection) -> Result<List> {
    let rows = sqlx::query(
        "SELECT seq, json_extract(body, '$.title'), shown_read_at IS NULL
         FROM notifications JOIN bodies USING (seq) ORDER BY seq",
    );
    let counter = sqlx::query("SELECT unread_count FROM state");
    let lines = rows.fetch_all(&mut *store).await?;
    Ok(List {
        lines: lines
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect(),
        counter: counter.fetch_one(store).await?.get(0),
    })
}

async fn centre_list(database: &mut SqliteConnection) -> Result<List> {
    let rows = sqlx::query(
        "SELECT created_seq, title, read_at IS NULL FROM notifications ORDER BY created_seq",
    );
    let counter = sqlx::query("SELECT unread FROM users");
    let lines = rows.fetch_all(&mut *database).await?;
    let counters = counter.fetch_all(database).await?;
    ensure!(counters.len() == 1, "one user alone");
    Ok(List {
        lines: lines
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect(),
        counter: counters[0].get(0),
    })
}

/// Titles by id, as the app's notes name them.
async fn ids(store: &mut SqliteConnection) -> Result<BTreeMap<Vec<u8>, String>> {
    let rows = sqlx::query(
        "SELECT id, json_extract(body, '$.title') FROM notifications JOIN bodies USING (seq)",
    );
    let rows = rows.fetch_all(store).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

fn counted(world: &World, app: &List, centre: &List, ids: &BTreeMap<Vec<u8>, String>) -> Verdict {
    let pages = world.books.pages();
    let lost = |list: &List| {
        let there = list.titles();
        let missing = pages
            .said
            .iter()
            .filter(|title| !there.contains(title.as_str()));
        missing.cloned().collect::<Vec<_>>()
    };
    let marked = |list: &List, wrong: &dyn Fn(&Line) -> bool| {
        let lines = list.lines.iter().filter(|line| wrong(line));
        lines.map(|(_, title, _)| title.clone()).collect::<Vec<_>>()
    };
    let unread_though = |line: &Line| line.2 && pages.read.contains(&line.1);
    let read_though = |line: &Line| !line.2 && !pages.read.contains(&line.1);
    let both = |wrong: &dyn Fn(&Line) -> bool| [marked(app, wrong), marked(centre, wrong)].concat();
    let everywhere = app.titles().into_iter().chain(centre.titles());
    let unknown: BTreeSet<&str> = everywhere
        .filter(|title| !pages.said.contains(*title))
        .collect();

    let calls: Vec<NotifyCall> = world
        .recorded()
        .into_iter()
        .flat_map(|seen| seen.calls)
        .collect();
    let mut rung: BTreeMap<&str, usize> = BTreeMap::new();
    let mut summaries = (0, 0);
    for call in &calls {
        let renews = call.replaces != 0 || call.quiet;
        match pages.said.contains(&call.title) {
            true if renews => {}
            true => *rung.entry(&call.title).or_default() += 1,
            false if renews => summaries.1 += 1,
            false => summaries.0 += 1,
        }
    }

    let (mut named, mut unheard) = (BTreeSet::new(), BTreeSet::new());
    let mut imagined = BTreeSet::new();
    for attempt in world.attempts.all() {
        let Some(title) = attempt.of.as_ref().and_then(|id| ids.get(id)) else {
            continue;
        };
        let title = title.as_str();
        if attempt.is_named() {
            named.insert(title);
        }
        if attempt.is_unheard() {
            unheard.insert(title);
        }
        if attempt.is_shown() && !attempt.renewal && !rung.contains_key(title) {
            imagined.insert(title);
        }
    }
    let unread = app.lines.iter().filter(|line| line.2);
    let unread: BTreeSet<&str> = unread.map(|line| line.1.as_str()).collect();
    let silent = unread
        .iter()
        .filter(|title| !rung.contains_key(**title) && !named.contains(**title));
    let (excused, untold): (Vec<&str>, Vec<&str>) =
        silent.partition(|title| unheard.contains(**title));
    let owned = |titles: Vec<&str>| titles.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let twice = rung.iter().filter(|(_, times)| **times > 1);
    Verdict {
        said: pages.said.len(),
        read: pages.read.len(),
        lost_at_centre: lost(centre),
        lost_at_app: lost(app),
        doubled_at_centre: centre.doubled(),
        doubled_at_app: app.doubled(),
        unknown: unknown.len(),
        marks_lost: both(&unread_though),
        marks_made_up: both(&read_though),
        equal: app.lines == centre.lines,
        unread: [
            usize::try_from(centre.counter).unwrap_or(usize::MAX),
            centre.unread(),
            usize::try_from(app.counter).unwrap_or(usize::MAX),
            app.unread(),
        ],
        toasted: rung.len(),
        toasted_twice: twice
            .map(|(title, times)| format!("{title} ({times} times)"))
            .collect(),
        summaries,
        named: unread.intersection(&named).count(),
        untold: owned(untold),
        unheard: excused.len(),
        imagined: owned(imagined.into_iter().collect()),
        toasted_and_named: named
            .iter()
            .filter(|title| rung.contains_key(**title))
            .count(),
    }
}
