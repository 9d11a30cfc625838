//! A shortcut on Windows and macOS, by the library Tauri uses.

use super::ShortcutError;
use super::keys::{Key, Keys};
use global_hotkey::hotkey::{Code, HotKey, Modifiers};
use global_hotkey::{Error, GlobalHotKeyEvent, GlobalHotKeyManager, HotKeyState};
use std::cell::RefCell;
use std::time::Duration;
use tauri::AppHandle;
use tokio::sync::mpsc;

/// How long the event loop may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A shortcut in force; dropping it gives it back.
pub(crate) struct Grab {
    app: AppHandle,
    key: HotKey,
}

thread_local! {
    /// What the library gave, which must stay on the thread of the event loop: one, and while it
    /// changes two.
    static TAKEN: RefCell<Vec<(GlobalHotKeyManager, HotKey)>> = const { RefCell::new(Vec::new()) };
}

impl Grab {
    /// Takes `keys`; `pressed` hears of every press.
    ///
    /// # Errors
    /// [`ShortcutError::Taken`] or [`ShortcutError::Unavailable`].
    pub(crate) fn take(
        app: &AppHandle,
        keys: Keys,
        pressed: mpsc::Sender<()>,
    ) -> Result<Self, ShortcutError> {
        let key = hotkey(keys);
        let (answer, answered) = std::sync::mpsc::channel();
        let on_loop = move || {
            let _ = answer.send(register(key, pressed));
        };
        app.run_on_main_thread(on_loop)
            .map_err(|_| ShortcutError::Unavailable)?;
        answered
            .recv_timeout(PATIENCE)
            .map_err(|_| ShortcutError::Unavailable)??;
        Ok(Self {
            app: app.clone(),
            key,
        })
    }
}

fn register(key: HotKey, pressed: mpsc::Sender<()>) -> Result<(), ShortcutError> {
    let library = GlobalHotKeyManager::new().map_err(|_| ShortcutError::Unavailable)?;
    library.register(key).map_err(|error| match error {
        Error::AlreadyRegistered(_) => ShortcutError::Taken,
        _ => ShortcutError::Unavailable,
    })?;
    GlobalHotKeyEvent::set_event_handler(Some(move |event: GlobalHotKeyEvent| {
        if event.state == HotKeyState::Pressed {
            let _ = pressed.try_send(());
        }
    }));
    TAKEN.with_borrow_mut(|taken| taken.push((library, key)));
    Ok(())
}

impl Drop for Grab {
    fn drop(&mut self) {
        let key = self.key;
        let given_back = self.app.run_on_main_thread(move || {
            let given = TAKEN.with_borrow_mut(|taken| {
                let at = taken.iter().position(|(_, held)| *held == key)?;
                Some(taken.swap_remove(at))
            });
            if let Some((library, key)) = given
                && let Err(error) = library.unregister(key)
            {
                tracing::debug!(%error, "the shortcut was not given back");
            }
        });
        if given_back.is_err() {
            tracing::debug!("the event loop went before the shortcut");
        }
    }
}

fn hotkey(keys: Keys) -> HotKey {
    let mut held = Modifiers::empty();
    held.set(Modifiers::CONTROL, keys.ctrl);
    held.set(Modifiers::ALT, keys.alt);
    held.set(Modifiers::SHIFT, keys.shift);
    held.set(Modifiers::META, keys.meta);
    HotKey::new(Some(held), code(keys.key))
}

fn code(key: Key) -> Code {
    let name = match key {
        Key::Sign(sign) if sign.is_ascii_digit() => format!("Digit{sign}"),
        Key::Sign(sign) => format!("Key{sign}"),
        Key::Function(number) => format!("F{number}"),
    };
    name.parse().unwrap_or(Code::Unidentified)
}
