//! Newer versions: looked for once a day and when the user asks, brought when he says so; and the
//! newer file that a package has put in our place, taken up when nobody looks.

use super::calls::refused;
use super::{Controller, Input, forward};
use crate::anew::Start;
use crate::updates::{self, Bringer, Found, OwnFile, Package, UpdateError};
use crate::window::Caller;
use dealbell_protocol::Millis;
use dealbell_protocol::window::{Update, UpdateStep, WindowAnswer, WindowErrorCode};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// How often we see whether it is time to look. By the clock, since a machine may sleep for days.
const TICK: Duration = Duration::from_secs(60 * 60);

/// What happens on the way to a newer version.
pub(crate) enum UpdateInput {
    /// Time to see whether it is time to look.
    Tick,
    /// The server has answered, or not.
    Looked(Result<Option<Arc<Found>>, UpdateError>),
    /// So much of it is here, per cent, where that is known.
    Progress(Option<u8>),
    /// It is in our place; or here, and to be put there by an installer, which ends us.
    Brought(Result<Option<Package>, UpdateError>),
}

/// How we go on after the end.
pub(super) enum Next {
    /// By another start.
    Start(Start),
    /// By an installer, which ends this process and starts Dealbell.
    Installer(Arc<Found>, Package),
}

/// How far a newer version is.
pub(super) struct Updating {
    /// This build knows where to look.
    has_source: bool,
    /// When to look by ourselves.
    next: Millis,
    work: Work,
    found: Option<Arc<Found>>,
    /// What the window shows of it.
    pub(super) view: Option<Update>,
    /// Another file bears our name.
    replaced: bool,
}

enum Work {
    None,
    /// For these calls, and by ourselves where there are none.
    Looking(Vec<Caller>),
    /// For this call.
    Bringing(Caller),
}

impl Updating {
    /// Nothing is known yet.
    pub(super) fn new(has_source: bool) -> Self {
        Self {
            has_source,
            next: Millis::MAX,
            work: Work::None,
            found: None,
            view: None,
            replaced: false,
        }
    }
}

impl Controller {
    /// Looks once a day from now on, where this build and the administrator let it.
    pub(super) fn watch_for_updates(&mut self) {
        self.updating.next = self.next_look();
        let ticks = forward(&self.inputs, |()| Input::Update(UpdateInput::Tick));
        let first = Instant::now() + updates::AFTER_START;
        tokio::spawn(async move {
            let mut hours = interval_at(first, TICK);
            hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                hours.tick().await;
                if ticks.send(()).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Takes note of what happened on the way.
    pub(super) fn update_input(&mut self, input: UpdateInput) {
        match input {
            UpdateInput::Tick => {
                self.look_at_own_file();
                // A clock that was set back has put it off.
                self.updating.next = self.updating.next.min(self.next_look());
                let may = self.updating.has_source && self.managed.lets_update();
                if may && matches!(self.updating.work, Work::None) && now() >= self.updating.next {
                    self.look(Vec::new());
                }
            }
            UpdateInput::Looked(outcome) => self.looked(outcome),
            UpdateInput::Progress(percent) => self.say(UpdateStep::Downloading { percent }),
            UpdateInput::Brought(outcome) => self.brought(outcome),
        }
    }

    /// The user wants to know now. Where the build has nowhere to look, nothing newer is known.
    pub(super) fn check_for_update(&mut self, caller: Caller) {
        match &mut self.updating.work {
            Work::None if self.updating.has_source => self.look(vec![caller]),
            Work::Looking(callers) => callers.push(caller),
            Work::None | Work::Bringing(_) => self.window.answer(caller, WindowAnswer::Done),
        }
    }

    /// The user wants what was found. Answered when it is there, just before we start anew.
    pub(super) fn install_update(&mut self, caller: Caller) {
        let Some(found) = self.updating.found.clone() else {
            let answer = refused(WindowErrorCode::Unavailable);
            return self.window.answer(caller, answer);
        };
        if !matches!(self.updating.work, Work::None) {
            return self.window.answer(caller, WindowAnswer::Done);
        }
        self.updating.work = Work::Bringing(caller);
        self.say(UpdateStep::Downloading { percent: None });
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            let progress = inputs.clone();
            let progress = move |percent| {
                // The next one says more; none must hold the download up.
                let input = Input::Update(UpdateInput::Progress(percent));
                let _ = progress.try_send(input);
            };
            let brought = match found.fetch(progress).await {
                Ok(package) => put_in_place(found, package).await,
                Err(error) => Err(error),
            };
            let input = UpdateInput::Brought(brought);
            let _ = inputs.send(Input::Update(input)).await;
        });
    }

    /// Sees whether a package has put another file in our place.
    pub(super) fn look_at_own_file(&mut self) {
        let replaced = matches!(updates::own_file(), OwnFile::Replaced(_));
        if replaced && !self.updating.replaced {
            tracing::info!("a newer Dealbell is there; it starts when nobody looks");
        }
        self.updating.replaced = replaced;
    }

    /// Whether we go on in another process now: what runs is old, nobody looks, and every account
    /// comes back by itself.
    pub(super) fn goes_on_anew(&mut self) -> bool {
        if self.next.is_some() {
            return true;
        }
        let calm = self.updating.replaced
            && matches!(self.updating.work, Work::None)
            && !self.window.is_in_use()
            && self.seats.come_back_alone();
        if !calm {
            return false;
        }
        // It may have been replaced again, or taken away, since we looked.
        let OwnFile::Replaced(program) = updates::own_file() else {
            self.updating.replaced = false;
            return false;
        };
        tracing::info!("going on as the newer one");
        self.next = Some(Next::Start(self.again.start(program, false)));
        true
    }

    fn next_look(&self) -> Millis {
        updates::next_look(self.settings.current().looked_for_update, now())
    }

    fn look(&mut self, callers: Vec<Caller>) {
        self.updating.work = Work::Looking(callers);
        let (app, inputs) = (self.app.clone(), self.inputs.clone());
        let network = self.network();
        tokio::spawn(async move {
            let looked = updates::look(&app, &network, Bringer::of_this_program()).await;
            let input = UpdateInput::Looked(looked.map(|found| found.map(Arc::new)));
            let _ = inputs.send(Input::Update(input)).await;
        });
    }

    fn looked(&mut self, outcome: Result<Option<Arc<Found>>, UpdateError>) {
        let work = std::mem::replace(&mut self.updating.work, Work::None);
        let answer = match outcome {
            Ok(found) => {
                let version = found.as_ref().map(|found| found.view().version);
                tracing::info!(version, "looked for a newer version");
                self.updating.view = found.as_ref().map(|found| found.view());
                self.updating.found = found;
                self.remember_look();
                WindowAnswer::Done
            }
            Err(error) => {
                // By ourselves we try again within the hour.
                tracing::info!(%error, "no word of a newer version");
                refused(error.code())
            }
        };
        let Work::Looking(callers) = work else { return };
        for caller in callers {
            self.window.answer(caller, answer.clone());
        }
    }

    fn remember_look(&mut self) {
        let at = now();
        let remembered = self
            .settings
            .change(|settings| settings.looked_for_update = Some(at));
        if let Err(error) = remembered {
            tracing::warn!(%error, "the look for a newer version was not remembered");
        }
        self.updating.next = updates::next_look(Some(at), at);
    }

    fn brought(&mut self, outcome: Result<Option<Package>, UpdateError>) {
        let work = std::mem::replace(&mut self.updating.work, Work::None);
        let answer = match outcome {
            Ok(package) => {
                self.next = self.after_update(package);
                WindowAnswer::Done
            }
            Err(error) => {
                tracing::warn!(%error, "the newer version was not brought");
                self.say(UpdateStep::Failed);
                refused(error.code())
            }
        };
        if let Work::Bringing(caller) = work {
            self.window.answer(caller, answer);
        }
    }

    /// The user waits for the window he said it in.
    fn after_update(&self, package: Option<Package>) -> Option<Next> {
        if let Some(package) = package {
            let found = self.updating.found.clone()?;
            return Some(Next::Installer(found, package));
        }
        let program = tauri::process::current_binary(&tauri::Manager::env(&self.app));
        let program = program
            .inspect_err(|error| tracing::error!(%error, "the newer one cannot be started"))
            .ok()?;
        Some(Next::Start(self.again.start(program, true)))
    }

    fn say(&mut self, step: UpdateStep) {
        if let Some(view) = &mut self.updating.view {
            view.step = step;
        }
    }
}

/// Puts it in our place; where an installer does that, it comes last of all.
async fn put_in_place(found: Arc<Found>, package: Package) -> Result<Option<Package>, UpdateError> {
    if cfg!(windows) {
        return Ok(Some(package));
    }
    let installed = tokio::task::spawn_blocking(move || found.install(&package)).await;
    installed.unwrap_or(Err(UpdateError::Interrupted))?;
    Ok(None)
}

fn now() -> Millis {
    Timestamp::now().as_millisecond()
}
