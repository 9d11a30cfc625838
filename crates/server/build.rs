//! Puts the pages of the web inbox, as `ui` has built them, into the program.

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};
use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

const BUILD: &str = "build them first: cd ui && npm ci && npm run build";

fn main() -> Result<(), Box<dyn Error>> {
    let pages = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../ui/dist");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", pages.display());
    let mut files = Vec::new();
    if pages.join("index.html").is_file() {
        gather(&pages, &pages, &mut files)?;
    } else if env::var("PROFILE")? == "release" {
        println!("cargo::error=the pages of the web inbox are missing in ui/dist: {BUILD}");
        return Ok(());
    } else {
        println!("cargo::warning=dealbell-centre is built without the web inbox; {BUILD}");
    }
    files.sort();
    let mut table = String::from("&[\n");
    for (number, (name, path)) in files.iter().enumerate() {
        let path = path.canonicalize()?;
        let whole = fs::read(&path)?;
        let packed = packed(&whole)?;
        let packed = match packed.len() < whole.len() {
            true => {
                let at = out.join(format!("{number}.gz"));
                fs::write(&at, packed)?;
                format!("Some(include_bytes!({at:?}))")
            }
            false => "None".to_owned(),
        };
        let tag = Sha256::digest(&whole);
        let tag: String = tag[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(
            table,
            "File {{ name: {name:?}, tag: {tag:?}, whole: include_bytes!({path:?}), packed: {packed} }},"
        )?;
    }
    table.push(']');
    fs::write(out.join("pages.rs"), table)?;
    Ok(())
}

/// Every file below `folder`, by its address below `root`.
fn gather(
    root: &Path,
    folder: &Path,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(root, &path, files)?;
            continue;
        }
        let parts: Vec<_> = path
            .strip_prefix(root)?
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        files.push((parts.join("/"), path.clone()));
    }
    Ok(())
}

fn packed(whole: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(whole)?;
    packer.finish()
}
