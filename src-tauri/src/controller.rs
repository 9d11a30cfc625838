//! The controller: one queue of inputs, one state, and after every input the views drawn from it.

mod calls;
mod checking;
mod choosing;
mod drawing;
mod feeding;
mod keeping;
mod leaving;
mod opening;
mod order;
mod settling;
mod surroundings;
mod toasting;

use crate::account::Account;
use crate::bell::BellEvent;
use crate::cli::Cli;
use crate::line::Line;
use crate::secret::Secret;
use crate::secrets::Secrets;
use crate::settings::SettingsFile;
use crate::system::SystemEvent;
use crate::system::crash::Run;
use crate::system::journal;
use crate::system::shortcut::Grab;
use crate::tray::{Tray, TrayEvent};
use crate::window::{Caller, PageId, WindowInput, WindowProcess};
use checking::{CheckEnded, Checked};
use dealbell_amocrm::CrmAddress;
use dealbell_inbox::view::{MenuAct, TraySituation, TrayView};
use dealbell_inbox::{State, ToastKey};
use dealbell_protocol::window::{
    Connection, Language, Page, SignedOutReason, Trouble, WindowAnswer, WindowEvent, WindowRequest,
    WindowState,
};
use dealbell_toasts::{ToastBackend, ToastEvent};
use feeding::{forward, watch_for_end};
use keeping::Kept;
use opening::{Opened, Previous, Wanted};
use order::{LastChecked, OneByOne};
use settling::language;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{AppHandle, Manager};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// Everything that can happen.
pub(crate) enum Input {
    /// From the tray.
    Tray(TrayEvent),
    /// From the toasts.
    Toast(ToastEvent),
    /// From the ringing.
    Bell(BellEvent),
    /// From the window's process.
    Window(WindowInput),
    /// The inbox's state changed.
    Inbox,
    /// The connector's state changed.
    Connector,
    /// A line was opened, or not.
    Opened(Box<Opened>),
    /// A way was tried out for the window.
    Checked(Box<CheckEnded>),
    /// What the check of this turn found is too old to be entered.
    CheckExpired(u64),
    /// The account of a line has moved to this address.
    Moved(Account, CrmAddress),
    /// A new secret was kept, or nobody took it.
    Kept(Kept),
    /// The answer to a call of the window that took a while.
    Answer(Caller, WindowAnswer),
    /// Dealbell was started a second time, with these arguments.
    SecondStart(Vec<String>),
    /// Something changed around us.
    System(SystemEvent),
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
    secrets: Secrets,
    tray: Tray,
    toasts: Arc<dyn ToastBackend>,
    window: WindowProcess,
    line: Option<Line>,
    /// What was checked last, and may be entered.
    checked: LastChecked<PageId, Checked>,
    /// Lines are opened one after the other.
    openings: OneByOne<Wanted>,
    /// The account whose line is being opened, while anybody wants it.
    opening_account: Option<Account>,
    /// The line that made room for the one being opened.
    previous: Option<Previous>,
    /// Brings the line's toasts to the screen; holds its inbox.
    ringing: Option<JoinHandle<()>>,
    /// Why there is no line.
    signed_out: Connection,
    troubles: BTreeSet<Trouble>,
    /// The language of toasts still to come.
    speaks: watch::Sender<Language>,
    /// A new secret that nobody has accepted yet.
    unproved: Option<Arc<Secret>>,
    /// A secret that no keyring took, until the user decides.
    unkept: Option<Arc<Secret>>,
    /// Pop-ups' links, which are kept nowhere else; the newest last.
    popup_links: Vec<(ToastKey, String)>,
    /// What the window was told last.
    told: Option<WindowState>,
    told_list: u64,
    told_channels: Option<u64>,
    logged_unread: Option<u64>,
    /// The window has asked for a token since the last one stopped working.
    asked_for_token: bool,
    /// This run's mark on the disk.
    run: Run,
    /// The key that shows the window, while it is in force.
    shortcut: Option<Grab>,
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
        let settings = SettingsFile::load(&app, &data)?;
        let language = language(settings.current().language);
        let tray_events = forward(&inputs, Input::Tray);
        let first = TrayView::of(&State::default(), &TraySituation::here(None), language);
        let tray = Tray::start(&app, first, tray_events).await;
        let (backend, mut events) = dealbell_toasts::native("Dealbell", dealbell_toasts::APP_ID);
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
        let mut controller = Self {
            secrets: Secrets::new(&data),
            data,
            inputs,
            settings,
            tray,
            toasts,
            window,
            line: None,
            checked: LastChecked::nothing(),
            openings: OneByOne::idle(),
            opening_account: None,
            previous: None,
            ringing: None,
            signed_out: signed_out(SignedOutReason::NoAccount),
            troubles,
            speaks: watch::Sender::new(language),
            unproved: None,
            unkept: None,
            popup_links: Vec::new(),
            told: None,
            told_list: 0,
            told_channels: None,
            logged_unread: None,
            asked_for_token: false,
            run,
            shortcut: None,
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
            if !controller.take(input).await {
                break;
            }
            controller.draw().await;
        }
        controller.leave().await;
        Ok(())
    }

    async fn begin(&mut self, cli: &Cli) {
        watch_for_end(self.inputs.clone());
        self.watch_surroundings();
        let (toasts, inputs) = (self.toasts.clone(), self.inputs.clone());
        tokio::spawn(async move {
            let trouble = toasts.probe().await.is_err();
            let _ = inputs.send(Input::Bell(BellEvent::Fails(trouble))).await;
        });
        self.open_wanted_line(cli).await;
        if cli.open {
            self.window.show(Page::List { at: None });
        }
    }

    /// Does what an input asks for. False when it is time to leave.
    async fn take(&mut self, input: Input) -> bool {
        match input {
            Input::Tray(TrayEvent::Act(MenuAct::Quit)) | Input::Terminate => return false,
            Input::Tray(TrayEvent::Act(act)) => self.choose(act).await,
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
            Input::Bell(BellEvent::Fails(fails)) => self.set_trouble(Trouble::NoToasts, fails),
            Input::Bell(BellEvent::Popup(key, link)) => self.remember_popup(key, link),
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
            Input::Inbox => {}
            Input::Connector => self.connector_changed(),
            Input::Opened(opened) => self.opened(*opened).await,
            Input::Checked(ended) => self.check_ended(*ended),
            Input::CheckExpired(turn) => self.checked.expire(turn),
            Input::Moved(account, address) => self.moved(&account, &address),
            Input::Kept(kept) => self.kept(kept),
            Input::Answer(caller, answer) => self.window.answer(caller, answer),
            Input::System(event) => self.surroundings_changed(event),
            Input::Shortcut => self.shortcut_pressed(),
            Input::SecondStart(arguments) => self.second_start(&arguments).await,
        }
        true
    }

    async fn second_start(&mut self, arguments: &[String]) {
        let cli = Cli::from_second_start(arguments);
        if cli.demo || cli.centre.is_some() || cli.account.is_some() {
            self.open_wanted_line(&cli).await;
        } else {
            self.open_known_line().await;
        }
        self.window.show(self.first_page());
    }

    fn set_trouble(&mut self, trouble: Trouble, on: bool) {
        if on {
            self.troubles.insert(trouble);
        } else {
            self.troubles.remove(&trouble);
        }
    }

    async fn leave(mut self) {
        self.window.send(&WindowEvent::Leave);
        self.close_line().await;
        self.tray.leave().await;
        self.run.end();
        self.app.exit(0);
    }
}

fn signed_out(reason: SignedOutReason) -> Connection {
    Connection::SignedOut { reason }
}
