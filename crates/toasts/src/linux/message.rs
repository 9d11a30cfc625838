//! A toast as a call of `Notify`: what it says, and the hints a daemon of these abilities understands.

use std::collections::HashMap;

use zbus::Message;
use zbus::names::UniqueName;
use zbus::zvariant::Value;

use super::ledger::Abilities;
use super::{NAME, PATH};
use crate::{Sound, Toast, Urgency, text};

/// The daemon's own rules decide how long a toast stays.
const DEFAULT_EXPIRY: i32 = -1;

/// From whom a toast comes, and to whom it goes.
pub(super) struct Sender<'a> {
    pub(super) connection: Option<&'a UniqueName<'a>>,
    pub(super) app_name: &'a str,
    pub(super) desktop_entry: &'a str,
    pub(super) abilities: Abilities,
}

impl Sender<'_> {
    /// The call that shows `toast`, in the place of the one with the id `replaces` unless that is 0.
    pub(super) fn notify(&self, toast: &Toast, replaces: u32) -> zbus::Result<Message> {
        let mut call = Message::method_call(PATH, "Notify")?
            .destination(NAME)?
            .interface(NAME)?;
        if let Some(name) = self.connection {
            call = call.sender(name)?;
        }
        call.build(&(
            self.app_name,
            replaces,
            toast.icon.as_deref().unwrap_or_default(),
            text::title(&toast.title),
            self.body(toast),
            self.actions(toast),
            self.hints(toast),
            DEFAULT_EXPIRY,
        ))
    }

    fn body(&self, toast: &Toast) -> String {
        let body = text::body(&toast.body);
        match self.abilities {
            Abilities { body: false, .. } => String::new(),
            Abilities { markup: true, .. } => text::escaped(&body),
            Abilities { .. } => body,
        }
    }

    /// Name and label by turns.
    fn actions(&self, toast: &Toast) -> Vec<String> {
        if !self.abilities.actions {
            return Vec::new();
        }
        let own = ["default".to_owned(), text::title(&toast.default_label)];
        let buttons = toast.buttons.iter();
        own.into_iter()
            .chain(buttons.flat_map(|b| [b.id.clone(), text::title(&b.label)]))
            .collect()
    }

    fn hints<'t>(&'t self, toast: &Toast) -> HashMap<&'static str, Value<'t>> {
        let mut hints = HashMap::from([
            ("urgency", Value::from(urgency(toast))),
            ("desktop-entry", Value::from(self.desktop_entry)),
            ("category", Value::from("x-dealbell.notification")),
        ]);
        match sound_name(toast.sound) {
            _ if toast.sound == Sound::Silent => {
                hints.insert("suppress-sound", Value::from(true));
            }
            Some(name) if self.abilities.sound => {
                hints.insert("sound-name", Value::from(name));
            }
            Some(_) | None => {}
        }
        if toast.transient {
            hints.insert("transient", Value::from(true));
        }
        hints
    }
}

/// Critical is how this interface says that a toast stays; a loud one that does not stay is a normal one.
fn urgency(toast: &Toast) -> u8 {
    match toast.urgency {
        _ if toast.stay => 2,
        Urgency::Low => 0,
        Urgency::Normal | Urgency::High => 1,
    }
}

/// The name in the desktop's sound theme; none is the daemon's own choice.
fn sound_name(sound: Sound) -> Option<&'static str> {
    match sound {
        Sound::Default | Sound::Silent => None,
        Sound::Message => Some("message-new-instant"),
        Sound::Bell => Some("bell-window-system"),
        Sound::Complete => Some("complete"),
    }
}
