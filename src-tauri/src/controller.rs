//! The controller: one queue of inputs, one state, and after every input the views drawn from it.

mod asking;
mod calls;
mod checking;
mod choosing;
mod drawing;
mod feeding;
mod joining;
mod keeping;
mod leaving;
mod managing;
mod opening;
mod order;
mod permitting;
mod quieting;
mod reaching;
mod seats;
mod settling;
mod starting;
mod surroundings;
mod toasting;
mod together;
mod updating;

use crate::account::Account;
use crate::anew::{self, Again};
use crate::badge::Dock;
use crate::bell::BellEvent;
use crate::cli::Cli;
use crate::deeds::Deeds;
use crate::link_key;
use crate::managed::Managed;
use crate::secrets::Secrets;
use crate::settings::SettingsFile;
use crate::system::SystemEvent;
use crate::system::crash::Run;
use crate::system::shortcut::{Grab, Keys};
use crate::system::{journal, privacy};
use crate::toolkit;
use crate::tray::{Tray, TrayEvent};
use crate::updates;
use crate::window::{Caller, PageId, WindowInput, WindowProcess};
use checking::{CheckEnded, Checked};
use dealbell_amocrm::CrmAddress;
use dealbell_inbox::view::{MenuAct, TraySituation, TrayView};
use dealbell_inbox::{Manners, State};
use dealbell_protocol::window::{
    Language, Page, Trouble, WindowAnswer, WindowEvent, WindowRequest, WindowState,
};
use dealbell_toasts::link::LinkKey;
use dealbell_toasts::{ToastBackend, ToastEvent};
use feeding::{forward, watch_for_end};
use joining::Redeemed;
use keeping::Kept;
use opening::Opened;
use order::LastChecked;
use quieting::Focus;
use seats::Seats;
use settling::language;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tauri::{AppHandle, Manager};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use updating::{Next, UpdateInput, Updating};

/// How long the window may take to leave the screen.
const WINDOW_LEAVES: Duration = Duration::from_secs(5);

/// Everything that can happen.
pub(crate) enum Input {
    /// From the tray.
    Tray(TrayEvent),
    /// From the toasts.
    Toast(ToastEvent),
    /// From the ringing of an account.
    Bell(String, BellEvent),
    /// Whether toasts can be shown, as asked at the start.
    Screen(bool),
    /// From the window's process.
    Window(WindowInput),
    /// The state of an inbox or a connector changed.
    Changed,
    /// A line was opened, or not.
    Opened(Box<Opened>),
    /// A way was tried out for the window.
    Checked(Box<CheckEnded>),
    /// An invitation was used up, or not.
    Redeemed(Box<Redeemed>),
    /// What the check of this turn found is too old to be entered.
    CheckExpired(u64),
    /// The account of a line has moved to this address.
    Moved(Account, CrmAddress),
    /// A new secret was kept, or nobody took it.
    Kept(Kept),
    /// The answer to a call of the window that took a while.
    Answer(Caller, Box<WindowAnswer>),
    /// Dealbell was started a second time, with these arguments.
    SecondStart(Vec<String>),
    /// A link such as `dealbell://open`, from anybody.
    Link(String),
    /// Whether the system lets us notify.
    Permitted(bool),
    /// Something changed around us.
    System(SystemEvent),
    /// On the way to a newer version.
    Update(UpdateInput),
    /// The key that shows the window.
    Shortcut,
    /// The system asks us to end.
    Terminate,
}

/// Owner of all state of the resident.
pub(crate) struct Controller {
    app: AppHandle,
    data: PathBuf,
    inputs: mpsc::Sender<Input>,
    settings: SettingsFile,
    /// What the administrator decided.
    managed: Managed,
    secrets: Secrets,
    tray: Tray,
    dock: Dock,
    toasts: Arc<dyn ToastBackend>,
    /// What the links of our toasts are sealed with.
    link_key: LinkKey,
    /// What was done from toasts, and can be taken back.
    deeds: Deeds,
    window: WindowProcess,
    seats: Seats,
    /// What was checked last, and may be entered.
    checked: LastChecked<PageId, Checked>,
    /// What concerns no account.
    troubles: BTreeSet<Trouble>,
    /// The language of toasts still to come.
    speaks: watch::Sender<Language>,
    /// What the system says of the user's attention.
    focus: Focus,
    /// What the inboxes were told last.
    manners: Manners,
    /// What the window was told last.
    told: Option<WindowState>,
    /// Of which account, and the version.
    told_list: Option<(String, u64)>,
    /// Of which account, and the revision.
    told_channels: Option<(String, u64)>,
    logged_unread: Option<u64>,
    /// This run's mark on the disk.
    run: Run,
    /// The key that shows the window, while it is in force.
    shortcut: Option<(Keys, Grab)>,
    updating: Updating,
    /// As whom we would be started again.
    again: Again,
    /// How we go on, where we do.
    next: Option<Next>,
}

impl Controller {
    /// Starts the parts and works until the user quits.
    pub(crate) async fn run(
        app: AppHandle,
        cli: Cli,
        inputs: mpsc::Sender<Input>,
        mut queue: mpsc::Receiver<Input>,
    ) -> anyhow::Result<()> {
        let data = app.path().app_data_dir()?;
        privacy::keep_folder(&data)?;
        let (managed, problems) = Managed::load();
        let settings = SettingsFile::load(&app, &data, &managed)?;
        let language = language(settings.current().language);
        let tray_events = forward(&inputs, Input::Tray);
        let first = TrayView::of(&State::default(), &TraySituation::here(None), language);
        let tray = Tray::start(&app, first, tray_events).await;
        let link_key = link_key::of(&data);
        let (backend, mut events) =
            dealbell_toasts::native("Dealbell", dealbell_toasts::APP_ID, link_key.clone());
        let toasts: Arc<dyn ToastBackend> = Arc::from(backend);
        let toast_inputs = inputs.clone();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                let _ = toast_inputs.send(Input::Toast(event)).await;
            }
        });
        let window = WindowProcess::new(forward(&inputs, Input::Window));
        let mut troubles = BTreeSet::new();
        let run = Run::begin(&data)?;
        if run.crashed_before {
            troubles.insert(Trouble::Crashed);
        }
        journal::set_level(settings.current().device.log_level);
        if settings.damaged {
            troubles.insert(Trouble::SettingsDamaged);
        }
        if managing::told(&problems) {
            troubles.insert(Trouble::ManagedWrong);
        }
        let known = settings.current();
        let seats = Seats::new(&known.accounts, known.current.clone());
        let mut controller = Self {
            secrets: Secrets::new(&data),
            data,
            inputs,
            settings,
            managed,
            tray,
            dock: Dock::start(),
            toasts,
            link_key,
            deeds: Deeds::default(),
            window,
            seats,
            checked: LastChecked::nothing(),
            troubles,
            speaks: watch::Sender::new(language),
            focus: Focus::default(),
            manners: Manners::default(),
            told: None,
            told_list: None,
            told_channels: None,
            logged_unread: None,
            run,
            shortcut: None,
            updating: Updating::new(updates::has_source(&app)),
            again: Again::of(&cli),
            next: None,
            app,
        };
        controller.begin(&cli).await;
        loop {
            let input = tokio::select! {
                input = queue.recv() => input,
                () = controller.time_to_draw() => {
                    controller.draw().await;
                    continue;
                }
            };
            let Some(input) = input else { break };
            if !controller.take(input).await || controller.goes_on_anew() {
                break;
            }
            controller.draw().await;
        }
        controller.leave(queue).await;
        Ok(())
    }

    async fn begin(&mut self, cli: &Cli) {
        watch_for_end(self.inputs.clone());
        self.watch_surroundings();
        self.follow_the_administrator();
        self.watch_for_updates();
        self.ask_permission(None);
        let (toasts, inputs) = (self.toasts.clone(), self.inputs.clone());
        tokio::spawn(async move {
            let can = toasts.probe().await.is_ok();
            let _ = inputs.send(Input::Screen(can)).await;
        });
        toolkit::tell_started(&self.app);
        self.open_first_lines(cli).await;
        if let Some(link) = &cli.link {
            self.follow_link(link).await;
        } else if cli.open {
            self.window.show(Page::List { at: None });
        }
    }

    /// Does what an input asks for. False when it is time to leave.
    async fn take(&mut self, input: Input) -> bool {
        match input {
            Input::Tray(TrayEvent::Act(MenuAct::Quit)) | Input::Terminate => return false,
            Input::Tray(TrayEvent::Activation(token)) => self.window.activate_with(Some(token)),
            Input::Tray(TrayEvent::Act(act)) => {
                self.choose(act).await;
                self.window.activate_with(None);
            }
            Input::Tray(TrayEvent::Host(true)) => {
                self.troubles.remove(&Trouble::NoTray);
            }
            Input::Tray(TrayEvent::Host(false)) => {
                // Without a tray the window is the only way in: show it, and say so there.
                if self.troubles.insert(Trouble::NoTray) {
                    self.window.show(Page::List { at: None });
                }
            }
            Input::Toast(event) => self.toast_event(event).await,
            Input::Screen(can) => self.set_trouble(Trouble::NoToasts, !can),
            Input::Bell(_, BellEvent::Fails(fails)) => self.set_trouble(Trouble::NoToasts, fails),
            Input::Bell(tag, BellEvent::Popup(key, link)) => self.remember_popup(&tag, key, link),
            Input::Window(WindowInput::Call(generation, call)) => {
                let Some((caller, request)) = self.window.called(generation, call) else {
                    return true;
                };
                if request == WindowRequest::Quit {
                    return false;
                }
                self.answer(caller, request).await;
            }
            Input::Window(WindowInput::Gone(generation)) => {
                self.window.gone(generation);
                self.told = None;
                self.checked.forget();
            }
            Input::Changed => {}
            Input::Opened(opened) => self.opened(*opened).await,
            Input::Checked(ended) => self.check_ended(*ended),
            Input::Redeemed(redeemed) => self.redeemed(*redeemed).await,
            Input::CheckExpired(turn) => self.checked.expire(turn),
            Input::Moved(account, address) => self.moved(&account, &address),
            Input::Kept(kept) => self.kept(kept),
            Input::Answer(caller, answer) => self.window.answer(caller, *answer),
            Input::Permitted(yes) => self.set_trouble(Trouble::NotPermitted, !yes),
            Input::System(event) => self.surroundings_changed(event),
            Input::Update(input) => self.update_input(input),
            Input::Shortcut => self.shortcut_pressed(),
            Input::Link(link) => self.follow_link(&link).await,
            Input::SecondStart(arguments) => self.second_start(&arguments).await,
        }
        true
    }

    fn set_trouble(&mut self, trouble: Trouble, on: bool) {
        if on {
            self.troubles.insert(trouble);
        } else {
            self.troubles.remove(&trouble);
        }
    }

    async fn leave(mut self, mut queue: mpsc::Receiver<Input>) {
        self.window.send(&WindowEvent::Leave);
        if self.next.is_some() {
            // The next one in this very process would know nothing of its children.
            let gone = self.window_gone(&mut queue);
            let _ = tokio::time::timeout(WINDOW_LEAVES, gone).await;
        }
        let mut closing = JoinSet::new();
        for mut seat in self.seats.into_all() {
            closing.spawn(async move { seat.close().await });
        }
        closing.join_all().await;
        self.tray.leave().await;
        self.run.end();
        match self.next.take() {
            Some(Next::Start(start)) => anew::begin_after_end(&self.app, start),
            Some(Next::Installer(found, package)) => {
                let installed = tokio::task::spawn_blocking(move || found.install(&package)).await;
                if let Ok(Err(error)) = installed {
                    tracing::error!(%error, "the newer version was not brought");
                }
            }
            None => {}
        }
        self.app.exit(0);
    }

    async fn window_gone(&mut self, queue: &mut mpsc::Receiver<Input>) {
        while self.window.is_running() {
            match queue.recv().await {
                Some(Input::Window(WindowInput::Gone(generation))) => self.window.gone(generation),
                Some(_) => {}
                None => return,
            }
        }
    }
}
