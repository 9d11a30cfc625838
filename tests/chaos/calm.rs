//! Load and nothing else, for as long as is asked: what app and centre take meanwhile.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;

use crate::count::{self, Verdict};
use crate::load::{Load, Order};
use crate::plot::{Line, svg};
use crate::samples::{Sample, Watched, an_hour};
use crate::world::{USER, World};

/// Between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// Growth in an hour that is none: what a heap breathes, KiB.
const BREATH: f64 = 4_096.0;
/// The same of handles: one that lasts is a leak, a connection under way is none.
const HANDLES: f64 = 4.0;

/// One of the values of a sample.
type Value = fn(&Sample) -> f64;

/// What came of it.
pub(crate) struct Calm {
    minutes: f64,
    watched: [Watched; 2],
    pub(crate) verdict: Verdict,
}

/// Lets the load do its work for so many minutes, and looks.
pub(crate) async fn spend(mut world: World, minutes: f64, rate: f64, seed: u64) -> Result<Calm> {
    world.begin()?;
    world.heard(Instant::now()).await?;
    let order = Order {
        centre: &world.centre.url(),
        key: &world.key,
        device: &world.other,
        user: USER,
        seed,
        rate,
    };
    let load = Load::start(
        &order,
        world.desktop.environment(),
        Arc::clone(&world.books),
    )?;
    let (app, centre) = (
        world.life()?.app.pid(),
        world.centre.pid().unwrap_or_default(),
    );
    let mut watched = [
        Watched::new("app", app, &world.store_file()?),
        Watched::new("centre", centre, &world.centre.database()),
    ];
    let began = Instant::now();
    let mut told = 0;
    while began.elapsed().as_secs_f64() < minutes * 60.0 {
        load.lives()?;
        for watched in &mut watched {
            watched.look(began.elapsed())?;
        }
        world.sample().await;
        let minute = began.elapsed().as_secs() / 60;
        if minute > told {
            told = minute;
            println!("{minute:>4} min  {} said", world.books.count());
        }
        sleep(LOOK).await;
    }
    load.end().await?;
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    Ok(Calm {
        minutes,
        watched,
        verdict: count::verdict(world).await?,
    })
}

impl Calm {
    /// Whether memory and handles are as they were, and nothing was lost.
    pub(crate) fn holds(&self) -> bool {
        self.watched.iter().all(|watched| {
            an_hour(&watched.series(|sample| sample.own)) < BREATH
                && an_hour(&watched.series(|sample| sample.handles)) < HANDLES
        }) && self.verdict.holds()
    }

    /// What is said of it, as Markdown.
    pub(crate) fn told(&self) -> Result<String> {
        let mut told = String::new();
        let verdict = &self.verdict;
        writeln!(
            told,
            "{:.0} minutes, {} notifications published, {} of them read on a second device; {}.\n",
            self.minutes,
            verdict.said,
            verdict.read,
            match verdict.holds() {
                true => "nothing lost, doubled or rung twice, and all counts are one",
                false => "**not every count held**",
            }
        )?;
        writeln!(
            told,
            "| | at first | in the end | most | growth in an hour |"
        )?;
        writeln!(told, "|---|--:|--:|--:|--:|")?;
        let rows: [(&str, &str, f64, Value); 4] = [
            ("memory (PSS)", "MiB", 1_024.0, |sample| sample.pss),
            ("memory of its own", "MiB", 1_024.0, |sample| sample.own),
            ("handles", "", 1.0, |sample| sample.handles),
            ("database", "MiB", 1_024.0, |sample| sample.database),
        ];
        for watched in &self.watched {
            for (what, unit, by, value) in rows {
                let series = watched.series(value);
                let ends = [series.first(), series.last()];
                let [first, last] = ends.map(|point| point.map_or(0.0, |point| point.1));
                let most = series.iter().map(|point| point.1).fold(0.0, f64::max);
                writeln!(
                    told,
                    "| {}: {what} {unit} | {:.1} | {:.1} | {:.1} | {:+.2} |",
                    watched.name,
                    first / by,
                    last / by,
                    most / by,
                    an_hour(&series) / by,
                )?;
            }
        }
        for watched in &self.watched {
            let series = watched.series(|sample| sample.database);
            let kib = an_hour(&series) * self.minutes / 60.0;
            let each = kib / (verdict.said as f64).max(1.0) * 1_024.0;
            writeln!(
                told,
                "\n{}: {each:.0} bytes of database for each notification, its entries in the log, its search index and marks included.",
                watched.name
            )?;
        }
        Ok(told)
    }

    /// Draws it, a picture for each kind, beside the page.
    pub(crate) fn draw(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        let lines = |by: f64, values: &[(&str, Value)]| -> Vec<Line> {
            let each = self.watched.iter().flat_map(|watched| {
                values.iter().map(move |(what, value)| Line {
                    name: format!("{}{what}", watched.name),
                    points: watched
                        .series(value)
                        .into_iter()
                        .map(|(at, value)| (at, value / by))
                        .collect(),
                })
            });
            each.collect()
        };
        let memory = lines(
            1_024.0,
            &[
                (" (PSS)", |sample| sample.pss),
                (" (its own)", |sample| sample.own),
            ],
        );
        let handles = lines(1.0, &[("", |sample| sample.handles)]);
        let database = lines(1_024.0, &[("", |sample| sample.database)]);
        for (name, title, unit, lines) in [
            ("memory", "Memory", "MiB", memory),
            ("handles", "Open files and sockets", "number", handles),
            ("database", "Database", "MiB", database),
        ] {
            fs::write(folder.join(format!("{name}.svg")), svg(title, unit, &lines))?;
        }
        Ok(())
    }
}
