//! Starts of the app on a real desktop, one after the other, while the machine is busy: the icon is
//! seen, a toast comes, a click on it opens the card, and the app leaves cleanly.

mod gnome;
mod icon;
mod load;
mod outcome;
mod xfce;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use dealbell_tests::{App, Browser, CentreProgram, Ending, Environment, eventually, own_address};
use outcome::{Outcome, Score};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The desktops there are trials on.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Which {
    /// xfce4-panel and dunst.
    Xfce,
    /// GNOME Shell and its indicator extension.
    Gnome,
}

/// What a trial is given.
pub(crate) struct Trial<'a> {
    /// The app's executable.
    pub(crate) app: &'a Path,
    /// Where pictures go.
    pub(crate) pictures: &'a Path,
    /// How often the app is started.
    pub(crate) starts: u32,
}

/// Pixels of a part of the screen, row by row, three bytes each.
#[derive(PartialEq, Eq)]
struct Pixels(Vec<u8>);

impl Pixels {
    /// How many are another colour than in a picture of the same part.
    fn changed(&self, from: &Self) -> usize {
        let pairs = self.0.chunks_exact(3).zip(from.0.chunks_exact(3));
        pairs.filter(|(now, before)| now != before).count()
    }
}

/// A desktop as its user sees it and clicks it.
trait Desk {
    /// What a program on it is started with.
    fn environment(&self) -> &Environment;
    /// Its session bus.
    fn bus(&self) -> &zbus::Connection;
    /// Where its user lives.
    fn home(&self) -> PathBuf;
    /// The part of the panel where tray icons are.
    async fn tray(&self) -> Result<Pixels>;
    /// The whole screen into a file.
    async fn picture(&self, file: &Path) -> Result<()>;
    /// The part of the screen where toasts are.
    async fn corner(&self) -> Result<Pixels>;
    /// Until the desktop shows a toast with this title.
    async fn wait_toast(&self, title: &str) -> Result<()>;
    /// The pointer goes to that toast and clicks.
    async fn click_toast(&self) -> Result<()>;
}

/// An icon of 16 × 16 that is hardly filled changes at least this many pixels.
const ICON: usize = 40;
/// And a small toast this many.
const TOAST: usize = 4_000;
const USER: &str = "anna@firm.ru";
/// The tray's word for nothing unread, which it says only once it is connected.
const QUIET: &str = "Всё разобрано";

/// Runs a trial and prints a line per start and one for all; an error unless everything went well.
pub(crate) async fn run(which: Which, trial: &Trial<'_>) -> Result<()> {
    std::fs::create_dir_all(trial.pictures)?;
    let score = match which {
        Which::Xfce => starts(xfce::Xfce::start().await?, trial).await?,
        Which::Gnome => starts(gnome::Gnome::start().await?, trial).await?,
    };
    println!("{score}");
    if score.is_perfect() {
        return Ok(());
    }
    bail!("not every start went well")
}

async fn starts(desk: impl Desk, trial: &Trial<'_>) -> Result<Score> {
    let browser = Browser::install(&desk.home())?;
    let folder = tempfile::Builder::new()
        .prefix("dealbell-centre-")
        .tempdir()?;
    let mut centre = CentreProgram::new(folder.path(), own_address(), desk.environment())?;
    let token = centre.user_with_device(USER).await?;
    let key = centre.command(&["integration", "add", "Сайт"]).await?;
    centre.serve().await?;
    let mut environment = desk.environment().clone();
    environment.insert("DEALBELL_CENTRE_URL".into(), centre.url().into());
    environment.insert("DEALBELL_TOKEN".into(), token.into());

    let around = Around {
        desk,
        browser,
        centre,
        key,
        environment,
    };
    let _load = load::Load::start()?;
    let mut score = Score::default();
    for number in 1..=trial.starts {
        let outcome = around.once(number, trial).await;
        println!("start {number}: {outcome}");
        score.add(&outcome);
    }
    Ok(score)
}

/// Everything that stays while the app comes and goes.
struct Around<D> {
    desk: D,
    browser: Browser,
    centre: CentreProgram,
    key: String,
    environment: Environment,
}

impl<D: Desk> Around<D> {
    /// One life of the app. What fails ends it; what came before counts.
    async fn once(&self, number: u32, trial: &Trial<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        if let Err(error) = self.live(number, trial, &mut outcome).await {
            let picture = trial.pictures.join(format!("{number:02}-failed.png"));
            let _ = self.desk.picture(&picture).await;
            outcome.failure = Some(format!("{error:#}"));
        }
        outcome
    }

    async fn live(&self, number: u32, trial: &Trial<'_>, outcome: &mut Outcome) -> Result<()> {
        let picture = |name: &str| trial.pictures.join(format!("{number:02}-{name}.png"));
        let empty = self.desk.tray().await.context("the panel before")?;
        let started = Instant::now();
        let app = App::start_binary(trial.app, &[], &self.environment)?;
        let lived = self.ring(number, &app, &empty, started, &picture, outcome);
        let lived = lived.await.with_context(|| app.log());

        let asked = Instant::now();
        let ending = app.terminate().await?;
        if ending != Ending::Code(0) {
            bail!("the app ended with {ending:?}\n{}", app.log());
        }
        lived?;
        eventually("a panel without the icon", async || {
            let gone = icon::registered(self.desk.bus()).await?.is_none();
            let changed = self.desk.tray().await?.changed(&empty);
            Ok((gone && changed < ICON).then_some(()))
        })
        .await?;
        outcome.end = Some(asked.elapsed());
        Ok(())
    }

    /// From the start to the click.
    async fn ring(
        &self,
        number: u32,
        app: &App,
        empty: &Pixels,
        started: Instant,
        picture: &impl Fn(&str) -> PathBuf,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let item = eventually("the tray icon", async || {
            if let Some(ending) = app.ending() {
                bail!("the app ended with {ending:?}");
            }
            icon::registered(self.desk.bus()).await
        })
        .await?;
        outcome.registered = Some(started.elapsed());
        eventually("the icon's pixels", async || {
            let changed = self.desk.tray().await?.changed(empty);
            Ok((changed >= ICON).then_some(()))
        })
        .await?;
        outcome.drawn = Some(started.elapsed());
        eventually("the connection", async || {
            let told = item.tooltip(self.desk.bus()).await?;
            Ok((told == QUIET).then_some(()))
        })
        .await?;
        self.desk.picture(&picture("icon")).await?;

        let (title, card) = (
            format!("Заявка {number} с сайта"),
            format!("http://127.0.0.1:1/leads/detail/{number}"),
        );
        let bare = self.desk.corner().await?;
        let published = Instant::now();
        let body = json!({
            "users": [USER],
            "title": title,
            "text": "Кухня «Прованс», просит перезвонить до обеда",
            "author": "Мария Иванова",
            "link": card,
        });
        let (status, answer) = self.centre.publish(&self.key, &body).await?;
        if status != 201 {
            bail!("the centre answered {status}: {answer}");
        }
        self.desk.wait_toast(&title).await?;
        eventually("the toast's pixels", async || {
            let changed = self.desk.corner().await?.changed(&bare);
            Ok((changed >= TOAST).then_some(()))
        })
        .await?;
        outcome.toast = Some(published.elapsed());
        self.desk.picture(&picture("toast")).await?;

        let clicked = Instant::now();
        self.desk.click_toast().await?;
        self.browser.wait_opened(&card).await?;
        outcome.opened = Some(clicked.elapsed());
        let opened = self.browser.opened();
        let times = opened.iter().filter(|link| **link == card).count();
        if times != 1 {
            bail!("the card was opened {times} times");
        }
        eventually("the mark as read", async || {
            let told = item.tooltip(self.desk.bus()).await?;
            Ok((told == QUIET).then_some(()))
        })
        .await
    }
}
