//! What we build of: licences, sources, duplicates and locks, by the rules of `deny.toml`.
//!
//! cargo-deny reads the same file. To build it takes longer than all other tools together, and its
//! database of advisories has to be fetched; so every test run keeps the rules by what cargo and the
//! lock files say, and whoever has cargo-deny asks it for the advisories as well.

use crate::tools::{Followed, capture, cargo, root};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The only registries.
const NPM: &str = "https://registry.npmjs.org/";
/// npm's lock files.
const NPM_LOCKS: &[&str] = &[
    "ui/package-lock.json",
    "packaging/package-lock.json",
    "tests/shevernitskiy/package-lock.json",
];
/// What pip is told.
const PYTHON_LOCKS: &[&str] = &[
    "tests/aioamocrm/requirements.txt",
    "tests/judges/requirements.txt",
    "tests/bench/gotify-tray.txt",
];
/// npm's packages have a few more, all of tools that end in nothing of ours.
const NPM_TOOLS: &[&str] = &["BlueOak-1.0.0", "CC-BY-4.0", "Python-2.0", "CC-BY-3.0"];

/// The part of `deny.toml` that we keep by ourselves.
#[derive(Deserialize)]
struct Rules {
    licenses: Licences,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: BTreeSet<String>,
    skip: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// Whether all rules are kept; what is against them, otherwise.
pub(crate) fn check() -> Result<Followed> {
    let rules = fs::read_to_string(root().join("deny.toml"))?;
    let rules: Rules = toml::from_str(&rules).context("deny.toml")?;
    let metadata = capture(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let mut against = crates(&rules, &metadata);
    for lock in NPM_LOCKS {
        let text = fs::read_to_string(root().join(lock))?;
        against.extend(npm(&rules, lock, &serde_json::from_str(&text)?));
    }
    for lock in PYTHON_LOCKS {
        let text = fs::read_to_string(root().join(lock))?;
        against.extend(python(lock, &text));
    }
    Ok(Followed {
        success: against.is_empty(),
        lines: against,
    })
}

fn crates(rules: &Rules, metadata: &Value) -> Vec<String> {
    let mut against = Vec::new();
    let mut versions: BTreeMap<&str, u32> = BTreeMap::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        let (name, version) = (text("name"), text("version"));
        // Ours have none.
        let Some(source) = package["source"].as_str() else {
            continue;
        };
        let registry = source.strip_prefix("registry+").unwrap_or(source);
        if !rules
            .sources
            .allow_registry
            .iter()
            .any(|known| known == registry)
        {
            against.push(format!("{name} {version} comes from {source}"));
        }
        if rules.bans.deny.contains(name) {
            against.push(format!("{name} is not wanted"));
        }
        if !may(text("license"), &|licence| {
            rules.licenses.allow.contains(licence)
        }) {
            against.push(format!(
                "{name} {version} has the licence {:?}",
                text("license")
            ));
        }
        *versions.entry(name).or_default() += 1;
    }
    for (name, count) in &versions {
        if *count > 1 && !rules.bans.skip.contains(*name) {
            against.push(format!(
                "{name} is there {count} times: use one, or list it in deny.toml"
            ));
        }
    }
    for name in &rules.bans.skip {
        if versions.get(name.as_str()).is_none_or(|count| *count < 2) {
            against.push(format!(
                "{name} is not there twice any more: take it out of deny.toml"
            ));
        }
    }
    against
}

fn npm(rules: &Rules, lock: &str, packages: &Value) -> Vec<String> {
    let mut against = Vec::new();
    for (name, package) in packages["packages"].as_object().into_iter().flatten() {
        if name.is_empty() {
            continue;
        }
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        if !text("integrity").starts_with("sha512-") {
            against.push(format!("{lock}: {name} has no hash"));
        }
        let from = text("resolved");
        if !from.is_empty() && !from.starts_with(NPM) {
            against.push(format!("{lock}: {name} comes from {from}"));
        }
        let known =
            |licence: &str| rules.licenses.allow.contains(licence) || NPM_TOOLS.contains(&licence);
        if !may(text("license"), &known) {
            against.push(format!(
                "{lock}: {name} has the licence {:?}",
                text("license")
            ));
        }
    }
    against
}

/// Every line names one version.
fn python(lock: &str, text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    lines
        .filter(|line| !line.is_empty() && !line.contains("=="))
        .map(|line| format!("{lock}: {line} names no version"))
        .collect()
}

/// Whether a licence expression (SPDX; `/` is an older *or*) can be kept with the licences that are
/// `known`.
fn may(expression: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let whole = any(&words, &mut at, known);
    whole == Some(true) && at == words.len()
}

/// None where it is no expression.
fn any(words: &[&str], at: &mut usize, known: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut good = all(words, at, known)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        good |= all(words, at, known)?;
    }
    Some(good)
}

fn all(words: &[&str], at: &mut usize, known: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut good = one(words, at, known)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        good &= one(words, at, known)?;
    }
    Some(good)
}

fn one(words: &[&str], at: &mut usize, known: &dyn Fn(&str) -> bool) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let good = any(words, at, known)?;
        (words.get(*at) == Some(&")")).then_some(())?;
        *at += 1;
        return Some(good);
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1)?;
        *at += 2;
        return Some(known(&format!("{word} WITH {exception}")));
    }
    (word != ")").then(|| known(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rules() -> Rules {
        toml::from_str(
            "licenses.allow = ['MIT', 'Apache-2.0']
             bans = { deny = ['openssl-sys'], skip = ['syn'] }
             sources.allow-registry = ['https://index']",
        )
        .expect("these are rules")
    }

    #[test]
    fn a_licence_is_read_as_it_is_meant() {
        let known = |licence: &str| ["MIT", "Apache-2.0", "X WITH Y"].contains(&licence);
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "(GPL-3.0 OR MIT) AND Apache-2.0",
            "X WITH Y",
            "GPL-3.0 OR X WITH Y",
        ] {
            assert!(may(good, &known), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "X",
            "(MIT",
            "MIT)",
            "MIT MIT",
            "X WITH",
            "OR",
        ] {
            assert!(!may(bad, &known), "{bad}");
        }
    }

    #[test]
    fn what_is_against_the_rules_is_named() {
        let package = |name: &str, version: &str, licence: &str, source: Option<&str>| json!({"name": name, "version": version, "license": licence, "source": source});
        let index = Some("registry+https://index");
        let metadata = json!({"packages": [
            package("dealbell", "0.1.0", "", None),
            package("good", "1.0.0", "MIT", index),
            package("syn", "1.0.0", "MIT", index),
            package("syn", "2.0.0", "MIT", index),
            package("twice", "1.0.0", "MIT", index),
            package("twice", "2.0.0", "MIT", index),
            package("openssl-sys", "1.0.0", "MIT", index),
            package("viral", "1.0.0", "GPL-3.0", index),
            package("near", "1.0.0", "MIT", Some("git+https://somewhere")),
        ]});
        let against = crates(&rules(), &metadata).join("; ");
        for name in ["twice", "openssl-sys", "viral", "near"] {
            assert!(against.contains(name), "{against}");
        }
        assert_eq!(against.split("; ").count(), 4, "{against}");
        let lock = json!({"packages": {
            "": {},
            "node_modules/good": {"integrity": "sha512-x", "resolved": "https://registry.npmjs.org/good", "license": "MIT"},
            "node_modules/bare": {"license": "MIT"},
            "node_modules/near": {"integrity": "sha512-x", "resolved": "git+ssh://x", "license": "MIT"},
            "node_modules/viral": {"integrity": "sha512-x", "license": "GPL-3.0"},
        }});
        assert_eq!(npm(&rules(), "lock", &lock).len(), 3);
        assert_eq!(
            python("p", "a==1\n# b\nc>=2\n"),
            ["p: c>=2 names no version"]
        );
    }
}
