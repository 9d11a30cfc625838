//! Where each system keeps what its administrator decides.

#[cfg(target_os = "macos")]
use self::macos as own;
#[cfg(windows)]
use self::windows as own;
use super::{Problem, Raw, Sections};
#[cfg(target_os = "linux")]
use linux as own;
use std::collections::BTreeMap;
#[cfg(any(not(windows), test))]
use std::path::Path;

/// What is decided on this machine.
pub(super) fn read() -> Result<Sections, Problem> {
    own::read()
}

/// The sections of a TOML file; none where there is no file.
#[cfg(any(target_os = "linux", test))]
pub(super) fn toml(path: &Path) -> Result<Sections, Problem> {
    let wrong = |why: String| Problem {
        place: path.display().to_string(),
        why,
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Sections::new());
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let before = error.span().map_or("", |span| &text[..span.start]);
        let line = before.matches('\n').count() + 1;
        wrong(format!("line {line}: {}", error.message()))
    })?;
    Ok(table
        .into_iter()
        .map(|(name, value)| (name, section(value)))
        .collect())
}

/// A value where a section belongs becomes a section with that value under an empty key.
#[cfg(any(target_os = "linux", test))]
fn section(value: toml::Value) -> BTreeMap<String, Raw> {
    match value {
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, raw(value)))
            .collect(),
        other => BTreeMap::from([(String::new(), raw(other))]),
    }
}

#[cfg(any(target_os = "linux", test))]
fn raw(value: toml::Value) -> Raw {
    match value {
        toml::Value::String(text) => Raw::Text(text),
        toml::Value::Boolean(flag) => Raw::Flag(flag),
        toml::Value::Integer(number) => {
            u64::try_from(number).map_or(Raw::Other("a number below zero"), Raw::Number)
        }
        toml::Value::Float(_) => Raw::Other("a fraction"),
        toml::Value::Datetime(_) => Raw::Other("a date"),
        toml::Value::Array(_) => Raw::Other("a list"),
        toml::Value::Table(_) => Raw::Other("a section"),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{Path, Problem, Sections, toml};

    const FILE: &str = "/etc/dealbell/managed.toml";

    /// Names another file, for tests; a program that was packed does not know it.
    #[cfg(debug_assertions)]
    const FILE_OF_TESTS: &str = "DEALBELL_MANAGED_FILE";

    pub(super) fn read() -> Result<Sections, Problem> {
        #[cfg(debug_assertions)]
        if let Some(file) = std::env::var_os(FILE_OF_TESTS) {
            return toml(Path::new(&file));
        }
        toml(Path::new(FILE))
    }
}

/// `HKLM\Software\Policies\Dealbell\{Locked,Defaults}`, where group policies write.
#[cfg(windows)]
mod windows {
    use super::{BTreeMap, Problem, Raw, Sections};
    use windows_registry::{Key, LOCAL_MACHINE, Type};

    const PLACE: &str = r"Software\Policies\Dealbell";

    pub(super) fn read() -> Result<Sections, Problem> {
        let mut sections = Sections::new();
        // A key that is not there decides nothing.
        let Ok(policies) = LOCAL_MACHINE.open(PLACE) else {
            return Ok(sections);
        };
        for name in policies.keys().map_err(wrong)? {
            let section = policies.open(&name).map_err(wrong)?;
            sections.insert(name.to_lowercase(), values(&section).map_err(wrong)?);
        }
        Ok(sections)
    }

    fn wrong(error: impl std::fmt::Display) -> Problem {
        Problem {
            place: format!(r"HKLM\{PLACE}"),
            why: error.to_string(),
        }
    }

    fn values(section: &Key) -> windows_registry::Result<BTreeMap<String, Raw>> {
        let names = section.values()?.map(|(name, _)| name);
        let read = |name: String| {
            let raw = match section.get_type(&name)? {
                Type::String | Type::ExpandString => Raw::Text(section.get_string(&name)?),
                Type::U32 => Raw::Number(section.get_u32(&name)?.into()),
                Type::U64 => Raw::Number(section.get_u64(&name)?),
                Type::MultiString => Raw::Other("a list"),
                Type::Bytes | Type::Other(_) => Raw::Other("binary data"),
            };
            Ok((name.to_lowercase(), raw))
        };
        names.map(read).collect()
    }
}

/// `/Library/Managed Preferences/com.dealbell.desktop.plist`, which configuration profiles write.
#[cfg(target_os = "macos")]
mod macos {
    use super::{BTreeMap, Path, Problem, Raw, Sections};
    use plist::Value;

    const FILE: &str = "/Library/Managed Preferences/com.dealbell.desktop.plist";

    pub(super) fn read() -> Result<Sections, Problem> {
        if !Path::new(FILE).exists() {
            return Ok(Sections::new());
        }
        let file: plist::Dictionary = plist::from_file(FILE).map_err(|error| Problem {
            place: FILE.to_owned(),
            why: error.to_string(),
        })?;
        Ok(file
            .into_iter()
            // The system's own keys (PayloadUUID and the like) stand among ours.
            .filter_map(|(name, value)| Some((name, section(value.into_dictionary()?))))
            .collect())
    }

    fn section(values: plist::Dictionary) -> BTreeMap<String, Raw> {
        values
            .into_iter()
            .map(|(key, value)| (key, raw(value)))
            .collect()
    }

    fn raw(value: Value) -> Raw {
        match value {
            Value::String(text) => Raw::Text(text),
            Value::Boolean(flag) => Raw::Flag(flag),
            Value::Integer(number) => number
                .as_unsigned()
                .map_or(Raw::Other("a number below zero"), Raw::Number),
            _ => Raw::Other("neither text nor flag"),
        }
    }
}
