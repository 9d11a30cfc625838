//! `cargo xtask licences`: the libraries the app is built from and their licences, for its *about*.

use crate::tools::{Followed, capture, cargo, root};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Writes `ui/src/generated/licences.json` anew.
pub(crate) fn write() -> Result<()> {
    fs::write(file(), current()?)?;
    Ok(())
}

/// Whether the file is what the manifests say now.
pub(crate) fn check() -> Result<Followed> {
    let success = fs::read_to_string(file())? == current()?;
    let lines = if success {
        Vec::new()
    } else {
        vec!["The list of licences is old: run cargo xtask licences and commit it.".to_owned()]
    };
    Ok(Followed { success, lines })
}

fn file() -> PathBuf {
    root().join("ui/src/generated/licences.json")
}

/// Name, version and licence of what is compiled into the program of a package.
pub(crate) fn compiled_in(package: &str) -> Result<BTreeSet<(String, String, String)>> {
    let tree = capture(cargo().args([
        "tree", "-p", package, "--edges", "normal", "--target", "all", "--prefix", "none",
        "--format", "{p}\t{l}",
    ]))?;
    Ok(tree
        .lines()
        .filter_map(|line| {
            let (package, licence) = line.trim_end_matches(" (*)").split_once('\t')?;
            let mut words = package.split(' ');
            let (name, version) = (words.next()?, words.next()?.trim_start_matches('v'));
            let ours = name.starts_with("dealbell");
            (!ours).then(|| (name.to_owned(), version.to_owned(), licence.to_owned()))
        })
        .collect())
}

fn current() -> Result<String> {
    let mut known = compiled_in("dealbell")?;
    known.extend(window_libraries()?);
    let rows: Vec<Value> = known
        .iter()
        .map(|(name, version, licence)| json!({"name": name, "version": version, "licence": licence}))
        .collect();
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}

/// What is compiled into the window's pages.
pub(crate) fn window_libraries() -> Result<Vec<(String, String, String)>> {
    let lock: Value = serde_json::from_slice(&fs::read(root().join("ui/package-lock.json"))?)?;
    let packages = lock["packages"]
        .as_object()
        .context("no packages in the lock file")?;
    let named = |name: &str| {
        let package = &packages[&format!("node_modules/{name}")];
        let text = |key: &str| package[key].as_str().unwrap_or("unknown").to_owned();
        (name.to_owned(), text("version"), text("license"))
    };
    let direct = lock["packages"][""]["dependencies"].as_object();
    let names = direct.into_iter().flatten().map(|(name, _)| name.as_str());
    // A compiler, but its runtime is in the pages.
    Ok(names.chain(["svelte"]).map(named).collect())
}
