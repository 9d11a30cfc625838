//! A shortcut as people write it: `Ctrl+Alt+D`.

use std::fmt;
use std::str::FromStr;

/// A key with what is held beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) ctrl: bool,
    pub(crate) alt: bool,
    pub(crate) shift: bool,
    /// The key with the system's mark; ⌘ on a Mac.
    pub(crate) meta: bool,
    pub(crate) key: Key,
}

/// The key itself, by its place on a Latin keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// `A`–`Z`, `0`–`9`.
    Sign(char),
    /// `F1`–`F12`.
    Function(u8),
}

/// A text that is no shortcut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shortcut is Ctrl, Alt or Super, and one letter, digit or F1–F12: Ctrl+Alt+D")]
pub(crate) struct KeysError;

impl FromStr for Keys {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, KeysError> {
        let mut keys = Self {
            ctrl: false,
            alt: false,
            shift: false,
            meta: false,
            key: Key::Function(0),
        };
        let mut words: Vec<&str> = text.split('+').map(str::trim).collect();
        let last = words.pop().ok_or(KeysError)?;
        for word in words {
            let held = match word.to_ascii_lowercase().as_str() {
                "ctrl" | "control" => &mut keys.ctrl,
                "alt" | "option" => &mut keys.alt,
                "shift" => &mut keys.shift,
                "super" | "meta" | "cmd" | "win" => &mut keys.meta,
                _ => return Err(KeysError),
            };
            if std::mem::replace(held, true) {
                return Err(KeysError);
            }
        }
        keys.key = key(last)?;
        // A bare letter, or one with Shift, would be taken from every other program's text.
        let safe = keys.ctrl || keys.alt || keys.meta;
        if safe { Ok(keys) } else { Err(KeysError) }
    }
}

fn key(text: &str) -> Result<Key, KeysError> {
    let upper = text.to_ascii_uppercase();
    let mut signs = upper.chars();
    match (signs.next(), signs.next()) {
        (Some(sign), None) if sign.is_ascii_alphanumeric() => Ok(Key::Sign(sign)),
        (Some('F'), Some(_)) => match upper[1..].parse() {
            Ok(number @ 1..=12) => Ok(Key::Function(number)),
            _ => Err(KeysError),
        },
        _ => Err(KeysError),
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [
            (self.ctrl, "Ctrl+"),
            (self.alt, "Alt+"),
            (self.shift, "Shift+"),
            (self.meta, "Super+"),
        ] {
            if held {
                f.write_str(name)?;
            }
        }
        match self.key {
            Key::Sign(sign) => write!(f, "{sign}"),
            Key::Function(number) => write!(f, "F{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcuts_are_read_however_they_are_written() {
        for (text, read) in [
            ("ctrl+alt+d", "Ctrl+Alt+D"),
            (" Shift + Ctrl + f11 ", "Ctrl+Shift+F11"),
            ("Cmd+7", "Super+7"),
        ] {
            assert_eq!(text.parse::<Keys>().unwrap().to_string(), read);
        }
        for wrong in [
            "",
            "D",
            "Shift+D",
            "Ctrl+",
            "Ctrl+Ctrl+D",
            "Ctrl+Ж",
            "Ctrl+F13",
            "Hyper+D",
        ] {
            assert_eq!(wrong.parse::<Keys>(), Err(KeysError), "{wrong}");
        }
    }
}
