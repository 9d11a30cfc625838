//! `cargo xtask screenshots`: the pictures of `docs/screenshots`, made anew.

use crate::machine::{BUILD, SCREEN, TEST, provide};
use crate::tools::{root, say, step, target};
use crate::{show, ui};
use anyhow::Result;
use std::process::Command;

/// Pages from the gallery, tray and toast from the real app on a private desktop.
pub(crate) fn make() -> Result<()> {
    provide(&[&BUILD, &SCREEN, &TEST])?;
    ui::build()?;
    step("Building the app", &mut show::build())?;
    step(
        "Taking pictures of the pages",
        &mut ui::npm(&["run", "gallery"]),
    )?;
    let pictures = root().join("docs/screenshots");
    for language in ["ru", "en"] {
        for theme in ["light", "dark"] {
            step(
                &format!("Taking pictures of tray and toast ({language}, {theme})"),
                Command::new(target().join("debug/stage"))
                    .arg("--pictures")
                    .arg(&pictures)
                    .args([
                        "--portrait",
                        &format!("{theme}-{language}"),
                        "--seconds",
                        "60",
                    ])
                    .arg("--app")
                    .arg(target().join("debug/dealbell"))
                    .args(["--", "--demo", "--open"]),
            )?;
        }
    }
    let files = std::fs::read_dir(&pictures)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    let images = files
        .iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "png"));
    step(
        "Making them small",
        Command::new("mogrify")
            .args(["-strip", "+dither", "-colors", "256"])
            .args(images),
    )?;
    say("Look at every picture in docs/screenshots before committing it.");
    Ok(())
}
