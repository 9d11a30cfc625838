//! The log: on standard error, and for a week on the disk.

use dealbell_protocol::window::LogLevel;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

/// How many days are kept.
const DAYS: usize = 7;
const NAME: &str = "dealbell";

type Filter = reload::Handle<EnvFilter, Registry>;

static JOURNAL: OnceLock<Journal> = OnceLock::new();

struct Journal {
    filter: Filter,
    folder: Option<PathBuf>,
}

/// Where the log belongs; none without a home.
pub(crate) fn folder() -> Option<PathBuf> {
    Some(
        dirs::data_local_dir()?
            .join("com.dealbell.desktop")
            .join("logs"),
    )
}

/// Starts the log; `DEALBELL_LOG` overrides its level. Without a folder it goes to standard error
/// alone. The file is written at once, so that a crash loses nothing of it.
pub(crate) fn begin(folder: Option<&Path>) {
    let (filter, handle) = reload::Layer::new(wanted(LogLevel::default()));
    let console = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let appender = folder.and_then(|folder| {
        // It is ours alone, with the folder above it, where everything of ours is.
        for folder in folder.parent().into_iter().chain([folder]) {
            let _ = super::privacy::keep_folder(folder);
        }
        RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix(NAME)
            .filename_suffix("log")
            .max_log_files(DAYS)
            .build(folder)
            .inspect_err(|error| eprintln!("no log on the disk: {error}"))
            .ok()
    });
    let kept = appender.is_some();
    let file = appender.map(|appender| fmt::layer().with_writer(appender).with_ansi(false));
    tracing_subscriber::registry()
        .with(filter)
        .with(console.and_then(file))
        .init();
    let folder = folder.filter(|_| kept).map(Path::to_owned);
    let _ = JOURNAL.set(Journal {
        filter: handle,
        folder,
    });
}

/// Says more or less from now on.
pub(crate) fn set_level(level: LogLevel) {
    let Some(journal) = JOURNAL.get() else { return };
    if let Err(error) = journal.filter.reload(wanted(level)) {
        tracing::warn!(%error, "the level of the log did not change");
    }
}

/// Empties the log. At its most talkative it may name customers, and must not outlive their account.
pub(crate) fn empty() {
    let folder = JOURNAL.get().and_then(|journal| journal.folder.as_ref());
    let files = folder
        .into_iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok());
    for entry in files.flatten().flatten() {
        let opened = std::fs::OpenOptions::new().write(true).open(entry.path());
        if let Err(error) = opened.and_then(|file| file.set_len(0)) {
            tracing::warn!(%error, "a file of the log was not emptied");
        }
    }
}

/// The newest file of the log.
pub(crate) fn file() -> Option<PathBuf> {
    let folder = JOURNAL.get()?.folder.as_ref()?;
    let files = std::fs::read_dir(folder).ok()?;
    files
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(NAME) && name.ends_with(".log"))
        })
        .max()
}

fn wanted(level: LogLevel) -> EnvFilter {
    let level = match level {
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "info,dealbell=debug,dealbell_inbox=debug,dealbell_amocrm=debug",
    };
    EnvFilter::try_from_env("DEALBELL_LOG").unwrap_or_else(|_| level.into())
}
