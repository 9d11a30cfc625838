//! The whole path as a team has it: sandbox, centre and app as programs, and a desktop that
//! records what the app asks of it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use dealbell_tests::{App, CentreProgram, Crm, DesktopOptions, PrivateDesktop, own_address};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Client;
use serde_json::json;

use crate::figures::{Sorted, millis};
use crate::report::Report;

/// 8 March 2031, 15:00 in Moscow: nothing of these falls due.
const DEADLINE: i64 = 1_930_737_600;
/// Deals of the sandbox's own.
const DEALS: [u64; 3] = [7_400_001, 7_400_005, 7_400_009];
/// How often the first toast is waited for: at night the CRM is read every 30 s only, until
/// something changes.
const WARM_UP: usize = 3;

/// Everything stands, and the app is connected.
pub(crate) struct Team {
    desktop: PrivateDesktop,
    crm: Crm,
    app: App,
    http: Client,
    set: usize,
    chance: StdRng,
    _centre: CentreProgram,
}

/// How long each task took to its toast.
pub(crate) struct Samples {
    pub(crate) sorted: Sorted,
    /// Tasks without a toast of their own.
    pub(crate) missing: usize,
}

impl Team {
    /// Starts it, with webhooks or without, and has it ring once.
    ///
    /// # Errors
    /// When a part is not built or does not come up.
    pub(crate) async fn start(with_hooks: bool) -> Result<Self> {
        let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
        let crm = Crm::start(own_address(), "T", desktop.environment()).await?;
        let listen = own_address();
        let public = format!("http://{listen}");
        let environment = match with_hooks {
            true => desktop.environment_with(&[("DEALBELL_PUBLIC_URL", &public)]),
            false => desktop.environment().clone(),
        };
        let mut centre = CentreProgram::new(desktop.folder(), listen, &environment)?;
        let token = centre.user_with_device(&crm.users[1].email).await?;
        let connect = ["connect", "amocrm", "--url", &crm.url, "--token", "T"];
        centre.command(&connect).await?;
        centre.serve().await?;
        let entries = [
            ("DEALBELL_CENTRE_URL", public.as_str()),
            ("DEALBELL_TOKEN", token.as_str()),
        ];
        let app = desktop.app(&[], &entries)?;
        let item = desktop.recorder.wait_item().await?;
        let quiet = item.wait(|view| view.tooltip_text == "Всё разобрано").await;
        quiet.with_context(|| app.log())?;
        if with_hooks {
            let registered = crm.wait_requests("method=POST uri=/api/v4/webhooks", 1);
            registered.await?;
        }
        // The first reading is a baseline: what is set before it is no news (RULES T12).
        crm.wait_requests("uri=/api/v4/tasks?", 2).await?;
        let mut team = Self {
            desktop,
            crm,
            app,
            http: Client::builder().no_proxy().build()?,
            set: 0,
            chance: StdRng::seed_from_u64(3),
            _centre: centre,
        };
        team.warm_up().await?;
        Ok(team)
    }

    async fn warm_up(&mut self) -> Result<()> {
        for _ in 0..WARM_UP {
            if self.set_one().await?.is_some() {
                return Ok(());
            }
        }
        bail!("nothing rings\n{}", self.app.log())
    }

    /// Sets so many tasks, each after the toast of the one before and a pause of some length in
    /// between.
    ///
    /// # Errors
    /// When the CRM does not take one.
    pub(crate) async fn sample(
        &mut self,
        count: usize,
        pause: std::ops::Range<Duration>,
    ) -> Result<Samples> {
        let (mut took, mut missing) = (Vec::new(), 0);
        for _ in 0..count {
            let pause = self.chance.random_range(pause.clone());
            tokio::time::sleep(pause).await;
            match self.set_one().await? {
                Some(time) => took.push(time),
                None => missing += 1,
            }
        }
        Ok(Samples {
            sorted: Sorted::new(took),
            missing,
        })
    }

    /// Waits until the CRM has delivered so many webhooks.
    ///
    /// # Errors
    /// When they do not come.
    pub(crate) async fn wait_hooks(&self, count: usize) -> Result<()> {
        self.crm.wait_requests("hook status=Some(204)", count).await
    }

    /// A colleague sets a task through the API: the time from before his request until the app's
    /// `Notify` arrived, or none where that did not come.
    async fn set_one(&mut self) -> Result<Option<Duration>> {
        self.set += 1;
        let text = format!("Замер {:04}", self.set);
        let task = json!([{
            "text": text,
            "complete_till": DEADLINE,
            "responsible_user_id": self.crm.users[1].id,
            "entity_id": DEALS[self.set % DEALS.len()],
            "entity_type": "leads",
        }]);
        let url = format!("http://{}/api/v4/tasks", self.crm.host());
        let request = self.http.post(url).bearer_auth(&self.crm.users[2].token);
        let request = request.json(&task);
        let before = Instant::now();
        let answer = request.send().await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        let recorder = &self.desktop.recorder;
        let toast = recorder.wait_toast(|call| call.title.contains(&text)).await;
        Ok(toast
            .ok()
            .map(|toast| toast.at.saturating_duration_since(before)))
    }
}

/// The rows both ways have.
pub(crate) fn tell(report: &mut Report, samples: &Samples, percent: usize, aim: Duration) {
    let sorted = &samples.sorted;
    for (name, at) in [("p50", 50), ("p95", 95), ("max", 100)] {
        let value = sorted.percentile(at);
        match at == percent {
            true => report.aimed(
                name,
                millis(value),
                format!("≤ {}", millis(aim)),
                value <= aim,
            ),
            false => report.figure(name, millis(value)),
        }
    }
    report.figure("min", millis(sorted.min()));
    let all = sorted.count() + samples.missing;
    report.aimed(
        "tasks with a toast of their own",
        format!("{} of {all}", sorted.count()),
        "all",
        samples.missing == 0,
    );
}
