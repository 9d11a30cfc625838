//! The window's own process: one webview, one command, one event. It keeps no state.

use super::pipes::{self, Pipes};
use crate::badge;
use dealbell_protocol::window::{
    Page, ThemeChoice, Trouble, WindowAnswer, WindowCall, WindowEvent, WindowRequest, WindowState,
};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;
use tauri::webview::PageLoadEvent;
use tauri::{
    AppHandle, Emitter, Manager, RunEvent, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent as NativeEvent,
};
use tauri_plugin_window_state::StateFlags;
use url::Url;

const LABEL: &str = "main";

/// Runs the window until the resident closes the pipe or the linger is over.
pub(crate) fn run() -> anyhow::Result<()> {
    let Pipes { events, calls } = pipes::take()?;
    let (outbox, queue) = mpsc::channel();
    std::thread::Builder::new()
        .name("calls".into())
        .spawn(move || write_calls(&queue, calls))?;
    let place = StateFlags::SIZE | StateFlags::POSITION;
    tauri::Builder::default()
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(place)
                .build(),
        )
        .manage(Link {
            outbox,
            screen: Mutex::new(Screen::default()),
        })
        .invoke_handler(tauri::generate_handler![call])
        .setup(move |app| {
            open(app.handle())?;
            let handle = app.handle().clone();
            std::thread::Builder::new()
                .name("events".into())
                .spawn(move || read_events(&handle, events))?;
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let RunEvent::WindowEvent {
                event: NativeEvent::CloseRequested { api, .. },
                ..
            } = event
            {
                api.prevent_close();
                hide(app);
            }
        });
    Ok(())
}

/// What the command and the event reader share.
struct Link {
    outbox: mpsc::Sender<WindowCall>,
    screen: Mutex<Screen>,
}

/// Whether the page can hear, what it has yet to be told, and whether anybody wants to see it.
#[derive(Default)]
struct Screen {
    page_ready: bool,
    waiting: Option<Page>,
    /// The user closed it: a page that is loaded anew stays out of sight.
    hidden: bool,
    /// The linger is over: whatever is wanted now is the next process's to show.
    leaving: bool,
    /// Grows with every show and hide: a linger that was overtaken does nothing.
    turn: u64,
    /// How long a closed window stays ready for a second look.
    linger: Duration,
    /// There is no tray: a hidden window could not be found again.
    only_way_in: bool,
}

impl Link {
    fn screen(&self) -> std::sync::MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, request: WindowRequest) {
        let _ = self.outbox.send(WindowCall { id: 0, request });
    }
}

/// The only command: hands a request over. Its answer comes as an event.
#[tauri::command]
fn call(app: AppHandle, call: WindowCall) {
    match call.request {
        WindowRequest::Close => hide(&app),
        WindowRequest::Hello => {
            let link = app.state::<Link>();
            let _ = link.outbox.send(call);
            let waiting = {
                let mut screen = link.screen();
                screen.page_ready = true;
                screen.waiting.take()
            };
            tracing::info!("the page is there");
            if let Some(page) = waiting {
                if let Some(window) = app.get_webview_window(LABEL) {
                    show(&window);
                }
                let _ = app.emit_to(
                    LABEL,
                    "event",
                    WindowEvent::Show {
                        page,
                        activation: None,
                    },
                );
            }
        }
        _ => {
            let _ = app.state::<Link>().outbox.send(call);
        }
    }
}

fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Dealbell")
        .inner_size(420.0, 680.0)
        .min_inner_size(360.0, 480.0)
        .visible(false)
        .on_page_load(|window, load| {
            let finished = load.event() == PageLoadEvent::Finished;
            if finished && !window.state::<Link>().screen().hidden {
                show(&window);
            }
        })
        .on_navigation(|url| is_ours(url, cfg!(windows)))
        .build()?;
    revive(&window)
}

/// Whether an address is a page of the app's own, by the one origin that this system's engine gives
/// them.
fn is_ours(url: &Url, windows: bool) -> bool {
    let (scheme, host) = match windows {
        true => ("http", "tauri.localhost"),
        false => ("tauri", "localhost"),
    };
    let nobody = url.username().is_empty() && url.password().is_none();
    url.scheme() == scheme && url.host_str() == Some(host) && url.port().is_none() && nobody
}

/// A web process that was killed leaves a dead page: load it anew.
#[cfg(target_os = "linux")]
fn revive(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::WebViewExt;
    let app = window.app_handle().clone();
    window.with_webview(move |webview| {
        webview
            .inner()
            .connect_web_process_terminated(move |view, reason| {
                tracing::warn!(?reason, "the web process ended; loading the page anew");
                app.state::<Link>().screen().page_ready = false;
                view.reload();
            });
    })
}

/// The other systems' engines reload by themselves.
#[cfg(not(target_os = "linux"))]
fn revive(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// What lets the window come to the front at its next showing (X11 startup id, Wayland's token).
#[cfg(target_os = "linux")]
fn activate_with(window: &WebviewWindow, token: String) {
    use gtk::prelude::GtkWindowExt;
    let handle = window.clone();
    let given = window.run_on_main_thread(move || {
        if let Ok(window) = handle.gtk_window() {
            window.set_startup_id(&token);
        }
    });
    if let Err(error) = given {
        tracing::debug!(%error, "the token was not used");
    }
}

/// The other systems have no such token.
#[cfg(not(target_os = "linux"))]
fn activate_with(_window: &WebviewWindow, _token: String) {}

fn show(window: &WebviewWindow) {
    let link = window.state::<Link>();
    {
        let mut screen = link.screen();
        if screen.leaving {
            // Not a word of being shown: the resident then starts another.
            return;
        }
        screen.turn += 1;
        screen.hidden = false;
    }
    let _ = window.show();
    let _ = window.unminimize();
    let _ = window.set_focus();
    link.tell(WindowRequest::Shown);
}

fn hide(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    let link = app.state::<Link>();
    if link.screen().only_way_in {
        let _ = window.minimize();
        return;
    }
    let _ = window.hide();
    link.tell(WindowRequest::Close);
    let (turn, linger) = {
        let mut screen = link.screen();
        screen.turn += 1;
        screen.hidden = true;
        // Closed before its page was there: the page must not bring it back.
        screen.waiting = None;
        (screen.turn, linger(screen.linger))
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(linger).await;
        let over = {
            let link = app.state::<Link>();
            let mut screen = link.screen();
            let over = screen.turn == turn;
            screen.leaving |= over;
            over
        };
        if over {
            app.exit(0);
        }
    });
}

/// As chosen, unless the environment says otherwise (`DEALBELL_LINGER_MS`, for tests).
fn linger(chosen: Duration) -> Duration {
    std::env::var("DEALBELL_LINGER_MS")
        .ok()
        .and_then(|ms| ms.parse().ok())
        .map_or(chosen, Duration::from_millis)
}

/// Brings the resident's events to the page. The end of the pipe is the end of the resident.
fn read_events(app: &AppHandle, events: File) {
    // Split as bytes: what is no text is one odd line, not the end.
    for line in BufReader::new(events).split(b'\n') {
        let Ok(line) = line else { break };
        match serde_json::from_slice(&line) {
            Ok(event) => deliver(app, event),
            Err(error) => tracing::warn!(%error, "the resident said something odd"),
        }
    }
    // Not `exit` alone: a page that hangs must not keep an orphan alive.
    app.exit(0);
    std::thread::sleep(Duration::from_secs(2));
    std::process::exit(0);
}

fn deliver(app: &AppHandle, event: WindowEvent) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    match &event {
        WindowEvent::Show { page, activation } => {
            if let Some(token) = activation.clone() {
                activate_with(&window, token);
            }
            let mut screen = app.state::<Link>().inner().screen();
            if !screen.page_ready {
                screen.waiting = Some(page.clone());
                screen.hidden = false;
                screen.turn += 1;
                return;
            }
            drop(screen);
            show(&window);
        }
        WindowEvent::State { state }
        | WindowEvent::Answer {
            answer: WindowAnswer::State { state },
            ..
        } => wear(&window, state),
        WindowEvent::Leave => app.exit(0),
        WindowEvent::Answer { .. }
        | WindowEvent::ListChanged { .. }
        | WindowEvent::ChannelsChanged { .. } => {}
    }
    let _ = app.emit_to(LABEL, "event", event);
}

/// What the window itself shows of the state: title, theme, and whether it may hide.
fn wear(window: &WebviewWindow, state: &WindowState) {
    {
        let link = window.state::<Link>();
        let mut screen = link.screen();
        screen.only_way_in = state.troubles.contains(&Trouble::NoTray);
        screen.linger = Duration::from_secs(state.settings.linger_secs.into());
    }
    let _ = window.set_title(&dealbell_inbox::view::window_title(state.unread));
    badge::wear(window, state.unread, &unread_words(state));
    let _ = window.set_theme(match state.theme {
        ThemeChoice::System => None,
        ThemeChoice::Light => Some(Theme::Light),
        ThemeChoice::Dark => Some(Theme::Dark),
    });
}

/// The number in words.
fn unread_words(state: &WindowState) -> String {
    let count = [("count", state.unread.into())];
    dealbell_texts::text(state.language, "tooltip-online", &count)
}

fn write_calls(queue: &mpsc::Receiver<WindowCall>, mut calls: File) {
    while let Ok(call) = queue.recv() {
        let Ok(mut line) = serde_json::to_string(&call) else {
            continue;
        };
        line.push('\n');
        if calls.write_all(line.as_bytes()).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_at_its_own_origin() {
        let led = |to: &str, windows| is_ours(&Url::parse(to).unwrap(), windows);
        for page in ["", "/", "/index.html?x#y"] {
            assert!(led(&format!("tauri://localhost{page}"), false), "{page}");
            assert!(
                led(&format!("http://tauri.localhost{page}"), true),
                "{page}"
            );
        }
        for elsewhere in [
            "http://tauri.localhost:8080/",
            "https://tauri.localhost/",
            "ftp://tauri.localhost/",
            "http://me@tauri.localhost/",
            "http://tauri.localhost.evil.example/",
            "http://localhost/",
            "tauri://evil.example/",
            "tauri://localhost:1/",
            "https://example.org/",
            "about:blank",
            "data:text/html,x",
            "file:///etc/passwd",
        ] {
            assert!(
                !led(elsewhere, true) && !led(elsewhere, false),
                "{elsewhere}"
            );
        }
        // Another system's is none here.
        assert!(!led("tauri://localhost/", true) && !led("http://tauri.localhost/", false));
    }
}
