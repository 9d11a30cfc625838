//! `docs/behaviour.md` names only tests that there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

#[test]
fn every_test_that_the_checklist_names_exists() -> Result<()> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = tests.parent().context("the workspace is above")?;
    let mut known = BTreeSet::new();
    for folder in ["crates", "src-tauri/src", "tests"] {
        collect(&root.join(folder), &mut known)?;
    }
    let checklist = fs::read_to_string(root.join("docs/behaviour.md"))?;
    let named: Vec<&str> = checklist
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| is_test_name(code))
        .collect();
    assert!(
        named.len() > 50,
        "the checklist names its tests in back quotes"
    );
    let missing: Vec<_> = named
        .into_iter()
        .filter(|name| !known.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
    Ok(())
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
