//! The bill of materials that goes with a package: CycloneDX 1.5, as JSON.
//!
//! What is compiled in and nothing else, each with the hash that its lock file has. It says neither
//! when nor where it was made: the same sources make the same bill.

use crate::licences::{compiled_in, window_libraries};
use crate::releases;
use crate::tools::root;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the bill of `package` into `folder`; where it is.
pub(crate) fn write(package: &str, folder: &Path) -> Result<PathBuf> {
    let version = releases::version(&root())?;
    let mut components = crates(package)?;
    if package == "dealbell" {
        components.extend(pages()?);
    }
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": format!("pkg:generic/{package}@{version}"),
                "name": package,
                "version": version,
            },
        },
        "components": components,
    });
    let path = folder.join(format!("{package}-{version}.cdx.json"));
    fs::create_dir_all(folder)?;
    fs::write(&path, serde_json::to_string_pretty(&bill)? + "\n")?;
    Ok(path)
}

fn crates(package: &str) -> Result<Vec<Value>> {
    let lock: toml::Table = toml::from_str(&fs::read_to_string(root().join("Cargo.lock"))?)?;
    let locked = lock["package"]
        .as_array()
        .context("Cargo.lock has packages")?;
    let text = |package: &toml::Value, key: &str| {
        let value = package.get(key).and_then(toml::Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let hashes: BTreeMap<(String, String), String> = locked
        .iter()
        .map(|package| {
            let named = (text(package, "name"), text(package, "version"));
            (named, text(package, "checksum"))
        })
        .collect();
    let components = compiled_in(package)?
        .into_iter()
        .map(|(name, version, licence)| {
            let purl = format!("pkg:cargo/{name}@{version}");
            let hash = hashes.get(&(name.clone(), version.clone()));
            let hash = hash.with_context(|| format!("{name} {version} is in no lock file"))?;
            Ok(json!({
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "licenses": [{ "expression": licence.replace('/', " OR ") }],
                "hashes": [{ "alg": "SHA-256", "content": hash }],
            }))
        });
    components.collect()
}

fn pages() -> Result<Vec<Value>> {
    let components = window_libraries()?
        .into_iter()
        .map(|(name, version, licence)| {
            let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
            json!({
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "licenses": [{ "expression": licence }],
            })
        });
    Ok(components.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_names_each_library_once_with_its_licence_and_hash() {
        let folder = std::env::temp_dir().join(format!("dealbell-bill-{}", std::process::id()));
        let path = write("dealbell-server", &folder).expect("it is written");
        let first = fs::read(&path).expect("it is there");
        write("dealbell-server", &folder).expect("it is written again");
        assert_eq!(
            fs::read(&path).expect("it is there"),
            first,
            "the same again"
        );
        fs::remove_dir_all(folder).expect("it goes");
        let bill: Value = serde_json::from_slice(&first).expect("it is JSON");
        let components = bill["components"].as_array().expect("there are some");
        assert!(components.len() > 100);
        let mut names = std::collections::BTreeSet::new();
        for component in components {
            let purl = component["purl"].as_str().expect("a name");
            assert!(names.insert(purl), "{purl} is there twice");
            assert!(
                !component["licenses"][0]["expression"]
                    .as_str()
                    .unwrap_or_default()
                    .is_empty()
            );
            let hash = component["hashes"][0]["content"]
                .as_str()
                .unwrap_or_default();
            assert_eq!(hash.len(), 64, "{purl}");
        }
        assert!(
            names
                .iter()
                .any(|name| name.starts_with("pkg:cargo/rustls@"))
        );
        assert!(!names.iter().any(|name| name.contains("dealbell")));
    }
}
