//! The resident: puts the parts together. No window of its own; it lives until the user quits.

use crate::anew;
use crate::cli::Cli;
use crate::controller::{Controller, Input};
#[cfg(target_os = "macos")]
use tauri::Manager;
use tauri::RunEvent;
use tauri_plugin_deep_link::DeepLinkExt;
use tokio::sync::mpsc;

/// Inputs waiting for the controller; a burst from the tray must not be lost.
const QUEUE: usize = 1_024;

/// Runs until the user quits, or at once where another instance runs already: that one then shows
/// its window.
pub(crate) fn run(cli: Cli) -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another TLS provider was installed"))?;
    let (inputs, queue) = mpsc::channel(QUEUE);
    let second = inputs.clone();
    let links = inputs.clone();
    let builder = tauri::Builder::default();
    // On macOS the system itself starts nothing twice, and the plugin's socket would lie where every
    // user of the machine can put one of his own.
    #[cfg(not(target_os = "macos"))]
    let builder = builder.plugin(tauri_plugin_single_instance::init(
        move |_, arguments, _| {
            let _ = second.try_send(Input::SecondStart(arguments));
        },
    ));
    builder
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .setup(move |app| {
            anew::prepare(app.handle());
            #[cfg(target_os = "macos")]
            match crate::system::alone::claim(&app.path().app_data_dir()?)? {
                Some(lock) => {
                    app.manage(lock);
                }
                // Started past the system, by its program file.
                None => std::process::exit(0),
            }
            app.deep_link().on_open_url(move |event| {
                // Elsewhere a link comes as the argument of a second start, and only once so.
                if cfg!(target_os = "macos") {
                    for url in event.urls() {
                        let _ = links.try_send(Input::Link(url.into()));
                    }
                }
            });
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move {
                if let Err(error) = Controller::run(handle.clone(), cli, inputs, queue).await {
                    tracing::error!(%error, "Dealbell cannot go on");
                    handle.exit(1);
                }
            });
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(move |app, event| match event {
            // The last window closing is no reason to end; there is none to begin with.
            RunEvent::ExitRequested {
                code: None, api, ..
            } => api.prevent_exit(),
            RunEvent::Exit => anew::end(app),
            // Opened once more, from the Dock or the Finder.
            #[cfg(target_os = "macos")]
            RunEvent::Reopen { .. } => {
                let _ = second.try_send(Input::SecondStart(Vec::new()));
            }
            _ => {}
        });
    Ok(())
}
