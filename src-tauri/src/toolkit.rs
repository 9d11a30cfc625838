//! GTK before Tauri starts it.

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

/// Only GTK needs it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn begin_without_opengl() -> anyhow::Result<()> {
    Ok(())
}
