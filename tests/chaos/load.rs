//! The third party that publishes: a Python program with a client of others, in a process of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use dealbell_tests::{Ending, Environment, Program};
use tokio::task::JoinHandle;

use crate::books::Books;

/// How long it may take to end what it has begun.
const LAST_WORDS: Duration = Duration::from_secs(60);

/// Publishes from the start on.
pub(crate) struct Load {
    program: Program,
    entering: JoinHandle<Result<()>>,
}

/// Whom it speaks to, as whom, and how fast.
pub(crate) struct Order<'a> {
    pub(crate) centre: &'a str,
    pub(crate) key: &'a str,
    pub(crate) device: &'a str,
    pub(crate) user: &'a str,
    pub(crate) seed: u64,
    pub(crate) rate: f64,
}

impl Load {
    /// Starts it; what it tells goes into the books.
    pub(crate) fn start(
        order: &Order<'_>,
        environment: &Environment,
        books: Arc<Books>,
    ) -> Result<Self> {
        let python = std::env::var_os("DEALBELL_PYTHON").map(PathBuf::from);
        let python = python.context("DEALBELL_PYTHON names no Python with httpx")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/chaos/integration.py");
        let (seed, rate) = (order.seed.to_string(), order.rate.to_string());
        let args = [
            script,
            order.centre,
            order.key,
            order.device,
            order.user,
            &seed,
            &rate,
        ];
        let mut environment = environment.clone();
        environment.insert("PYTHONUTF8".into(), "1".into());
        environment.insert("PYTHONDONTWRITEBYTECODE".into(), "1".into());
        let program = Program::start(&python, args, &environment)?;
        let mut lines = program.stdout_lines();
        let entering = tokio::spawn(async move {
            let mut entered = 0;
            loop {
                let goes_on = lines.changed().await.is_ok();
                {
                    let lines = lines.borrow_and_update();
                    for line in &lines[entered..] {
                        books.enter(line)?;
                    }
                    entered = lines.len();
                }
                if !goes_on {
                    return Ok(());
                }
            }
        });
        Ok(Self { program, entering })
    }

    /// Whether it still publishes.
    pub(crate) fn lives(&self) -> Result<()> {
        let ended = self.program.ending();
        ensure!(ended.is_none(), "the load ended: {}", self.program.log());
        Ok(())
    }

    /// Lets it end what it has begun; then everything it did is in the books.
    pub(crate) async fn end(self) -> Result<()> {
        self.lives()?;
        let asked = self.program.terminate();
        let ending = tokio::time::timeout(LAST_WORDS, asked).await??;
        ensure!(ending == Ending::Code(0), "{}", self.program.log());
        self.entering.await?
    }
}
