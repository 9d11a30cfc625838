//! GTK: before Tauri starts it, and what it tells the desktop.

/// Starts GTK without OpenGL: it would map a whole graphics compiler (26 MiB) for a resident that
/// has no window. The variable is taken back, so that nothing started from here inherits it.
///
/// Must be called before any thread is started.
#[cfg(target_os = "linux")]
pub(crate) fn begin_without_opengl() -> anyhow::Result<()> {
    const NAME: &str = "GDK_GL";
    let before = std::env::var_os(NAME);
    set(NAME, Some("disable".as_ref()));
    let started = gtk::init();
    set(NAME, before.as_deref());
    started.map_err(|_| {
        anyhow::anyhow!(
            "no screen: DISPLAY or WAYLAND_DISPLAY must lead to one (cargo xtask run makes one)"
        )
    })
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no other thread runs yet")]
fn set(name: &str, value: Option<&std::ffi::OsStr>) {
    // SAFETY: main calls this before it starts any thread.
    unsafe {
        match value {
            Some(value) => std::env::set_var(name, value),
            None => std::env::remove_var(name),
        }
    }
}

/// Tells the desktop that the start is over; else its busy pointer turns on, since no window need
/// come.
#[cfg(target_os = "linux")]
pub(crate) fn tell_started(app: &tauri::AppHandle) {
    let told = app.run_on_main_thread(gtk::gdk::notify_startup_complete);
    if let Err(error) = told {
        tracing::debug!(%error, "the desktop was not told that we started");
    }
}

/// Other desktops do not wait for it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn tell_started(_app: &tauri::AppHandle) {}

/// Only GTK needs it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn begin_without_opengl() -> anyhow::Result<()> {
    Ok(())
}
