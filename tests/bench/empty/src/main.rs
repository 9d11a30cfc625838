//! The same frame as Dealbell with nothing in it: Tauri with the same plugins and no OpenGL, a tray item, and
//! a window in a child process that a click opens and that lingers when it is closed.
#![cfg(target_os = "linux")]

use std::io::{BufRead, Write};
use std::process::{Child, Command, Stdio};

use ksni::TrayMethods;
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_window_state::StateFlags;

fn main() -> anyhow::Result<()> {
    let window = std::env::args().any(|argument| argument == "--window");
    begin_without_opengl()?;
    if window { show_window() } else { reside() }
}

#[expect(unsafe_code, reason = "no other thread runs yet")]
fn begin_without_opengl() -> anyhow::Result<()> {
    // SAFETY: main calls this before it starts any thread.
    unsafe { std::env::set_var("GDK_GL", "disable") };
    let started = gtk::init();
    // SAFETY: as above; GTK has started none either.
    unsafe { std::env::remove_var("GDK_GL") };
    Ok(started?)
}

/// The resident: a tray item and nothing else.
fn reside() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another TLS provider was installed"))?;
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|_, _, _| {}))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .setup(|app| {
            let app = app.handle().clone();
            tauri::async_runtime::spawn(async move {
                let item = Item { window: None }
                    .assume_sni_available(true)
                    .disable_dbus_name(true);
                match item.spawn().await {
                    Ok(handle) => std::mem::forget(handle),
                    Err(_) => app.exit(1),
                }
            });
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|_, event| {
            if let RunEvent::ExitRequested {
                code: None, api, ..
            } = event
            {
                api.prevent_exit();
            }
        });
    Ok(())
}

struct Item {
    window: Option<Child>,
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "empty".into()
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        let data = [255, 32, 64, 96].repeat(22 * 22);
        vec![ksni::Icon {
            width: 22,
            height: 22,
            data,
        }]
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        if self.window.is_none() {
            let window = std::env::current_exe().and_then(|path| {
                let mut window = Command::new(path);
                window.arg("--window").stdin(Stdio::piped()).spawn()
            });
            self.window = window.ok();
        }
        if let Some(pipe) = self.window.as_mut().and_then(|child| child.stdin.as_mut()) {
            let _ = pipe.write_all(b"show\n");
        }
    }
}

/// The window: one page that says as good as nothing.
fn show_window() -> anyhow::Result<()> {
    let place = StateFlags::SIZE | StateFlags::POSITION;
    tauri::Builder::default()
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(place)
                .build(),
        )
        .setup(|app| {
            open(app.handle())?;
            let app = app.handle().clone();
            std::thread::spawn(move || obey(&app));
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let RunEvent::WindowEvent {
                event: tauri::WindowEvent::CloseRequested { api, .. },
                ..
            } = event
            {
                api.prevent_close();
                if let Some(window) = app.get_webview_window("main") {
                    let _ = window.hide();
                }
            }
        });
    Ok(())
}

fn open(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
        .title("Empty")
        .inner_size(420.0, 680.0)
        .min_inner_size(360.0, 480.0)
        .visible(false)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                show(&window);
            }
        })
        .build()?;
    Ok(())
}

fn show(window: &WebviewWindow) {
    let _ = window.show();
    let _ = window.unminimize();
    let _ = window.set_focus();
}

/// Shows the window whenever the resident says so; its end is ours. The first word opened us.
fn obey(app: &AppHandle) {
    for _ in std::io::stdin().lock().lines().skip(1) {
        if let Some(window) = app.get_webview_window("main") {
            show(&window);
        }
    }
    app.exit(0);
}
