//! What the window's page may do, read from the files that decide it (docs/security.md).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

fn root() -> Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(tests.parent().context("the workspace is above")?.to_owned())
}

fn json(path: &Path) -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

/// Every file below `folder`, the generated ones included.
fn files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => files(&path, found)?,
            false => found.push(path),
        }
    }
    Ok(())
}

#[test]
fn the_page_loads_nothing_from_elsewhere_and_runs_nothing_that_is_written_into_it() -> Result<()> {
    let conf = json(&root()?.join("src-tauri/tauri.conf.json"))?;
    let security = &conf["app"]["security"];
    let policy = security["csp"].as_str().context("there is a policy")?;
    let rules: Vec<Vec<&str>> = policy
        .split(';')
        .map(|rule| rule.split_whitespace().collect())
        .collect();
    let ours = ["'self'", "'none'", "ipc:", "http://ipc.localhost"];
    for rule in &rules {
        let (name, sources) = rule.split_first().context("a rule has a name")?;
        for source in sources {
            // Pictures are handed over as data; nothing that runs is.
            let picture = *name == "img-src" && *source == "data:";
            ensure!(ours.contains(source) || picture, "{name} allows {source}");
        }
    }
    let has = |name: &str, source: &str| rules.iter().any(|rule| *rule == [name, source]);
    ensure!(has("default-src", "'self'"), "what no rule names is ours");
    ensure!(has("object-src", "'none'") && has("base-uri", "'none'"));
    ensure!(has("frame-ancestors", "'none'") && has("form-action", "'none'"));
    ensure!(security["freezePrototype"] == true);
    for weaker in [
        "dangerousDisableAssetCspModification",
        "devCsp",
        "assetProtocol",
    ] {
        ensure!(security[weaker].is_null(), "{weaker} is set");
    }
    ensure!(conf["app"]["withGlobalTauri"].is_null());
    Ok(())
}

#[test]
fn the_page_may_listen_and_hand_a_request_over_and_nothing_else() -> Result<()> {
    let folder = root()?.join("src-tauri/capabilities");
    let mut all = Vec::new();
    files(&folder, &mut all)?;
    ensure!(all.len() == 1, "one capability: {all:?}");
    let capability = json(&all[0])?;
    let allowed = ["core:event:allow-listen", "core:event:allow-unlisten"];
    ensure!(capability["permissions"] == serde_json::json!(allowed));
    ensure!(capability["windows"] == serde_json::json!(["main"]));
    ensure!(capability["remote"].is_null() && capability["webviews"].is_null());
    Ok(())
}

#[test]
fn no_page_of_ours_puts_text_in_as_markup_or_runs_text() -> Result<()> {
    let ui = root()?.join("ui");
    let page = fs::read_to_string(ui.join("index.html"))?;
    for script in page.split("<script").skip(1) {
        let (tag, rest) = script.split_once('>').context("a tag ends")?;
        ensure!(tag.contains("src=\"/"), "a script of another place: {tag}");
        ensure!(rest.starts_with("</script>"), "a script in the page");
    }
    ensure!(!page.contains(" style=") && !page.contains("<style"));
    let mut all = Vec::new();
    files(&ui.join("src"), &mut all)?;
    let never = [
        "{@html",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "srcdoc",
        "eval(",
        "new Function",
    ];
    let mut read = 0;
    for path in all {
        let kind = path.extension().and_then(|kind| kind.to_str());
        if !matches!(kind, Some("ts" | "svelte" | "js")) {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        for word in never {
            ensure!(!text.contains(word), "{} has {word}", path.display());
        }
        read += 1;
    }
    ensure!(read > 30, "the pages are where they were");
    Ok(())
}
