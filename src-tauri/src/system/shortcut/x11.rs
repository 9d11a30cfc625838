//! A shortcut on X11: the key is grabbed on the root window, with every state of the locks.
//!
//! The usual library looks twenty times a second whether it was pressed; here a thread sleeps
//! until the server says so.

use super::ShortcutError;
use super::keys::{Key, Keys};
use std::sync::Arc;
use std::thread;
use tauri::AppHandle;
use tokio::sync::mpsc;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, ClientMessageEvent, ConnectionExt, EventMask, GrabMode, ModMask, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// A shortcut in force; dropping it gives it back.
pub(crate) struct Grab {
    server: Arc<RustConnection>,
    window: Window,
    atom: Atom,
}

impl Grab {
    /// Takes `keys`; `pressed` hears of every press.
    ///
    /// # Errors
    /// [`ShortcutError::Taken`], or [`ShortcutError::Unavailable`] where there is no X server or
    /// the session is Wayland's: a grab would see only what X11 programs are given.
    pub(crate) fn take(
        _: &AppHandle,
        keys: Keys,
        pressed: mpsc::Sender<()>,
    ) -> Result<Self, ShortcutError> {
        if std::env::var_os("WAYLAND_DISPLAY").is_some() {
            return Err(ShortcutError::Unavailable);
        }
        let (server, screen) = x11rb::connect(None).map_err(|_| ShortcutError::Unavailable)?;
        let server = Arc::new(server);
        let root = server.setup().roots[screen].root;
        let (window, atom) = letterbox(&server, root).map_err(|error| unavailable(&error))?;
        grab(&server, root, keys)?;
        let listener = server.clone();
        thread::Builder::new()
            .name("shortcut".to_owned())
            .spawn(move || {
                while let Ok(event) = listener.wait_for_event() {
                    match event {
                        Event::KeyPress(_) => {
                            // A held key repeats; one press more or less shows the same window.
                            let _ = pressed.try_send(());
                        }
                        Event::ClientMessage(message) if message.type_ == atom => return,
                        _ => {}
                    }
                }
            })
            .map_err(|_| ShortcutError::Unavailable)?;
        Ok(Self {
            server,
            window,
            atom,
        })
    }
}

impl Drop for Grab {
    fn drop(&mut self) {
        // The thread waits for the server's word, so the server is asked to pass one on; with the
        // connection all grabs go.
        let message = ClientMessageEvent::new(32, self.window, self.atom, [0; 5]);
        let sent = self
            .server
            .send_event(false, self.window, EventMask::NO_EVENT, message);
        if sent.is_err() || self.server.flush().is_err() {
            tracing::debug!("the X server went before the shortcut");
        }
    }
}

/// A window of no size for our own word to the thread.
fn letterbox(
    server: &RustConnection,
    root: Window,
) -> Result<(Window, Atom), x11rb::errors::ReplyOrIdError> {
    let window = server.generate_id()?;
    let class = WindowClass::INPUT_ONLY;
    server
        .create_window(
            0,
            window,
            root,
            0,
            0,
            1,
            1,
            0,
            class,
            0,
            &Default::default(),
        )?
        .check()?;
    let atom = server.intern_atom(false, b"DEALBELL_LEAVE")?.reply()?.atom;
    Ok((window, atom))
}

fn grab(server: &RustConnection, root: Window, keys: Keys) -> Result<(), ShortcutError> {
    let code = code_of(server, keys.key)?;
    let mut held = ModMask::default();
    for (wanted, mask) in [
        (keys.ctrl, ModMask::CONTROL),
        (keys.alt, ModMask::M1),
        (keys.shift, ModMask::SHIFT),
        (keys.meta, ModMask::M4),
    ] {
        if wanted {
            held |= mask;
        }
    }
    // Caps Lock and Num Lock are held keys to the server.
    for locks in [
        ModMask::default(),
        ModMask::LOCK,
        ModMask::M2,
        ModMask::LOCK | ModMask::M2,
    ] {
        server
            .grab_key(
                true,
                root,
                held | locks,
                code,
                GrabMode::ASYNC,
                GrabMode::ASYNC,
            )
            .map_err(|error| unavailable(&error))?
            .check()
            .map_err(|_| ShortcutError::Taken)?;
    }
    Ok(())
}

/// The key's code on this keyboard, whichever of its layouts has the sign.
fn code_of(server: &RustConnection, key: Key) -> Result<u8, ShortcutError> {
    let wanted: u32 = match key {
        // Keysyms of Latin signs are their code points, small letters'.
        Key::Sign(sign) => u32::from(sign.to_ascii_lowercase()),
        Key::Function(number) => 0xffbd + u32::from(number),
    };
    let (first, last) = (server.setup().min_keycode, server.setup().max_keycode);
    let keyboard = server
        .get_keyboard_mapping(first, last - first + 1)
        .map_err(|error| unavailable(&error))?
        .reply()
        .map_err(|error| unavailable(&error))?;
    let wide = usize::from(keyboard.keysyms_per_keycode).max(1);
    let at = keyboard
        .keysyms
        .chunks(wide)
        .position(|signs| signs.contains(&wanted));
    at.and_then(|at| first.checked_add(u8::try_from(at).ok()?))
        .ok_or(ShortcutError::Unavailable)
}

fn unavailable(error: &dyn std::error::Error) -> ShortcutError {
    tracing::info!(%error, "the X server gives no shortcut");
    ShortcutError::Unavailable
}
