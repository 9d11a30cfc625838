//! `packaging/releases.toml`: what changed, and every form in which it is told.

use crate::tools::root;
use anyhow::{Context, Result, bail};
use clap::Args;
use jiff::civil::Date;
use serde::Deserialize;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// One release, in the words of its users.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    pub(crate) version: String,
    pub(crate) date: String,
    en: Vec<String>,
    ru: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    release: Vec<Release>,
}

#[derive(Args)]
pub(crate) struct Which {
    /// Fail unless the newest release has this version.
    #[arg(long, value_name = "VERSION")]
    of: Option<String>,
}

/// Prints the newest release's notes.
pub(crate) fn print_notes(which: &Which) -> Result<()> {
    let version = version(&root())?;
    match &which.of {
        Some(wanted) if *wanted != version => {
            bail!("the newest release is {version}, not {wanted}")
        }
        Some(_) | None => println!("{}", notes(&root())?),
    }
    Ok(())
}

/// Every release, the newest first; the newest must be the version that the workspace has.
pub(crate) fn all(root: &Path) -> Result<Vec<Release>> {
    let text = fs::read_to_string(root.join("packaging/releases.toml"))?;
    let releases = toml::from_str::<File>(&text)
        .context("packaging/releases.toml")?
        .release;
    let (newest, version) = (releases.first().context("no release")?, version(root)?);
    if newest.version != version {
        bail!(
            "packaging/releases.toml begins with {}, the workspace is {version}",
            newest.version
        );
    }
    for release in &releases {
        if release.en.is_empty() || release.en.len() != release.ru.len() {
            bail!("release {}: each change in both languages", release.version);
        }
    }
    Ok(releases)
}

/// The workspace's version.
pub(crate) fn version(root: &Path) -> Result<String> {
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml"))?)?;
    let version = manifest["workspace"]["package"]["version"].as_str();
    Ok(version.context("the workspace has no version")?.to_owned())
}

/// Debian's changelog, which dates a release at noon.
pub(crate) fn debian_changelog(releases: &[Release], maintainer: &str) -> Result<String> {
    let mut text = String::new();
    for release in releases {
        let date: Date = release.date.parse()?;
        let day = date.strftime("%a, %d %b %Y");
        writeln!(
            text,
            "dealbell ({}) stable; urgency=medium\n",
            release.version
        )?;
        for change in &release.en {
            text.push_str(&item(change));
        }
        writeln!(text, "\n -- {maintainer}  {day} 12:00:00 +0000\n")?;
    }
    Ok(text)
}

/// A change in lines of at most 78 characters.
fn item(change: &str) -> String {
    let mut lines = vec!["  *".to_owned()];
    for word in change.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 78 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("    {word}")),
        }
    }
    lines.join("\n") + "\n"
}

/// The `<release>` elements of AppStream.
pub(crate) fn appstream(releases: &[Release]) -> String {
    let mut text = String::new();
    for release in releases {
        let (version, date) = (&release.version, &release.date);
        let _ = write!(
            text,
            "    <release version=\"{version}\" date=\"{date}\">\n      <description>\n        <ul>\n"
        );
        for (english, russian) in release.en.iter().zip(&release.ru) {
            let _ = write!(
                text,
                "          <li>{}</li>\n          <li xml:lang=\"ru\">{}</li>\n",
                escaped(english),
                escaped(russian)
            );
        }
        text.push_str("        </ul>\n      </description>\n    </release>\n");
    }
    text
}

/// The newest release for people who read Markdown or plain text: Russian, then English.
pub(crate) fn notes(root: &Path) -> Result<String> {
    let releases = all(root)?;
    let newest = releases.first().context("no release")?;
    let list = |changes: &[String]| -> String {
        let lines: Vec<_> = changes.iter().map(|change| format!("- {change}")).collect();
        lines.join("\n")
    };
    Ok(format!("{}\n\n{}", list(&newest.ru), list(&newest.en)))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release() -> Release {
        Release {
            version: "1.2.3".into(),
            date: "2026-03-09".into(),
            en: vec!["Tasks & chats".into()],
            ru: vec!["Задачи и чаты".into()],
        }
    }

    #[test]
    fn a_release_is_told_as_debian_and_appstream_want_it() {
        let changelog = debian_changelog(&[release()], "A <a@b.c>").unwrap();
        assert_eq!(
            changelog,
            "dealbell (1.2.3) stable; urgency=medium\n\n  * Tasks & chats\n\n \
             -- A <a@b.c>  Mon, 09 Mar 2026 12:00:00 +0000\n\n"
        );
        let element = appstream(&[release()]);
        assert!(element.contains("<release version=\"1.2.3\" date=\"2026-03-09\">"));
        assert!(element.contains("<li>Tasks &amp; chats</li>"));
        assert!(element.contains("<li xml:lang=\"ru\">Задачи и чаты</li>"));
    }

    #[test]
    fn the_newest_release_is_the_workspaces_version() {
        assert!(!notes(&root()).unwrap().is_empty());
    }
}
