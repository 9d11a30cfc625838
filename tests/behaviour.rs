//! `docs/behaviour.md` and `docs/security.md` name only tests that there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

#[test]
fn every_test_that_the_checklist_names_exists() -> Result<()> {
    all_exist("docs/behaviour.md", 50)
}

#[test]
fn every_line_of_the_threat_table_names_tests_and_they_exist() -> Result<()> {
    let table = fs::read_to_string(root()?.join("docs/security.md"))?;
    let threats = table.split("## Fuzzing").next().unwrap_or_default();
    let lines: Vec<&str> = threats
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| threat"))
        .collect();
    assert!(lines.len() > 30, "the threats are lines of tables");
    for line in lines {
        let shown = quoted(line).any(is_test_name);
        // What is not there yet says so.
        assert!(shown || line.contains("not yet"), "no test: {line}");
    }
    all_exist("docs/security.md", 80)
}

fn all_exist(page: &str, at_least: usize) -> Result<()> {
    let root = root()?;
    let mut known = BTreeSet::new();
    for folder in ["crates", "src-tauri/src", "tests"] {
        collect(&root.join(folder), &mut known)?;
    }
    let page = fs::read_to_string(root.join(page))?;
    let named: Vec<&str> = quoted(&page).filter(|code| is_test_name(code)).collect();
    assert!(
        named.len() > at_least,
        "the page names its tests in back quotes"
    );
    let missing: Vec<_> = named
        .into_iter()
        .filter(|name| !known.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
    for file in quoted(&page).filter(|code| is_test_file(code)) {
        assert!(root.join(file).exists(), "no such file: {file}");
    }
    Ok(())
}

fn root() -> Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(tests.parent().context("the workspace is above")?.to_owned())
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What tests the pages is a file.
fn is_test_file(code: &str) -> bool {
    code.starts_with("ui/") && (code.ends_with(".mjs") || code.ends_with(".test.ts"))
}

/// Ours have names of several words; what else is quoted has spaces, slashes or dots.
fn is_test_name(code: &str) -> bool {
    code.matches('_').count() >= 2
        && code
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The names of the functions in the Rust files below `folder`.
fn collect(folder: &Path, known: &mut BTreeSet<String>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, known)?;
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path)?;
            let functions = text.split("fn ").skip(1);
            known.extend(functions.map(|rest| {
                let name = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_');
                name.collect::<String>()
            }));
        }
    }
    Ok(())
}
