//! `latest.json`: what a running Dealbell reads to learn of a newer version.

use crate::releases;
use crate::tools::root;
use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Places {
    /// The folder with the packages and their signatures.
    folder: PathBuf,
    /// The address that the packages will have, without their names.
    #[arg(long, value_name = "URL")]
    at: String,
}

/// Prints it for the newest release.
pub(crate) fn print(places: &Places) -> Result<()> {
    let releases = releases::all(&root())?;
    let manifest = json!({
        "version": releases[0].version,
        "notes": releases::notes(&root())?,
        "pub_date": format!("{}T12:00:00Z", releases[0].date),
        "platforms": platforms(&places.folder, &places.at)?,
    });
    println!("{manifest:#}");
    Ok(())
}

/// The packages that Dealbell puts in place by itself: those with a signature. deb and rpm are the
/// system's to bring; they look at the same entries to tell that there is something newer.
fn platforms(folder: &Path, at: &str) -> Result<Value> {
    let mut platforms = Map::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(package) = name.strip_suffix(".sig") else {
            continue;
        };
        if !path.with_file_name(package).is_file() {
            bail!("{name} signs nothing that is there");
        }
        let signature = fs::read_to_string(&path)?;
        for platform in platforms_of(package) {
            let address = format!("{}/{package}", at.trim_end_matches('/'));
            let file = json!({ "url": address, "signature": signature.trim() });
            if platforms.insert((*platform).to_owned(), file).is_some() {
                bail!("two packages are for {platform}");
            }
        }
    }
    Ok(Value::Object(platforms))
}

/// As tauri-plugin-updater calls them. What installs with an MSI is updated by an MSI.
fn platforms_of(package: &str) -> &'static [&'static str] {
    if package.ends_with(".AppImage") {
        &["linux-x86_64"]
    } else if package.ends_with("-setup.exe") {
        &["windows-x86_64"]
    } else if package.ends_with("_en-US.msi") {
        &["windows-x86_64-msi"]
    } else if package.ends_with("aarch64-apple-darwin.app.tar.gz") {
        &["darwin-aarch64"]
    } else if package.ends_with("x86_64-apple-darwin.app.tar.gz") {
        &["darwin-x86_64"]
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signed_package_has_its_place_and_an_orphan_is_told() {
        let folder = std::env::temp_dir().join(format!("dealbell-manifest-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let packages = [
            ("dealbell_1.0.0_amd64.AppImage", "linux-x86_64"),
            ("Dealbell_1.0.0_x64-setup.exe", "windows-x86_64"),
            ("Dealbell_1.0.0_x64_en-US.msi", "windows-x86_64-msi"),
            ("Dealbell_aarch64-apple-darwin.app.tar.gz", "darwin-aarch64"),
            ("Dealbell_x86_64-apple-darwin.app.tar.gz", "darwin-x86_64"),
        ];
        for (name, _) in packages {
            fs::write(folder.join(name), "").unwrap();
            fs::write(
                folder.join(format!("{name}.sig")),
                format!("by us: {name}\n"),
            )
            .unwrap();
        }
        fs::write(folder.join("dealbell_1.0.0_amd64.deb"), "").unwrap();
        let platforms_found = platforms(&folder, "https://example.org/v1/");
        fs::write(folder.join("lost.sig"), "").unwrap();
        let orphan = platforms(&folder, "https://example.org/v1");
        fs::remove_dir_all(&folder).unwrap();

        let found = platforms_found.unwrap();
        assert_eq!(found.as_object().unwrap().len(), packages.len());
        for (name, platform) in packages {
            assert_eq!(
                found[platform]["url"],
                format!("https://example.org/v1/{name}")
            );
            assert_eq!(found[platform]["signature"], format!("by us: {name}"));
        }
        assert!(orphan.unwrap_err().to_string().contains("lost.sig"));
    }
}
